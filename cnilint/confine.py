"""Which files may be read and written: one rule, so that a stranger's repository stays in itself.

A path that a person named may lead anywhere. What a repository says (an entry of a folder, a link,
a setting) leads only to regular files of that repository, and never into its `.git`, where
credentials and hooks are. What is written is written below a folder that was checked, and takes
the place of a link instead of following it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Protocol

from cnilint.start import NamedTuple

MOST_BYTES = 100_000_000
"""Of the largest file that is read."""

LEADS_OUT = "a link that leads out of the repository"

_GIT = ".git"
_OPEN = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
"""Names of what this process has open, such as the output of a command: `<(helm template ...)`."""

_CLOSED_LATER = getattr(os, "O_CLOEXEC", 0)
_READ = os.O_RDONLY | _CLOSED_LATER | getattr(os, "O_BINARY", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | _CLOSED_LATER
_HANDLES = {os.open, os.rename, os.stat, os.unlink} <= os.supports_dir_fd


class ConfinedError(OSError):
    """A path leads to what is not to be read or written; `strerror` says why."""


class Bounds:
    """What a run over some paths may read besides them: the repositories that they are in.

    Outside of a repository it is the working directory with all below, else the folder named.
    They are looked up when the first link asks for it.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        """Take the paths as a person named them: files, folders, patterns."""
        self._paths = paths

    def hold(self, path: str) -> bool:
        """Whether a path leads to a place inside, through whatever links."""
        real = os.path.realpath(path)
        return any(_within(top, real) for top in self._tops)

    @cached_property
    def _tops(self) -> frozenset[str]:
        found = (_present(os.path.realpath(path)) for path in self._paths)
        return frozenset(_checkout(one) or one if os.path.isdir(one) else one for one in found)


class FileTree(Protocol):
    """The files of a repository, by their paths from its top; nothing outside of it is there.

    Every path but that of `real` has no link in it.
    """

    top: str
    """The absolute path of the folder that is, or would be, the top on the disk."""

    def real(self, path: str) -> str | None:
        """Return a path with its links followed; None where it leads out, or into `.git`.

        A link over a folder that is not there leads nowhere: it is returned as it is.
        """

    def is_file(self, path: str) -> bool:
        """Whether a regular file lies at a path."""

    def is_folder(self, path: str) -> bool:
        """Whether a folder lies at a path."""

    def names(self, folder: str) -> Collection[str]:
        """Return the names of what lies in a folder; nothing if there is no such folder."""

    def read(self, path: str) -> bytes | None:
        """Return what a regular file holds; None if there is none, or it is too large."""


class Disk:
    """The files of a repository as they lie on the disk; see `FileTree`."""

    def __init__(self, top: str) -> None:
        """Take the real path of the folder at the top."""
        self.top = top

    def real(self, path: str) -> str | None:
        """Return a path with its symbolic links followed; None where it leads out."""
        given = os.path.join(self.top, path)
        try:
            whole = os.path.realpath(given)
        except (OSError, ValueError):
            return None
        start = os.path.join(self.top, "")
        if whole != self.top and not whole.startswith(start):
            return None
        inside = whole[len(start) :].replace(os.sep, "/") or "."
        if _GIT in inside.split("/"):
            return None
        leads_nowhere = inside != path and os.path.exists(whole) and not os.path.exists(given)
        return path if leads_nowhere else inside

    def is_file(self, path: str) -> bool:
        """Whether a regular file lies at a path."""
        try:
            return stat.S_ISREG(os.stat(self._whole(path)).st_mode)
        except OSError:
            return False

    def is_folder(self, path: str) -> bool:
        """Whether a folder lies at a path."""
        return os.path.isdir(self._whole(path))

    def names(self, folder: str) -> Collection[str]:
        """Return the names of what lies in a folder; nothing if there is no such folder."""
        try:
            return os.listdir(self._whole(folder))
        except OSError:
            return ()

    def read(self, path: str) -> bytes | None:
        """Return what a regular file holds; None if there is none, or it is too large."""
        try:
            return read_file(self._whole(path))
        except OSError:
            return None

    def _whole(self, path: str) -> str:
        return os.path.join(self.top, path)


class Folder(NamedTuple):
    """A folder that was checked: its real path, and the numbers that tell it from another one."""

    path: str
    device: int
    inode: int

    @contextmanager
    def handle(self) -> Iterator[int | None]:
        """Open the folder for calls that take a `dir_fd`; OSError if another has taken its place.

        It is None where the system has no such calls (Windows): see `at`.
        """
        if not _HANDLES:
            yield None
            return
        descriptor = os.open(self.path, _FOLDER | _NO_LINK)
        try:
            found = os.fstat(descriptor)
            if (found.st_dev, found.st_ino) != (self.device, self.inode):
                raise ConfinedError(errno.ESTALE, "its folder was changed by another program")
            yield descriptor
        finally:
            os.close(descriptor)

    def at(self, name: str) -> str:
        """Return what a file in the folder is called in a call with the handle."""
        return name if _HANDLES else os.path.join(self.path, name)


