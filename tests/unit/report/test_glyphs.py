"""What is shown for a character, and the columns it takes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnilint.report.glyphs import TAB, columns, glyphs
from cnilint.shown import glyph, visible

TEXTS = st.text(st.characters(codec=None, categories=None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("Grüße, 世界 🚀", "Grüße, 世界 🚀"),
        ("\x1b[2J", "<U+001B>[2J"),
        ("end\r", "end<U+000D>"),
        ("\u202eevil", "<U+202E>evil"),
        ("no\u00a0break", "no<U+00A0>break"),
        ("zero\u200bwidth", "zero<U+200B>width"),
        ("\ud800", "<U+D800>"),
        ("\U0010ffff", "<U+10FFFF>"),
        ("family 👨\u200d👩", "family 👨\u200d👩"),
        ("wide\u3000space", "wide\u3000space"),
    ],
)
def test_what_would_not_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("│ ╰ ◂ … ·", "| \\ < ~ -"), ("é", "<U+00E9>"), ("a\tb", "a<U+0009>b"), ("a-z", "a-z")],
)
def test_without_symbols_only_ascii_is_left(text: str, shown: str) -> None:
    assert visible(text, symbols=False) == shown


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("世界", 4),
        ("\uff46", 2),
        ("🚀", 2),
        ("\u200d", 0),
        ("", 0),
    ],
)
def test_columns_are_those_of_a_terminal(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("\tx", "    x"),
        ("a\tx", "a   x"),
        ("abc\tx", "abc x"),
        ("abcd\tx", "abcd    x"),
        ("世\tx", "世  x"),
    ],
)
def test_a_tab_runs_to_its_stop(line: str, shown: str) -> None:
    assert "".join(text for text, _ in glyphs(line, symbols=True)) == shown


@given(TEXTS, st.booleans())
@example("\u2028", True)
def test_nothing_shown_steers_the_terminal(text: str, symbols: bool) -> None:
    shown = visible(text, symbols=symbols)
    categories = {unicodedata.category(character) for character in shown} - {"Cf"}
    assert not categories & {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}
    assert symbols or shown.isascii()
    assert visible(shown, symbols=symbols) == shown


@given(TEXTS, st.booleans())
def test_columns_add_up(line: str, symbols: bool) -> None:
    found = list(glyphs(line, symbols=symbols))
    assert len(found) == len(line)
    assert columns("".join(shown for shown, _ in found)) == sum(width for _, width in found)


@given(st.integers(0, 20))
def test_behind_a_tab_is_a_multiple(before: int) -> None:
    shown = list(glyphs("x" * before + "\t", symbols=True))
    assert sum(width for _, width in shown) == (before // TAB + 1) * TAB


def test_one_character_has_one_glyph() -> None:
    assert [glyph(character, symbols=True) for character in "a\x00"] == ["a", "<U+0000>"]
