"""The declarative form of a rule: what to look for, and at most eight operators.

An entry of a card's `match` is about the configuration of Multus (`of`), whose keys it names as the
daemon reads them, or about any object of some kinds (`kind`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from cnilint.catalog.form import argument
from cnilint.catalog.release import in_range
from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Applicability, Edit, Fix, Location, Operation
from cnilint.model.tree import Embedded, Route, Scalar, Tree, child, descend, follow, plain
from cnilint.model.tree import Mapping as MappingTree
from cnilint.multus.configuration import Multus
from cnilint.patterns import compiled
from cnilint.shown import one_line
from cnilint.simulation.cluster import Cluster
from cnilint.syntax.embedded import EmbeddedProblem, embedded_json
from cnilint.upstream.multus_daemon_config import DAEMON_KEYS

from .hit import Hit
from .jsonpath import PathPlace, Steps, find, places

OPERATORS: dict[str, Callable[[Sequence[object], Any], bool]] = {
    "exists": lambda found, _value: bool(found),
    "absent": lambda found, _value: not found,
    "equals": lambda found, value: any(_same(one, value) for one in found),
    "not-equals": lambda found, value: not any(_same(one, value) for one in found),
    "in": lambda found, value: any(_same(one, v) for one in found for v in value),
    "not-in": lambda found, value: not any(_same(one, v) for one in found for v in value),
    "matches": lambda found, value: any(compiled(value).found_in(_text(one)) for one in found),
    "not-matches": lambda found, value: (
        not any(compiled(value).found_in(_text(one)) for one in found)
    ),
}

OF_MULTUS = ("product", "key", "reason")
OF_OBJECT = ("object", "kind", "name", "namespace", "path", "value")
"""What a message can name, beside the `key` and `reason` of an entry that has them."""


MOST_CHARACTERS = 80
"""Of a value in a message."""


def matches(entry: Mapping[str, Any], cluster: Cluster) -> Iterator[Hit]:
    """Yield a hit for each place where an entry of a card's `match` finds what it describes."""
    if "of" not in entry:
        for manifest in cluster.manifests:
            yield from _of_object(entry, manifest)
        return
    for one in cluster.multuses:
        yield from _of_multus(entry, one)


def _of_object(entry: Mapping[str, Any], manifest: Manifest) -> Iterator[Hit]:
    """Yield the places of an object where `operator` holds for what is at a path.

    Each item that the path's last wildcard selects is judged by itself.
    """
    kinds, version = entry["kind"], entry.get("api-version", "*")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(fnmatchcase(manifest.kind, kind) for kind in kinds):
        return
    if not fnmatchcase(manifest.api_version, version):
        return
    whole = plain(manifest.root)
    if not all(_holds(condition, whole) for condition in entry.get("where", ())):
        return
    for root, route in _roots(entry, manifest, whole):
        value = whole if root is manifest.root else plain(root)
        for place in places(entry["path"], value):
            found = [] if place.missing else [place.value]
            if OPERATORS[entry.get("operator", "exists")](found, entry.get("value")):
                yield Hit(
                    location=_location(manifest, root, route, place),
                    parameters={
                        "object": manifest.title,
                        "kind": manifest.kind,
                        "name": manifest.name,
                        "namespace": manifest.namespace or "nothing",
                        "path": _dotted((*place.steps, *place.missing)),
                        "value": "nothing" if place.missing else _shown(place.value),
                        **{key: entry[key] for key in ("key", "reason") if key in entry},
                    },
                )


def _roots(
    entry: Mapping[str, Any], manifest: Manifest, whole: object
) -> Iterator[tuple[Tree, Route]]:
    """Yield the trees an entry's path counts from: the object, or the JSON in some of its texts."""
    if "json-in" not in entry:
        yield manifest.root, manifest.route
        return
    for steps, _value in find(entry["json-in"], whole):
        scalar = descend(manifest.root, *steps)
        scalar = follow(scalar) if scalar is not None else None
        if isinstance(scalar, Scalar) and isinstance(scalar.value, str):
            read = embedded_json(manifest.document, scalar)
            if not isinstance(read, EmbeddedProblem):
                yield read, (*manifest.route, *steps, Embedded.JSON)


def _location(manifest: Manifest, root: Tree, route: Route, place: PathPlace) -> Location:
    """Return where something stands; for what is missing, the name or the key of what lacks it."""
    found = descend(root, *place.steps)
    route = (*route, *place.steps)
    if found is None or not place.missing:
        return manifest.locate(found or root, route)
    if root is manifest.root and not place.steps:
        return manifest.location("metadata", "name")
    whole = follow(found)
    if isinstance(whole, MappingTree) and whole.entries:
        name = child(whole, "name")
        last = place.steps[-1] if place.steps else None
        key = None if isinstance(last, int) else _key(descend(root, *place.steps[:-1]), last)
        return manifest.locate(key or name or whole.entries[0].key, route)
    return manifest.locate(found, route)


def _key(tree: Tree | None, name: object) -> Scalar | None:
    """Return the key of a member; None where an alias or a merge brings it."""
    mapping = follow(tree) if tree is not None else None
    if not isinstance(mapping, MappingTree):
        return None
    return next((each.key for each in mapping.entries if each.key.text == name), None)


def _of_multus(entry: Mapping[str, Any], one: Multus) -> Iterator[Hit]:
    """Yield the places of a Multus's configuration with a member (`path`) or a `flag`."""
    fits = one.installer.product.id == entry["of"] and one.family != "legacy"
    if not fits or not in_range(one.release, entry.get("versions", "")):
        return
    value = {_canonical(name): plain(tree) for name, tree in one.members()}
    if not all(_holds(condition, value) for condition in entry.get("where", ())):
        return
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


def _holds(condition: Mapping[str, Any], value: object) -> bool:
    found = [one for _steps, one in find(condition["path"], value)]
    return OPERATORS[condition["operator"]](found, condition.get("value"))


def _same(left: object, right: object) -> bool:
    return type(left) is type(right) and left == right


def _text(value: object) -> str:
    """Return a value as a manifest would have it: `true`, `10`, a text as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(value: object) -> str:
    """Return a value as a message has it: on one line, and not all of a long one."""
    text = one_line(_text(value))
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _dotted(steps: Steps) -> str:
    """Return steps as a person writes them: `spec.containers[0].image`."""
    words = [
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if re.fullmatch(r"[\w-]+", step)
        else f"['{step}']"
        for step in steps
    ]
    return "".join(words).removeprefix(".")


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
