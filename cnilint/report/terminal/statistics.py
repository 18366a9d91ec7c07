"""How many findings there are of each rule."""

from __future__ import annotations

from cnilint.engine.result import Result
from cnilint.model.finding import Applicability, Finding, Level
from cnilint.start import NamedTuple

from .layout import aligned
from .paint import Line, Paint


class Count(NamedTuple):
    """The findings of a rule, at its worst level, and how many of them have a fix.

    `fixable` counts the safe fixes, `unsafe` those that `--unsafe-fixes` adds.
    """

    rule: str
    name: str
    level: Level
    number: int
    fixable: int
    unsafe: int


def counts(result: Result) -> list[Count]:
    """Return one count a rule that has findings: the most frequent first, then by id."""
    found: dict[str, list[Finding]] = {}
    for finding in result.findings:
        found.setdefault(finding.rule, []).append(finding)
    return sorted(map(_count, found.values()), key=lambda one: (-one.number, one.rule))


def statistics(result: Result, paint: Paint) -> str:
    """Return one line a rule, in columns; nothing where there is no finding."""
    found = counts(result)
    if not found:
        return ""
    widest = max(len(str(one.number)) for one in found)
    rows = [
        (f"{one.number:{widest}}", one.rule, str(one.level), one.name, _fixable(one))
        for one in found
    ]
    table = aligned(rows, paint)
    return paint.render(_line(one, cells) for one, cells in zip(found, table, strict=True))


def _line(one: Count, cells: list[str]) -> Line:
    styles = ("strong", str(one.level), str(one.level), "", "help")
    line: Line = []
    for cell, style in zip(cells, styles, strict=True):
        line += [("  ", "")] if line else []
        line.append((cell, style))
    return line


def _count(findings: list[Finding]) -> Count:
    first = findings[0]
    grades = [
        max((fix.applicability for fix in one.fixes), default=Applicability.DISPLAY)
        for one in findings
    ]
    return Count(
        first.rule,
        first.name,
        max(one.level for one in findings),
        len(findings),
        grades.count(Applicability.SAFE),
        grades.count(Applicability.UNSAFE),
    )


def _fixable(one: Count) -> str:
    parts = [f"[*] {one.fixable} fixable"] if one.fixable else []
    parts += [f"[~] {one.unsafe} unsafe"] if one.unsafe else []
    return "  ".join(parts)
