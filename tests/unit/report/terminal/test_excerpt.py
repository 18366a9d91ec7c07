"""Excerpts of any text, with any span marked."""

from __future__ import annotations

from typing import TypedDict, Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.text import Source, Span
from cnilint.report.glyphs import columns
from cnilint.report.terminal import excerpt as excerpts
from cnilint.report.terminal.excerpt import clipped, excerpt, gutter_width
from cnilint.report.terminal.paint import Paint

TEXTS = st.text(
    st.one_of(st.sampled_from("ab\t\r\n {}世e\u0301\x1b\u202e\ufeff🚀"), st.characters())
)
LONG = st.text(st.sampled_from("ab世\t\x00é"), min_size=0, max_size=400)


class Look(TypedDict, total=False):
    """What `excerpt` may be told beside the gutter and the style, and the paint's own."""

    width: int
    symbols: bool
    mark: str
    label: str
    context: bool


def shown(text: str, start: int, end: int, **look: Unpack[Look]) -> list[str]:
    paint = Paint(color=False, width=look.get("width", 60), symbols=look.get("symbols", True))
    source, span = Source("a.yaml", text), Span(start, end)
    marks = excerpts.MarkStyle(
        "error", look.get("mark", "^"), look.get("label", ""), look.get("context", False)
    )
    lines = excerpt(source, span, paint, gutter_width(source, span), marks)
    return paint.render(lines).splitlines()


def marked(text: str, part: str, **look: Unpack[Look]) -> list[str]:
    at = text.index(part)
    return shown(text, at, at + len(part), **look)


def test_a_span_is_underlined() -> None:
    assert marked("a: 1\nb: auto\nc: 3\n", "auto") == ["2 │ b: auto", "  │    ^^^^"]


def test_context_is_the_line_before_and_the_one_after() -> None:
    assert marked("a: 1\nb: auto\nc: 3\n", "auto", context=True) == [
        "1 │ a: 1",
        "2 │ b: auto",
        "  │    ^^^^",
        "3 │ c: 3",
    ]


def test_blank_lines_are_no_context() -> None:
    assert marked("  \nb: auto\n", "auto", context=True) == ["2 │ b: auto", "  │    ^^^^"]


def test_a_label_stands_behind_the_marks() -> None:
    assert marked("b: auto", "auto", mark="-", label="here") == ["1 │ b: auto", "  │    ---- here"]


def test_a_long_label_stands_below_them() -> None:
    label = "a label that has a good many more words in it than fit behind the marks"
    assert marked("b: auto", "auto", label=label) == [
        "1 │ b: auto",
        "  │    ^^^^",
        "  │ a label that has a good many more words in it than fit",
        "  │ behind the marks",
    ]


def test_a_span_over_lines_has_a_bracket() -> None:
    assert marked("x:\n  a: 1\n  b: 2\ny: 3\n", "a: 1\n  b: 2") == [
        "2 │ ╭   a: 1",
        "3 │ ╰   b: 2",
    ]


def test_the_middle_of_a_long_span_is_left_out() -> None:
    text = "".join(f"line {number}\n" for number in range(1, 21))
    assert shown(text, 0, len(text), label="all of it") == [
        " 1 │ ╭ line 1",
        " 2 │ │ line 2",
        " 3 │ │ line 3",
        "   ⋮ │ … 16 lines",
        "20 │ ╰ line 20",
        "   │ all of it",
    ]


def test_ascii_alone_will_do() -> None:
    assert marked("x:\n  a: é\n  b: 2\n", "a: é\n  b: 2", symbols=False) == [
        "2 | /   a: <U+00E9>",
        "3 | \\   b: 2",
    ]


@pytest.mark.parametrize(
    ("text", "part", "lines"),
    [
        ("a:\tauto", "auto", ["1 │ a:  auto", "  │     ^^^^"]),
        ("世界: auto", "auto", ["1 │ 世界: auto", "  │       ^^^^"]),
        ("a: 世界", "世界", ["1 │ a: 世界", "  │    ^^^^"]),
        ("e\u0301: auto", "auto", ["1 │ e\u0301: auto", "  │    ^^^^"]),
        ("\x1b: auto", "auto", ["1 │ <U+001B>: auto", "  │           ^^^^"]),
        ("\ufeffa: auto", "auto", ["1 │ a: auto", "  │    ^^^^"]),
        ("a: auto\r\nb\r\n", "auto", ["1 │ a: auto", "  │    ^^^^"]),
        ("a: x\ry", "y", ["1 │ a: x<U+000D>y", "  │             ^"]),
    ],
)
def test_marks_stand_below_what_is_shown(text: str, part: str, lines: list[str]) -> None:
    assert marked(text, part) == lines


