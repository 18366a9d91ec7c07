"""Which files Istio's installer takes for a network, and what it makes of one.

Sources: istio/istio@1.18.7, 1.24.6 and 1.30.3:cni/pkg/install/cniconfig.go and
cni/pkg/util/pluginutil.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from . import gojson
from .confdir import ConfDirectory, PathError, join
from .gojson import JSON, Array, JSONError, Object
from .indented import go_indented
from .libcni import Libcni, LibcniError, file_text, list_from_file
from .netconf import list_from_plugin

TYPE = "istio-cni"
"""The type of its plugin, by which it knows it."""

_EXTENSIONS = (".conf", ".conflist")


class IstioRefusedError(Exception):
    """A configuration that the program returns an error for."""


class MissingError(Exception):
    """There is no file yet: the program waits for one."""


@lru_cache(maxsize=1024)
def valid_names(files: tuple[tuple[str, str], ...], libcni: Libcni) -> tuple[str, ...]:
    """Return the .conf and .conflist files that load as a network, in byte order.

    istio/istio@1.30.3:cni/pkg/install/cniconfig.go getConfigFilenames
    """
    directory = ConfDirectory(dict(files))
    found = []
    for path in directory.conf_files(directory.path, _EXTENSIONS):
        try:
            if path.endswith(".conflist"):
                list_from_file(directory, path, libcni)
            else:
                list_from_plugin(file_text(directory, path))
        except LibcniError:
            continue
        found.append(directory.relative(path))
    return tuple(found)


def path_of(name: str) -> str:
    """Return the path of a file by its name, which may lead out of the directory."""
    return join(ConfDirectory({}).path, name)


def name_of(name: str) -> str:
    """Return the name in the directory that a given name comes to; one outside has none."""
    own = ConfDirectory({}).path
    path = join(own, name)
    return path.removeprefix(f"{own}/") if path.startswith(f"{own}/") else ""


def located(directory: ConfDirectory, name: str) -> str:
    """Return the file of that name, or of the one with the other ending; MissingError without.

    istio/istio@1.30.3:cni/pkg/install/cniconfig.go getCNIConfigFilepath
    """
    if not name:
        raise MissingError
    twin = f"{name}list" if name.endswith(".conf") else name.removesuffix("list")
    twins = (twin,) if name.endswith(_EXTENSIONS) else ()
    for candidate in (name, *twins):
        if directory.exists(path_of(candidate)):
            return name_of(candidate) or candidate
    raise MissingError


def read(directory: ConfDirectory, name: str) -> str:
    """Return a file's text; RefusedError if it is missing, or a directory."""
    try:
        return directory.read(path_of(name))
    except PathError:
        raise IstioRefusedError from None


def as_map(text: str) -> dict[str, JSON]:
    """Return a JSON object as Go's map; `null` is an empty one. RefusedError for anything else."""
    try:
        found = gojson.as_map(text)
    except JSONError:
        raise IstioRefusedError from None
    return {} if found is None else found.members


def plugins_of(config: Mapping[str, JSON]) -> list[JSON]:
    """Return the plugins of a list; RefusedError if it is none."""
    found = config.get("plugins")
    if not isinstance(found, Array):
        raise IstioRefusedError
    return found.items


def _without(config: Mapping[str, JSON]) -> list[JSON]:
    """Return the plugins but the first of its own; what stands before that one must be objects."""
    items = plugins_of(config)
    for index, item in enumerate(items):
        if not isinstance(item, Object):
            raise IstioRefusedError
        if item.members.get("type") == TYPE:
            return [*items[:index], *items[index + 1 :]]
    return items


def _text(members: Mapping[str, JSON]) -> str:
    return go_indented(Object(list(members.items())))


@lru_cache(maxsize=1024)
def inserted(plugin: str, existing: str) -> str:
    """Return a configuration with the plugin at its end, in place of one that was there.

    istio/istio@1.30.3:cni/pkg/install/cniconfig.go insertCNIConfig
    """
    own = Object([pair for pair in as_map(plugin).items() if pair[0] != "cniVersion"])
    found = as_map(existing)
    if "type" in found:
        single = Object([pair for pair in found.items() if pair[0] != "cniVersion"])
        made: dict[str, JSON] = {
            "name": "k8s-pod-network",
            "cniVersion": "0.3.1",
            "plugins": Array([single, own]),
        }
        return _text(made)
    return _text({**found, "plugins": Array([*_without(found), own])})


def taken_out(existing: str) -> str:
    """Return a list without the plugin: what Cleanup writes, also when it was not there."""
    found = as_map(existing)
    return _text({**found, "plugins": Array(_without(found))})
