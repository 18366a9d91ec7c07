"""How the manifest of each Multus install differs from its image, worked out once per cluster."""

from __future__ import annotations

from collections.abc import Mapping

from cnilint.multus.configuration import Multus
from cnilint.multus.manifest_release import Skew, skew
from cnilint.simulation.cluster import Cluster


def skew_in(cluster: Cluster, one: Multus) -> Skew | None:
    """Return how the manifest and the image of one of a cluster's installs of Multus differ."""
    return cluster.once(_skews)[id(one.installer)]


def _skews(cluster: Cluster) -> Mapping[int, Skew | None]:
    return {id(one.installer): skew(one, cluster.manifests) for one in cluster.multuses}