@pytest.mark.parametrize(
    ("text", "start", "lines"),
    [
        ("", 0, ["1 │", "  │ ^"]),
        ("a:\n", 2, ["1 │ a:", "  │   ^"]),
        ("a:\n", 3, ["2 │", "  │ ^"]),
        ("a:\r\n", 3, ["1 │ a:", "  │   ^"]),
        ("a:", 2, ["1 │ a:", "  │   ^"]),
        ("a:", 99, ["1 │ a:", "  │   ^"]),
        ("a:", -5, ["1 │ a:", "  │ ^"]),
    ],
)
def test_an_empty_span_is_one_mark(text: str, start: int, lines: list[str]) -> None:
    assert shown(text, start, start) == lines


def test_a_span_that_ends_with_its_line_is_on_that_line() -> None:
    assert shown("a: 1\nb: 2\n", 0, 5) == ["1 │ a: 1", "  │ ^^^^"]


def test_a_long_line_is_cut_behind_the_mark() -> None:
    assert clipped("mode: auto, " + "x" * 50, (6, 10), 20, symbols=True) == (
        "mode: auto, xxxxxxx…",
        6,
        4,
    )


def test_a_long_line_is_cut_on_both_sides_of_the_mark() -> None:
    text, start, width = clipped("x" * 50 + "auto" + "y" * 50, (50, 54), 20, symbols=True)
    assert (text, text[start : start + width]) == ("…xxxxxxxautoyyyyyyy…", "auto")


def test_a_mark_at_the_end_of_a_long_line_is_shown() -> None:
    text, start, width = clipped("x" * 50 + "auto", (50, 54), 20, symbols=True)
    assert (text[0], text[start : start + width]) == ("…", "auto")


def test_a_mark_wider_than_the_terminal_is_cut_too() -> None:
    text, start, width = clipped("x" * 50 + "y" * 100, (50, 150), 20, symbols=True)
    assert (text, start, width) == ("…x" + "y" * 17 + "…", 2, 17)


def test_behind_a_line_as_wide_as_the_room_there_is_no_room_for_a_mark() -> None:
    text, start, width = clipped("x" * 20, (20, 20), 20, symbols=True)
    assert text.startswith("…")
    assert (start, width) == (19, 0)


def test_what_is_cut_off_is_told_even_if_it_takes_no_columns() -> None:
    text, _, _ = clipped("a" + "\u0301" * 200 + "auto", (201, 205), 20, symbols=True)
    assert text.startswith("…")


def test_lines_beside_a_bracket_are_cut_too() -> None:
    lines = shown("x" * 200 + "\n" + "y" * 200, 0, 401, width=40)
    assert [columns(line) for line in lines] == [40, 40]


def test_a_line_of_a_megabyte_takes_no_longer_than_a_short_one() -> None:
    line = '{"a": 1}' * 130_000
    at = len(line) // 2
    text, start, width = clipped(line, (at, at + 8), 80, symbols=True)
    assert text[start : start + width] == '{"a": 1}'
    assert len(text) <= 80


@given(TEXTS, st.integers(-3, 60), st.integers(-3, 60), st.booleans(), st.booleans())
def test_any_span_of_any_text_is_shown(
    text: str, start: int, end: int, context: bool, symbols: bool
) -> None:
    lines = shown(text, start, end, width=40, context=context, symbols=symbols, label="why")
    assert any("why" in line for line in lines)
    assert all(columns(line) <= 40 for line in lines)


@given(LONG, st.integers(0, 400), st.integers(0, 400), st.integers(16, 90))
def test_a_mark_never_leaves_the_room(line: str, one: int, other: int, room: int) -> None:
    text, start, width = clipped(line, (min(one, other), max(one, other)), room, symbols=True)
    assert columns(text) <= room
    assert 0 <= start <= start + max(width, 1) <= room


@given(LONG, st.data())
def test_what_is_marked_is_what_was_meant(line: str, data: st.DataObject) -> None:
    line = line.replace("\t", " ").replace("\x00", "|") + "#" + "b" * data.draw(st.integers(0, 200))
    at = line.index("#")
    text, start, width = clipped(line, (at, at + 1), 40, symbols=True)
    before = text[: text.index("#")]
    assert (columns(before), 1) == (start, width)
