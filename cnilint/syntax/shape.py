"""The shape that a file of the project's own must have, and what of it does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

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
    """A text, or a list of texts."""


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
        if not isinstance(value, str):
            yield from faults(value, ListOf(str), route)
    elif isinstance(shape, type):
        if not isinstance(value, shape) or (shape is int and isinstance(value, bool)):
            yield route, f"{value!r} is no {_NAMES[shape]}"
    elif value not in shape:
        yield route, f"{value!r} is none of {', '.join(shape)}"


_NAMES = {str: "text", bool: "truth value", int: "number"}


def _of_fields(value: object, shape: Fields, route: Route) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield route, "not a mapping"
        return
    for key in value:
        if key not in shape.known:
            yield (*route, key), f"no such key; there are {', '.join(shape.known)}"
    for key in shape.required:
        if key not in value:
            yield route, f"no {key}"
    chosen = [key for key in shape.exactly_one if key in value]
    if shape.exactly_one and len(chosen) != 1:
        said = " and ".join(chosen) or "none"
        yield route, f"one of {', '.join(shape.exactly_one)} must be there, not {said}"
    for key, each in value.items():
        if key in shape.known:
            yield from faults(each, shape.known[key], (*route, key))
