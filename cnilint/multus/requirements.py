"""What each release of Multus needs of the manifest that runs it: one table.

Sources: k8snetworkplumbingwg/multus-cni, deployments/multus-daemonset-thick.yml and
deployments/multus-daemonset.yml at every tag from v3.9.3 to v4.3.0, and what reads it: @v4.1.0
commits 50c035746 (pods are watched), 1dd4edded (plugins are looked up in the container), f6afc79b4,
849a3cd45 (the kubelet's directory), @v4.0.2, v4.3.0:pkg/server/exec_chroot.go,
@v4.3.0:pkg/server/server.go newPodInformer, FilesystemPreRequirements, images/Dockerfile,
images/Dockerfile.thick, @v3.9.3:images/Dockerfile.
"""

from __future__ import annotations

import posixpath
from enum import Enum

from cnilint.catalog.release import Release
from cnilint.kube.workload import Container
from cnilint.start import NamedTuple, lazy_pattern

from .configuration import Multus


class Need(Enum):
    """Something that Multus cannot do without, or not well."""

    HOST_NETWORK = "host-network"
    HOST_PROCESSES = "host-processes"
    NETWORK_NAMESPACES = "network-namespaces"
    ROOT = "root"
    SOCKET = "socket"
    BINARIES = "binaries"
    """The directory of plugins in the daemon's container, under the path it has on the host."""
    COPIED_BINARY = "copied-binary"
    """The directory that the entrypoint copies its plugin into."""
    KUBELET = "kubelet"
    KUBELET_PROPAGATION = "kubelet-propagation"
    NODE_NAME = "node-name"
    POD_WATCH = "pod-watch"


_FIRST: Release = (0, 0, 0)
_THICK: Release = (4, 0, 0)

INFORMERS: Release = (4, 1, 0)
"""The first release of the daemon that watches pods and definitions instead of asking for each."""

LIVE_QUERY: Release = (4, 2, 0)
"""From here on a pod that the watch does not show is asked for (commit fb03b0f75)."""

WATCHES_CONFIG: Release = (4, 1, 0)
"""The first release of the entrypoint that follows its master and its kubeconfig."""

_SINCE = {
    "thick": {
        Need.HOST_NETWORK: _THICK,
        Need.HOST_PROCESSES: _THICK,
        Need.NETWORK_NAMESPACES: _THICK,
        Need.ROOT: _THICK,
        Need.SOCKET: _THICK,
        Need.KUBELET: _THICK,
        Need.KUBELET_PROPAGATION: (4, 1, 0),
        Need.BINARIES: (4, 1, 0),
        Need.NODE_NAME: INFORMERS,
        Need.POD_WATCH: INFORMERS,
    },
    "thin": {Need.HOST_NETWORK: _FIRST, Need.COPIED_BINARY: _FIRST},
    "legacy": {Need.HOST_NETWORK: _FIRST},
}

DEFAULTS = {
    "binDir": "/opt/cni/bin",
    "socketDir": "/run/multus",
    "confDir": "/etc/cni/multus/net.d",
}
"""Keys of the daemon's configuration with paths, and what they are where they are left out."""

SHIM_SOCKET_KEY = "daemonSocketDir"
"""Where the plugin on the host looks for the daemon; read from v4.1.0 on."""


def needs(one: Multus) -> frozenset[Need]:
    """Return what the release of an install needs; one whose release is unknown needs the newest's.

    Which of them is certain for every release, `is_certain` tells.
    """
    return frozenset(need for need, since in _SINCE[one.family].items() if one.release >= since)


def since(one: Multus, need: Need) -> Release:
    """Return the first release that needs something."""
    return _SINCE[one.family][need]


def release_is_known(one: Multus) -> bool:
    """Whether the image names its release, or has a tag of upstream's that means the newest."""
    container = one.installer.container
    if one.installer.release is not None or container is None:
        return one.installer.release is not None
    tag = container.image.tag
    return image_flavour(container) is not None and MOVING.match(tag) is not None


def is_certain(one: Multus, need: Need) -> bool:
    """Whether the install needs it for certain: its release is given, or all releases need it."""
    first = min((4, 0, 0), one.release)
    return one.installer.release is not None or since(one, need) <= first


class Kept(NamedTuple):
    """A program of the image: since which release it is there, and from which on no longer."""

    since: Release
    until: Release = (10**9, 0, 0)


