"""Network configurations as the container runtimes load them, which are built with libcni v1.3.0.

Source: containernetworking/cni@v1.3.0:libcni/conf.go, in libcni.py with what other releases do.
"""

from __future__ import annotations

from functools import lru_cache

from cnilint.start import NamedTuple

from . import gojson, gostruct, libcni
from .confdir import ConfDirectory
from .gojson import Array, JSONError, Object
from .gostruct import Struct
from .libcni import LIBCNI_1_3, Raw

NetworkError = libcni.LibcniError
"""What is raised for a file that libcni loads no network from."""


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


def plugin_from_text(text: str) -> PluginConf:
    """Return the configuration of a single plugin; NetworkError if there is none."""
    return _plugin(libcni.parsed(text))


def list_from_plugin(text: str) -> NetworkConfList:
    """Return a single plugin's configuration as a list of one; NetworkError if it is none."""
    raw = libcni.parsed(text).value
    conf = _plugin(Raw(raw))
    if not isinstance(raw, Object) or raw.overflows or raw.depth + 2 > gojson.MAX_DEPTH:
        raise NetworkError("the configuration cannot be put into a list")
    return NetworkConfList(conf.name, conf.cni_version, (_plugin(Raw(raw, encoded=True)),))


def list_from_text(text: str) -> NetworkConfList:
    """Return a network configuration list as it is written; NetworkError if it is none."""
    return _list(libcni.configuration_list(libcni.parsed(text), LIBCNI_1_3))


def list_from_file(directory: ConfDirectory, path: str) -> NetworkConfList:
    """Return the list in a file, with the plugins of the sub-directory called like the network.

    NetworkError if the file, or one that it draws in, cannot be read or holds no configuration.
    """
    return _list(libcni.list_from_file(directory, path, LIBCNI_1_3))


def _plugin(raw: Raw) -> PluginConf:
    conf = libcni.plugin(raw, LIBCNI_1_3)
    return PluginConf(conf.type, conf.name, conf.cni_version)


def _list(loaded: libcni.ConfigurationList) -> NetworkConfList:
    plugins = tuple(PluginConf(one.type, one.name, one.cni_version) for one in loaded.plugins)
    return NetworkConfList(loaded.name, loaded.cni_version, plugins, loaded.only_inlined)


_TYPE = Struct({"type": gostruct.STRING})


@lru_cache(maxsize=4096)
def plugin_types(text: str) -> tuple[str, ...]:
    """Return the types of the plugins of a list, or of the one plugin, in their order.

    Whatever else is wrong with the text does not matter; none of one that is no JSON object.
    """
    try:
        found = gojson.parse(text)
    except JSONError:
        return ()
    listed = found.members.get("plugins") if isinstance(found, Object) else None
    types = []
    for each in listed.items if isinstance(listed, Array) else [found]:
        try:
            fields = _TYPE.decode(each, {}, encoded=True)
        except JSONError:
            continue
        kind = fields.get("type") if isinstance(fields, dict) else None
        if isinstance(kind, str) and kind:
            types.append(kind)
    return tuple(types)
