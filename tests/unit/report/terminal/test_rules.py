"""The list of rules: one line a rule for people, every word of every card for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnilint.engine.example import Example, ExampleTrial
from cnilint.engine.ruleset import Rule, rules
from cnilint.model.finding import Level
from cnilint.report.rule_page import Page
from cnilint.report.terminal.paint import Paint
from cnilint.report.terminal.rules import rules_json, rules_text

CARDS = sorted(path.stem for path in Path(__file__).parents[4].glob("rules/CNI*.yaml"))
PLAIN = Paint(color=False, width=120)
A, B, C = (
    rules()[0]._replace(
        id=identifier, name=name, level=level, summary=f"About {name}", fix=fix, links=()
    )
    for identifier, name, level, fix in [
        ("CNI101", "short", Level.ERROR, "safe"),
        ("CNI905", "a-longer-name", Level.NOTE, "none"),
        ("ACME101", "ours", Level.OFF, "none"),
    ]
)


def page(rule: Rule) -> Page:
    return Page(rule, (), {})


def test_every_card_of_the_folder_is_listed_once_in_order() -> None:
    lines = [line for line in rules_text(rules(), PLAIN).splitlines() if line.startswith("CNI")]
    assert [line.split()[0] for line in lines] == CARDS
    shown = json.loads(rules_json([page(rule) for rule in rules()]))
    assert [card["id"] for card in shown["rules"]] == CARDS


@pytest.mark.parametrize(
    ("fix", "mark"),
    [("safe", "[*]"), ("unsafe", "[~]"), ("display", "   "), ("none", "   ")],
)
def test_columns_are_aligned_and_a_mark_tells_the_grade_of_the_fix(fix: str, mark: str) -> None:
    lines = rules_text([A._replace(fix=fix), B, A._replace(fix="safe")], PLAIN).splitlines()
    assert lines[1] == f"CNI101  error  {mark}  short          About short"
    assert lines[4] == "CNI905  note        a-longer-name  About a-longer-name"


def test_rules_stand_by_family_and_the_marks_are_explained() -> None:
    text = rules_text([A, A._replace(id="CNI102"), B, C], PLAIN)
    titles = [block.splitlines()[0] for block in text.split("\n\n")]
    assert titles == [
        "Multus and its master",
        "The files, and the ignores in them",
        "Rules of the house",
        "[*] cnilint check --fix makes the fix  [~] with --unsafe-fixes as well",
    ]
    assert "ACME101  off    " in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_colours_are_for_terminals_alone() -> None:
    assert "\x1b" not in rules_text([A, B, C], PLAIN)
    assert "\x1b" in rules_text([A, B, C], Paint(color=True, width=120))


def test_no_rules_is_an_empty_list() -> None:
    assert rules_text([], PLAIN) == ""
    assert json.loads(rules_json([])) == {"schema": "cnilint.rules/v1", "rules": []}


def test_a_card_is_there_with_all_its_words() -> None:
    example = Example({"a.yaml": "a: b\n"}, {"a.yaml": "a: c\n"})
    for rule in rules():
        found = Page(rule, (ExampleTrial(rule, example),), {"runtime": "Which one."})
        (shown,) = json.loads(rules_json([found]))["rules"]
        assert shown == {
            "id": rule.id,
            "name": rule.name,
            "family": shown["family"],
            "level": str(rule.level),
            "summary": rule.summary,
            "message": rule.message,
            "fix": rule.fix,
            "scope": rule.scope,
            "help": {key: rule.help[key] for key in ("what", "why", "fix", "fix-safety")},
            "settings": {"runtime": "Which one."},
            "links": list(rule.links),
            "examples": [
                {"bad": {"a.yaml": "a: b\n"}, "findings": [], "good": {"a.yaml": "a: c\n"}}
            ],
        }


def test_what_is_not_ascii_stays_readable() -> None:
    text = rules_json([page(A._replace(summary="Über é 🦀"))])
    assert '"summary": "Über é 🦀"' in text
    assert text.endswith("}\n")
