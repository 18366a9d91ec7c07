"""Which manifests belong to one cluster.

A repository often holds several clusters side by side. Nothing names them, but one cluster has an
object once: folders that hold the same DaemonSet are different clusters, and what lies in none of
those folders belongs to each of them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from cnilint.kube.manifest import Manifest, manifests
from cnilint.kube.workload import INSTALLING_KINDS
from cnilint.model.finding import Note
from cnilint.model.tree import Document

from .kustomization import patch_files

ONLY = "default"
"""The name of the cluster where there is but one."""

Identity = tuple[str, str, str]


def clusters(documents: Iterable[Document]) -> tuple[list[tuple[str, list[Manifest]]], list[Note]]:
    """Return the manifests of each cluster by its name, with notes on what was left out.

    Kustomize's patch files are left out: they are pieces of objects. A note says so where they
    would change an object that is there.
    """
    read = list(documents)
    patches = patch_files(read)
    found: list[Manifest] = []
    left_out: list[Manifest] = []
    for document in read:
        path = posixpath.normpath(document.source.path)
        (left_out if path in patches else found).extend(manifests(document))
    present = {_identity(manifest) for manifest in found}
    notes = [
        Note(
            f"{manifest.title} is patched by {manifest.document.source.path}, which is not applied "
            "here: check the output of `kustomize build`",
            patches[posixpath.normpath(manifest.document.source.path)],
        )
        for manifest in left_out
        if _identity(manifest) in present
    ]
    kept, repeated = _distinct(found)
    return partition(kept), notes + repeated


def _distinct(found: Sequence[Manifest]) -> tuple[list[Manifest], list[Note]]:
    """Return manifests without those that a later one of a folder replaces, and notes on them.

    An object is what was applied last, so that the same DaemonSet twice is still one.
    """
    last: dict[tuple[str, Identity], Manifest] = {}
    notes = []
    for manifest in found:
        key = (_folder(manifest), _identity(manifest))
        before = last.get(key)
        if before is not None and _installs(manifest) and manifest.name:
            path = manifest.document.source.path
            notes.append(
                Note(
                    f"{manifest.title} stands here and again in {path}: the later one counts",
                    before.location("metadata", "name"),
                )
            )
            last[key] = manifest
        else:
            last.setdefault(key, manifest)
    replaced = {id(one) for one in found if _installs(one) and one.name}
    replaced -= {id(one) for one in last.values()}
    return [one for one in found if id(one) not in replaced], notes


def partition(found: Sequence[Manifest]) -> list[tuple[str, list[Manifest]]]:
    """Return manifests by cluster: one cluster, or one per folder that repeats an object.

    Inside such a folder others may repeat objects again (`prod/eu`, `prod/us` beside `dev`).
    """
    branches = sorted(_branches(found))
    if not branches:
        return [(ONLY, list(found))] if found else []
    own: dict[str, list[Manifest]] = {branch: [] for branch in branches}
    shared: list[Manifest] = []
    for manifest in found:
        folder = _folder(manifest)
        # the outermost one, which sorts first: it is looked at by itself below
        inside = next((branch for branch in branches if _is_below(folder, branch)), None)
        (own[inside] if inside is not None else shared).append(manifest)
    result = []
    for branch in branches:
        for name, members in partition(own[branch]):
            repeated = {_identity(manifest) for manifest in members}
            rest = [manifest for manifest in shared if _identity(manifest) not in repeated]
            result.append((branch if name == ONLY else name, members + rest))
    if any(_installs(manifest) and _is_repeated(manifest, found) for manifest in shared):
        result.append((ONLY, shared))
    return result


def _branches(found: Sequence[Manifest]) -> set[str]:
    """Return the folders that each begin a cluster of its own."""
    folders: dict[Identity, set[str]] = {}
    for manifest in found:
        if _installs(manifest):
            folders.setdefault(_identity(manifest), set()).add(_folder(manifest))
    branches: set[str] = set()
    for places in folders.values():
        if len(places) < 2:
            continue
        mixed = len({place.startswith("/") for place in places}) > 1
        common = "" if mixed or not all(places) else posixpath.commonpath(places)
        branches |= {_branch(place, common) for place in places if place != common}
    return branches


def _branch(place: str, common: str) -> str:
    """Return the folder right below a common one in which a place lies."""
    start = f"{common.rstrip('/')}/" if common else ""
    first = place[len(start) :].lstrip("/").split("/")[0]
    root = "/" if not common and place.startswith("/") else start
    return f"{root}{first}"


def _is_repeated(manifest: Manifest, found: Sequence[Manifest]) -> bool:
    places = {_folder(one) for one in found if _identity(one) == _identity(manifest)}
    return len(places) > 1


def _installs(manifest: Manifest) -> bool:
    return manifest.kind in INSTALLING_KINDS


def _identity(manifest: Manifest) -> Identity:
    return manifest.kind, manifest.namespace, manifest.name


def _folder(manifest: Manifest) -> str:
    folder = posixpath.normpath(posixpath.dirname(manifest.document.source.path))
    return "" if folder == "." else folder


def _is_below(folder: str, branch: str) -> bool:
    return folder == branch or folder.startswith(branch + "/")
