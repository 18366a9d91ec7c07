"""Who a pod's own network comes from, given what is on its node."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from types import MappingProxyType

from cnilint.model.steps import Cause, Failure
from cnilint.multus.settings import CONF_DIRECTORY
from cnilint.start import NamedTuple
from cnilint.upstream import gojson, gostruct
from cnilint.upstream.confdir import extension
from cnilint.upstream.gojson import Array, JSONError, Object
from cnilint.upstream.netconf import NetworkError, list_from_text, plugin_from_text, plugin_types
from cnilint.upstream.selector import predict

from .steps import Files, candidates, failed, names_in

MULTUS_TYPES = ("multus", "multus-shim")

MULTUS_FILES = ("00-multus.conf", "00-multus.conflist")
"""What Multus calls its own file."""

MASTER_KEY = "cnilint.dev/master"
"""In the configuration the simulation lets thin Multus write: the host path of the master that is
embedded in it (the real file embeds the content alone)."""

EMBEDDED_KEY = "cnilint.dev/plugins"
"""Beside it: the types of the plugins that the master had when it was embedded."""


NETWORKS_DIRECTORY = "/etc/cni/multus/net.d"
"""Where Multus looks for a network by its name unless `confDir` says otherwise.

k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/types/conf.go defaultConfDir
"""


DEFINED = "//definition/"
"""Before the name of a network that a NetworkAttachmentDefinition defines, in place of a path.

Multus looks for a definition of that name first, and for a file only where that has no
configuration of its own.
k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/k8sclient/k8sclient.go getNetDelegate
"""


class Ownership(NamedTuple):
    """The runtime's file and the one a pod gets its own network from; None with a `cause`.

    `plugins` are the types of the plugins that a pod's own network consists of, in their order:
    those of the runtime's file, and where Multus is among these, those of its master.
    """

    runtime: str | None
    master: str | None
    through_multus: bool = False
    cause: Cause | None = None
    plugins: tuple[str, ...] = ()


class Reading(NamedTuple):
    """What is needed to read a node: the host directory that the `runtime` (a selector) reads.

    `masters` is the host directory that Multus takes its master from. `cluster_network` is the
    host path (empty: none that exists) that a daemon configuration's own clusterNetwork puts in
    the place of the master that Multus picked; None if it has no such key.
    """

    directory: str
    runtime: str = "containerd"
    masters: str = ""
    cluster_network: str | None = None
    chained: tuple[str, ...] = ()
    """Types of the plugins that chain themselves into others' files."""
    definitions: Mapping[str, str] = MappingProxyType({})
    """NetworkAttachmentDefinitions in Multus's own namespace: name to configuration."""


def delegate(files: Files, reading: Reading) -> Ownership:
    """Return who owns the pods of a node with these files.

    k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/server/server.go overrideCNIConfigWithServerConfig
    """
    prediction = predict(reading.runtime, names_in(files, reading.directory))
    if prediction.primary is None:
        return Ownership(None, None, cause=failed(prediction) or Cause(Failure.NO_CONFIG))
    taken = prediction.primary
    path = posixpath.join(reading.directory, taken)
    if not prediction.plugins or prediction.plugins[0] not in MULTUS_TYPES:
        return Ownership(taken, taken, plugins=plugin_types(files[path]))
    return _through_multus(taken, path, files, reading)


def _through_multus(taken: str, path: str, files: Files, reading: Reading) -> Ownership:
    """Return whose network Multus gives a pod; that file may call Multus itself, and so on."""
    beside: dict[str, None] = {}
    called: list[str] = []
    while (chain := plugin_types(files[path])) and chain[0] in MULTUS_TYPES and path not in called:
        called.append(path)
        beside |= dict.fromkeys(kind for kind in chain if kind not in MULTUS_TYPES)
        first = _first_plugin(path, files[path])
        network = _cluster_network(chain[0], first, files, reading)
        defined = reading.definitions.get(network.removeprefix(DEFINED)) if network else None
        if defined is not None and network.startswith(DEFINED):
            name, types = network.removeprefix(DEFINED), plugin_types(defined)
            return Ownership(taken, name, through_multus=True, plugins=(*beside, *types))
        name = posixpath.basename(path)
        if not network and (inside := _first_delegate(name, files[path])):
            return Ownership(taken, name, through_multus=True, plugins=(*beside, *inside))
        if network and network not in files:
            network = next(iter(candidates(files, network)), network)  # a directory's first file
        cause = None
        if network not in files and EMBEDDED_KEY in first:
            # who takes the master away takes nothing from what was made of it
            types = (*beside, *first[EMBEDDED_KEY].split())
            return Ownership(taken, posixpath.basename(network), through_multus=True, plugins=types)
        if network not in files:
            cause = Cause(Failure.CLUSTER_NETWORK_UNREADABLE, posixpath.basename(network))
        elif network in called and MASTER_KEY not in first:
            cause = Cause(Failure.OWN_FILE)
        if cause is not None:
            return Ownership(taken, None, through_multus=True, cause=cause)
        path = network
    # the entrypoint may have put an older text of its own file into it: whose that was is not kept
    plugins = (*beside, *(kind for kind in chain if kind not in MULTUS_TYPES))
    return Ownership(taken, posixpath.basename(path), through_multus=True, plugins=plugins)


