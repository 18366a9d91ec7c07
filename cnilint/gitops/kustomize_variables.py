"""Variables of a kustomization: values of objects that are put in place of `$(NAME)` in others.

kubernetes-sigs/kustomize@kustomize/v5.7.1: api/internal/accumulator/resaccumulator.go MergeVars,
api/filters/refvar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cnilint.gitops.built import BuiltNode
from cnilint.gitops.kustomize_fields import Field, Gvk, WrongKindError, is_selected, visit
from cnilint.gitops.kustomize_references import identities, may_reach
from cnilint.gitops.kustomize_replacements import got, steps_of
from cnilint.gitops.kustomize_resources import (
    KustomizeRefusedError,
    Resource,
    Resources,
    place_of,
    scalar_text,
)
from cnilint.gitops.kustomize_schema import is_cluster_scoped
from cnilint.start import NamedTuple, dataclass, lazy_pattern

# What is never closed is found as well, to its end: nothing in it is looked at again.
_REFERENCE = lazy_pattern(r"\$(?:(\$)|\(([^)]*+)(\)?))")
_INDEX = lazy_pattern(r"(.*)\[(\d+)\]")
_LONGEST = 1_500_000
"""Of a text with its variables filled in: the API server takes no larger object."""


class KustomizeVariable(NamedTuple):
    """A variable and the object it takes its value from, None if that is not there."""

    said: BuiltNode
    source: Resource | None


def variable(resources: Resources, said: BuiltNode) -> KustomizeVariable:
    """Return what an item of `vars` means; RefusedError if it may mean several objects."""
    target = said.get("objref") or BuiltNode({})
    version, kind = target.text("apiVersion"), target.text("kind")
    gvk = (
        Gvk.of(version, kind)
        if version
        else Gvk(target.text("group"), target.text("version"), kind)
    )
    name, namespace = target.text("name"), target.text("namespace")
    found = [
        resource
        for resource in resources
        if any(
            one.gvk == gvk and one.name == name and (not namespace or one.namespace == namespace)
            for one in identities(resource)
        )
    ]
    if is_cluster_scoped(gvk.api_version, kind):
        found = found[:1]
    if len(found) > 1:
        raise KustomizeRefusedError(name, place_of(said))
    return KustomizeVariable(said, found[0] if found else None)


def resolved(one: KustomizeVariable) -> BuiltNode:
    """Return the value of a variable; RefusedError if there is none, or it is no scalar."""
    path = one.said.text("fieldref", "fieldPath") or one.said.text("fieldref", "fieldpath")
    path = path or "metadata.name"
    node = one.source.root if one.source is not None else None
    for step in steps_of(path):
        found = _INDEX.fullmatch(step)
        for part in found.groups() if found else (step,):
            node = got(node, part) if node is not None and part else node
    if node is None or isinstance(node.value, dict | list):
        raise KustomizeRefusedError(f"{one.said.text('name')}: {path}", place_of(one.said))
    return node


def expand(resources: Resources, values: Mapping[str, BuiltNode], fields: Iterable[Field]) -> None:
    """Put values in place of the references to them; WrongKindError never leaves this."""
    setter = _Expansion(values)
    fields = tuple(field._replace(create=False) for field in fields)
    for resource in resources:
        if not resource.may_hold("$"):
            continue
        for field in fields:
            if not is_selected(field, resource.gvk) or not may_reach(resource, field.path):
                continue
            try:
                visit(resource.root, field, setter, None)
            except WrongKindError:
                raise KustomizeRefusedError("/".join(field.path), resource.place) from None
        resource.synchronise()
    resources.changed()


@dataclass(frozen=True, slots=True)
class _Expansion:
    """Puts values in place of the references in a text, in a list of texts or in a mapping."""

    values: Mapping[str, BuiltNode]

    def __call__(self, node: BuiltNode) -> None:
        if isinstance(node.value, list):
            for item in node.value:
                self._text(item)
        elif isinstance(node.value, dict):
            for member in node.value.values():
                self._text(member)
        else:
            self._text(node)

    def _text(self, node: BuiltNode) -> None:
        text = node.value
        if not isinstance(text, str) or "$" not in text:
            return
        closed = (found[2] for found in _REFERENCE.finditer(text) if found[3])
        used = [name for name in closed if name in self.values]
        if sum(len(scalar_text(self.values[name])) for name in used) > _LONGEST:
            node.doubt = "what this comes to is longer than an object may be"
            return
        whole = self.values.get(used[0]) if used and text == f"$({used[0]})" else None
        if whole is not None:
            node.value, node.written = whole.value, whole.written
        else:
            node.value = _REFERENCE.sub(self._one, text)
        for name in used:
            node.places = (*node.places, *self.values[name].places[-1:])
            node.doubt = node.doubt or self.values[name].doubt

    def _one(self, found: re.Match[str]) -> str:
        if found[1]:
            return "$"
        if not found[3]:
            return f"$({found[2].replace('$$', '$')}"
        value = self.values.get(found[2])
        return scalar_text(value) if value is not None else found.group()
