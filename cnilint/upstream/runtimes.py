"""Which network configuration a container runtime takes from its directory.

Sources: containerd/go-cni@3dbce1d:opts.go loadFromConfDir (with containerd's default, one network)
and cri-o/ocicni@18fd1eb:pkg/ocicni/ocicni.go loadNetworks.
"""

from __future__ import annotations

from collections.abc import Collection

from .confdir import ConfDirectory
from .netconf import NetworkConfList, NetworkError, list_from_file, list_from_plugin
from .prediction import Prediction

EXTENSIONS = (".conf", ".conflist", ".json")
SUPPORTED_VERSIONS = frozenset({"0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0"})
"""The CNI versions that a plugin's executable is taken to support."""


def containerd(directory: ConfDirectory) -> Prediction:
    """Return what containerd loads: the first file, and nothing at all if that one is invalid."""
    files = directory.conf_files(directory.path, EXTENSIONS)
    if not files:
        return Prediction("error", error="no-config")
    try:
        return _picked(directory, files[0], _network(directory, files[0]))
    except NetworkError:
        return Prediction("error", error="first-file-invalid")


def crio(
    directory: ConfDirectory, binaries: Collection[str] | None, default_network: str
) -> Prediction:
    """Return what CRI-O uses: the first valid network, or the first called `default_network`.

    A network is valid if every plugin's executable is among `binaries` (None: all are) and supports
    the network's version. Invalid files are skipped. A network without a name has its file's.
    """
    for file in directory.conf_files(directory.path, EXTENSIONS):
        try:
            network = _network(directory, file)
        except NetworkError:
            continue
        if crio_flaw(network, binaries) is not None:
            continue
        found = _picked(directory, file, network, name=network.name or file.rpartition("/")[2])
        if default_network in ("", found.network):
            return found
    return Prediction("error", error="no-config")


def crio_flaw(network: NetworkConfList, binaries: Collection[str] | None) -> str | None:
    """Return why CRI-O does not use a network that libcni loads; None if it does.

    `plugin-missing` where a plugin's executable is not among the `binaries`, `version-unsupported`
    where no plugin is taken to support the network's version.
    """
    if not all(_is_installed(plugin.type, binaries) for plugin in network.plugins):
        return "plugin-missing"
    if (network.cni_version or "0.1.0") not in SUPPORTED_VERSIONS:
        return "version-unsupported"
    return None


def network_of(directory: ConfDirectory, name: str) -> NetworkConfList:
    """Return the network in a file of a directory as a runtime loads it; NetworkError if none."""
    return _network(directory, f"{directory.path}/{name}")


def _network(directory: ConfDirectory, file: str) -> NetworkConfList:
    if file.endswith(".conflist"):
        return list_from_file(directory, file)
    return list_from_plugin(directory.read(file))


def _is_installed(plugin: str, binaries: Collection[str] | None) -> bool:
    """Return whether libcni's FindInPath finds the executable: a plain name, and there."""
    if plugin in (".", "..") or "/" in plugin:
        return False
    return binaries is None or plugin in binaries


def _picked(
    directory: ConfDirectory, file: str, network: NetworkConfList, name: str | None = None
) -> Prediction:
    return Prediction(
        "picked",
        primary=directory.relative(file),
        network=network.name if name is None else name,
        plugins=[plugin.type for plugin in network.plugins],
    )
