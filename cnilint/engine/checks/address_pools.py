"""Whether the addresses of further networks are handed out by somebody who knows all of them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from itertools import combinations

from cnilint.engine.hit import Hit
from cnilint.kube.held_place import held_location
from cnilint.kube.workload import workload
from cnilint.model.finding import Applicability, Fix, Location, Related
from cnilint.model.tree import child, descend, items, string
from cnilint.multus.network_definitions import DefinedPlugin, Definition
from cnilint.multus.network_requests import NetworkRequest
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple

from .network_facts import NetworkFacts, named_networks, network_facts

HOST_LOCAL, WHEREABOUTS = "host-local", "whereabouts"
HOSTNAME = "kubernetes.io/hostname"

OUTSIDE = frozenset(
    [
        *("macvlan", "macvtap", "vlan", "host-device", "sriov", "ib-sriov", "ipoib"),
        *("ovs", "accelerated-bridge"),
    ]
)
"""Plugins whose interfaces are in the network that a device of the node is in.

containernetworking/plugins@v1.5.1:plugins/main, k8snetworkplumbingwg/sriov-cni@v2.8.0,
ib-sriov-cni@v1.1.1, ovs-cni@v0.34.0 and macvtap-cni@v0.11.1, Mellanox/ipoib-cni@v1.2.0
"""

BRIDGES = frozenset({"bridge", "cnv-bridge"})
IPVLAN = "ipvlan"
INSIDE = ("dummy", "lo", "veth", "cni")
"""How devices are called that lead nowhere."""


def host_local_is_per_node(cluster: Cluster) -> Iterator[Hit]:
    """CNI507: addresses of one network that two nodes, or two pools, may both give away."""
    facts = network_facts(cluster)
    uplinks = bridges_with_uplink(cluster)
    pools: list[_Pool] = []
    for one in facts.definitions.found:
        for plugin in one.plugins():
            if not spans_nodes(plugin, uplinks):
                continue
            ipam = plugin.settings.get("ipam")
            if not isinstance(ipam, dict):
                continue
            if ipam.get("type") == HOST_LOCAL and _has_range(ipam):
                if not _on_one_node(one, facts, cluster):
                    yield _per_node(one, plugin)
            elif ipam.get("type") == WHEREABOUTS:
                pools += _pools(one, plugin, ipam)
    yield from _overlaps(sorted(pools, key=lambda pool: pool.definition.title))


def spans_nodes(plugin: DefinedPlugin, uplinks: frozenset[str]) -> bool:
    """Whether pods of different nodes are in one layer-2 network by a plugin."""
    settings = plugin.settings
    device = str(settings.get("master") or settings.get("device") or "")
    if device.startswith(INSIDE) or settings.get("linkInContainer") is True:
        return False
    if plugin.type == IPVLAN:
        return settings.get("mode") in (None, "", "l2")
    if plugin.type in BRIDGES:
        return str(settings.get("bridge", "")) in uplinks and not settings.get("isGateway")
    return plugin.type in OUTSIDE


def bridges_with_uplink(cluster: Cluster) -> frozenset[str]:
    """Return the bridges that NMState is told to give a port of the node.

    nmstate/kubernetes-nmstate@v0.83.0:api/v1/nodenetworkconfigurationpolicy_types.go,
    nmstate/nmstate@v2.2.0:rust/src/lib/ifaces/linux_bridge.rs
    """
    found = set()
    for one in cluster.manifests:
        if one.kind != "NodeNetworkConfigurationPolicy":
            continue
        for tree in items(one.at("spec", "desiredState", "interfaces")):
            name = string(child(tree, "name"))
            is_bridge = string(child(tree, "type")) in ("linux-bridge", "ovs-bridge")
            if name and is_bridge and items(descend(tree, "bridge", "port")):
                found.add(name)
    return frozenset(found)


def _has_range(ipam: Mapping[str, object]) -> bool:
    """Whether it gives away addresses that are written there.

    `usePodCidr` is replaced by each node's own range
    (k8snetworkplumbingwg/sriov-cni@v2.8.0 and flannel; containernetworking/plugins@v1.5.1:
    plugins/ipam/host-local/backend/allocator/config.go has `subnet` and `ranges`). A range of one
    address is that of one pod, as a static address is.
    """
    listed = ipam.get("ranges")
    if not isinstance(listed, list) or not listed:
        written = str(ipam.get("subnet") or "usePodCidr") != "usePodCidr"
        return written and not _is_one_address(ipam)
    ranges = [one for group in listed if isinstance(group, list) for one in group]
    return not ranges or not all(map(_is_one_address, ranges))


def _is_one_address(written: object) -> bool:
    if not isinstance(written, Mapping):
        return False
    first, last = written.get("rangeStart"), written.get("rangeEnd")
    return isinstance(first, str) and bool(first) and first == last


def _per_node(one: Definition, plugin: DefinedPlugin) -> Hit:
    return Hit(
        location=_place(one, *plugin.steps, "ipam", "type"),
        parameters={
            "definition": one.title,
            "plugin": plugin.type,
            "why": "host-local keeps its list of given addresses on each node for itself",
        },
        fixes=(
            Fix(
                "let Whereabouts or DHCP give the addresses, or give each node a range of its own",
                Applicability.DISPLAY,
                (),
            ),
        ),
    )


def _place(one: Definition, *steps: str | int) -> Location:
    return held_location(one.manifest, one.route, one.inside(*steps))


def _on_one_node(one: Definition, facts: NetworkFacts, cluster: Cluster) -> bool:
    """Whether all pods that ask for a definition are bound to one and the same node."""
    asking = [
        request
        for request in facts.requests
        for ns, name in named_networks(request.text, request.namespace, facts.settings[0])
        if name == one.name and (not ns or one.namespace in (ns, "", None))
    ]
    nodes = {_node(request, cluster) for request in asking}
    return len(nodes) == 1 and "" not in nodes


def _node(request: NetworkRequest, cluster: Cluster) -> str:
    """Return the node that pods are bound to by its name; empty where that is none."""
    pods = workload(request.manifest, cluster.index)
    specification = pods.specification if pods is not None else None
    if specification is None:
        return ""
    bound = string(child(specification, "nodeName"))
    return bound or string(descend(specification, "nodeSelector", HOSTNAME)) or ""


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class _Pool(NamedTuple):
    """A range of addresses that Whereabouts gives away, and in which layer-2 network."""

    definition: Definition
    steps: tuple[str | int, ...]
    device: tuple[str, str]
    """The device of the node and the VLAN: where two have the same, they are one network."""
    network: _Network
    first: int
    last: int
    name: str
    guarded: bool
    """Whether addresses are also kept in a list of all ranges."""


def _pools(one: Definition, plugin: DefinedPlugin, ipam: Mapping[str, object]) -> Iterator[_Pool]:
    """Yield the ranges that Whereabouts gives away for a definition.

    k8snetworkplumbingwg/whereabouts@v0.8.0:pkg/types/types.go and pkg/config/config.go
    """
    settings = plugin.settings
    device = str(settings.get("master") or settings.get("bridge") or settings.get("device") or "")
    vlan = str(settings.get("vlanId") or settings.get("vlan") or "")
    if not device:
        return
    ranges: list[tuple[Mapping[str, object], tuple[str | int, ...]]] = [(ipam, ("ipam",))]
    listed = ipam.get("ipRanges")
    for at, each in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(each, dict):
            ranges.append((each, ("ipam", "ipRanges", at)))
    for given, steps in ranges:
        bounds = _bounds(given)
        if bounds is not None:
            yield _Pool(
                one,
                (*plugin.steps, *steps, "range"),
                (device, vlan),
                *bounds,
                str(ipam.get("network_name") or ""),
                ipam.get("enable_overlapping_ranges") is not False,
            )


def _bounds(given: Mapping[str, object]) -> tuple[_Network, int, int] | None:
    """Return the network of a range, and the first and the last address of it."""
    text = str(given.get("range") or "")
    start, dash, rest = text.partition("-")
    try:
        network = ipaddress.ip_network(rest if dash else text, strict=False)
        first, last = int(network.network_address), int(network.broadcast_address)
        low = str(given.get("range_start") or (start if dash else ""))
        high = str(given.get("range_end") or (rest.partition("/")[0] if dash else ""))
        first = int(ipaddress.ip_address(low)) if low else first
        last = int(ipaddress.ip_address(high)) if high else last
    except ValueError:
        return None
    return network, first, last


def _overlaps(pools: list[_Pool]) -> Iterator[Hit]:
    """Yield pools with addresses that others of their network give away, unknown to each other.

    Pools are kept by name and network, and with the list of all ranges by name and address
    (k8snetworkplumbingwg/whereabouts@v0.8.0:pkg/storage/kubernetes/ipam.go IPManagement,
    NormalizeIP).
    """
    told = set()
    for one, other in combinations(pools, 2):
        if one.definition == other.definition or one.device != other.device:
            continue
        if one.network.version != other.network.version or other.definition in told:
            continue
        apart = one.last < other.first or other.last < one.first
        same_pool = one.network == other.network or (one.guarded and other.guarded)
        if apart or (one.name == other.name and same_pool):
            continue
        told.add(other.definition)
        yield Hit(
            location=_place(other.definition, *other.steps),
            parameters={
                "definition": other.definition.title,
                "plugin": "whereabouts",
                "why": f"its range overlaps that of {one.definition.title} on {one.device[0]}, and "
                "they share no list of given addresses",
            },
            related=(
                Related(_place(one.definition, *one.steps), "the range that it overlaps with"),
            ),
            fixes=(
                Fix("give both the same network_name, or ranges apart", Applicability.DISPLAY, ()),
            ),
        )
