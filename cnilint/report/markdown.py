"""Markdown for the summary of a CI job and for comments: the answer first, details folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnilint.engine.repository import reported_path
from cnilint.engine.result import Result
from cnilint.engine.sentences import NEWLY, detail_lines, verdict_line
from cnilint.model.finding import Applicability, Finding, Fix, Level, Location, Note
from cnilint.quoting import shell_word
from cnilint.report.terminal.inspect import does

from .markup import code, fenced, prose
from .words import counted, known_of, sum_of, verdict_style

MOST_BYTES = 1_000_000
"""GitHub drops a summary over 1 MiB, GitLab a comment over a million characters."""

MOST_CHARACTERS = 500
"""Of one cell of a table."""

MOST_OF_A_COMMAND = 200

SYMBOLS = {"good": "✅", "bad": "❌", "faint": "❔"}
"""Before a verdict, by the name of its style."""

LEVELS = {
    Level.ERROR: "🔴 error",
    Level.WARNING: "🟠 warning",
    Level.NOTE: "🔵 note",
    Level.OFF: "off",
}

GRADES = {
    Applicability.SAFE: "safe",
    Applicability.UNSAFE: "to be looked at",
    Applicability.DISPLAY: "only shown",
}

RESERVE = 200
"""Bytes kept for what a section says of the part of it that did not fit."""


def markdown(result: Result, most_bytes: int = MOST_BYTES) -> str:
    """Return the report's text, of no more than some bytes (at least 10,000) as UTF-8."""
    report = Limited(most_bytes)
    report.add(f"## cnilint: {sum_of(result)}{known_of(result)}\n")
    _verdicts(result, report)
    _findings(result, report)
    _newly_ignored(result, report)
    _notes(result, report)
    _installs(result, report)
    _details(result, report)
    return report.text()


class Limited:
    """Text with a limit: a section takes what is left of its share and counts the rest."""

    def __init__(self, most_bytes: int) -> None:
        """Take how many bytes there may be as UTF-8."""
        self._most = most_bytes
        self._parts: list[str] = []
        self._size = 0

    def add(self, text: str) -> None:
        """Add a line, or lines, whatever their size."""
        self._parts.append(text)
        self._size += _size(text)

    def fill(self, texts: Iterable[str], count: int, share: float, what: str = "") -> None:
        """Add texts as long as the report stays within a share of its limit.

        Behind the last one it says how many of `count` are left out, and `what` of them.
        """
        limit = self._most * share - RESERVE
        for number, text in enumerate(texts):
            if self._size + _size(text) > limit:
                self.add(f"\n… and {count - number} more{what}\n")
                return
            self.add(text)

    def text(self) -> str:
        """Return all of it."""
        return "".join(self._parts)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def _verdicts(result: Result, report: Limited) -> None:
    if result.by_file:
        report.add(f"\n{counted(result.sources, 'file').capitalize()}, each judged by itself.\n")
        return
    rows = [(cluster, facts) for cluster in result.clusters for facts in cluster.classes]
    if not rows:
        report.add("\nNothing in these manifests installs a CNI.\n")
        return
    report.add("\n| Cluster | Nodes | Who owns the pods |\n| --- | --- | --- |\n")
    lines = (
        f"| {cell(cluster.name)} | {cell(facts.name)} "
        f"| {SYMBOLS[verdict_style(facts.verdict)]} {cell(verdict_line(facts.verdict))} |\n"
        for cluster, facts in rows
    )
    report.fill(lines, len(rows), 0.2)


def _findings(result: Result, report: Limited) -> None:
    if not result.findings:
        return
    report.add("\n| Level | Rule | Place | Finding |\n| --- | --- | --- | --- |\n")
    worst_first = sorted(result.findings, key=lambda finding: -finding.level)
    report.fill(map(finding_row, worst_first), len(worst_first), 0.6)
    where = _asked(result)
    for option, in_place in (("--fix", True), ("--patch-dir DIR", False)):
        command = f"cnilint check {option}"
        safe = result.fixable(Applicability.SAFE, in_place=in_place)
        unsafe = result.fixable(Applicability.UNSAFE, in_place=in_place) - safe
        if safe:
            report.add(f"\n{code(f'{command}{where}')} fixes {safe} of them.\n")
        if unsafe:
            more = f"{unsafe} more" if safe else f"{unsafe} of them"
            whole = code(f"{command} --unsafe-fixes{where}")
            report.add(f"\n{whole} fixes {more}: look at what it does.\n")


