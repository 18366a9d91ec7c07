"""What Cilium writes into a directory of CNI configurations, and what it renames there.

Source: cilium/cilium@v1.14.0, v1.14.19, v1.15.0, v1.16.5, v1.17.0, v1.18.2 and v1.19.0:
daemon/cmd/cni/config.go and cell.go; tidwall/gjson@v1.18.0:gjson.go; tidwall/sjson@v1.2.5:sjson.go.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable, Mapping, Sequence

from cnilint.start import NamedTuple

from . import gojson
from .confdir import ConfDirectory, is_file_name
from .go_text import parse_bool
from .gojson import Array, JSONError, Object, is_string
from .program import DirectoryChange, Event, Files, Happening, is_directory, removed, written

LEGACY = "05-cilium.conf"
"""Renamed by every release since v1.14, exclusive or not, unless it is the file to be written."""

SUFFIX = ".cilium_bak"
ANY_NETWORK = "*"
_PLUGIN = "cilium-cni"
CANDIDATES = (".conf", ".conflist", ".json")
_LOG_FILE = "/var/run/cilium/cilium-cni.log"


class Plan(NamedTuple):
    """What an agent is told to do, from its ConfigMap."""

    directory: str
    name: str
    """The file that it writes; both are empty if it is not to write any."""
    source: str = ""
    """The file that it copies instead of making one up."""
    mode: str = "none"
    target: str = ""
    """The network that it adds itself to, or `*` for any."""
    exclusive: bool = False
    debug: bool = False
    log_file: str = _LOG_FILE
    uninstalls: bool = False
    """Whether its files go when its pod is ended."""


class SettingError(ValueError):
    """A value that the agent does not start with."""


def plan(config: Mapping[str, str]) -> Plan:
    """Return what the keys of the ConfigMap tell the agent; SettingError if it does not start.

    cilium/cilium@v1.18.2:daemon/cmd/cni/cell.go newConfigManager
    """
    path = config.get("write-cni-conf-when-ready", "")
    directory, slash, name = path.rpartition("/")
    mode = config.get("cni-chaining-mode", "none")
    target = config.get("cni-chaining-target", "")
    if mode == "aws-cni" and not target:
        target = "aws-cni"
    if not mode:
        mode = "generic-veth" if target else "none"
    return Plan(
        directory=directory + slash or ("." if path else ""),
        name=name,
        source=config.get("read-cni-conf", ""),
        mode=mode,
        target=target,
        exclusive=_switch(config.get("cni-exclusive", "")),
        debug=_switch(config.get("debug", "")),
        log_file=config.get("cni-log-file", _LOG_FILE),
        uninstalls=config.get("cni-uninstall", "") == "true",
    )


def _switch(value: str) -> bool:
    """Return a flag's value; one that is set to nothing is false."""
    found = parse_bool(value) if value else False
    if found is None:
        raise SettingError(value)
    return found


def listed(files: Files, extensions: Sequence[str]) -> list[str]:
    """Return libcni.ConfFiles as names: sorted by bytes, without directories."""
    directory = ConfDirectory(files)
    paths = directory.conf_files(directory.path, extensions)
    return [posixpath.basename(path) for path in paths]


def can_rename(files: Files, name: str) -> bool:
    """Return whether a file can get that name; the agent does not mind if it cannot."""
    return is_file_name(name) and not is_directory(files, name)


def uninstalled(files: Files) -> DirectoryChange:
    """Remove every configuration with `cilium` in its name. Source: cni-uninstall.sh."""
    gone = [name for name in files if is_ciliums(name)]
    left = {name: text for name, text in files.items() if name not in gone}
    return DirectoryChange(left, None, tuple(Event(Happening.DELETED, name) for name in gone))


def is_ciliums(name: str) -> bool:
    """Return whether a file is taken for one of Cilium's configurations."""
    return "/" not in name and "cilium" in name and name.endswith((".conf", ".conflist"))


def renamed(files: Files, name: str, memory: Hashable) -> DirectoryChange:
    """Return the change that puts a file out of the way."""
    to = name + SUFFIX
    after = written(removed(files, name), to, files[name])
    return DirectoryChange(
        after, memory, (Event(Happening.MOVED_FROM, name), Event(Happening.MOVED_TO, to))
    )


def network_of(text: str, wanted: str) -> Object | None:
    """Return a file's network as a list, if it is the one that is wanted.

    A single plugin becomes a list with the name that was asked for, `*` included.
    Source: findCNINetwork.
    """
    try:
        found = gojson.as_map(text)
    except JSONError:
        return None
    if found is None:
        return None
    name = found.members.get("name")
    if not is_string(name) or wanted not in (name, ANY_NETWORK):
        return None
    plugins = found.members.get("plugins")
    if isinstance(plugins, Array) and plugins.items:
        return found
    version = found.members.get("cniVersion")
    return Object([("name", wanted), ("cniVersion", version), ("plugins", Array([found]))])


def with_plugin(network: Object, entry: gojson.JSON) -> str:
    """Return the text of a list with the plugin in it. Source: mergeExistingCNIConfig.

    Which plugin is its own is counted among those that have a type, and then replaced by that
    number among all. Of a key that is there twice the first is changed, and the last counts.
    """
    first = next(index for index, (key, _) in enumerate(network.pairs) if key == "plugins")
    plugins = network.pairs[first][1]
    if not isinstance(plugins, Array):
        return gojson.encode(network)
    types = [_first(one, "type") for one in plugins.items if _has(one, "type")]
    own = next((n for n, one in enumerate(types) if is_string(one) and one == _PLUGIN), None)
    items = list(plugins.items)
    if own is None:
        items.append(entry)
    else:
        items[own] = entry
    pairs = list(network.pairs)
    pairs[first] = ("plugins", Array(items))
    return gojson.encode(Object(pairs))


def _has(value: gojson.JSON, key: str) -> bool:
    return isinstance(value, Object) and key in value.members


def _first(value: gojson.JSON, key: str) -> gojson.JSON:
    pairs = value.pairs if isinstance(value, Object) else []
    return next((member for name, member in pairs if name == key), None)


def entry_of(told: Plan, more: Mapping[str, str]) -> dict[str, object]:
    """Return the plugin's configuration."""
    return {"type": _PLUGIN, **more, "enable-debug": told.debug, "log-file": told.log_file}


PORTMAP: dict[str, object] = {"type": "portmap", "capabilities": {"portMappings": True}}
FLANNEL: dict[str, object] = {
    "type": "flannel",
    "delegate": {"hairpinMode": True, "isDefaultGateway": True},
}


def generated(mode: str, told: Plan) -> str | None:
    """Return the list of a mode; None for one that has none. Source: cniConfigs."""
    plugins: dict[str, list[dict[str, object]]] = {
        "none": [entry_of(told, {})],
        "flannel": [FLANNEL, PORTMAP, entry_of(told, {"chaining-mode": mode})],
        "portmap": [entry_of(told, {}), PORTMAP],
    }
    if mode not in plugins:
        return None
    name = "cilium" if mode == "none" else mode
    return json.dumps({"cniVersion": "0.3.1", "name": name, "plugins": plugins[mode]})
