"""Repositories given as paths and texts, with the clusters that they have."""

from __future__ import annotations

from collections.abc import Mapping

from cnilint.catalog.published import Published
from cnilint.catalog.recognise import concerns_cni, installers
from cnilint.engine.inputs import inputs
from cnilint.gitops.clusters import Layout, layout
from cnilint.gitops.graph import ClusterObjects
from cnilint.kube.manifest import ManifestIndex
from cnilint.model.text import Source


def tree(files: Mapping[str, str]) -> Layout:
    """Return the clusters of a repository in which nothing but these files is."""
    found = inputs(Source(path, text) for path, text in files.items())
    index = ManifestIndex((), found.files)
    return layout(
        found.files.beside_others(Published()),
        found.documents,
        lambda one: concerns_cni(one, index),
    )


def single(files: Mapping[str, str]) -> ClusterObjects:
    """Return the one cluster of a repository."""
    (one,) = tree(files).clusters
    return one


def products(one: ClusterObjects) -> list[str]:
    """Return the ids of what is installed on a cluster, sorted."""
    found, _notes = installers(one.objects, ManifestIndex(one.objects))
    return sorted(each.product.id for each in found)
