"""Names that follow the objects they name: ConfigMaps with hashes, prefixed accounts.

kubernetes-sigs/kustomize@kustomize/v5.7.1: api/internal/accumulator/namereferencetransformer.go,
api/filters/nameref/nameref.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cnilint.gitops.built import BuiltNode
from cnilint.gitops.kustomize_fields import (
    Field,
    Gvk,
    Reference,
    WrongKindError,
    is_selected,
    visit,
)
from cnilint.gitops.kustomize_resources import (
    NO_NAMESPACE,
    Identity,
    KustomizeRefusedError,
    Resource,
    Resources,
    scalar_text,
)
from cnilint.start import dataclass

_NAMED_WITH_NAMESPACE = frozenset({("subjects",), ("webhooks", "clientConfig", "service")})
"""Fields that lead to mappings with a `name` and a `namespace`, both of which follow."""


def update_names(
    resources: Resources, references: Iterable[Reference]
) -> Iterator[KustomizeRefusedError]:
    """Write the present names of objects where their earlier ones stand.

    Yield the names that may mean several objects which are called differently now.
    """
    targets: dict[str, list[Resource]] = {}
    for one in resources:
        for kind in {earlier.gvk.kind for earlier in one.previous}:
            targets.setdefault(kind, []).append(one)
    for reference in references:
        candidates = [
            one for one in targets.get(reference.target.kind, ()) if _was(one, reference.target)
        ]
        renamed = any(one.was_renamed for one in candidates)
        for field in reference.fields if candidates else ():
            if renamed or field.path in _NAMED_WITH_NAMESPACE or field.path[-1] != "name":
                try:
                    _update(resources, field, candidates)
                except KustomizeRefusedError as error:
                    yield error


def _update(resources: Resources, field: Field, candidates: Sequence[Resource]) -> None:
    """Update one field of every object that has it."""
    plain = field._replace(gvk=Gvk(), create=False)
    for referrer in resources:
        if not is_selected(field, referrer.original.gvk):
            continue
        if not may_reach(referrer, field.path):
            continue
        setter = _Referral(referrer, field, candidates)
        try:
            visit(referrer.root, plain, setter, None)
        except WrongKindError:
            raise KustomizeRefusedError("/".join(field.path), referrer.place) from None


def may_reach(resource: Resource, path: Sequence[str]) -> bool:
    """Whether an object has the first two members of a path."""
    first = path[0].removesuffix("[]")
    if resource.tree(first) is None:
        return False
    return (
        len(path) < 2
        or first not in ("spec", "metadata")
        or (resource.tree(first, path[1].removesuffix("[]")) is not None)
    )


def _was(resource: Resource, target: Gvk) -> bool:
    return any(one.gvk.fits(target) for one in resource.previous)


@dataclass(frozen=True, slots=True)
class _Referral:
    """Puts the present name of an object in place of an earlier one."""

    referrer: Resource
    field: Field
    candidates: Sequence[Resource]

    def __call__(self, node: BuiltNode) -> None:
        if isinstance(node.value, list):
            for item in node.value:
                if not isinstance(item.value, list):
                    self(item)
        elif isinstance(node.value, dict):
            self._mapping(node.value)
        elif node.value is not None:
            self._scalar(node)

    def _scalar(self, node: BuiltNode) -> None:
        found = self._select(scalar_text(node), self.candidates, by_namespace=False)
        if found is not None and found.name != scalar_text(node):
            _rename(node, found, "name")

    def _mapping(self, members: dict[str, BuiltNode]) -> None:
        name = members.get("name")
        if name is None:
            raise WrongKindError
        candidates: Sequence[Resource] = self.candidates
        namespace = members.get("namespace")
        if namespace is not None:
            candidates = _in_namespace(candidates, scalar_text(namespace))
        found = self._select(scalar_text(name), candidates, by_namespace=True)
        if found is None or (found.name == scalar_text(name) and not found.namespace):
            return
        if found.name != scalar_text(name):
            _rename(name, found, "name")
        if found.namespace and scalar_text(namespace) != found.namespace:
            given = members.setdefault("namespace", BuiltNode(""))
            _rename(given, found, "namespace")

    def _select(
        self, name: str, candidates: Sequence[Resource], *, by_namespace: bool
    ) -> Resource | None:
        """Return the object that a name means, the only one or the nearest; selectReferral."""
        found = [one for one in candidates if one.had_name(name) and self._may_name(one)]
        if len(found) > 1:
            found = [one for one in found if _same_affixes(one, self.referrer, lenient=True)]
        elif found:
            return found[0]
        if len(found) > 1:
            found = [one for one in found if _same_affixes(one, self.referrer, lenient=False)]
        if not found:
            return None
        first = found[0]
        if any(
            one.name != first.name or (by_namespace and one.namespace != first.namespace)
            for one in found
        ):
            raise KustomizeRefusedError(name, self.referrer.place)
        return first

    def _may_name(self, candidate: Resource) -> bool:
        if self.field.path[-2:] == ("roleRef", "name") and not self._is_role(candidate):
            return False
        referrer = self.referrer
        if referrer.is_cluster_scoped or candidate.is_cluster_scoped:
            return True
        same = candidate.identity.namespace == referrer.identity.namespace
        if candidate.kind == "ServiceAccount":
            return same or candidate.namespace in _account_namespaces(referrer)
        return same

    def _is_role(self, candidate: Resource) -> bool:
        role = self.referrer.root.get("roleRef")
        group = role.get("apiGroup") if role is not None else None
        kind = role.get("kind") if role is not None else None
        if group is None or kind is None:
            return True
        return _was(candidate, Gvk(scalar_text(group), "", scalar_text(kind)))


def _account_namespaces(binding: Resource) -> set[str]:
    """Return the namespaces of the accounts that a role binding names.

    api/resmap/reswrangler.go getNamespacesForRoleBinding
    """
    if binding.kind != "RoleBinding":
        return set()
    subjects = binding.root.get("subjects")
    listed = subjects.value if subjects is not None else None
    return {
        scalar_text(one.get("namespace"))
        for one in (listed if isinstance(listed, list) else ())
        if one.text("kind") == "ServiceAccount" and one.get("namespace") is not None
    }


def _in_namespace(candidates: Sequence[Resource], namespace: str) -> list[Resource]:
    """Return the objects that were in a namespace, or else those that are."""
    if namespace == NO_NAMESPACE:
        return []
    first = [one for one in candidates if one.original.namespace == namespace]
    return first or [one for one in candidates if one.identity.namespace == namespace]


def _same_affixes(one: Resource, other: Resource, *, lenient: bool) -> bool:
    return _same_end(one.prefixes, other.prefixes, lenient=lenient) and _same_end(
        one.suffixes, other.suffixes, lenient=lenient
    )


def _same_end(one: Sequence[str], other: Sequence[str], *, lenient: bool) -> bool:
    """Whether the shorter of two lists is the end of the other; stringslice.go."""
    size = min(len(one), len(other))
    if size == 0:
        return lenient or len(one) == len(other)
    return list(one[-size:]) == list(other[-size:])


def _rename(node: BuiltNode, target: Resource, member: str) -> None:
    """Write a name that follows from another object: what made that one's made this."""
    source = target.root.get("metadata", member)
    node.value = target.name if member == "name" else target.namespace
    node.written, node.doubt = "", ""
    if not node.places and source is not None:
        node.places = source.places


def identities(resource: Resource) -> tuple[Identity, ...]:
    """Return what an object is and was."""
    return (resource.identity, *resource.previous)
