"""How thick Multus chooses its master: the daemon of v4.0.x and that of v4.1.0 and later.

Sources: k8snetworkplumbingwg/multus-cni@v4.0.2, v4.1.4 and v4.3.0: cmd/multus-daemon/main.go,
pkg/server/config/generator.go, pkg/server/config/manager.go.
"""

from __future__ import annotations

from cnilint.start import NamedTuple

from . import gojson
from .confdir import ConfDirectory, PathError, clean, extension
from .gojson import Array, JSONError, Object, is_string
from .multus_daemon_config import MULTUS_CONF, NETWORK_NAME, DaemonConf, read_daemon_config
from .prediction import WAITS, Prediction, SelectionError
from .release import Release
from .version import SemanticVersion, semantic_version

_CHECKED_FROM = SemanticVersion(0, 4, 0, released=True)

EXTENSIONS = (".conf", ".conflist")
OWN_PREFIX = "00-multus"
"""What the names of files begin with that the daemon takes for its own."""


class Choice(NamedTuple):
    """A master that a daemon started with: its name as chosen or pinned, and what it turned on."""

    master: str
    enabled: tuple[str, ...]
    network_name: str
    rewritten: str | None = None
    """The text that forceCNIVersion leaves in the master's file."""


def predict_thick(version: Release, directory: ConfDirectory, daemon_config: str) -> Prediction:
    """Return the master that a daemon starting now takes, and what it generates from it."""
    try:
        conf = read_daemon_config(version, daemon_config)
    except JSONError:
        return Prediction("error", error="invalid-daemon-config")
    if conf.multus_config_file == "auto" and lacks_readiness_file(conf, directory):
        return WAITS
    try:
        choice = choose(conf, directory)
    except SelectionError as error:
        return error.prediction
    if choice is None:
        return WAITS
    return Prediction(
        "picked",
        primary=directory.relative(conf.path_of(choice.master)),
        capabilities=conf.with_enabled(choice.enabled),
        network_name=choice.network_name,
    )


def choose(conf: DaemonConf, directory: ConfDirectory) -> Choice | None:
    """Return the master of a daemon that looks now, or None while it waits; else SelectionError.

    Each step comes in the daemon's order, because each fails with an error of its own.
    A daemon that cannot write its configuration exits from v4.1.0 on; v4.0.x only logs it.
    Source: main.go main and startMultusDaemon, manager.go NewManager, newManager and Start.
    """
    if conf.multus_config_file != "auto":
        raise SelectionError("not-auto")
    master = conf.master or _first_candidate(directory, conf.autoconfig_directory)
    if master is None:
        return None
    path = conf.path_of(master)
    forced = _forced_version(conf, directory, path) if conf.force_version else None
    if not _can_be_watched(directory, conf.autoconfig_directory):
        raise SelectionError("autoconfig-dir-missing")
    if master == f"{conf.autoconfig_directory}/{MULTUS_CONF}":
        raise SelectionError("recursive")
    primary = forced if forced is not None else primary_configuration(directory, path)
    enabled = enabled_capabilities(conf, primary)
    network_name = _network_name(conf, primary)
    if conf.connection_limit is not None and conf.connection_limit < 1:
        raise SelectionError("invalid-daemon-config")
    if conf.release.is_rewritten and not directory.is_writable(conf.output):
        raise SelectionError("unwritable")
    rewritten = gojson.encode(forced) if forced is not None else None
    return Choice(master, enabled, network_name, rewritten)


def lacks_readiness_file(conf: DaemonConf, directory: ConfDirectory) -> bool:
    """Return whether the daemon waits for a file that is missing from the known directories.

    Of a file elsewhere nothing is known; it counts as present. v4.0.x does not wait at its start.
    """
    path = clean(conf.readiness_file)
    if not conf.release.is_rewritten or not path.startswith(f"{directory.path}/"):
        return False
    return not directory.exists(path)


