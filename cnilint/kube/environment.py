"""Texts that a container is given: words of its command line, and variables of its environment."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from cnilint.model.faults import LimitError
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
from cnilint.start import NamedTuple, dataclass, lazy_pattern

from .manifest import Manifest, ManifestIndex

_PLACEHOLDER = lazy_pattern(r"\$\{[^}]*+\}?|\$\([^)]*+\)?|\{\{(?:(?!\}\}).)*+(?:\}\}|$)?|\$\w++")
# What is never closed is found as well, to its end: nothing in it is looked at again.
_REFERENCE = lazy_pattern(r"\$(?:\$|\(([^)]*+)(\)?))")

LONGEST_WORD = 131_072
"""Of a word of a command line and of a variable, in bytes.

torvalds/linux@v6.8:include/uapi/linux/binfmts.h MAX_ARG_STRLEN
"""
MOST_WORDS = 2_097_152
"""Of all words of a command line together, where the stack has its usual size.

torvalds/linux@v6.8:fs/exec.c bprm_stack_limits
"""
NOT_RUN = "Linux runs no program with that"


class Text(NamedTuple):
    """A string and where it stands; `manifest` may be another object than the one that uses it."""

    value: str
    location: Location
    manifest: Manifest


@dataclass(frozen=True, slots=True, eq=False)
class Environment:
    """A container's variables: `tree` is the container, `route` leads to it from the document."""

    manifest: Manifest
    objects: ManifestIndex
    tree: Tree
    route: Route

    def variable(self, name: str) -> Text | None:
        """Return a variable's value: `env` (the last of one name wins) over `envFrom`.

        A `valueFrom` is followed into its ConfigMap, and references to variables that stand before
        are filled in; a Secret's or a field's value is unknown. LimitError where it becomes longer
        than a program may be given.
        """
        given = _given(self)
        return given[name] if name in given else self.from_maps(name)

    def from_maps(self, name: str) -> Text | None:
        """Return a variable's value as the ConfigMaps of `envFrom` have it."""
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
        """Return the container's `command` or `args`, references to variables filled in.

        LimitError for more than a program may be given.
        """
        found = []
        length = 0
        for word in texts(self.manifest, child(self.tree, key), (*self.route, key)):
            found.append(expanded(word, self.variable))
            length += len(found[-1].value)
            if length > MOST_WORDS:
                raise LimitError(f"more than {MOST_WORDS:,} characters: {NOT_RUN}", word.location)
        return tuple(found)

    def entry(self, entry: Tree, at: int, variable: Variable) -> Text | None:
        """Return the value of an item of `env`, given the variables that stand before it."""
        route = (*self.route, "env", at)
        value = child(entry, "value")
        if value is not None:
            place = self.manifest.locate(value, (*route, "value"))
            return expanded(Text(_scalar_text(value), place, self.manifest), variable)
        if child(entry, "valueFrom") is None:
            return Text("", self.manifest.locate(entry, route), self.manifest)
        reference = descend(entry, "valueFrom", "configMapKeyRef")
        if reference is None:
            return None
        name, key = string(child(reference, "name")), string(child(reference, "key"))
        return self.config_map_text(name, key) if name and key else None


@lru_cache(maxsize=256)
def _given(container: Environment) -> dict[str, Text | None]:
    """Return what `env` gives, worked out once: each item may name those before it."""
    known: dict[str, Text | None] = {}

    def variable(name: str) -> Text | None:
        return known[name] if name in known else container.from_maps(name)

    for at, entry in enumerate(items(child(container.tree, "env"))):
        name = string(child(entry, "name"))
        if name is not None:
            known[name] = container.entry(entry, at, variable)
    return known


Variable = Callable[[str], Text | None]
"""Returns the value of a variable by its name, None for one that is not known."""


def expanded(text: Text, variable: Variable) -> Text:
    """Return a text with each `$(NAME)` replaced as the kubelet does.

    `$$` stands for a dollar sign, and what names no known variable stays as it is
    (kubernetes/kubernetes@v1.31.0:third_party/forked/golang/expansion/expand.go). LimitError where
    it becomes longer than a word of a command line may be.
    """

    def filled_in(found: re.Match[str]) -> str:
        if found[1] is None:
            return "$"
        if not found[2]:
            return f"$({found[1].replace('$$', '$')}"
        known = variable(found[1])
        return found[0] if known is None else known.value

    value = text.value
    if "$" in value or len(value) > LONGEST_WORD:
        value = filled(_REFERENCE, text, filled_in)
    return text._replace(value=value)


def filled(pattern: re.Pattern[str], text: Text, value: Callable[[re.Match[str]], str]) -> str:
    """Return a text with what a pattern finds in it replaced.

    LimitError where it becomes longer than a word of a command line may be.
    """
    parts: list[str] = []
    at, length = 0, len(text.value)
    for found in pattern.finditer(text.value):
        parts += (text.value[at : found.start()], value(found))
        at = found.end()
        length += len(parts[-1])
        if length > 2 * LONGEST_WORD:
            break
    parts.append(text.value[at:])
    if sum(map(len, parts)) > LONGEST_WORD:
        reason = f"a text of more than {LONGEST_WORD:,} characters: {NOT_RUN}"
        raise LimitError(reason, text.location)
    return "".join(parts)


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
