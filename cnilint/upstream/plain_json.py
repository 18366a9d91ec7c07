"""JSON that Go decoded without types, as Python's json reads what Go writes of it."""

from __future__ import annotations

from typing import Any

from .gojson import JSON, Array, Number, Object


def plain(value: JSON) -> Any:  # noqa: ANN401 - it is any value of JSON
    """Return lists, dicts, texts, numbers, booleans and None; nesting may be as deep as Go's."""
    top: list[Any] = [None]
    pending: list[tuple[JSON, Any, Any]] = [(value, top, 0)]
    while pending:
        item, holder, at = pending.pop()
        made: Any = item
        if isinstance(item, Array):
            made = [None] * len(item.items)
            pending += [(one, made, index) for index, one in enumerate(item.items)]
        elif isinstance(item, Object):
            made = dict.fromkeys(item.members)
            pending += [(one, made, key) for key, one in item.members.items()]
        elif isinstance(item, Number):
            made = number(item)
        holder[at] = made
    return top[0]


def number(text: str) -> int | float:
    """Return a number after a float64 held it, as an integer where Go writes one.

    Go writes no exponent between 1e-6 and 1e21, the shortest digits filled up with zeros.
    """
    value = float(text)
    if not value.is_integer() or abs(value) >= 1e21:
        return value
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    if not exponent:
        return int(whole)
    digits = whole + fraction.rstrip("0")
    return int(digits.ljust(len(whole) + int(exponent), "0"))
