"""Sentences and tables in the columns there are."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cnilint.report.glyphs import columns
from cnilint.report.terminal.layout import LEAST_ROOM, aligned, hanging, wrapped
from cnilint.report.terminal.paint import PROSE, Paint

PLAIN = Paint(color=False, width=60)
WORDS = st.lists(st.text("abc世é-", min_size=1, max_size=12), max_size=30)


def test_words_are_wrapped_at_the_width() -> None:
    assert wrapped("one two three four", 9) == ["one two", "three", "four"]


def test_a_long_word_has_a_line_of_its_own() -> None:
    assert wrapped("see /etc/cni/net.d/10-aws.conflist there", 10) == [
        "see",
        "/etc/cni/net.d/10-aws.conflist",
        "there",
    ]


def test_paragraphs_and_indented_lines_are_kept() -> None:
    assert wrapped("do this:\n\n    key:   value that is long\nthen that", 12) == [
        "do this:",
        "",
        "    key:   value that is long",
        "then that",
    ]


@given(WORDS, st.integers(1, 40))
def test_wrapping_loses_no_word_and_keeps_the_width(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width)
    assert " ".join(lines) == " ".join(words)
    assert all(columns(line) <= width or " " not in line for line in lines)


@given(WORDS, st.integers(1, 40))
def test_lines_are_as_full_as_they_can_be(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width)
    for line, following in pairwise(lines):
        assert columns(f"{line} {following.split(' ')[0]}") > width


def test_a_text_hangs_on_its_head() -> None:
    text = "a sentence that is too long for the sixty columns that there are here"
    assert PLAIN.render(hanging([("error: ", "error")], text, "", PLAIN)) == (
        "error: a sentence that is too long for the sixty columns\n       that there are here\n"
    )


def test_a_wide_terminal_does_not_make_wide_sentences() -> None:
    paint = Paint(color=False, width=400)
    shown = paint.render(hanging([("", "")], "word " * 200, "", paint))
    assert max(map(len, shown.splitlines())) <= PROSE


def test_a_long_head_leaves_room_all_the_same() -> None:
    lines = PLAIN.render(hanging([("x" * 80, "")], "of the text " * 5, "", PLAIN)).splitlines()
    assert all(len(line) - 80 <= LEAST_ROOM for line in lines)
    assert lines[0] == "x" * 80 + "of the text of the text"


def test_columns_of_a_table_are_aligned_by_what_is_shown() -> None:
    rows = [("世界", "x"), ("a\x00", "y")]
    assert aligned(rows, PLAIN) == [["世界     ", "x"], ["a<U+0000>", "y"]]
    assert aligned([], PLAIN) == []
