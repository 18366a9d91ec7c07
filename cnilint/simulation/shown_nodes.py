"""Whether something shows that there are nodes of a class, beside what keeps off them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cnilint.catalog.catalog import label_domains
from cnilint.kube.manifest import Manifest
from cnilint.kube.node_systems import ARCHITECTURE, COMPUTE_TYPE
from cnilint.kube.scheduling import Expression, placement
from cnilint.kube.values import Steps
from cnilint.kube.workload import workload
from cnilint.model.tree import child, items, string

from .class_facts import ClassFacts
from .cluster import Cluster

SHOWS_NODES: Mapping[str, tuple[Steps, ...]] = {
    "auto": (
        ("autoModeConfig",),
        ("Properties", "ComputeConfig"),
        ("spec", "computeConfig"),
        ("spec", "forProvider", "computeConfig"),
    ),
    "hybrid": (
        ("remoteNetworkConfig",),
        ("Properties", "RemoteNetworkConfig"),
        ("spec", "remoteNetworkConfig"),
        ("spec", "forProvider", "remoteNetworkConfig"),
    ),
}
"""What of a cluster's description shows nodes of a kind: eksctl's, CloudFormation's, ACK's and
Crossplane's.

eksctl-io/eksctl@99984ad:pkg/apis/eksctl.io/v1alpha5/types.go
"""

USUAL = "amd64"
"""The architecture that nodes are taken to have where manifests are for one of several."""

POOL = "NodePool"
REQUIREMENTS: Steps = ("spec", "template", "spec", "requirements")
"""Where Karpenter's pools say which nodes they make.

kubernetes-sigs/karpenter@v1.6.0:pkg/apis/v1/nodepool.go
"""


def is_shown(cluster: Cluster, facts: ClassFacts) -> bool:
    """Whether something shows that nodes of a class exist, beside an affinity against them.

    AWS's own manifests keep off hybrid and Auto Mode nodes, on every cluster. Such nodes are there
    where the settings, the cluster's description or a workload that asks for them say so. Many
    manifests are for one architecture, or come as one for each, wherever they are applied.
    """
    if cluster.known.node_classes:
        return True
    labels = facts.node_class.labels
    kind, architecture = labels.get(COMPUTE_TYPE), labels.get(ARCHITECTURE)
    return (kind is None or _is_kind_shown(cluster, kind)) and (
        architecture is None or _is_architecture_shown(cluster, architecture)
    )


def chooses(expression: Expression, kind: str) -> bool:
    """Whether an expression asks for EKS's nodes of a kind, which a plain node does not meet."""
    named = expression.key == COMPUTE_TYPE and not expression.matches({})
    return named and expression.matches({COMPUTE_TYPE: kind})


def _is_kind_shown(cluster: Cluster, kind: str) -> bool:
    told = any(
        one.at(*steps) is not None
        for one in cluster.manifests
        for steps in SHOWS_NODES.get(kind, ())
    )
    installed = (each for one in cluster.installers for each in one.placement.expressions())
    pools = (
        one.at("spec", "template", "spec", "nodeClassRef", "group") for one in cluster.manifests
    )
    told = told or (kind == "auto" and any(string(one) == "eks.amazonaws.com" for one in pools))
    asked = _asked(cluster, cluster.manifests)
    return told or any(chooses(one, kind) for one in (*asked, *installed))


def _is_architecture_shown(cluster: Cluster, architecture: str) -> bool:
    """Whether something that is no install asks for an architecture, or all installs for that one.

    Installs that ask for several, each for another one, show none but the usual one.
    """
    objects = {one.object for one in cluster.installers}
    others = [one for one in cluster.manifests if one.title not in objects]
    pools = (
        string(each)
        for one in cluster.manifests
        if one.kind == POOL
        for requirement in items(one.at(*REQUIREMENTS))
        if string(child(requirement, "key")) == ARCHITECTURE
        if string(child(requirement, "operator")) == "In"
        for each in items(child(requirement, "values"))
    )
    if architecture in {*_architectures(_asked(cluster, others)), *pools}:
        return True
    named = _architectures(e for one in cluster.installers for e in one.placement.expressions())
    return named <= {architecture} if architecture != USUAL else not named or USUAL in named


def _asked(cluster: Cluster, manifests: Iterable[Manifest]) -> Iterator[Expression]:
    """Yield what the workloads among some objects ask of the nodes that they run on."""
    for one in manifests:
        pods = workload(one, cluster.index)
        if pods is not None:
            yield from placement(pods.specification).expressions()


def _architectures(expressions: Iterable[Expression]) -> set[str]:
    """Return the architectures for which alone an expression asks."""
    known = label_domains()[ARCHITECTURE].values or ()
    chosen = (
        [one for one in known if each.matches({ARCHITECTURE: one})]
        for each in expressions
        if each.key == ARCHITECTURE
    )
    return {one[0] for one in chosen if len(one) == 1}
