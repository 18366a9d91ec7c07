"""What Multus's containers see of the host, and what of it their release needs and they lack."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cnilint.catalog.form import argument
from cnilint.kube.workload import Container, Workload
from cnilint.model.tree import Route, Tree, child, follow, string
from cnilint.start import NamedTuple

from .configuration import Multus
from .requirements import DEFAULTS, SHIM_SOCKET_KEY, Need, needs

FORWARDING = ("HostToContainer", "Bidirectional")
"""The propagations by which a container sees what the host mounts later."""

NAMESPACES = ("/run/netns", "/var/run/netns")
KUBELET = "/var/lib/kubelet"
PLUGINS = "/opt/cni/bin"


class Gap(NamedTuple):
    """Something that a release needs and that the manifest does not give.

    `path` is the directory of the container it is about (empty if it is about none), `host` what is
    mounted there now; `mount` leads to a mount that is there and does not do.
    """

    need: Need
    path: str = ""
    host: str = ""
    mount: Route | None = None


def lacked(one: Multus) -> tuple[Gap, ...]:
    """Return what an install lacks to reach the host; nothing where its manifest is not in view."""
    workload, container = one.installer.workload, one.installer.container
    if workload is None or container is None or is_sketch(one):
        return ()
    wanted = needs(one)
    return tuple(gap for gap in _gaps(one, workload, container) if gap.need in wanted)


_OF_PODS = ("hostNetwork", "hostPID", "serviceAccountName", "serviceAccount")


def is_sketch(one: Multus) -> bool:
    """Whether a manifest says nothing of its pods' rights and surroundings: it leaves them out.

    A patch, or an extract of a manifest.
    """
    workload, container = one.installer.workload, one.installer.container
    if workload is None or container is None:
        return True
    pods = workload.specification
    if pods is not None and any(child(pods, key) is not None for key in _OF_PODS):
        return False
    return child(container.tree, "env") is None and child(container.tree, "envFrom") is None


def setting(one: Multus, key: str) -> str:
    """Return a path of the daemon's configuration, its default where it is left out."""
    given = one.member(key)
    if given is not None and isinstance(given.value, str) and given.value:
        return given.value
    return DEFAULTS.get(key, "")


def _gaps(one: Multus, workload: Workload, container: Container) -> Iterator[Gap]:
    if not _true(workload, "hostNetwork"):
        yield Gap(Need.HOST_NETWORK)
    if one.family == "thin":
        yield from _copied(one, workload, container)
        return
    if one.family != "thick":
        return
    if not _true(workload, "hostPID"):
        yield Gap(Need.HOST_PROCESSES)
    yield from _namespaces(workload, container)
    yield from _kubelet(workload, container)
    if one.tree is not None:
        yield from _root(one, workload, container)
        yield from _socket(one, workload, container)
        yield from _plugins(one, workload, container)


def _copied(one: Multus, workload: Workload, container: Container) -> Iterator[Gap]:
    """Yield the directory that the plugin is copied into, if it is inside the container."""
    skipped = argument(container, "--skip-multus-binary-copy", switch=True)
    if skipped is not None and skipped.value != "false":
        return
    given = argument(container, "--cni-bin-dir", joined=one.script)
    path = given.value if given is not None and given.value else "/host/opt/cni/bin"
    if "$" not in path and workload.host_path(container, path) is None:
        yield Gap(Need.COPIED_BINARY, path)


def _namespaces(workload: Workload, container: Container) -> Iterator[Gap]:
    """Yield the directory of network namespaces, mounted as itself or as a part of /run."""
    unseen: Gap | None = Gap(Need.NETWORK_NAMESPACES, NAMESPACES[0])
    for path in NAMESPACES:
        host = workload.host_path(container, path)
        if host is None or _real(host.path) != NAMESPACES[0]:
            continue
        if forwarded(workload, container, path):
            return
        unseen = Gap(
            Need.NETWORK_NAMESPACES, path, host.path, mount_route(workload, container, path)
        )
    if unseen is not None:
        yield unseen


def _kubelet(workload: Workload, container: Container) -> Iterator[Gap]:
    path = f"{KUBELET}/pod-resources"
    host = workload.host_path(container, path)
    if host is None:
        yield Gap(Need.KUBELET, KUBELET)
    elif not forwarded(workload, container, KUBELET) and workload.host_path(container, KUBELET):
        route = mount_route(workload, container, KUBELET)
        yield Gap(Need.KUBELET_PROPAGATION, KUBELET, host.path, route)


def _root(one: Multus, workload: Workload, container: Container) -> Iterator[Gap]:
    """Yield the directory that plugins are run in, where one is named: the host's root."""
    path = setting(one, "chrootDir")
    if not path or posixpath.normpath(path) == "/":
        return
    host = workload.host_path(container, path)
    if host is None or host.path != "/":
        yield Gap(Need.ROOT, path, host.path if host is not None else "")
    elif not forwarded(workload, container, path):
        yield Gap(Need.ROOT, path, host.path, mount_route(workload, container, path))


def _socket(one: Multus, workload: Workload, container: Container) -> Iterator[Gap]:
    """Yield the directory of the socket, if it is not where the plugin on the host looks."""
    path = setting(one, "socketDir")
    told = one.member(SHIM_SOCKET_KEY) if one.release >= (4, 1, 0) else None
    looked = told.value if told is not None and isinstance(told.value, str) and told.value else ""
    wanted = _real(looked or DEFAULTS["socketDir"])
    host = workload.host_path(container, path)
    if host is None or _real(host.path) != wanted:
        yield Gap(Need.SOCKET, path, host.path if host is not None else "")


def _plugins(one: Multus, workload: Workload, container: Container) -> Iterator[Gap]:
    """Yield the directory of plugins, if it is not seen under the path that it has on the host.

    Without a root to run them in, plugins are run where they are found.
    """
    path = setting(one, "binDir")
    host = workload.host_path(container, path)
    if host is None:
        yield Gap(Need.BINARIES, path)
    elif setting(one, "chrootDir") and _real(host.path) != _real(path):
        yield Gap(Need.BINARIES, path, host.path)


def forwarded(workload: Workload, container: Container, path: str) -> bool:
    """Whether a container sees what the host mounts below a path after the container started."""
    found = workload.mount(container, path)
    return found is not None and string(child(found[1], "mountPropagation")) in FORWARDING


def mount_route(workload: Workload, container: Container, path: str) -> Route | None:
    """Return the route of the mount that a path of a container lies in."""
    found = workload.mount(container, path)
    if found is None:
        return None
    return next((r for _p, tree, r in workload.mounts(container) if tree is found[1]), None)


def _real(path: str) -> str:
    """Return a path of the host as it is behind the link that /var/run is."""
    clean = posixpath.normpath(path)
    return clean.removeprefix("/var") if clean.startswith("/var/run/") else clean


def _true(workload: Workload, key: str) -> bool:
    pods: Tree | None = workload.specification
    found = child(pods, key) if pods is not None else None
    return found is not None and getattr(follow(found), "value", None) is True
