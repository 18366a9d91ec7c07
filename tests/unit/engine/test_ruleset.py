"""A card that is wrong is refused with its path and line: whoever wrote it has to find it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnilint.engine import ruleset
from cnilint.engine.evaluate import evaluate
from cnilint.engine.ruleset import GRADES, HELP, SCOPES, Rule, rules
from cnilint.errors import RuleError
from cnilint.model.finding import Level
from tests.clusters import VPC, multus, read

CARD = """\
# its id, name, level, summary, message, check, match, fix, help and links
id: CNI998
name: some-pattern
level: warning
summary: Something is so
message: "{product} is so"
check: master_not_pinned
fix: none
help:
  what: >-
    It is so.
  why: Because.
  fix: Do.
  fix-safety: |
    None.

links:
  - https://github.com/example/test/issues/1
"""

Load = Callable[..., tuple[Rule, ...]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Return the rules of a folder with some cards, as a run reads them."""
    monkeypatch.setattr(ruleset, "rules_folder", lambda: str(tmp_path))
    monkeypatch.setattr(ruleset, "rules", uncached := ruleset.rules.__wrapped__)

    def load(text: str = CARD, name: str = "CNI998.yaml") -> tuple[Rule, ...]:
        (tmp_path / name).write_text(text)
        found: tuple[Rule, ...] = uncached()
        return found

    return load


def test_a_card_is_read(load: Load) -> None:
    (rule,) = load()
    assert rule == Rule(
        id="CNI998",
        name="some-pattern",
        level=Level.WARNING,
        summary="Something is so",
        message="{product} is so",
        fix="none",
        help={"what": "It is so.", "why": "Because.", "fix": "Do.", "fix-safety": "None."},
        links=("https://github.com/example/test/issues/1",),
        checks=("master_not_pinned",),
        match=(),
        scope="cluster",
    )


def test_a_card_says_when_one_file_is_enough_to_judge_by(load: Load) -> None:
    (rule,) = load(CARD.replace("fix: none", "scope: file\nfix: none"))
    assert rule.scope == "file"


def test_links_may_be_left_out_and_checks_be_several(load: Load) -> None:
    text = CARD[: CARD.index("links:")].replace("check: master_not_pinned", "check: [a, b]")
    (rule,) = load(text)
    assert (rule.links, rule.checks) == ((), ("a", "b"))


def test_one_entry_of_a_match_is_a_list_of_one(load: Load) -> None:
    entry = "{of: multus-thick, path: $.a, key: a, reason: b}"
    one = load(CARD.replace("check: master_not_pinned", f"match: {entry}"))[0].match
    several = load(CARD.replace("check: master_not_pinned", f"match: [{entry}]"))[0].match
    assert one == several
    assert one[0]["key"] == "a"


def test_rules_come_in_the_order_of_their_ids_and_nothing_else_is_read(load: Load) -> None:
    load("not: a card\n", "notes.yaml")
    load("not: a card\n", "CNI1.yml")
    load(CARD)
    found = load(CARD.replace("CNI998", "CNI120"), "CNI120.yaml")
    assert [rule.id for rule in found] == ["CNI120", "CNI998"]


def line_of(text: str, key: str) -> str:
    return f"line {text[: text.index(f'{key}:')].count(chr(10)) + 1}"


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("level: warning", "level: fatal", "level", "not a level: 'fatal'"),
        ("level: warning", "level: 2", "level", "level is a string"),
        ("level: warning", "level:", "level", "level is a string"),
        ("name: some-pattern", "name: [a]", "name", "name is a string"),
        ("summary: Something is so", "summary: {a: b}", "summary", "summary is a string"),
        ('message: "{product} is so"', "message: yes", "message", "message is a string"),
        ("id: CNI998", "id: CNI997", "id", "a card is named by its id"),
        ("id: CNI998", "id: 998", "id", "id is a string"),
        ("fix: none", "fix: always", "fix", f"fix is one of {', '.join(GRADES)}"),
        ("fix: none", "fix: []", "fix", "fix is a string"),
        ("fix: none", "fix: none\nscope: files", "scope", f"scope is one of {', '.join(SCOPES)}"),
        ("fix: none", "fix: none\nscope: [file]", "scope", "scope is one of"),
        ("  why: Because.\n", "", "help", f"help has just {', '.join(HELP)}"),
        ("  why: Because.", "  why: Because.\n  who: Me.", "help", "help has just"),
        ("  why: Because.", "  why: 1", "help", "help is text"),
        ("links:\n  - ", "links: ", "links", "links is a list of addresses"),
        ("links:\n  - https", "links:\n  - a: https", "links", "links is a list of addresses"),
        ("check: master_not_pinned", "check: [1]", "check", "check is the name of a check"),
        ("check: master_not_pinned", "check:", "check", "check is the name of a check"),
        ("check: master_not_pinned", "match: [a]", "match", "match is a list of entries"),
        ("check: master_not_pinned", "match: a", "match", "match is a list of entries"),
        ("fix: none", "fix: none\nmatch: []", "match", "either 'check' or 'match'"),
        ("fix: none", "fix: none\nsafety: no", "safety", "unknown key 'safety'"),
    ],
)
def test_a_wrong_card_is_refused_at_its_line(
    old: str, new: str, key: str, reason: str, load: Load, tmp_path: Path
) -> None:
    assert CARD.count(old) == 1
    text = CARD.replace(old, new)
    with pytest.raises(RuleError) as refused:
        load(text)
    assert refused.value.path == str(tmp_path / "CNI998.yaml")
    assert refused.value.place == line_of(f"\n{text}", f"\n{key}")
    assert reason in refused.value.reason
    assert str(refused.value).startswith(f"{tmp_path / 'CNI998.yaml'}: line ")


@pytest.mark.parametrize("key", ["id", "name", "level", "summary", "message", "fix"])
def test_what_is_missing_is_named(key: str, load: Load) -> None:
    text = "".join(line for line in CARD.splitlines(keepends=True) if not line.startswith(key))
    with pytest.raises(RuleError, match=f"CNI998.yaml: no '{key}'$"):
        load(text)


def test_everything_that_is_missing_is_named_at_once(load: Load) -> None:
    with pytest.raises(RuleError, match="no 'name', no 'level', no 'summary', no 'message'"):
        load("id: CNI998\n")


def test_a_card_checks_something(load: Load) -> None:
    with pytest.raises(RuleError, match=r"CNI998\.yaml: a card has either 'check' or 'match'"):
        load(CARD.replace("check: master_not_pinned\n", ""))


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("id: [\n", "line 1", ""),
        ("id: CNI998\nid: CNI998\n", "line 2", "repeated"),
        ("- id\n", "", "not a mapping"),
        ("", "", "not a mapping"),
        ("id: {{ x }}\n", "line 1", ""),
    ],
)
def test_what_is_no_card_at_all_is_refused(
    text: str, place: str, reason: str, load: Load, tmp_path: Path
) -> None:
    with pytest.raises(RuleError) as refused:
        load(text)
    assert refused.value.path == str(tmp_path / "CNI998.yaml")
    assert reason in refused.value.reason
    assert refused.value.place == place


def test_a_check_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    card = rules()[0]._replace(checks=("no_such_check",), match=())
    monkeypatch.setattr("cnilint.engine.evaluate.rules", lambda: (card,))
    with pytest.raises(RuleError, match=r"CNI101\.yaml: check: there is no check 'no_such_check'"):
        evaluate(read({"multus.yaml": multus(), "vpc.yaml": VPC}))


def test_the_rules_are_read_once() -> None:
    assert rules() is rules()
    assert len(rules()) >= 18
