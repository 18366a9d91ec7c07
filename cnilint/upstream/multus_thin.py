"""How thin Multus chooses its master: the entrypoint of v4.0.x and that of v4.1.0 and later.

Source: k8snetworkplumbingwg/multus-cni@v4.0.2, v4.1.4, v4.2.4, v4.3.0:cmd/thin_entrypoint/main.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import gojson
from .confdir import DEFAULT_DIRECTORY, ConfDirectory, PathError, join
from .gojson import Array, JSONError, Object, is_string
from .multus_releases import MultusBinary, Pin, Traits, traits
from .pflag import Flags, FlagValueError, UnknownFlagError, parse_flags
from .prediction import Prediction, SelectionError
from .release import Release
from .version import cni_version

EXTENSIONS = (".conf", ".conflist")
OWN_PREFIX = "00-multus.conf"
"""What the names of files begin with that the entrypoint takes for its own."""

_LOG_LEVELS = ("", "debug", "error", "panic", "verbose")


def declared_flags(release: Traits) -> Flags:
    """Return the flags of one release with their defaults. Source: main.go addFlags."""
    texts = {
        "cni-version": "",
        "multus-master-cni-file-name": "",
        "global-namespaces": "",
        "multus-log-level": "",
        "multus-log-file": "",
        "readiness-indicator-file": "",
        "additional-bin-dir": "",
        "cni-bin-dir": "/host/opt/cni/bin",
        "cni-conf-dir": DEFAULT_DIRECTORY,
        "multus-conf-file": "auto",
        "multus-bin-file": "/usr/src/multus-cni/bin/multus",
        "multus-kubeconfig-file-host": "/etc/cni/net.d/multus.d/multus.kubeconfig",
        "multus-autoconfig-dir": DEFAULT_DIRECTORY,
    }
    switches = {
        "skip-multus-binary-copy": False,
        "namespace-isolation": False,
        "override-network-name": False,
        "cleanup-config-on-exit": False,
        "rename-conf-file": False,
        "skip-tls-verify": False,
        "force-cni-version": False,
        "multus-log-to-stderr": True,
    }
    for name, default in release.more_flags:
        if isinstance(default, bool):
            switches[name] = default
        else:
            texts[name] = default
    return Flags(texts, switches)


def predict_thin(version: Release, directory: ConfDirectory, args: Sequence[str]) -> Prediction:
    """Return the master that an entrypoint starting now takes, and the files that it adds."""
    release = traits(MultusBinary.ENTRYPOINT, version)
    try:
        flags = parse_flags(declared_flags(release), args)
        return _created(release, directory, flags)
    except UnknownFlagError:
        return Prediction("error", error="unknown-flag")
    except FlagValueError:
        return Prediction("error", error="invalid-flag")
    except SelectionError as error:
        return error.prediction


def _created(release: Traits, directory: ConfDirectory, flags: Flags) -> Prediction:
    """Follow main and createMultusConfig: each step in its order, as each fails in its own way."""
    conf_dir = flags.texts["cni-conf-dir"]
    if flags.switches["help"]:
        raise SelectionError("invalid-flag")
    if not directory.exists(conf_dir):
        raise SelectionError("conf-dir-missing")
    if flags.texts["multus-conf-file"] != "auto":
        raise SelectionError("not-auto")
    directory = _with_kubeconfig(release, directory, flags)
    path = _master_path(release, directory, flags)
    master = _master(release, directory, path)
    written_version = _version(flags, master)
    _check_name(flags, master)
    _check_capabilities(master)
    if flags.texts["multus-log-level"].lower() not in _LOG_LEVELS:
        raise SelectionError("invalid-flag")
    conf = f"{conf_dir}/00-multus.conf{'list' if _is_list(release, written_version) else ''}"
    added = [conf]
    if flags.switches["rename-conf-file"]:
        added.append(f"{path}.old")
    if not all(map(directory.is_writable, (f"{conf_dir}/00-multus.conf.new", *added))):
        raise SelectionError("unwritable")
    return Prediction(
        "picked",
        primary=directory.relative(path),
        writes=(sorted(directory.relative(file) for file in added if not directory.exists(file))),
    )


def _with_kubeconfig(release: Traits, directory: ConfDirectory, flags: Flags) -> ConfDirectory:
    """Return the directory with what is made in it before the master is looked for.

    Source: main.go createKubeConfig.
    """
    folders = [f"{flags.texts['cni-conf-dir']}/multus.d"]
    if release.makes_conf_directory:
        folders.append(flags.texts["multus-cni-conf-dir"])
    kubeconfig = f"{folders[0]}/multus.kubeconfig"
    try:
        for folder in folders:
            directory = directory.with_directory(folder)
        if not directory.is_writable(f"{kubeconfig}.new"):
            raise SelectionError("unwritable")
        return directory.with_file(kubeconfig, "apiVersion: v1")
    except PathError:
        raise SelectionError("unwritable") from None


def _master_path(release: Traits, directory: ConfDirectory, flags: Flags) -> str:
    """Return the pinned file, else the first configuration that is not Multus's own.

    v4.0.x ignores the pin and takes its own file too. Source: main.go getMasterConfigPath.
    """
    base = flags.texts["multus-autoconfig-dir"]
    pin = flags.texts["multus-master-cni-file-name"]
    if pin and release.pin is Pin.HONOURED:
        return join(base, pin)
    try:
        files = directory.conf_files(base, EXTENSIONS)
    except PathError:
        raise SelectionError("no-master") from None
    if release.takes_own_file:
        if not files:
            raise SelectionError("crash")
        return files[0]
    for file in files:
        if not file.rpartition("/")[2].startswith(OWN_PREFIX):
            return file
    raise SelectionError("no-master")


def _master(release: Traits, directory: ConfDirectory, path: str) -> dict[str, gojson.JSON]:
    """Return the members of the master's configuration."""
    if release.checks_master and not directory.exists(path):
        raise SelectionError("master-missing")
    try:
        raw = gojson.as_map(directory.read(path))
    except (PathError, JSONError):
        raise SelectionError("master-unreadable") from None
    return raw.members if raw is not None else {}


