"""Writes data as YAML in any way of writing, one choice at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.variations.reader import Data, documents


class Margin(NamedTuple):
    """How far further lines of a string are indented, and how much more than what it is part of."""

    width: int
    more: int

    def __str__(self) -> str:
        return " " * self.width


NO_MARGIN = Margin(0, 0)

Text = Callable[[str, Margin], str]
"""How a string is written."""

_SIMPLE = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")


class Alias(NamedTuple):
    """A value that was written before, under a name."""

    name: str


class Anchored(NamedTuple):
    """A value that is written under a name."""

    name: str
    value: Any


class Merge(NamedTuple):
    """Members of a mapping, some of which a merge key brings."""

    brought: dict[str, Any]
    own: dict[str, Any]


def plain(text: str, margin: Margin = NO_MARGIN) -> str:
    """Write a string bare where nobody can take it for something else, else in double quotes."""
    bare = _SIMPLE.fullmatch(text) and documents(text) == [text]
    return text if bare else double(text, margin)


def single(text: str, margin: Margin = NO_MARGIN) -> str:
    """Write a string of one line in single quotes, another one in double quotes."""
    if not text.isprintable():
        return double(text, margin)
    return "'" + text.replace("'", "''") + "'"


def double(text: str, margin: Margin = NO_MARGIN) -> str:
    """Write a string in double quotes, as JSON."""
    del margin
    escaped = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\xa0\u2028\u2029\ufeff]", lambda one: f"\\u{ord(one[0]):04x}", escaped)


def ascii_only(text: str, margin: Margin = NO_MARGIN) -> str:
    """Write a string in double quotes with an escape for each character that is not ASCII."""
    del margin
    return '"' + "".join(map(_short, text)) + '"'


def escaped(text: str, margin: Margin = NO_MARGIN) -> str:
    """Write a string in double quotes with an escape for each character."""
    del margin
    return '"' + "".join(map(_escape, text)) + '"'


def _short(one: str) -> str:
    if one == "/":
        return "\\/"
    return one if " " <= one <= "~" and one not in '"\\' else _escape(one)


def _escape(one: str) -> str:
    number = ord(one)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def continued(text: str, margin: Margin = NO_MARGIN) -> str:
    """Write a string in double quotes over several lines, each of which goes on in the next."""
    pieces = [text[at : at + 20] for at in range(0, len(text), 20)] or [""]
    lines = [double(piece)[1:-1] for piece in pieces]
    # a backslash keeps the white space that begins a line
    lines[1:] = [("\\" if line[0] in " \t" else "") + line for line in lines[1:]]
    return '"' + f"\\\n{margin}".join(lines) + '"'


def literal(text: str, margin: Margin = NO_MARGIN, *, wide: bool = False) -> str:
    """Write a string of several lines as a block; a `wide` one says its indentation and ends."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    if "\n" not in text or not body or not _fits(text):
        return plain(text, margin)
    chomping = "-" if ends == 0 else "+" if ends > 1 or wide else ""
    indicator = str(margin.more) if wide or body[0] in " \n" else ""
    lines = [f"{margin}{line}" if line else "" for line in body.split("\n")]
    return f"|{indicator}{chomping}\n" + "\n".join(lines) + "\n" * (ends - 1 if ends else 0)


def kept(text: str, margin: Margin = NO_MARGIN) -> str:
    """Write a string of several lines as a block that says its indentation and keeps its ends."""
    return literal(text, margin, wide=True)


