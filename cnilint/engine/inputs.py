"""The texts of a run as documents, with what in them could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.syntax.collect import Unreadable
from cnilint.syntax.compose import compose


@dataclass(frozen=True, slots=True)
class Inputs:
    """Sources in the order they were given, each with its documents and problems.

    `paths` are what they were read from.
    """

    sources: tuple[Source, ...]
    found: tuple[tuple[Document | SyntaxProblem, ...], ...]
    paths: tuple[str, ...] = ()

    @property
    def documents(self) -> list[Document]:
        """Every document that was read."""
        return [one for group in self.found for one in group if isinstance(one, Document)]

    @property
    def problems(self) -> list[SyntaxProblem]:
        """Every place that could not be read, or reads differently than it looks."""
        return [one for group in self.found for one in group if isinstance(one, SyntaxProblem)]

    def replaced(self, source: Source) -> Inputs:
        """Return the inputs with the source of the same path exchanged; the others stay as read."""
        at = next(i for i, old in enumerate(self.sources) if old.path == source.path)
        return Inputs(
            (*self.sources[:at], source, *self.sources[at + 1 :]),
            (*self.found[:at], tuple(compose(source)), *self.found[at + 1 :]),
            self.paths,
        )


def inputs(collected: Iterable[Source | Unreadable]) -> Inputs:
    """Return the documents of sources; a file that gives no text is a problem of its own."""
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
    return Inputs(tuple(sources), tuple(found))