@cache
def repository(folder: str) -> str | None:
    """Return the nearest folder with a `.git`, from a folder upwards; None where there is none."""
    while not os.path.exists(os.path.join(folder, _GIT)):
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)
    return folder


def leads_out(path: str) -> bool:
    """Whether a link on a path leads out of the repository it stands in, or into its `.git`."""
    drive, steps = os.path.splitdrive(os.path.join(os.getcwd(), path))
    real = drive + os.sep
    for step in steps.replace("/", os.sep).split(os.sep):
        if step in ("", "."):
            continue
        if step == "..":
            real = os.path.dirname(real)
            continue
        at = os.path.join(real, step)
        found = os.path.realpath(at)
        if found != at and (top := _checkout(real)) is not None and not _within(top, found):
            return True
        real = found
    return False


def file_behind(path: str) -> str:
    """Return the real path of a file; ConfinedError if a link leads to it out of its repository."""
    if leads_out(path):
        raise ConfinedError(errno.ELOOP, LEADS_OUT, path)
    return os.path.realpath(path)


def folder_of(path: str) -> tuple[Folder, str]:
    """Return the folder that a file is to be written in, and its name there.

    ConfinedError if a link leads to it out of the repository; OSError if there is no such folder.
    """
    folder, name = os.path.split(path)
    real = file_behind(folder or ".")
    found = os.stat(real)
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
    return Folder(real, found.st_dev, found.st_ino), name


def make_folders(path: str) -> None:
    """Make a folder and those above it; OSError, also where a link leads out of the repository."""
    file_behind(path)
    os.makedirs(path or ".", exist_ok=True)


def opened_file(path: str, *, through_links: bool = True) -> tuple[int, os.stat_result]:
    """Open a file to read it, and tell which one it is; the caller closes the descriptor.

    A file is a regular one, or what this process has open, by its name. ConfinedError for any other
    thing: a pipe may never begin, and a device never end.
    """
    own = path.startswith(_OPEN) and ".." not in path
    if through_links:
        _refuse(os.stat(path), path, own=own)  # before it is opened, which can do something
    flags = _READ | (0 if own else _AT_ONCE) | (0 if through_links else _NO_LINK)
    descriptor = os.open(path, flags)
    try:
        found = os.fstat(descriptor)
        _refuse(found, path, own=own)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor, found


def read_open(descriptor: int, limit: int = MOST_BYTES) -> bytes:
    """Return what an open file holds; of a larger one than the limit, one byte more than that."""
    parts: list[bytes] = []
    left = limit + 1
    while left > 0 and (part := os.read(descriptor, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def read_file(path: str, *, through_links: bool = True) -> bytes:
    """Return what a file holds that a person named, or that a setting may name.

    OSError if it cannot be read, is none (see `opened_file`) or is too large.
    """
    descriptor, _found = opened_file(path, through_links=through_links)
    try:
        content = read_open(descriptor)
    finally:
        os.close(descriptor)
    if len(content) > MOST_BYTES:
        raise ConfinedError(errno.EFBIG, f"larger than {MOST_BYTES // 1_000_000} MB", path)
    return content


def read_text(path: str, encoding: str = "utf-8") -> str:
    """Return the text of a file, its line ends as line feeds; UnicodeDecodeError, and as above."""
    return read_file(path).decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def _refuse(found: os.stat_result, path: str, *, own: bool) -> None:
    mode = found.st_mode
    if stat.S_ISREG(mode) or path == os.devnull:
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if own and not stat.S_ISCHR(mode):
        return
    kind = "pipe" if stat.S_ISFIFO(mode) else "socket" if stat.S_ISSOCK(mode) else "device"
    raise ConfinedError(errno.EINVAL, f"a {kind}, not a file", path)


def _present(path: str) -> str:
    """Return a path or the nearest folder above it that is there, as for a pattern."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return path


def _checkout(folder: str) -> str | None:
    """Return the repository a folder is in: without one, the working directory if it is in that.

    That a whole system or a person's home is the working directory says nothing.
    """
    found = repository(folder)
    if found is not None:
        return found
    here = os.path.realpath(os.getcwd())
    everything = here in (os.path.dirname(here), os.path.realpath(os.path.expanduser("~")))
    return here if not everything and _within(here, folder) else None


def _within(top: str, path: str) -> bool:
    """Whether a real path is a folder or lies in it, and in no `.git` of it."""
    start = os.path.join(top, "")
    return path == top or (
        path.startswith(start) and _GIT not in path[len(start) :].lower().split(os.sep)
    )
