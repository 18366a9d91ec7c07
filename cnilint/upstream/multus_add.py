"""The ADD of a pod's sandbox: which plugins Multus and libcni run, and what stops them.

Sources: k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/multus/multus.go (CmdAdd, DelegateAdd) and
pkg/types/conf.go (newCNIRuntimeConf); containernetworking/cni@v1.3.0:libcni/api.go (addNetwork,
buildOneConfig, injectRuntimeConfig), pkg/utils/utils.go and pkg/invoke/find.go; Linux
v6.8:net/core/dev.c (dev_valid_name, __dev_alloc_name).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from cnilint.start import NamedTuple, lazy_pattern

from .confdir import ConfDirectory, encoded
from .go_net import four
from .gojson import JSON, Array, Number, Object
from .libcni import (
    ConfigurationList,
    Libcni,
    LibcniError,
    Plugin,
    Raw,
    configuration_list,
    plugin,
    with_chain,
)
from .multus_annotations import SPACE, bandwidth, port_mapping
from .multus_definitions import Loaded, members_of, of_chain, stopped
from .multus_outcome import NIL, FaultHolder, FaultPlace, MultusRefused, Panicked, PluginCall
from .multus_releases import MultusBehaviour
from .multus_settings import NetConf, net_conf
from .plain_json import plain

STAND_INS = frozenset(
    [
        *("aws-cni", "bridge", "macvlan", "ipvlan", "host-device"),
        *("portmap", "tuning", "istio-cni", "passthru"),
    ]
)
"""The plugins that are there: of each the recordings have one that refuses no settings."""
MULTUS = "multus"


class _EveryPlugin(frozenset[str]):
    """A directory in which every plugin lies that is asked for."""

    __slots__ = ()

    def __contains__(self, name: object) -> bool:
        return True


RECORDED = STAND_INS | {MULTUS}
EVERY_PLUGIN: frozenset[str] = _EveryPlugin()
BINARIES = "<BIN>"
"""What stands for the directory that they are in."""

_POD_INTERFACE = "eth0"
_PLUGIN_VERSIONS = ("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0")
_NETWORK_NAME = lazy_pattern("[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_INTERFACE_BYTES = 15
_ALTERNATIVE_BYTES = 127
_CACHE_NAME_BYTES = 255 - len("-") - len("-") - 64
"""What is left of a file's name beside the identifier of a container."""
_NESTED = 100
"""How deep Multus may call itself here; a node would be out of processes long before."""
_REACHED = (IPv4Network("10.0.0.0/8"), IPv6Network("fd00::/8"), IPv6Network("fe80::/10"))
"""The networks in which the recordings' interfaces have addresses."""


class PodNamespace:
    """The pod's network namespace, with what ran in it."""

    def __init__(
        self, directory: ConfDirectory, does: MultusBehaviour, plugins: frozenset[str] = RECORDED
    ) -> None:
        """`directory` has the files that a path in the configuration may lead to."""
        self.directory = directory
        self.does = does
        self.interfaces = {"lo"}
        self.calls: list[PluginCall] = []
        self.plugins = plugins
        self.depth = 0


class _Runtime(NamedTuple):
    """libcni's RuntimeConf of one delegate."""

    interface: str
    arguments: list[str]
    capabilities: dict[str, JSON]
    where: FaultPlace
    """The selection or the setting that asks for the delegate."""
    text: FaultPlace
    """What holds its configuration."""


def add(loaded: list[Loaded], settings: NetConf, node: PodNamespace) -> list[PluginCall]:
    """Return the plugins that run, in order; Refused or Panicked where the ADD ends early."""
    if settings.readiness_file and not node.directory.exists(settings.readiness_file):
        raise MultusRefused(
            "other", FaultPlace(FaultHolder.SETTINGS, route=("readinessindicatorfile",))
        )
    if settings.bin_dir != BINARIES:
        node.plugins = frozenset()
    _add_all([*loaded, *_auxiliary(settings, node)], settings, node, _POD_INTERFACE)
    return node.calls


def _auxiliary(settings: NetConf, node: PodNamespace) -> list[Loaded]:
    """Return the auxiliary chain where files add plugins to it."""
    if not settings.auxiliary_chain:
        return []
    where = FaultPlace(FaultHolder.SETTINGS, route=("auxiliaryCNIChainName",))
    if "/" not in settings.cluster_network:
        raise MultusRefused("other", where)
    passthru = Object([("type", "passthru"), ("name", "passthru-cni")])
    first = plugin(Raw(passthru), node.does.libcni)
    chain = ConfigurationList(settings.auxiliary_chain, settings.cni_version, (first,))
    if not _NETWORK_NAME.fullmatch(chain.name):
        return []
    folder = settings.cluster_network.rpartition("/")[0] or "/"
    try:
        chain = with_chain(chain, node.directory, folder, node.does.libcni)
    except LibcniError:
        return []
    return [of_chain(chain, where, where)] if len(chain.plugins) > 1 else []


