"""What Multus's pods may do, what they are told of their node, and which taints they tolerate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.catalog.catalog import Role
from cnilint.catalog.installer import Installer
from cnilint.catalog.release import shown
from cnilint.engine.edits.manifest import added
from cnilint.engine.hit import Hit
from cnilint.kube.manifest import Manifest
from cnilint.kube.node_systems import COMPUTE_TYPE
from cnilint.kube.permissions import Bound, Permission, bound_to
from cnilint.kube.taints import PREFIX, TRANSIENT, Taint, Toleration
from cnilint.model.finding import Applicability, Edit, Fix, Level, Operation, Related
from cnilint.model.tree import Value, child
from cnilint.multus.configuration import Multus
from cnilint.multus.host_access import is_sketch
from cnilint.multus.manifest_release import (
    DEFINITIONS,
    NODE_NAME,
    PODS,
    WATCHING,
    names_node,
)
from cnilint.multus.requirements import LIVE_QUERY, Need, is_certain, needs
from cnilint.simulation.cluster import Cluster

from .skews import skew_in

EFFECTS = ("NoSchedule", "NoExecute")
"""The effects of taints that keep pods away."""

_OF_ALL_NODES = ("kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/", COMPUTE_TYPE)
"""Labels by which manifests leave out nodes that run no such pods at all."""


def missing_pod_watch(cluster: Cluster) -> Iterator[Hit]:
    """CNI301: the daemon may not list and watch what it watches: pods and definitions."""
    for one in cluster.multuses:
        workload = one.installer.workload
        if workload is None or Need.POD_WATCH not in needs(one) or _said(cluster, one):
            continue
        found = bound_to(workload, cluster.manifests)
        for what in (PODS, DEFINITIONS) if found.complete else ():
            verbs = [verb for verb in WATCHING if not found.allows(Permission(*what, verb))]
            if verbs:
                yield _not_allowed(one, found, what, verbs)


def missing_node_name(cluster: Cluster) -> Iterator[Hit]:
    """CNI304: the daemon does not know its node, so it watches the pods of all of them."""
    for one in cluster.multuses:
        container = one.installer.container
        if container is None or Need.NODE_NAME not in needs(one) or names_node(container):
            continue
        if child(container.tree, "envFrom") is not None or is_sketch(one) or _said(cluster, one):
            continue  # a map that is not in view may have it
        given = one.member("perNodeCertificate")
        own = isinstance(given.value, dict) if given is not None else False
        enabled = own and given is not None and _enabled(given.value)
        effect = "watches the pods of all nodes"
        if enabled:
            effect = "exits, as perNodeCertificate needs it"
        entry: Value = {
            "name": NODE_NAME,
            "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}},
        }
        edit = added(container.manifest.document, (*container.route, "env"), entry)
        env = child(container.tree, "env")
        yield Hit(
            location=container.manifest.locate(
                env or container.tree,
                (*container.route, "env") if env is not None else container.route,
            ),
            parameters={"product": one.installer.title, "effect": effect + _doubt(one)},
            fixes=(Fix(f"set {NODE_NAME} to the node's name", Applicability.SAFE, (edit,)),),
            level=Level.ERROR if enabled else None,
        )


def fewer_tolerations(cluster: Cluster) -> Iterator[Hit]:
    """CNI309: a taint keeps Multus off nodes on which its primary runs."""
    for one in cluster.multuses:
        for primary in _primaries(cluster, one):
            missing = _not_tolerated(one.installer, primary)
            if missing:
                yield _fewer(one, primary, missing)
                break


def _said(cluster: Cluster, one: Multus) -> bool:
    """Whether the whole manifest is of another release, which CNI315 says."""
    return skew_in(cluster, one) is not None


def _doubt(one: Multus) -> str:
    if is_certain(one, Need.NODE_NAME):
        return ""
    return f" (taken as {shown(one.release)}, as the image names no release)"


def _enabled(value: object) -> bool:
    named = {k.casefold(): v for k, v in value.items()} if isinstance(value, dict) else {}
    return named.get("enabled") is True


def _not_allowed(one: Multus, found: Bound, what: tuple[str, str], verbs: Sequence[str]) -> Hit:
    group, resource = what
    slow = one.release >= LIVE_QUERY and what == PODS
    effect = "every pod waits seconds for its network" if slow else "no pod gets its network"
    if what == DEFINITIONS:
        effect = "no network of a pod is found"
    rule = found.rule_of(group, resource) or found.rule_of(group, "*")
    role = rule[0] if rule is not None else found.roles[-1]
    steps = ("rules", rule[1], "verbs") if rule is not None else ("rules",)
    return Hit(
        location=role.location(*steps),
        parameters={
            "product": f"{one.installer.title} {shown(one.release)}",
            "verbs": " and ".join(verbs),
            "resource": resource,
            "effect": effect + _doubt(one),
        },
        fixes=(_allow(role, rule, what, verbs),),
        level=None if is_certain(one, Need.POD_WATCH) else Level.WARNING,
    )


def _allow(
    role: Manifest, rule: tuple[Manifest, int] | None, what: tuple[str, str], verbs: Sequence[str]
) -> Fix:
    """Return the fix that allows something in the rule that names it, else in one of its own."""
    document, route = role.document, (*role.route, "rules")
    if rule is not None:
        base = (*route, rule[1], "verbs")
        edits = tuple(Edit(document, (*base, -1), Operation.ADD, verb) for verb in verbs)
    else:
        listed: list[Value] = ["get", *verbs]
        entry: Value = {"apiGroups": [what[0]], "resources": [what[1]], "verbs": listed}
        edits = (added(document, route, entry),)
    title = f"allow {role.title} to {' and '.join(verbs)} {what[1]}"
    return Fix(title, Applicability.SAFE, edits)


def _primaries(cluster: Cluster, one: Multus) -> list[Installer]:
    """Return the primary CNIs that choose nodes as Multus does, or choose fewer."""
    own = _chosen(one.installer)
    return [
        each
        for each in cluster.installers
        if each.role is Role.PRIMARY and each.workload is not None and one.installer.workload
        if own <= _chosen(each)
    ]


def _chosen(one: Installer) -> set[str]:
    """Return the labels by which an install chooses nodes, but for those that all have."""
    keys = {expression.key for expression in one.placement.expressions()}
    return {key for key in keys if not key.startswith((PREFIX, *_OF_ALL_NODES))}


def _not_tolerated(multus: Installer, primary: Installer) -> list[Toleration]:
    """Return the tolerations of a primary for taints that keep Multus away."""
    own, theirs = multus.form.tolerations() or (), primary.form.tolerations() or ()
    missing: dict[Toleration, None] = {}
    for one in theirs:
        if one.key and TRANSIENT.search(one.key):
            continue
        for effect in EFFECTS:
            taint = Taint(one.key or "any-taint", one.value or "any-value", effect)
            if one.covers(taint) and not any(each.covers(taint) for each in own):
                missing[Toleration(one.key, one.exists, one.value, effect)] = None
    return list(missing)


def _fewer(one: Multus, primary: Installer, missing: Sequence[Toleration]) -> Hit:
    workload = one.installer.workload
    if workload is None:
        raise ValueError("only a workload tolerates taints")
    manifest, steps = workload.manifest, (*workload.template, "spec", "tolerations")
    edits = []
    route = (*manifest.route, *steps)
    entries = [_entry(each) for each in missing]
    if manifest.at(*steps) is not None:
        edits = [Edit(manifest.document, (*route, -1), Operation.ADD, entry) for entry in entries]
    else:
        edits = [Edit(manifest.document, route, Operation.ADD, list(entries))]
    named = [f"{each.key or 'every taint'}:{each.effect}" for each in missing]
    place = manifest.location(*steps) if manifest.at(*steps) is not None else None
    container = one.installer.container
    if place is None and container is not None:
        place = manifest.locate(container.tree, container.route)
    their_place = primary.location()
    related = (Related(their_place, f"{primary.title} tolerates them"),) if their_place else ()
    return Hit(
        location=place or manifest.location(),
        parameters={
            "product": one.installer.title,
            "taints": " and ".join(named),
            "primary": primary.title,
        },
        related=related,
        fixes=(Fix(f"tolerate {' and '.join(named)}", Applicability.SAFE, tuple(edits)),),
    )


def _entry(one: Toleration) -> Value:
    entry: dict[str, Value] = {"key": one.key} if one.key else {}
    entry["operator"] = "Exists" if one.exists or not one.key else "Equal"
    if one.value and not one.exists:
        entry["value"] = one.value
    entry["effect"] = one.effect
    return entry
