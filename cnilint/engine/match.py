"""The declarative form of a rule: a JSONPath into a configuration, and at most eight operators.

The only module that uses jsonpath-ng, and only for expressions beyond fields, indexes and `*`:
its import and its parser cost more than a whole lint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from cnilint.cni.cluster import Cluster
from cnilint.cni.daemon_conf import DAEMON_KEYS
from cnilint.cni.form import argument
from cnilint.cni.multus import Multus
from cnilint.cni.release import in_range
from cnilint.model.finding import Applicability, Edit, Fix, Location, Operation
from cnilint.model.tree import Embedded, Tree, descend, plain

from .hit import Hit

Steps = tuple[str | int, ...]
Found = tuple[Steps, object]

ANY = "*"
_SIMPLE = re.compile(r"\.(?:([A-Za-z_][\w-]*)|(\*))|\[(?:(\d+)|(\*)|'([^'\\]*)'|\"([^\"\\]*)\")\]")

OPERATORS: dict[str, Callable[[Sequence[object], Any], bool]] = {
    "exists": lambda found, _value: bool(found),
    "absent": lambda found, _value: not found,
    "equals": lambda found, value: any(_same(one, value) for one in found),
    "not-equals": lambda found, value: not any(_same(one, value) for one in found),
    "in": lambda found, value: any(_same(one, v) for one in found for v in value),
    "not-in": lambda found, value: not any(_same(one, v) for one in found for v in value),
    "matches": lambda found, value: any(re.search(value, str(one)) for one in found),
    "not-matches": lambda found, value: not any(re.search(value, str(one)) for one in found),
}


def matches(entry: Mapping[str, Any], cluster: Cluster) -> Iterator[Hit]:
    """Yield a hit for each place where an entry of a card's `match` finds what it describes.

    An entry names a product (`of`), what to look for (`path` in its configuration or a `flag`),
    conditions on other paths (`where`), a range of releases (`versions`) and the message's words.
    """
    for one in cluster.multuses:
        fits = one.installer.product.id == entry["of"] and one.family != "legacy"
        if not fits or not in_range(one.release, entry.get("versions", "")):
            continue
        value = {_canonical(name): plain(tree) for name, tree in one.members()}
        if not all(_holds(condition, value) for condition in entry.get("where", ())):
            continue
        for place in _places(entry, one, value):
            yield Hit(
                location=place,
                parameters={
                    "product": one.installer.title,
                    "key": entry["key"],
                    "reason": entry["reason"],
                },
                fixes=(_without(entry["key"], place),),
            )


def _without(key: str, place: Location) -> Fix:
    """Return the fix, for display, that takes out what was found: why it is there is not known."""
    edits: tuple[Edit, ...] = ()
    if place.document is not None and any(isinstance(step, Embedded) for step in place.route):
        edits = (Edit(place.document, place.route, Operation.REMOVE),)
    return Fix(f"take {key} out", Applicability.DISPLAY, edits)


def find(expression: str, value: object) -> list[Found]:
    """Return what a JSONPath selects in a plain value: the steps to each, and the value there.

    ValueError if the expression is none.
    """
    steps = simple_steps(expression)
    if steps is None:
        return _find_any(expression, value)
    found: list[Found] = [((), value)]
    for step in steps:
        found = [(*one,) for path, at in found for one in _step(path, at, step)]
    return found


@cache
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
    from jsonpath_ng.ext import parse

    try:
        parsed = parse(expression)
    except Exception as error:  # it raises bare Exceptions of its lexer and parser
        raise ValueError(f"not a JSONPath: {expression!r} ({error})") from None
    return [(_route(match.full_path), match.value) for match in parsed.find(value)]


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


def _holds(condition: Mapping[str, Any], value: object) -> bool:
    found = [one for _steps, one in find(condition["path"], value)]
    return OPERATORS[condition["operator"]](found, condition.get("value"))


def _same(left: object, right: object) -> bool:
    return type(left) is type(right) and left == right


def _places(entry: Mapping[str, Any], one: Multus, value: object) -> Iterator[Location]:
    if "flag" in entry:
        container = one.installer.container
        text = argument(container, entry["flag"]) if container is not None else None
        if text is not None:
            yield text.location
        return
    if one.configuration is None or one.tree is None:
        return
    spelled = {_canonical(name): name for name, _tree in one.members()}
    for steps, _found in find(entry["path"], value):
        if not steps:
            continue
        real = (spelled[str(steps[0])], *steps[1:])
        tree: Tree | None = descend(one.tree, *real)
        if tree is not None:
            route = (*one.configuration.location.route, Embedded.JSON, *real)
            yield one.configuration.manifest.locate(tree, route)


def _canonical(name: str) -> str:
    """Return a member's name as the cards write it: the daemon's decoder ignores its case."""
    return next((key for key in DAEMON_KEYS if key.casefold() == name.casefold()), name)
