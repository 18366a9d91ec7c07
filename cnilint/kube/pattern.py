"""Patterns of names, as the catalog has them for images and commands."""

from __future__ import annotations

import re
from functools import lru_cache

_LAST_PART = "(^|/)"
_SPECIAL = frozenset("\\.^$*+?{}[]()|")


@lru_cache(maxsize=4096)
def found_in(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a name; `(^|/)a(-b)?(one|other)$` is, without compiling it.

    Most names of images and commands in the catalog are of that form, and compiling all of them
    is a noticeable part of a run on one manifest.
    """
    last, whole = pattern.startswith(_LAST_PART), pattern.startswith("^")
    if (last or whole) and pattern.endswith("$"):
        names = _names(pattern[len(_LAST_PART) if last else 1 : -1])
        if names is not None:
            return text in names or (last and any(text.endswith(f"/{name}") for name in names))
    return re.search(pattern, text) is not None


def _names(pattern: str) -> list[str] | None:
    """Return all that a pattern of plain text, choices and options stands for; None for others."""
    found = [""]
    while pattern:
        at = pattern.find("(")
        if at == 0:
            inner, closed, pattern = pattern[1:].partition(")")
            choices = inner.split("|") if closed else ["("]
            if pattern.startswith("?"):
                choices, pattern = [*choices, ""], pattern[1:]
        else:
            end = at if at > 0 else len(pattern)
            choices, pattern = [pattern[:end]], pattern[end:]
        if any(_SPECIAL.intersection(one.replace("\\.", "")) for one in choices):
            return None
        found = [one + other.replace("\\.", ".") for one in found for other in choices]
    return found
