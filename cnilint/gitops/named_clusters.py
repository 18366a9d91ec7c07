"""Objects that name the cluster they are of: descriptions of clusters, and add-ons for one of them.

eksctl-io/eksctl@99984ad:pkg/apis/eksctl.io/v1alpha5/types.go ClusterMeta; kubernetes/kops@v1.30.0:
pkg/apis/kops/instancegroup.go LabelClusterName; ACK's and Crossplane's Addon name the cluster that
they are put in.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from cnilint.kube.manifest import Manifest
from cnilint.kube.values import Steps
from cnilint.model.tree import string

from .distributions import TALOS
from .partition import Applied

DESCRIBING = frozenset(
    {
        *(("ClusterConfig", "eksctl.io"), ("Cluster", "kops.k8s.io"), (TALOS, "")),
        ("Cluster", "k0sctl.k0sproject.io"),
    }
)
"""Kinds and groups of descriptions whose name is that of their cluster."""

KOPS_LABEL: Steps = ("metadata", "labels", "kops.k8s.io/cluster")

ADDON_STEPS: Sequence[Steps] = (
    ("spec", "clusterName"),
    ("spec", "clusterRef", "from", "name"),
    ("spec", "forProvider", "clusterName"),
    ("spec", "forProvider", "clusterNameRef", "name"),
)
"""Where an add-on says which cluster it is for: ACK's, then Crossplane's."""


def cluster_of(one: Manifest) -> str:
    """Return the name of the cluster that an object is of by its own word; empty for none."""
    group = one.api_version.partition("/")[0]
    if (one.kind, group) in DESCRIBING:
        return one.name
    if (one.kind, group) == ("InstanceGroup", "kops.k8s.io"):
        return string(one.at(*KOPS_LABEL)) or ""
    if one.kind == "Addon" and group.startswith("eks."):
        return next((name for steps in ADDON_STEPS if (name := string(one.at(*steps)))), "")
    return ""


def describes_by_name(one: Manifest) -> bool:
    """Whether an object describes one whole cluster under its own name, for who makes it."""
    kind = (one.kind, one.api_version.partition("/")[0])
    return bool(one.api_version and one.name) and kind in DESCRIBING


def by_cluster(found: Iterable[Applied], paths: Sequence[str]) -> dict[str, list[Applied]]:
    """Return objects by the cluster that they are of; under an empty name those of no certain one.

    `paths` are those of the files that they stand in. An object is of the cluster that it names,
    that a folder or the file it lies in is called like, or whose description alone lies in its
    folder or in the nearest one around it that has any.
    """
    found = list(found)
    said = [cluster_of(one.object) for one in found]
    names = dict.fromkeys(filter(None, said))
    homes: dict[str, set[str]] = {}
    for name, path in zip(said, paths, strict=True):
        if name:
            homes.setdefault(posixpath.dirname(path), set()).add(name)
    result: dict[str, list[Applied]] = {name: [] for name in ("", *names)}
    for one, name, path in zip(found, said, paths, strict=True):
        result[name or _called(path, names) or _beside(path, homes)].append(one)
    return result


def _called(path: str, names: Iterable[str]) -> str:
    """Return the cluster that the file of a path, or a folder around it, is called like."""
    folder, _, file = path.rpartition("/")
    parts = {*folder.split("/"), posixpath.splitext(file)[0]}
    return next((name for name in names if name in parts), "")


def _beside(path: str, homes: dict[str, set[str]]) -> str:
    """Return the one cluster that is described in the nearest folder with descriptions.

    Below that folder no other one is described: else what lies there may be for all of them.
    """
    folder = posixpath.dirname(path)
    while folder not in homes:
        if not folder.strip("/"):
            return ""
        folder = posixpath.dirname(folder)
    start = f"{folder}/" if folder else ""
    inside = set().union(*(each for at, each in homes.items() if f"{at}/".startswith(start)))
    return next(iter(inside)) if len(inside) == 1 else ""
