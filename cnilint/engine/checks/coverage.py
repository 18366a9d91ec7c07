"""Whether Multus, its primary and the pods that need both are on the same nodes."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.catalog.catalog import Role
from cnilint.catalog.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.kube.manifest import Manifest
from cnilint.kube.node_systems import MANAGED
from cnilint.kube.scheduling import Labels, placement
from cnilint.kube.taints import PREFIX, Toleration, tolerations
from cnilint.kube.workload import workload
from cnilint.model.finding import Applicability, Edit, Fix, Level, Location, Related
from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Tree, descend
from cnilint.multus.configuration import Multus
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.shown_nodes import chooses, is_shown

from .installs import named


def multus_without_primary(cluster: Cluster) -> Iterator[Hit]:
    """CNI208: Multus runs on nodes where the primary it builds on does not."""
    for one in cluster.multuses:
        classes = cluster.classes_of(one)
        found = {id(m): m for facts in classes for m in _primaries(facts, one)}
        pinned = {key: m for key, m in found.items() if m.writes and m.writes.name == one.master}
        primaries = pinned or found  # a pin that no primary writes is a slip: CNI103
        bare = [f for f in classes if _is_bare(cluster, f, one, list(primaries.values()))]
        if not bare or len(primaries) != 1:
            continue
        (primary,) = primaries.values()
        place = primary.location()
        writes = primary.writes.name if primary.writes is not None else ""
        yield Hit(
            location=_affinity_place(one),
            classes=tuple(bare),
            parameters={
                "product": one.installer.title,
                "primary": named(primary),
                "file": writes,
            },
            related=(Related(place, f"{primary.title} writes {writes}"),) if place else (),
            fixes=(_same_affinity(one, primary),),
            level=None if any(is_shown(cluster, facts) for facts in bare) else Level.NOTE,
        )


def primary_without_multus(cluster: Cluster) -> Iterator[Hit]:
    """CNI209: a pod that asks for networks may land on nodes without Multus."""
    from .network_facts import asking

    bare = [facts for facts in cluster.classes if not facts.multuses and facts.delegates]
    if not bare or not cluster.multuses:
        return
    for request in asking(cluster):
        manifest = request.manifest
        classes = [facts for facts in bare if _may_run(manifest, facts, cluster)]
        if not classes:
            continue
        yield Hit(
            location=request.location,
            classes=tuple(classes),
            parameters={
                "object": manifest.title,
                "product": cluster.multuses[0].installer.title,
            },
            related=tuple(
                Related(where, f"{one.installer.title} is installed here")
                for one in cluster.multuses
                if (where := one.installer.location()) is not None
            ),
            fixes=(
                Fix("keep these pods to the nodes with Multus", Applicability.DISPLAY, ()),
                Fix("run Multus on those nodes as well", Applicability.DISPLAY, ()),
            ),
        )


def cni_on_managed_nodes(cluster: Cluster) -> Iterator[Hit]:
    """CNI214: a CNI install that selects EKS Auto Mode or Fargate nodes by name."""
    for one in cluster.installers:
        expressions = tuple(one.placement.expressions())
        chosen = [t for kind, t in MANAGED.items() if any(chooses(e, kind) for e in expressions)]
        if not chosen:
            continue
        location = one.location()
        if location is None:
            continue
        from cnilint.engine.edits.managed_nodes import off_managed_nodes

        yield Hit(
            location=location,
            parameters={"product": one.title, "types": " and ".join(chosen)},
            fixes=(off_managed_nodes(one),),
        )


def _primaries(facts: ClassFacts, one: Multus) -> list[Installer]:
    """Return the primaries of a class that write where Multus looks for its master."""
    return [
        installer
        for installer in facts.installers
        if installer.role is Role.PRIMARY
        and installer.writes is not None
        and installer.writes.directory == (one.autoconfig_host or facts.directory)
    ]


def _is_bare(cluster: Cluster, facts: ClassFacts, one: Multus, primaries: list[Installer]) -> bool:
    """Whether nothing gives a class a primary: no product, no file of the host, nothing unknown.

    A file of the host does where it is the primary's, or the one that Multus is told.
    """
    meant = {m.writes.name for m in primaries if m.writes is not None} | {one.master}
    hosts = any(entry.on_host and entry.name in meant for entry in facts.entries)
    given = any(primary in facts.installers for primary in primaries)
    return not hosts and not given and not cluster.wildcards(facts)


def _may_run(manifest: Manifest, facts: ClassFacts, cluster: Cluster) -> bool:
    """Whether an object's pods may land on a class.

    Where a device plugin's resources are is not known, and so not of pods that ask for some.
    """
    pods = workload(manifest, cluster.index)
    if pods is None or any(_asks_for_devices(container.tree) for container in pods.containers):
        return False
    labels = facts.node_class.labels
    tolerated = _tolerates(tolerations(pods.specification), labels)
    return tolerated and placement(pods.specification).matches(labels)


def _asks_for_devices(container: Tree) -> bool:
    """Whether a container asks for an extended resource, such as a network device."""
    for kind in ("requests", "limits"):
        asked = descend(container, "resources", kind)
        for entry in asked.entries if isinstance(asked, MappingTree) else ():
            name = entry.key.text
            if "/" in name and not name.partition("/")[0].endswith("kubernetes.io"):
                return True
    return False


def _tolerates(found: tuple[Toleration, ...], labels: Labels) -> bool:
    """Whether tolerations cover the taints of a class, which are labels of its nodes."""
    taints = [key.removeprefix(PREFIX) for key in labels if key.startswith(PREFIX)]
    return all(any(one.key in ("", taint) for one in found) for taint in taints)


def _affinity_place(one: Multus) -> Location:
    from cnilint.engine.edits.affinity import AFFINITY

    pods = one.installer.workload
    if pods is None:
        return one.place("mode")
    return pods.manifest.location(*pods.template, "spec", *AFFINITY)


def _same_affinity(one: Multus, primary: Installer) -> Fix:
    """Return the fix that gives Multus the primary's node affinity.

    Safe when Multus's own asks for nothing that the primary's does not know of, and the primary is
    among the manifests: an assumed one's affinity is its chart's.
    """
    from cnilint.engine.edits.affinity import affinity_text, pods_of, restricted

    title = f"run where {primary.title} runs"
    pods, terms = pods_of(one.installer), primary.placement.terms
    own = one.installer.placement.terms
    edits: tuple[Edit, ...] = ()
    if pods is not None and len(terms) == 1 and terms[0]:
        edits = restricted(pods, own, terms[0])
    keys = {e.key for e in one.installer.placement.expressions()}
    known = keys <= {e.key for term in terms for e in term} and not primary.assumed
    if edits:
        return Fix(title, Applicability.SAFE if known else Applicability.UNSAFE, edits)
    note = affinity_text(terms[0]) if len(terms) == 1 and terms[0] else ""
    return Fix(title, Applicability.DISPLAY, (), note)
