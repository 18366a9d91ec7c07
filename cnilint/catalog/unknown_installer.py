"""Workloads that may write CNI configurations though no entry of the catalog explains them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnilint.kube.manifest import Manifest, ManifestIndex
from cnilint.kube.scheduling import Placement, placement
from cnilint.kube.workload import HOST_PATH, Container, Workload, workload
from cnilint.model.finding import Location
from cnilint.model.tree import child, descend, string
from cnilint.start import NamedTuple

from .catalog import runtime_directories
from .installer import Installer


class UnknownWriter(NamedTuple):
    """A workload that can write where a runtime reads: the object, the directory, its mount."""

    object: str
    directory: str
    location: Location
    placement: Placement


def unknown_writers(
    manifests: Iterable[Manifest], index: ManifestIndex, known: Iterable[Installer]
) -> Iterator[UnknownWriter]:
    """Yield the workloads that mount a runtime's directory, or one above it, to write to it.

    Of whatever kind: a Job or a Deployment writes on the nodes it happens to run on. The whole root
    of the host is mounted for many reasons: it counts where the container says what for.
    """
    installs = list(known)
    explained = {id(one.workload.manifest) for one in installs if one.workload is not None}
    explained |= {id(copy) for one in installs for copy in one.copies}
    for manifest in manifests:
        if id(manifest) in explained:
            continue
        pods = workload(manifest, index)
        if pods is not None:
            yield from _writable(pods)


def _writable(pods: Workload) -> Iterator[UnknownWriter]:
    for container in pods.containers:
        for path, mount, route in pods.mounts(container):
            volume = pods.volume(string(child(mount, "name")) or "")
            raw = string(descend(volume[0], HOST_PATH, "path")) if volume is not None else None
            host = pods.host_path(container, path)
            if not raw or host is None or host.read_only:
                continue
            if host.path == "/" and not _speaks_of_cni(container):
                continue
            directory = next((d for d in runtime_directories() if _is_in(d, host.path)), None)
            if directory is not None:
                place = pods.manifest.locate(mount, route)
                where = placement(pods.specification)
                yield UnknownWriter(pods.manifest.title, directory, place, where)
                return


def _speaks_of_cni(container: Container) -> bool:
    words = (container.image.repository, *(word.value for word in container.words))
    return any("cni" in word or "/net.d" in word for word in words)


def _is_in(directory: str, mounted: str) -> bool:
    """Whether a directory is mounted itself, or the usual one with what is above it.

    What lies above the others (`/var/lib`, `/etc/kubernetes`) is mounted for many reasons.
    """
    usual = directory == runtime_directories()[0]
    return directory == mounted or (usual and directory.startswith(mounted.rstrip("/") + "/"))
