"""Reads JSON as people write it: the tree with its places, and what a strict decoder refuses.

Strict means Go's `encoding/json`, which decodes every CNI configuration (golang/go@go1.22:
src/encoding/json/scanner.go). What is merely refused (a trailing comma, a comment) is read and
reported; only text whose structure cannot be told ends the reading.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from cnilint.model.text import Span
from cnilint.model.tree import Entry, Mapping, Scalar, ScalarValue, Sequence, Style, Tree
from cnilint.start import NamedTuple, lazy_pattern

DEPTH_LIMIT = 200
"""Deeper nesting is not read: no real configuration has it, and reading recurses."""

_SPACE = lazy_pattern(r"[ \t\n\r]*")
# A comment that is never closed goes on to the end of the text.
COMMENT = lazy_pattern(r"#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?")
_WORD = lazy_pattern(r"[^\s,\[\]{}:\"'#/]+")
_NUMBER = lazy_pattern(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_LOOSE_NUMBER = lazy_pattern(r"[-+]?(?:[0-9]++\.?[0-9]*+|\.[0-9]+)([eE][+-]?[0-9]+)?")
_INTEGER_DIGITS = 400
_RUN = {'"': lazy_pattern(r'[^"\\\x00-\x1f]*'), "'": lazy_pattern(r"[^'\\\x00-\x1f]*")}
_HEX = lazy_pattern(r"[0-9A-Fa-f]{4}")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "/": "/"}
_WORDS: dict[str, ScalarValue] = {"true": True, "false": False, "null": None}


class JsonProblem(NamedTuple):
    """Something a strict decoder refuses, at a code point offset of the text.

    `kind` is `trailing-comma`, `comment`, `single-quotes`, `number`, `control`, `escape`, `word`,
    `trailing-text` or `syntax`; with the last the reading ended. `missing` is the mark that is due
    at the place: a comma or a colon, or the quote of a key without quotes; else it is empty.
    """

    offset: int
    message: str
    kind: str
    missing: str = ""


class _UnreadableError(Exception):
    def __init__(self, offset: int, message: str, missing: str = "") -> None:
        super().__init__(message)
        self.problem = JsonProblem(offset, message, "syntax", missing)


def read_json(
    text: str, place: Callable[[int, int], Span] = Span
) -> tuple[Tree | None, tuple[JsonProblem, ...]]:
    """Return the tree of a JSON text, or None where there is none, and all its problems.

    `place` turns a start and an end within the text into the span that the tree carries. A bare
    word stands in the tree as a plain string.
    """
    reader = _Reader(text, place)
    tree: Tree | None = None
    try:
        tree = reader.value(0)
        if reader.peek():
            reader.note(
                reader.at, "there is text behind the end of the JSON value", "trailing-text"
            )
    except _UnreadableError as stopped:
        return None, (*reader.problems, stopped.problem)
    return tree, tuple(reader.problems)


def json_problems(text: str) -> tuple[JsonProblem, ...]:
    """Return what Go's `encoding/json` would refuse in a text, in the order of the text.

    Duplicate keys and unusual shapes that Go accepts are no problem.
    """
    return tuple(sorted(read_json(text)[1], key=lambda problem: problem.offset))


class _Reader:
    """A cursor over a text; each method reads one construct and leaves the cursor behind it."""

    def __init__(self, text: str, place: Callable[[int, int], Span]) -> None:
        self.text = text
        self.place = place
        self.at = 0
        self.problems: list[JsonProblem] = []

    def note(self, offset: int, message: str, kind: str, missing: str = "") -> None:
        self.problems.append(JsonProblem(offset, message, kind, missing))

    def peek(self) -> str:
        """Return the next character that is neither space nor comment; empty at the end."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            comment = COMMENT.match(self.text, self.at)
            if comment is None:
                return self.text[self.at : self.at + 1]
            self.note(self.at, "JSON has no comments", "comment")
            self.at = comment.end()

    def value(self, depth: int) -> Tree:
        first = self.peek()
        if depth > DEPTH_LIMIT:
            raise _UnreadableError(self.at, f"nested deeper than {DEPTH_LIMIT} levels")
        if first == "{":
            return self.mapping(depth)
        if first == "[":
            return self.sequence(depth)
        return self.string(first) if first in _RUN else self.word()

    def mapping(self, depth: int) -> Mapping:
        start = self.at
        entries: list[Entry] = []
        self.at += 1
        while not self.closed("}", behind_member=bool(entries)):
            first = self.peek()
            key = self.string(first) if first in _RUN else self.word(key=True)
            if self.peek() != ":":
                raise _UnreadableError(self.at, f"expected ':' behind the key {key.text!r}", ":")
            self.at += 1
            entries.append(Entry(key, self.value(depth + 1)))
        return Mapping(self.place(start, self.at), tuple(entries), flow=True)

    def sequence(self, depth: int) -> Sequence:
        start = self.at
        items: list[Tree] = []
        self.at += 1
        while not self.closed("]", behind_member=bool(items)):
            items.append(self.value(depth + 1))
        return Sequence(self.place(start, self.at), tuple(items), flow=True)

    def closed(self, bracket: str, *, behind_member: bool) -> bool:
        """Read a comma (due behind a member) or the closing bracket; say whether it was that."""
        found = self.peek()
        comma = -1
        if behind_member and found == ",":
            comma = self.at
            self.at += 1
            found = self.peek()
            if found == bracket:
                self.note(comma, f"a comma before {bracket!r}", "trailing-comma")
        if found == bracket:
            self.at += 1
            return True
        if not found:
            raise _UnreadableError(self.at, f"the text ends before {bracket!r}")
        if behind_member and comma < 0:
            raise _UnreadableError(self.at, f"expected ',' or {bracket!r}, found {found!r}", ",")
        return False

    def string(self, quote: str) -> Scalar:
        start = self.at
        if quote == "'":
            self.note(start, "JSON strings have double quotes", "single-quotes")
        self.at += 1
        parts: list[str] = []
        while True:
            run = _RUN[quote].match(self.text, self.at)
            parts.append(run.group() if run else "")
            self.at += len(parts[-1])
            found = self.text[self.at : self.at + 1]
            if found == quote:
                break
            if found == "\\":
                parts.append(self.escape())
                continue
            if not found or found in "\r\n":
                raise _UnreadableError(start, "the string is not closed on its line")
            self.note(self.at, f"a control character ({found!r}) in a string", "control")
            parts.append(found)
            self.at += 1
        self.at += 1
        text = "".join(parts)
        style = Style.DOUBLE if quote == '"' else Style.SINGLE
        return Scalar(self.place(start, self.at), text, text, style)

    def escape(self) -> str:
        start = self.at
        letter = self.text[start + 1 : start + 2]
        if not letter or letter in "\r\n":
            raise _UnreadableError(start, "the string is not closed on its line")
        self.at += 2
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        unit = self.code_unit() if letter == "u" else -1
        if 0xD800 <= unit < 0xDC00 and self.text.startswith("\\u", self.at):
            back = self.at
            self.at += 2
            low = self.code_unit()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            self.at = back
        if unit < 0:
            self.note(start, f"JSON has no such escape: \\{letter}", "escape")
            return letter
        # Half of a pair becomes the replacement character, as in Go.
        return "\ufffd" if 0xD800 <= unit < 0xE000 else chr(unit)

    def code_unit(self) -> int:
        """Read four hexadecimal digits; -1 when they are not there."""
        match = _HEX.match(self.text, self.at)
        if match is None:
            return -1
        self.at = match.end()
        return int(match.group(), 16)

    def word(self, *, key: bool = False) -> Scalar:
        start = self.at
        match = _WORD.match(self.text, start)
        if match is None:
            found = self.text[start : start + 1]
            what = f"a JSON value cannot begin with {found!r}" if found else "a value is missing"
            raise _UnreadableError(start, what)
        self.at = match.end()
        text = match.group()
        value: ScalarValue = text
        number = None if key else self.number(start, text)
        if key:
            self.note(start, f"a key needs double quotes: {text!r}", "word", '"')
        elif text in _WORDS:
            value = _WORDS[text]
        elif number is not None:
            value = number
        else:
            self.note(start, f"not a JSON value: {text!r}", "word")
        return Scalar(self.place(start, self.at), value, text, Style.PLAIN)

    def number(self, start: int, text: str) -> int | float | None:
        strict = _NUMBER.fullmatch(text)
        if strict is None and not _LOOSE_NUMBER.fullmatch(text):
            return None
        value = float(text)
        if strict is None or not math.isfinite(value):
            self.note(start, f"not a JSON number: {text!r}", "number")
        elif strict[1] is None and strict[2] is None and len(text) < _INTEGER_DIGITS:
            return int(text)
        return value
