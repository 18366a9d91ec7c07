"""A card of the house is read strictly, and as the published schema has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cnilint.engine.match import OPERATORS
from cnilint.engine.rule import SCHEMA
from cnilint.engine.rule_card import checked_card
from cnilint.engine.ruleset import Rule, house_rules, rules
from cnilint.errors import ReadError, RuleError
from cnilint.model.finding import Level
from cnilint.resources import rules_folder
from cnilint.syntax.data import read_mapping
from tests.clusters import placed
from tests.house import CARD, card

VALIDATOR = Draft202012Validator(SCHEMA.whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
OWN = sorted(Path(rules_folder()).glob("CNI*.yaml"))
HOUSE = sorted(Path(rules_folder()).parent.glob("examples/house-rules/rules/*.yaml"))


def refused(folder: Path, text: str, name: str = "ACME101.yaml") -> RuleError:
    placed(folder, {name: text})
    with pytest.raises(RuleError) as caught:
        house_rules([str(folder)])
    assert caught.value.path == str(folder / name)
    return caught.value


def errors(read: Any) -> list[str]:  # noqa: ANN401  straight from YAML
    return [f"{list(e.absolute_path)}: {e.message}" for e in VALIDATOR.iter_errors(read)]


def test_a_card_of_the_house_is_a_rule_like_any(tmp_path: Path) -> None:
    placed(tmp_path, {"ACME101.yaml": CARD, "README.md": "words", ".hidden.yaml": "a: b"})
    (rule,) = house_rules([str(tmp_path)])
    assert rule == Rule(
        id="ACME101",
        name="deployment-of-one",
        level=Level.WARNING,
        summary="A Deployment with one replica",
        message="{object} has {value} replica at {path}",
        fix="none",
        help={"what": "A Deployment with one replica.", "why": "", "fix": "Ask for two."}
        | {"fix-safety": ""},
        links=("https://example.test/replicas",),
        check=(),
        match=(
            {"kind": "Deployment", "path": "$.spec.replicas", "operator": "equals", "value": 1},
        ),
        scope="file",
        path=str(tmp_path / "ACME101.yaml"),
    )
    assert not rule.is_own
    assert errors(read_mapping(rule.path)) == []


REFUSED = [
    ("level: warning", "level: warnin", 3, "level: 'warnin' is none of error, warning, note, off"),
    ("level: warning", "level: warnin", 3, "did you mean 'warning'?"),
    ("match:\n  kind: D", "match:\n  kinds: D", 7, "match.kinds: no such key; there are kind, "),
    ("match:\n  kind: D", "match:\n  kinds: D", 7, "did you mean 'kind'?"),
    (
        "match:\n  kind: Deployment\n",
        "match:\n",
        6,
        "match: one of of, kind must be there, not none",
    ),
    ("  path: $.spec.replicas", "  pat: $.spec.replicas", 8, "pat: no such key; there are kind,"),
    ("  path: $.spec.replicas", "  pat: $.spec.replicas", 8, "did you mean 'path'?"),
    ("  path: $.spec.replicas\n", "", 6, "match: no path"),
    ("$.spec.replicas", "spec.replicas", 8, "match.path: 'spec.replicas' is no JSONPath"),
    ("operator: equals", "operator: equal", 9, "did you mean 'equals'?"),
    ("  value: 1\n", "  value: 1\n  where: [{path: $.a}]\n", 11, "match.where.0: no operator"),
    (
        "  value: 1\n",
        "  value: 1\n  where:\n  - {path: a, operator: exists}\n",
        12,
        "match.where.0.path: 'a' is no JSONPath",
    ),
    ("  value: 1\n", "  value: 1\n  json-in: data\n", 11, "match.json-in: 'data' is no JSONPath"),
    ("id: ACME101", "id: acme101", 1, "'acme101' is no id: capital letters and a number"),
    ("id: ACME101", "id: CNI101", 1, "CNI is what the ids of cnilint's own rules begin with"),
    ("name: deployment-of-one", "name: a b", 2, "name: 'a b' is no name"),
    ("level: warning", "level: warning\ncheck: master_not_pinned", 4, "a house rule has no check"),
    ("level: warning", "level: warning\nfix: safe", 4, "fix: 'safe' is none of none"),
    ("  what: A", "  whta: A", 12, "did you mean 'what'?"),
    ("  good:\n    app.yaml: |", "  good:\n    app.yaml: 2\n    b.yaml: |", 23, "2 is no text"),
    ("  good:\n    app.yaml: |", "  god:\n    app.yaml: |", 22, "did you mean 'good'?"),
    ("operator: equals", "operator: exists", 10, "match.value: exists, which it is without an"),
    ("operator: equals", "operator: in", 10, "match.value: in and not-in take a list"),
    ("operator: equals", "operator: matches", 10, "match.value: 1 is no text"),
    ("equals\n  value: 1", 'matches\n  value: "("', 10, "'(' is not a regular expression"),
    ("  value: 1\n", "", 6, "match: no value"),
    ("  operator: equals\n", "", 9, "match.value: exists, which it is without an operator"),
    (
        "  value: 1\n",
        "  value: 1\n  where:\n  - {path: $.a, operator: in, value: b}\n",
        12,
        "match.where.0.value: in and not-in take a list",
    ),
    ("  good:\n    app.yaml: |", "  good:\n    ../app.yaml: |", 23, "by its path below the"),
]

REFUSED_BY_CODE_ALONE = [
    ("$.spec.replicas", "$.spec[?(", 8, "match.path: not a JSONPath: '$.spec[?('"),
    ("{value} replica", "{valu} replica", 5, "message: there is no {valu} here; there are {kind}"),
    ("{value} replica", "{valu} replica", 5, "did you mean 'value'?"),
    ("{value} replica", "{reason} replica", 5, "there is no {reason} here"),
    ("{value} replica", "{} replica", 5, "message: {} is more than a word in braces"),
    ("{value} replica", "{value!r} replica", 5, "message: {value} is more than a word"),
    ("{value} replica", "{value replica", 5, "write {{ and }} for braces"),
    ("id: ACME101", "id: ACME102", 1, "id: a card is named by its id: ACME102.yaml"),
]
"""What a schema cannot say: it looks at each value by itself."""


@pytest.mark.parametrize(("old", "new", "line", "reason"), [*REFUSED, *REFUSED_BY_CODE_ALONE])
def test_what_is_wrong_is_named_with_its_line(
    old: str, new: str, line: int, reason: str, tmp_path: Path
) -> None:
    error = refused(tmp_path, card((old, new)))
    assert error.place == f"line {line}"
    assert reason in error.reason
    assert str(error) == f"{error.path}: line {line}: {error.reason}"


@pytest.mark.parametrize(("old", "new"), [case[:2] for case in REFUSED])
def test_the_schema_refuses_it_as_well(old: str, new: str, tmp_path: Path) -> None:
    path = placed(tmp_path, {"ACME101.yaml": card((old, new))}) / "ACME101.yaml"
    assert errors(read_mapping(str(path)))


@pytest.mark.parametrize("path", [*OWN, *HOUSE], ids=lambda path: path.stem)
def test_every_card_is_as_the_schema_says(path: Path) -> None:
    assert errors(read_mapping(str(path))) == []
    assert checked_card(str(path), house=path in HOUSE)["id"] == path.stem


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA.whole)


def test_every_key_of_a_card_has_words() -> None:
    parts = [SCHEMA.whole, *SCHEMA.whole["$defs"].values()]
    for key, said in [one for part in parts for one in part.get("properties", {}).items()]:
        assert said.get("description") or SCHEMA.resolved(said).get("description"), key


def test_an_entry_about_multus_is_looked_into(tmp_path: Path) -> None:
    entry = "{of: multus-thick, path: $.name, key: name, reason: r, versions: '>=4.0,<4.2'}"
    whole = CARD[CARD.index("match:") : CARD.index("help:")]
    message = ("{object} has {value} replica at {path}", "{product}: {key} {reason}")
    text = card(message, (whole, f"match: {entry}\n"))
    placed(tmp_path, {"ACME101.yaml": text})
    assert house_rules([str(tmp_path)])[0].match[0]["versions"] == ">=4.0,<4.2"
    for old, new, reason in (
        (">=4.0,<4.2", ">=4.0,4.x", "match.versions: '>=4.0,4.x' is no range of releases"),
        ("path: $.name", "path: $.name, flag: --x", "one of path, flag must be there"),
        ("multus-thick", "multus-thic", "did you mean 'multus-thick'?"),
        ("{key} {reason}", "{object}", "there is no {object} here; there are {key}"),
    ):
        assert reason in refused(tmp_path, text.replace(old, new)).reason


def test_there_are_eight_operators_and_every_one_can_be_written() -> None:
    assert tuple(SCHEMA.part("operator")["enum"]) == tuple(OPERATORS)
    assert len(OPERATORS) == 8


@pytest.mark.parametrize(
    ("match", "said", "scope"),
    [
        ("{kind: Pod, path: $.a}", "", "file"),
        ("[{kind: Pod, path: $.a}, {kind: Job, path: $.a}]", "", "file"),
        ("{kind: Pod, path: $.a}", "scope: cluster\n", "cluster"),
        ("{of: multus-thin, flag: --x, key: x, reason: r}", "", "cluster"),
        (
            "[{kind: Pod, path: $.a}, {of: multus-thin, flag: --x, key: x, reason: r}]",
            "",
            "cluster",
        ),
        ("{of: multus-thin, flag: --x, key: x, reason: r}", "scope: file\n", "file"),
    ],
)
def test_what_is_found_in_an_object_needs_no_other_file(
    match: str, said: str, scope: str, tmp_path: Path
) -> None:
    whole = CARD[CARD.index("match:") : CARD.index("help:")]
    words = ("{object} has {value} replica at {path}", "so")
    placed(tmp_path, {"ACME101.yaml": card(words, (whole, f"match: {match}\n{said}"))})
    assert house_rules([str(tmp_path)])[0].scope == scope


def test_off_is_a_level_though_yaml_takes_it_for_a_truth_value(tmp_path: Path) -> None:
    placed(tmp_path, {"ACME101.yaml": card(("level: warning", "level: off"))})
    assert house_rules([str(tmp_path)])[0].level is Level.OFF


def test_cards_of_several_folders_come_by_id(tmp_path: Path) -> None:
    second = card(("ACME101", "ACME1001"), ("name: deployment-of-one", "name: another"))
    third = card(("ACME101", "BE200"), ("name: deployment-of-one", "name: a-third"))
    placed(tmp_path, {"a/BE200.yaml": third, "b/ACME101.yaml": CARD, "b/ACME1001.yml": second})
    folders = [str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path / "b" / ".." / "a")]
    assert [rule.id for rule in house_rules(folders)] == ["ACME1001", "ACME101", "BE200"]


def test_an_id_and_a_name_belong_to_one_rule(tmp_path: Path) -> None:
    placed(tmp_path, {"a/ACME101.yaml": CARD, "b/ACME101.yaml": CARD})
    with pytest.raises(RuleError, match=r"line 1: id: 'ACME101' is that of .*ACME101\.yaml as we"):
        house_rules([str(tmp_path / "a"), str(tmp_path / "b")])
    placed(tmp_path, {"a/ACME102.yaml": card(("ACME101", "ACME102"))})
    with pytest.raises(RuleError, match=r"ACME102\.yaml: line 2: name: 'deployment-of-one' is"):
        house_rules([str(tmp_path / "a")])
    mine = card(("name: deployment-of-one", f"name: {rules()[0].name}"))
    assert "cnilint's own CNI101" in refused(tmp_path / "c", mine).reason


def test_a_folder_that_is_not_there_or_has_no_card_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No such file"):
        house_rules([str(tmp_path / "none")])
    placed(tmp_path, {"README.md": "words"})
    with pytest.raises(RuleError, match="there is no rule card in it"):
        house_rules([str(tmp_path)])


@pytest.mark.parametrize("content", [b"\xff\xfe\xfd", b"", b"[]", b"a: b\n---\nc: d\n"])
def test_what_is_no_card_at_all_is_refused(content: bytes, tmp_path: Path) -> None:
    placed(tmp_path, {"ACME101.yaml": content})
    with pytest.raises(RuleError, match=r"ACME101\.yaml: "):
        house_rules([str(tmp_path)])


def test_a_card_that_changed_is_read_again(tmp_path: Path) -> None:
    path = placed(tmp_path, {"ACME101.yaml": CARD}) / "ACME101.yaml"
    assert house_rules([str(tmp_path)])[0].level is Level.WARNING
    stamp = path.stat().st_mtime_ns
    path.write_text(card(("level: warning", "level: error")))
    import os

    os.utime(path, ns=(stamp + 10**9, stamp + 10**9))
    assert house_rules([str(tmp_path)])[0].level is Level.ERROR
