r"""Reading JSON by its own grammar.

Nearly all JSON is YAML too, but not surrogate pairs (`"\ud83d\ude00"`), a colon on the next line,
keys over 1,024 characters or two values one behind the other, all of which `kubectl` reads.
"""

from __future__ import annotations

import re

from cnilint.budget import Budget
from cnilint.model.text import Span
from cnilint.model.tree import Entry, Mapping, Scalar, Sequence, Style, Tree
from cnilint.start import lazy_pattern

from .build import check
from .resolve import resolve

_TOKEN = lazy_pattern(
    r"""[ \t\r\n]*(?:
        (?P<plain>"[^"\\\x00-\x1f]*")
        |(?P<escaped>"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+")
        |(?P<mark>[\[\]{},:])
        |(?P<word>true\b|false\b|null\b|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![\w.]))
    )""",
    re.VERBOSE,
)
_LONE_SURROGATE = lazy_pattern("[\ud800-\udfff]")

_BETWEEN = 0x3FFF
"""How many tokens are read before it is asked what is left."""

_OPEN = "value or close"
_VALUE = "value"
_NEXT = "comma or close"
_FIRST_KEY = "key or close"
_KEY = "key"
_COLON = "colon"


def read_json(
    text: str, start: int, end: int, max_depth: int, budget: Budget | None = None
) -> tuple[Tree, list[Mapping], int] | None:
    """Return the JSON value at an offset, its mappings that repeat a key, and the offset behind it.

    None if what stands there is not JSON, or nested deeper than `max_depth`: YAML decides then.
    LimitReached where it has more values than `budget` leaves.
    """
    budget = budget or Budget()
    reader = _Reader(max_depth)
    at = start
    tokens = 0
    due = min(_BETWEEN, budget.values)
    while token := _TOKEN.match(text, at, end):
        at = token.end()
        kind = token.lastgroup or ""
        word = token[kind]
        span = Span(at - len(word), at)
        tokens += 1
        if tokens >= due:  # marks are tokens as well, so that there are about half as many values
            due = tokens + _BETWEEN
            check(budget, tokens // 2, span)
        fits = reader.mark(word, span) if kind == "mark" else reader.scalar(kind, word, span)
        if not fits:
            return None
        if reader.whole is not None:
            check(budget, tokens // 2, span)
            budget.take(tokens // 2)
            return reader.whole, reader.repeating, at
    return None


class _Reader:
    """JSON read token by token: what is open, and what may follow."""

    def __init__(self, max_depth: int) -> None:
        self.whole: Tree | None = None
        self.repeating: list[Mapping] = []
        self._max_depth = max_depth
        self._stack: list[tuple[int, list[Tree], list[Scalar] | None]] = []
        self._items: list[Tree] = []
        self._keys: list[Scalar] | None = None
        self._opened = 0
        self._expected = _VALUE

    def mark(self, word: str, span: Span) -> bool:
        """Take a bracket, a comma or a colon; return whether it may stand here."""
        if word in "[{":
            return self._open(word, span)
        if word in "]}":
            return self._close(word, span)
        if word == "," and self._expected == _NEXT:
            self._expected = _VALUE if self._keys is None else _KEY
            return True
        if word == ":" and self._expected == _COLON:
            self._expected = _VALUE
            return True
        return False

    def scalar(self, kind: str, word: str, span: Span) -> bool:
        """Take a string, a number or a word; return whether it may stand here."""
        if self._keys is not None and self._expected in (_KEY, _FIRST_KEY) and kind != "word":
            self._keys.append(_string(span, word))
            self._expected = _COLON
            return True
        if not self._stack or self._expected not in (_VALUE, _OPEN):
            return False
        if kind == "word":
            self._items.append(Scalar(span, resolve(word), word, Style.PLAIN))
        else:
            self._items.append(_string(span, word))
        self._expected = _NEXT
        return True

    def _open(self, word: str, span: Span) -> bool:
        if self._expected not in (_VALUE, _OPEN) or len(self._stack) >= self._max_depth:
            return False
        self._stack.append((self._opened, self._items, self._keys))
        self._opened, self._items = span.start, []
        self._keys, self._expected = ([], _FIRST_KEY) if word == "{" else (None, _OPEN)
        return True

    def _close(self, word: str, span: Span) -> bool:
        fits = self._expected in (_NEXT, _OPEN, _FIRST_KEY)
        if not fits or (word == "]") != (self._keys is None):
            return False
        closed = _closed(Span(self._opened, span.end), self._items, self._keys)
        keys = {entry.key.text for entry in closed.entries} if isinstance(closed, Mapping) else ()
        if isinstance(closed, Mapping) and len(keys) < len(self._items):
            self.repeating.append(closed)
        self._opened, self._items, self._keys = self._stack.pop()
        if self._stack:
            self._items.append(closed)
            self._expected = _NEXT
        else:
            self.whole = closed
        return True


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
