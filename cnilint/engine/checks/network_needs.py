"""What a definition needs beside itself: the executables of its plugins, and resources of nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnilint.catalog.catalog import Role, distributions
from cnilint.catalog.form import WorkloadForm
from cnilint.catalog.recognise import shows_eks
from cnilint.engine.hit import Hit
from cnilint.errors import nearest_word
from cnilint.kube.environment import placeholder
from cnilint.kube.held_place import held_location
from cnilint.kube.manifest import Manifest
from cnilint.kube.node_systems import MachineConfiguration
from cnilint.kube.workload import Container, Workload, workload
from cnilint.model.finding import Applicability, Fix, Location, Related
from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import child, descend, follow, items, members, string
from cnilint.multus.network_definitions import RESOURCE, Definition
from cnilint.multus.network_objects import NVIDIA, SRIOV
from cnilint.multus.network_requests import NetworkRequest
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple, lazy_pattern
from cnilint.upstream import gojson
from cnilint.upstream.gojson import JSONError
from cnilint.upstream.multus_keys import NETWORKS
from cnilint.upstream.plain_json import plain

from .network_facts import NetworkFacts, network_facts, parsed

K3S_PLUGINS = "/var/lib/rancher/k3s/data/"
_BINARIES = lazy_pattern(r"/cni/bin(/|$)|^/opt/cni$|/rancher/k3s/data/")

LISTS = ("resourceList", "configList")
"""What device plugins call the list of what they offer."""

INJECTOR = "network-resources-injector"

MULTUS_BRINGS = frozenset({"multus", "multus-shim", "passthru"})
"""k8snetworkplumbingwg/multus-cni@v4.2.4:cmd/install_multus/main.go, images/Dockerfile.thick."""


def plugin_not_installed(cluster: Cluster) -> Iterator[Hit]:
    """CNI508: a definition's plugin that the distribution lacks and that nothing installs."""
    system = _system(cluster)
    if system is None or not cluster.multuses or _others_install(cluster):
        return
    (distribution,) = (one for one in distributions() if one.id == system.distribution)
    there = {*distribution.plugins, *MULTUS_BRINGS, *_installed(cluster)}
    for one in network_facts(cluster).definitions.written:
        for type_, steps in _types(one):
            if type_ in there or not type_:
                continue
            yield Hit(
                location=held_location(one.manifest, one.route, one.inside(*steps)),
                parameters={
                    "definition": one.title,
                    "plugin": type_,
                    "distribution": distribution.title,
                },
                related=(Related(system.location, f"the nodes run {distribution.title}"),),
                fixes=(Fix(f"install {type_} on the nodes", Applicability.DISPLAY, ()),),
            )


def resource_not_offered(cluster: Cluster) -> Iterator[Hit]:
    """CNI509: no device plugin offers the resource of a definition, or pods do not ask for it."""
    facts = network_facts(cluster)
    offers = _offers(cluster)
    if not offers.names or offers.unknown:
        return
    for one in facts.definitions.found:
        named = _resource(one)
        if named is None or placeholder(named.name):
            continue
        if not offers.has(named.name):
            near = nearest_word(named.name, offers.names, 0.5)
            title = f"name a resource that is offered{f': {near}' if near else ''}"
            yield Hit(
                location=named.location,
                parameters={
                    "subject": f"the definition {one.title} needs",
                    "resource": named.name,
                    "why": "no device plugin here is told to offer it",
                },
                related=tuple(Related(place, "what is offered") for place in offers.places),
                fixes=(Fix(title, Applicability.DISPLAY, ()),),
            )
        elif not offers.injected:
            yield from _not_asked_for(one, named.name, facts)


def _system(cluster: Cluster) -> MachineConfiguration | None:
    """Return which distribution the nodes run, and what shows it; None where nothing does.

    A Multus that is given k3s's directory of plugins shows k3s.
    """
    if cluster.known.machines:
        return cluster.known.machines[0]
    for one in cluster.multuses:
        pods, container = one.installer.workload, one.installer.container
        if pods is None or container is None:
            continue
        for path, tree, route in pods.mounts(container):
            host = pods.host_path(container, path)
            if host is not None and host.path.startswith(K3S_PLUGINS):
                return MachineConfiguration("k3s", pods.manifest.locate(tree, route))
    place = shows_eks(cluster.manifests)
    return MachineConfiguration("eks", place) if place is not None else None


