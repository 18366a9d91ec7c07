"""The texts of a run as documents, with what in them could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cnilint.gitops.files import Files
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.syntax.collect import Unreadable
from cnilint.syntax.compose import compose


@dataclass(frozen=True)
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
        given = self._places.get(path)
        return self.sources[given[0]] if given else self.files.source(self.files.path(path))

    def replaced(self, source: Source) -> Inputs:
        """Return the inputs with the source of the same path exchanged; the others stay as read."""
        return self.exchanged([source])

    def exchanged(self, new: Sequence[Source]) -> Inputs:
        """Return the inputs with sources in place of those of the same paths."""
        composed = [tuple(compose(one)) for one in new]
        sources, found = list(self.sources), list(self.found)
        for one, group in zip(new, composed, strict=True):
            for at in self._places.get(one.path, ()):
                sources[at], found[at] = one, group
        files = self.files.replaced(new, composed)
        return Inputs(tuple(sources), tuple(found), self.paths, files)

    def of(self, paths: Iterable[str]) -> Inputs:
        """Return the inputs that are reported under some paths alone, among the same files."""
        places = sorted(at for path in set(paths) for at in self._places.get(path, ()))
        return Inputs(
            tuple(self.sources[at] for at in places),
            tuple(self.found[at] for at in places),
            self.paths,
            self.files,
        )

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        """Where the sources stand, by the paths that they are reported under."""
        found: dict[str, list[int]] = {}
        for at, one in enumerate(self.sources):
            found.setdefault(one.path, []).append(at)
        return found


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
