"""SARIF 2.1.0, as GitHub code scanning takes it and the viewers of editors show it.

One run, without `automationDetails`: github/codeql-action@main:src/upload-lib.ts fills them in from
the category of the workflow, but only where the file has none.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.engine.result import Known, Reason, Result
from cnilint.model.finding import Applicability, Finding, Fix, Location, Note, Related

from .fingerprint import fingerprints
from .json_ import JSONObject, json_text
from .sarif_place import TOP, artifact, place, region, top_uri
from .sarif_rules import LEVELS, driver, indexes
from .witness import Witness, witnesses
from .words import counted

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

FINGERPRINT = "cnilintFingerprint/v1"
"""Our own key: under GitHub's the upload action warns of every hash that is not its own."""

MOST_RESULTS = 25_000
"""Of one run; GitHub refuses a file with more."""

LINK_ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in "\\[]"})


def sarif(result: Result) -> str:
    """Return the log's text; every path in it counts from the top of the repository."""
    run: JSONObject = {
        "tool": {"driver": driver()},
        "invocations": [_invocation(result)],
        "originalUriBaseIds": {TOP: {"description": {"text": "The top of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": list(_results(result)),
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _results(result: Result) -> Iterator[JSONObject]:
    """Yield the results, those that are known last to fall under the limit.

    SARIF wants `suppressions` of all results or of none, empty for those that count (section
    3.27.23), and `baselineState` where there was a baseline to compare with.
    """
    known = indexes()
    whole = list(result.everything())
    marks = fingerprints([finding for finding, _suppressed in whole])
    ranked = sorted(
        range(len(whole)), key=lambda at: (whole[at][1] is not None, -whole[at][0].level)
    )
    kept = set(ranked[:MOST_RESULTS])
    for at, (finding, suppressed) in enumerate(whole):
        if at not in kept:
            continue
        found = _result(finding, marks[at], known.get(finding.rule))
        reason = suppressed.reason if suppressed is not None else None
        if result.compared:
            is_old = reason is not None and reason.known is Known.BASELINE
            found["baselineState"] = "unchanged" if is_old else "new"
        if result.suppressed:
            found["suppressions"] = [_suppression(reason)] if reason is not None else []
        yield found


def _suppression(reason: Reason) -> JSONObject:
    kind = "inSource" if reason.known is Known.IN_SOURCE else "external"
    text = reason.text or ("it was there before" if reason.known is Known.BASELINE else "")
    found: JSONObject = {"kind": kind, "status": "accepted"}
    if text:
        found["justification"] = _unlinked(text)
    if reason.location is not None:
        found["location"] = place(reason.location)
    return found


def _result(finding: Finding, fingerprint: str, rule_index: int | None) -> JSONObject:
    found: JSONObject = {"ruleId": finding.rule}
    if rule_index is not None:
        found["ruleIndex"] = rule_index
    found |= {
        "level": LEVELS[finding.level],
        "message": {"text": _message(finding)},
        "locations": [place(finding.location)],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    if finding.cluster:
        found["properties"] = {"cluster": finding.cluster}
    if finding.related:
        found["relatedLocations"] = [
            place(related.location, id=number, message={"text": _unlinked(related.message)})
            for number, related in enumerate(finding.related, 1)
        ]
    if flows := [_code_flow(finding, witness) for witness in witnesses(finding)]:
        found["codeFlows"] = flows
    if fixes := list(_fixes(finding)):
        found["fixes"] = fixes
    return found


def _message(finding: Finding) -> str:
    """Return the message, a sentence, with links to related places: GitHub shows no others."""
    links = (
        f"[{related.message.translate(LINK_ESCAPES)}]({number})"
        for number, related in enumerate(finding.related, 1)
    )
    text = _unlinked(finding.message)
    period = "" if text.endswith((".", "!", "?")) else "."
    return "\n".join([f"{text}{period}", *links])


def _unlinked(text: str) -> str:
    """Return a text in which nothing is a link."""
    return text.replace("](", "] (")


def _code_flow(finding: Finding, witness: Witness) -> JSONObject:
    steps = [
        {"location": place(_place_of(step, finding), message={"text": _unlinked(step)})}
        for step in witness.steps
    ]
    return {"message": {"text": _unlinked(witness.heading)}, "threadFlows": [{"locations": steps}]}


def _place_of(step: str, finding: Finding) -> Location:
    """Return the related place that says the same as a step, else the finding's own."""
    said = (related for related in finding.related if _says(related, step))
    related = next(said, None)
    return finding.location if related is None else related.location


def _says(related: Related, step: str) -> bool:
    return bool(related.message) and f"{step},".startswith(f"{related.message},")


def _fixes(finding: Finding) -> Iterator[JSONObject]:
    for fix in finding.fixes:
        made = fix.applicability > Applicability.DISPLAY and fix.handover is None
        if made and (changes := _changes(fix)):
            title = f"{fix.title} ({fix.remark})" if fix.remark else fix.title
            yield {
                "description": {"text": _unlinked(title)},
                "artifactChanges": changes,
                "properties": {"applicability": str(fix.applicability)},
            }


def _changes(fix: Fix) -> list[JSONObject]:
    """Return what a fix replaces in each source; nothing if that cannot be said."""
    from cnilint.engine.text_edits import text_edits  # editing takes long to load
    from cnilint.syntax.rewrite import CannotEdit

    edits = text_edits(fix)
    if isinstance(edits, CannotEdit):
        return []
    sources = {edit.document.source.path: edit.document.source for edit in fix.edits}
    return [
        {
            "artifactLocation": artifact(path),
            "replacements": [
                {
                    "deletedRegion": region(sources[path], edit.span),
                    "insertedContent": {"text": edit.text},
                }
                for edit in sorted(made, key=lambda edit: edit.span)
            ],
        }
        for path, made in edits.items()
        if made
    ]


def _invocation(result: Result) -> JSONObject:
    notifications = [_notification(note) for note in result.notes]
    total = len(result.findings) + len(result.suppressed)
    if total > MOST_RESULTS:
        left_out = counted(total - MOST_RESULTS, "finding")
        notifications.append(_notification(Note(f"{left_out} more do not fit into this file")))
    found: JSONObject = {
        "executionSuccessful": True,
        "toolExecutionNotifications": notifications,
    }
    # GitHub refuses whole URIs unless the file says where the checkout lies; only then it does, as
    # a report is to be the same on every machine.
    if any("uriBaseId" not in artifact(path) for path in _paths(result)):
        found["workingDirectory"] = {"uri": top_uri()}
    return found


def _paths(result: Result) -> set[str]:
    findings = [finding for finding, _suppressed in result.everything()]
    places = [finding.location for finding in findings]
    places += [related.location for finding in findings for related in finding.related]
    reasons = [suppressed.reason.location for suppressed in result.suppressed]
    places += [location for location in reasons if location is not None]
    places += [note.location for note in result.notes if note.location is not None]
    return {location.source.path for location in places}


def _notification(note: Note) -> JSONObject:
    found: JSONObject = {"level": "note", "message": {"text": _unlinked(note.message)}}
    if note.location is not None:
        found["locations"] = [place(note.location)]
    return found
