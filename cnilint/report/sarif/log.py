"""SARIF 2.1.0, as GitHub code scanning takes it and the viewers of editors show it.

One run with an id of its own: github/codeql-action@main:src/upload-lib.ts takes the category of the
workflow only for a file that has none, and jobs that look at other paths are told apart without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cnilint.engine.result import OLD, KnownBy, KnownReason, Result
from cnilint.model.finding import Applicability, Finding, Fix, Note, Related
from cnilint.report.fingerprint import fingerprints
from cnilint.report.json_ import JSONObject, json_text
from cnilint.report.words import counted
from cnilint.shown import visible

from .flow import code_flows, flows_left_out
from .place import TOP, artifact, automation_id, place, region, said, top_uri
from .rules import LEVELS, driver

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

FINGERPRINT = "cnilintFingerprint/v1"
"""Our own key: under GitHub's the upload action warns of every hash that is not its own."""

MOST_RESULTS = 25_000
"""Of one run; GitHub refuses a file with more."""

MOST_PLACES = 1_000
"""Of one result, its own included; GitHub refuses a file with more."""

MOST_LINKS = 20
"""Related places that a message links to."""

LINK_ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in "\\[]"})


def sarif(result: Result) -> str:
    """Return the log's text; every path in it counts from the top of the repository."""
    results, left_out = _results(result)
    run: JSONObject = {
        "tool": {"driver": driver(result.rules)},
        "automationDetails": {"id": automation_id(result.paths)},
        "invocations": [_invocation(result, left_out)],
        "originalUriBaseIds": {TOP: {"description": {"text": "The top of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _results(result: Result) -> tuple[list[JSONObject], list[Note]]:
    """Return the results, and notes on what did not fit; what is known is left out first.

    SARIF wants `suppressions` of all results or of none, empty for those that count (section
    3.27.23), and `baselineState` where there was a baseline to compare with.
    """
    known = {rule.id: at for at, rule in enumerate(result.rules)}
    whole = list(result.everything())
    marks = fingerprints([finding for finding, _suppressed in whole])
    ranked = sorted(
        range(len(whole)), key=lambda at: (whole[at][1] is not None, -whole[at][0].level)
    )
    results: list[JSONObject] = []
    left_out: list[Note] = []
    for at in sorted(ranked[:MOST_RESULTS]):
        finding, suppressed = whole[at]
        flows = code_flows(finding)
        found = _result(finding, marks[at], known.get(finding.rule), flows)
        reason = suppressed.reason if suppressed is not None else None
        if result.compared:
            is_old = reason is not None and reason.known in OLD
            found["baselineState"] = "unchanged" if is_old else "new"
        if result.suppressed:
            found["suppressions"] = [_suppression(reason)] if reason is not None else []
        results.append(found)
        left_out += _left_out(finding, flows)
    if more := len(whole) - len(results):
        left_out.append(Note(f"{counted(more, 'finding')} more do not fit into this file"))
    return results, left_out


def _left_out(finding: Finding, flows: Sequence[JSONObject]) -> Iterator[Note]:
    """Yield notes on what of a finding did not fit into its result."""
    rest = {
        "related place": len(finding.related) - len(_kept(finding)),
        "order of events": flows_left_out(finding, flows),
    }
    for what, count in rest.items():
        if count:
            text = f"of {finding.rule} {counted(count, what)} more do not fit into a result"
            yield Note(text, finding.location, finding.cluster)


def _kept(finding: Finding) -> Sequence[Related]:
    return finding.related[: MOST_PLACES - 1]


def _suppression(reason: KnownReason) -> JSONObject:
    kind = "inSource" if reason.known is KnownBy.IN_SOURCE else "external"
    text = reason.text or ("it was there before" if reason.known in OLD else "")
    found: JSONObject = {"kind": kind, "status": "accepted"}
    if text:
        found["justification"] = said(text)
    if reason.location is not None:
        found["location"] = place(reason.location)
    if reason.new:
        found["properties"] = {"newlyIgnored": True}
    return found


def _result(
    finding: Finding, fingerprint: str, rule_index: int | None, flows: Sequence[JSONObject]
) -> JSONObject:
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
            place(related.location, id=number, message={"text": said(related.message)})
            for number, related in enumerate(_kept(finding), 1)
        ]
    if flows:
        found["codeFlows"] = list(flows)
    if fixes := list(_fixes(finding)):
        found["fixes"] = fixes
    return found


def _message(finding: Finding) -> str:
    """Return the message, a sentence, with links to related places: GitHub shows no others."""
    text = said(finding.message)
    period = "" if text.endswith((".", "!", "?")) else "."
    lines = [f"{text}{period}"]
    for number, related in enumerate(finding.related[:MOST_LINKS], 1):
        lines.append(f"[{visible(related.message).translate(LINK_ESCAPES)}]({number})")
    if len(finding.related) > MOST_LINKS:
        lines.append(f"and {len(finding.related) - MOST_LINKS} more")
    return "\n".join(lines)


def _fixes(finding: Finding) -> Iterator[JSONObject]:
    for fix in finding.fixes:
        made = fix.applicability > Applicability.DISPLAY and fix.handover is None
        if made and (changes := _changes(fix)):
            title = f"{fix.title} ({fix.remark})" if fix.remark else fix.title
            yield {
                "description": {"text": said(title)},
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


def _invocation(result: Result, left_out: Iterable[Note]) -> JSONObject:
    notifications = [_notification(note) for note in (*result.notes, *left_out)]
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
    found: JSONObject = {"level": "note", "message": {"text": said(note.message)}}
    if note.location is not None:
        found["locations"] = [place(note.location)]
    return found
