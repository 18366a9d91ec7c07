"""JSON as Go's encoding/json reads it: every program that picks a configuration is written in Go.

What differs from Python's reader: nesting ends at 10,000 levels however deep Python's stack is, NaN
is no number, a lone surrogate becomes U+FFFD, and whether a number fits a float64 matters only
where it is decoded without a type.
Source: golang/go@go1.23:src/encoding/json/scanner.go and decode.go.
"""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from typing import TypeGuard

from cnilint.start import lazy_pattern

MAX_DEPTH = 10_000


class JSONError(ValueError):
    """A text that json.Unmarshal returns an error for, and where in it."""

    def __init__(self, message: str, at: int | None = None) -> None:
        """`at` is the character at which the text stops being JSON; None for a value of JSON."""
        super().__init__(message)
        self.at = at
        self.route: tuple[str | int, ...] = ()
        """The keys and indices that lead to a value that does not fit; empty for a whole text."""

    def below(self, step: str | int) -> JSONError:
        """Return the error as seen from one container further out."""
        self.route = (step, *self.route)
        return self


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class Array:
    """An array. `depth` is 1 for one without containers; `overflows` if a number is no float64."""

    __slots__ = ("depth", "items", "overflows")

    def __init__(self, items: list[JSON]) -> None:
        """`items` are the values in order."""
        self.items = items
        self.depth = 1 + max(map(depth, items), default=0)
        self.overflows = any(map(overflows, items))


class Object:
    """An object: `pairs` as written, `members` as a Go map holds them (the last duplicate wins)."""

    __slots__ = ("depth", "members", "overflows", "pairs")

    def __init__(self, pairs: list[tuple[str, JSON]]) -> None:
        """`pairs` are the members in the order of the text, duplicates included."""
        self.pairs = pairs
        self.members = dict(pairs)
        self.depth = 1 + max(map(depth, self.members.values()), default=0)
        self.overflows = any(overflows(value) for _, value in pairs)

    def encoded_pairs(self) -> list[tuple[str, JSON]]:
        """Return the members as json.Marshal writes the map: no duplicates, sorted by bytes."""
        return sorted(self.members.items(), key=lambda pair: pair[0].encode())

    def with_member(self, key: str, value: JSON) -> Object:
        """Return the map with one member set."""
        return Object([*self.members.items(), (key, value)])


JSON = None | bool | str | Number | Array | Object


def depth(value: JSON) -> int:
    """Return how many containers lie within one another, as json.Marshal would write them."""
    return value.depth if isinstance(value, (Array, Object)) else 0


def overflows(value: JSON) -> bool:
    """Return whether decoding without a type fails: a number in it is too large for a float64."""
    if isinstance(value, (Array, Object)):
        return value.overflows
    return isinstance(value, Number) and math.isinf(float(value))


_SPACE = lazy_pattern(r"[ \t\n\r]*")
_TOKEN = lazy_pattern(
    r'"(?P<string>[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*)*)"'
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>null|true|false)"
    r"|(?P<open>[\[{])"
)
_ESCAPE = lazy_pattern(r"\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)|\\u(....)|\\(.)")
_SURROGATE = lazy_pattern("[\ud800-\udfff]")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: dict[str, JSON] = {"null": None, "true": True, "false": False}


def _unescaped(match: re.Match[str]) -> str:
    high, low, single, short = match.groups()
    if short is not None:
        return _ESCAPED.get(short, short)
    if single is not None:
        return chr(int(single, 16))
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)


def _unquoted(body: str) -> str:
    if "\\" in body:
        body = _ESCAPE.sub(_unescaped, body)
    return body if body.isascii() else _SURROGATE.sub("\ufffd", body)


@lru_cache(maxsize=4096)
def parse(text: str) -> JSON:
    """Return the value of a JSON text, for every decoder below; JSONError if it is not valid JSON.

    A byte that was no UTF-8 is expected as a lone surrogate, as Python's `surrogateescape` puts it.
    The result is shared between calls: do not change it.
    """
    return _Parser(text).document()