_BINARIES = "/usr/src/multus-cni/bin"
_BOTH = {
    f"{_BINARIES}/multus-shim": Kept((4, 0, 0)),
    f"{_BINARIES}/install_multus": Kept((4, 0, 0)),
    f"{_BINARIES}/thin_entrypoint": Kept((4, 0, 0)),
    f"{_BINARIES}/passthru": Kept((4, 2, 1)),
    f"{_BINARIES}/generate-kubeconfig": Kept((3, 9, 0), (4, 0, 0)),
    f"{_BINARIES}/kubeconfig_generator": Kept((4, 1, 0)),
    f"{_BINARIES}/cert-approver": Kept((4, 1, 0)),
    "/cert-approver": Kept((4, 1, 0)),
}
_NEVER = Kept((10**9, 0, 0))
PROGRAMS = {
    "thick": _BOTH
    | {
        "/thin_entrypoint": _NEVER,
        "/install_multus": _NEVER,
        "/kubeconfig_generator": _NEVER,
        "/entrypoint.sh": _NEVER,
    },
    "thin": _BOTH
    | {
        "/thin_entrypoint": Kept((4, 0, 0)),
        "/install_multus": Kept((4, 0, 0)),
        "/kubeconfig_generator": Kept((4, 1, 0)),
        "/entrypoint.sh": Kept(_FIRST, (4, 0, 0)),
    },
}
"""The programs that manifests name, by the flavour of the image (`-thick` in its tag or not)."""

DISTROLESS: Release = (4, 0, 0)
"""The first release whose thin image has no shell and no `cp` (commit dcf92c8e9)."""

NOT_IN_DISTROLESS = frozenset({"cp", "sh", "bash", "mv", "install", "ln", "mkdir", "cat", "chmod"})

_UPSTREAM = lazy_pattern(r"(^|/)k8snetworkplumbingwg/multus-cni$")
_EKS = lazy_pattern(r"(^|/)eks/multus-cni$")
_THICK_TAG = lazy_pattern(r"(^|[-_])thick(?![a-z])")

MOVING = lazy_pattern(r"^(snapshot|latest|stable|main|master|edge|nightly)([-_.]|$)")
"""Tags of images that are put on other images from time to time.

k8snetworkplumbingwg/multus-cni@v4.3.0:.github/workflows/image-push-master.yml, -release.yml
"""


class Flavour(NamedTuple):
    """What is known of the image of a container."""

    name: str
    """`thick` or `thin`."""
    upstream: bool
    """Whether it is upstream's own, so that its files are known."""


def image_flavour(container: Container) -> Flavour | None:
    """Return which of the two images a container runs; None where its name is not known to tell.

    AWS's images mark the thick one in the same way, what else is in them is theirs.
    """
    image = container.image
    upstream = _UPSTREAM.search(image.repository) is not None
    if not upstream and not _EKS.search(image.repository):
        return None
    return Flavour("thick" if _THICK_TAG.search(image.tag) else "thin", upstream)


def lacks(container: Container, release: Release, path: str) -> Kept | None:
    """Return since when a program is in the image, if the image of a release does not have it.

    None if it has it, and for programs and images of which nothing is known.
    """
    flavour = image_flavour(container)
    if flavour is None or not flavour.upstream:
        return None
    kept = PROGRAMS[flavour.name].get(posixpath.normpath(path))
    if kept is None or kept.since <= release < kept.until:
        return None
    return kept


def has_no_shell(container: Container, release: Release) -> bool:
    """Whether the image has no shell and none of the small programs that come with one."""
    flavour = image_flavour(container)
    return (
        flavour is not None
        and flavour.upstream
        and flavour.name == "thin"
        and release >= DISTROLESS
    )


def absent_program(container: Container, release: Release, path: str) -> bool:
    """Whether a program that a container runs is known not to be in the image of a release."""
    small = posixpath.basename(path) in NOT_IN_DISTROLESS and has_no_shell(container, release)
    return small or lacks(container, release, path) is not None


DAEMON_FLAGS = frozenset({"config", "version"})
"""k8snetworkplumbingwg/multus-cni@v4.0.0, v4.3.0:cmd/multus-daemon/main.go."""

GENERATOR_FLAGS = frozenset(
    {
        *("cni-config-dir", "multus-conf-file", "multus-master-cni-file", "multus-autoconfig-dir"),
        *("namespace-isolation", "global-namespaces", "multus-log-to-stderr", "multus-log-level"),
        *("multus-log-file", "multus-log-max-size", "multus-log-max-age", "multus-log-max-backups"),
        *("multus-log-compress", "cni-version", "additional-bin-dir", "readiness-indicator-file"),
        *("multus-kubeconfig-file-host", "override-network-name", "version", "v"),
    }
)
"""Those of v3.9's daemon: k8snetworkplumbingwg/multus-cni@v3.9.3:cmd/controller/main.go."""
