"""JSONPaths into plain values: where each value that one selects stands.

The only module that uses jsonpath-ng, and only for expressions beyond fields, indexes and `*`:
its import and its parser cost more than a whole lint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from cnilint.patterns import compiled
from cnilint.start import NamedTuple, lazy_pattern

Steps = tuple[str | int, ...]
Found = tuple[Steps, object]

ANY = "*"
LONGEST = 2_000
"""Characters of the longest expression that is read."""
MOST_DESCENTS = 3
"""How often `..` may stand in one: each multiplies what is looked at by the depth of an object."""
_SIMPLE = lazy_pattern(
    r"\.(?:([A-Za-z_][\w-]*)|(\*))|\[(?:(\d+)|(\*)|'([^'\\]*)'|\"([^\"\\]*)\")\]"
)
# compiled when they are first used: a run without rules of a house needs none of them
_TAIL = r"(?:(?<!\.)\.[A-Za-z_][\w-]*|\[\d+\]|\['[^'\\]*'\]|\[\"[^\"\\]*\"\])+$"
"""The fields and indexes at the end of an expression, the one behind `..` left out."""
_BRACKETS = r"\[[^\]]*\]"
_JOINED = r"[|&,]|\bwhere\b"
"""What makes one expression of two, which have no end in common."""


class PathPlace(NamedTuple):
    """Where an expression leads: the steps as far as they go, and what of it is not there."""

    steps: Steps
    value: object
    missing: Steps = ()


def places(expression: str, value: object) -> list[PathPlace]:
    """Return what a JSONPath selects in a plain value, and where it leads to nothing.

    Each item that its last wildcard or filter selects is a place of its own: `$.a[*].b.c` has one
    place for every item of `a`, whether there is a `b.c` in it or not. ValueError if the
    expression is none.
    """
    _check_length(expression)
    joined = re.search(_JOINED, re.sub(_BRACKETS, "", expression))
    tail = None if joined else re.search(_TAIL, expression)
    start = tail.start() if tail is not None else len(expression)
    ends = simple_steps(f"${expression[start:]}") or ()
    return [_followed(steps, at, ends) for steps, at in find(expression[:start], value)]


def _followed(steps: Steps, value: object, ends: Steps) -> PathPlace:
    for at, step in enumerate(ends):
        found = next(_step(steps, value, step), None)
        if found is None:
            return PathPlace(steps, None, ends[at:])
        steps, value = found
    return PathPlace(steps, value)


def find(expression: str, value: object) -> list[Found]:
    """Return what a JSONPath selects in a plain value: the steps to each, and the value there.

    ValueError if the expression is none, or one that could take very long.
    """
    _check_length(expression)
    steps = simple_steps(expression)
    if steps is None:
        return _find_any(expression, value)
    found: list[Found] = [((), value)]
    for step in steps:
        found = [(*one,) for path, at in found for one in _step(path, at, step)]
    return found


def _check_length(expression: str) -> None:
    if len(expression) > LONGEST:
        raise ValueError(f"a JSONPath of more than {LONGEST:,} characters is not read")


@lru_cache(maxsize=1024)
def simple_steps(expression: str) -> Steps | None:
    """Return a JSONPath of fields, indexes and wildcards as steps; None if it has more in it."""
    if not expression.startswith("$"):
        return None
    steps: list[str | int] = []
    at = 1
    while at < len(expression):
        match = _SIMPLE.match(expression, at)
        if match is None:
            return None
        name, star, index, bracket_star, single, double = match.groups()
        if star or bracket_star:
            steps.append(ANY)
        elif index is not None:
            steps.append(int(index))
        else:
            steps.append(next(text for text in (name, single, double) if text is not None))
        if steps[-1] == ANY and not (star or bracket_star):
            return None  # a member that is called "*" is not a wildcard
        at = match.end()
    return tuple(steps)


def _step(path: Steps, value: object, step: str | int) -> Iterator[Found]:
    if step == ANY:
        if isinstance(value, dict):
            yield from (((*path, key), member) for key, member in value.items())
        elif isinstance(value, list):
            yield from (((*path, at), item) for at, item in enumerate(value))
    elif isinstance(step, str):
        if isinstance(value, dict) and step in value:
            yield (*path, step), value[step]
    elif isinstance(value, list) and step < len(value):
        yield (*path, step), value[step]


def _find_any(expression: str, value: object) -> list[Found]:
    return [(_route(match.full_path), match.value) for match in _parsed(expression).find(value)]


@cache
def _parsed(expression: str) -> Any:  # noqa: ANN401  jsonpath-ng has no types
    import warnings

    from jsonpath_ng.ext import filter as filters
    from jsonpath_ng.ext import parse

    # its own is Python's, which some patterns keep busy for ever
    filters.OPERATOR_MAP["=~"] = lambda text, pattern: (
        isinstance(text, str) and compiled(str(pattern)).found_in(text)
    )
    try:
        with warnings.catch_warnings():
            # what it is going to drop would make a card fail some day, far from who wrote it
            warnings.simplefilter("error", DeprecationWarning)
            found = parse(expression)
            parts = list(_parts(found))
    except Exception as error:  # it raises bare Exceptions of its lexer and parser
        raise ValueError(f"not a JSONPath: {expression!r} ({error})") from None
    for one in parts:
        kind = type(one).__name__
        if kind in _COMPUTING:
            raise ValueError(f"not a JSONPath to a place: {expression!r} computes a value")
        if kind == "Expression" and one.op == "=~":
            compiled(str(one.value))
    if sum(type(one).__name__ == "Descendants" for one in parts) > MOST_DESCENTS:
        raise ValueError(f"{expression!r} has .. more than {MOST_DESCENTS} times")
    return found


_COMPUTING = frozenset({"Operation", "Sub", "Split", "SortedThis", "Str", "Path"})
"""What of the library's grammar makes a new value, which is at no place."""


def _parts(path: Any) -> Iterator[Any]:  # noqa: ANN401  jsonpath-ng has no types
    """Yield every part of a parsed expression."""
    pending = [path]
    while pending:
        one = pending.pop()
        if isinstance(one, list | tuple):
            pending += one
        elif type(one).__module__.startswith("jsonpath_ng"):
            yield one
            pending += vars(one).values()


def _route(path: Any) -> Steps:  # noqa: ANN401  jsonpath-ng has no types
    kind = type(path).__name__
    if kind == "Child":
        return _route(path.left) + _route(path.right)
    if kind == "Fields":
        return (str(path.fields[0]),)
    if kind == "Index":
        indexes = getattr(path, "indices", None)
        return (int(indexes[0] if indexes is not None else path.index),)
    return ()
