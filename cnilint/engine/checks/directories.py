"""Whether Multus, the primary CNI and the container runtime mean the same directories."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cnilint.catalog.catalog import Role, runtime_directories
from cnilint.engine.edits.manifest import added
from cnilint.engine.edits.repairs import pin, remove_member, set_value, spelled
from cnilint.engine.hit import Hit
from cnilint.engine.sentences import either
from cnilint.kube.values import Steps
from cnilint.model.finding import Applicability, Fix, Level, Operation
from cnilint.model.tree import Route, Value, child, items, string
from cnilint.multus.configuration import Multus
from cnilint.multus.settings import KEYS, OWN_PREFIX
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.upstream.confdir import encoded

from .master import EXTENSIONS
from .primaries import comes_to_be, knows_writers, only_primary, primary_files, written_somewhere

OVERRIDES = "in daemon-config.json overrides the master when a pod starts"

NAMES = {"autoconfig_directory": "looks for its master", "conf_directory": "writes 00-multus.conf"}


def cni_dir_mismatch(cluster: Cluster) -> Iterator[Hit]:
    """CNI107: a directory is missing, not mounted from the host, or not the one others mean."""
    for one in cluster.multuses:
        if one.problem is not None or not one.in_view:
            continue
        classes = cluster.classes_of(one)
        if one.installer.container is None:
            yield from _delivered_elsewhere(one, classes)
            continue
        directory = classes[0].directory if classes else runtime_directories()[0]
        yield from _unmounted(one, directory)
        yield from _not_read(one, directory)
        yield from _primary_elsewhere(one, classes)


def readiness_file_never_written(cluster: Cluster) -> Iterator[Hit]:
    """CNI111: the file whose presence Multus waits for never comes to be."""
    for one in cluster.multuses:
        path = one.value("readiness")
        if not path or not one.auto:
            continue
        host = one.host_path(path) if one.thick else path
        why = None
        if host is None:
            why = "nothing is mounted there in its container"
        elif (
            posixpath.dirname(host) in {one.autoconfig_host, one.conf_host}
            and not comes_to_be(cluster, one, host)
            and knows_writers(cluster, one)
        ):
            known = primary_files(cluster, one)
            why = "nothing writes it" + (f" (written: {', '.join(known)})" if known else "")
        if why is None:
            continue
        yield Hit(
            location=one.place("readiness"),
            parameters={"product": one.installer.title, "path": path, "why": why},
            fixes=tuple(_readiness_fixes(cluster, one)),
        )


def cluster_network_overrides_master(cluster: Cluster) -> Iterator[Hit]:
    """CNI115: clusterNetwork in the daemon configuration wins over the pick when a pod starts."""
    for one in cluster.multuses:
        given = one.given("cluster_network")
        if given is None or not isinstance(given.value, str) or not one.auto:
            continue
        value = given.value
        why, level, name = _cluster_network(cluster, one, value)
        fixes: tuple[Fix, ...] = ()
        if name is not None and one.master in ("", name):
            edits = remove_member(one, KEYS["cluster_network"][0])
            pinned = pin(one, name, Applicability.SAFE) if not one.master else None
            edits += tuple(e for e in pinned.edits if _is_edit(e)) if pinned else ()  # type: ignore[misc]
            fixes = (Fix(f"pin the master instead: {name}", Applicability.SAFE, edits),)
        yield Hit(
            location=given.location,
            parameters={"value": repr(value), "effect": OVERRIDES, "why": why},
            fixes=fixes,
            level=level,
        )


def _cluster_network(
    cluster: Cluster, one: Multus, value: str
) -> tuple[str, Level | None, str | None]:
    """Return what a clusterNetwork does, at which level, and the file it means if it is usable."""
    if not value:
        return "it is empty, so every pod's network fails", None, None
    if "/" not in value:
        if posixpath.splitext(value)[1] in EXTENSIONS:
            why = "a name without a slash is a network's name, not a file's"
            return why, None, _meant(cluster, one, value)
        return f"the network called {value!r} is used, whatever master is picked", None, None
    host = one.host_path(value)
    if host is None:
        why = "there is no such path in the daemon's container"
        return why, None, _meant(cluster, one, value)
    if host in (one.autoconfig_host, one.conf_host):
        return "it is a directory: the first file in it is used, whichever that is", None, None
    if not comes_to_be(cluster, one, host) and knows_writers(cluster, one):
        return "nothing writes that file", None, None
    inside = posixpath.dirname(host) == one.autoconfig_host
    name = posixpath.basename(host) if inside else None
    if one.master and one.master != name:
        return f"pods get it, and not the pinned master {one.master}", None, None
    others = [other for other in _pickable(cluster, one) if other != name]
    if others and not one.master:
        why = f"pods get it, even where the log and 00-multus.conf show {either(others)}"
        return why, None, name
    return "it decides, and not the master that the log shows", Level.WARNING, name


def _meant(cluster: Cluster, one: Multus, value: str) -> str | None:
    """Return the file that a bare name or a path of the host means, if something writes it."""
    name = posixpath.basename(value)
    if "/" in value and posixpath.dirname(posixpath.normpath(value)) != one.autoconfig_host:
        return None
    return name if written_somewhere(cluster, one, name) else None


def _pickable(cluster: Cluster, one: Multus) -> list[str]:
    """Return the files that Multus could pick if it were not pinned, in byte order."""
    if one.autoconfig_host is None:
        return []
    found = {
        name
        for facts in cluster.classes_of(one)
        for name in facts.written(one.autoconfig_host)
        if "/" not in name and posixpath.splitext(name)[1] in EXTENSIONS
    }
    return sorted((n for n in found if not n.startswith(OWN_PREFIX)), key=encoded)


def _unmounted(one: Multus, directory: str) -> Iterator[Hit]:
    """Yield directories that are not set, or that lie inside the container only."""
    for name, what in NAMES.items():
        if name not in one.traits.directories or (name == "autoconfig_directory" and not one.auto):
            continue  # a master is only looked for where Multus is to find one
        path = one.value(name)
        if path and one.host_path(path) is not None:
            continue
        given, called = one.given(name), spelled(one, name)
        if given is None:
            default = f"its default {path} is" if path else "without a default it is"
            why = f"{called} is not set, and {default} no directory of the host"
        else:
            why = f"{called} is {path!r}, where no directory of the host is mounted"
        yield Hit(
            location=one.place(name),
            parameters={"product": one.installer.title, "what": what, "why": why},
            fixes=tuple(_directory_fix(one, name, directory, missing=given is None)),
        )


def _directory_fix(one: Multus, name: str, directory: str, *, missing: bool) -> Iterator[Fix]:
    workload, container = one.installer.workload, one.installer.container
    if workload is None or container is None:
        return
    path = workload.container_path(container, directory)
    if path is None:
        yield _mounted(one, name, directory)
        return
    edits = set_value(one, name, path)
    grade = Applicability.SAFE if missing else Applicability.DISPLAY
    if edits:
        title = f"{spelled(one, name)}: {path}, where {directory} is mounted"
        yield Fix(title, grade, edits)


def _mounted(one: Multus, name: str, directory: str) -> Fix:
    """Return the fix, for display, that mounts a directory of the host where Multus looks."""
    workload, container = one.installer.workload, one.installer.container
    if workload is None or container is None:
        raise ValueError("only a container has mounts")
    path = one.value(name) if one.given(name) is not None else f"/host{directory}"
    pods: Steps = (*workload.template, "spec")
    names = {string(child(v, "name")) for v in items(workload.manifest.at(*pods, "volumes"))}
    volume = next(n for n in ("cni", "cni-conf-dir", "host-cni-conf-dir") if n not in names)
    document = workload.manifest.document
    adding: list[tuple[Route, Value]] = [
        ((*container.route, "volumeMounts"), {"name": volume, "mountPath": path}),
        (
            (*workload.manifest.route, *pods, "volumes"),
            {"name": volume, "hostPath": {"path": directory}},
        ),
    ]
    edits = tuple(added(document, route, value) for route, value in adding)
    if one.given(name) is None:
        edits += set_value(one, name, path)
    return Fix(f"mount {directory} of the host at {path}", Applicability.DISPLAY, edits)


def _not_read(one: Multus, directory: str) -> Iterator[Hit]:
    """Yield a place for 00-multus.conf that no container runtime is known to read."""
    host = one.conf_host
    if host is None or host in runtime_directories() or not one.auto:
        return
    yield Hit(
        location=one.place("conf_directory"),
        parameters={
            "product": one.installer.title,
            "what": NAMES["conf_directory"],
            "why": f"it goes to {host} on the host, which no container runtime is known to read",
        },
        fixes=tuple(_directory_fix(one, "conf_directory", directory, missing=False)),
    )


def _primary_elsewhere(one: Multus, classes: list[ClassFacts]) -> Iterator[Hit]:
    """Yield when every primary writes to another host directory than Multus looks in."""
    looks = one.autoconfig_host
    if looks is None or not one.auto:
        return
    written = {
        installer.writes.directory: installer
        for facts in classes
        for installer in facts.installers
        if installer.role is Role.PRIMARY and installer.writes is not None
    }
    if not written or looks in written:
        return
    directory, installer = next(iter(written.items()))
    yield Hit(
        location=one.place("autoconfig_directory"),
        parameters={
            "product": one.installer.title,
            "what": NAMES["autoconfig_directory"],
            "why": f"it looks in {looks} of the host, and {installer.title} writes to {directory}",
        },
        fixes=tuple(_directory_fix(one, "autoconfig_directory", directory, missing=False)),
    )


def _delivered_elsewhere(one: Multus, classes: list[ClassFacts]) -> Iterator[Hit]:
    """Yield the same of a release whose values, or whose chart, name the host's directory."""
    names = ("autoconfig_directory", "host_directory")
    named = [one.installer.settings.get(name) for name in names]
    text = next((each.text for each in named if each is not None and each.text is not None), None)
    location = text.location if text is not None else one.installer.location()
    if one.installer.form.kind != "release" or location is None or not (text or named[-1]):
        return
    for hit in _primary_elsewhere(one, classes):
        yield Hit(location, hit.parameters)


def _readiness_fixes(cluster: Cluster, one: Multus) -> Iterator[Fix]:
    name = one.master or only_primary(cluster, one)
    if not name or not written_somewhere(cluster, one, name):
        return
    # the daemon looks in its own container, the plugin of thin Multus on the host
    directory = one.value("autoconfig_directory") if one.thick else one.autoconfig_host
    if directory is None:
        return
    path = posixpath.join(directory, name)
    edits = set_value(one, "readiness", path)
    if edits and edits[0].operation is Operation.REPLACE:
        yield Fix(f"wait for {path}", Applicability.UNSAFE, edits)


def _is_edit(edit: object) -> bool:
    return hasattr(edit, "operation")
