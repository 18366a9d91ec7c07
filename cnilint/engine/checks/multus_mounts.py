"""Whether Multus's pods see of the host what their release needs, and leave the rest alone."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cnilint.catalog.release import shown
from cnilint.engine.edits.manifest import in_pods, mounted, propagated
from cnilint.engine.edits.repairs import set_member
from cnilint.engine.hit import Hit
from cnilint.kube.manifest import Manifest
from cnilint.kube.workload import Container, Workload
from cnilint.model.finding import Applicability, Edit, Fix, Level, Location
from cnilint.model.tree import child, descend, items, string
from cnilint.multus.configuration import Multus
from cnilint.multus.host_access import KUBELET, NAMESPACES, PLUGINS, Gap, lacked, setting
from cnilint.multus.requirements import Need, is_certain, since
from cnilint.simulation.cluster import Cluster
from cnilint.start import lazy_pattern

from .skews import skew_in

_EFFECTS = {
    Need.HOST_NETWORK: "its own pod waits for the network that it is to provide",
    Need.HOST_PROCESSES: "network namespaces that are given by process are not found",
    Need.NETWORK_NAMESPACES: "it cannot enter the network namespaces of new pods",
    Need.ROOT: "plugins cannot be run in the host's root",
    Need.SOCKET: "the plugin on the host never reaches the daemon, and no pod starts",
    Need.BINARIES: "it finds no plugin, and no pod starts",
    Need.COPIED_BINARY: "it cannot copy its plugin to the host and exits",
    Need.KUBELET: "devices that the kubelet gave a pod are not found",
    Need.KUBELET_PROPAGATION: "volumes of deleted pods stay busy and cannot be unmounted",
}
_WARNINGS = (Need.KUBELET, Need.KUBELET_PROPAGATION)

_SHARED = lazy_pattern(
    r"/(dev|etc|home|opt|proc|root|run|sys|tmp|usr|var)?"
    r"|/etc/(cni|cni/net\.d|kubernetes)"
    r"|/opt/cni(/bin)?"
    r"|(/var)?/run/(calico|cilium|containerd|crio|flannel|k8s\.cni\.cncf\.io|lock|netns|secrets)"
    r"|(/var)?/run/(systemd|udev|user)"
    r"|/var/(lib|lib/cni|lib/cni/multus|lib/kubelet|log|run|tmp)"
)
"""Directories of a node that others keep something in."""


def missing_mount(cluster: Cluster) -> Iterator[Hit]:
    """CNI307: Multus's pods lack something of the host that their release needs."""
    for one in cluster.multuses:
        workload, container = one.installer.workload, one.installer.container
        if workload is None or container is None:
            continue
        other = skew_in(cluster, one)
        if other is not None and not other.missing:
            continue  # it does not come to that
        for gap in lacked(one):
            if gap.need is Need.SOCKET and _emptied(one, workload, container):
                continue  # CNI313 says so
            if other is None or since(one, gap.need) <= other.wanted:
                yield _hit(one, workload, container, gap)
        yield from _definitions(cluster, one, workload, container)


def socket_directory_not_dedicated(cluster: Cluster) -> Iterator[Hit]:
    """CNI313: the directory that the daemon empties at its start holds what others need."""
    for one in cluster.multuses:
        workload, container = one.installer.workload, one.installer.container
        given = one.member("socketDir")
        if workload is None or container is None or one.family != "thick" or given is None:
            continue
        what = _emptied(one, workload, container)
        if not what:
            continue
        path = setting(one, "socketDir")
        host, clean = workload.host_path(container, path), posixpath.normpath(path)
        below = posixpath.join(clean, "multus/")
        edits = set_member(one, "socketDir", below)
        shim = f", where {posixpath.normpath(host.path)}/multus is on the host" if host else ""
        fits = host is not None and posixpath.normpath(host.path) in ("/run", "/var/run")
        grade = Applicability.SAFE if fits else Applicability.DISPLAY
        fixes = (Fix(f"socketDir: {below}{shim}", grade, edits),) if edits else ()
        parameters = {"product": one.installer.title, "path": path, "why": what}
        yield Hit(given.location, parameters, fixes=fixes)


