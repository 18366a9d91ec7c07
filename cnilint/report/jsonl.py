"""JSON lines: one finding a line, the same objects as in the JSON report."""

from __future__ import annotations

from cnilint.engine.result import Result

from .json_ import finding_object, json_text

LINE_ENDS = str.maketrans({end: f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"})
"""What JSON leaves as it is and some readers still end a line at."""


def jsonl(result: Result) -> str:
    """Return one JSON object a line, nothing for a run without findings."""
    lines = (json_text(finding_object(each), indent=None) for each in result.findings)
    return "".join(line.translate(LINE_ENDS) for line in lines)
