"""One line for each finding."""

from __future__ import annotations

from cnilint.engine.result import Result
from cnilint.model.finding import Applicability, Finding
from cnilint.shown import inert, visible

from .words import place_in_text


def concise(result: Result) -> str:
    """Return `path:line:column: rule [*] message` lines; `[*]` stands where --fix has a fix.

    A run without findings returns nothing.
    """
    return "".join(f"{_escaped(_line(finding))}\n" for finding in result.findings)


def _escaped(line: str) -> str:
    return inert(visible(line))


def _line(finding: Finding) -> str:
    safe = any(fix.applicability is Applicability.SAFE for fix in finding.fixes)
    message = " ".join(finding.message.split())
    return f"{place_in_text(finding.location)}: {finding.rule} {'[*] ' if safe else ''}{message}"
