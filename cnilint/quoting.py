"""Paths in what a person may paste into a shell."""

from __future__ import annotations

from cnilint.start import lazy_pattern

_PLAIN = lazy_pattern(r"[\w@%+=:,./-]+")


def shell_word(text: str) -> str:
    """Return a text as one word of a shell: as it is if it is plain, else between quotes."""
    if _PLAIN.fullmatch(text):
        return text
    inside = text.replace("'", "'\"'\"'")
    return f"'{inside}'"
