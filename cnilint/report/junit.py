"""JUnit's XML, which every CI system reads as test results.

There is no official schema; what is used here is what testmoapp/junitxml@main:README.md describes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cnilint.engine.repository import reported_path
from cnilint.engine.result import Result
from cnilint.model.finding import Finding, Level

from .glyphs import visible
from .verdict import verdict
from .words import place

CLEAN = "no findings"
"""The test case of a run without findings: many CI systems refuse a report that has none."""

ESCAPES = str.maketrans(
    # a parser turns a bare line end or tab of an attribute into a space, and CR LF into LF
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
    | {blank: f"&#{ord(blank)};" for blank in "\t\n\r"}
)
TEXT_ESCAPES = {code: text for code, text in ESCAPES.items() if chr(code) not in "\t\n"}


def junit(result: Result) -> str:
    """Return one test suite with a test case for each finding.

    Errors and warnings are failures; a note is a test case that passes and says something.
    """
    failures = sum(_fails(finding) for finding in result.findings)
    counts = f'tests="{len(result.findings) or 1}" failures="{failures}" errors="0" skipped="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="cnilint" {counts} time="0">',
        f'  <testsuite name="cnilint" {counts} time="0">',
        *_cases(result),
        *_said(result),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "".join(f"{line}\n" for line in lines)


def _cases(result: Result) -> Iterator[str]:
    if not result.findings:
        yield f'    <testcase classname="cnilint" name="{CLEAN}" time="0"/>'
    seen: Counter[tuple[str, str]] = Counter()
    for finding in result.findings:
        name = _name(finding, several=len(result.clusters) > 1)
        seen[finding.rule, name] += 1
        # GitLab takes test cases of one name for one
        again = seen[finding.rule, name]
        yield from _case(finding, f"{name} ({again})" if again > 1 else name)


def _case(finding: Finding, name: str) -> Iterator[str]:
    location = finding.location
    attributes = _attributes(
        classname=f"cnilint.{finding.rule}",
        name=name,
        file=reported_path(location.source.path),
        line=str(location.source.position(location.span.start).line),
        time="0",
    )
    yield f"    <testcase {attributes}>"
    body = _text("\n".join(_body(finding)))
    if _fails(finding):
        failure = _attributes(message=finding.message, type=str(finding.level))
        yield f"      <failure {failure}>{body}</failure>"
    else:
        yield f"      <system-out>{body}</system-out>"
    yield "    </testcase>"


def _name(finding: Finding, *, several: bool) -> str:
    """Return what names a test case from run to run: no line, no wording."""
    where = finding.location.object or reported_path(finding.location.source.path)
    of = f" (cluster {finding.cluster})" if several and finding.cluster else ""
    return f"{finding.name}: {where}{of}"


def _body(finding: Finding) -> Iterator[str]:
    yield f"{place(finding.location)}: {finding.rule} {finding.message}"
    for related in finding.related:
        yield f"{place(related.location)}: {related.message}"
    if finding.details:
        yield from ["", *finding.details]
    if finding.help:
        yield from ["", f"help: {finding.help}"]
    for fix in finding.fixes:
        yield f"fix ({fix.applicability}): {fix.title}"


def _said(result: Result) -> Iterator[str]:
    """Yield the answer for each class of nodes and what was not decided, as the suite's output."""
    lines = [
        f"{cluster.name}, {facts.name}: {verdict(facts)}"
        for cluster in result.clusters
        for facts in cluster.classes
    ]
    lines += [f"note: {note.message}" for note in result.notes]
    if lines:
        said = _text("\n".join(lines))
        yield f"    <system-out>{said}</system-out>"


def _fails(finding: Finding) -> bool:
    return finding.level >= Level.WARNING


def _attributes(**values: str) -> str:
    return " ".join(f'{key}="{_allowed(text).translate(ESCAPES)}"' for key, text in values.items())


def _text(text: str) -> str:
    return _allowed(text).translate(TEXT_ESCAPES)


def _allowed(text: str) -> str:
    """Return a text with the code points of the characters that XML 1.0 cannot hold in any way."""
    if text.isprintable():
        return text
    return "".join(mark if _is_allowed(mark) else visible(mark) for mark in text)


def _is_allowed(character: str) -> bool:
    if character < " ":
        return character in "\t\n\r"
    return not ("\ud800" <= character <= "\udfff" or character in "\ufffe\uffff")