def embedded(path: str, text: str) -> dict[str, object]:
    """Return what stands in Multus's file for the master that it embeds: a host path, and a text.

    What embeds itself (v4.0's own file, a copy that Istio made of it) would be nested ever deeper,
    and a new state each time.
    """
    return {"delegates": [], MASTER_KEY: path, EMBEDDED_KEY: " ".join(plugin_types(text))}


def _first_delegate(name: str, content: str) -> tuple[str, ...]:
    """Return the plugins of the first network that a configuration of Multus has inside of it.

    k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/types/conf.go LoadNetConf (RawDelegates)
    """
    try:
        found = _first_member(name, content)
    except JSONError:
        return ()
    listed = found.members.get("delegates") if isinstance(found, Object) else None
    first = listed.items[0] if isinstance(listed, Array) and listed.items else None
    return plugin_types(gojson.encode(first)) if isinstance(first, Object) else ()


def _cluster_network(plugin: str, first: Mapping[str, str], files: Files, reading: Reading) -> str:
    """Return the host path of Multus's cluster network, empty where it has none."""
    path = first.get("clusterNetwork") or first.get(MASTER_KEY, "")
    if plugin == "multus-shim" and reading.cluster_network is not None:
        path = reading.cluster_network
    elif path.startswith(CONF_DIRECTORY + "/"):
        path = reading.masters + path[len(CONF_DIRECTORY) :]
    if reading.definitions.get(path, "").strip():
        return DEFINED + path
    if path and "/" not in path:
        path = _holding(path, files, first.get("confDir") or NETWORKS_DIRECTORY)
    return posixpath.normpath(path) if path else ""


def _holding(network: str, files: Files, directory: str) -> str:
    """Return the first file that holds a network, by whose name Multus may be told it, too.

    A file before it that holds none ends the search.
    k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/k8sclient/k8sclient.go getNetDelegate,
    k8snetworkplumbingwg/network-attachment-definition-client@acf3365:pkg/utils/cniconfig.go
    GetCNIConfigFromFile
    """
    for path in candidates(files, directory):
        listed = extension(path) == ".conflist"
        try:
            found = list_from_text(files[path]) if listed else plugin_from_text(files[path])
        except NetworkError:
            break
        if found.name == network:
            return path
    return f"{directory}/{network}"


_READ_BY_MULTUS = gostruct.Struct(
    dict.fromkeys(("clusterNetwork", "confDir", MASTER_KEY, EMBEDDED_KEY), gostruct.STRING)
)
"""k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/types/types.go NetConf"""


def _first_member(path: str, content: str) -> gojson.JSON:
    """Return a file's first plugin, or the one that it is; JSONError if it is no JSON."""
    found = gojson.parse(content)
    if extension(path) == ".conflist" and isinstance(found, Object):
        listed = found.members.get("plugins")
        return listed.items[0] if isinstance(listed, Array) and listed.items else None
    return found


def _first_plugin(path: str, content: str) -> dict[str, str]:
    """Return what Multus reads of a file's first plugin; nothing of what it refuses.

    libcni decodes the file without types and encodes the plugin anew before Multus gets it.
    """
    try:
        found = _first_member(path, content)
        fields = _READ_BY_MULTUS.decode(found, {}, encoded=True)
    except JSONError:
        return {}
    return {key: str(value) for key, value in fields.items()} if isinstance(fields, dict) else {}
