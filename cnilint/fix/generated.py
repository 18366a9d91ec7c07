"""Fixes of what Kustomize generates from files: made in the file that the generator reads."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from cnilint.engine.inputs import Inputs
from cnilint.engine.kustomize_patch import target_of
from cnilint.gitops.kustomization import FILE_NAMES
from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Edit, Fix
from cnilint.model.tree import Document, Embedded, child, descend, items, string
from cnilint.start import replace


def in_its_source(fix: Fix, objects: Sequence[Manifest], inputs: Inputs) -> Fix | None:
    """Return a fix of generated objects as one of the files they are made of.

    `fix` has edits. None where a file is not among what was read, or holds something else.
    """
    edits: list[Edit] = []
    for edit in fix.edits:
        moved = None
        if isinstance(edit, Edit):
            moved = next((m for o in objects if (m := _moved(edit, o, inputs)) is not None), None)
        if moved is None:
            return None
        edits.append(moved)
    note = f"Kustomize makes {objects[0].title} from {edits[0].document.source.path}"
    note = f"{fix.note}; {note}" if fix.note else note
    return replace(fix, edits=tuple(edits), rendered=fix.edits, note=note)


def _moved(edit: Edit, manifest: Manifest, inputs: Inputs) -> Edit | None:
    """Return an edit of a generated object as one of the file that a key of it is made of."""
    origin, inside = manifest.origin, edit.route[len(manifest.route) :]
    whole = edit.route[: len(manifest.route)] == manifest.route
    if edit.document is not manifest.document or not whole or origin is None:
        return None
    if origin.generator != "ConfigMapGenerator" or inside[:1] != ("data",) or len(inside) < 4:
        return None
    key, crossing = inside[1], inside[2]
    if crossing is not Embedded.JSON:
        return None
    for document in _sources(str(key), manifest, inputs):
        return replace(edit, document=document, route=inside[3:])
    return None


def _sources(key: str, manifest: Manifest, inputs: Inputs) -> Iterator[Document]:
    """Yield the document of the file that a key of a generated ConfigMap comes from.

    The generator is known by its name, and by the end of the path the annotation gives, which
    counts from a folder that is not known here.
    """
    asked = _tail(manifest.origin.path if manifest.origin else "")
    name = target_of(manifest).name
    for document in inputs.documents:
        path = document.source.path
        if posixpath.basename(path) not in FILE_NAMES or not path.endswith(asked):
            continue
        for generator in items(descend(document.root, "configMapGenerator")):
            if (string(child(generator, "name")) or "\0") not in name:
                continue
            for entry in items(child(generator, "files")):
                given, equals, file = (string(entry) or "").partition("=")
                if (given if equals else posixpath.basename(given)) != key:
                    continue
                wanted = posixpath.normpath(
                    posixpath.join(posixpath.dirname(path), file if equals else given)
                )
                yield from (
                    one
                    for one in inputs.documents
                    if posixpath.normpath(one.source.path) == wanted and one.index == 0
                )


def _tail(path: str) -> str:
    """Return a path without the steps up that it begins with."""
    parts = path.split("/")
    while parts and parts[0] in ("..", "."):
        parts.pop(0)
    return "/".join(parts)
