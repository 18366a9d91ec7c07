"""Whether the products of a class keep the plugins' programs in one directory."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cnilint.catalog.catalog import Role
from cnilint.catalog.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.model.finding import Applicability, Fix, Location, Related
from cnilint.model.tree import child, descend, string
from cnilint.multus.configuration import Multus
from cnilint.multus.host_access import setting
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple, lazy_pattern

from .network_needs import K3S_PLUGINS

_BINARIES = lazy_pattern(
    r"(^|/)cni/bin$|(^|/)data/(cni|current/bin)$|(^|/)kubernetes/bin$|/opt/cni$"
)
"""Directories of plugins' programs, of containers and of hosts (k3s, GKE and all others)."""


class _Directory(NamedTuple):
    path: str
    place: Location


def bin_directory_mismatch(cluster: Cluster) -> Iterator[Hit]:
    """CNI215: Multus looks for programs where the CNI of its class does not put them."""
    for one in cluster.multuses:
        own = _looked_in(one)
        if not own:
            continue
        for primary in _primaries(cluster, one):
            theirs = _directories(primary)
            shared = {_same(d.path) for d in own} & {_same(d.path) for d in theirs}
            if not theirs or shared:
                continue
            first = theirs[0]
            yield Hit(
                location=own[0].place,
                parameters={
                    "product": one.installer.title,
                    "directory": own[0].path,
                    "other": primary.title,
                    "theirs": first.path,
                },
                related=(Related(first.place, f"{primary.title} puts its programs there"),),
                fixes=(Fix(f"use {first.path} for both", Applicability.DISPLAY, ()),),
            )
            break


def _primaries(cluster: Cluster, one: Multus) -> list[Installer]:
    found = {
        id(each): each
        for facts in cluster.classes_of(one)
        for each in facts.installers
        if each.role is Role.PRIMARY
    }
    return list(found.values())


def _looked_in(one: Multus) -> list[_Directory]:
    """Return where Multus looks for programs of the host, its own among them."""
    found = _directories(one.installer)
    given = one.member("binDir") if one.family == "thick" else None
    if given is not None and (path := setting(one, "binDir")):
        return [_Directory(posixpath.normpath(path), given.location)]
    return found


def _directories(one: Installer) -> list[_Directory]:
    """Return the directories of the host in which an install's pods keep programs."""
    workload = one.workload
    if workload is None:
        given, place = one.settings.get("binary_directory"), one.location()
        if given is None or place is None or not given.value:
            return []
        return [_Directory(given.value, given.text.location if given.text else place)]
    found: dict[str, _Directory] = {}
    for container in workload.containers:
        for path, tree, _route in workload.mounts(container):
            volume = workload.volume(string(child(tree, "name")) or "")
            base = string(descend(volume[0], "hostPath", "path")) if volume else None
            if volume is None or not base or "$" in base:
                continue
            clean = posixpath.normpath(base)
            if _BINARIES.search(path) or _BINARIES.search(clean):
                place = workload.manifest.locate(volume[0], volume[1])
                found.setdefault(clean, _Directory(clean, place))
    return list(found.values())


def _same(path: str) -> str:
    """Return a directory by the name that its other names lead to (k3s links one to the other)."""
    return K3S_PLUGINS if path.startswith(K3S_PLUGINS) else path
