"""What a card says of its fix is what the cases show: how safe it is, and that it is made."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from cnilint.engine.rule import CHANGE
from cnilint.engine.ruleset import Rule, rules
from cnilint.fix.options import DEFAULT_OPTIONS
from cnilint.model.finding import Applicability
from cnilint.run import fix
from tests.rules.test_rules import BAD, linted, manifests, of_rule, wanted

SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY
every_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)


@cache
def offers(rule: str) -> dict[Applicability, list[Path]]:
    """Return the cases of a rule by the grade of the fixes that its findings have there."""
    found: dict[Applicability, list[Path]] = {}
    for case in BAD:
        if case.parent.name != rule:
            continue
        grades = {fix.applicability for finding in of_rule(case, rule) for fix in finding.fixes}
        for grade in grades:
            found.setdefault(grade, []).append(case)
    return found


@every_rule
def test_a_card_says_the_best_grade_that_the_cases_show(rule: Rule) -> None:
    shown = max(offers(rule.id), default=None)
    assert rule.fix == (str(shown) if shown is not None else "none")


@every_rule
def test_a_safe_fix_is_made_without_asking_and_no_other_is(rule: Rule) -> None:
    safe = offers(rule.id).get(SAFE, [])
    assert (rule.fix == "safe") == bool(safe)
    for case in safe[:3]:
        made = fix(manifests(case), policy=wanted(case), options=DEFAULT_OPTIONS)
        assert made.changed
        left = [finding for finding in made.result.findings if finding.rule == rule.id]
        assert len(left) < len(of_rule(case, rule.id))
    for case in offers(rule.id).get(UNSAFE, [])[:1]:
        if case in safe or rule.scope == CHANGE:  # nothing makes the fix of a change
            continue
        made = fix(manifests(case), policy=wanted(case), options=DEFAULT_OPTIONS)
        left = [finding for finding in made.result.findings if finding.rule == rule.id]
        assert len(left) >= len(of_rule(case, rule.id))


@every_rule
def test_a_card_tells_when_its_fix_is_safe(rule: Rule) -> None:
    said = rule.help.get("fix-safety", "")
    assert bool(said) or rule.fix == "none"
    if rule.fix == "safe" and offers(rule.id).get(UNSAFE):
        assert "afe" in said


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_what_is_only_shown_says_what_to_do(case: Path) -> None:
    for finding in linted(case).findings:
        for one in finding.fixes:
            assert one.title
            assert not one.title.endswith(".")
            assert "\n" not in one.title + one.note
            assert one.edits or one.applicability is DISPLAY
