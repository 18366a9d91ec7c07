"""The texts of a run as documents, with what in them could not be read."""

from __future__ import annotations

from collections.abc import Iterable

from cnilint.gitops.files import Files
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.start import dataclass, field
from cnilint.syntax.collect import Unreadable
from cnilint.syntax.compose import compose


@dataclass(frozen=True, slots=True)
class Inputs:
    """Sources in the order they were given, each with its documents and problems.

    `paths` are what they were read from, `files` the repository they are in, in which what they
    refer to is read.
    """

    sources: tuple[Source, ...]
    found: tuple[tuple[Document | SyntaxProblem, ...], ...]
    paths: tuple[str, ...] = ()
    files: Files = field(default_factory=lambda: Files("", ()))

    @property
    def documents(self) -> list[Document]:
        """Every document that was read."""
        return [one for group in self.found for one in group if isinstance(one, Document)]

    @property
    def problems(self) -> list[SyntaxProblem]:
        """Every place that could not be read, or reads differently than it looks."""
        return [one for group in self.found for one in group if isinstance(one, SyntaxProblem)]

    def source(self, path: str) -> Source | None:
        """Return a text by the path it is reported under, given or read as others refer to it."""
        given = (one for one in self.sources if one.path == path)
        return next(given, None) or self.files.source(self.files.path(path))

    def replaced(self, source: Source) -> Inputs:
        """Return the inputs with the source of the same path exchanged; the others stay as read."""
        sources, found = list(self.sources), list(self.found)
        composed = tuple(compose(source))
        for at, old in enumerate(sources):
            if old.path == source.path:
                sources[at], found[at] = source, composed
        files = self.files.replaced([source], [composed])
        return Inputs(tuple(sources), tuple(found), self.paths, files)


def inputs(collected: Iterable[Source | Unreadable], top: str = "") -> Inputs:
    """Return the documents of sources; a file that gives no text is a problem of its own.

    `top` is the folder of the repository they are in; without one nothing else is read.
    """
    sources: list[Source] = []
    found: list[tuple[Document | SyntaxProblem, ...]] = []
    for one in collected:
        if isinstance(one, Source):
            sources.append(one)
            found.append(tuple(compose(one)))
        else:
            empty = Source(one.path, "")
            sources.append(empty)
            kind = "foreign" if one.foreign else "syntax"
            reason = f"{one.reason}: it is not read" if one.foreign else one.reason
            found.append((SyntaxProblem(empty, Span(0, 0), kind, reason),))
    files = Files(top, sources, found)
    return Inputs(tuple(sources), tuple(found), files=files)
