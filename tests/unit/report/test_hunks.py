"""What edits change, line by line: following the hunks on the old text gives the new one."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.finding import TextEdit
from cnilint.model.text import Source, Span
from cnilint.report.hunks import hunks
from cnilint.syntax.splice import apply

HEAD = re.compile(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@")

LETTERS = "".join(f"{letter}\n" for letter in "abcdefghijklmnopqrst")


def followed(old: str, lines: list[str]) -> str:
    """Return a text with hunks made, every number and every unchanged line checked."""
    before, after, at = old.split("\n"), [], 0
    while lines:
        head = HEAD.fullmatch(lines[0])
        assert head is not None
        start, length, new_start, new_length = map(int, head.groups())
        after += before[at : start - 1]
        assert new_start == len(after) + 1
        at = start - 1
        body = lines[1:]
        while body and not body[0].startswith("@@"):
            sign, line = body[0][0], body[0][1:]
            if sign in " -":
                assert before[at] == line
                at += 1
            if sign in " +":
                after.append(line)
            body = body[1:]
        assert (at, len(after)) == (start - 1 + length, new_start - 1 + new_length)
        lines = body
    return "\n".join([*after, *before[at:]])


def test_an_insertion_is_shown_among_its_neighbours() -> None:
    found = hunks(Source("a", LETTERS), [TextEdit(Span(10, 10), "new\n")])
    body = " c| d| e|+new| f| g| h"
    assert found == ["@@ -3,6 +3,7 @@", *body.split("|")]


def test_only_lines_that_differ_are_marked() -> None:
    found = hunks(Source("a", "a\nb\nc\n"), [TextEdit(Span(0, 6), "a\nx\nc\n")])
    assert found == ["@@ -1,3 +1,3 @@", " a", "-b", "+x", " c"]


def test_changes_far_apart_are_two_hunks_and_the_second_knows_of_the_first() -> None:
    edits = [TextEdit(Span(36, 37), "X"), TextEdit(Span(0, 0), "1\n2\n")]
    heads = [line for line in hunks(Source("a", LETTERS), edits) if line.startswith("@@")]
    assert heads == ["@@ -1,3 +1,5 @@", "@@ -16,5 +18,5 @@"]


def test_an_edit_that_changes_nothing_is_not_shown() -> None:
    assert hunks(Source("a", "a\nb"), [TextEdit(Span(0, 1), "a")]) == []
    assert hunks(Source("a", "a\nb"), []) == []


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[TextEdit]]:
    text = "\n".join(draw(st.lists(st.text("ab", max_size=2), max_size=30)))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [TextEdit(Span(*pair), draw(st.text("ab\n", max_size=5))) for pair in pairs]


@given(edited())
def test_following_the_hunks_is_making_the_edits(made: tuple[str, list[TextEdit]]) -> None:
    text, edits = made
    assert followed(text, hunks(Source("a", text), edits)) == apply(text, edits)
