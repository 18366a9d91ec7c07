"""How wide text is on a terminal, character by character."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.shown import glyph

TAB = 4
"""A tab runs to the next multiple of as many columns."""


def columns(text: str) -> int:
    """Return how many columns a shown text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def glyphs(text: str, *, symbols: bool) -> Iterator[tuple[str, int]]:
    """Yield what is shown for each character of a line, and its columns; tabs are spaces."""
    at = 0
    for character in text:
        shown = " " * (TAB - at % TAB) if character == "\t" else glyph(character, symbols)
        width = columns(shown)
        at += width
        yield shown, width


def _columns(character: str) -> int:
    """Return a character's columns: 0 where it joins the one before it, 2 where it is wide."""
    if character < "\u0300":
        return 1
    import unicodedata  # a run over ASCII does not pay for it

    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