def _add_all(
    loaded: list[Loaded], settings: NetConf, node: PodNamespace, pod_interface: str
) -> None:
    for index, one in enumerate(loaded):
        default = pod_interface if one.master else f"net{index}"
        runtime = _runtime(one, one.interface or default, settings)
        _check_free(runtime, node)
        _run(one, runtime, node)
        _set_gateways(one, node)


def _runtime(one: Loaded, interface: str, settings: NetConf) -> _Runtime:
    fields = dict(settings.runtime_config)
    if not one.master:
        asked: dict[str, object] = {
            "portMappings": one.port_mappings,
            "bandwidth": one.bandwidth,
            "ips": one.ips,
            "mac": one.mac or None,
            "infinibandGUID": one.guid or None,
            "deviceID": one.device_id or None,
        }
        fields |= {key: value for key, value in asked.items() if value is not None}
    arguments = [f"MAC={one.mac}"] if one.mac else []
    arguments += [f"IP={','.join(one.ips)}"] if one.ips is not None else []
    return _Runtime(interface, arguments, _capabilities(fields), one.where, one.text)


def _capabilities(fields: dict[str, object]) -> dict[str, JSON]:
    """Return the capability arguments, as JSON."""
    whole: dict[str, object] = {
        key: fields[key]
        for key in ("ips", "mac", "infinibandGUID", "deviceID", "CNIDeviceInfoFile")
        if fields.get(key)
    }
    mappings, rates = fields.get("portMappings"), fields.get("bandwidth")
    if isinstance(mappings, list) and mappings:
        whole["portMappings"] = [port_mapping(entry) for entry in mappings]
    if isinstance(rates, dict):
        whole["bandwidth"] = bandwidth(rates)
    return {key: _as_json(value) for key, value in whole.items()}


def _as_json(value: object) -> JSON:
    if isinstance(value, dict):
        return Object([(key, _as_json(member)) for key, member in value.items()])
    if isinstance(value, list):
        return Array([_as_json(item) for item in value])
    return Number(value) if isinstance(value, int) else value  # type: ignore[return-value]


def _check_free(runtime: _Runtime, node: PodNamespace) -> None:
    """Refuse an interface that there is, or that the kernel cannot be asked for."""
    name = runtime.interface.partition("\0")[0]
    size = len(encoded(name))
    limit = _ALTERNATIVE_BYTES if node.does.long_interface_names else _INTERFACE_BYTES
    if size > limit:
        raise MultusRefused("interface-invalid", runtime.where)
    if name in node.interfaces:
        raise MultusRefused("interface-exists", runtime.where)


def _network(one: Loaded, libcni: Libcni) -> tuple[str, str, tuple[Plugin, ...]]:
    """Return the name, the CNI version and the plugins of a delegate, as libcni reads them."""
    if one.is_list:
        found = one.chain or configuration_list(one.raw, libcni)
        return found.name, found.cni_version, found.plugins
    single = plugin(one.raw, libcni)
    return single.name, single.cni_version, (single,)


def _run(one: Loaded, runtime: _Runtime, node: PodNamespace) -> None:
    """Run the plugins of a delegate."""
    try:
        name, version, plugins = _network(one, node.does.libcni)
    except LibcniError as error:
        raise stopped("config-list", one.text, error) from None
    for each in plugins:
        _call(each, (name, version), runtime, node)
    if len(encoded(name)) + len(encoded(runtime.interface)) > _CACHE_NAME_BYTES:
        raise MultusRefused("network-name", one.text)
    if not plugins:
        if not name:
            raise MultusRefused("network-name", one.text)
        raise Panicked(NIL, one.text)


