"""Go structs that JSON is decoded into.

Keys match fields whatever their case and the last one wins, `null` leaves a text, a number or a
switch as it was, a value of the wrong type is an error. Whether the keys of an object come in the
order of the text or in that of json.Marshal decides which of two spellings is the last.
Source: golang/go@go1.23:src/encoding/json/decode.go and fold.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain, repeat

from .gojson import JSON, Array, JSONError, Number, Object, is_string, kind, overflows, parse


class Type:
    """What a field is declared as; itself, one that holds a scalar."""

    __slots__ = ("check", "zero")

    def __init__(self, zero: object, check: Callable[[JSON], object]) -> None:
        """`zero` is a field's value before anything is decoded; `check` raises JSONError."""
        self.zero = zero
        self.check = check

    def decode(self, value: JSON, old: object, *, encoded: bool = False) -> object:  # noqa: ARG002
        """Return the field's new value, given the old one; JSONError for a value it cannot hold.

        `encoded`: the value was read into an `interface{}`, and json.Marshal's text is decoded.
        """
        return old if value is None else self.check(value)


def _text(value: JSON) -> str:
    if not is_string(value):
        raise JSONError(f"{kind(value)} instead of a string")
    return value


def _boolean(value: JSON) -> bool:
    if not isinstance(value, bool):
        raise JSONError(f"{kind(value)} instead of a boolean")
    return value


def _integer(value: JSON) -> int:
    if not isinstance(value, Number) or not value.removeprefix("-").isdigit():
        raise JSONError(f"{kind(value)} instead of an integer")
    if len(value) > 20 or not -(2**63) <= int(value) < 2**63:
        raise JSONError("a number does not fit an int")
    return int(value)


def _untyped(value: JSON) -> JSON:
    if overflows(value):
        raise JSONError("a number does not fit a float64")
    return value


STRING = Type("", _text)
BOOLEAN = Type(zero=False, check=_boolean)
INTEGER = Type(0, _integer)
ANY = Type(None, _untyped)


class PointerTo(Type):
    """A pointer: `null` makes it nil, and a second value is decoded into what it points to."""

    __slots__ = ("element",)

    def __init__(self, element: Type) -> None:
        """`element` is what it points to."""
        super().__init__(None, element.check)
        self.element = element

    def decode(self, value: JSON, old: object, *, encoded: bool = False) -> object:
        """Return the value pointed to, or None for `null`."""
        if value is None:
            return None
        start = self.element.zero if old is None else old
        return self.element.decode(value, start, encoded=encoded)


def _decoded(field: Type, value: JSON, old: object, step: tuple[str | int, bool]) -> object:
    """Decode what stands at one step; an error tells the way there."""
    at, encoded = step
    try:
        return field.decode(value, old, encoded=encoded)
    except JSONError as error:
        raise error.below(at) from None


class ListOf(Type):
    """A slice: a second array under the same field is decoded into the items of the first.

    Items that a shorter array cut off, and that Go lays bare again for a third one, are gone here.
    """

    __slots__ = ("element",)

    def __init__(self, element: Type) -> None:
        """`element` is what it is a slice of."""
        super().__init__(None, _untyped)
        self.element = element

    def decode(self, value: JSON, old: object, *, encoded: bool = False) -> object:
        """Return a list, or None for `null`."""
        if value is None:
            return None
        if not isinstance(value, Array):
            raise JSONError(f"{kind(value)} instead of an array")
        before = old if isinstance(old, list) else []
        starts = chain(before, repeat(self.element.zero))
        return [
            _decoded(self.element, item, start, (index, encoded))
            for index, (item, start) in enumerate(zip(value.items, starts, strict=False))
        ]


class MapOf(Type):
    """A map: a second object under the same field adds to the first, `null` makes it nil."""

    __slots__ = ("element",)

    def __init__(self, element: Type) -> None:
        """`element` is what it maps strings to."""
        super().__init__(None, _untyped)
        self.element = element

    def decode(self, value: JSON, old: object, *, encoded: bool = False) -> object:
        """Return a dict, or None for `null`."""
        if value is None:
            return None
        if not isinstance(value, Object):
            raise JSONError(f"{kind(value)} instead of an object")
        pairs = value.encoded_pairs() if encoded else value.pairs
        added = {
            key: _decoded(self.element, item, self.element.zero, (key, encoded))
            for key, item in pairs
        }
        return {**old, **added} if isinstance(old, dict) else added


class Struct(Type):
    """A struct, by value or behind a pointer."""

    __slots__ = ("fields",)

    def __init__(self, fields: Mapping[str, Type]) -> None:
        """`fields` are the types by the names in the struct's tags."""
        super().__init__(None, _untyped)
        self.fields = {folded(name): (name, field) for name, field in fields.items()}

    def decode(self, value: JSON, old: object, *, encoded: bool = False) -> object:
        """Return a dict of the fields that were given, added to those of `old`."""
        if value is None:
            return old
        if not isinstance(value, Object):
            raise JSONError(f"{kind(value)} instead of an object")
        values = dict(old) if isinstance(old, dict) else {}
        for key, item in value.encoded_pairs() if encoded else value.pairs:
            found = self.fields.get(folded(key))
            if found is not None:
                name, field = found
                values[name] = _decoded(field, item, values.get(name, field.zero), (key, encoded))
        return values

    def unmarshal(self, text: str, start: Mapping[str, object]) -> dict[str, object]:
        """Decode a text: the fields by declared name, those absent as in `start`."""
        values = self.decode(parse(text), start)
        return values if isinstance(values, dict) else dict(start)


_KELVIN_AND_LONG_S = {0x212A: "k", 0x17F: "s"}


def folded(key: str) -> str:
    """Return a key as Go compares it with the name of a field.

    Names of fields are ASCII, and the only other letters that Unicode's simple folding takes to
    ASCII are the Kelvin sign and the long s; anything else above ASCII matches no field.
    """
    return key.translate(_KELVIN_AND_LONG_S).lower() if not key.isascii() else key.lower()
