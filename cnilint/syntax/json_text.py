r"""Reading JSON by its own grammar.

Nearly all JSON is YAML too, but not surrogate pairs (`"\ud83d\ude00"`), a colon on the next line,
keys over 1,024 characters or two values one behind the other, all of which `kubectl` reads.
"""

from __future__ import annotations

import re

from cnilint.model.text import Span
from cnilint.model.tree import Entry, Mapping, Scalar, Sequence, Style, Tree

from .resolve import resolve

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<plain>"[^"\\\x00-\x1f]*")
        |(?P<escaped>"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+")
        |(?P<mark>[\[\]{},:])
        |(?P<word>true\b|false\b|null\b|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![\w.]))
    )""",
    re.VERBOSE,
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_OPEN = "value or close"
_VALUE = "value"
_NEXT = "comma or close"
_FIRST_KEY = "key or close"
_KEY = "key"
_COLON = "colon"


def read_json(
    text: str, start: int, end: int, max_depth: int
) -> tuple[Tree, list[Mapping], int] | None:
    """Return the JSON value at an offset, its mappings that repeat a key, and the offset behind it.

    None if what stands there is not JSON, or nested deeper than `max_depth`: YAML decides then.
    """
    stack: list[tuple[int, list[Tree], list[Scalar] | None]] = []
    items: list[Tree] = []
    repeating: list[Mapping] = []
    keys: list[Scalar] | None = None
    opened = start
    expected = _VALUE
    at = start
    while token := _TOKEN.match(text, at, end):
        at = token.end()
        kind = token.lastgroup
        word = token[kind or 0]
        begin = at - len(word)
        if kind == "mark":
            if word in "[{" and expected in (_VALUE, _OPEN) and len(stack) < max_depth:
                stack.append((opened, items, keys))
                opened, items = begin, []
                keys, expected = ([], _FIRST_KEY) if word == "{" else (None, _OPEN)
            elif word in "]}" and expected in (_NEXT, _OPEN, _FIRST_KEY):
                if (word == "]") != (keys is None):
                    return None
                closed = _closed(Span(opened, at), items, keys)
                if isinstance(closed, Mapping) and len({e.key.text for e in closed.entries}) < len(
                    items
                ):
                    repeating.append(closed)
                opened, items, keys = stack.pop()
                if not stack:
                    return closed, repeating, at
                items.append(closed)
                expected = _NEXT
            elif word == "," and expected == _NEXT:
                expected = _VALUE if keys is None else _KEY
            elif word == ":" and expected == _COLON:
                expected = _VALUE
            else:
                return None
        elif keys is not None and expected in (_KEY, _FIRST_KEY) and kind != "word":
            keys.append(_string(Span(begin, at), word))
            expected = _COLON
        elif stack and expected in (_VALUE, _OPEN):
            span = Span(begin, at)
            if kind == "word":
                items.append(Scalar(span, resolve(word), word, Style.PLAIN))
            else:
                items.append(_string(span, word))
            expected = _NEXT
        else:
            return None
    return None


def _closed(span: Span, items: list[Tree], keys: list[Scalar] | None) -> Mapping | Sequence:
    if keys is None:
        return Sequence(span, tuple(items), flow=True)
    return Mapping(span, tuple(map(Entry, keys, items)), flow=True)


def _string(span: Span, token: str) -> Scalar:
    text = token[1:-1]
    if "\\" in text:
        from json import loads

        decoded: str = loads(token)
        text = _LONE_SURROGATE.sub("\ufffd", decoded)
    return Scalar(span, text, text, Style.DOUBLE)