def _newly_ignored(result: Result, report: Limited) -> None:
    """Add what a change ignores that was not ignored before it: nobody is to overlook that."""
    found = result.newly_ignored
    if not found:
        return
    report.add(f"\n⚠️ {counted(len(found), 'finding')} {NEWLY}:\n\n")
    report.add("| Level | Rule | Place | Finding | Reason |\n| --- | --- | --- | --- | --- |\n")
    lines = (
        f"{finding_row(finding).removesuffix(chr(10))} {cell(reason.text)} |\n"
        for finding, reason, _before in found
    )
    report.fill(lines, len(found), 0.65)


def _asked(result: Result) -> str:
    """Return the paths of a run as they stand in its command, as far as they fit into a line."""
    if "-" in result.paths or list(result.paths) == ["."]:
        return ""
    words = "".join(f" {shell_word(path)}" for path in result.paths)
    if any(path.startswith("-") for path in result.paths):
        words = f" --{words}"
    return words if len(words) <= MOST_OF_A_COMMAND else " …"


def finding_row(finding: Finding) -> str:
    """Return a finding as a row of a table."""
    place = " ".join(filter(None, (code(finding.location.object), place_in_code(finding.location))))
    cells = (LEVELS[finding.level], prose(finding.rule), place, cell(finding.message))
    return f"| {' | '.join(cells)} |\n"


def cell(text: str) -> str:
    """Return a text as a cell of a table, cut where it is long."""
    return prose(text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…")


def place_in_code(location: Location) -> str:
    """Return a place as code: the path from the top of the repository, and the line."""
    line = location.source.position(location.span.start).line
    return code(f"{reported_path(location.source.path)}:{line}")


def _details(result: Result, report: Limited) -> None:
    several = len(result.clusters) > 1
    blocks = (folded(finding, several=several) for finding in result.findings)
    report.fill(blocks, len(result.findings), 1, " whose details do not fit")


def folded(finding: Finding, *, several: bool) -> str:
    """Return all there is of a finding, folded; of its cluster too where there are `several`."""
    place = place_in_code(finding.location)
    of = f", cluster {cell(finding.cluster)}" if several and finding.cluster else ""
    summary = f"<b>{prose(finding.rule)}</b> {cell(finding.name)}"
    parts = [
        f"\n<details><summary>{summary}</summary>",
        f"**{finding.level}** in {place}{of}: {prose(finding.message)}",
    ]
    if finding.related:
        lines = (
            f"- {place_in_code(each.location)}: {prose(each.message)}" for each in finding.related
        )
        parts.append("\n".join(lines))
    if told := detail_lines(finding):
        parts.append(fenced(told, "text"))
    if finding.help:
        parts.append(f"**Help:** {prose(finding.help)}")
    for fix in finding.fixes:
        parts += _fix(fix)
    return "\n\n".join([*parts, "</details>\n"])


def _fix(fix: Fix) -> Iterator[str]:
    note = f" ({prose(fix.remark)})" if fix.remark else ""
    yield f"**Fix**, {GRADES[fix.applicability]}: {prose(fix.title)}{note}"
    if fix.handover is not None:
        yield fenced(fix.handover.text.splitlines(), "yaml")
        return
    from cnilint.engine.text_edits import text_edits  # editing takes long to load
    from cnilint.syntax.rewrite import CannotEdit

    from .hunks import hunks

    edits = text_edits(fix)
    if isinstance(edits, CannotEdit):
        return
    sources = {edit.document.source.path: edit.document.source for edit in fix.edits}
    for path, made in edits.items():
        if lines := hunks(sources[path], made):
            name = reported_path(path)
            yield fenced([f"--- a/{name}", f"+++ b/{name}", *lines], "diff")


def _notes(result: Result, report: Limited) -> None:
    if not result.notes:
        return
    head = f"{counted(len(result.notes), 'place')} not decided"
    report.add(f"\n<details><summary>{head}</summary>\n\n")
    report.fill(map(note_line, result.notes), len(result.notes), 0.7)
    report.add("\n</details>\n")


def note_line(note: Note) -> str:
    """Return a note as an item of a list."""
    where = f" ({place_in_code(note.location)})" if note.location is not None else ""
    return f"- note: {cell(note.message)}{where}\n"


def _installs(result: Result, report: Limited) -> None:
    """Add what is installed on each class of nodes, and what that does there."""
    rows = [
        (cluster.name, facts, one)
        for cluster in result.clusters
        for facts in cluster.classes
        for one in facts.installers
    ]
    if not rows:
        return
    report.add("\n<details><summary>What is installed</summary>\n\n")
    report.add("| Cluster | Nodes | Product | Object | In the CNI directory |\n")
    report.add("| --- | --- | --- | --- | --- |\n")
    lines = (
        f"| {cell(name)} | {cell(facts.name)} | {cell(one.title)} | {cell(one.object)} "
        f"| {cell(does(one, facts))} |\n"
        for name, facts, one in rows
    )
    report.fill(lines, len(rows), 0.8)
    report.add("\n</details>\n")
