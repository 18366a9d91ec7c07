"""Telling an unrendered template from a document with a mistake in it."""

from __future__ import annotations

import re

from cnilint.model.text import Span
from cnilint.start import lazy_pattern

_BLOCK_HEADER = lazy_pattern(r"(?:^|[:\-?\s])[|>][-+0-9]*[ \t]*(?:#.*)?$")
_MARK = lazy_pattern(r"""["'#]|\{[{%]""")
_IN_QUOTES = {'"': lazy_pattern(r"""["\\]|\{\{"""), "'": lazy_pattern(r"'|\{\{")}


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
    """Whether a line has an action that is not text to YAML; each character is looked at once."""
    at = 0
    open_quotes: set[str] = set()
    last = line.rfind("}}")
    while (mark := _MARK.search(line, at)) is not None:
        kind, at = mark[0], mark.end()
        if kind in _IN_QUOTES:
            if kind in open_quotes:
                continue
            end = _behind_quote(line, at, kind, last)
            if end is None:
                return True
            if end < 0:
                open_quotes.add(kind)  # so is every later one: what precedes it is the same
            else:
                at = end
        elif kind != "#":
            return True
        elif at == 1 or line[at - 2].isspace():
            return False
    return False


def _behind_quote(line: str, at: int, quote: str, last: int) -> int | None:
    """Return where a quoted text ends that begins at a place, -1 where it does not on this line.

    None if an action in it ends it: `"{{ include "name" . }}"`. The `last` action ends there.
    """
    while (mark := _IN_QUOTES[quote].search(line, at)) is not None:
        if mark[0] == quote:
            return mark.end()
        if mark[0] == "\\":
            at = mark.end() + 1
        elif mark.end() > last:
            at = mark.end()
        else:
            at = line.find("}}", mark.end()) + 2
            inside = line[mark.end() : at - 2]
            if quote in (inside.replace(f"\\{quote}", "") if quote == '"' else inside):
                return None
    return -1


def _owner_column(content: str, indent: int) -> int:
    """Return the column of the key or dash a block scalar hangs on: its lines are deeper."""
    dashes = re.match(r"(?:-[ ]+)*(?=[^|>\s])", content)
    return indent + (dashes.end() if dashes else 0)
