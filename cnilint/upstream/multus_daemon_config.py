"""The daemon-config.json of thick Multus v4, as far as it decides what is picked and written.

Sources: k8snetworkplumbingwg/multus-cni@v4.0.2, v4.1.4, v4.2.1 and v4.3.0:
pkg/server/config/generator.go (MultusConf, ParseMultusConfig, Generate) and pkg/server/types.go
(ControllerNetConf).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache

from cnilint.start import NamedTuple

from .confdir import DEFAULT_DIRECTORY, clean, join
from .gostruct import BOOLEAN, INTEGER, STRING, MapOf, PointerTo, Struct, Type
from .multus_releases import MultusBinary, Traits, traits
from .release import Release

MULTUS_CONF = "00-multus.conf"
NETWORK_NAME = "multus-cni-network"

_KEYS = """
auxiliaryCNIChainName binDir capabilities chrootDir clusterNetwork cniConfigDir cniDir cniVersion
confDir connectionLimit daemonSocketDir defaultNetworks delegates enablePprof forceCNIVersion
globalNamespaces kubeconfig logFile logLevel logOptions logToStderr metricsPort multusAutoconfigDir
multusConfigFile multusMasterCNI multusNamespace name namespaceIsolation overrideNetworkName
perNodeCertificate readinessindicatorfile retryDeleteOnError socketDir systemNamespaces type
"""
DAEMON_KEYS = tuple(_KEYS.split())
"""Every key that the daemon or the requests it serves read.

k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/server/types.go (ControllerNetConf),
pkg/server/config/generator.go (MultusConf), pkg/types/types.go (NetConf)
"""


class DaemonConf(NamedTuple):
    """A release of the daemon with what its configuration tells it."""

    release: Traits
    cni_version: str
    multus_config_file: str
    autoconfig_directory: str
    """Where the master is looked for (`multusAutoconfigDir`)."""
    conf_directory: str
    """Where v4.1.0 and later write 00-multus.conf (`cniConfigDir`)."""
    master: str
    """The pin (`multusMasterCNI`); "" to choose."""
    force_version: bool
    override_name: bool
    readiness_file: str
    plugin_type: str
    capabilities: dict[str, bool] | None
    """None after an explicit `null`: the daemon panics when it adds one."""
    connection_limit: int | None = None
    """How many requests are served at a time (v4.3.0 and later); the daemon ends at one below 1."""

    @property
    def output(self) -> str:
        """The path of 00-multus.conf."""
        if self.release.writes_to_conf_directory:
            return join(self.conf_directory, MULTUS_CONF)
        return clean(f"{self.autoconfig_directory}/{MULTUS_CONF}")

    def path_of(self, master: str) -> str:
        """Return the path under which the daemon reads a master and compares it with events."""
        if self.release.is_rewritten:
            return join(self.autoconfig_directory, master)
        return f"{self.autoconfig_directory}/{master}"

    def with_enabled(self, enabled: Iterable[str]) -> dict[str, bool]:
        """Return the capabilities of the configuration and those that masters turned on."""
        return {**(self.capabilities or {}), **dict.fromkeys(enabled, True)}

    def generated(self, master: str, enabled: Iterable[str], name: str) -> str:
        """Return the text of 00-multus.conf for a master, without the settings for logging."""
        capabilities = dict(sorted(self.with_enabled(enabled).items()))
        members: dict[str, object] = {"capabilities": capabilities} if capabilities else {}
        members |= {"cniVersion": self.cni_version, "name": name}
        members |= {"clusterNetwork": self.path_of(master), "type": self.plugin_type}
        return json.dumps(members, separators=(",", ":"))


def daemon_config(master: str = "") -> str:
    """Return what decides the choice in upstream's daemon-config.json, with a pin if one is given.

    Source: k8snetworkplumbingwg/multus-cni@v4.3.0:deployments/multus-daemonset-thick.yml.
    """
    members = {
        "cniVersion": "0.3.1",
        "cniConfigDir": DEFAULT_DIRECTORY,
        "multusAutoconfigDir": DEFAULT_DIRECTORY,
        "multusConfigFile": "auto",
    }
    return json.dumps(members | ({"multusMasterCNI": master} if master else {}))


def read_daemon_config(version: Release, text: str) -> DaemonConf:
    """Return a daemon's configuration; gojson.JSONError if the daemon cannot read it.

    The daemon reads it twice, for its server and for the generator; a wrong type in either ends it.
    """
    release = traits(MultusBinary.DAEMON, version)
    served = _server_struct(release).unmarshal(text, {})
    defaults = {
        "multusConfigFile": "auto",
        "type": "multus-shim",
        "capabilities": {},
        "cniConfigDir": "/etc/cni/net.d",
    }
    values = _multus_struct(release).unmarshal(text, defaults)
    capabilities, limit = values["capabilities"], served.get("connectionLimit")
    return DaemonConf(
        release,
        cni_version=str(values.get("cniVersion", "")),
        multus_config_file=str(values["multusConfigFile"]),
        autoconfig_directory=str(values.get("multusAutoconfigDir", "")),
        conf_directory=str(values["cniConfigDir"]),
        master=str(values.get("multusMasterCNI", "")),
        force_version=bool(values.get("forceCNIVersion")),
        override_name=bool(values.get("overrideNetworkName")),
        readiness_file=str(values.get("readinessindicatorfile", "")),
        plugin_type=str(values["type"]),
        capabilities=capabilities if isinstance(capabilities, dict) else None,
        connection_limit=limit if isinstance(limit, int) else None,
    )


_TEXTS = """
    binDir cniVersion logFile logLevel name clusterNetwork globalNamespaces readinessindicatorfile
    type cniDir cniConfigDir multusConfigFile multusMasterCNI multusAutoconfigDir
"""
_SWITCHES = "logToStderr namespaceIsolation forceCNIVersion overrideNetworkName"


@lru_cache
def _multus_struct(release: Traits) -> Struct:
    fields: dict[str, Type] = dict.fromkeys(_TEXTS.split(), STRING)
    fields |= dict.fromkeys(_SWITCHES.split(), BOOLEAN)
    fields["capabilities"] = MapOf(BOOLEAN)
    counts = dict.fromkeys(("maxAge", "maxSize", "maxBackups"), PointerTo(INTEGER))
    fields["logOptions"] = Struct({**counts, "compress": PointerTo(BOOLEAN)})
    fields[release.socket_key] = STRING
    if release.has_auxiliary_chain:
        fields["auxiliaryCNIChainName"] = STRING
    return Struct(fields)


@lru_cache
def _server_struct(release: Traits) -> Struct:
    fields: dict[str, Type] = dict.fromkeys(
        ("chrootDir", "logFile", "logLevel", "socketDir"), STRING
    )
    fields |= {"logToStderr": BOOLEAN, "metricsPort": PointerTo(INTEGER)}
    if release.has_certificates:
        texts = dict.fromkeys(("bootstrapKubeconfig", "certDir", "certDuration"), STRING)
        fields["perNodeCertificate"] = Struct({"enabled": BOOLEAN, **texts})
    if release.has_connection_limit:
        fields |= {"connectionLimit": PointerTo(INTEGER), "enablePprof": PointerTo(BOOLEAN)}
    return Struct(fields)