def _types(one: Definition) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield the executables that a definition's plugins are, and where each is named."""
    for plugin in one.plugins():
        yield plugin.type, (*plugin.steps, "type")
        ipam = plugin.settings.get("ipam")
        if isinstance(ipam, dict) and isinstance(ipam.get("type"), str):
            yield ipam["type"], (*plugin.steps, "ipam", "type")


def _installed(cluster: Cluster) -> Iterator[str]:
    """Yield the executables that the products of a cluster bring."""
    for one in cluster.installers:
        product = one.product
        yield product.id
        yield from product.binaries
        networks = [each.network for each in (product, *product.behaviours)]
        for network in networks:
            for plugin in network.plugins if network is not None else ():
                yield str(plugin.get("type", ""))
                ipam = plugin.get("ipam")
                if isinstance(ipam, Mapping):
                    yield str(ipam.get("type", ""))


def _others_install(cluster: Cluster) -> bool:
    """Whether something may bring executables that are not known.

    A product that brings all reference plugins, an operator that brings what it needs, a chart
    whose containers are not in view, and a container of an image that is not known.
    """
    for one in cluster.installers:
        if one.role is Role.BINARIES and not one.product.binaries:
            return True
    if any(not isinstance(one.installer.form, WorkloadForm) for one in cluster.multuses):
        return True
    if any(one.kind in ("NicClusterPolicy", "NetworkAddonsConfig") for one in cluster.manifests):
        return True
    known = _known_images(cluster)
    for manifest in cluster.manifests:
        pods = workload(manifest, cluster.index)
        for container in pods.containers if pods is not None else ():
            image = container.image.repository
            if pods is not None and image not in known and _mounts_binaries(pods, container):
                return True
    return False


def _known_images(cluster: Cluster) -> set[str]:
    """Return the images of the products that are recognised.

    Beside Multus anybody's container may install plugins; what runs beside another product is its
    own.
    """
    known = set()
    for one in cluster.installers:
        if one.workload is None or one.container is None:
            continue
        known.add(one.container.image.repository)
        if one.role is not Role.META:
            known |= {each.image.repository for each in one.workload.containers}
    return known


def _mounts_binaries(pods: Workload, container: Container) -> bool:
    """Whether a container can write into a directory of plugins."""
    for path, _tree, _route in pods.mounts(container):
        host = pods.host_path(container, path)
        if host is not None and not host.read_only and _BINARIES.search(host.path):
            return True
    return False


class _Named(NamedTuple):
    """A resource as something names it."""

    name: str
    location: Location


class _Offers(NamedTuple):
    """The resources that device plugins of a cluster are told to offer.

    `injected`: a webhook asks for them in the name of pods. `unknown`: some are filled in later.
    """

    names: frozenset[str]
    places: tuple[Location, ...]
    injected: bool
    unknown: bool

    def has(self, name: str) -> bool:
        """Whether a resource is offered; of one without prefix, whichever prefix it gets."""
        last = name.rpartition("/")[2]
        return any(one in (name, last) for one in self.names)


