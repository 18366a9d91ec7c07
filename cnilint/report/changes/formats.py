"""The reports of a comparison, by the name a user gives: of every format there is for findings.

Those that have none of their own are reports of the findings that are new.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from cnilint.diff.comparison import Comparison
from cnilint.report.formats import report as report_of_findings
from cnilint.report.terminal.paint import Paint
from cnilint.start import replace

OWN: Mapping[str, tuple[str, str]] = {
    "concise": ("concise", "concise"),
    "json": ("json_", "diff_json"),
    "markdown": ("markdown", "markdown"),
    "html": ("html", "html"),
}
"""Module and function of each; a run loads those that it was asked for."""


def report(name: str, found: Comparison, paint: Paint) -> str:
    """Return the text of a format, which ends its line; KeyError if there is none of that name."""
    if name == "full":
        from .full import full

        return full(found, paint)
    if name in OWN:
        module, function = OWN[name]
        text: str = getattr(import_module(f".{module}", __package__), function)(found)
        return text
    new = replace(found.after, findings=found.added, suppressed=(), compared=True)
    return report_of_findings(name)(new)
