"""The texts of a repository, by their paths in it: given ones first, the others read when asked.

A build follows references to files that nobody named on the command line. They are read when they
are asked for, only regular ones, and never one outside of the repository, whatever links lead
there: from the disk, or from a revision.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol, TypeVar

from cnilint.budget import Budget, OutOfTimeError
from cnilint.confine import Disk, FileTree
from cnilint.gitops.graph import UnreadReason
from cnilint.kube.manifest import Manifest
from cnilint.model.faults import fault, limit
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.syntax.collect import STANDARD_INPUT, decode, encode
from cnilint.syntax.compose import compose

Given = TypeVar("Given")
Made = TypeVar("Made")

Found = tuple[Document | SyntaxProblem, ...]
"""The documents of a text in order, each with the problems that stand in or behind it."""


def read_documents(
    source: Source, budget: Budget | None = None, only: Container[int] | None = None
) -> Found:
    """Return the documents of a text; one problem in its place where cnilint fails to read it.

    `budget` and `only` are those of `compose`.
    """
    try:
        return tuple(compose(source, budget=budget, only=only))
    except OutOfTimeError as error:
        return (limit(source, Span(0, 0), str(error)),)
    except Exception as error:
        return (fault(source, Span(0, 0), error),)


class Elsewhere(Protocol):
    """What is known of other repositories, by addresses: nothing is downloaded."""

    def at(self, address: str) -> Sequence[Document] | None:
        """Return the documents at an address; None where they are not known."""

    def below(self, repository: str, ref: str, folder: str) -> Mapping[str, str]:
        """Return the addresses of the files that are known in a folder, by their names in it."""


class NothingElsewhere:
    """Nothing but this repository is known."""

    def at(self, address: str) -> None:
        """Return that an address is not known."""
        del address

    def below(self, repository: str, ref: str, folder: str) -> Mapping[str, str]:
        """Return no files."""
        del repository, ref, folder
        return {}


MOST_ENTERED = 100_000
"""Kustomizations that all builds of a repository enter: where each brings in two others, and these
one and the same, their number doubles with each."""


class Files:
    """The files of one repository.

    Every path given and returned is relative to its top, with forward slashes and without `.` or
    `..`; the top itself is `.`. A path that leaves the repository has no file (`OUTSIDE`).
    """

    def __init__(
        self,
        top: str | FileTree,
        sources: Iterable[Source],
        found: Sequence[Found | None] | None = None,
        budget: Budget | None = None,
        like: Files | None = None,
    ) -> None:
        """Take the folder at the top, or the tree of files, and the texts that were read already.

        `found` are all documents of the sources in the same order, where they are known. An empty
        `top` means that there is nothing else: the sources are all there is, by the paths they
        have. `budget` is what may be spent on reading others. A text that `like` has at the same
        path is taken from there, its documents included.
        """
        self.read_paths: set[str] = set()
        """Every path that was asked for, those that are not there included."""
        self.elsewhere: Elsewhere = NothingElsewhere()
        """What is known of other repositories."""
        disk = Disk(os.path.realpath(top)) if isinstance(top, str) and top else None
        tree = disk if isinstance(top, str) else top
        self._store = _Store(tree, sources, found, budget, like)

    @property
    def top(self) -> str:
        """The absolute path of the top; empty where nothing but the given texts is there."""
        return self._store.tree.top if self._store.tree is not None else ""

    @property
    def asked_whole(self) -> bool:
        """Whether something asked for a file by its path of which a part is held."""
        return bool(self._store.asked_whole)

    def beside_others(self, elsewhere: Elsewhere) -> Files:
        """Return the same files, for a reader that knows something of other repositories."""
        other = self._with(self._store)
        other.elsewhere = elsewhere
        return other

    def path(self, shown: str) -> str:
        """Return the path in the repository of a text by the path that it is reported under."""
        return self._store.path(shown)

    def tracked(self) -> Files:
        """Return the same files, which tell what is asked for from now on in `read_paths`."""
        return self._with(self._store)

    def replaced(
        self, sources: Iterable[Source], found: Sequence[Found | None] | None = None
    ) -> Files:
        """Return the same files with other texts in place of those of the same paths.

        `found` are all their documents in the same order, where they are known.
        """
        store = self._store
        return self._with(store.replaced(_Store(store.tree, sources, found, store.budget)))

    def once(self, work: Callable[[Given], Made], given: Given, about: Manifest) -> Made:
        """Return what a function makes of what is given about an object, made once of the same.

        It is kept for all who read these files, those with other texts in their place included.
        """
        return self._store.once(work, given, about)

    def enter(self) -> bool:
        """Count a kustomization that another one brings in; return whether it is still followed."""
        self._store.entered += 1
        return self._store.entered <= MOST_ENTERED

    def _with(self, store: _Store) -> Files:
        other = object.__new__(Files)
        other.read_paths, other._store = set(), store
        other.elsewhere = self.elsewhere
        return other

    def source(self, path: str) -> Source | None:
        """Return the text of a file; None if there is none, for which `reason` has the reason."""
        self.read_paths.add(path)
        found = self._store.text(path)
        return found if isinstance(found, Source) else None

    def reason(self, path: str) -> UnreadReason:
        """Return why a path has no text: `MISSING`, `OUTSIDE`, or `SYNTAX` for what is no text."""
        found = self._store.text(path)
        return found if isinstance(found, UnreadReason) else UnreadReason.SYNTAX

    def content(self, path: str) -> bytes | None:
        """Return what a file holds, also where it is no text; None if there is no such file."""
        self.read_paths.add(path)
        return self._store.content(path)

    def found(self, path: str) -> Found:
        """Return the documents and problems of a file, in order; nothing if there is no text."""
        self.read_paths.add(path)
        return self._store.found(path)

    def documents(self, path: str) -> tuple[Document, ...]:
        """Return the documents of a file in order, without those that could not be read."""
        return tuple(one for one in self.found(path) if isinstance(one, Document))

    def at(self, path: str) -> tuple[Document, ...]:
        """Return the documents of a file by its path from the top."""
        return self.documents(joined(".", path))

    def beside(self, document: Document, path: str) -> tuple[Document, ...]:
        """Return the documents of a file by its path from the folder of another one."""
        home = joined(self.path(document.source.path), "..")
        return self.documents(joined(home, path))

    def is_file(self, path: str) -> bool:
        """Whether there is a file at a path, of whatever content."""
        self.read_paths.add(path)
        return self._store.is_file(path)

    def folder(self, path: str, home: str) -> str | None:
        """Return the folder that a path from the top of a repository leads to; None if none does.

        Where this one has no such folder, the nearest folder above `home` (a file's path) that has
        it is taken for the top: a repository may lie in another one, as an example or a copy.
        """
        folder = joined(".", path.lstrip("/"))
        if self.is_folder(folder):
            return folder
        if leaves(folder):
            return None
        below = (posixpath.join(one, folder) for one in above(home))
        return next(filter(self.is_folder, below), None)

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder at a path."""
        return self._store.is_folder(path)

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names of what lies in a folder, sorted; nothing if there is no such folder."""
        return self._store.names(folder)

    def real(self, path: str) -> str | None:
        """Return a path with its symbolic links followed; None if it leads out of the top."""
        return self._store.real(path)

    def below(self, folder: str) -> tuple[str, ...]:
        """Return the paths of the files below a folder, counted from it; hidden ones left out."""
        return self._store.below(folder)

    def folders_below(self, folder: str) -> tuple[str, ...]:
        """Return the paths of the folders below a folder, counted from it; hidden ones left out."""
        found: dict[str, None] = {}
        for path in self._store.below(folder):
            above = posixpath.dirname(path)
            while above and above not in found:
                found[above] = None
                above = posixpath.dirname(above)
        return tuple(sorted(found))

    def paths(self) -> Iterator[str]:
        """Yield the paths of the texts that were given, in their order."""
        yield from self._store.given


def joined(folder: str, path: str) -> str:
    """Return the path that a path means in a folder; it begins with `..` if it leaves the top."""
    return posixpath.normpath(posixpath.join(folder, path))


def above(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in, the nearest first; none of an absolute path."""
    while "/" in path and not posixpath.isabs(path):
        path = posixpath.dirname(path)
        yield path


def leaves(path: str) -> bool:
    """Whether a normalised path leads out of the folder it counts from."""
    return path == ".." or path.startswith(("../", "/"))


class _Store:
    """What was read so far, shared by all who ask."""

    def __init__(
        self,
        tree: FileTree | None,
        sources: Iterable[Source],
        found: Sequence[Found | None] | None = None,
        budget: Budget | None = None,
        like: Files | None = None,
    ) -> None:
        self.tree = tree
        self.budget = budget
        self.entered = 0
        self._like = like
        self.asked_whole: set[str] = set()
        self.given: dict[str, Source] = {}
        self._found: dict[str, Found] = {}
        self._texts: dict[str, Source | UnreadReason] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._real: dict[str, str | None] = {}
        self._below: dict[str, tuple[str, ...]] = {}
        self._made: dict[tuple[object, int], list[tuple[Manifest, object, object]]] = {}
        for at, source in enumerate(sources):
            path = self.path(source.path)
            self.given[path] = source
            known = found[at] if found is not None else None
            if known is not None:
                self._found[path] = known

    def replaced(self, new: _Store) -> _Store:
        """Return a store of the same folders, with what was given to another one."""
        old_found = {path: one for path, one in self._found.items() if path not in new.given}
        new._texts = {path: one for path, one in self._texts.items() if path not in new.given}
        new._found = old_found | new._found
        new.asked_whole = self.asked_whole
        new.given = self.given | new.given
        new._names, new._real, new._below = dict(self._names), dict(self._real), dict(self._below)
        new._made = self._made
        return new

    def once(self, work: Callable[[Given], Made], given: Given, about: Manifest) -> Made:
        known = self._made.setdefault((work, id(about)), [])
        for _about, one, made in known:
            if one == given:
                return made  # type: ignore[return-value]  # it is by what made it
        found = work(given)
        known.append((about, given, found))
        return found

    def path(self, shown: str) -> str:
        """Return the path in the repository of a text that was given."""
        if self.tree is None or shown == STANDARD_INPUT:
            return posixpath.normpath(shown)
        whole = os.path.abspath(shown)
        inside = _below(self.tree.top, whole)
        if inside is None:
            inside = _below(self.tree.top, os.path.realpath(whole))
        return whole.replace(os.sep, "/") if inside is None else inside

    def text(self, path: str) -> Source | UnreadReason:
        given = self.given.get(path)
        if given is not None and not given.gaps:
            return given
        known = self._texts.get(path)
        if known is None:
            known = self._read_text(path) if given is None else self._whole(path, given)
            self._texts[path] = known
        return known

    def _whole(self, path: str, given: Source) -> Source | UnreadReason:
        """Return the whole text of a file of which a part is held."""
        from cnilint.syntax.large import whole

        self.asked_whole.add(path)
        try:
            return whole(given)
        except OSError:
            return UnreadReason.MISSING

    def found(self, path: str) -> Found:
        known = self._found.get(path)
        if known is None:
            text = self.text(path)
            if self._like is not None and self._like.source(path) is text:
                known = self._like.found(path)
            else:
                known = read_documents(text, self.budget) if isinstance(text, Source) else ()
            self._found[path] = known
        return known

    def content(self, path: str) -> bytes | None:
        content = self._content(path)
        if path in self.given:
            text = self.text(path)
            return encode(text.text, content or b"") if isinstance(text, Source) else None
        return content

    def _content(self, path: str) -> bytes | None:
        real = self.real(path)
        return None if self.tree is None or real is None else self.tree.read(real)

    def _read_text(self, path: str) -> Source | UnreadReason:
        real = self.real(path)
        if real is None:
            return UnreadReason.OUTSIDE
        if real in self.given:
            return self.text(real)
        content = self._content(path)
        if content is None or self.tree is None:
            return UnreadReason.MISSING
        shown = os.path.relpath(os.path.join(self.tree.top, path)).replace(os.sep, "/")
        text = decode(shown, content)
        if not isinstance(text, Source):
            return UnreadReason.SYNTAX
        known = self._like.source(path) if self._like is not None else None
        return known if known is not None and known.text == text.text else text

    def real(self, path: str) -> str | None:
        if path not in self._real:
            self._real[path] = self._followed(path)
        return self._real[path]

    def _followed(self, path: str) -> str | None:
        if leaves(path) or "\0" in path:
            return None
        return path if self.tree is None else self.tree.real(path)

    def is_file(self, path: str) -> bool:
        if path in self.given:
            return True
        real = self.real(path)
        return self.tree is not None and real is not None and self.tree.is_file(real)

    def is_folder(self, path: str) -> bool:
        if path in self._given_folders:
            return True
        real = self.real(path)
        return self.tree is not None and real is not None and self.tree.is_folder(real)

    def names(self, folder: str) -> tuple[str, ...]:
        known = self._names.get(folder)
        if known is None:
            real = self.real(folder)
            inside = self.tree.names(real) if self.tree is not None and real is not None else ()
            listed = set(inside) | self._given_folders.get(folder, set())
            known = self._names[folder] = tuple(sorted(listed))
        return known

    def below(self, folder: str) -> tuple[str, ...]:
        known = self._below.get(folder)
        if known is None:
            found: list[str] = []
            pending = [""]
            while pending:
                inside = pending.pop()
                for name in self.names(posixpath.normpath(posixpath.join(folder, inside))):
                    path = f"{inside}/{name}" if inside else name
                    whole = posixpath.normpath(posixpath.join(folder, path))
                    if name.startswith("."):
                        continue
                    if self.is_file(whole):
                        found.append(path)
                    elif self.is_folder(whole) and self.real(whole) == whole:
                        pending.append(path)
            known = self._below[folder] = tuple(sorted(found))
        return known

    @cached_property
    def _given_folders(self) -> Mapping[str, set[str]]:
        """The folders of the given texts, all that they lie in included, with what is in them."""
        folders: dict[str, set[str]] = {}
        for path in self.given:
            above, name = posixpath.split(path)
            while True:
                names = folders.get(above or ".")
                if names is not None:
                    names.add(name)
                    break
                folders[above or "."] = {name}
                if above in ("", "/"):
                    break
                above, name = posixpath.split(above)
        return folders


def _below(top: str, whole: str) -> str | None:
    """Return a path from the top; None if it does not lie there."""
    if whole == top:
        return "."
    start = os.path.join(top, "")
    return whole[len(start) :].replace(os.sep, "/") if whole.startswith(start) else None
