"""The texts of a run as documents, with what in them could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Protocol

from cnilint.confine import read_file
from cnilint.errors import reason_of
from cnilint.gitops.files import Files, Found
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.syntax.collect import STANDARD_INPUT, Unreadable, decode
from cnilint.syntax.compose import compose


class Sifted(NamedTuple):
    """What of a file can matter: the numbers of its documents, counted as `split` yields them.

    `waiting` are those that matter if something asks for their names. `left_out` counts the other
    ones.
    """

    kept: frozenset[int]
    waiting: tuple[tuple[int, str], ...]
    left_out: int


class Sieve(Protocol):
    """Tells what can matter of a file before it is parsed."""

    def sifted(self, source: Source) -> Sifted | None:
        """Return what of a file can matter; None for all of it."""

    def is_asked_for(self, one: str) -> bool:
        """Whether what was kept so far may ask for an object by its name."""


class LeftOut(NamedTuple):
    """How much was not read, as nothing asks for it: whole files, and documents of all files."""

    files: int = 0
    documents: int = 0


NOTHING_LEFT_OUT = LeftOut()


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
    kept: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The numbers of the documents that were read of files of which some were left out."""
    left_out: LeftOut = NOTHING_LEFT_OUT

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
        composed = [tuple(compose(one, only=self.kept.get(one.path))) for one in new]
        sources, found = list(self.sources), list(self.found)
        for one, group in zip(new, composed, strict=True):
            for at in self._places.get(one.path, ()):
                sources[at], found[at] = one, group
        whole = [
            None if one.path in self.kept else group
            for one, group in zip(new, composed, strict=True)
        ]
        files = self.files.replaced(new, whole)
        return replace(self, sources=tuple(sources), found=tuple(found), files=files)

    def found_in(self, path: str) -> Found:
        """Return what was read of a file by its reported path, given or read for others."""
        given = self._places.get(path)
        return self.found[given[0]] if given else self.files.found(self.files.path(path))

    def of(self, paths: Iterable[str]) -> Inputs:
        """Return the inputs that are reported under some paths alone, among the same files."""
        places = sorted(at for path in set(paths) for at in self._places.get(path, ()))
        return replace(
            self,
            sources=tuple(self.sources[at] for at in places),
            found=tuple(self.found[at] for at in places),
        )

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        """Where the sources stand, by the paths that they are reported under."""
        found: dict[str, list[int]] = {}
        for at, one in enumerate(self.sources):
            found.setdefault(one.path, []).append(at)
        return found


def inputs(
    collected: Iterable[Source | Unreadable],
    top: str = "",
    sieve: Sieve | None = None,
    *,
    strict: bool = False,
) -> Inputs:
    """Return the documents of sources; a file that gives no text is a problem of its own.

    `top` is the folder of the repository they are in; without one nothing else is read. With a
    `sieve` what it leaves out is not parsed, or in a `strict` run only to see whether it can be.
    """
    if sieve is None:
        return _put_together([_Read(one, None) for one in collected], top)
    read: list[_Read] = []
    files = documents = 0
    for one in collected:
        sifted = sieve.sifted(one) if isinstance(one, Source) else None
        if sifted is not None and strict and isinstance(one, Source):
            parsed = compose(one)
            sifted = None if any(isinstance(each, SyntaxProblem) for each in parsed) else sifted
        if sifted is None:
            read.append(_Read(one, None))
            continue
        documents += sifted.left_out
        if sifted.kept or sifted.waiting:
            bare = one if sifted.kept or one.path == STANDARD_INPUT else None
            read.append(_Read(bare, sifted.kept, one.path, sifted.waiting))
        else:
            files += 1
    chosen: list[_Read] = []
    for each in read:
        asked = frozenset(number for number, name in each.waiting if sieve.is_asked_for(name))
        documents += len(each.waiting) - len(asked)
        if each.kept is None or each.kept or asked:
            kept = None if each.kept is None else each.kept | asked
            source = each.source if each.source is not None else _again(each.path)
            chosen.append(_Read(source, kept))
        else:
            files += 1
    return replace(_put_together(chosen, top), left_out=LeftOut(files, documents))


class _Read(NamedTuple):
    """A file with the numbers of its documents that are kept, None for all.

    One of which nothing is kept so far has a path alone, and is read again if it is to be kept.
    """

    source: Source | Unreadable | None
    kept: frozenset[int] | None
    path: str = ""
    waiting: tuple[tuple[int, str], ...] = ()


def _again(path: str) -> Source | Unreadable:
    """Return a file that was read before."""
    try:
        return decode(path, read_file(path))
    except OSError as error:
        return Unreadable(path, reason_of(error))


def _put_together(read: Iterable[_Read], top: str) -> Inputs:
    sources: list[Source] = []
    found: list[Found] = []
    whole: list[Found | None] = []
    kept: dict[str, frozenset[int]] = {}
    for each in read:
        one = each.source
        if isinstance(one, Source):
            sources.append(one)
            found.append(tuple(compose(one, only=each.kept)))
        elif one is not None:
            empty = Source(one.path, "")
            sources.append(empty)
            kind = "foreign" if one.foreign else "syntax"
            reason = f"{one.reason}: it is not read" if one.foreign else one.reason
            found.append((SyntaxProblem(empty, Span(0, 0), kind, reason),))
        if each.kept is not None and one is not None:
            kept[one.path] = each.kept
        whole.append(found[-1] if each.kept is None else None)
    files = Files(top, sources, whole)
    return Inputs(tuple(sources), tuple(found), files=files, kept=kept)
