"""Values given to a chart or an EKS add-on, and where each of them stands."""

from __future__ import annotations

from typing import NamedTuple

from cnilint.model.text import Source
from cnilint.model.tree import Document, Scalar, Tree, child, descend, follow, items, members
from cnilint.model.tree import Mapping as MappingTree
from cnilint.syntax.compose import compose

from .environment import Text
from .manifest import Manifest

Steps = tuple[str | int, ...]

PRESENT = "{}"
"""What a mapping or a list that is there reads as, where a text is asked for."""


class Values(NamedTuple):
    """Values given to a chart: a tree, and where it stands in an object.

    `inline` says that the tree is part of the object, so that `steps` lead to each of its members;
    else it was read out of a string at `steps`, and its spans count in that string. `named` is a
    list of `name` and `value` pairs instead (`helm --set`), each in the object at its own place.
    """

    tree: Tree
    steps: Steps
    inline: bool
    manifest: Manifest
    named: bool = False

    def find(self, path: str) -> tuple[Tree, Steps] | None:
        """Return what stands at a dotted path, and the steps to it in the object."""
        if self.named:
            return self._named(path)
        steps = tuple(path.split("."))
        found = descend(self.tree, *steps)
        if found is None:
            return None
        return found, (*self.steps, *steps) if self.inline else self.steps

    def _named(self, path: str) -> tuple[Tree, Steps] | None:
        """Return the last pair with a name; a mapping of names to values counts as well."""
        whole = follow(self.tree)
        if isinstance(whole, MappingTree):
            found = members(whole).get(path)
            return (found, (*self.steps, path)) if found is not None else None
        for at, pair in reversed(list(enumerate(items(whole)))):
            name, value = child(pair, "name"), child(pair, "value")
            if name is not None and value is not None and text_of(name) == path:
                return value, (*self.steps, at, "value")
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
        return Text(text, one.manifest.location(*found[1]), one.manifest)
    return None


def value_words(values: tuple[Values, ...], path: str) -> tuple[Text, ...]:
    """Return a list of words among values, the last list that is given."""
    for one in reversed(values):
        found = one.find(path)
        if found is None:
            continue
        words = []
        for at, item in enumerate(items(found[0])):
            steps = (*found[1], at) if one.inline else found[1]
            text = text_of(item)
            if text is not None:
                words.append(Text(text, one.manifest.location(*steps), one.manifest))
        return tuple(words)
    return ()


def field_text(manifest: Manifest, path: str) -> Text | None:
    """Return a field of an object by its dotted path, as a text with its place."""
    whole = Values(manifest.root, (), inline=True, manifest=manifest)
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
    return (Values(tree, steps, inline=not named, manifest=manifest, named=named),)


def embedded_values(manifest: Manifest, steps: Steps) -> tuple[Values, ...]:
    """Return values that stand in a string, as YAML or JSON; nothing where none can be read."""
    tree = manifest.at(*steps)
    found = follow(tree) if tree is not None else None
    if not isinstance(found, Scalar) or not isinstance(found.value, str):
        return ()
    for part in compose(Source(manifest.document.source.path, found.value)):
        if isinstance(part, Document):
            return (Values(part.root, steps, inline=False, manifest=manifest),)
    return ()
