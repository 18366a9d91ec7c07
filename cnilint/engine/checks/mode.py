"""Whether Multus is told to pick its master, or to use a file, and whether that can work."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cnilint.engine.edits.repairs import auto_and_pinned
from cnilint.engine.hit import Hit
from cnilint.model.finding import Applicability, Fix
from cnilint.multus.configuration import Multus
from cnilint.multus.settings import OWN_PREFIX
from cnilint.simulation.cluster import Cluster

from .primaries import filled_in_later, only_primary, written_somewhere


def config_file_in_cni_dir(cluster: Cluster) -> Iterator[Hit]:
    """CNI105: the file Multus is to use lies in the directory that it copies it into."""
    for one in cluster.multuses:
        if not _inside(one):
            continue
        path = one.value("mode")
        name = posixpath.basename(path)
        usable = not name.startswith(OWN_PREFIX) and written_somewhere(cluster, one, name)
        meant = name if usable else only_primary(cluster, one)
        fix = auto_and_pinned(one, meant, Applicability.SAFE)
        yield Hit(
            location=one.place("mode"),
            parameters={
                "product": one.installer.title,
                "path": path,
                "name": name,
                "effect": _effect(one, name),
            },
            fixes=(fix,) if fix is not None else (),
        )


def config_file_mode_unusable(cluster: Cluster) -> Iterator[Hit]:
    """CNI106: the mode is not `auto`, and this release cannot work with a file (or has none)."""
    for one in cluster.multuses:
        if one.auto or _inside(one) or filled_in_later(one.value("mode")):
            continue
        why = _unusable(one)
        if why is None:
            continue
        value = one.value("mode")
        grade = Applicability.SAFE if _means_auto(value) else Applicability.UNSAFE
        fix: Fix | None = auto_and_pinned(one, only_primary(cluster, one), grade)
        yield Hit(
            location=one.place("mode"),
            parameters={"product": one.installer.title, "value": repr(value), "why": why},
            fixes=(fix,) if fix is not None else (),
        )


def _inside(one: Multus) -> bool:
    """Whether the file to use is in the directory 00-multus.conf's place is in, by host paths.

    The entrypoint copies through a temporary file, so there it matters only when it deletes "its"
    file at the end.
    """
    if one.auto or one.conf_host is None:
        return False
    host = one.host_path(one.value("mode"))
    if host is None or posixpath.dirname(host) != one.conf_host:
        return False
    return one.thick or one.cleans_up


def _effect(one: Multus, name: str) -> str:
    if not one.thick:
        return f"{name} is deleted when Multus ends"
    emptied = f"{name} is truncated to 0 bytes"
    return f"{emptied}, and the daemon then exits" if one.traits.exits_unless_auto else emptied


def _unusable(one: Multus) -> str | None:
    """Return why Multus cannot use the file it is told to use, or None if it can.

    k8snetworkplumbingwg/multus-cni@v3.9.3, v4.0.2, v4.3.0:cmd/multus-daemon/main.go (the daemon);
    @v4.3.0:cmd/thin_entrypoint/main.go (the entrypoint).
    """
    path = one.value("mode")
    if one.traits.empties_file:
        return "this release writes an empty file in its place"
    if one.traits.exits_unless_auto:
        return 'with anything but exactly "auto" this release\'s daemon exits right after its start'
    if _means_auto(path):
        return 'only exactly "auto" is auto, anything else is the path of a file'
    if not one.file_is_missing:
        return None
    return "nothing is mounted there, so the file does not exist"


def _means_auto(value: str) -> bool:
    return value.strip().strip("\"'").casefold() in ("auto", "")