def _emptied(one: Multus, workload: Workload, container: Container) -> str:
    """Return what is lost when the daemon removes the directory of its socket; empty if nothing.

    k8snetworkplumbingwg/multus-cni@v4.0.2, v4.3.0:pkg/server/server.go FilesystemPreRequirements
    """
    if one.member("socketDir") is None:
        return ""
    path = setting(one, "socketDir")
    host, clean = workload.host_path(container, path), posixpath.normpath(path)
    mounts = sorted(where for where, _tree, _route in workload.mounts(container))
    if host is not None and _SHARED.fullmatch(posixpath.normpath(host.path)):
        return f"it is {host.path} of the host, where others keep what they need"
    if clean in mounts:
        return "a directory is mounted there, which cannot be removed, so the daemon then exits"
    inside = [where for where in mounts if where.startswith(clean.rstrip("/") + "/")]
    return f"{', '.join(inside)} is mounted inside it" if inside else ""


def _hit(one: Multus, workload: Workload, container: Container, gap: Gap) -> Hit:
    level = Level.WARNING if gap.need in _WARNINGS or not is_certain(one, gap.need) else None
    first = since(one, gap.need)
    whose = f"from {shown(first)} on" if first > (4, 0, 0) else ""
    if not is_certain(one, gap.need):
        whose = f"{whose}; taken as {shown(one.release)}, as the image names no release"
    effect = _EFFECTS[gap.need] + (f" ({whose.lstrip('; ')})" if whose else "")
    return Hit(
        location=_place(one, workload, container, gap),
        parameters={"product": one.installer.title, "what": _what(gap), "effect": effect},
        fixes=tuple(_fixes(one, workload, container, gap)),
        level=level,
    )


def _what(gap: Gap) -> str:
    """Return what is missing, as a sentence without its subject."""
    if gap.need is Need.HOST_NETWORK:
        return "has no hostNetwork"
    if gap.need is Need.HOST_PROCESSES:
        return "has no hostPID"
    if gap.mount is not None:
        return f"mounts {gap.path} without mountPropagation: HostToContainer"
    if gap.host:
        return f"has {gap.host} of the host mounted at {gap.path}"
    return f"has no directory of the host mounted at {gap.path}"


def _place(one: Multus, workload: Workload, container: Container, gap: Gap) -> Location:
    manifest = workload.manifest
    if gap.need in (Need.HOST_NETWORK, Need.HOST_PROCESSES):
        key = "hostNetwork" if gap.need is Need.HOST_NETWORK else "hostPID"
        steps = (*workload.template, "spec", key)
        if manifest.at(*steps) is not None:
            return manifest.location(*steps)
        return manifest.locate(container.tree, container.route)
    if gap.mount is not None:
        at = gap.mount[-1]
        tree = descend(container.tree, "volumeMounts", at) if isinstance(at, int) else None
        if tree is not None:
            return manifest.locate(tree, gap.mount)
    if gap.need in (Need.SOCKET, Need.ROOT):
        given = one.member("socketDir" if gap.need is Need.SOCKET else "chrootDir")
        if given is not None and gap.host:
            return given.location
    mounts = child(container.tree, "volumeMounts")
    if mounts is not None:
        return manifest.locate(mounts, (*container.route, "volumeMounts"))
    return manifest.locate(container.tree, container.route)


