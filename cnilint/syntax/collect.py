"""Source texts from what a user names: files, folders, patterns and standard input."""

from __future__ import annotations

import os
import posixpath
import stat
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Callable, Container, Iterator, Sequence

from cnilint.confine import (
    LEADS_OUT,
    MOST_BYTES,
    Bounds,
    ConfinedError,
    FileTree,
    opened_file,
    read_open,
)
from cnilint.model.text import Original, Source
from cnilint.start import NamedTuple

STANDARD_INPUT = "-"

EXTENSIONS = (".yaml", ".yml", ".json")
"""What is read of a folder; a file that is named itself may have any name."""

HELMFILE, HELMFILES = "helmfile", "helmfile.d"
"""What the name of a helmfile begins with, and the folder of parts of one."""

_TEMPLATED = (".yaml.gotmpl", ".yml.gotmpl")

SIZE_LIMIT = MOST_BYTES
"""Bytes of the largest file that is read, where nothing else is asked for."""

LEAST_OF_LARGE = 4_000_000
"""Bytes of a file that may be read in parts."""

# The longer marks first: UTF-32's little-endian one begins with UTF-16's.
_ENCODINGS = (
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
_MARK_STARTS = frozenset(mark[:1] for mark, _ in _ENCODINGS)
_VERSION_CONTROL = frozenset({"CVS", "RCS", "SCCS", "_darcs"})
WILDCARDS = frozenset("*?[")
"""The characters by which a path is a pattern."""


class Unreadable(NamedTuple):
    """A file that gives no text, and why.

    `missing` if the user named what does not exist; `foreign` if it is no file of the repository,
    `too_large` if it is larger than what is read.
    """

    path: str
    reason: str
    missing: bool = False
    foreign: bool = False
    too_large: bool = False


class Large(NamedTuple):
    """A large file, of which nothing is held so far; `size` in bytes.

    What is no link is not followed, should it become one.
    """

    path: str
    original: Original
    size: int
    is_link: bool = False


class Part(NamedTuple):
    """A document of a large file: where it is in the bytes, and what is above it.

    `lines` are the line feeds above it, `documents` those with content.
    """

    start: int
    end: int
    lines: int
    documents: int


def is_helmfile(path: str) -> bool:
    """Whether helmfile reads a file for its name, or for that of the folder that it lies in.

    helmfile/helmfile@v1.1.3:pkg/app/app.go findDesiredStateFiles
    """
    folder, name = posixpath.split(path)
    return name.startswith(HELMFILE) or posixpath.basename(folder) == HELMFILES


def is_collected(path: str) -> bool:
    """Whether a file that lies in a folder is read: by its ending, or as a helmfile's template.

    Other files of templates are read where a helmfile or a kustomization refers to them, if at all.
    """
    lower = path.lower()
    if lower.endswith(EXTENSIONS):
        return True
    return lower.endswith(_TEMPLATED) and is_helmfile(path.replace(os.sep, "/"))


Listing = Callable[[str], Container[str]]
"""Of a folder, the absolute paths of the files that count in it, and of the folders they are in."""

Excluding = Callable[[str], Callable[[str, bool], bool]]
"""Of a folder, whether a path below it is left out; the path, and whether it is a folder."""


def collect(
    paths: Sequence[str],
    *,
    stdin: Callable[[], bytes],
    listing: Listing | None = None,
    excluding: Excluding | None = None,
    limit: int = SIZE_LIMIT,
    in_parts: bool = False,
) -> Iterator[Source | Large | Unreadable]:
    """Yield the text of every file the paths stand for, in order, each file once.

    A path is a file (of any name), a folder (all `.yaml`, `.yml` and `.json` below it, and
    helmfiles with templates, sorted, hidden and version-control ones left out, symbolic links
    followed as far as the repository reaches: `confine`), a pattern (`*`, `?`, `[`, `**`; only if
    no file has that very name) or `-` for what `stdin` returns. Paths are reported
    as they were given, without a leading `./` and with forward slashes. With a `listing`, a folder
    stands for what that lists, and never for what `excluding` leaves out of it. `limit` are the
    bytes of the largest file that is read. With `in_parts` large files are not read yet, but for
    JSON, which has no documents to be held by themselves.
    """
    found = Collecting(
        paths, stdin=stdin, listing=listing, excluding=excluding, limit=limit, in_parts=in_parts
    )
    for one in found.listed():
        yield from found.read(one)


def collect_in(
    tree: FileTree,
    paths: Sequence[str],
    excluding: Excluding | None = None,
    limit: int = SIZE_LIMIT,
) -> Iterator[Source | Unreadable]:
    """Yield the text of every file that paths stand for in a tree of files, as `collect` does.

    A path is a file or a folder; it counts from the working directory, as if the tree lay where its
    top is. One that is not in the tree yields that it is missing.
    """
    taken: set[str] = set()
    for path in paths:
        start = in_tree(tree, path)
        excluded = excluding(path) if excluding is not None else None
        if start is None or not (tree.is_file(start) or tree.is_folder(start)):
            yield Unreadable(path, "no such file or directory", missing=True)
            continue
        pending = [_Entry(path, is_folder=tree.is_folder(start))]
        while pending:
            one = pending.pop()
            real = one.real or in_tree(tree, one.path)
            if real is None:
                yield Unreadable(_reported(one.path), LEADS_OUT, foreign=True)
            elif tree.is_folder(real):
                entries = list(_entries_in(tree, real, one.path, excluded))
                pending += reversed(entries if real not in taken else [])
                taken.add(real)
            elif real not in taken:
                taken |= {real} if tree.is_file(real) else set()
                yield _text_in(tree, real, one.path, limit)


def stands_for(pattern: str, path: str) -> bool:
    """Whether a file that a pattern fits is meant: of any name only where its extension is said."""
    extension = os.path.splitext(pattern)[1]
    any_name = len(extension) > 1 and WILDCARDS.isdisjoint(extension)
    return any_name or is_collected(path)


def in_tree(tree: FileTree, path: str) -> str | None:
    """Return a path as a tree of files has it, its links followed; None if it leads outside."""
    inside = os.path.relpath(os.path.abspath(path), tree.top).replace(os.sep, "/")
    return tree.real(inside)


def _entries_in(
    tree: FileTree, real: str, path: str, excluded: Callable[[str, bool], bool] | None
) -> Iterator[_Entry]:
    for name in sorted(tree.names(real)):
        if name.startswith(".") or name in _VERSION_CONTROL:
            continue
        whole = os.path.join(path, name)
        inside = in_tree(tree, whole)
        is_folder = inside is not None and tree.is_folder(inside)
        is_manifest = is_collected(whole)
        if (is_folder or is_manifest) and not (excluded and excluded(whole, is_folder)):
            yield _Entry(whole, is_folder, real=inside)


def _text_in(tree: FileTree, real: str, path: str, limit: int) -> Source | Unreadable:
    content = tree.read(real)
    if content is not None:
        return _decoded(_reported(path), content, limit)
    if tree.is_file(real):  # so it is larger than what a tree hands out
        return _too_large(_reported(path), min(limit, MOST_BYTES))
    return Unreadable(_reported(path), "no such file or directory")


def decode(path: str, content: bytes) -> Source | Unreadable:
    """Return a file's text, UTF-8 unless a byte-order mark says otherwise; the mark is kept.

    A byte that is not UTF-8 stands in the text as the lone surrogate that Python takes for it
    (`surrogateescape`), so that only its document is lost.
    """
    for mark, encoding in _ENCODINGS if content[:1] in _MARK_STARTS else ():
        if content.startswith(mark):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                return Unreadable(path, f"not {encoding[:6].upper()}, as its first bytes say")
            break
    else:
        text = content.decode(errors="surrogateescape")
    # no manifest has a NUL; what the kernel tells of a process, such as its variables, has
    return Unreadable(path, "a binary file") if "\0" in text else Source(path, text)


def encode(text: str, like: bytes = b"") -> bytes:
    """Return a text in the encoding of the bytes it was decoded from; its mark is in the text."""
    for mark, encoding in _ENCODINGS:
        if like.startswith(mark):
            return text.encode(encoding)
    return text.encode(errors="surrogateescape")


class Listed(NamedTuple):
    """A file that is to be read: its path, what it is reported under, and how it was met.

    It was `named` by a person or by nobody. What is no link is not followed, should it become one.
    """

    path: str
    reported: str
    named: bool
    is_link: bool


FileNumbers = tuple[int, int]
"""What tells a regular file from any other one: its device, and its number there."""


class Opened(NamedTuple):
    """What a file gave, and which one it is; None for what is no regular file."""

    read: Source | Large | Unreadable
    file: FileNumbers | None


class Collecting:
    """What paths stand for; see `collect`.

    It remembers what it met, so that nothing is read twice and no link is followed forever.
    """

    def __init__(
        self,
        paths: Sequence[str],
        *,
        stdin: Callable[[], bytes],
        listing: Listing | None = None,
        excluding: Excluding | None = None,
        limit: int = SIZE_LIMIT,
        in_parts: bool = False,
    ) -> None:
        """Take what `collect` takes."""
        self._paths = paths
        self._limit = limit
        self._in_parts = in_parts
        self._stdin = stdin
        self._listing = listing
        self._excluding = excluding
        self._bounds = Bounds([path for path in paths if path != STANDARD_INPUT])
        self._names: set[str] = set()
        self._files: dict[FileNumbers, list[str]] = {}
        self._folders: set[FileNumbers] = set()

    def listed(self) -> Iterator[Listed | Source | Large | Unreadable]:
        """Yield every file the paths stand for, in order, before it is opened.

        Standard input is read, and what is not to be opened is told.
        """
        for path in self._paths:
            if path == STANDARD_INPUT:
                if self._is_new(path):
                    yield self._given(path, self._stdin())
                continue
            try:
                mode = os.stat(path).st_mode
            except (OSError, ValueError) as error:
                if WILDCARDS.isdisjoint(path) or "\0" in path:
                    yield Unreadable(path, _reason(error), missing=not os.path.lexists(path))
                else:
                    yield from self._matching(path)
                continue
            if stat.S_ISDIR(mode):
                yield from self._folder(path)
            else:
                yield from self._file(path, named=True)

    def _matching(self, pattern: str) -> Iterator[Listed | Unreadable]:
        from glob import iglob

        left_out = _VERSION_CONTROL.difference(pattern.split("/"))
        matches = sorted(
            match
            for match in iglob(pattern, recursive=True)
            if left_out.isdisjoint(match.split(os.sep))
        )
        if not matches:
            yield Unreadable(pattern, "no file matches", missing=True)
        for match in matches:
            if os.path.exists(match) and not self._bounds.hold(match):
                yield from self._left_out(match)
            elif os.path.isdir(match):
                yield from self._folder(match)
            elif os.path.isfile(match) and stands_for(pattern, match):
                yield from self._file(match)

    def _folder(self, path: str) -> Iterator[Listed | Unreadable]:
        listed = self._listing(path) if self._listing is not None else None
        excluded = self._excluding(path) if self._excluding is not None else None
        pending = [_Entry(path, is_folder=True)]
        while pending:
            path, is_folder, is_link, _real = pending.pop()
            if is_link and os.path.exists(path) and not self._bounds.hold(path):
                yield from self._left_out(path)
                continue
            if not is_folder:
                yield from self._file(path, is_link=is_link)
                continue
            try:
                found = os.stat(path)
                if (found.st_dev, found.st_ino) in self._folders:
                    continue
                self._folders.add((found.st_dev, found.st_ino))
                entries = _entries(path)
                if listed is not None:
                    real = os.path.realpath(path)
                    entries = [each for each in entries if _is_listed(each, real, listed)]
                if excluded is not None:
                    entries = [each for each in entries if not excluded(each.path, each.is_folder)]
                pending += reversed(entries)
            except OSError as error:
                yield Unreadable(_reported(path), _reason(error))

    def read(
        self, one: Listed | Source | Large | Unreadable
    ) -> Iterator[Source | Large | Unreadable]:
        """Yield what a file gives, unless it was read before."""
        if not isinstance(one, Listed):
            yield one
            return
        opened = self.opened(one)
        if not self.is_known(one, opened.file):
            yield opened.read

    def opened(self, one: Listed) -> Opened:
        """Return what a file gives. Nothing is remembered: another process may do it."""
        try:
            descriptor, found = opened_file(one.path, through_links=one.is_link)
            try:
                file = (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None
                if file is not None and self._is_large(one.reported, found.st_size):
                    from .original import of_file

                    original = of_file(one.path, found, through_links=one.is_link)
                    large = Large(one.reported, original, found.st_size, one.is_link)
                    return Opened(large, file)
                content = self._content(descriptor, found.st_size)
            finally:
                os.close(descriptor)
        except OSError as error:
            foreign = not one.named and isinstance(error, ConfinedError)
            return Opened(Unreadable(one.reported, _reason(error), foreign=foreign), None)
        return Opened(_decoded(one.reported, content, self._limit), file)

    def is_known(self, one: Listed, file: FileNumbers | None) -> bool:
        """Whether a file was met before, by another path; from now on it was.

        A second hard link is a file of its own; a second way to the same link is not.
        """
        if file is None:
            return False
        known = self._files.setdefault(file, [])
        if known and os.path.realpath(one.path) in map(os.path.realpath, known):
            return True
        known.append(one.path)
        return False

    def _file(self, path: str, *, named: bool = False, is_link: bool = True) -> Iterator[Listed]:
        """Yield a file, unless one of its path was met before."""
        reported = _reported(path)
        if self._is_new(reported):
            yield Listed(path, reported, named, is_link)

    def _given(self, path: str, content: bytes) -> Source | Large | Unreadable:
        """Return what bytes give that cannot be read again."""
        if not self._is_large(path, len(content)):
            return _decoded(path, content, self._limit)
        from .original import held

        return Large(path, held(content), len(content))

    def _is_large(self, path: str, size: int) -> bool:
        """Whether a file of a size may be read in parts."""
        fits = LEAST_OF_LARGE <= size <= self._limit
        return fits and self._in_parts and not path.endswith(".json")

    def _content(self, descriptor: int, size: int) -> bytes:
        """Return what an open file of a size holds, cut behind the limit."""
        content = b""
        if 0 < size <= self._limit:
            content = os.read(descriptor, size + 1)
            if len(content) == size:
                return content
        return content + read_open(descriptor, self._limit - len(content))

    def _left_out(self, path: str) -> Iterator[Unreadable]:
        """Yield, once, that a link leads to what is not to be read."""
        if self._is_new(reported := _reported(path)):
            yield Unreadable(reported, LEADS_OUT, foreign=True)

    def _is_new(self, reported: str) -> bool:
        if reported in self._names:
            return False
        self._names.add(reported)
        return True


def _decoded(reported: str, content: bytes, limit: int) -> Source | Unreadable:
    return _too_large(reported, limit) if len(content) > limit else decode(reported, content)


def _too_large(reported: str, limit: int) -> Unreadable:
    megabytes = f"{limit / 1_000_000:g} MB"
    return Unreadable(reported, f"larger than {megabytes}, so it is not read", too_large=True)


class _Entry(NamedTuple):
    """What is to be read, or walked through; `real` is where it leads in a tree, if known."""

    path: str
    is_folder: bool
    is_link: bool = False
    real: str | None = None


def _entries(folder: str) -> list[_Entry]:
    """Return what in a folder is to be read or walked, sorted."""
    chosen: list[_Entry] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name in _VERSION_CONTROL:
                continue
            manifest = is_collected(entry.path)
            try:
                is_folder, is_link = entry.is_dir(), entry.is_symlink()
                if is_folder or (manifest and (is_link or entry.is_file())):
                    chosen.append(_Entry(entry.path, is_folder, is_link))
            except OSError:  # a link that leads to itself: opening it tells the user
                chosen += [_Entry(entry.path, is_folder=False, is_link=True)] if manifest else []
    return sorted(chosen)


def _is_listed(one: _Entry, folder: str, listed: Container[str]) -> bool:
    """Whether an entry of a folder counts: by its own path, or by where it leads if it is a link.

    `folder` is the real path of the folder.
    """
    own = os.path.join(folder, os.path.basename(one.path))
    return own in listed or (one.is_link and os.path.realpath(one.path) in listed)


def _reported(path: str) -> str:
    if os.sep != "/":
        path = path.replace(os.sep, "/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error)
