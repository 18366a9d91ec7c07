"""Streams of JSON as jq reads them, and the jq program of aws-node's entrypoint script.

That one adds a plugin to each value of a file; Linkerd's are in linkerd_filter. jq reads more than
JSON: numbers as C's strtod takes them, a byte order mark in front. It refuses control characters in
strings, as jq 1.6 with its security fixes does.
Source: jqlang/jq@jq-1.6:src/jv_parse.c; `.plugins += [...]` in src/builtin.jq and src/jv_aux.c.
"""

from __future__ import annotations

import json
import re

from cnilint.start import lazy_pattern

MAX_DEPTH = 256
"""How many containers may lie within one another (MAX_PARSING_DEPTH)."""

Value = None | bool | int | float | str | list[object] | dict[str, object]

_TOKEN = lazy_pattern(
    r"""[ \t\r\n]*(?:
      (?P<mark>[\[\]{}:,])
    | "(?P<string>(?:[^"\\\x00-\x1f]|\\.)*)"
    | (?P<literal>[^ \t\r\n\[\]{}:,"]+)
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_NOT_FINITE = lazy_pattern(r"[+-]?(?:(nan)|inf(?:inity)?)", re.IGNORECASE | re.ASCII)
_HALF_PAIR = lazy_pattern("[\ud800-\udbff](?![\udc00-\udfff])")
_NUMBER = lazy_pattern(r"[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_ESCAPE = lazy_pattern(r'\\(?:u([0-9A-Fa-f]{4})|(["\\/bfnrt])|(.?))', re.DOTALL)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: dict[str, Value] = {"null": None, "true": True, "false": False}
_LARGEST = 1.7976931348623157e308


class JqError(ValueError):
    """An input that jq ends with an error for."""


def add_plugin(text: str, plugin: dict[str, object]) -> str:
    """Return what `jq '.plugins += [plugin]'` writes for a file; JqError if it ends with an error.

    A file without a value makes an empty one. A value that has no plugins to add to is left out,
    and is an error only if it is the last one: what jq returns is what came of that.
    """
    values = []
    failed: JqError | None = None
    for value in read(text):
        failed = None
        try:
            values.append(_added(value, plugin))
        except JqError as error:
            failed = error
    if failed is not None:
        raise failed
    return "".join(f"{json.dumps(value, indent=2, ensure_ascii=False)}\n" for value in values)


def read(text: str) -> list[Value]:
    """Return the values of a stream; JqError for what jq does not read."""
    values, failed = read_before_error(text)
    if failed is not None:
        raise failed
    return values


def read_before_error(text: str) -> tuple[list[Value], JqError | None]:
    """Return the values of a stream up to what jq does not read, and its error, if any."""
    reader = _Reader(text.removeprefix("\ufeff"))
    try:
        return reader.values(), None
    except JqError as error:
        return reader.found, error


def _added(value: Value, plugin: dict[str, object]) -> Value:
    if value is not None and not isinstance(value, dict):
        raise JqError('Cannot index the value with "plugins"')
    members = dict(value or {})
    plugins = members.get("plugins")
    if plugins is not None and not isinstance(plugins, list):
        raise JqError("the value and an array cannot be added")
    members["plugins"] = [*(plugins or []), plugin]
    return members


class _Reader:
    """Reads a stream of values with a stack of the containers that are open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: list[Value] = []
        self.open: list[list[object] | dict[str, object]] = []
        self.keys: list[str] = []
        self.wants = "value"
        """`value`, `value or end` behind `[`, `key`, `key or end` behind `{`, `colon`, `comma`."""

    def values(self) -> list[Value]:
        while (token := self._token())[0] != "end":
            kind, text = token
            if kind == "mark":
                self._mark(text)
            else:
                self._scalar(_string(text) if kind == "string" else _literal(text))
        if self.open:
            raise JqError("Unfinished JSON term")
        return self.found

    def _token(self) -> tuple[str, str]:
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            raise JqError("Unfinished string")
        self.at = match.end()
        kind = str(match.lastgroup)
        return kind, match[kind]

    def _mark(self, mark: str) -> None:
        if mark in "[{":
            self._want("value")
            if len(self.open) >= MAX_DEPTH:
                raise JqError("Exceeds depth limit for parsing")
            self.open.append([] if mark == "[" else {})
            self.wants = "value or end" if mark == "[" else "key or end"
        elif mark in "]}":
            closed = isinstance(self.open[-1], list) if self.open else None
            if closed is not (mark == "]") or self.wants not in (
                "comma",
                "value or end" if mark == "]" else "key or end",
            ):
                raise JqError(f"Unmatched {mark}")
            self._place(self.open.pop())
        elif mark == ":" and self.wants == "colon":
            self.wants = "value"
        elif mark == "," and self.wants == "comma" and self.open:
            self.wants = "value" if isinstance(self.open[-1], list) else "key"
        else:
            raise JqError(f"{mark} where it cannot stand")

    def _scalar(self, value: Value) -> None:
        if self.wants in ("key", "key or end"):
            if not isinstance(value, str):
                raise JqError("Object keys must be strings")
            self.keys.append(value)
            self.wants = "colon"
            return
        self._want("value")
        self._place(value)

    def _want(self, what: str) -> None:
        """Check that a value may begin here: at the top the last one needs no comma behind it."""
        if self.wants not in (what, f"{what} or end") and (self.open or self.wants != "comma"):
            raise JqError("Expected separator between values")

    def _place(self, value: object) -> None:
        self.wants = "comma"
        if not self.open:
            self.found.append(value)  # type: ignore[arg-type] # what was read is a value
        elif isinstance(self.open[-1], list):
            self.open[-1].append(value)
        else:
            self.open[-1][self.keys.pop()] = value


def _string(body: str) -> str:
    def unescaped(match: re.Match[str]) -> str:
        code, short, other = match.groups()
        if code is not None:
            return chr(int(code, 16))
        if other is not None:
            raise JqError("Invalid escape")
        return _SHORT.get(short, short)

    text = _ESCAPE.sub(unescaped, body)
    if _HALF_PAIR.search(text):
        raise JqError("Invalid surrogate pair escape")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _literal(text: str) -> Value:
    if text in _WORDS:
        return _WORDS[text]
    special = None if text[0] in "tfn" else _NOT_FINITE.fullmatch(text)
    if special is not None:
        # As they are written again.
        return None if special[1] else -_LARGEST if text.startswith("-") else _LARGEST
    if _NUMBER.fullmatch(text) is None:
        raise JqError("Invalid numeric literal")
    number = max(-_LARGEST, min(float(text), _LARGEST))
    return int(number) if number.is_integer() and abs(number) < 1e17 else number
