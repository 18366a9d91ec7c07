"""The configuration Multus is called with, as far as it decides a pod's networks.

Source: k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/types/conf.go (LoadNetConf) and
pkg/types/types.go (NetConf); multus_releases.py has what other releases do.
"""

from __future__ import annotations

from functools import lru_cache

from cnilint.start import NamedTuple

from .gojson import JSONError, Object
from .gostruct import (
    ANY,
    BOOLEAN,
    INTEGER,
    STRING,
    ListOf,
    MapOf,
    PointerTo,
    Struct,
    Type,
)
from .libcni import Raw, conf_fields
from .multus_annotations import BANDWIDTH, PORT_MAPPINGS, SPACE
from .multus_definitions import Loaded, delegate
from .multus_outcome import FaultHolder, FaultPlace, MultusRefused
from .multus_releases import MultusBehaviour

MULTUS_NAMESPACE = "kube-system"
_CONF_DIR = "/etc/cni/multus/net.d"
_BIN_DIR = "/opt/cni/bin"


class NetConf(NamedTuple):
    """What Multus reads in its configuration."""

    cni_version: str
    conf_dir: str
    bin_dir: str
    kubeconfig: str
    cluster_network: str
    default_networks: list[str]
    delegates: list[Loaded]
    """Those of `delegates`, unless there is a cluster network."""
    readiness_file: str
    isolated: bool
    global_namespaces: list[str]
    system_namespaces: list[str]
    multus_namespace: str
    auxiliary_chain: str
    runtime_config: dict[str, object]


@lru_cache
def _struct(does: MultusBehaviour) -> Struct:
    fields: dict[str, Type] = dict(conf_fields(does.libcni))
    texts = """confDir cniDir binDir clusterNetwork kubeconfig logFile logLevel
        readinessindicatorfile globalNamespaces multusNamespace"""
    fields |= dict.fromkeys(texts.split(), STRING)
    fields |= dict.fromkeys(("logToStderr", "namespaceIsolation"), BOOLEAN)
    fields |= dict.fromkeys(("defaultNetworks", "systemNamespaces"), ListOf(STRING))
    fields |= {"prevResult": PointerTo(MapOf(ANY)), "delegates": ListOf(MapOf(ANY))}
    counts = dict.fromkeys(("maxAge", "maxSize", "maxBackups"), PointerTo(INTEGER))
    fields["logOptions"] = PointerTo(Struct({**counts, "compress": PointerTo(BOOLEAN)}))
    runtime: dict[str, Type] = {
        "portMappings": PORT_MAPPINGS,
        "bandwidth": BANDWIDTH,
        "ips": ListOf(STRING),
    }
    runtime |= dict.fromkeys(("mac", "infinibandGUID", "deviceID", "CNIDeviceInfoFile"), STRING)
    fields["runtimeConfig"] = PointerTo(Struct(runtime))
    if not does.empty_is_default:
        fields["retryDeleteOnError"] = BOOLEAN
    if does.chained_primary:
        fields["auxiliaryCNIChainName"] = STRING
    return Struct(fields)


def net_conf(raw: Raw, does: MultusBehaviour) -> NetConf:
    """Return the configuration; Refused or Panicked as Multus ends."""
    defaults: dict[str, object] = {
        "confDir": _CONF_DIR,
        "binDir": _BIN_DIR,
        "multusNamespace": MULTUS_NAMESPACE,
        "systemNamespaces": [MULTUS_NAMESPACE],
    }
    where = FaultPlace(FaultHolder.SETTINGS)
    start = {} if does.empty_is_default else defaults
    try:
        found = _struct(does).decode(raw.value, start, encoded=raw.encoded)
    except JSONError as error:
        raise MultusRefused("netconf", where._replace(route=error.route)) from None
    fields = found if isinstance(found, dict) else start
    if does.empty_is_default:
        fields = defaults | {key: value for key, value in fields.items() if value}
    return _read(fields, does, where)


def _read(fields: dict[str, object], does: MultusBehaviour, where: FaultPlace) -> NetConf:
    def text(key: str) -> str:
        return str(fields.get(key, ""))

    def texts(key: str) -> list[str]:
        value = fields.get(key)
        return list(map(str, value)) if isinstance(value, list) else []

    named = text("globalNamespaces")
    listed = fields.get("delegates")
    delegates = listed if isinstance(listed, list) else []
    if not delegates and not text("clusterNetwork"):
        raise MultusRefused("primary", where)
    runtime = fields.get("runtimeConfig")
    return NetConf(
        cni_version=text("cniVersion"),
        conf_dir=text("confDir"),
        bin_dir=text("binDir"),
        kubeconfig=text("kubeconfig"),
        cluster_network=text("clusterNetwork"),
        default_networks=texts("defaultNetworks"),
        delegates=[] if text("clusterNetwork") else _delegates(delegates, does, where),
        readiness_file=text("readinessindicatorfile"),
        isolated=bool(fields.get("namespaceIsolation")),
        global_namespaces=[one.strip(SPACE) for one in named.split(",")] if named else ["default"],
        system_namespaces=texts("systemNamespaces"),
        multus_namespace=text("multusNamespace"),
        auxiliary_chain=text("auxiliaryCNIChainName"),
        runtime_config=runtime if isinstance(runtime, dict) else {},
    )


def _delegates(listed: list[object], does: MultusBehaviour, where: FaultPlace) -> list[Loaded]:
    loaded = []
    for index, members in enumerate(listed):
        value = Object(list(members.items())) if isinstance(members, dict) else None
        place = where._replace(route=("delegates", index))
        found = delegate(Raw(value, encoded=True), None, does.libcni, place, place)
        loaded.append(found._replace(master=index == 0))
    return loaded
