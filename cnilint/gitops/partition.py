"""Telling clusters apart where nothing but folders does.

One cluster has an object once: folders in which the same install is applied are different clusters,
and what lies in none of those folders belongs to each of them. So are folders that install one
product by objects of different names, where the caller says so. A file that is an alternative to
others of its folder counts as a folder of its own.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations

from cnilint.kube.manifest import Manifest
from cnilint.start import NamedTuple

ONLY = "default"
"""The name of the cluster where there is but one."""

Identity = tuple[str, str, str]


class Applied(NamedTuple):
    """An object, and the folder that applies it: its kustomization's, else its own file's.

    For an object of an alternative it is the file.
    """

    object: Manifest
    folder: str


def partition(
    found: Sequence[Applied],
    installs: Callable[[Manifest], bool],
    twice: Callable[[Manifest, Manifest], bool] = lambda _one, _other: False,
    alternatives: Collection[str] = (),
) -> list[tuple[str, list[Applied]]]:
    """Return objects by cluster: one cluster, or one per folder that repeats an install.

    Inside such a folder others may repeat installs again (`prod/eu`, `prod/us` beside `dev`).
    `twice` tells of two objects of different names whether they install one product.
    `alternatives` are files whose objects have them as their folder: each begins a cluster.
    """
    branches = sorted(_branches(found, installs, twice, alternatives))
    if not branches:
        return [(ONLY, list(found))] if found else []
    own: dict[str, list[Applied]] = {branch: [] for branch in branches}
    shared: list[Applied] = []
    for one in found:
        # of several the outermost one: what is inside it is looked at by itself below
        inside = next((up for up in _upward(one.folder) if up in own), None)
        (own[inside] if inside is not None else shared).append(one)
    result = []
    for branch in branches:
        for name, members in partition(own[branch], installs, twice, alternatives):
            repeated = {_identity(one) for one in members}
            rest = [one for one in shared if _identity(one) not in repeated]
            result.append((branch if name == ONLY else name, members + rest))
    folders: dict[Identity, set[str]] = {}
    for one in found:
        folders.setdefault(_identity(one), set()).add(one.folder)
    if any(installs(one.object) and len(folders[_identity(one)]) > 1 for one in shared):
        result.append((ONLY, shared))
    return result


def _branches(
    found: Sequence[Applied],
    installs: Callable[[Manifest], bool],
    twice: Callable[[Manifest, Manifest], bool],
    alternatives: Collection[str],
) -> set[str]:
    """Return the folders that each begin a cluster of its own."""
    folders: dict[Identity, set[str]] = {}
    first: dict[Identity, Applied] = {}
    for one in found:
        if installs(one.object):
            folders.setdefault(_identity(one), set()).add(one.folder)
            first.setdefault(_identity(one), one)
    apart = [
        {one.folder, other.folder}
        for one, other in combinations(first.values(), 2)
        if one.folder != other.folder and twice(one.object, other.object)
    ]
    beside: dict[str, set[str]] = {}
    for place in {one.folder for one in found}.intersection(alternatives):
        beside.setdefault(posixpath.dirname(place), set()).add(place)
    branches: set[str] = set()
    for places in (*folders.values(), *apart, *beside.values()):
        if len(places) < 2:
            continue
        mixed = len({place.startswith("/") for place in places}) > 1 or "." in places
        common = "." if mixed else posixpath.commonpath(places) or "."
        branches |= {_branch(place, common) for place in places if place != common}
    return branches


def _branch(place: str, common: str) -> str:
    """Return the folder right below a common one in which a place lies."""
    start = f"{common.rstrip('/')}/" if common != "." else ""
    first = place[len(start) :].lstrip("/").split("/")[0]
    root = "/" if not start and place.startswith("/") else start
    return f"{root}{first}"


def _identity(one: Applied) -> Identity:
    return one.object.kind, one.object.namespace, one.object.name


def _upward(folder: str) -> Iterator[str]:
    """Yield the folders that a folder lies in, the outermost first, and itself."""
    at = folder.find("/", 1)
    while at >= 0:
        yield folder[:at]
        at = folder.find("/", at + 1)
    yield folder
