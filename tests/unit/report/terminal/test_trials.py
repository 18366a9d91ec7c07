"""What came of the examples of cards, as a person and a program read it."""

from __future__ import annotations

import json

from cnilint.engine.example import Example, ExampleTrial
from cnilint.engine.ruleset import rules
from cnilint.model.finding import Finding, Location
from cnilint.model.text import Source, Span
from cnilint.report.terminal.paint import Paint
from cnilint.report.terminal.trials import Examined, trials_json, trials_text

RULE = rules()[0]._replace(id="ACME101", name="ours", path="cards/ACME101.yaml")
EXAMPLE = Example({"a.yaml": "a: b\n"}, {"a.yaml": "a: c\n"})
PLAIN = Paint(color=False, width=100)


def found(rule: str = "ACME101") -> Finding:
    return Finding(
        rule, "ours", RULE.level, "a is b", Location(Source("a.yaml", "a: b"), Span(3, 4))
    )


def examined(*trials: ExampleTrial) -> Examined:
    return Examined(RULE, trials)


GOOD = ExampleTrial(RULE, EXAMPLE, bad=(found(),))
SILENT = ExampleTrial(RULE, EXAMPLE)
TWICE = ExampleTrial(RULE, EXAMPLE, bad=(found(), found()))
OTHER = ExampleTrial(RULE, EXAMPLE, bad=(found(), found("CNI102")))
STILL = ExampleTrial(RULE, EXAMPLE, bad=(found(),), good=(found(),))
BROKEN = ExampleTrial(RULE, EXAMPLE, problem="nothing to read in .")


def text(*cards: Examined) -> str:
    return trials_text(cards, PLAIN)


def test_a_card_that_is_as_it_says() -> None:
    assert GOOD.passed
    assert text(examined(GOOD, GOOD)) == "ok    ACME101 ours\n\n1 card: 1 passed\n"


def test_a_card_without_an_example() -> None:
    assert text(examined()) == (
        "none  ACME101 ours: the card has no example\n\n1 card: 0 passed, 1 without an example\n"
    )


def test_what_was_expected_and_what_was_found() -> None:
    assert text(examined(SILENT)) == (
        "FAIL  ACME101 ours\n"
        "      bad: expected 1 finding of ACME101, found none\n"
        "\n"
        "1 card: 0 passed, 1 failed\n"
    )
    assert text(examined(STILL)) == (
        "FAIL  ACME101 ours\n"
        "      good: expected no finding, found these\n"
        "        a.yaml:1:4: ACME101 a is b\n"
        "\n"
        "1 card: 0 passed, 1 failed\n"
    )


def test_one_finding_and_no_other() -> None:
    for trial in (SILENT, TWICE, OTHER, STILL, BROKEN):
        assert not trial.passed
    assert text(examined(TWICE)).count("a.yaml:1:4: ACME101") == 2
    shown = text(examined(OTHER))
    assert "a.yaml:1:4: CNI102 a is b" in shown
    assert "ignore: CNI102" in shown
    assert "ignore:" not in text(examined(TWICE))


def test_what_could_not_be_run_says_why_and_which_it_is() -> None:
    shown = text(examined(GOOD, BROKEN), examined(GOOD))
    assert "      example 2, not run: nothing to read in .\n" in shown
    assert "example 1" not in shown
    assert shown.endswith("\n2 cards: 1 passed, 1 failed\n")


def test_long_messages_keep_to_the_width() -> None:
    long = Finding("ACME101", "ours", RULE.level, "word " * 60, found().location)
    shown = text(examined(ExampleTrial(RULE, EXAMPLE, good=(long,))))
    assert max(map(len, shown.splitlines())) <= 100


def test_the_same_for_programs() -> None:
    whole = json.loads(trials_json([examined(GOOD), examined(STILL, BROKEN), examined()]))
    assert whole["schema"] == "cnilint.test/v1"
    assert whole["summary"] == {"passed": 1, "failed": 1, "untested": 1}
    assert [card["outcome"] for card in whole["cards"]] == ["passed", "failed", "untested"]
    card = whole["cards"][1]
    assert (card["id"], card["name"], card["path"]) == ("ACME101", "ours", "cards/ACME101.yaml")
    still, broken = card["examples"]
    assert (still["passed"], still["problem"]) == (False, None)
    assert still["bad"]["expected"] == 1
    assert still["good"]["expected"] == 0
    assert [each["rule"] for each in still["good"]["findings"]] == ["ACME101"]
    assert broken["problem"] == "nothing to read in ."


def test_colours_are_for_terminals_alone() -> None:
    assert "\x1b" in trials_text([examined(GOOD)], Paint(color=True, width=100))
    assert "\x1b" not in text(examined(GOOD), examined(STILL), examined())
