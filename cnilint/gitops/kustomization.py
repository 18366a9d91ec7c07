"""What kustomizations name: patches, which must not be read as objects, and what they bring in."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from cnilint.model.finding import Location
from cnilint.model.text import Source
from cnilint.model.tree import Document, Tree, child, descend, follow, items, string

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""kubernetes-sigs/kustomize@12f9e63:api/konfig/general.go RecognizedKustomizationFileNames."""

PATCH_LISTS = ("patches", "patchesStrategicMerge", "patchesJson6902")
RESOURCE_LISTS = ("resources", "bases", "components")


def patch_files(documents: Iterable[Document]) -> dict[str, Location]:
    """Return the paths that kustomizations among some documents name as patches, and where."""
    found: dict[str, Location] = {}
    for document in documents:
        if posixpath.basename(document.source.path) not in FILE_NAMES:
            continue
        folder = posixpath.dirname(document.source.path)
        for key in PATCH_LISTS:
            for path, tree in _paths(descend(document.root, key)):
                name = posixpath.normpath(posixpath.join(folder, path))
                found[name] = _location(document.source, tree)
    return found


def named(document: Document) -> Iterator[str]:
    """Yield what a kustomization brings in, as it is written: paths and addresses."""
    for key in RESOURCE_LISTS:
        for item in items(descend(document.root, key)):
            if text := string(item):
                yield text


def _paths(patches: Tree | None) -> Iterator[tuple[str, Tree]]:
    """Yield the files of a list of patches: an item is a path or has one, unless it is inline."""
    for item in items(patches):
        path = string(item) or string(child(item, "path"))
        if path and "\n" not in path:
            yield path, item


def _location(source: Source, tree: Tree) -> Location:
    return Location(source, follow(tree).span)