def _version(flags: Flags, master: dict[str, gojson.JSON]) -> str:
    """Return the CNI version of the generated configuration, which has to be the master's."""
    if "cniVersion" not in master:
        raise SelectionError("cni-version-missing")
    wanted = flags.texts["cni-version"]
    if flags.switches["force-cni-version"]:
        return wanted
    own = master["cniVersion"]
    if not is_string(own):
        raise SelectionError("crash")
    if wanted not in ("", own):
        raise SelectionError("cni-version-mismatch")
    return own


def _check_name(flags: Flags, master: dict[str, gojson.JSON]) -> None:
    if flags.switches["override-network-name"]:
        if "name" not in master:
            raise SelectionError("network-name-missing")
        if not is_string(master["name"]):
            raise SelectionError("crash")


def _check_capabilities(master: dict[str, gojson.JSON]) -> None:
    """Raise where the entrypoint panics: it asserts every type on the way to the capabilities."""
    holders = [master]
    if "plugins" in master:
        plugins = master["plugins"]
        if not isinstance(plugins, Array):
            raise SelectionError("crash")
        holders = []
        for plugin in plugins.items:
            if not isinstance(plugin, Object):
                raise SelectionError("crash")
            holders.append(plugin.members)
    for holder in holders:
        if "capabilities" not in holder:
            continue
        declared = holder["capabilities"]
        if not isinstance(declared, Object):
            raise SelectionError("crash")
        if not all(isinstance(value, bool) for value in declared.members.values()):
            raise SelectionError("crash")


def _is_list(release: Traits, written: str) -> bool:
    """Return whether the configuration is written as a list: from CNI 1.0.0 on."""
    if not release.lists_by_order:
        return written == "1.0.0"
    numbers = cni_version(written)
    return numbers is not None and numbers >= (1, 0, 0)
