"""Telling clusters apart where nothing but folders does.

One cluster has an object once: folders in which the same install is applied are different clusters,
and what lies in none of those folders belongs to each of them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cnilint.kube.manifest import Manifest

ONLY = "default"
"""The name of the cluster where there is but one."""

Identity = tuple[str, str, str]


class Applied(NamedTuple):
    """An object, and the folder that applies it: its kustomization's, else its own file's."""

    object: Manifest
    folder: str


def partition(
    found: Sequence[Applied], installs: Callable[[Manifest], bool]
) -> list[tuple[str, list[Applied]]]:
    """Return objects by cluster: one cluster, or one per folder that repeats an install.

    Inside such a folder others may repeat installs again (`prod/eu`, `prod/us` beside `dev`).
    """
    branches = sorted(_branches(found, installs))
    if not branches:
        return [(ONLY, list(found))] if found else []
    own: dict[str, list[Applied]] = {branch: [] for branch in branches}
    shared: list[Applied] = []
    for one in found:
        # the outermost one, which sorts first: it is looked at by itself below
        inside = next((branch for branch in branches if _is_below(one.folder, branch)), None)
        (own[inside] if inside is not None else shared).append(one)
    result = []
    for branch in branches:
        for name, members in partition(own[branch], installs):
            repeated = {_identity(one) for one in members}
            rest = [one for one in shared if _identity(one) not in repeated]
            result.append((branch if name == ONLY else name, members + rest))
    if any(installs(one.object) and _is_repeated(one, found) for one in shared):
        result.append((ONLY, shared))
    return result


def _branches(found: Sequence[Applied], installs: Callable[[Manifest], bool]) -> set[str]:
    """Return the folders that each begin a cluster of its own."""
    folders: dict[Identity, set[str]] = {}
    for one in found:
        if installs(one.object):
            folders.setdefault(_identity(one), set()).add(one.folder)
    branches: set[str] = set()
    for places in folders.values():
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


def _is_repeated(one: Applied, found: Sequence[Applied]) -> bool:
    return len({each.folder for each in found if _identity(each) == _identity(one)}) > 1


def _identity(one: Applied) -> Identity:
    return one.object.kind, one.object.namespace, one.object.name


def _is_below(folder: str, branch: str) -> bool:
    return folder == branch or folder.startswith(f"{branch}/")
