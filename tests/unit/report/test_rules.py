"""The list of rules: one line a rule for people, every word of every card for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnilint.engine.ruleset import rules
from cnilint.model.finding import Level
from cnilint.report import rules as module
from cnilint.report.rules import rules_json, rules_text

CARDS = sorted(path.stem for path in Path(__file__).parents[3].glob("rules/CNI*.yaml"))
A, B = (
    rules()[0]._replace(
        id=identifier, name=name, level=level, summary=f"About {name}", fix=fix, links=()
    )
    for identifier, name, level, fix in [
        ("CNI101", "short", Level.ERROR, "safe"),
        ("CNI905", "a-longer-name", Level.NOTE, "none"),
    ]
)


def test_every_card_of_the_folder_is_listed_once_in_order() -> None:
    assert [line.split()[0] for line in rules_text().splitlines()] == CARDS
    assert [card["id"] for card in json.loads(rules_json())["rules"]] == CARDS


@pytest.mark.parametrize(
    ("fix", "mark"),
    [("safe", "[*]"), ("unsafe", "[~]"), ("display", "   "), ("none", "   ")],
)
def test_columns_are_aligned_and_a_mark_tells_the_grade_of_the_fix(
    fix: str, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "rules", lambda: (A._replace(fix=fix), B))
    assert rules_text() == (
        f"CNI101  error    {mark}  short          About short\n"
        "CNI905  note          a-longer-name  About a-longer-name\n"
    )


def test_no_rules_is_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "rules", tuple)
    assert rules_text() == ""
    assert json.loads(rules_json()) == {"schema": "cnilint.rules/v1", "rules": []}


def test_a_card_is_there_with_all_its_words() -> None:
    shown = {card["id"]: card for card in json.loads(rules_json())["rules"]}
    for rule in rules():
        card = shown[rule.id]
        assert card == {
            "id": rule.id,
            "name": rule.name,
            "level": str(rule.level),
            "summary": rule.summary,
            "fix": rule.fix,
            "scope": rule.scope,
            "help": {key: rule.help[key] for key in ("what", "why", "fix", "fix-safety")},
            "links": list(rule.links),
        }


def test_what_is_not_ascii_stays_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "rules", lambda: (A._replace(summary="Über é 🦀"),))
    assert '"summary": "Über é 🦀"' in rules_json()
    assert rules_json().endswith("}\n")
