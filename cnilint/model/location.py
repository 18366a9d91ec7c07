"""A place in a source that something is said about."""

from __future__ import annotations

from cnilint.start import NamedTuple

from .text import Source, Span
from .tree import Document, Route


class Location(NamedTuple):
    """A place in a source: `route` is the logical address, `span` the text that is marked.

    `document` is None for a place in a text that could not be read as a document.
    """

    source: Source
    span: Span
    route: Route = ()
    document: Document | None = None
    object: str = ""
    """The Kubernetes object it belongs to, as `Kind namespace/name`."""

    def __str__(self) -> str:
        """Say it as `PATH:LINE:COLUMN`."""
        position = self.source.position(self.span.start)
        return f"{self.source.path}:{position.line}:{position.column}"

    def __repr__(self) -> str:
        return f"<Location {self}>"
