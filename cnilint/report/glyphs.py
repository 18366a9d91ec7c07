"""How text looks on a terminal: what is shown for each character, and how wide that is."""

from __future__ import annotations

from collections.abc import Iterator

TAB = 4
"""A tab runs to the next multiple of as many columns."""

_SHOWN_AS_IT_IS = "\u3000\u200c\u200d"
"""Not printable by Unicode's classes, and still a part of ordinary text: the ideographic space,
and the joiners inside emoji and Indic and Arabic words."""

_ASCII = {
    "│": "|",
    "╭": "/",
    "╰": "\\",
    "─": "-",
    "┄": "-",
    "⋮": ":",
    "…": "~",
    "◂": "<",
    "·": "-",
    "→": ">",
}
"""What stands for our own symbols where only ASCII can be written; always one for one."""


def glyph(character: str, symbols: bool) -> str:  # noqa: FBT001  called once per character
    """Return what is shown for one character: itself, or its code point when it would not be seen.

    Control characters, invisible ones and those that turn the reading direction are spelled out:
    they can hide what a manifest says, or steer the terminal. Without `symbols` it is ASCII.
    """
    if symbols:
        if character.isprintable() or character in _SHOWN_AS_IT_IS:
            return character
    elif character.isascii() and character.isprintable():
        return character
    elif character in _ASCII:
        return _ASCII[character]
    return f"<U+{ord(character):04X}>"


def visible(text: str, *, symbols: bool = True) -> str:
    """Return a text as it is shown on one line: no control characters in it, nothing invisible."""
    if text.isprintable() and (symbols or text.isascii()):
        return text
    return "".join(glyph(character, symbols) for character in text)


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