def _fixes(one: Multus, workload: Workload, container: Container, gap: Gap) -> Iterator[Fix]:
    """Yield the fix where the shape is the usual one; else it is shown."""
    title, safe = "", True
    edits: tuple[Edit, ...] = ()
    if gap.need is Need.HOST_NETWORK:
        title, edits = "hostNetwork: true", (in_pods(workload, "hostNetwork", value=True),)
    elif gap.need is Need.HOST_PROCESSES:
        title, edits = "hostPID: true", (in_pods(workload, "hostPID", value=True),)
    elif gap.mount is not None:
        title, edits = "mountPropagation: HostToContainer", (propagated(container, gap.mount),)
    elif not gap.host and (usual := _usual(one, gap)) is not None:
        host, path, name, propagation = usual
        title = f"mount {host} of the host at {path}"
        edits = mounted(workload, container, host, path, name, propagation)
        safe = gap.need is not Need.COPIED_BINARY or host == PLUGINS
    if edits:
        yield Fix(title, Applicability.SAFE if safe else Applicability.DISPLAY, edits)
    elif gap.need is Need.SOCKET:
        note = "the plugin looks in /run/multus of the host unless daemonSocketDir says otherwise"
        yield Fix("let socketDir be /run/multus of the host", Applicability.DISPLAY, (), note)


def _usual(one: Multus, gap: Gap) -> tuple[str, str, str, str] | None:
    """Return what upstream's manifest mounts: of the host, where, by what name, how it goes on."""
    if gap.need is Need.NETWORK_NAMESPACES:
        return NAMESPACES[0], NAMESPACES[0], "host-run-netns", "HostToContainer"
    if gap.need is Need.KUBELET:
        return KUBELET, KUBELET, "host-var-lib-kubelet", "HostToContainer"
    if gap.need is Need.ROOT and gap.path.strip("/"):
        return "/", gap.path, "hostroot", "HostToContainer"
    if gap.need in (Need.BINARIES, Need.COPIED_BINARY):
        host = _plugins_of(one) if gap.need is Need.COPIED_BINARY else gap.path
        return host, gap.path, "cnibin", ""
    clean = posixpath.normpath(gap.path)
    if gap.need is Need.SOCKET and clean.endswith("/run/multus") and one.member("socketDir"):
        return "/run", posixpath.dirname(clean), "host-run", ""
    return None


def _plugins_of(one: Multus) -> str:
    """Return the directory of plugins that another container of the pod sees, else the usual."""
    workload = one.installer.workload
    for volume in (
        items(workload.manifest.at(*workload.template, "spec", "volumes")) if workload else ()
    ):
        path = string(descend(volume, "hostPath", "path")) or ""
        if path.rstrip("/").endswith("/bin"):
            return path.rstrip("/")
    return PLUGINS


def _definitions(
    cluster: Cluster, one: Multus, workload: Workload, container: Container
) -> Iterator[Hit]:
    """Yield the directory in which definitions without a configuration are looked up.

    k8snetworkplumbingwg/multus-cni@v4.1.0, v4.3.0:pkg/k8sclient/k8sclient.go: it is read in the
    daemon's container (before v4.1.0, in the host's root).
    """
    if one.family != "thick" or one.release < (4, 1, 0) or one.tree is None:
        return
    empty = next((each for each in cluster.manifests if _is_empty_definition(each)), None)
    path = setting(one, "confDir")
    if empty is None or workload.mount(container, path) is not None:
        return
    edits: tuple[Edit, ...] = mounted(workload, container, path, path, "multus-conf-dir")
    plain = one.member("confDir") is None
    mounts = child(container.tree, "volumeMounts")
    yield Hit(
        location=workload.manifest.locate(
            mounts or container.tree,
            (*container.route, "volumeMounts") if mounts is not None else container.route,
        ),
        parameters={
            "product": one.installer.title,
            "what": f"has nothing mounted at {path}",
            "effect": f"{empty.title} has no configuration, and its file is looked up there",
        },
        fixes=(
            Fix(
                f"mount {path} of the host",
                Applicability.SAFE if plain else Applicability.DISPLAY,
                edits,
            ),
        ),
    )


def _is_empty_definition(one: Manifest) -> bool:
    """Whether an object is a definition whose configuration is a file of the node."""
    if one.kind != "NetworkAttachmentDefinition" or not one.api_version.startswith(
        "k8s.cni.cncf.io/"
    ):
        return False
    return not string(one.at("spec", "config"))
