"""The texts of a run as documents, with what in them could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from cnilint.budget import Budget
from cnilint.confine import FileTree, read_file
from cnilint.errors import reason_of
from cnilint.gitops.files import Files, Found, read_documents
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.start import NamedTuple, dataclass, field, replace
from cnilint.syntax.collect import STANDARD_INPUT, Large, Part, Unreadable, decode


class Sifted(NamedTuple):
    """What of a file can matter: the numbers of its documents, counted as `split` yields them.

    `waiting` are those that matter if something asks for their names. `left_out` counts the other
    ones.
    """

    kept: frozenset[int]
    waiting: tuple[tuple[int, str], ...]
    left_out: int


class Parts(NamedTuple):
    """What of a large file can matter: its documents, as `Sifted` has their numbers.

    `last` is the end of the file.
    """

    large: Large
    kept: tuple[Part, ...]
    waiting: tuple[tuple[Part, str], ...]
    last: Part
    left_out: int


class Asking(NamedTuple):
    """What a sieve remembers of the files that it was given: texts that may ask for others.

    `unsure` is that of the sieve.
    """

    texts: tuple[str, ...]
    unsure: bool


class Sieve(Protocol):
    """Tells what can matter of a file before it is parsed."""

    unsure: bool
    """Whether what was seen so far does not tell what can matter: then all is to be read."""

    def sifted(self, source: Source) -> Sifted | None:
        """Return what of a file can matter; None for all of it."""

    def parts(self, large: Large) -> Parts | None:
        """Return what of a large file can matter; None if the whole text is needed to tell."""

    def is_asked_for(self, one: str) -> bool:
        """Whether what was kept so far may ask for an object by its name."""

    def forgotten(self) -> Asking:
        """Return what is remembered of the files so far, and forget it."""

    def remember(self, asking: Asking) -> None:
        """Take what was forgotten here or in another process."""


class SiftedFile(NamedTuple):
    """A file that was sifted when it was read: its path, and what of it can matter; see `Sieve`.

    Its text is there if any of it can matter.
    """

    path: str
    sifted: Sifted | None
    source: Source | None


Read = Source | Unreadable | SiftedFile | Parts
"""What a file comes to when it is read: its text, why there is none, or what of it can matter."""


class LeftOut(NamedTuple):
    """How much was not read, as nothing asks for it: whole files, and documents of all files."""

    files: int = 0
    documents: int = 0


NOTHING_LEFT_OUT = LeftOut()
NONE: frozenset[int] = frozenset()


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
    kept: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The numbers of the documents that were read of files of which some were left out."""
    left_out: LeftOut = NOTHING_LEFT_OUT
    _index: dict[str, list[int]] = field(default_factory=dict, repr=False, compare=False)

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
        return replace(self, found=tuple(changed(group) for group in self.found), files=files)

    def replaced(self, source: Source) -> Inputs:
        """Return the inputs with the source of the same path exchanged; the others stay as read."""
        return self.exchanged([source])

    def exchanged(self, new: Sequence[Source]) -> Inputs:
        """Return the inputs with sources in place of those of the same paths."""
        composed = [read_documents(one, only=self.kept.get(one.path)) for one in new]
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

    def same(self, source: Source, kept: frozenset[int] | None) -> tuple[Source, Found] | None:
        """Return the same text of these inputs with what was read of it, if that is the same."""
        for at in self._places.get(source.path, ()):
            if self.sources[at].text == source.text and self.kept.get(source.path) == kept:
                return self.sources[at], self.found[at]
        return None

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
            _index={},
        )

    @property
    def _places(self) -> Mapping[str, list[int]]:
        """Where the sources stand, by the paths that they are reported under: worked out once."""
        if not self._index:
            for at, one in enumerate(self.sources):
                self._index.setdefault(one.path, []).append(at)
        return self._index


def inputs(
    collected: Iterable[Read],
    top: str | FileTree = "",
    budget: Budget | None = None,
    like: Inputs | None = None,
    sieve: Sieve | None = None,
) -> Inputs:
    """Return the documents of sources; a file that gives no text is a problem of its own.

    `top` is the folder of the repository they are in, or its tree of files; without one nothing
    else is read. `budget` is what may be spent. A text that is the same in `like`, other inputs, is
    taken from there. With a `sieve`, which is for files on the disk alone, what it leaves out is
    not parsed; files that are sifted already were so by the same one.
    """
    budget = budget or Budget()
    if sieve is None:
        bare = (one for one in collected if not isinstance(one, SiftedFile | Parts))
        read = [_Read(one, None) for one in bare]
        left_out = NOTHING_LEFT_OUT
    else:
        read, left_out = _sifted(collected, sieve)
    return replace(_put_together(read, top, budget, like), left_out=left_out)


