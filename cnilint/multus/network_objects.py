"""Which objects speak of networks that pods get beside their first one.

Sources: those of network_definitions.py for what makes definitions, and of network_requests.py for
what asks for them.
"""

from __future__ import annotations

from cnilint.kube.manifest import Manifest
from cnilint.upstream.multus_keys import DEFAULT_NETWORK, NETWORKS

KIND = "NetworkAttachmentDefinition"
GROUP = "k8s.cni.cncf.io"

SRIOV = "sriovnetwork.openshift.io"
NVIDIA = "mellanox.com"

MAKERS: dict[tuple[str, str], tuple[str, str]] = {
    # kind and group: the plugin, and the namespace where `spec.networkNamespace` names none
    # (empty: that of the object)
    ("SriovNetwork", SRIOV): ("sriov", ""),
    ("SriovIBNetwork", SRIOV): ("ib-sriov", ""),
    ("OVSNetwork", SRIOV): ("ovs", ""),
    ("MacvlanNetwork", NVIDIA): ("macvlan", "default"),
    ("HostDeviceNetwork", NVIDIA): ("host-device", "default"),
    ("IPoIBNetwork", NVIDIA): ("ipoib", "default"),
    ("UserDefinedNetwork", "k8s.ovn.org"): ("ovn-k8s-cni-overlay", ""),
    ("SpiderMultusConfig", "spiderpool.spidernet.io"): ("", ""),
}
"""Objects of which an operator makes one definition of the same name."""

EVERYWHERE = "ClusterUserDefinedNetwork"
"""OVN-Kubernetes makes a definition of its name in each namespace that it selects."""

OPENSHIFT = ("Network", "operator.openshift.io")
"""The operator's object that lists definitions to make, as `additionalNetworks`."""

KEYS = (NETWORKS, DEFAULT_NETWORK)

MACHINES: dict[str, tuple[str, ...]] = {
    "VirtualMachineInstance": ("spec",),
    "VirtualMachine": ("spec", "template", "spec"),
    "VirtualMachineInstanceReplicaSet": ("spec", "template", "spec"),
    "VirtualMachinePool": ("spec", "virtualMachineTemplate", "spec", "template", "spec"),
}
"""Where KubeVirt's kinds keep what a virtual machine is like."""


def speaks_of_networks(manifest: Manifest) -> bool:
    """Whether an object may ask for a network, be a definition, hold one, or have one made."""
    named = (manifest.kind, manifest.api_version.partition("/")[0])
    return (
        manifest.kind in (EVERYWHERE, *MACHINES)
        or named in (OPENSHIFT, *MAKERS)
        or any(map(manifest.mentions, (KIND, *KEYS)))
    )
