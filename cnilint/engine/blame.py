"""The document that cnilint was reading when an exception was raised."""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType

from cnilint.kube.manifest import Manifest
from cnilint.model.faults import LimitError
from cnilint.model.location import Location
from cnilint.model.text import Span
from cnilint.model.tree import Document

_OWNED = ("document", "manifest", "location")
"""Attributes by which a value says of which document it is."""


def blamed(error: BaseException) -> Location | None:
    """Return the place of the document that was read when an exception was raised, if any was.

    The functions that were at work are looked at, the innermost first: what they hold says it.
    """
    from .places import placed

    if isinstance(error, LimitError):
        return placed(error.location)
    frames: list[FrameType] = []
    traceback = error.__traceback__
    while traceback is not None:
        frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    for frame in reversed(frames):
        for value in frame.f_locals.values():
            document = next(_documents(value), None)
            if document is not None:
                at = document.root.span.start
                return placed(Location(document.source, Span(at, at), (), document))
    return None


def _documents(value: object) -> Iterator[Document]:
    """Yield the document that a value is, or of which it is a part."""
    for _step in range(len(_OWNED)):
        if isinstance(value, Document):
            yield value
            return
        if isinstance(value, Manifest):
            value = value.document
            continue
        module = type(value).__module__
        if not module.startswith("cnilint."):
            return
        value = next((v for name in _OWNED if (v := getattr(value, name, None)) is not None), None)
