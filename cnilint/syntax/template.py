"""Telling an unrendered template from a document with a mistake in it."""

from __future__ import annotations

import re

from cnilint.model.text import Span
from cnilint.start import lazy_pattern

_BLOCK_HEADER = lazy_pattern(r"(?:^|[:\-?\s])[|>][-+0-9]*[ \t]*(?:#.*)?$")
_TOKEN = lazy_pattern(
    r"""
    (?P<double>"(?:\{\{.*?\}\}|\\.|[^"\\])*")
    |(?P<single>'(?:\{\{.*?\}\}|[^'])*')
    |(?P<comment>(?:^|(?<=\s))\#.*)
    |(?P<action>\{\{|\{%)
    """,
    re.VERBOSE,
)
_ACTION = lazy_pattern(r"\{\{.*?\}\}")
_BARE_QUOTE = {"double": lazy_pattern(r'(?<!\\)"'), "single": lazy_pattern("'")}


def first_action(text: str, span: Span) -> Span | None:
    """Return the line (without indentation and line end) of the first template action, or None.

    An action (`{{ ... }}` of Go templates and Jinja, `{% ... %}`) in a comment, a block scalar or
    a quoted scalar is text to YAML and does not count; one that ends the quotes around it
    (`"{{ include "name" . }}"`) does.
    """
    block: int | None = None
    at = span.start
    while at < span.end:
        stop = text.find("\n", at, span.end)
        stop = span.end if stop == -1 else stop
        line = text[at:stop].rstrip()
        content = line.lstrip(" ")
        indent = len(line) - len(content)
        if content and block is not None and indent <= block:
            block = None
        if content and block is None:
            if "{" in line and _has_action(content):
                return Span(at + indent, at + len(line))
            if _BLOCK_HEADER.search(line):
                block = _owner_column(content, indent)
        at = stop + 1
    return None


def _has_action(line: str) -> bool:
    for token in _TOKEN.finditer(line):
        kind = token.lastgroup
        if kind == "action":
            return True
        if kind in _BARE_QUOTE and any(
            _BARE_QUOTE[kind].search(action) for action in _ACTION.findall(token[0])
        ):
            return True
    return False


def _owner_column(content: str, indent: int) -> int:
    """Return the column of the key or dash a block scalar hangs on: its lines are deeper."""
    dashes = re.match(r"(?:-[ ]+)*(?=[^|>\s])", content)
    return indent + (dashes.end() if dashes else 0)
