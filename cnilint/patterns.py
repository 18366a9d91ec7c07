"""Patterns that a stranger may write: looked for in time linear in the text, whatever they are.

Python's own `re` takes time exponential in the text for some patterns. This is RE2, whose syntax is
that of Go, and so of Kustomize: it has neither look-arounds nor references to groups.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cnilint.start import lazy_pattern

_SURROGATE = lazy_pattern("[\ud800-\udfff]")
_MARK = lazy_pattern(r"[!-.:-@\[-^`{-~]")
"""What may have a meaning in a pattern: the marks of ASCII, but for the slash and the low line."""


class PatternError(ValueError):
    """A text is no pattern, or a larger one than is looked for."""


class Pattern:
    """A regular expression, ready for use."""

    def __init__(self, made: Any) -> None:  # noqa: ANN401  re2 has no types
        """Take what RE2 made of it; see `compiled`."""
        self._made = made

    def found_in(self, text: str) -> bool:
        """Whether it fits some part of a text."""
        return self._made.search(_valid(text).encode()) is not None  # bytes: nothing is counted

    def fits(self, text: str) -> bool:
        """Whether it fits a whole text."""
        return self._made.fullmatch(_valid(text)) is not None

    def fitting(self, text: str) -> int | None:
        """Return how many characters at the beginning of a text it fits, None for no such part."""
        found = self._made.match(_valid(text))
        return None if found is None else int(found.end())


@lru_cache(maxsize=1024)
def compiled(text: str) -> Pattern:
    """Return the pattern that a text is; PatternError if it is none."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return Pattern(re2.compile(_valid(text), options))
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        words = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise PatternError(words.partition(": ")[0]) from None


def literally(text: str) -> str:
    """Return the pattern that fits a text and no other."""
    return _MARK.sub(r"\\\g<0>", text)


def _valid(text: str) -> str:
    """Return a text without halves of surrogate pairs, as which the bytes that are no UTF-8 stand.

    Each of them is one character, as before.
    """
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
