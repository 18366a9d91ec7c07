"""JSON over several lines, as Go's json.MarshalIndent writes it with two blanks a level.

Source: golang/go@go1.23:src/encoding/json/indent.go and encode.go (keys sorted, HTML escaped).
"""

from __future__ import annotations

import json

from .gojson import JSON, Array, Number, Object

_HTML = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)


def go_indented(value: JSON) -> str:
    """Return json.MarshalIndent's text with a line break behind it; numbers stay as written."""
    # with a stack: a configuration may be nested deeper than Python's own stack is
    written: list[str] = []
    pending: list[tuple[int, JSON] | str] = [(0, value)]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            written.append(item)
        elif isinstance(item[1], (Array, Object)):
            pending += reversed(_opened(item[0], item[1]))
        else:
            written.append(_scalar(item[1]))
    return "".join([*written, "\n"])


def _opened(level: int, value: Array | Object) -> list[tuple[int, JSON] | str]:
    """Return what a container consists of, in order."""
    opening, closing = ("[", "]") if isinstance(value, Array) else ("{", "}")
    parts: list[tuple[str, JSON]]
    if isinstance(value, Array):
        parts = [("", item) for item in value.items]
    else:
        parts = [(f"{_scalar(key)}: ", member) for key, member in value.encoded_pairs()]
    if not parts:
        return [opening + closing]
    line = "\n" + "  " * (level + 1)
    opened: list[tuple[int, JSON] | str] = []
    for index, (key, member) in enumerate(parts):
        opened += [f"{',' if index else opening}{line}{key}", (level + 1, member)]
    return [*opened, "\n" + "  " * level + closing]


def _scalar(value: JSON) -> str:
    if isinstance(value, Number):
        return value
    return json.dumps(value, ensure_ascii=False).translate(_HTML)
