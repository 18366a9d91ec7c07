"""Clusters that objects of a management cluster make or change: what those get is not its own.

Cluster API's add-on provider installs the chart of a HelmChartProxy in those Clusters of its
namespace that its selector selects (kubernetes-sigs/cluster-api-addon-provider-helm@8c58141:
controllers/helmchartproxy/helmchartproxy_controller.go listClustersWithLabels); an add-on of ACK or
Crossplane goes into the cluster that it names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from cnilint.kube.label_selector import label_values, requirements
from cnilint.kube.manifest import Manifest
from cnilint.kube.scheduling import Expression
from cnilint.model.tree import string

from .graph import ClusterObjects, Edge, NotRead, UnreadReason
from .named_clusters import cluster_of

GROUP = "cluster.x-k8s.io"
"""Cluster API's group; those of its providers end like it."""

SELECTOR = ("spec", "clusterSelector")


def spread(
    found: Sequence[ClusterObjects], installs: Callable[[Manifest], bool]
) -> tuple[ClusterObjects, ...]:
    """Return clusters with those that they manage beside them, each with what it gets of them.

    They are those in which something `installs` a CNI product.

    One that is found beside them under the same name gets it too; those of several that have one
    name are called by the one that manages them as well. A cluster that has nothing but what makes
    others is none.
    """
    managed = {
        one.name: [each for each in _managed(one) if any(map(installs, each.objects))]
        for one in found
    }
    counts = Counter(name for each in managed.values() for name in {one.name for one in each})
    result: dict[str, ClusterObjects] = {}

    def add(one: ClusterObjects) -> None:
        before = result.get(one.name)
        result[one.name] = _joined(before, one) if before is not None else one

    for one in found:
        gone = {id(each) for other in managed[one.name] for each in other.objects}
        kept = tuple(each for each in one.objects if id(each) not in gone)
        if not gone:
            add(one)
        elif not all(map(_only_manages, kept)):
            add(one._replace(objects=kept))
        for other in managed[one.name]:
            alone = counts[other.name] == 1
            add(other if alone else other._replace(name=f"{one.name}: {other.name}"))
    return tuple(result.values())


def _joined(one: ClusterObjects, other: ClusterObjects) -> ClusterObjects:
    """Return one cluster that was found in two ways."""
    return one._replace(
        objects=(*one.objects, *other.objects),
        roots=tuple(dict.fromkeys((*one.roots, *other.roots))),
        edges=tuple(dict.fromkeys((*one.edges, *other.edges))),
        not_read=(*one.not_read, *other.not_read),
        reads=one.reads | other.reads,
    )


def _managed(one: ClusterObjects) -> Iterator[ClusterObjects]:
    """Yield the clusters that objects of one install something in."""
    named: dict[str, list[Manifest]] = {}
    for each in one.objects:
        if name := cluster_of(each):
            named.setdefault(name, []).append(each)
    for name, members in named.items() if len(named) > 1 else ():
        yield one._replace(name=name, objects=tuple(members), not_read=(), assumed="")
    proxies = [each for each in one.objects if _is_proxy(each)]
    asked = {id(each): requirements(each.at(*SELECTOR)) for each in proxies}
    unseen = dict.fromkeys(map(id, proxies))
    for each in (m for m in one.objects if proxies and _is_cluster(m)):
        labels = label_values(each.at("metadata", "labels"))
        chosen = [
            proxy
            for proxy in proxies
            if _is_beside(proxy, each) and all(r.matches(labels) for r in asked[id(proxy)])
        ]
        for proxy in chosen:
            unseen.pop(id(proxy), None)
        if chosen:
            edges = [Edge("cluster-selector", each.title, m.location(*SELECTOR)) for m in chosen]
            own = (each, *_parts(each, one.objects), *chosen)
            more = (*one.edges, *edges)
            yield one._replace(name=each.name, objects=own, edges=more, not_read=(), assumed="")
    yield from _not_in_view(one, [p for p in proxies if id(p) in unseen], proxies, asked)


def _not_in_view(
    one: ClusterObjects,
    unseen: Iterable[Manifest],
    proxies: Sequence[Manifest],
    asked: Mapping[int, frozenset[Expression]],
) -> Iterator[ClusterObjects]:
    """Yield what is installed where no cluster is in view: one for each that is selected closest.

    What asks for no more than another one selects each cluster which that one selects.
    """
    found: dict[str, tuple[Manifest, ...]] = {}
    for each in unseen:
        more = [
            proxy
            for proxy in proxies
            if _is_beside(proxy, each) and asked[id(proxy)] <= asked[id(each)]
        ]
        found.setdefault(selector_text(asked[id(each)]), tuple(more))
    for name, members in found.items():
        ids = set(map(id, members))
        if any(ids < set(map(id, others)) for others in found.values()):
            continue
        not_read = tuple(
            NotRead(UnreadReason.CLUSTERS_NOT_IN_VIEW, m.title, m.location(*SELECTOR))
            for m in members
        )
        yield one._replace(name=name, objects=members, not_read=not_read, assumed="selector")


def selector_text(asked: Iterable[Expression]) -> str:
    """Return what a selector asks as `kubectl --selector` takes it."""
    texts = []
    for one in sorted(asked):
        values = one.values
        if one.operator == "In" and len(values) == 1:
            texts.append(f"{one.key}={values[0]}")
        elif one.operator in ("In", "NotIn"):
            texts.append(f"{one.key} {one.operator.lower()} ({','.join(values)})")
        else:
            texts.append(f"!{one.key}" if one.operator == "DoesNotExist" else one.key)
    return ",".join(texts) or "every cluster"


def _parts(one: Manifest, objects: Iterable[Manifest]) -> Iterator[Manifest]:
    """Yield the control plane and the infrastructure that a Cluster refers to."""
    references = [
        tuple(string(one.at("spec", key, part)) or "" for part in ("kind", "name"))
        for key in ("controlPlaneRef", "infrastructureRef")
    ]
    for each in objects:
        if (each.kind, each.name) in references and _is_beside(each, one):
            yield each


def _is_proxy(one: Manifest) -> bool:
    return one.kind == "HelmChartProxy" and one.api_version.startswith(f"addons.{GROUP}/")


def _is_cluster(one: Manifest) -> bool:
    return one.kind == "Cluster" and one.api_version.startswith(f"{GROUP}/")


def _only_manages(one: Manifest) -> bool:
    """Whether an object makes clusters, or applies what does, and is nothing for pods itself."""
    group = one.api_version.partition("/")[0]
    return group.endswith(GROUP) or group == "argoproj.io"


def _is_beside(one: Manifest, other: Manifest) -> bool:
    """Whether two objects may be in one namespace; one that names none may be in any."""
    return one.namespace == other.namespace or not (one.namespace and other.namespace)
