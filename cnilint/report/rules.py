"""The list of rules, for people and for programs."""

from __future__ import annotations

import json

from cnilint.engine.ruleset import Rule, rules

SCHEMA = "cnilint.rules/v1"


def rules_text() -> str:
    """Return one line a rule: id, level, grade of its fix, name and what it is about."""
    found = rules()
    name = max((len(rule.name) for rule in found), default=0)
    return "".join(
        f"{rule.id}  {rule.level!s:7}  {_grade(rule)}  {rule.name:{name}}  {rule.summary}\n"
        for rule in found
    )


def rules_json() -> str:
    """Return every rule's card as one JSON object."""
    cards = [
        {
            "id": rule.id,
            "name": rule.name,
            "level": str(rule.level),
            "summary": rule.summary,
            "fix": rule.fix,
            "scope": rule.scope,
            "help": dict(rule.help),
            "links": list(rule.links),
        }
        for rule in rules()
    ]
    return json.dumps({"schema": SCHEMA, "rules": cards}, indent=2, ensure_ascii=False) + "\n"


def _grade(rule: Rule) -> str:
    return {"safe": "[*]", "unsafe": "[~]"}.get(rule.fix, "   ")
