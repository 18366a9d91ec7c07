"""Patterns for paths and names, with the wildcards of a .gitignore file."""

from __future__ import annotations

import re
from functools import cache

from cnilint.start import lazy_pattern

_CLASS = r"\[(?:!(?:\][^]/]*|[^]/]+)|\][^]/]*|[^]!/][^]/]*)\]"
_PARTS = lazy_pattern(rf"(?P<folders>(?<![^/])\*\*/)|(?P<rest>\*\*)|\*|\?|{_CLASS}|[^*?[]+|\[")
_CHARACTERS = lazy_pattern(r"(?P<first>[^]])-(?P<last>[^]])|.", re.DOTALL)


def fits(pattern: str, path: str) -> bool:
    """Whether a pattern fits a path with forward slashes, or one of the folders it lies in.

    `*` and `?` stay within a name, `**` spans folders, `[...]` is one of some characters. A pattern
    without a slash fits a name at any depth; one with a slash counts from the top. A slash at the
    beginning of a whole path is none of its names.
    """
    return _compiled(pattern).fullmatch(path.removeprefix("/")) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    stripped = pattern.removeprefix("./")
    anchored = "/" in stripped.rstrip("/")
    start = "" if anchored else "(?:.*/)?"
    end = "/.*" if stripped.endswith("/") else "(?:/.*)?"
    body = "".join(map(_translated, _PARTS.finditer(stripped.strip("/"))))
    return re.compile(f"{start}{body}{end}", re.DOTALL)


def _translated(part: re.Match[str]) -> str:
    text = part.group()
    if part["folders"]:
        return "(?:.*/)?"
    if part["rest"]:
        return ".*"
    if text == "*":
        return "[^/]*"
    if text == "?":
        return "[^/]"
    if len(text) > 1 and text.startswith("["):
        negated = text.startswith("[!")
        inside = _CHARACTERS.sub(_character, text[1 + negated : -1])
        return f"(?!/)[{'^' * negated}{inside}]"
    return re.escape(text)


def _character(found: re.Match[str]) -> str:
    """Return a character of a class, or a range of them, as a regular expression has it."""
    first, last = found["first"], found["last"]
    if first is not None and first <= last:
        return f"{re.escape(first)}-{re.escape(last)}"
    return "".join(f"\\{each}" if not each.isalnum() else each for each in found.group())
