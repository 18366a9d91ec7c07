"""Network configurations as libcni loads them, with what its checks refuse.

Source: containernetworking/cni@v1.3.0:libcni/conf.go and pkg/types/types.go, which go-cni and
ocicni are built with.
"""

from __future__ import annotations

from typing import NamedTuple

from . import gojson, gostruct
from .confdir import ConfDirectory, PathError, join
from .gojson import Array, JSONError, Object
from .gostruct import ListOf, MapOf, Struct
from .version import cni_version

CURRENT_VERSION = (1, 1, 0)
"""The newest CNI version that libcni v1.3.0 implements."""


class NetworkError(ValueError):
    """A file that libcni loads no network from."""


class PluginConf(NamedTuple):
    """One plugin's configuration: the executable's name, the network's name and version."""

    type: str
    name: str = ""
    cni_version: str = ""


class NetworkConfList(NamedTuple):
    """A network configuration list: a name, a CNI version ("" if none), the plugins in order."""

    name: str
    cni_version: str
    plugins: tuple[PluginConf, ...]
    only_inlined: bool = False
    """Whether plugins in a sub-directory called like the network are left out."""


_PLUGIN = Struct(
    {
        "cniVersion": gostruct.STRING,
        "name": gostruct.STRING,
        "type": gostruct.STRING,
        "capabilities": MapOf(gostruct.BOOLEAN),
        "ipam": Struct({"type": gostruct.STRING}),
        "dns": Struct(
            {
                "nameservers": ListOf(gostruct.STRING),
                "domain": gostruct.STRING,
                "search": ListOf(gostruct.STRING),
                "options": ListOf(gostruct.STRING),
            }
        ),
        "prevResult": MapOf(gostruct.ANY),
        "cni.dev/valid-attachments": ListOf(
            Struct({"containerID": gostruct.STRING, "ifname": gostruct.STRING})
        ),
    }
)


def plugin(value: gojson.JSON, *, encoded: bool = False) -> PluginConf:
    """Return a plugin's configuration; NetworkError if a field has a wrong type or `type` is empty.

    `encoded`: libcni decoded the value without types and encoded it again before it comes here, so
    that of keys that differ in case only another one wins than in the file.
    """
    try:
        fields = _PLUGIN.decode(value, {}, encoded=encoded)
    except JSONError as error:
        raise NetworkError(f"error parsing configuration: {error}") from None
    found = fields if isinstance(fields, dict) else {}
    conf = PluginConf(*(str(found.get(key, "")) for key in ("type", "name", "cniVersion")))
    if not conf.type:
        raise NetworkError("error parsing configuration: missing 'type'")
    return conf


def plugin_from_text(text: str) -> PluginConf:
    """Return the configuration of a single plugin; NetworkError if there is none."""
    return plugin(_parsed(text))


def list_from_plugin(text: str) -> NetworkConfList:
    """Return a single plugin's configuration as a list of one; NetworkError if it is none."""
    conf = plugin_from_text(text)
    raw = _parsed(text)
    if not isinstance(raw, Object) or raw.overflows or raw.depth + 2 > gojson.MAX_DEPTH:
        raise NetworkError("the configuration cannot be put into a list")
    return NetworkConfList(conf.name, conf.cni_version, (plugin(raw, encoded=True),))


def list_from_text(text: str) -> NetworkConfList:
    """Return a network configuration list as it is written; NetworkError if it is none."""
    try:
        raw = gojson.as_map(text)
    except JSONError as error:
        raise NetworkError(f"error parsing configuration list: {error}") from None
    members = raw.members if raw is not None else {}
    name = members.get("name")
    if not gojson.is_string(name):
        raise NetworkError("error parsing configuration list: no name")
    version = chosen_version(members)
    flags = {
        key: switch(members, key) for key in ("disableCheck", "disableGC", "loadOnlyInlinedPlugins")
    }
    only_inlined = flags["loadOnlyInlinedPlugins"]
    if "plugins" not in members:
        if only_inlined:
            raise NetworkError("`loadOnlyInlinedPlugins` is true, and there are no plugins")
        return NetworkConfList(name, version, ())
    plugins = members["plugins"]
    if not isinstance(plugins, Array) or not plugins.items:
        raise NetworkError("error parsing configuration list: no plugins in list")
    loaded = tuple(plugin(item, encoded=True) for item in plugins.items)
    return NetworkConfList(name, version, loaded, only_inlined)


def list_from_file(directory: ConfDirectory, path: str) -> NetworkConfList:
    """Return the list in a file, with the plugins of the sub-directory called like the network.

    NetworkError if the file, or one that it draws in, cannot be read or holds no configuration.
    """
    try:
        loaded = list_from_text(directory.read(path))
        if not loaded.only_inlined:
            chained = directory.conf_files(join(path.rpartition("/")[0], loaded.name), (".conf",))
            added = tuple(plugin_from_text(directory.read(file)) for file in chained)
            loaded = loaded._replace(plugins=loaded.plugins + added)
    except PathError as error:
        raise NetworkError(f"error reading {error}") from None
    if not loaded.plugins:
        raise NetworkError("no plugin configs found")
    return loaded


def _parsed(text: str) -> gojson.JSON:
    try:
        return gojson.parse(text)
    except JSONError as error:
        raise NetworkError(f"error parsing configuration: {error}") from None


def chosen_version(members: dict[str, gojson.JSON]) -> str:
    """Return `cniVersion`, or the first of the highest that `cniVersions` adds and libcni knows.

    NetworkError if one of them is no version.

    Which of two spellings of one version (`1.0`, `1.0.0`) that is, libcni leaves to Go's sort: the
    first for up to twelve entries; longer lists are sorted in a way that is not followed here.
    """
    version = members.get("cniVersion", "")
    if not gojson.is_string(version):
        raise NetworkError("error parsing configuration list: invalid cniVersion type")
    if "cniVersions" not in members:
        return version
    offered = members["cniVersions"]
    if not isinstance(offered, Array):
        raise NetworkError("error parsing configuration list: invalid type for cniVersions")
    known: list[tuple[tuple[int, int, int], str]] = []
    for item in [*offered.items, *([version] if version else [])]:
        numbers = cni_version(item) if gojson.is_string(item) else None
        if numbers is None or not gojson.is_string(item):
            raise NetworkError("error parsing configuration list: invalid cniVersions entry")
        if numbers <= CURRENT_VERSION:
            known.append((numbers, item))
    return max(known, key=lambda pair: pair[0])[1] if known else version


def switch(members: dict[str, gojson.JSON], key: str) -> bool:
    """Return a boolean that may be written as a text; NetworkError for anything else."""
    value = members.get(key, False)
    if isinstance(value, bool):
        return value
    if gojson.is_string(value) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise NetworkError(f"error parsing configuration list: invalid value for {key}")
