"""Positions as a person reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.text import Position, Source, Span

texts = st.text("ab\n\r\u2028\x85é😀", max_size=20)


@pytest.mark.parametrize(
    ("text", "offset", "line", "column"),
    [
        ("", 0, 1, 1),
        ("abc", 2, 1, 3),
        ("a\nb", 1, 1, 2),
        ("a\nb", 2, 2, 1),
        ("a\nb\n", 4, 3, 1),
        ("a\r\nb", 3, 2, 1),
        ("a\rb", 2, 1, 3),
        ("a\u2028b", 2, 1, 3),
        ("é😀b", 2, 1, 3),
        ("\ufeffab", 0, 1, 1),
        ("\ufeffab", 1, 1, 1),
        ("\ufeffab", 2, 1, 2),
        ("\ufeffa\nb", 3, 2, 1),
        ("abc", 3, 1, 4),
    ],
)
def test_position(text: str, offset: int, line: int, column: int) -> None:
    assert Source("x", text).position(offset) == Position(line, column)


@pytest.mark.parametrize(
    ("text", "number", "line"),
    [
        ("a\nb\n", 1, "a"),
        ("a\nb\n", 2, "b"),
        ("a\nb\n", 3, ""),
        ("a\r\nb", 1, "a"),
        ("\ufeffa\nb", 1, "a"),
        ("a\nb", 2, "b"),
    ],
)
def test_line(text: str, number: int, line: str) -> None:
    assert Source("x", text).line(number) == line


@given(texts, st.data())
def test_a_position_leads_back_to_its_offset(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    source = Source("x", text)
    position = source.position(offset)
    assert source.line_start(offset) + position.column - 1 == offset
    assert position.line == text.count("\n", 0, offset) + 1
    assert "\n" not in text[source.line_start(offset) : offset]


@given(texts)
def test_lines_are_those_between_line_feeds(text: str) -> None:
    source = Source("x", text)
    lines = text.split("\n")
    assert [source.line(number + 1) for number in range(len(lines))] == [
        line.rstrip("\r") for line in lines
    ]


def test_spans_contain_spans() -> None:
    outer = Span(2, 6)
    assert outer.covers(Span(2, 6))
    assert outer.covers(Span(3, 3))
    assert not outer.covers(Span(1, 3))
    assert not outer.covers(Span(5, 7))


def test_spans_are_ordered_by_their_place() -> None:
    assert sorted([Span(3, 4), Span(0, 9), Span(0, 2)]) == [Span(0, 2), Span(0, 9), Span(3, 4)]


def test_sources_are_the_same_only_if_they_are_the_same() -> None:
    source = Source("x", "a")
    assert source == source
    assert source != Source("x", "a")
    assert len({source, Source("x", "a")}) == 2
