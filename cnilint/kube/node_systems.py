"""Nodes whose directory of CNI configurations is empty after a reboot, as far as manifests show.

Bottlerocket has /etc/cni in memory
(bottlerocket-os/bottlerocket-core-kit@a10182f:packages/release/etc-cni.mount).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cnilint.model.tree import Tree, child, items, string

from .manifest import Manifest

COMPUTE_TYPE = "eks.amazonaws.com/compute-type"
UPDATER = "bottlerocket.aws/updater-interface-version"
"""A label by which Bottlerocket's own updater finds its nodes
(bottlerocket-os/bottlerocket-update-operator@v1.4.0:README.md, "Label nodes")."""


class NodeGroup(NamedTuple):
    """Nodes that an object makes alike: the label they have in common, and their system."""

    label: str
    name: str
    bottlerocket: bool


def node_groups(manifests: Iterable[Manifest]) -> Iterator[NodeGroup]:
    """Yield the groups of nodes that eksctl and Karpenter are told to make.

    eksctl-io/eksctl@99984ad:pkg/apis/eksctl.io/v1alpha5/types.go (amiFamily),
    aws/karpenter-provider-aws@7c0ee43:pkg/apis/v1/ec2nodeclass.go (amiFamily, an AMI's alias)
    """
    for one in manifests:
        group = one.api_version.partition("/")[0]
        if one.kind == "ClusterConfig" and group == "eksctl.io":
            for key in ("nodeGroups", "managedNodeGroups"):
                for each in items(one.at(key)):
                    yield NodeGroup(
                        "alpha.eksctl.io/nodegroup-name",
                        string(child(each, "name")) or "",
                        _is_bottlerocket(child(each, "amiFamily")),
                    )
        elif one.kind == "EC2NodeClass" and group == "karpenter.k8s.aws":
            aliases = [child(each, "alias") for each in items(one.at("spec", "amiSelectorTerms"))]
            families = [one.at("spec", "amiFamily"), *aliases]
            bottlerocket = any(map(_is_bottlerocket, families))
            yield NodeGroup("karpenter.k8s.aws/ec2nodeclass", one.name, bottlerocket)


def survives_reboot(groups: Sequence[NodeGroup], labels: Mapping[str, str]) -> bool:
    """Whether files in /etc/cni outlive a reboot on nodes with some labels, or may.

    A group that the labels name decides; without one, all groups there are do.
    """
    if UPDATER in labels:
        return False
    if labels.get(COMPUTE_TYPE) == "hybrid":
        return True  # made by hand, from no group of the cloud's
    named = [one for one in groups if labels.get(one.label) == one.name]
    made = named or groups
    return not made or not all(one.bottlerocket for one in made)


def _is_bottlerocket(tree: Tree | None) -> bool:
    family, _at, _release = (string(tree) or "").partition("@")
    return family.casefold() == "bottlerocket"
