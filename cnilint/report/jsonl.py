"""JSON lines: one finding a line, the same objects as in the JSON report."""

from __future__ import annotations

from cnilint.engine.result import Result

from .json_ import finding_object, json_text


def jsonl(result: Result) -> str:
    """Return one JSON object a line, nothing for a run without findings."""
    return "".join(json_text(finding_object(each), indent=None) for each in result.findings)
