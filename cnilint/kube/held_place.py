"""Places inside a string of an object: a stretch of its text, or a value of the JSON in it."""

from __future__ import annotations

from cnilint.model.finding import Location
from cnilint.model.tree import Embedded, Route
from cnilint.syntax.embedded import held_text, resolve

from .manifest import Manifest


def held_location(
    manifest: Manifest,
    route: Route,
    inner: tuple[str | int, ...] = (),
    span: tuple[int, int] | None = None,
) -> Location:
    """Return a place in the string at a route from the root of the document.

    `inner` leads to a value of the JSON that the string holds, `span` covers some characters of it.
    The deepest of the steps that exists counts; the string as a whole where there is none, and the
    object where no string stands.
    """
    document = manifest.document
    for depth in range(len(inner), 0, -1):
        deep = (*route, Embedded.JSON, *inner[:depth])
        tree = resolve(document, deep)
        if tree is not None:
            return manifest.locate(tree, deep)
    tree = resolve(document, route)
    if tree is None:
        return manifest.location()
    whole = manifest.locate(tree, route)
    text = held_text(document, route) if span is not None and span[0] < span[1] else None
    return whole._replace(span=text.file_span(*span)) if text is not None and span else whole
