"""Which file a Multus install is likely to be meant to take as its master."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from cnilint.catalog.catalog import Action, Role
from cnilint.catalog.installer import Installer
from cnilint.multus.configuration import Multus
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.upstream.confdir import encoded
from cnilint.upstream.netconf import plugin_types

COMMON = frozenset({"bandwidth", "firewall", "portmap", "sbr", "tuning"})
"""Plugins of the CNI project that networks of any product have at their end."""


def primary_files(cluster: Cluster, one: Multus) -> list[str]:
    """Return the files of primary CNIs that Multus would find, on any class it runs on."""
    found = {
        installer.writes.name
        for facts in cluster.classes_of(one)
        for installer in facts.installers
        if installer.role is Role.PRIMARY
        and installer.writes is not None
        and installer.writes.directory == one.autoconfig_host
    }
    return sorted(found, key=encoded)


def meant_files(cluster: Cluster, one: Multus) -> list[str]:
    """Return the files that can be meant to own the pods, on any class Multus runs on.

    The one that the configuration says is meant, if it comes to be there. Else those that hold
    what no other holds and more: a copy counts for what it copies, a chain for its part.
    """
    if cluster.primary and written_somewhere(cluster, one, cluster.primary):
        return [cluster.primary]
    classes = cluster.classes_of(one)
    return _meant(classes, primary_files(cluster, one), one.autoconfig_host or "")


def class_primaries(facts: ClassFacts, *, but: Installer | None = None) -> list[str]:
    """Return the files that can be meant to own the pods in the directory a class's runtime reads.

    As `meant_files`; the file of the install `but` is not among them.
    """
    if facts.primary and facts.primary in facts.written(facts.directory):
        return [facts.primary]
    found = {
        installer.writes.name
        for installer in facts.installers
        if installer.role is Role.PRIMARY
        and installer.writes is not None
        and installer.writes.directory == facts.directory
    }
    return _meant([facts], sorted(found, key=encoded), facts.directory, but)


def _meant(
    classes: Sequence[ClassFacts], files: list[str], directory: str, but: Installer | None = None
) -> list[str]:
    """Return files without those that others hold, and with the outermost of these others."""
    above = {name: _holders(classes, name, directory, but) for name in files}
    outer = {name for names in above.values() for name in names}
    found = {name for name in files if not above[name]}
    found |= {name for name in outer if not _holders(classes, name, directory, but)}
    return sorted(found, key=encoded)


def _holders(
    classes: Sequence[ClassFacts], name: str, directory: str, but: Installer | None
) -> set[str]:
    """Return the files of other installs that hold a file's chain, and more."""
    found: set[str] = set()
    for facts in classes:
        part = set(_plugins(facts, f"{directory}/{name}"))
        for installer in facts.installers:
            file = installer.writes
            if file is None or file.name == name or file.directory != directory:
                continue
            if installer is but or installer.action is Action.DELEGATE:
                continue
            if _copies(facts, installer, name) or (part and part < set(_plugins(facts, file.path))):
                found.add(file.name)
    return found


def _copies(facts: ClassFacts, installer: Installer, name: str) -> bool:
    """Whether a file is a copy of another one, whatever it came to hold in some order.

    It is one of the file that it names, else of the first one: the primary's, if there is but one.
    """
    does = installer.behaviour
    if installer.action is not Action.COPY or does.of_network:
        return False
    primaries = {m.writes.name for m in facts.installers if m.writes and m.role is Role.PRIMARY}
    return name == does.target or (not does.target and primaries == {name})


def _plugins(facts: ClassFacts, path: str) -> list[str]:
    """Return the plugins of a file as its install brings it, but for those that any CNI chains."""
    inserted = {
        m.product.plugins[0]["type"]
        for m in facts.installers
        if m.action is Action.INSERT and m.product.plugins
    }
    text = facts.simulation.contents.get(path, "")
    return [kind for kind in plugin_types(text) if kind not in inserted | COMMON]


def only_primary(cluster: Cluster, one: Multus) -> str | None:
    """Return the file of the one primary CNI that can be meant, or None."""
    found = meant_files(cluster, one)
    return found[0] if len(found) == 1 else None


def written_somewhere(cluster: Cluster, one: Multus, name: str) -> bool:
    """Whether a file that Multus would look for by a name comes to be on a class it runs on."""
    if one.autoconfig_host is None:
        return False
    return comes_to_be(cluster, one, posixpath.normpath(f"{one.autoconfig_host}/{name}"))


def comes_to_be(cluster: Cluster, one: Multus, path: str) -> bool:
    """Whether something writes a path of the host on a class that a Multus runs on.

    The file of an install counts that ends before it writes it: nothing is wrong with its name.
    """
    return any(
        path in facts.simulation.contents
        or any(each.writes is not None and each.writes.path == path for each in facts.installers)
        for facts in cluster.classes_of(one)
    )


def writer(cluster: Cluster, one: Multus, name: str) -> Installer | None:
    """Return the installer that writes the file Multus looks for by a name, or None."""
    path = posixpath.normpath(f"{one.autoconfig_host}/{name}")
    for facts in cluster.classes_of(one):
        for installer in facts.installers:
            if installer.writes is not None and installer.writes.path == path:
                return installer
    return None


def knows_writers(cluster: Cluster, one: Multus) -> bool:
    """Whether the manifests show anything that writes where Multus looks for its master.

    Without that, nothing can be said of a name: the rest of the cluster is elsewhere. Nor can it
    where a path or a name is filled in later.
    """
    if hides_a_file(cluster, one):
        return False
    return bool(_file_makers(cluster, one)) or any(
        _host_files(facts) for facts in cluster.classes_of(one)
    )


def only_assumed(cluster: Cluster, one: Multus) -> str:
    """Return which CNI is assumed, and why, where the manifests show none; empty otherwise."""
    makers = _file_makers(cluster, one)
    if not makers or not all(installer.assumed for installer in makers):
        return ""
    return f"if {makers[0].title} is there (assumed: {makers[0].assumed})"


def hides_a_file(cluster: Cluster, one: Multus) -> bool:
    """Whether a file that some CNI writes has a path that is filled in later."""
    return any(installer.later for installer in _file_makers(cluster, one))


def filled_in_later(value: str) -> bool:
    """Whether a value has a variable in it that nothing in the manifests gives."""
    return "$" in value or "{{" in value


def _file_makers(cluster: Cluster, one: Multus) -> list[Installer]:
    return [
        installer
        for facts in cluster.classes_of(one)
        for installer in facts.installers
        if installer.action in (Action.WRITE, Action.COPY, Action.REFER)
    ]


def _host_files(facts: ClassFacts) -> bool:
    return any(entry.on_host for entry in facts.entries)
