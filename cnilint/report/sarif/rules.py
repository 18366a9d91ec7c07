"""The rule cards as SARIF describes a tool."""

from __future__ import annotations

from collections.abc import Sequence

from cnilint import __version__
from cnilint.engine.ruleset import Rule
from cnilint.model.finding import Level
from cnilint.report.json_ import JSONObject
from cnilint.report.markup import ADDRESS, link, prose
from cnilint.report.words import SECTIONS

from .place import said

INFORMATION = "https://github.com/cnilint/cnilint"
PAGES = f"{INFORMATION}/blob/main/docs/rules"

LEVELS = {
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.NOTE: "note",
    Level.OFF: "none",
}
PROBLEMS = {Level.ERROR: "error", Level.WARNING: "warning"}
"""What code scanning calls the levels; any other is a recommendation."""


def driver(rules: Sequence[Rule]) -> JSONObject:
    """Return the tool with its rules."""
    return {
        "name": "cnilint",
        "informationUri": INFORMATION,
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> JSONObject:
    found: JSONObject = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": said(f"{rule.summary.removesuffix('.')}.")},
        "fullDescription": {"text": said(rule.help["what"] or f"{rule.summary}.")},
        "help": {"text": said(_plain(rule)), "markdown": _markdown(rule)},
        "defaultConfiguration": (
            {"level": LEVELS[rule.level]} if rule.level is not Level.OFF else {"enabled": False}
        ),
        "properties": {
            "tags": ["cni", "kubernetes"],
            "problem.severity": PROBLEMS.get(rule.level, "recommendation"),
        },
    }
    if rule.is_own:
        return found | {"helpUri": f"{PAGES}/{rule.id}.md"}
    address = next(filter(ADDRESS.fullmatch, rule.links), None)
    return found | {"helpUri": address} if address is not None else found


def _plain(rule: Rule) -> str:
    parts = [f"{title}: {rule.help[key]}" for key, title in SECTIONS.items() if rule.help[key]]
    return "\n\n".join([*parts, *(f"See {each}" for each in rule.links)])


def _markdown(rule: Rule) -> str:
    told = [(title, rule.help[key]) for key, title in SECTIONS.items() if rule.help[key]]
    parts = [f"**{title}.** {prose(text)}" for title, text in told]
    return "\n\n".join([*parts, *(f"See {link(each)}" for each in rule.links)])
