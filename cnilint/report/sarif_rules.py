"""The rule cards as SARIF describes a tool."""

from __future__ import annotations

from cnilint import __version__
from cnilint.engine.ruleset import Rule, rules
from cnilint.model.finding import Level

from .json_ import JSONObject
from .markup import prose

INFORMATION = "https://github.com/cnilint/cnilint"

LEVELS = {
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.NOTE: "note",
    Level.OFF: "none",
}
PROBLEMS = {Level.ERROR: "error", Level.WARNING: "warning"}
"""What code scanning calls the levels; any other is a recommendation."""

SECTIONS = {
    "what": "What it finds",
    "why": "Why it matters",
    "fix": "How to fix it",
    "fix-safety": "How safe the fix is",
}


def driver() -> JSONObject:
    """Return the tool with every rule, by id."""
    return {
        "name": "cnilint",
        "informationUri": INFORMATION,
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules()],
    }


def indexes() -> dict[str, int]:
    """Return where each rule stands in the driver's list."""
    return {rule.id: at for at, rule in enumerate(rules())}


def _rule(rule: Rule) -> JSONObject:
    found: JSONObject = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.summary.removesuffix('.')}."},
        "fullDescription": {"text": rule.help["what"]},
        "help": {"text": _plain(rule), "markdown": _markdown(rule)},
        "defaultConfiguration": (
            {"level": LEVELS[rule.level]} if rule.level is not Level.OFF else {"enabled": False}
        ),
        "properties": {
            "tags": ["cni", "kubernetes"],
            "problem.severity": PROBLEMS.get(rule.level, "recommendation"),
        },
    }
    return found | ({"helpUri": rule.links[0]} if rule.links else {})


def _plain(rule: Rule) -> str:
    parts = [f"{title}: {rule.help[key]}" for key, title in SECTIONS.items()]
    return "\n\n".join([*parts, *(f"See {link}" for link in rule.links)])


def _markdown(rule: Rule) -> str:
    parts = [f"**{title}.** {prose(rule.help[key])}" for key, title in SECTIONS.items()]
    return "\n\n".join([*parts, *(f"See <{link}>" for link in rule.links)])