def _can_be_watched(directory: ConfDirectory, path: str) -> bool:
    """Return whether an inotify watch can be set on a path.

    One that the kernel cannot be asked for, because of a NUL in it, is taken for a success.
    Source: fsnotify/fsnotify@v1.6.0:backend_inotify.go Add.
    """
    return "\0" in path or directory.exists(clean(path))


def _first_candidate(directory: ConfDirectory, path: str) -> str | None:
    """Return the first entry of a directory that looks like a configuration, or None.

    Directories and invalid files are entries too. Source: generator.go findMasterPlugin.
    """
    try:
        names = directory.entries(path)
    except PathError:
        raise SelectionError("autoconfig-dir-missing") from None
    for name in names:
        if extension(name) in EXTENSIONS and not name.startswith(OWN_PREFIX):
            return name
    return None


def _forced_version(conf: DaemonConf, directory: ConfDirectory, path: str) -> Object:
    """Return the master with the daemon's CNI version put into it, as it is written back.

    Source: manager.go overrideCNIVersion.
    """
    try:
        primary = gojson.as_map(directory.read(path))
    except (PathError, JSONError):
        raise SelectionError("master-unreadable") from None
    if primary is None:
        raise SelectionError("crash")
    return primary.with_member("cniVersion", conf.cni_version)


def primary_configuration(directory: ConfDirectory, path: str) -> gojson.JSON:
    """Return the master's content; SelectionError if there is none or it is no JSON."""
    try:
        return gojson.untyped(directory.read(path))
    except (PathError, JSONError):
        raise SelectionError("master-unreadable") from None


def enabled_capabilities(conf: DaemonConf, primary: gojson.JSON) -> tuple[str, ...]:
    """Return the capabilities that a master turns on, once its CNI version is found to fit.

    SelectionError `cni-version-incompatible` if it does not, `crash` where the daemon panics.
    Source: manager.go loadPrimaryCNIConfigFromFile, generator.go setCapabilities.
    """
    _check_version(conf.cni_version, primary)
    if not isinstance(primary, Object):
        raise SelectionError("crash")
    holders: list[gojson.JSON] = [primary]
    if "plugins" in primary.members:
        plugins = primary.members["plugins"]
        if not isinstance(plugins, Array):
            raise SelectionError("crash")
        holders = plugins.items or holders
    enabled: list[str] = []
    for holder in holders:
        declared = holder.members.get("capabilities") if isinstance(holder, Object) else None
        if not isinstance(declared, Object):
            continue
        if not all(isinstance(value, bool) for value in declared.members.values()):
            raise SelectionError("crash")
        enabled += [name for name, value in declared.members.items() if value]
    if enabled and conf.capabilities is None:
        raise SelectionError("crash")
    return tuple(enabled)


def _check_version(multus_version: str, primary: gojson.JSON) -> None:
    """Raise unless the master's CNI version goes with Multus's.

    Source: generator.go CheckVersionCompatibility.
    """
    own = semantic_version(multus_version)
    if own is None:
        raise SelectionError("cni-version-incompatible")
    if own < _CHECKED_FROM:
        return
    written = primary.members.get("cniVersion") if isinstance(primary, Object) else None
    version = semantic_version(written) if is_string(written) else None
    if version is None or version < _CHECKED_FROM:
        raise SelectionError("cni-version-incompatible")


def _network_name(conf: DaemonConf, primary: gojson.JSON) -> str:
    """Return the name of the generated network.

    A master without a name ends the daemon from v4.1.0 on. Source: manager.go overrideNetworkName.
    """
    if not conf.override_name or not isinstance(primary, Object):
        return NETWORK_NAME
    name = primary.members.get("name", "")
    if not is_string(name):
        raise SelectionError("crash")
    if not name and conf.release.is_rewritten:
        raise SelectionError("network-name-missing")
    return name or NETWORK_NAME
