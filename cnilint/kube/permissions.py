"""What a ServiceAccount may do: its bindings, their roles, and the rules in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.model.finding import Location
from cnilint.model.tree import Tree, child, items, string
from cnilint.start import NamedTuple

from .label_selector import label_values
from .manifest import Manifest
from .workload import Workload

_AGGREGATION = ("aggregationRule", "clusterRoleSelectors")


class Permission(NamedTuple):
    """What is asked of the API; the core's group is empty."""

    group: str
    resource: str
    verb: str


class Bound(NamedTuple):
    """The roles that are bound to an account.

    `complete` tells that every role that a binding names is in view, and that there is a binding.
    """

    roles: tuple[Manifest, ...]
    complete: bool

    def allows(self, wanted: Permission) -> bool:
        """Whether one of the roles has a rule for it, wildcards counted."""
        return any(_allows(rule, wanted) for role in self.roles for rule in _rules(role))

    def rule_of(self, group: str, resource: str) -> tuple[Manifest, int] | None:
        """Return the first rule about a resource by its name: its role and its number."""
        for role in self.roles:
            for at, rule in enumerate(_rules(role)):
                named = resource in _texts(rule, "resources") and group in _texts(rule, "apiGroups")
                if named and not _texts(rule, "resourceNames"):
                    return role, at
        return None

    def place(self) -> Location | None:
        """Return the place of the first role's rules."""
        return self.roles[0].location("rules") if self.roles else None


def bound_to(workload: Workload, manifests: Sequence[Manifest]) -> Bound:
    """Return the roles that are bound to a workload's account for the whole cluster.

    A ClusterRole that aggregates others counts their rules as well; where none of them is in view,
    it is as if it were not itself.
    """
    account = "default"
    specification = workload.specification
    for key in ("serviceAccountName", "serviceAccount"):
        named = string(child(specification, key)) if specification is not None else None
        if named:
            account = named
            break
    namespace = workload.manifest.namespace
    roles: list[Manifest] = []
    missing = False
    bindings = [one for one in manifests if one.kind == "ClusterRoleBinding"]
    found = [one for one in bindings if _binds(one, account, namespace)]
    for binding in found:
        role = _role(binding, manifests)
        parts = tuple(_aggregated(role, manifests)) if role is not None else ()
        put_together = role is not None and role.at(*_AGGREGATION) is not None
        missing = missing or role is None or (put_together and not parts)
        roles += [] if role is None else [role, *parts]
    return Bound(tuple(roles), bool(found) and not missing)


def _binds(binding: Manifest, account: str, namespace: str) -> bool:
    for subject in items(binding.at("subjects")):
        kind, name = string(child(subject, "kind")), string(child(subject, "name"))
        where = string(child(subject, "namespace")) or ""
        if kind == "ServiceAccount" and name == account and (namespace in ("", where) or not where):
            return True
        if kind == "User" and name == f"system:serviceaccount:{namespace}:{account}":
            return True
        if kind == "Group" and name in (
            "system:serviceaccounts",
            "system:authenticated",
            f"system:serviceaccounts:{namespace}",
        ):
            return True
    return False


def _role(binding: Manifest, manifests: Sequence[Manifest]) -> Manifest | None:
    """Return the role that a binding names; of several of one name the last one is in force."""
    name = string(binding.at("roleRef", "name"))
    kind = string(binding.at("roleRef", "kind"))
    return next((one for one in reversed(manifests) if (one.kind, one.name) == (kind, name)), None)


def _aggregated(role: Manifest, manifests: Sequence[Manifest]) -> Iterator[Manifest]:
    """Yield the roles whose labels one of a role's selectors asks for."""
    for selector in items(role.at(*_AGGREGATION)):
        wanted = label_values(child(selector, "matchLabels"))
        for other in manifests:
            labels = label_values(other.at("metadata", "labels"))
            if other.kind == "ClusterRole" and wanted and wanted.items() <= labels.items():
                yield other


def _rules(role: Manifest) -> tuple[Tree, ...]:
    return tuple(items(role.at("rules")))


def _texts(rule: Tree, key: str) -> list[str]:
    return [string(item) or "" for item in items(child(rule, key))]


def _allows(rule: Tree, wanted: Permission) -> bool:
    if _texts(rule, "resourceNames"):
        return False
    asked = (
        ("apiGroups", wanted.group),
        ("resources", wanted.resource),
        ("verbs", wanted.verb),
    )
    return all({"*", text} & set(_texts(rule, key)) for key, text in asked)
