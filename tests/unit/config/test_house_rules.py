"""Rules of the house in the settings: where they come from, and that their names are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint.config.settings import policy, settings
from cnilint.engine.ruleset import house_rules
from cnilint.errors import ConfigurationError
from cnilint.model.finding import Level
from tests.house import CARD, card


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = ".cnilint.yaml") -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def test_folders_of_rules_come_from_every_origin_and_count_from_the_file() -> None:
    written(CARD, "above/cards/ACME101.yaml")
    written("rules-dirs: cards\nignore: ACME101\n", "above/.cnilint.yaml")
    found = settings({}, {}, "above/.cnilint.yaml")
    assert found.rules_dirs == ("above/cards",)
    assert [rule.id for rule in found.house] == ["ACME101"]
    assert found.origins["rules_dirs",] == "above/.cnilint.yaml:1"
    chosen = policy(found, [])
    assert chosen.off == {"ACME101"}
    assert [rule.id for rule in chosen.rules][-1] == "ACME101"
    written(card(("ACME101", "BE201")), "BE201.yaml")
    nearer = settings({}, {"CNILINT_RULES_DIRS": "."}, "")
    assert [rule.id for rule in nearer.house] == ["BE201"]
    assert settings({"rules_dirs": ["above/cards"]}, {"CNILINT_RULES_DIRS": "."}, "").house == (
        found.house
    )


def test_a_rule_of_the_house_is_known_wherever_a_rule_is_named() -> None:
    written(CARD, "cards/ACME101.yaml")
    named = "severity: {deployment-of-one: error}\nper-file-ignores: {'a/*': ACME}\n"
    written(f"rules-dirs: [cards]\n{named}ignores:\n- rule: [ACME1, CNI101]\n  reason: x\n")
    chosen = policy(settings({}, {}), [])
    assert chosen.severity == {"ACME101": Level.ERROR}
    assert chosen.per_file == (("a/*", frozenset({"ACME101"})),)
    assert [word.rules for word in chosen.ignores[0].words] == [{"ACME101"}, {"CNI101"}]
    written("rules-dirs: [cards]\nignore: ACME102\n")
    with pytest.raises(ConfigurationError, match=r"yaml:2: .* did you mean 'ACME101'"):
        settings({}, {})


def test_rules_that_are_given_take_the_place_of_folders() -> None:
    written(CARD, "cards/ACME101.yaml")
    house = house_rules(["cards"])
    assert settings({}, {}, "", house=house).house == house
    assert policy(settings({}, {}, "", house=house), []).rules[-1] is house[0]
    assert settings({"ignore": "ACME101"}, {}, "", house=house).house == house
    written("rules-dirs: [none]\nignore: ACME101\n")
    assert settings({}, {}, ".cnilint.yaml", house=house).house == house


def test_patterns_count_from_the_working_directory_where_there_is_no_file() -> None:
    chosen = settings({"per_file_ignores": ["app/*=CNI101"]}, {}, "")
    assert chosen.folder == str(Path.cwd())
    assert policy(chosen, []).base == str(Path.cwd())
