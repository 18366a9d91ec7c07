"""Patterns of names, as the catalog has them for images and commands."""

from __future__ import annotations

import re
from functools import lru_cache

_LAST_PART = "(^|/)"
_SPECIAL = frozenset("\\.^$*+?{}[]()|")


@lru_cache(maxsize=4096)
def found_in(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a name; `(^|/)(one|other)$` is, without compiling it.

    Most names of images and commands in the catalog are of that form, and compiling all of them
    is a noticeable part of a run on one manifest.
    """
    if pattern.startswith(_LAST_PART) and pattern.endswith("$"):
        inner = pattern[len(_LAST_PART) : -1]
        names = inner[1:-1].split("|") if inner[:1] + inner[-1:] == "()" else [inner]
        if not any(_SPECIAL.intersection(name.replace("\\.", "")) for name in names):
            plain = (name.replace("\\.", ".") for name in names)
            return any(text == name or text.endswith(f"/{name}") for name in plain)
    return re.search(pattern, text) is not None
