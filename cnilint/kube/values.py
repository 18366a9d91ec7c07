"""Values given to a chart or an EKS add-on, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnilint.model.tree import (
    Embedded,
    Route,
    Scalar,
    Tree,
    child,
    descend,
    follow,
    items,
    members,
    plain,
)
from cnilint.model.tree import Mapping as MappingTree
from cnilint.start import NamedTuple

from .environment import Text
from .manifest import Manifest

Steps = tuple[str | int, ...]

PRESENT = "{}"
"""What a mapping or a list that is there reads as, where a text is asked for."""


class Values(NamedTuple):
    """Values given to a chart: a tree, and the route to it inside an object.

    The route may cross into a string that holds the values as YAML or JSON. `named` is a list of
    `name` and `value` pairs instead (`helm --set`), each in the object at its own place.
    """

    tree: Tree
    route: Route
    manifest: Manifest
    named: bool = False

    @property
    def inline(self) -> bool:
        """Whether the values are part of the object itself, and not of a string in it."""
        return not any(isinstance(step, Embedded) for step in self.route)

    def find(self, path: str) -> tuple[Tree, Route] | None:
        """Return what stands at a dotted path, and the route to it inside the object."""
        if self.named:
            return self._named(path)
        steps = tuple(path.split("."))
        found = descend(self.tree, *steps)
        return (found, (*self.route, *steps)) if found is not None else None

    def text(self, text: str, tree: Tree, route: Route) -> Text:
        """Return a text that stands at a route inside the object."""
        place = self.manifest.locate(tree, (*self.manifest.route, *route))
        return Text(text, place, self.manifest)

    def _named(self, path: str) -> tuple[Tree, Route] | None:
        """Return the last pair with a name; a mapping of names to values counts as well."""
        whole = follow(self.tree)
        if isinstance(whole, MappingTree):
            found = members(whole).get(path)
            return (found, (*self.route, path)) if found is not None else None
        for at, pair in reversed(list(enumerate(items(whole)))):
            name, value = child(pair, "name"), child(pair, "value")
            if name is not None and value is not None and text_of(name) == path:
                return value, (*self.route, at, "value")
        return None


def value_text(values: tuple[Values, ...], path: str) -> Text | None:
    """Return a value as a text with its place; of several values the last one that has it counts.

    `null` takes a value away again, as it does in Helm: then there is none.
    """
    for one in reversed(values):
        found = one.find(path)
        if found is None:
            continue
        text = text_of(found[0])
        if text is None:
            return None
        return one.text(text, *found)
    return None


def given_values(values: tuple[Values, ...]) -> dict[str, object]:
    """Return what values come to, by dotted paths: scalars as texts, lists as a whole.

    Those given last count, mappings are laid over each other, and `null` takes a value away.
    """
    whole: dict[str, object] = {}
    for one in values:
        if one.named:
            for name, value in _pairs(one.tree):
                _put(whole, name.split("."), value)
        else:
            _lay_over(whole, one.tree)
    return dict(_flat(whole))


def _pairs(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """Yield names and values, of a mapping or of a list of pairs."""
    found = follow(tree)
    if isinstance(found, MappingTree):
        yield from members(found).items()
    for pair in items(found):
        name, value = child(pair, "name"), child(pair, "value")
        text = text_of(name) if name is not None else None
        if text is not None and value is not None:
            yield text, value


def _lay_over(whole: dict[str, object], tree: Tree) -> None:
    """Lay a mapping over what is there."""
    found = follow(tree)
    for key, value in members(found).items() if isinstance(found, MappingTree) else ():
        _put(whole, [key], value)


def _put(whole: dict[str, object], steps: list[str], tree: Tree) -> None:
    """Put a value behind some steps."""
    *above, last = steps
    for step in above:
        below = whole.setdefault(step, {})
        if not isinstance(below, dict):
            below = whole[step] = {}
        whole = below
    if isinstance(follow(tree), MappingTree):
        below = whole.get(last)
        if not isinstance(below, dict):
            below = whole[last] = {}
        _lay_over(below, tree)
        return
    text = text_of(tree)
    if text is None:
        whole.pop(last, None)
    else:
        whole[last] = text if isinstance(follow(tree), Scalar) else plain(tree)


def _flat(whole: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for key, value in whole.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def value_words(values: tuple[Values, ...], path: str) -> tuple[Text, ...]:
    """Return a list of words among values, the last list that is given."""
    for one in reversed(values):
        found = one.find(path)
        if found is None:
            continue
        tree, route = found
        return tuple(
            one.text(text, item, (*route, at))
            for at, item in enumerate(items(tree))
            if (text := text_of(item)) is not None
        )
    return ()


def field_text(manifest: Manifest, path: str) -> Text | None:
    """Return a field of an object by its dotted path, as a text with its place."""
    whole = Values(manifest.root, (), manifest)
    return value_text((whole,), path)


def text_of(tree: Tree) -> str | None:
    """Return a scalar as its text, None for null; anything else that is there is `PRESENT`.

    A boolean is `true` or `false`, however it is written.
    """
    found = follow(tree)
    if not isinstance(found, Scalar):
        return PRESENT
    if isinstance(found.value, bool):
        return "true" if found.value else "false"
    return None if found.value is None else found.text


def inline_values(manifest: Manifest, steps: Steps, *, named: bool = False) -> tuple[Values, ...]:
    """Return values that are part of an object, if they are there."""
    tree = manifest.at(*steps)
    if tree is None or text_of(tree) != PRESENT:
        return ()
    return (Values(tree, steps, manifest, named),)


def embedded_values(manifest: Manifest, steps: Steps) -> tuple[Values, ...]:
    """Return values that stand in a string, as YAML or JSON; nothing where none can be read."""
    from cnilint.syntax.embedded import EmbeddedProblem, embedded_form, embedded_json, embedded_yaml

    tree = manifest.at(*steps)
    found = follow(tree) if tree is not None else None
    if not isinstance(found, Scalar) or not isinstance(found.value, str):
        return ()
    form = embedded_form(found.value)
    read = embedded_json if form is Embedded.JSON else embedded_yaml
    inside = read(manifest.document, found)
    if isinstance(inside, EmbeddedProblem):
        return ()
    return (Values(inside, (*steps, form), manifest),)
