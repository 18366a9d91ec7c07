"""Examples of cards are run as a user would run them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cnilint.cli.examples import trials
from cnilint.engine.example import Example, examples_of
from cnilint.engine.ruleset import Rule, house_rules
from tests.clusters import multus, placed, thin
from tests.house import CARD, card

BAD_AND_GOOD = CARD[CARD.index("examples:") :]


def loaded(folder: Path, text: str, *others: str) -> tuple[Rule, tuple[Rule, ...]]:
    """Return the rule of a card, and every rule of its house."""
    cards = {f"ACME{number}.yaml": text for number, text in enumerate((text, *others), 101)}
    house = house_rules([str(placed(folder, cards))])
    return house[0], house


def of(*examples: tuple[dict[str, str], dict[str, str]]) -> str:
    """Return the card with other examples."""
    listed = [{"bad": bad, "good": good} for bad, good in examples]
    return card((BAD_AND_GOOD, f"examples: {json.dumps(listed)}\n"))


def deployment(replicas: int, name: str = "app") -> str:
    head = f"apiVersion: apps/v1\\nkind: Deployment\\nmetadata: {{name: {name}}}\\n"
    return f"{head}spec: {{replicas: {replicas}}}\\n".replace("\\n", "\n")


def test_one_example_or_several(tmp_path: Path) -> None:
    one, _house = loaded(tmp_path / "a", CARD)
    assert len(examples_of(one)) == 1
    both = ({"a.yaml": deployment(1)}, {"a.yaml": deployment(2)})
    two, house = loaded(tmp_path / "b", of(both, both))
    assert examples_of(two) == (Example(*both), Example(*both))
    assert [trial.passed for trial in trials(two, house)] == [True, True]
    without, _house = loaded(tmp_path / "c", card((BAD_AND_GOOD, "")))
    assert list(trials(without)) == []


def test_what_changes_between_bad_and_good() -> None:
    example = Example({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "4", "d": "5"})
    assert example.changed == {"b": "4", "d": "5"}


def test_files_may_lie_in_folders_and_findings_have_their_paths(tmp_path: Path) -> None:
    bad = {"prod/web/app.yaml": deployment(1), "test/app.yaml": deployment(2)}
    rule, house = loaded(tmp_path, of((bad, {"app.yaml": deployment(2)})))
    (trial,) = trials(rule, house)
    assert trial.passed
    assert trial.bad[0].location.source.path == "prod/web/app.yaml"


@pytest.mark.parametrize(
    ("bad", "good", "fires", "passed"),
    [
        (1, 2, True, True),
        (2, 2, False, False),
        (1, 1, True, False),
    ],
)
def test_bad_is_to_fire_and_good_is_not(
    bad: int, good: int, fires: bool, passed: bool, tmp_path: Path
) -> None:
    files = ({"a.yaml": deployment(bad)}, {"a.yaml": deployment(good)})
    rule, house = loaded(tmp_path, of(files))
    (trial,) = trials(rule, house)
    assert (trial.fires, trial.passed) == (fires, passed)


def test_two_findings_are_not_that_one(tmp_path: Path) -> None:
    bad = {"a.yaml": deployment(1), "b.yaml": deployment(1, "other")}
    rule, house = loaded(tmp_path, of((bad, {"a.yaml": deployment(2)})))
    (trial,) = trials(rule, house)
    assert [finding.rule for finding in trial.bad] == ["ACME101", "ACME101"]
    assert not trial.fires


def test_other_rules_count_unless_the_example_leaves_them_out(tmp_path: Path) -> None:
    bad = {"a.yaml": deployment(1), "multus.yaml": thin()}
    good = {"a.yaml": deployment(2), "multus.yaml": multus()}
    rule, house = loaded(tmp_path / "a", of((bad, good)))
    (trial,) = trials(rule, house)
    assert {finding.rule for finding in trial.bad} == {"ACME101", "CNI102"}
    assert [finding.rule for finding in trial.good] == ["CNI102"]
    said = {".cnilint.yaml": "ignore: CNI102\n"}
    rule, house = loaded(tmp_path / "b", of(({**bad, **said}, {**good, **said})))
    (trial,) = trials(rule, house)
    assert trial.passed


def test_the_other_rules_of_the_house_take_part(tmp_path: Path) -> None:
    other = card(("ACME101", "ACME102"), ("name: deployment-of-one", "name: another"))
    rule, house = loaded(tmp_path, CARD, other)
    (trial,) = trials(rule, house)
    assert {finding.rule for finding in trial.bad} == {"ACME101", "ACME102"}
    (alone,) = trials(rule, (rule,))
    assert alone.passed


def test_notes_of_other_rules_do_not_count(tmp_path: Path) -> None:
    unknown = multus(image="example.test/multus-cni:our-own")
    bad = {"a.yaml": deployment(1), ".cnilint.yaml": "ignore: CNI1\n", "multus.yaml": unknown}
    rule, house = loaded(tmp_path, of((bad, {**bad, "a.yaml": deployment(2)})))
    (trial,) = trials(rule, house)
    assert trial.passed


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"README.md": "words"}, "nothing to read"),
        ({"a.yaml": "a: b", ".cnilint.yaml": "selec: a\n"}, ".cnilint.yaml:1: unknown key 'selec'"),
        ({"a.yaml": "a: b", ".cnilint.yaml": "ignore: ACME9\n"}, "no rule 'ACME9'"),
    ],
)
def test_what_cannot_be_run_says_why(files: dict[str, str], said: str, tmp_path: Path) -> None:
    rule, house = loaded(tmp_path, of((files, {"a.yaml": deployment(2)})))
    (trial,) = trials(rule, house)
    assert said in trial.problem
    assert not trial.fires
    assert not trial.passed


def test_nothing_around_a_run_matters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, house = loaded(tmp_path / "cards", CARD)
    placed(tmp_path / "here", {".cnilint.yaml": "ignore: CNI\n"})
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("CNILINT_SELECT", "CNI101")
    (trial,) = trials(rule, house)
    assert trial.passed
    assert Path.cwd() == (tmp_path / "here").resolve()
    assert os.listdir() == [".cnilint.yaml"]
