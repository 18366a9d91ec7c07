"""A card that is wrong is refused with its path and line: whoever wrote it has to find it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnilint.engine import ruleset
from cnilint.engine.evaluate import evaluate
from cnilint.engine.rule import Rule, read_card
from cnilint.engine.rule_card import checked_card
from cnilint.engine.ruleset import rules
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
Check = Callable[[str], object]


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


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Return what looks into the text of a card, as the tests do with cnilint's own."""

    def check(text: str) -> object:
        path = tmp_path / "CNI998.yaml"
        path.write_text(text)
        return checked_card(str(path), house=False)

    return check


def test_a_card_is_read(load: Load, tmp_path: Path) -> None:
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
        check=("master_not_pinned",),
        match=(),
        scope="cluster",
        settings=(),
        path=str(tmp_path / "CNI998.yaml"),
    )
    assert rule.is_own


def test_a_card_says_when_one_file_is_enough_to_judge_by(load: Load) -> None:
    (rule,) = load(CARD.replace("fix: none", "scope: file\nfix: none"))
    assert rule.scope == "file"


def test_links_may_be_left_out_and_checks_be_several(load: Load) -> None:
    text = CARD[: CARD.index("links:")].replace("check: master_not_pinned", "check: [a, b]")
    (rule,) = load(text)
    assert (rule.links, rule.check) == ((), ("a", "b"))


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
        ("level: warning", "level: fatal", "level", "'fatal' is none of error, warning, note, off"),
        ("level: warning", "level: warnin", "level", "did you mean 'warning'?"),
        ("level: warning", "level: 2", "level", "2 is none of error"),
        ("level: warning", "level:", "level", "None is none of error"),
        ("name: some-pattern", "name: [a]", "name", "['a'] is no text"),
        ("name: some-pattern", "name: Some pattern", "name", "'Some pattern' is no name"),
        ("summary: Something is so", "summary: {a: b}", "summary", "is no text"),
        ('message: "{product} is so"', "message: yes", "message", "True is no text"),
        ('message: "{product} is so"', 'message: "{product is so"', "message", "expected '}'"),
        ('message: "{product} is so"', 'message: "{product:9}"', "message", "more than a word"),
        ('message: "{product} is so"', 'message: "{product.x}"', "message", "more than a word"),
        ("id: CNI998", "id: CNI997", "id", "a card is named by its id: CNI997.yaml"),
        ("id: CNI998", "id: 998", "id", "998 is no text"),
        ("id: CNI998", "id: ACME998", "id", "'ACME998' is no id"),
        ("fix: none", "fix: always", "fix", "'always' is none of safe, unsafe, display, none"),
        ("fix: none", "fix: []", "fix", "[] is none of safe"),
        ("  why: Because.\n", "", "help", "no why"),
        ("  why: Because.", "  why: Because.\n  whi: Me.", "  whi", "did you mean 'why'?"),
        ("  why: Because.", "  why: 1", "  why", "1 is no text"),
        ("links:\n  - ", "links: ", "links", "links: not a list with something in it"),
        ("links:\n  - https", "links:\n  - a: https", "  - a", "links.0: "),
        ("check: master_not_pinned", "check: [1]", "check", "check.0: 1 is no text"),
        ("check: master_not_pinned", "check:", "check", "None is no text"),
        ("check: master_not_pinned", "match: [a]", "match", "match.0: not a mapping"),
        ("check: master_not_pinned", "match: a", "match", "match: not a mapping"),
        ("check: master_not_pinned", "match: {}", "match", "one of of, kind must be there"),
        ("fix: none", "fix: none\nsafety: no", "safety", "safety: no such key"),
        ("fix: none", "fix: none\nsettings: [runtimes]", "settings", "did you mean 'runtime'?"),
        ("fix: none", "fix: none\nscope: files", "scope", "did you mean 'file'?"),
        ("fix: none", "fix: none\nscope: [file]", "scope", "['file'] is none of cluster, file"),
    ],
)
def test_a_wrong_card_is_refused_at_its_line(
    old: str, new: str, key: str, reason: str, check: Check, tmp_path: Path
) -> None:
    assert CARD.count(old) == 1
    text = CARD.replace(old, new)
    with pytest.raises(RuleError) as refused:
        check(text)
    assert refused.value.path == str(tmp_path / "CNI998.yaml")
    assert refused.value.place == line_of(f"\n{text}", f"\n{key}")
    assert reason in refused.value.reason
    assert str(refused.value).startswith(f"{tmp_path / 'CNI998.yaml'}: line ")


@pytest.mark.parametrize(
    ("examples", "reason"),
    [
        ("[]", "examples: not a list with something in it"),
        ("{bad: {a: b}}", "examples: no good"),
        ("{bad: {}, good: {a: b}}", "examples.bad: nothing in it"),
        ("[{bad: {../a: b}, good: {a: b}}]", "examples.0.bad.../a: a file is named by its path"),
        ("{bad: {/a: b}, good: {a: b}}", "below the example's folder"),
        ("{bad: {a//b: b}, good: {a: b}}", "below the example's folder"),
        ("{bad: {'a\\b': b}, good: {a: b}}", "below the example's folder"),
    ],
)
def test_examples_are_not_read_with_the_rules_but_by_themselves(
    examples: str, reason: str, load: Load, tmp_path: Path
) -> None:
    text = f"{CARD}examples: {examples}\n"
    assert len(load(text)) == 1
    path = str(tmp_path / "CNI998.yaml")
    with pytest.raises(RuleError) as refused:
        checked_card(path, house=False)
    assert refused.value.place == f"line {len(text.splitlines())}"
    assert reason in refused.value.reason
    assert "examples" not in read_card(path, examples=False)


@pytest.mark.parametrize("key", ["id", "name", "level", "summary", "message", "fix"])
def test_what_is_missing_is_named(key: str, check: Check) -> None:
    text = "".join(line for line in CARD.splitlines(keepends=True) if not line.startswith(key))
    text = f"# first\n{text.partition(chr(10))[2]}"
    with pytest.raises(RuleError, match=f"CNI998.yaml: line 2: no {key}$"):
        check(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "not none"), ("check: a\nmatch: {of: multus-thin, path: $.a}\n", "not check and match")],
)
def test_a_card_checks_something(text: str, said: str, check: Check) -> None:
    with pytest.raises(RuleError, match=f"one of check, match must be there, {said}"):
        check(CARD.replace("check: master_not_pinned\n", text))


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("id: [\n", "line 1", ""),
        ("id: CNI998\nid: CNI998\n", "line 2", "repeated"),
        ("- id\n", "", "not a mapping"),
        ("", "", "not a mapping"),
        ("id: {{ x }}\n", "line 1", ""),
        ("id: CNI998\n---\nid: CNI997\n", "line 2", "a second document"),
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
    card = rules()[0]._replace(check=("no_such_check",), match=())
    monkeypatch.setattr("cnilint.engine.policy.rules", lambda: (card,))
    with pytest.raises(RuleError, match=r"CNI101\.yaml: check: there is no check 'no_such_check'"):
        evaluate(read({"multus.yaml": multus(), "vpc.yaml": VPC}))


def test_the_rules_are_read_once() -> None:
    assert rules() is rules()
    assert len(rules()) >= 18
