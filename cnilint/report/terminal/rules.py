"""The list of rules, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.engine.ruleset import Rule
from cnilint.model.finding import Level
from cnilint.report.json_ import json_text
from cnilint.report.rule_page import Page, family, page_object

from .layout import aligned, hanging
from .paint import Line, Paint

SCHEMA = "cnilint.rules/v1"

GRADES = {"safe": "[*]", "unsafe": "[~]"}
LEGEND = (
    "[*] cnilint check --fix makes the fix  [~] with --unsafe-fixes as well\n"
    "cnilint rule CNI101 tells all of one rule"
)


def rules_text(found: Sequence[Rule], paint: Paint) -> str:
    """Return one line a rule, by family: id, level, grade of its fix, name and what it finds."""
    return paint.render(_lines(found, paint)) if found else ""


def rules_json(found: Sequence[Page]) -> str:
    """Return everything about every rule as one JSON object."""
    return json_text({"schema": SCHEMA, "rules": [page_object(page) for page in found]})


def _lines(found: Sequence[Rule], paint: Paint) -> Iterator[Line]:
    rows = [
        (rule.id, str(rule.level), GRADES.get(rule.fix, ""), rule.name, rule.summary)
        for rule in found
    ]
    title = ""
    for rule, cells in zip(found, aligned(rows, paint), strict=True):
        if family(rule) != title:
            if title:
                yield []
            title = family(rule)
            yield [(title, "strong")]
        level = str(rule.level) if rule.level is not Level.OFF else "faint"
        styles = ("rule", level, "good" if rule.fix == "safe" else "warning", "", "")
        yield [
            segment
            for cell, style in zip(cells, styles, strict=True)
            for segment in ((cell, style), ("  ", ""))
        ]
    yield []
    yield from hanging([], LEGEND, "faint", paint)
