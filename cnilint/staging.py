"""What is to be written waits beside its files until all of it is on the disk.

A run that is killed leaves no file torn, and not some of its files changed: the next one that
writes finishes what was whole, and takes away what was not. For that time a folder
`.cnilint-<12 hexadecimal digits>` is in each folder that is written to, and in the top one of the
repository, where it holds the journal. git ignores it, as a `.gitignore` in it says so.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import time
from collections.abc import Iterable, Iterator

from cnilint.confine import MOST_BYTES, Bounds, Folder, folder_of, repository
from cnilint.start import NamedTuple, lazy_pattern

NAME = lazy_pattern(r"\.cnilint-[0-9a-f]{12}")
"""What such a folder is called."""

NEW: int = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
"""How a new file is opened: without O_BINARY Windows translates line ends."""

JOURNAL = "journal"
IGNORED = ".gitignore"

PATIENCE = 1.0
"""Seconds that one run waits for another one that begins or finishes in the same folder."""

_EXISTING = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Staged(NamedTuple):
    """A file that waits: its folder, its name there, the number it waits under, and what was there.

    `was` has the number, size and time of the file that it replaces, nothing where there is none.
    """

    folder: Folder
    name: str
    number: str
    was: tuple[int, ...]


class Staging:
    """The files of one run that wait, and the journals of them; `close` takes away what is left."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Take the paths that are to be written; nothing is on the disk yet."""
        self._common = _common(paths)
        self._called = f".cnilint-{os.urandom(6).hex()}"
        self._areas: dict[str, _Area] = {}
        self._staged: list[Staged] = []

    def open(self, folder: Folder, name: str, before: os.stat_result | None) -> tuple[int, str]:
        """Open a new file that is to take the place of another one; OSError.

        Returns its descriptor, which the caller closes, and its path.
        """
        top = _top(folder.path, self._common)
        if top not in self._areas:
            self._areas[top] = _Area(top, self._called)
            self._areas[top].begin()
        one = Staged(folder, name, str(len(self._staged)), _told(before))
        self._areas[top].note(one)
        # made as any new file is: its mode is what the user's mask leaves; but nobody is to read in
        # the meantime what only its owner may
        mode = 0o600 if before is not None and stat.S_ISREG(before.st_mode) else 0o666
        with folder.handle() as handle:
            where = folder.at(os.path.join(self._called, one.number))
            descriptor = os.open(where, NEW, mode, dir_fd=handle)
        self._staged.append(one)
        return descriptor, os.path.join(folder.path, self._called, one.number)

    def decide(self) -> list[Staged]:
        """Return the files, all of which are on the disk; from here on nothing is undone.

        OSError if that cannot be written down.
        """
        for area in self._areas.values():
            area.decide()
        return self._staged

    def put(self, one: Staged) -> None:
        """Put a file in its place; OSError if that cannot be."""
        _put(one, self._called)

    def close(self) -> None:
        """Take away what is left of it on the disk."""
        for area in self._areas.values():
            area.close()


class _Area:
    """What waits in one repository, and its journal: lines of JSON, at last `["ready"]`."""

    def __init__(self, top: str, called: str) -> None:
        self._top, self._called = top, called
        self._folders: dict[str, Folder] = {}
        self._journal = -1

    def begin(self) -> None:
        """Finish what another run has left here, and begin a journal; OSError."""
        folder, _name = folder_of(os.path.join(self._top, self._called))
        with _alone(self._top):
            _finish_all(self._top)
            self._make(folder)
            with folder.handle() as handle:
                where = folder.at(os.path.join(self._called, JOURNAL))
                self._journal = os.open(where, NEW, 0o666, dir_fd=handle)
            _lock(self._journal)

    def note(self, one: Staged) -> None:
        """Write down that a file is to wait, and make the folder it waits in."""
        inside = os.path.relpath(one.folder.path, self._top)
        self._write("file", inside, one.name, one.number, one.was)
        if one.folder.path not in self._folders:
            self._make(one.folder)

    def decide(self) -> None:
        """Write down that all is on the disk: from here on it is finished, whatever comes."""
        self._write("ready")
        os.fsync(self._journal)

    def close(self) -> None:
        """Take away what is left, the journal last."""
        for folder in reversed(self._folders.values()):
            _clear(folder, self._called)
        if self._journal >= 0:
            os.close(self._journal)

    def _make(self, folder: Folder) -> None:
        with folder.handle() as handle:
            os.mkdir(folder.at(self._called), dir_fd=handle)
            self._folders[folder.path] = folder
            where = folder.at(os.path.join(self._called, IGNORED))
            descriptor = os.open(where, NEW, 0o666, dir_fd=handle)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"*\n")

    def _write(self, *words: object) -> None:
        os.write(self._journal, f"{json.dumps(words)}\n".encode())


def finish(folders: Iterable[str]) -> int:
    """Finish in the repositories of some folders what a killed run has left there.

    Without a repository that is in a folder and all below. Returns how many files were put in their
    places. What a run that lives has there is left alone, and what cannot be read or written.
    """
    count = 0
    for top in dict.fromkeys(place for folder in folders for place in _places(folder)):
        with contextlib.suppress(OSError), _alone(top):
            count += _finish_all(top)
    return count