def _sifted(collected: Iterable[Read], sieve: Sieve) -> tuple[list[_Read], LeftOut]:
    """Return what is to be read, and how much is not."""
    read: list[_Read] = []
    documents = 0
    for one in collected:
        if isinstance(one, Parts):
            documents += one.left_out
            read.append(_Read(None, None, one.large.path, parts=one))
            continue
        source = one.source if isinstance(one, SiftedFile) else one
        if isinstance(one, SiftedFile):
            sifted = one.sifted
        else:
            sifted = sieve.sifted(one) if isinstance(one, Source) else None
        if sifted is None:
            read.append(_Read(source, None))
            continue
        documents += sifted.left_out
        bare = source if sifted.kept or one.path == STANDARD_INPUT else None
        read.append(_Read(bare, sifted.kept, one.path, sifted.waiting))
    if sieve.unsure:
        return [_Read(_as_a_whole(each), None) for each in read], NOTHING_LEFT_OUT
    chosen: list[_Read] = []
    for each in read:
        if each.parts is not None:
            named = tuple(one for one, name in each.parts.waiting if sieve.is_asked_for(name))
            documents += len(each.parts.waiting) - len(named)
            chosen += _held(each.parts, named)
            continue
        asked = NONE
        if each.waiting:
            asked = frozenset(number for number, name in each.waiting if sieve.is_asked_for(name))
            documents += len(each.waiting) - len(asked)
        if each.kept is None or each.kept or asked:
            kept = None if each.kept is None else each.kept | asked
            chosen.append(_Read(each.source or _again(each.path), kept))
    return chosen, LeftOut(len(read) - len(chosen), documents)


def _held(parts: Parts, asked: tuple[Part, ...]) -> list[_Read]:
    """Return what is held of a large file: what is kept, and what is asked for; none if nothing."""
    from cnilint.syntax.large import abridged

    chosen = sorted((*parts.kept, *asked))
    if not chosen:
        return []
    try:
        held = abridged(parts.large, chosen, parts.last)
    except OSError:
        held = None
    return [_Read(whole(parts.large), None) if held is None else _Read(*held)]


class _Read(NamedTuple):
    """A file with the numbers of its documents that are kept, None for all.

    One of which nothing is kept so far has a path alone, and is read again if it is to be kept.
    """

    source: Source | Unreadable | None
    kept: frozenset[int] | None
    path: str = ""
    waiting: tuple[tuple[int, str], ...] = ()
    parts: Parts | None = None


def _as_a_whole(each: _Read) -> Source | Unreadable:
    return each.source or (whole(each.parts.large) if each.parts else _again(each.path))


def whole(one: Large) -> Source | Unreadable:
    """Return the whole text of a large file."""
    try:
        with one.original() as read:
            return decode(one.path, read(0, one.size))
    except OSError:  # it was changed since it was found
        return _again(one.path, through_links=one.is_link)


def _again(path: str, *, through_links: bool = True) -> Source | Unreadable:
    """Return a file that was read before."""
    try:
        return decode(path, read_file(path, through_links=through_links))
    except OSError as error:
        return Unreadable(path, reason_of(error))


def _put_together(
    read: Iterable[_Read], top: str | FileTree, budget: Budget, like: Inputs | None
) -> Inputs:
    sources: list[Source] = []
    found: list[Found] = []
    whole: list[Found | None] = []
    kept: dict[str, frozenset[int]] = {}
    for each in read:
        source, documents = _composed(each, budget, like)
        sources.append(source)
        found.append(documents)
        if each.kept is not None:
            kept[source.path] = each.kept
        whole.append(documents if each.kept is None else None)
    files = Files(top, sources, whole, budget, like.files if like is not None else None)
    return Inputs(tuple(sources), tuple(found), files=files, kept=kept)


def _composed(each: _Read, budget: Budget, like: Inputs | None) -> tuple[Source, Found]:
    """Return the text of a file and its documents, from other inputs where it is the same there."""
    one = each.source
    assert one is not None  # noqa: S101  what is to be read has been read
    if not isinstance(one, Source):
        empty = Source(one.path, "")
        kind = "limit" if one.too_large else "foreign" if one.foreign else "syntax"
        reason = f"{one.reason}: it is not read" if one.foreign else one.reason
        return empty, (SyntaxProblem(empty, Span(0, 0), kind, reason),)
    known = like.same(one, each.kept) if like is not None else None
    return known or (one, read_documents(one, budget, each.kept))
