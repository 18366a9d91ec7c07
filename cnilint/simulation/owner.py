"""Who a pod's own network comes from, given what is on its node."""

from __future__ import annotations

import json
import posixpath
from typing import NamedTuple

from cnilint.multus.settings import CONF_DIRECTORY
from cnilint.upstream.selector import predict

from .programs import Files, candidates, names_in

MULTUS_TYPES = ("multus", "multus-shim")

MASTER_KEY = "cnilint.dev/master"
"""In the configuration the simulation lets thin Multus write: the host path of the master that is
embedded in it (the real file embeds the content alone)."""


NETWORKS_DIRECTORY = "/etc/cni/multus/net.d"
"""Where Multus looks for a network by its name unless `confDir` says otherwise.

k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/types/conf.go defaultConfDir
"""


class Delegate(NamedTuple):
    """The runtime's file and the one a pod gets its own network from; None with a `cause`."""

    runtime: str | None
    master: str | None
    through_multus: bool = False
    cause: str = ""


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


def delegate(files: Files, reading: Reading) -> Delegate:
    """Return who owns the pods of a node with these files.

    k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/server/server.go overrideCNIConfigWithServerConfig
    """
    prediction = predict(reading.runtime, names_in(files, reading.directory))
    if prediction.primary is None:
        return Delegate(None, None, cause=prediction.error or "no-config")
    taken = prediction.primary
    if not prediction.plugins or prediction.plugins[0] not in MULTUS_TYPES:
        return Delegate(taken, taken)
    first = _first_plugin(taken, files[posixpath.join(reading.directory, taken)])
    path = first.get("clusterNetwork", first.get(MASTER_KEY))
    if first.get("type") == "multus-shim" and reading.cluster_network is not None:
        path = reading.cluster_network
    elif isinstance(path, str) and path.startswith(CONF_DIRECTORY + "/"):
        path = reading.masters + path[len(CONF_DIRECTORY) :]
    if isinstance(path, str) and path and "/" not in path:
        path = _holding(path, files, str(first.get("confDir") or NETWORKS_DIRECTORY))
    path = posixpath.normpath(path) if isinstance(path, str) and path else ""
    if path and path not in files:
        path = next(iter(candidates(files, path)), path)  # the first file of a directory
        if path == posixpath.join(reading.directory, taken):
            cause = "Multus hands the pods to its own file"
            return Delegate(taken, None, through_multus=True, cause=cause)
    if path not in files:
        cause = f"Multus cannot read {posixpath.basename(path) or 'its cluster network'}"
        return Delegate(taken, None, through_multus=True, cause=cause)
    return Delegate(taken, posixpath.basename(path), through_multus=True)


def _holding(network: str, files: Files, directory: str) -> str:
    """Return the first file that holds a network, by whose name Multus may be told it, too.

    k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/k8sclient/k8sclient.go getNetDelegate
    """
    for path in candidates(files, directory):
        try:
            found: object = json.loads(files[path])
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and found.get("name") == network:
            return path
    return f"{directory}/{network}"


def _first_plugin(name: str, content: str) -> dict[str, object]:
    """Return the members of a file's first plugin; none of what only the runtime can read."""
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if name.endswith(".conflist") and isinstance(found, dict):
        listed = found.get("plugins")
        found = listed[0] if isinstance(listed, list) and listed else None
    return found if isinstance(found, dict) else {}
