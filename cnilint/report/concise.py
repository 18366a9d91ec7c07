"""One line for each finding, and for each class of nodes that is not decided."""

from __future__ import annotations

from cnilint.engine.result import Result
from cnilint.model.finding import Applicability, Finding, Note
from cnilint.shown import inert, one_line, visible

from .words import place_in_text, undecided


def concise(result: Result) -> str:
    """Return `path:line:column: rule [*] message` lines; `[*]` stands where --fix has a fix.

    Lines without a rule tell what is not decided. A run without either returns nothing.
    """
    lines = [*map(_line, result.findings), *map(_undecided, undecided(result))]
    return "".join(f"{_escaped(line)}\n" for line in lines)


def _escaped(line: str) -> str:
    return inert(visible(line))


def _undecided(note: Note) -> str:
    where = f"{place_in_text(note.location)}: " if note.location is not None else ""
    return f"{where}undecided: {note.cluster}, {one_line(note.message)}"


def _line(finding: Finding) -> str:
    safe = any(fix.applicability is Applicability.SAFE for fix in finding.fixes)
    message = one_line(finding.message)
    return f"{place_in_text(finding.location)}: {finding.rule} {'[*] ' if safe else ''}{message}"