class _Parser:
    """Reads one text with a stack of its own: depth is limited as in Go, not as in Python."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.stack: list[tuple[list[JSON] | None, list[tuple[str, JSON]], str]] = []

    def document(self) -> JSON:
        while True:
            opened, value = self._value()
            if opened:
                continue
            while self.stack:
                items, pairs, key = self.stack[-1]
                if items is not None:
                    items.append(value)
                else:
                    pairs.append((key, value))
                if not self._closes("]" if items is not None else "}"):
                    break
                self.stack.pop()
                value = Array(items) if items is not None else Object(pairs)
            else:
                self._skip()
                if self.at != len(self.text):
                    raise JSONError(f"text behind the value at character {self.at}", self.at)
                return value

    def _value(self) -> tuple[bool, JSON]:
        """Read a scalar or an empty container, or open one and stand before its first value."""
        self._skip()
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            raise JSONError(f"no value at character {self.at}", self.at)
        self.at = match.end()
        text = match[0]
        if match.lastgroup == "string":
            return False, _unquoted(match["string"])
        if match.lastgroup == "number":
            return False, Number(text)
        if match.lastgroup == "word":
            return False, _WORDS[text]
        if len(self.stack) == MAX_DEPTH:
            raise JSONError("exceeded max depth", self.at - 1)
        self._skip()
        if self.text.startswith("]" if text == "[" else "}", self.at):
            self.at += 1
            return False, Array([]) if text == "[" else Object([])
        self.stack.append(([], [], "") if text == "[" else (None, [], self._key()))
        return True, None

    def _closes(self, end: str) -> bool:
        """Step over a comma (and the next key) or the end of the innermost container."""
        self._skip()
        mark = self.text[self.at : self.at + 1]
        self.at += 1
        if mark == end:
            return True
        if mark != ",":
            raise JSONError(f"no comma and no {end} at character {self.at - 1}", self.at - 1)
        items, pairs, _ = self.stack[-1]
        if items is None:
            self.stack[-1] = (None, pairs, self._key())
        return False

    def _key(self) -> str:
        self._skip()
        match = _TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup != "string":
            raise JSONError(f"no key at character {self.at}", self.at)
        self.at = match.end()
        self._skip()
        if not self.text.startswith(":", self.at):
            raise JSONError(f"no colon at character {self.at}", self.at)
        self.at += 1
        return _unquoted(match["string"])

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at


def untyped(text: str) -> JSON:
    """Decode into an `interface{}`; JSONError also if a number does not fit a float64."""
    value = parse(text)
    if overflows(value):
        raise JSONError("a number does not fit a float64")
    return value


def as_map(text: str) -> Object | None:
    """Decode into a `map[string]interface{}`: None for `null` (a nil map), else JSONError."""
    value = untyped(text)
    if value is not None and not isinstance(value, Object):
        raise JSONError(f"{kind(value)} instead of an object")
    return value


def encode(value: JSON) -> str:
    """Return json.Marshal's text of a value that was decoded without a type, numbers as written."""
    written: list[str] = []
    pending: list[JSON | tuple[str]] = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            written += item
        elif isinstance(item, Array):
            pending.append(("]",))
            for index in range(len(item.items) - 1, -1, -1):
                pending += [item.items[index], ("," if index else "",)]
            pending.append(("[",))
        elif isinstance(item, Object):
            pending.append(("}",))
            pairs = item.encoded_pairs()
            for index in range(len(pairs) - 1, -1, -1):
                key, member = pairs[index]
                pending += [member, (f"{',' if index else ''}{json.dumps(key)}:",)]
            pending.append(("{",))
        else:
            written.append(item if isinstance(item, Number) else json.dumps(item))
    return "".join(written)


def is_string(value: object) -> TypeGuard[str]:
    """Return whether a value is a JSON string (a `Number` is a `str` too, but no string)."""
    return isinstance(value, str) and not isinstance(value, Number)


def kind(value: JSON) -> str:
    """Return the word for a value's type."""
    if isinstance(value, Number):
        return "a number"
    names = {Array: "an array", Object: "an object", str: "a string", bool: "a boolean"}
    return names.get(type(value), "null")