def _finish_all(top: str) -> int:
    with os.scandir(top) as entries:
        found = [
            one.name
            for one in entries
            if NAME.fullmatch(one.name) and one.is_dir(follow_symlinks=False)
        ]
    return sum(_finish(top, called) for called in found)


def _finish(top: str, called: str) -> int:
    """Finish what one run has left, unless it lives: then it has its journal locked."""
    count = 0
    folder, _name = folder_of(os.path.join(top, called))
    folders = [folder]
    with contextlib.suppress(FileNotFoundError), folder.handle() as handle:
        where = folder.at(os.path.join(called, JOURNAL))
        journal = os.open(where, _EXISTING, dir_fd=handle)
        with os.fdopen(journal, "rb") as file:
            if not _lock(journal):
                return 0
            waiting, is_ready = _read(top, file.read(MOST_BYTES))
        folders += dict.fromkeys(one.folder for one in waiting)
        for one in waiting if is_ready else ():
            if _is_as_it_was(one, called):
                _put(one, called)
                count += 1
    for each in reversed(folders):
        _clear(each, called)
    return count


def _read(top: str, journal: bytes) -> tuple[list[Staged], bool]:
    """Return what a journal says, as far as it is whole, and whether all was on the disk.

    A stranger may have written it: what is not of this repository is left out.
    """
    bounds = Bounds([top])
    waiting: list[Staged] = []
    for line in journal.decode(errors="replace").splitlines():
        try:
            match json.loads(line):
                case ["ready"]:
                    return waiting, True
                case ["file", str(inside), str(name), str(number), [*was]]:
                    path = os.path.join(top, inside, name)
                    plain = number.isdecimal() and os.path.basename(name) == name
                    below = not os.path.isabs(inside) and ".." not in inside.split(os.sep)
                    if plain and below and bounds.hold(path):
                        waiting.append(Staged(folder_of(path)[0], name, number, tuple(was)))
        except (OSError, ValueError, RecursionError):
            continue
    return waiting, False


def _is_as_it_was(one: Staged, called: str) -> bool:
    """Whether a file waits, and what it replaces was not changed in the meantime."""
    try:
        with one.folder.handle() as handle:
            where = one.folder.at(os.path.join(called, one.number))
            waits = os.stat(where, dir_fd=handle, follow_symlinks=False)
            try:
                path = one.folder.at(one.name)
                present = os.stat(path, dir_fd=handle, follow_symlinks=False)
            except FileNotFoundError:
                present = None
    except OSError:
        return False
    return stat.S_ISREG(waits.st_mode) and _told(present) == one.was


def _put(one: Staged, called: str) -> None:
    with one.folder.handle() as handle:
        waits = one.folder.at(os.path.join(called, one.number))
        name = one.folder.at(one.name)
        os.replace(waits, name, src_dir_fd=handle, dst_dir_fd=handle)


def _clear(folder: Folder, called: str) -> None:
    """Take away a folder in which files waited; one that cannot be stays."""
    with contextlib.suppress(OSError), folder.handle() as handle:
        names = sorted(os.listdir(os.path.join(folder.path, called)), key=JOURNAL.__eq__)
        for name in names:
            os.unlink(folder.at(os.path.join(called, name)), dir_fd=handle)
        os.rmdir(folder.at(called), dir_fd=handle)


def _told(found: os.stat_result | None) -> tuple[int, ...]:
    """Return what tells whether a file is still the same."""
    return () if found is None else (found.st_ino, found.st_size, found.st_mtime_ns)


def _top(folder: str, common: str) -> str:
    """Return where the journal of what is written in a folder is: where the next run looks."""
    top = repository(folder) or common
    return top if top and os.access(top, os.W_OK) else folder


def _common(paths: Iterable[str]) -> str:
    """Return the folder that all those of some paths are in that are in no repository."""
    folders = [os.path.realpath(os.path.dirname(path)) for path in paths]
    outside = [folder for folder in folders if repository(folder) is None]
    try:
        common = os.path.commonpath(outside)
    except ValueError:  # there is none, or they are on several drives
        return ""
    return common if common != os.path.dirname(common) else ""


def _places(folder: str) -> Iterator[str]:
    """Yield where journals may be of what was written in a folder and below."""
    yield folder
    top = repository(folder)
    if top is not None:
        yield top
        return
    for path, below, _files in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield path


@contextlib.contextmanager
def _alone(top: str) -> Iterator[None]:
    """Let no other run begin or finish in a folder meanwhile, or at least not for a while."""
    if os.name == "nt":
        yield
        return
    descriptor = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        until = time.monotonic() + PATIENCE
        while not _lock(descriptor) and time.monotonic() < until:
            time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock what is open, as long as it is; return False if another run has it."""
    try:
        import fcntl
    except ImportError:  # Windows, where what is open cannot be taken away
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN)  # some file systems have no locks
    return True
