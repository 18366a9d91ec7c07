"""Named tuples made of the project's own data. What they hold is said by its JSON schemas alone.

A class that stands for a part of a schema has an attribute for each key of that part, so that a new
key is there as soon as the schema has it. `faults` in the module beside says what of a value does
not fit; loading does not look, because data of the project's own fits.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType
from typing import Any, ClassVar, Self

from cnilint.resources import rules_folder

Part = Mapping[str, Any]
Reader = Callable[[Any], Any]

_EMPTY: Mapping[str, Any] = {
    "string": "",
    "boolean": False,
    "array": (),
    "object": MappingProxyType({}),
}
"""What stands for a key that is not there and has no `default`, by the type of its value."""


class Schema:
    """A JSON schema of the package, and what becomes of the parts that it names in `$defs`."""

    def __init__(self, name: str, makes: Mapping[str, Reader] = MappingProxyType({})) -> None:
        """Take its file's name, and for parts by their names what is made of their plain values."""
        self._name = name
        self._makes = dict(makes)
        self._readers: dict[str, Reader] = {}

    @cached_property
    def whole(self) -> Part:
        """The schema itself; the part that is named `""`."""
        path = os.path.join(rules_folder(), "schema", self._name)
        with open(path, encoding="utf-8") as file:
            found: Part = json.load(file)
        return found

    def part(self, name: str) -> Part:
        """Return a part of the schema by its name."""
        found: Part = self.whole["$defs"][name] if name else self.whole
        return found

    def properties(self, part: Part) -> dict[str, Part]:
        """Return the keys that a part has, with those of the parts that it is made of."""
        found: dict[str, Part] = {}
        for other in part.get("allOf", ()):
            found |= self.properties(self.resolved(other))
        return {**part.get("properties", {}), **found}

    def resolved(self, part: Part) -> Part:
        """Return what a part refers to, or the part itself."""
        name = _referred(part)
        return part if name is None else self.part(name)

    def makes(self, name: str, reader: Reader) -> None:
        """Say what becomes of the values of a part."""
        self._makes[name] = reader

    def load(self, data: object, name: str = "") -> Any:  # noqa: ANN401  what the part makes
        """Return what a part makes of plain values: lists become tuples, mappings named tuples."""
        return self._reader_of(name)(data)

    def empty(self, part: Part) -> object:
        """Return what stands for a value that is not there."""
        if "default" in part:
            return self.reader(part)(part["default"])
        found = self.resolved(part)
        if _is_one_or_more(found):
            return ()
        name = _referred(part)
        made = self._makes.get(name) if name is not None else None
        if isinstance(made, type) and issubclass(made, Record):
            return None
        empty = _EMPTY.get(found.get("type", ""))
        return empty if made is None or empty is None else self.reader(part)(empty)

    def reader(self, part: Part) -> Reader:
        """Return the function that makes something of a value of a part."""
        name = _referred(part)
        if name is not None:
            return self._reader_of(name)
        if _is_one_or_more(part):
            single = self.reader(part["oneOf"][0])
            return lambda value: tuple(
                map(single, value if isinstance(value, list | tuple) else (value,))
            )
        if part.get("type") == "array":
            item = self.reader(part.get("items", {}))
            return lambda value: tuple(map(item, value))
        others = part.get("additionalProperties")
        if part.get("type") == "object" and isinstance(others, Mapping):
            each = self.reader(others)
            return lambda value: {key: each(one) for key, one in value.items()}
        return _itself

    def _reader_of(self, name: str) -> Reader:
        if name not in self._readers:
            made = self._makes.get(name)
            if isinstance(made, type) and issubclass(made, Record):
                self._readers[name] = made.of
            else:
                self._readers[name] = made or self.reader(self.part(name))
        return self._readers[name]


class Record(tuple[Any, ...]):
    """A named tuple whose fields are the keys of a part of a schema, `-` in them as `_`.

    `class Behaviour(Record, schema=SCHEMA, part="behaviour")` is all that a part needs. A body
    names types for a type checker, of keys whose values become something else than the file has.
    A key that is not there has its `default`, or the empty value of its type. Of several keys of
    which one is there, the others have None, as an empty text may be what is given.
    """

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]] = ()
    _empty: ClassVar[Mapping[str, Any]] = {}
    _readers: ClassVar[Mapping[str, tuple[str, Reader]]] = {}

    def __init_subclass__(
        cls, schema: Schema, part: str = "", more: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """Take the fields from a part of a schema; `more` are fields of its own, with values.

        TypeError if the body names a field that there is not.
        """
        schema.makes(part, cls)
        whole = schema.part(part)
        known = schema.properties(whole)
        either = {key for one in whole.get("oneOf", ()) for key in one.get("required", ())}
        names = {key: key.replace("-", "_") for key in known}
        empty = {key: schema.empty(one) for key, one in known.items()}
        for key in either & {key for key, value in empty.items() if value != ()}:
            empty[key] = None
        cls._empty = {names[key]: value for key, value in empty.items()} | dict(more)
        cls._fields = tuple(cls._empty)
        cls._readers = {key: (names[key], schema.reader(one)) for key, one in known.items()}
        untrue = [name for name in cls.__annotations__ if name not in cls._empty]
        if untrue:
            raise TypeError(f"{cls.__name__}: the schema has no {', '.join(untrue)}")
        for at, name in enumerate(cls._fields):
            setattr(cls, name, property(itemgetter(at)))

    def __new__(cls, *first: object, **values: object) -> Self:
        """Make one of values for the first fields and for some others; TypeError for no field."""
        values |= zip(cls._fields, first, strict=False)
        unknown = values.keys() - cls._empty.keys()
        if unknown:
            raise TypeError(f"{cls.__name__} has no {', '.join(sorted(unknown))}")
        return super().__new__(cls, {**cls._empty, **values}.values())

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Make one of plain values; KeyError for a key that there is not."""
        made, readers = dict(cls._empty), cls._readers
        for key, value in data.items():
            name, reader = readers[key]
            made[name] = value if reader is _itself else reader(value)
        return super().__new__(cls, made.values())

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  a key's value is what its file says
        """Raise AttributeError: fields are set on the class, where no type checker sees them."""
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]:
        """Return what makes the same again, for copies."""
        return (), {key: value for key, value in self._asdict().items() if self._is_said(key)}

    def __repr__(self) -> str:
        """Return it as a call that would make it, without what is empty."""
        said = (f"{key}={value!r}" for key, value in self._asdict().items() if self._is_said(key))
        return f"{type(self).__name__}({', '.join(said)})"

    def _is_said(self, name: str) -> bool:
        """Whether a field has a value that is not what stands for none."""
        return bool(getattr(self, name) != self._empty[name])

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def _replace(self, **changes: object) -> Self:
        """Return another one with some fields changed."""
        return type(self)(**{**self._asdict(), **changes})


def _referred(part: Part) -> str | None:
    """Return the name of the part that a part refers to."""
    reference: str | None = part.get("$ref")
    return None if reference is None else reference.removeprefix("#/$defs/")


def _is_one_or_more(part: Part) -> bool:
    """Whether a part is one value of some kind or a list of them."""
    several = part.get("oneOf", [{}])[-1]
    return bool(several.get("type") == "array" and several.get("items") == part["oneOf"][0])


def _itself(value: object) -> object:
    return value
