"""Which rules run, and at which level."""

from __future__ import annotations

import pytest

from cnilint.engine.policy import Policy, no_such_rule, standing_for, switched
from cnilint.engine.ruleset import rules
from cnilint.errors import UsageError
from cnilint.model.finding import Level

ALL = {rule.id for rule in rules()}
BY_ITSELF = {rule.id for rule in rules() if rule.level is not Level.OFF}


def running(
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    severity: dict[str, str] | None = None,
) -> dict[str, Level]:
    off, levels = switched(select, ignore, severity or {})
    policy = Policy(off=off, severity=levels)
    return {r.id: policy.level(r) for r in rules() if policy.level(r) is not Level.OFF}


def test_every_rule_that_is_not_off_runs_at_its_own_level() -> None:
    assert set(running()) == BY_ITSELF
    assert "CNI913" not in running()
    levels = {rule.id: rule.level for rule in rules()}
    assert all(levels[rule] is level for rule, level in running().items())


def test_an_id_a_name_and_a_prefix_stand_for_rules() -> None:
    assert standing_for("CNI101") == {"CNI101"}
    assert standing_for("master-depends-on-order") == {"CNI101"}
    assert standing_for("CNI1") == {rule for rule in ALL if rule.startswith("CNI1")}
    assert standing_for("CNI") == ALL
    assert standing_for("CNI7777") == standing_for("master") == standing_for("") == frozenset()


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("CNI1001", "CNI101"),
        ("cni101", "CNI101"),
        ("master-depend-on-order", "master-depends-on-order"),
    ],
)
def test_an_unknown_rule_comes_with_a_suggestion(word: str, meant: str) -> None:
    assert no_such_rule(word) == f"no rule {word!r}, did you mean {meant!r}?"
    with pytest.raises(UsageError, match=meant):
        switched([word], [], {})
    with pytest.raises(UsageError, match=meant):
        switched([], [word], {})
    with pytest.raises(UsageError, match=meant):
        switched([], [], {word: "error"})


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert no_such_rule("zzz") == "no rule 'zzz'"


def test_select_leaves_only_what_it_names() -> None:
    assert set(running(("CNI101", "cni-version-incompatible"))) <= ALL
    assert set(running(("CNI1",))) == {rule for rule in BY_ITSELF if rule.startswith("CNI1")}
    assert set(running(("CNI101",))) == {"CNI101"}


def test_ignore_takes_away_what_it_names() -> None:
    assert set(running(ignore=("CNI1", "unused-ignore"))) == {
        rule for rule in BY_ITSELF if not rule.startswith("CNI1") and rule != "CNI910"
    }


def test_the_longer_prefix_counts_and_ignore_of_two_equal_ones() -> None:
    assert set(running(("CNI1",), ("CNI101",))) & {"CNI101", "CNI102"} == {"CNI102"}
    assert "CNI101" in running(("CNI101",), ("CNI1",))
    assert "CNI101" not in running(("CNI101",), ("CNI101",))
    assert "CNI101" not in running(("CNI1",), ("master-depends-on-order",))
    assert running(("CNI1",), ("CNI1",)) == {}


def test_severity_gives_a_level_and_the_longer_prefix_counts() -> None:
    found = running(severity={"CNI1": "note", "CNI101": "error", "master-not-pinned": "off"})
    assert found["CNI101"] is Level.ERROR
    assert found["CNI103"] is Level.NOTE
    assert "CNI102" not in found
    assert found["CNI910"] is Level.WARNING


def test_a_rule_that_is_off_runs_when_it_is_given_a_level_or_named() -> None:
    assert running(severity={"CNI913": "error"})["CNI913"] is Level.ERROR
    assert running(("CNI913",)) == {"CNI913": Level.WARNING}
    assert running(("ignore-without-reason",)) == {"CNI913": Level.WARNING}
    assert "CNI913" not in running(("CNI9",))
    assert "CNI913" not in running(ignore=("CNI913",), severity={"CNI913": "error"})


def test_of_single_files_only_rules_run_that_need_no_other() -> None:
    policy = Policy(off=frozenset({"CNI902"}), severity={"CNI101": Level.NOTE}, whole=True)
    alone = policy.of_files()
    levels = {rule.id: alone.level(rule) for rule in rules()}
    assert levels["CNI101"] is levels["CNI902"] is Level.OFF
    assert levels["CNI108"] is Level.ERROR
    assert {rule.id for rule in rules() if rule.scope == "file"} >= {
        rule for rule, level in levels.items() if level is not Level.OFF
    }
    assert not alone.whole
    assert policy.whole


OURS, LONG, NEAR = (
    rules()[0]._replace(id=identifier, name=f"rule-{identifier.lower()}", level=level)
    for identifier, level in [
        ("ACME101", Level.WARNING),
        ("ACME1011", Level.ERROR),
        ("CNIX101", Level.OFF),
    ]
)
HOUSE = (OURS, LONG, NEAR)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ACME101", {"ACME101"}),
        ("ACME1011", {"ACME1011"}),
        ("rule-acme101", {"ACME101"}),
        ("ACME", {"ACME101", "ACME1011"}),
        ("ACME10", {"ACME101", "ACME1011"}),
        ("ACME2", set()),
        ("ACM", set()),
        ("A", set()),
        ("", set()),
        ("101", set()),
        ("CNIX", {"CNIX101"}),
        ("CNI101", {"CNI101"}),
    ],
)
def test_words_stand_for_rules_of_the_house_as_well(word: str, expected: set[str]) -> None:
    assert standing_for(word, HOUSE) == expected
    assert standing_for(word) == {rule for rule in expected if rule in ALL}


def test_a_prefix_is_of_its_own_letters() -> None:
    assert standing_for("CNI", HOUSE) == ALL
    assert "CNIX101" not in standing_for("CNI1", HOUSE)


def test_rules_of_the_house_are_switched() -> None:
    def levels(*asked: list[str], severity: dict[str, str] | None = None) -> dict[str, Level]:
        select, ignore = asked
        off, given = switched(select, ignore, severity or {}, HOUSE)
        policy = Policy(off=off, severity=given, house=HOUSE)
        running = {rule.id: policy.level(rule) for rule in policy.rules}
        return {rule: level for rule, level in running.items() if rule not in ALL and level}

    assert levels([], []) == {"ACME101": Level.WARNING, "ACME1011": Level.ERROR}
    assert levels(["CNI1"], []) == {}
    assert levels(["ACME"], ["ACME101"]) == {"ACME1011": Level.ERROR}
    assert levels(["CNIX101"], []) == {"CNIX101": Level.WARNING}
    assert levels([], ["ACME"], severity={"CNIX": "note"}) == {"CNIX101": Level.NOTE}
    with pytest.raises(UsageError, match="no rule 'ACME9', did you mean 'ACME101'"):
        switched(["ACME9"], [], {}, HOUSE)
    assert no_such_rule("rule-acme11", HOUSE).endswith("did you mean 'rule-acme101'?")


def test_a_policy_knows_the_rules_of_the_house() -> None:
    assert Policy().rules == rules()
    assert Policy(house=HOUSE).rules == (*rules(), *HOUSE)