def _offers(cluster: Cluster) -> _Offers:
    """Return what device plugins are told to offer.

    k8snetworkplumbingwg/sriov-network-device-plugin@v3.7.0:README.md (`resourceList`, the prefix
    intel.com), Mellanox/k8s-rdma-shared-dev-plugin@v1.5.1:README.md (`configList`, the prefix
    rdma), k8snetworkplumbingwg/sriov-network-operator@v1.3.0:api/v1/helper.go (the operator's
    prefix, which its environment sets) and
    Mellanox/network-operator@v24.7.0:api/v1alpha1/nicclusterpolicy_types.go
    """
    names: set[str] = set()
    places: list[Location] = []
    unknown = injected = False
    for one in cluster.manifests:
        for text, place in _configurations(one):
            found = set(_listed(text))
            unknown |= bool(found) and bool(placeholder(text))
            names |= found
            places += [place] if found else []
        group = one.api_version.partition("/")[0]
        policy = string(one.at("spec", "resourceName"))
        if one.kind == "SriovNetworkNodePolicy" and group == SRIOV and policy:
            names.add(policy)
            places.append(one.location("spec", "resourceName"))
            unknown |= bool(placeholder(policy))
        injected |= group == SRIOV or INJECTOR in one.name
    return _Offers(frozenset(names), tuple(places), injected, unknown)


def _configurations(one: Manifest) -> Iterator[tuple[str, Location]]:
    """Yield the texts that may be the configuration of a device plugin."""
    if one.kind == "ConfigMap":
        data = one.at("data")
        data = follow(data) if data is not None else None
        for key in members(data) if isinstance(data, MappingTree) else ():
            text = string(one.at("data", key))
            if text is not None and any(one in text for one in LISTS):
                yield text, one.location("data", key)
    elif one.kind == "NicClusterPolicy" and one.api_version.startswith(NVIDIA):
        for part in ("sriovDevicePlugin", "rdmaSharedDevicePlugin"):
            text = string(one.at("spec", part, "config"))
            if text is not None:
                yield text, one.location("spec", part, "config")


def _listed(text: str) -> Iterator[str]:
    """Yield the resources of a device plugin's configuration."""
    try:
        found = plain(gojson.parse(text))
    except (JSONError, ValueError):
        return
    for key, default in (("resourceList", "intel.com"), ("configList", "rdma")):
        listed = found.get(key) if isinstance(found, dict) else None
        for each in listed if isinstance(listed, list) else ():
            name = each.get("resourceName") if isinstance(each, dict) else None
            if isinstance(name, str) and name:
                yield f"{each.get('resourcePrefix') or default}/{name}"


def _resource(one: Definition) -> _Named | None:
    """Return the resource that a definition takes for each pod."""
    manifest = one.manifest
    if not one.made:
        name = string(manifest.at("metadata", "annotations", RESOURCE))
        place = manifest.location("metadata", "annotations", RESOURCE)
        return _Named(name, place) if name and manifest.kind != "Network" else None
    name = string(manifest.at("spec", "resourceName"))
    if not name or manifest.api_version.partition("/")[0] != SRIOV:
        return None
    return _Named(name, manifest.location("spec", "resourceName"))


def _not_asked_for(one: Definition, resource: str, facts: NetworkFacts) -> Iterator[Hit]:
    """Yield the pods that attach to a definition and do not ask for its resource."""
    for request in facts.requests:
        if request.key != NETWORKS or request.template is None or request.filled_in_later:
            continue
        found = parsed(request.text, request.namespace, facts.settings[0]).ok or ()
        for at, each in enumerate(found):
            named = facts.definitions.find(each.get("namespace", ""), each["name"])
            if named == one and not _asks(request, resource):
                yield Hit(
                    location=request.item(at),
                    parameters={
                        "subject": f"{request.manifest.title} attaches to {one.title}, which takes",
                        "resource": resource,
                        "why": "no container of its pods asks for it",
                    },
                    related=(
                        Related(one.manifest.location("metadata", "annotations"), "the definition"),
                    ),
                    fixes=(Fix(f"ask for {resource} among the limits", Applicability.DISPLAY, ()),),
                )
                break


def _asks(request: NetworkRequest, resource: str) -> bool:
    """Whether a container of the pods asks for a resource."""
    pods = (*(request.template or ()), "spec")
    for group in ("containers", "initContainers"):
        for container in items(request.manifest.at(*pods, group)):
            for kind in ("requests", "limits"):
                asked = descend(container, "resources", kind)
                if asked is not None and child(asked, resource) is not None:
                    return True
    return bool(items(request.manifest.at(*pods, "resourceClaims")))
