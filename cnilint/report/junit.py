"""JUnit's XML, which every CI system reads as test results.

There is no official schema; what is used here is what testmoapp/junitxml@main:README.md describes.
Without `file` and `line`, which GitLab shows, it is of the schema that Jenkins checks with:
junit-10.xsd of jenkinsci/xunit-plugin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from cnilint.engine.repository import reported_path
from cnilint.engine.result import Result, Suppressed
from cnilint.engine.sentences import detail_lines, verdict_line
from cnilint.model.finding import Finding, Level
from cnilint.shown import inert, visible
from cnilint.start import NamedTuple

from .words import place, why_known

TOOL = "cnilint"

CLEAN = "no findings"
"""The test case of a suite without findings: many CI systems refuse a report that has none."""

Told = tuple[Finding, Suppressed | None]
"""A finding, and what makes it known if it is."""

BLANK = "\t\n\r"

ESCAPES = str.maketrans(
    # a parser turns a bare line end or tab of an attribute into a space, and CR LF into LF
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
    | {blank: f"&#{ord(blank)};" for blank in BLANK}
)
TEXT_ESCAPES = {code: text for code, text in ESCAPES.items() if chr(code) not in "\t\n"}


class Suite(NamedTuple):
    """What is told together: all of a run, or of several clusters each its own."""

    name: str
    findings: list[Told]
    said: list[str]


def junit(result: Result) -> str:
    """Return a test suite for each cluster, with a test case for each finding.

    Errors and warnings are failures, a note is a test case that passes and says something, and what
    is known is skipped. A suite without findings has one test case that passes.
    """
    suites = list(_suites(result).values())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="{TOOL}" {_counts(suites)} time="0">',
        *(line for suite in suites for line in _lines(suite, several=len(suites) > 1)),
        "</testsuites>",
    ]
    return "".join(f"{line}\n" for line in lines)


def _suites(result: Result) -> dict[str, Suite]:
    """Return suites by name: one where there is at most one cluster, else one for each of them.

    What is of no cluster, or of several, has a suite of its own behind them.
    """
    several = len(result.clusters) > 1
    found: dict[str, Suite] = {}

    def suite(cluster: str) -> Suite:
        name = cluster if several and cluster else TOOL
        return found.setdefault(name, Suite(name, [], []))

    for each in result.clusters:
        suite(each.name).said.extend(
            f"{each.name}, {facts.name}: {verdict_line(facts.verdict)}" for facts in each.classes
        )
    for finding, known in result.everything():
        suite(finding.cluster).findings.append((finding, known))
    for note in result.notes:
        suite(note.cluster).said.append(f"note: {note.message}")
    return found or {TOOL: suite("")}


def _counts(suites: Iterable[Suite]) -> str:
    groups = [suite.findings for suite in suites]
    found = [each for group in groups for each in group]
    tests = sum(len(group) or 1 for group in groups)
    skipped = sum(known is not None for _finding, known in found)
    failures = sum(known is None and _fails(finding) for finding, known in found)
    return f'tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}"'


def _lines(suite: Suite, *, several: bool) -> Iterator[str]:
    yield f'  <testsuite {_attributes(name=suite.name)} {_counts([suite])} time="0">'
    if not suite.findings:
        name = f"{CLEAN} (cluster {suite.name})" if several else CLEAN
        yield f"    <testcase {_attributes(classname=TOOL, name=name, time='0')}/>"
    seen: Counter[tuple[str, str]] = Counter()
    for finding, known in suite.findings:
        name = _name(finding, several=several)
        seen[finding.rule, name] += 1
        # GitLab takes test cases of one name for one
        again = seen[finding.rule, name]
        yield from _case(finding, known, f"{name} ({again})" if again > 1 else name)
    if suite.said:
        said = _text("\n".join(suite.said))
        yield f"    <system-out>{said}</system-out>"
    yield "  </testsuite>"


def _case(finding: Finding, known: Suppressed | None, name: str) -> Iterator[str]:
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
    if known is not None:
        yield f"      <skipped {_attributes(message=why_known(known.reason))}/>"
        yield f"      <system-out>{body}</system-out>"
    elif _fails(finding):
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
    if told := detail_lines(finding):
        yield from ["", *told]
    if finding.help:
        yield from ["", f"help: {finding.help}"]
    for fix in finding.fixes:
        yield f"fix ({fix.applicability}): {fix.title}"


def _fails(finding: Finding) -> bool:
    return finding.level >= Level.WARNING


def _attributes(**values: str) -> str:
    return " ".join(f'{key}="{_escaped(text, ESCAPES)}"' for key, text in values.items())


def _text(text: str) -> str:
    return _escaped(text, TEXT_ESCAPES)


def _escaped(text: str, escapes: Mapping[int, str]) -> str:
    """Return a text as XML 1.0 can hold it; what would not be seen is spelled out."""
    if not text.isprintable():
        text = "".join(mark if mark in BLANK else visible(mark) for mark in text)
    return inert(text.translate(escapes), lambda mark: f"&#{ord(mark)};")
