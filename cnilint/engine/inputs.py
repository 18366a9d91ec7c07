"""The texts of a run as documents, with what in them could not be read."""

from __future__ import annotations

from collections.abc import Iterable

from cnilint.budget import Budget
from cnilint.confine import FileTree
from cnilint.gitops.files import Files, Found, read_documents
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.start import dataclass, field
from cnilint.syntax.collect import Unreadable


@dataclass(frozen=True, slots=True)
class Inputs:
    """Sources in the order they were given, each with its documents and problems.

    `paths` are what they were read from, `files` the repository they are in, in which what they
    refer to is read.
    """

    sources: tuple[Source, ...]
    found: tuple[Found, ...]
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

    def without(self, document: Document, problem: SyntaxProblem) -> Inputs | None:
        """Return the inputs with a problem in place of a document; None if it is not in them."""
        path = self.files.path(document.source.path)
        of_file = self.files.found(path)
        groups = [group for group in (*self.found, of_file) if document in group]
        if not groups:
            return None

        def changed(group: Found) -> Found:
            return tuple(problem if one is document else one for one in group)

        files = self.files.replaced([document.source], [changed(of_file)])
        found = tuple(changed(group) for group in self.found)
        return Inputs(self.sources, found, self.paths, files)

    def replaced(self, source: Source) -> Inputs:
        """Return the inputs with the source of the same path exchanged; the others stay as read."""
        sources, found = list(self.sources), list(self.found)
        composed = read_documents(source)
        for at, old in enumerate(sources):
            if old.path == source.path:
                sources[at], found[at] = source, composed
        files = self.files.replaced([source], [composed])
        return Inputs(tuple(sources), tuple(found), self.paths, files)


def inputs(
    collected: Iterable[Source | Unreadable],
    top: str | FileTree = "",
    budget: Budget | None = None,
    like: Inputs | None = None,
) -> Inputs:
    """Return the documents of sources; a file that gives no text is a problem of its own.

    `top` is the folder of the repository they are in, or its tree of files; without one nothing
    else is read. `budget` is what may be spent. A text that is the same in `like`, other inputs, is
    taken from there.
    """
    budget = budget or Budget()
    sources: list[Source] = []
    found: list[Found] = []
    pairs = zip(like.sources, like.found, strict=True) if like is not None else ()
    known = {source.path: (source, each) for source, each in pairs}
    for one in collected:
        source, each = known.get(one.path, (None, ()))
        if isinstance(one, Source) and source is not None and source.text == one.text:
            sources.append(source)
            found.append(each)
        elif isinstance(one, Source):
            sources.append(one)
            found.append(read_documents(one, budget))
        else:
            empty = Source(one.path, "")
            sources.append(empty)
            kind = "limit" if one.too_large else "foreign" if one.foreign else "syntax"
            reason = f"{one.reason}: it is not read" if one.foreign else one.reason
            found.append((SyntaxProblem(empty, Span(0, 0), kind, reason),))
    files = Files(top, sources, found, budget, like.files if like is not None else None)
    return Inputs(tuple(sources), tuple(found), files=files)
