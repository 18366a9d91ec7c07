"""Whether Multus, its primary and the pods that need both are on the same nodes."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.cni.catalog import Role
from cnilint.cni.class_facts import ClassFacts
from cnilint.cni.cluster import Cluster
from cnilint.cni.installer import Installer
from cnilint.cni.multus import Multus
from cnilint.engine.hit import Hit
from cnilint.kube.manifest import Manifest
from cnilint.kube.scheduling import Expression, placement
from cnilint.kube.workload import workload
from cnilint.model.finding import Applicability, Edit, Fix, Location, Operation, Related
from cnilint.model.tree import Route, Value, descend, plain

from .runtime import NETWORKS

COMPUTE_TYPE = "eks.amazonaws.com/compute-type"
MANAGED = ("auto", "fargate")
AFFINITY = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")


def multus_without_primary(cluster: Cluster) -> Iterator[Hit]:
    """CNI208: Multus runs on nodes where the primary it builds on does not."""
    for one in cluster.multuses:
        classes = cluster.classes_of(one)
        primaries = {m.title: m for facts in classes for m in _primaries(facts, one)}
        bare = [facts for facts in classes if not _primaries(facts, one)]
        if not bare or len(primaries) != 1:
            continue
        (primary,) = primaries.values()
        place = primary.location()
        writes = primary.writes.name if primary.writes is not None else ""
        yield Hit(
            location=_affinity_place(one),
            parameters={
                "product": one.installer.title,
                "primary": primary.title,
                "file": writes,
                "classes": " and ".join(facts.name for facts in bare),
                "assumed": f" ({primary.assumed})" if primary.assumed else "",
            },
            related=(Related(place, f"{primary.title} writes {writes}"),) if place else (),
            fixes=tuple(_same_affinity(one, primary)),
        )


def primary_without_multus(cluster: Cluster) -> Iterator[Hit]:
    """CNI209: a pod that asks for networks may land on nodes without Multus."""
    if not cluster.multuses:
        return
    bare = [facts for facts in cluster.classes if not facts.multuses and facts.delegates]
    for manifest in cluster.manifests if bare else ():
        if manifest.at("spec", "template", "metadata", "annotations", NETWORKS) is None:
            continue
        classes = [facts for facts in bare if _may_run(manifest, facts, cluster)]
        if classes:
            steps = ("spec", "template", "metadata", "annotations", NETWORKS)
            yield Hit(
                location=manifest.location(*steps),
                parameters={
                    "object": manifest.title,
                    "classes": " and ".join(facts.name for facts in classes),
                },
            )


def cni_on_managed_nodes(cluster: Cluster) -> Iterator[Hit]:
    """CNI214: a CNI install that selects EKS Auto Mode or Fargate nodes by name."""
    for one in cluster.installers:
        location = one.location()
        chosen = sorted({v for e in one.placement.expressions() for v in _chosen(e)})
        if location is None or not chosen:
            continue
        yield Hit(
            location=location,
            parameters={"product": one.title, "types": " and ".join(chosen)},
        )


def _chosen(expression: Expression) -> list[str]:
    if expression.key != COMPUTE_TYPE or expression.operator != "In":
        return []
    return [value for value in expression.values if value in MANAGED]


def _primaries(facts: ClassFacts, one: Multus) -> list[Installer]:
    """Return who gives a class the file Multus is pinned to, or any file it would take."""
    return [
        installer
        for installer in facts.installers
        if installer.role is Role.PRIMARY
        and installer.writes is not None
        and installer.writes.directory == one.autoconfig_host
        and (not one.master or installer.writes.name == one.master)
    ]


def _may_run(manifest: Manifest, facts: ClassFacts, cluster: Cluster) -> bool:
    pods = workload(manifest, cluster.index)
    if pods is None:
        return False
    return placement(pods.specification).matches(facts.node_class.labels)


def _affinity_place(one: Multus) -> Location:
    pods = one.installer.workload
    if pods is None:
        return one.place("mode")
    return pods.manifest.location(*pods.template, "spec", *AFFINITY)


def _same_affinity(one: Multus, primary: Installer) -> Iterator[Fix]:
    """Yield the fix that gives Multus the primary's node affinity.

    Safe when Multus's own asks for nothing that the primary's does not know of.
    """
    pods = one.installer.workload
    terms = primary.placement.terms
    if pods is None or len(terms) != 1 or not terms[0]:
        return
    manifest = pods.manifest
    base: Route = (*manifest.route, *pods.template, "spec")
    own = one.installer.placement
    keys = {e.key for e in own.expressions()}
    grade = Applicability.SAFE if keys <= {e.key for e in terms[0]} else Applicability.UNSAFE
    title = f"run where {primary.title} runs"
    specification = pods.specification
    listed = descend(specification, *AFFINITY, "nodeSelectorTerms") if specification else None
    term_route = (*base, *AFFINITY, "nodeSelectorTerms", 0, "matchExpressions")
    if listed is None:
        whole: Value = {
            "nodeAffinity": {
                AFFINITY[-1]: {"nodeSelectorTerms": [{"matchExpressions": _plain(terms[0])}]}
            }
        }
        if specification is not None and descend(specification, "affinity") is None:
            edit = Edit(manifest.document, (*base, "affinity"), Operation.ADD, whole)
            yield Fix(title, grade, (edit,))
        return
    if len(own.terms) != 1:
        return
    edits = list(_missing(manifest, term_route, own.terms[0], terms[0]))
    if edits:
        yield Fix(title, grade, tuple(edits))


def _missing(
    manifest: Manifest,
    route: Route,
    own: tuple[Expression, ...],
    wanted: tuple[Expression, ...],
) -> Iterator[Edit]:
    """Yield edits that make expressions ask for what others do: values extended, others added."""
    inside = route[len(manifest.route) :]
    present = manifest.at(*(step for step in inside if isinstance(step, str | int)))
    written = plain(present) if present is not None else []
    listed = written if isinstance(written, list) else []
    for expression in wanted:
        if expression in own:
            continue
        at = next(
            (
                i
                for i, one in enumerate(listed)
                if isinstance(one, dict)
                and one.get("key") == expression.key
                and one.get("operator") == expression.operator == "NotIn"
            ),
            None,
        )
        if at is None:
            yield Edit(manifest.document, (*route, -1), Operation.ADD, _plain((expression,))[0])
        else:
            values: Value = list(expression.values)
            yield Edit(manifest.document, (*route, at, "values"), Operation.REPLACE, values)


def _plain(expressions: tuple[Expression, ...]) -> list[Value]:
    found: list[Value] = []
    for one in expressions:
        entry: dict[str, Value] = {"key": one.key, "operator": one.operator}
        if one.values:
            entry["values"] = list(one.values)
        found.append(entry)
    return found
