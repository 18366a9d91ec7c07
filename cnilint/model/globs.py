"""Patterns for paths and names, with the wildcards of a .gitignore file."""

from __future__ import annotations

import re
from functools import lru_cache

from cnilint.patterns import Pattern, PatternError, compiled, literally
from cnilint.start import lazy_pattern

_CLASS = r"\[(?:!(?:\][^]/]*|[^]/]+)|\][^]/]*|[^]!/][^]/]*)\]"
_PARTS = lazy_pattern(
    rf"(?P<folders>(?<![^/])\*\*/)|(?P<rest>\*\*)|\*|\?|{_CLASS}|[^*?[]+|\[[^]/]*+"
)
_WILDCARDS = lazy_pattern(r"\*\*|\*|\?|[^*?]+")
"""What counts behind a bracket that is never closed."""
_CHARACTERS = lazy_pattern(r"(?P<first>[^]])-(?P<last>[^]])|.", re.DOTALL)
_SLASH = "/"


def fits(glob: str, path: str) -> bool:
    """Whether a pattern fits a path with forward slashes, or one of the folders it lies in.

    `*` and `?` stay within a name, `**` spans folders, `[...]` is one of some characters. A pattern
    without a slash fits a name at any depth; one with a slash counts from the top. A slash at the
    beginning of a whole path is none of its names. A pattern of more than some hundred thousand
    characters fits nothing.
    """
    try:
        return _compiled(glob).fits(path.removeprefix("/"))
    except PatternError:
        return False


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> Pattern:
    stripped = glob.removeprefix("./")
    anchored = "/" in stripped.rstrip("/")
    start = "" if anchored else "(?:.*/)?"
    end = "/.*" if stripped.endswith("/") else "(?:/.*)?"
    body = "".join(map(_translated, _PARTS.finditer(stripped.strip("/"))))
    return compiled(f"(?s){start}{body}{end}")


_WILD = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


def _translated(part: re.Match[str]) -> str:
    text = part.group()
    if part["folders"]:
        return "(?:.*/)?"
    if text in _WILD:
        return _WILD[text]
    if text.startswith("[") and not text.endswith("]"):
        open_class = _WILDCARDS.finditer(text)
        return "".join(_WILD.get(one[0]) or literally(one[0]) for one in open_class)
    if text.startswith("["):
        negated = text.startswith("[!")
        inside = _CHARACTERS.sub(_character, text[1 + negated : -1])
        return f"[^/{inside}]" if negated else f"[{inside}]"
    return literally(text)


def _character(found: re.Match[str]) -> str:
    """Return a character of a class, or a range of them, as a regular expression has it.

    No slash is in a range.
    """
    first, last = found["first"], found["last"]
    if first is None or first > last:
        return "".join(map(literally, found.group()))
    if not first <= _SLASH <= last:
        return f"{literally(first)}-{literally(last)}"
    below = f"{literally(first)}-." if first < _SLASH else ""
    above = f"0-{literally(last)}" if last > _SLASH else ""
    return below + above