def _call(each: Plugin, network: tuple[str, str], runtime: _Runtime, node: PodNamespace) -> None:
    """Run one plugin of a network of a name and a CNI version."""
    name, version = network
    if "/" in each.type:
        raise MultusRefused("plugin-name", runtime.text)
    if each.type not in node.plugins:
        raise MultusRefused("plugin-missing", runtime.text)
    if not _NETWORK_NAME.fullmatch(name):
        raise MultusRefused("network-name", runtime.text)
    _check_interface(runtime)
    conf, seen = _built(each, network, runtime, node)
    supported = node.does.libcni.result_versions if each.type == MULTUS else _PLUGIN_VERSIONS
    if seen not in supported:
        raise MultusRefused("cni-version", runtime.text)
    if each.type == MULTUS:
        _call_multus(conf, runtime, node)
    else:
        _create(runtime, node)
        node.calls.append(_recorded(conf, (name, version), runtime))
    if seen not in node.does.libcni.result_versions:
        raise MultusRefused("cni-version", runtime.text)


def _check_interface(runtime: _Runtime) -> None:
    """Refuse a name that libcni refuses, or that no environment variable can hold."""
    name = runtime.interface
    if len(encoded(name)) > _INTERFACE_BYTES or name in (".", "..") or set(name) & {*SPACE, *"/:"}:
        raise MultusRefused("interface-invalid", runtime.where)
    if "\0" in name:
        raise MultusRefused("other", runtime.where)


def _built(
    each: Plugin, network: tuple[str, str], runtime: _Runtime, node: PodNamespace
) -> tuple[Object, str]:
    """Return what the plugin is given, and the CNI version that it reads there."""
    try:
        conf = members_of(each.raw)
    except LibcniError as error:
        raise stopped("other", runtime.text, error) from None
    conf = conf.with_member("name", network[0]).with_member("cniVersion", network[1])
    try:
        again = plugin(Raw(conf, encoded=True), node.does.libcni)
    except LibcniError as error:
        raise stopped("config-list", runtime.text, error) from None
    wanted = [pair for pair in runtime.capabilities.items() if pair[0] in again.enabled]
    if wanted:
        conf = conf.with_member("runtimeConfig", Object(sorted(wanted)))
    return conf, again.cni_version or "0.1.0"


def _recorded(conf: Object, network: tuple[str, str], runtime: _Runtime) -> PluginCall:
    call: dict[str, Any] = {
        "interface": runtime.interface,
        "type": plain(conf.members.get("type")),
        "network": network[0],
        "cniVersion": network[1],
    }
    for key in ("runtimeConfig", "args"):
        if conf.members.get(key) is not None:
            call[key] = plain(conf.members[key])
    if runtime.arguments:
        call["cni_args"] = list(runtime.arguments)
    return call  # type: ignore[return-value]


def _create(runtime: _Runtime, node: PodNamespace) -> None:
    """Make the interface; Refused for a name that the kernel takes in another way."""
    name = runtime.interface
    # The kernel counts the byte 0xa0 as a space, and a `%` is where it puts a number.
    if "%" in name or b"\xa0" in encoded(name) or name in ("all", "default"):
        raise MultusRefused("kernel-name", runtime.where)
    node.interfaces.add(name)


def _call_multus(conf: Object, runtime: _Runtime, node: PodNamespace) -> None:
    """Run Multus as a plugin: it has no kubeconfig there, so only `delegates` can be run."""
    node.depth += 1
    try:
        settings = _nested_settings(conf, node)
        _add_all(settings.delegates, settings, node, runtime.interface)
    except MultusRefused as end:
        raise MultusRefused(end.kind, runtime.text) from None
    except Panicked:
        # The panic of a plugin is an error of what calls it.
        raise MultusRefused("other", runtime.text) from None
    finally:
        node.depth -= 1


def _nested_settings(conf: Object, node: PodNamespace) -> NetConf:
    if node.depth > _NESTED:
        raise MultusRefused("other")
    try:
        settings = net_conf(Raw(conf, encoded=True), node.does)
    except MultusRefused as end:
        # Before v4 the recordings class a configuration without delegates as no configuration.
        is_old = end.kind == "primary" and node.does.empty_is_default
        raise MultusRefused("netconf" if is_old else end.kind) from None
    if settings.kubeconfig or settings.readiness_file or settings.auxiliary_chain:
        raise MultusRefused("other")
    if settings.cluster_network:
        raise MultusRefused("primary")
    return settings


def _set_gateways(one: Loaded, node: PodNamespace) -> None:
    """Refuse a default route that the kernel refuses; only the last one decides."""
    gateways = one.gateways or []
    families = {gateway is not None and four(gateway) is not None for gateway in gateways}
    if not gateways or (node.does.both_gateways_filtered and len(families) == 2):
        return
    last = gateways[-1]
    if last is None or not _is_reached(four(last) or last):
        raise MultusRefused("gateway", one.where)


def _is_reached(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in _REACHED)
