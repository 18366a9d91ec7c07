"""Facts of clusters that were worked out already, for a run over almost the same files.

A simulation costs most of a run. Where a cluster gets the same objects from the same texts, and
nothing else that its facts were read from differs, they are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnilint.gitops.built import BuiltDocument, Place
from cnilint.gitops.files import Files
from cnilint.kube.manifest import Manifest
from cnilint.model.tree import Document
from cnilint.simulation.cluster import Circumstances, Cluster

from .result import Result


def known_clusters(result: Result | None) -> Mapping[str, Cluster]:
    """Return what a run worked out, by the names of the clusters."""
    return {} if result is None else {one.name: one for one in result.clusters}


def same_facts(
    one: Cluster | None,
    manifests: Sequence[Manifest],
    circumstances: Circumstances,
    unread: tuple[str, ...],
    files: Files,
) -> Cluster | None:
    """Return the facts of a cluster if they hold for other objects and files too, else None.

    Texts that are the same are compared at once where they are the same object: see `Files`.
    """
    if one is None or one.unread != unread:
        return None
    if one.known._replace(budget=circumstances.budget) != circumstances:
        return None
    before = one.manifests
    if len(before) != len(manifests) or not all(map(_same, before, manifests)):
        return None
    texts = one.index.texts
    if not isinstance(texts, Files):
        return None
    reads = sorted(texts.read_paths)
    return one if all(_same_text(texts, files, path) for path in reads) else None


def _same(one: Manifest, other: Manifest) -> bool:
    mine = (one.route, one.title, one.api_version, one.origin)
    if mine != (other.route, other.title, other.api_version, other.origin):
        return False
    return _same_document(one.document, other.document)


def _same_document(one: Document, other: Document) -> bool:
    """Whether two documents are the same text, and each value of a built one is written the same.

    A file that is no manifest is a document of its own in each build.
    """
    if one is other:
        return True
    mine, theirs = one.source, other.source
    if (mine.path, mine.text, one.span) != (theirs.path, theirs.text, other.span):
        return False
    if not isinstance(one, BuiltDocument) or not isinstance(other, BuiltDocument):
        return type(one) is type(other)
    return (
        one.doubts == other.doubts
        and one.places.keys() == other.places.keys()
        and all(_same_places(places, other.places[at]) for at, places in one.places.items())
    )


def _same_places(some: Sequence[Place], others: Sequence[Place]) -> bool:
    return len(some) == len(others) and all(
        one.route == other.route and _same_document(one.document, other.document)
        for one, other in zip(some, others, strict=True)
    )


def _same_text(one: Files, other: Files, path: str) -> bool:
    mine, theirs = one.source(path), other.source(path)
    if mine is None or theirs is None:
        return mine is theirs and one.reason(path) is other.reason(path)
    return mine.path == theirs.path and mine.text == theirs.text
