"""Texts that a container is given: words of its command line, and variables of its environment."""

from __future__ import annotations

import re
from collections.abc import Callable

from cnilint.model.finding import Location
from cnilint.model.tree import (
    Embedded,
    Mapping,
    Route,
    Scalar,
    Tree,
    child,
    descend,
    follow,
    items,
    members,
    string,
)
from cnilint.start import NamedTuple, lazy_pattern

from .manifest import Manifest, ManifestIndex

_PLACEHOLDER = lazy_pattern(r"\$\{[^}]*\}?|\$\([^)]*\)?|\{\{.*?(?:\}\}|$)|\$\w+")
_REFERENCE = lazy_pattern(r"\$(?:\$|\(([^)]*)\))")


class Text(NamedTuple):
    """A string and where it stands; `manifest` may be another object than the one that uses it."""

    value: str
    location: Location
    manifest: Manifest


class Environment(NamedTuple):
    """A container's variables: `tree` is the container, `route` leads to it from the document."""

    manifest: Manifest
    objects: ManifestIndex
    tree: Tree
    route: Route

    def variable(self, name: str, entries: int | None = None) -> Text | None:
        """Return a variable's value: `env` (the last of one name wins) over `envFrom`.

        A `valueFrom` is followed into its ConfigMap, and references to variables that stand before
        are filled in; a Secret's or a field's value is unknown. `entries` is how many of `env`
        count, all of them without.
        """
        given = items(child(self.tree, "env"))
        for at in reversed(range(len(given) if entries is None else entries)):
            if string(child(given[at], "name")) == name:
                return self._entry(given[at], at)
        for source in reversed(items(child(self.tree, "envFrom"))):
            map_name = string(descend(source, "configMapRef", "name"))
            prefix = string(child(source, "prefix")) or ""
            if map_name and name.startswith(prefix):
                text = self.config_map_text(map_name, name[len(prefix) :])
                if text is not None:
                    return text
        return None

    def variables(self) -> tuple[dict[str, Text | None], bool]:
        """Return every variable that is set, None for a value that is not in view.

        The second is whether there can be no others: a Secret, or a ConfigMap that is not in view,
        may bring more.
        """
        names: dict[str, None] = {}
        complete = True
        for source in items(child(self.tree, "envFrom")):
            map_name = string(descend(source, "configMapRef", "name")) or ""
            manifest = self.objects.find("ConfigMap", map_name, self.manifest.namespace)
            complete = complete and manifest is not None
            prefix = string(child(source, "prefix")) or ""
            if manifest is None:
                continue
            for field in ("data", "binaryData"):
                held = manifest.at(field)
                if held is not None and isinstance(data := follow(held), Mapping):
                    names |= dict.fromkeys(prefix + key for key in members(data))
        listed = (string(child(entry, "name")) for entry in items(child(self.tree, "env")))
        names |= dict.fromkeys(filter(None, listed))
        return {name: self.variable(name) for name in names}, complete

    def config_map_text(self, name: str, key: str) -> Text | None:
        """Return a ConfigMap's value by the map's name, as this container's namespace sees it."""
        return config_map_text(self.objects, self.manifest.namespace, name, key)

    def words(self, key: str) -> tuple[Text, ...]:
        """Return the container's `command` or `args`, references to variables filled in."""
        found = texts(self.manifest, child(self.tree, key), (*self.route, key))
        return tuple(
            word._replace(value=expanded(word.value, self.variable)) if "$" in word.value else word
            for word in found
        )

    def _entry(self, entry: Tree, at: int) -> Text | None:
        route = (*self.route, "env", at)
        value = child(entry, "value")
        if value is not None:
            text = expanded(_scalar_text(value), lambda name: self.variable(name, at))
            return Text(text, self.manifest.locate(value, (*route, "value")), self.manifest)
        if child(entry, "valueFrom") is None:
            return Text("", self.manifest.locate(entry, route), self.manifest)
        reference = descend(entry, "valueFrom", "configMapKeyRef")
        if reference is None:
            return None
        name, key = string(child(reference, "name")), string(child(reference, "key"))
        return self.config_map_text(name, key) if name and key else None


def expanded(text: str, variable: Callable[[str], Text | None]) -> str:
    """Return a text with each `$(NAME)` replaced as the kubelet does.

    `$$` stands for a dollar sign, and what names no known variable stays as it is
    (kubernetes/kubernetes@v1.31.0:third_party/forked/golang/expansion/expand.go).
    """

    def filled_in(found: re.Match[str]) -> str:
        if found[1] is None:
            return "$"
        known = variable(found[1])
        return found[0] if known is None else known.value

    return _REFERENCE.sub(filled_in, text) if "$" in text else text


def placeholder(text: str) -> str:
    """Return the first of a text's placeholders, such as `${NAME}`, `$(NAME)` or `{{ name }}`."""
    found = _PLACEHOLDER.search(text)
    return found[0] if found else ""


def config_map_text(index: ManifestIndex, namespace: str, name: str, key: str) -> Text | None:
    """Return a ConfigMap's value by the map's name, as one namespace sees it."""
    manifest = index.find("ConfigMap", name, namespace)
    if manifest is None:
        return None
    value = string(manifest.at("data", key))
    if value is not None:
        return Text(value, manifest.location("data", key), manifest)
    encoded = manifest.at("binaryData", key)
    if encoded is None:
        return None
    from cnilint.syntax.embedded import decoded_base64

    decoded = decoded_base64(string(encoded) or "")
    if decoded is None:
        return None
    route = (*manifest.route, "binaryData", key, Embedded.BASE64)
    return Text(decoded, manifest.locate(encoded, route), manifest)


def texts(manifest: Manifest, tree: Tree | None, route: Route) -> tuple[Text, ...]:
    """Return the scalars of a sequence, with their places."""
    return tuple(
        Text(_scalar_text(item), manifest.locate(item, (*route, at)), manifest)
        for at, item in enumerate(items(tree))
    )


def _scalar_text(tree: Tree) -> str:
    scalar = follow(tree)
    return scalar.text if isinstance(scalar, Scalar) and scalar.value is not None else ""
