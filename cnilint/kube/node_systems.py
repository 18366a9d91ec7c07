"""What nodes run, as far as manifests and machine configurations show.

That decides which plugins are there from the beginning, and whether the directory of CNI
configurations is empty after a reboot. Bottlerocket has /etc/cni in memory
(bottlerocket-os/bottlerocket-core-kit@a10182f:packages/release/etc-cni.mount).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cnilint.model.finding import Location
from cnilint.model.tree import Document, Tree, child, descend, follow, items, string
from cnilint.model.tree import Mapping as MappingTree
from cnilint.start import NamedTuple, lazy_pattern

from .manifest import Manifest
from .workload import Image

ARCHITECTURE = "kubernetes.io/arch"
COMPUTE_TYPE = "eks.amazonaws.com/compute-type"

MANAGED = {"auto": "EKS Auto Mode", "fargate": "EKS Fargate"}
"""What EKS manages itself, by the values of that label."""
UPDATER = "bottlerocket.aws/updater-interface-version"
"""A label by which Bottlerocket's own updater finds its nodes
(bottlerocket-os/bottlerocket-update-operator@v1.4.0:README.md, "Label nodes")."""


TALOS = "talos"
_TALOS_TAG = lazy_pattern(r"v?([0-9]{1,4})\.([0-9]{1,4})")
_FIRST_WITH_PLUGINS = (1, 8)
"""The first release of Talos that brings plugins itself
(siderolabs/talos#9158; before, an image of all reference plugins was started on each node)."""


class MachineConfiguration(NamedTuple):
    """A text that says what the nodes of a cluster run; it is no Kubernetes object."""

    distribution: str
    location: Location


def machine_configurations(documents: Iterable[Document]) -> Iterator[MachineConfiguration]:
    """Yield the machine configurations of Talos Linux that bring plugins of their own.

    siderolabs/talos@v1.9.5:pkg/machinery/config/types/v1alpha1/v1alpha1_types.go
    """
    for document in documents:
        root = follow(document.root)
        if not isinstance(root, MappingTree) or string(child(root, "version")) != "v1alpha1":
            continue
        machine = child(root, "machine")
        if machine is None or child(root, "cluster") is None:
            continue
        image = string(descend(machine, "install", "image")) or ""
        tag = _TALOS_TAG.match(Image.parse(image).tag)
        if tag is None or (int(tag[1]), int(tag[2])) >= _FIRST_WITH_PLUGINS:
            place = Location(document.source, machine.span, ("machine",), document)
            yield MachineConfiguration(TALOS, place)


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
