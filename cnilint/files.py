"""Files are written whole or not at all, also when Ctrl-C comes in between."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import NamedTuple, Self

from cnilint.confine import Folder, folder_of

OPEN = ("/dev/", "/proc/")
"""Where a path names what a process has open, which is to be written to and not to be replaced."""

NEW: int = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
"""How a new file is opened: without O_BINARY Windows translates line ends."""

_OVER = NEW & ~(os.O_CREAT | os.O_EXCL) | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)

_MODE_OF_OPEN = os.chmod in os.supports_fd


def replace_file(path: str, content: bytes) -> None:
    """Put content in place of a file's at once, or make the file; see `write_whole`."""
    write_whole([(path, content)])


def write_whole(contents: Iterable[tuple[str, bytes]]) -> None:
    """Replace what files hold, or make them; a file that is there keeps its mode and owner.

    Each content is written beside its file first. Only when all of them are on the disk are they
    renamed, which takes no time to speak of: a Ctrl-C is raised before any of it or when all is
    done. A link is replaced by a file, and no link leads out of a repository; what is no regular
    file (a pipe, `/dev/stdout`) is written to as it is, behind the others. OSError, with the path
    as its `filename`, for the first file that cannot be written; no file is changed then.
    """
    staged: list[_Staged] = []
    opened: list[tuple[str, bytes]] = []
    with _Interrupts() as interrupts:
        try:
            for path, content in contents:
                interrupts.let_through()
                with _naming(path):
                    if path.startswith(OPEN):
                        opened.append((path, content))
                        continue
                    folder, name = folder_of(path)
                    before = _present(folder, name)
                    if before and not (_is(before, stat.S_IFREG) or _is(before, stat.S_IFLNK)):
                        opened.append((path, content))
                        continue
                    staged.append(_Staged(path, folder, name, _beside(name)))
                    _fill(staged[-1], content, before)
            interrupts.let_through()
            while staged:
                with _naming(staged[0].path):
                    staged[0].put()
                del staged[0]
        finally:
            for one in staged:
                one.drop()
    for path, content in opened:
        overwrite(path, content)


def overwrite(path: str, content: bytes) -> None:
    """Write over what a file holds, where nothing can be put in its place; OSError if it cannot.

    No link is followed but the names of what a process has open.
    """
    with _naming(path):
        if path.startswith(OPEN):
            with open(path, "wb") as file:
                file.write(content)
            return
        folder, name = folder_of(path)
        with folder.handle() as handle:
            descriptor = os.open(folder.at(name), _OVER, dir_fd=handle)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)


class _Staged(NamedTuple):
    """What is written beside a file: `path` is what the caller calls the file."""

    path: str
    folder: Folder
    name: str
    beside: str

    def put(self) -> None:
        """Put it in the file's place."""
        with self.folder.handle() as handle:
            beside, name = self.folder.at(self.beside), self.folder.at(self.name)
            os.replace(beside, name, src_dir_fd=handle, dst_dir_fd=handle)

    def drop(self) -> None:
        """Take it away, if it is there."""
        with contextlib.suppress(OSError), self.folder.handle() as handle:
            os.unlink(self.folder.at(self.beside), dir_fd=handle)


@contextlib.contextmanager
def _naming(path: str) -> Iterator[None]:
    """Let an OSError name the file it is about, as the caller calls it."""
    try:
        yield
    except OSError as error:
        error.filename = path
        raise


def _present(folder: Folder, name: str) -> os.stat_result | None:
    """Return what is known of a file itself, not of what it leads to; None if there is none."""
    try:
        with folder.handle() as handle:
            return os.stat(folder.at(name), dir_fd=handle, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _is(found: os.stat_result, kind: int) -> bool:
    return stat.S_IFMT(found.st_mode) == kind


def _beside(name: str) -> str:
    """Return a hidden name that is nobody's, of a length any system takes."""
    return f".{name[:40]}.{os.urandom(6).hex()}"


def _fill(staged: _Staged, content: bytes, before: os.stat_result | None) -> None:
    # made as any new file is: its mode is what the user's mask leaves
    with staged.folder.handle() as handle:
        descriptor = os.open(staged.folder.at(staged.beside), NEW, 0o666, dir_fd=handle)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
        if before is not None and _is(before, stat.S_IFREG):
            _keep_owner_and_mode(staged, descriptor, before)


def _keep_owner_and_mode(staged: _Staged, descriptor: int, before: os.stat_result) -> None:
    made = os.fstat(descriptor)
    if (before.st_uid, before.st_gid) != (made.st_uid, made.st_gid):
        with contextlib.suppress(OSError):  # root may give files away, as in a container
            os.chown(descriptor, before.st_uid, before.st_gid)
    mode = stat.S_IMODE(before.st_mode)
    # Windows changes the mode of a path alone
    os.chmod(descriptor if _MODE_OF_OPEN else staged.folder.at(staged.beside), mode)


class _Interrupts:
    """Keeps Ctrl-C back while it is open; raises it where it may come, at the latest at the end.

    Signals reach the main thread only; in another one there is nothing to keep back.
    """

    def __enter__(self) -> Self:
        self._came = False
        try:
            self._before = signal.signal(signal.SIGINT, self._note)
        except ValueError:
            self._before = None
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if kind is None:
            self.let_through()

    def let_through(self) -> None:
        """Raise KeyboardInterrupt if there was one."""
        if self._came:
            raise KeyboardInterrupt

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._came = True
