"""JSON lines: one finding a line, the same objects as in the JSON report."""

from __future__ import annotations

from cnilint.engine.result import Result

from .json_ import finding_object, json_text, note_object
from .words import undecided


def jsonl(result: Result) -> str:
    """Return one JSON object a line, nothing for a run without findings.

    What is not decided comes last, as the notes of the JSON report have it: without a `rule`.
    """
    found = [*map(finding_object, result.findings), *map(note_object, undecided(result))]
    return "".join(json_text(each, indent=None) for each in found)