def folded(text: str, margin: Margin = NO_MARGIN) -> str:
    """Write a string as a folded block: an empty line stands for each line end."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    if not body or not _fits(text) or re.search(r"(?:^|\n)[ \t\n]", body):
        return literal(text, margin)
    chomping = {0: "-", 1: ""}.get(ends, "+")
    lines = "\n\n".join(f"{margin}{line}" for line in body.split("\n"))
    return f">{chomping}\n{lines}" + "\n" * (ends - 1 if ends else 0)


def _fits(text: str) -> bool:
    return all(one.isprintable() or one in "\n\t" for one in text)


@dataclass(frozen=True)
class Writer:
    """A way of writing; `document` writes one value as a document of a file.

    `step` is the indentation of what is nested, `dash` that of a dash below its key. `explicit`
    writes `? key`, `alone` begins each value on a line of its own, `flow` says what is written in
    brackets, by the value and its depth, and `between` stands between what is in them. `tags` gives
    each value its tag, `space` stands behind a colon.
    """

    step: int = 2
    dash: int = 0
    text: Text = plain
    key: Text = plain
    explicit: bool = False
    alone: bool = False
    flow: Callable[[Any, int], bool] = field(default=lambda _value, _depth: False)
    between: str = ""
    tags: bool = False
    space: str = " "

    def document(self, value: Any) -> str:  # noqa: ANN401
        """Return a value as a text that ends its line."""
        return self._value(value, 0, Margin(0, 1), 0).lstrip("\n ") + "\n"

    def _value(self, value: Any, depth: int, inner: Margin, dashes: int) -> str:  # noqa: ANN401
        """Return a value as it stands behind a colon or a dash, with what separates it.

        `inner` is where members of a mapping stand, `dashes` where dashes do.
        """
        if isinstance(value, Anchored):
            return f" &{value.name}" + self._value(value.value, depth, inner, dashes)
        if isinstance(value, Alias):
            return f"{self.space}*{value.name}"
        tag = f" {_tag(value)}" if self.tags else ""
        if isinstance(value, dict | list | Merge) and value and not self.flow(value, depth):
            if isinstance(value, list):
                lines = [f"\n{' ' * dashes}-{self._item(one, depth + 1, dashes)}" for one in value]
            else:
                lines = self._members(value, depth, inner.width)
            return tag + "".join(lines)
        single = not isinstance(value, dict | list | Merge)
        found = self._scalar(value, inner) if single else self._flow(value, inner)
        apart = f"\n{inner}" if self.alone and found[0] not in "|>" and depth else self.space
        return (tag if single else "") + apart + found

    def _members(self, value: Any, depth: int, column: int) -> list[str]:  # noqa: ANN401
        start = "\n" + " " * column
        inner = Margin(column + self.step, self.step)
        pairs, lines = value, []
        if isinstance(value, Merge):
            pairs = value.own
            lines = [f"{start}<<:{self.space}{self._flow(value.brought, inner)}"]
        for key, each in pairs.items():
            behind = self._value(each, depth + 1, inner, column + self.dash)
            name = self.key(key, inner)
            lines.append(
                f"{start}? {name}{start}:{behind}" if self.explicit else f"{start}{name}:{behind}"
            )
        return lines

    def _item(self, value: Any, depth: int, column: int) -> str:  # noqa: ANN401
        """Return an item of a sequence behind its dash; its own first line joins it if it may."""
        inner = Margin(column + max(self.step, 2), max(self.step, 2))
        text = self._value(value, depth, inner, inner.width)
        if isinstance(value, dict | list | Merge) and text.startswith("\n") and not self.alone:
            return " " * (inner.more - 1) + text.lstrip("\n ")
        return text

    def _flow(self, value: Any, margin: Margin) -> str:  # noqa: ANN401
        if isinstance(value, Anchored):
            return f"&{value.name} {self._flow(value.value, margin)}"
        if isinstance(value, Alias):
            return f"*{value.name} "
        tag = f"{_tag(value)} " if self.tags else ""
        if isinstance(value, Merge):
            inner = [f"<<: {self._flow(value.brought, margin)}", *self._pairs(value.own, margin)]
            return self._bracketed("{}", inner)
        if isinstance(value, dict):
            return tag + self._bracketed("{}", self._pairs(value, margin))
        if isinstance(value, list):
            return tag + self._bracketed("[]", [self._flow(one, margin) for one in value])
        found = self._scalar(value, margin)
        return tag + (double(value) if found[0] in "|>" else found)

    def _pairs(self, value: dict[str, Any], margin: Margin) -> list[str]:
        return [f"{self.key(k, NO_MARGIN)}: {self._flow(v, margin)}" for k, v in value.items()]

    def _bracketed(self, brackets: str, inner: list[str]) -> str:
        between = self.between if inner else ""
        joined = f",{between or ' '}".join(inner)
        return brackets[0] + between + joined + between + brackets[1]

    def _scalar(self, value: Data, margin: Margin) -> str:
        if isinstance(value, str):
            return self.text(value, margin)
        if isinstance(value, float):
            return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(value), repr(value))
        return json.dumps(value)


def _tag(value: object) -> str:
    kinds = {dict: "map", list: "seq", str: "str", bool: "bool", int: "int", float: "float"}
    return f"!!{kinds.get(type(value), 'null')}"
