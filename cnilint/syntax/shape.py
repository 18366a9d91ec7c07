"""The shape that a file of the project's own must have, and what of it does not fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cnilint.errors import did_you_mean

Route = tuple[str | int, ...]
Fault = tuple[Route, str]
"""Where something does not fit, and why."""


class Fields(NamedTuple):
    """A mapping with these keys and no others, each with the shape of its value.

    `exactly_one` names keys of which one is there; `required` those that always are.
    """

    known: Mapping[str, Any]
    required: tuple[str, ...] = ()
    exactly_one: tuple[str, ...] = ()


class Each(NamedTuple):
    """A mapping with any keys, all of whose values have one shape."""

    shape: Any


class ListOf(NamedTuple):
    """A list, not empty, all of whose items have one shape."""

    shape: Any


class OneOrMore(NamedTuple):
    """A value of a shape that is itself no list, or a list of them."""

    shape: Any = str


class ByKey(NamedTuple):
    """A mapping that has just one of these keys, which tells the fields of the whole."""

    shapes: Mapping[str, Fields]


def faults(value: object, shape: Any, route: Route = ()) -> Iterator[Fault]:  # noqa: ANN401
    """Yield what does not fit, in the order of the shape.

    A shape is `str`, `bool` or `int`, a tuple of the texts that may stand there, `object` for
    anything, or one of the classes above.
    """
    if isinstance(shape, Fields):
        yield from _of_fields(value, shape, route)
    elif isinstance(shape, Each):
        if not isinstance(value, dict):
            yield route, "not a mapping"
        else:
            for key, each in value.items():
                yield from faults(each, shape.shape, (*route, key))
    elif isinstance(shape, ListOf):
        if not isinstance(value, list) or not value:
            yield route, "not a list with something in it"
        else:
            for at, each in enumerate(value):
                yield from faults(each, shape.shape, (*route, at))
    elif isinstance(shape, OneOrMore):
        several = isinstance(value, list)
        yield from faults(value, ListOf(shape.shape) if several else shape.shape, route)
    elif isinstance(shape, ByKey):
        yield from _by_key(value, shape, route)
    elif isinstance(shape, type):
        if not isinstance(value, shape) or (shape is int and isinstance(value, bool)):
            yield route, f"{value!r} is no {_NAMES[shape]}"
    elif value not in shape:
        near = did_you_mean(value, shape) if isinstance(value, str) else ""
        yield route, f"{value!r} is none of {', '.join(shape)}{near}"


_NAMES = {str: "text", bool: "truth value", int: "number"}


def _of_fields(value: object, shape: Fields, route: Route) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield route, "not a mapping"
        return
    yield from _unknown(value, shape.known, route)
    for key in shape.required:
        if key not in value:
            yield route, f"no {key}"
    if shape.exactly_one:
        yield from _not_one_of(shape.exactly_one, value, route)
    for key, each in value.items():
        if key in shape.known:
            yield from faults(each, shape.known[key], (*route, key))


def _by_key(value: object, shape: ByKey, route: Route) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield route, "not a mapping"
        return
    wrong = list(_not_one_of(shape.shapes, value, route))
    if wrong:
        known = dict.fromkeys(key for each in shape.shapes.values() for key in each.known)
        yield from _unknown(value, known, route)
        yield from wrong
    else:
        (key,) = set(shape.shapes) & set(value)
        yield from faults(value, shape.shapes[key], route)


def _unknown(value: Mapping[str, object], known: Collection[str], route: Route) -> Iterator[Fault]:
    for key in value:
        if key not in known:
            near = did_you_mean(key, known)
            yield (*route, key), f"no such key; there are {', '.join(known)}{near}"


def _not_one_of(keys: Iterable[str], value: Mapping[str, object], route: Route) -> Iterator[Fault]:
    chosen = [key for key in keys if key in value]
    if len(chosen) != 1:
        said = " and ".join(chosen) or "none"
        yield route, f"one of {', '.join(keys)} must be there, not {said}"
