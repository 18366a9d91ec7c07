"""A rule's page says all that is known of it: read back as Markdown, as text, and by programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cnilint.engine.example import Example, ExampleTrial
from cnilint.engine.ruleset import Rule, rules
from cnilint.model.finding import Finding, Level, Location
from cnilint.model.text import Source, Span
from cnilint.report.rule_page import Page, index_markdown, page_json, page_markdown
from cnilint.report.terminal.paint import Paint
from cnilint.report.terminal.rule_text import page_text

RULE = next(rule for rule in rules() if rule.id == "CNI101")
BAD = {"a.yaml": "a: b\nc: d\n", "old.json": "{}\n", "same.yaml": "e: f\n"}
GOOD = {"a.yaml": "a: b\nc: x\n", "same.yaml": "e: f\n"}
SETTINGS = {"primary": "The file that is meant, such as 10-a_b.conflist."}
MARKDOWN = MarkdownIt("commonmark").enable("table")


def finding(rule: Rule = RULE) -> Finding:
    source = Source("a.yaml", BAD["a.yaml"])
    return Finding(rule.id, rule.name, rule.level, "something is so", Location(source, Span(5, 6)))


def page(rule: Rule = RULE, examples: int = 1, **changes: Any) -> Page:  # noqa: ANN401
    one = ExampleTrial(rule, Example(BAD, GOOD), bad=(finding(rule),))
    return Page(rule._replace(**changes), (one,) * examples, SETTINGS)


def text(shown: Page, *, color: bool = False) -> str:
    return page_text(shown, Paint(color=color, width=80))


def read_back(markdown: str) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """Return the headings, the blocks of code with their languages, and the prose of a page."""
    tokens = MARKDOWN.parse(markdown)
    headings = [tokens[at + 1].content for at, t in enumerate(tokens) if t.type == "heading_open"]
    blocks = [(token.info, token.content) for token in tokens if token.type == "fence"]
    inline = [token.children or [] for token in tokens if token.type == "inline"]
    return headings, blocks, ["".join(child.content for child in each) for each in inline]


def test_the_sections_of_a_page() -> None:
    headings, blocks, prose = read_back(page_markdown(page()))
    assert headings == [
        "CNI101: master-depends-on-order",
        "What it finds",
        "Why it matters",
        "Example",
        "Example, fixed",
        "How to fix it",
        "How safe the fix is",
        "Configuration",
        "Links",
    ]
    assert [content for _language, content in blocks[:5]] == [
        BAD["a.yaml"],
        BAD["old.json"],
        BAD["same.yaml"],
        "a.yaml:2:1: CNI101 something is so\n",
        GOOD["a.yaml"],
    ]
    assert [language for language, _content in blocks[:5]] == [
        "yaml",
        "json",
        "yaml",
        "text",
        "yaml",
    ]
    assert "Without old.json." in prose
    assert "The other files stay as they are." in prose
    assert all(RULE.help[key] in prose for key in RULE.help)
    assert f"primary: {SETTINGS['primary']}" in prose
    assert all(link in prose for link in RULE.links)


def test_how_to_configure_it() -> None:
    _headings, blocks, _prose = read_back(page_markdown(page()))
    assert blocks[5][1] == (
        "# .cnilint.yaml, any of these\n"
        "severity:\n"
        "  CNI101: warning # or error, warning, note, off\n"
        "ignore: [CNI101] # the rule is not run\n"
        "per-file-ignores:\n"
        "  'test/**': [CNI101]\n"
    )
    assert blocks[6][1] == (
        '# cnilint: ignore[CNI101] the reason\ncnilint.dev/ignore: "CNI101: the reason"\n'
    )


def test_what_cannot_be_ignored_beside_is_not_offered() -> None:
    rule = next(rule for rule in rules() if rule.id == "CNI913")
    shown = page(rule)
    assert "# cnilint: ignore[CNI913]" not in page_markdown(shown) + text(shown)
    assert "off by itself" in page_markdown(shown)
    assert "off by itself" in text(shown)


@pytest.mark.parametrize(
    ("fix", "said"),
    [
        ("safe", "cnilint check --fix"),
        ("unsafe", "cnilint check --fix --unsafe-fixes"),
        ("display", "shown, and made by hand"),
        ("none", "none"),
    ],
)
def test_what_makes_the_fix_is_said_at_the_top(fix: str, said: str) -> None:
    shown = page(fix=fix)
    assert text(shown).splitlines()[0].endswith(f"fix: {said}")
    _headings, _blocks, prose = read_back(page_markdown(shown))
    assert prose[2].startswith(f"Level: error. Fix: {said}. ")


def test_a_card_of_the_house_may_say_little() -> None:
    bare = page(examples=0, help=dict.fromkeys(RULE.help, ""), links=(), fix="none")
    headings, _blocks, _prose = read_back(page_markdown(bare))
    assert headings == ["CNI101: master-depends-on-order", "Configuration"]
    shown = text(bare)
    assert "The card has none." in shown
    assert "What it finds" not in shown
    assert "Links" not in shown


def test_several_examples_have_numbers() -> None:
    headings, _blocks, _prose = read_back(page_markdown(page(examples=2)))
    assert headings[3:7] == ["Example 1", "Example 1, fixed", "Example 2", "Example 2, fixed"]
    assert "\nExample 2, fixed\n" in text(page(examples=2))


def test_an_example_that_could_not_be_run_is_still_shown() -> None:
    shown = page()._replace(examples=(ExampleTrial(RULE, Example(BAD, GOOD), problem="no"),))
    assert "says" not in page_markdown(shown)
    assert "  a.yaml\n" in text(shown)


def test_the_page_for_a_terminal() -> None:
    lines = text(page()).splitlines()
    assert lines[0] == "CNI101 master-depends-on-order · error · fix: cnilint check --fix"
    at = lines.index("Example")
    assert lines[at : at + 10] == [
        "Example",
        "  a.yaml",
        "    a: b",
        "    c: d",
        "  old.json",
        "    {}",
        "  same.yaml",
        "    e: f",
        "",
        "  a.yaml:2:1: CNI101 something is so",
    ]
    at = lines.index("Example, fixed")
    assert lines[at + 1 : at + 7] == [
        "  a.yaml",
        "    a: b",
        "    c: x",
        "  without old.json",
        "",
        "  what else there is stays as it is",
    ]
    assert all(len(line) <= 80 for line in lines if "https://" not in line)
    assert all(line == line.rstrip() for line in lines)


def test_what_fires_and_what_is_new_is_coloured() -> None:
    shown = text(page(), color=True)
    assert "\x1b[1;31mc: d\x1b[0m" in shown
    assert "\x1b[1;32mc: x\x1b[0m" in shown
    assert "\x1b" not in text(page())


def test_everything_is_there_for_programs() -> None:
    found = json.loads(page_json(page()))
    assert found["schema"] == "cnilint.rule/v1"
    assert found["id"] == "CNI101"
    assert found["family"] == "Multus and its master"
    assert found["settings"] == SETTINGS
    (example,) = found["examples"]
    assert (example["bad"], example["good"]) == (BAD, GOOD)
    assert example["findings"][0]["location"]["path"] == "a.yaml"


def test_the_index_leads_to_every_page_by_family() -> None:
    house = RULE._replace(id="ACME101", name="ours", level=Level.OFF, summary="A | b")
    headings, _blocks, prose = read_back(index_markdown([*rules(), house]))
    assert headings == [
        "Rules",
        "Multus and its master",
        "Conflicts between installs",
        "Multus's own manifest",
        "The settings of aws-vpc-cni",
        "Networks and pods",
        "What a change does to nodes that already run",
        "The files, and the ignores in them",
        "Rules of the house",
    ]
    for rule in (*rules(), house):
        assert f"{rule.id} {rule.name}" in prose
        assert f"[{rule.id}]({rule.id}.md)" in index_markdown([rule])
    assert "A | b" in prose


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=30))
def test_no_text_of_a_card_breaks_a_page(words: str) -> None:
    said = f"x {words} x"
    shown = page(help=dict.fromkeys(RULE.help, said), summary=said)
    headings, _blocks, _prose = read_back(page_markdown(shown))
    assert headings == read_back(page_markdown(page()))[0]
    assert text(shown).count("What it finds") == 1


def test_what_stands_between_backticks_is_code() -> None:
    shown = page(help={**RULE.help, "what": "Write `a_b[*]` or *so*."})
    assert "Write `a_b[*]` or &#42;so&#42;." in page_markdown(shown)
