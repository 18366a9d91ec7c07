"""Files are written whole or not at all, also when Ctrl-C comes in between."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Self

OPEN = ("/dev/", "/proc/")
"""Where a path names what a process has open, which is to be written to and not to be replaced."""

NEW: int = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
"""How a new file is opened: without O_BINARY Windows translates line ends."""


def replace_file(path: str, content: bytes) -> None:
    """Put content in place of a file's at once, or make the file; see `write_whole`."""
    write_whole([(path, content)])


def write_whole(contents: Iterable[tuple[str, bytes]]) -> None:
    """Replace what files hold, or make them; a file that is there keeps its mode and owner.

    Each content is written beside its file first. Only when all of them are on the disk are they
    renamed, which takes no time to speak of: a Ctrl-C is raised before any of it or when all is
    done. A link stays a link; what is no regular file (a pipe, `/dev/stdout`) is written to as it
    is, behind the others. OSError, with the path as its `filename`, for the first file that cannot
    be written; no file is changed then.
    """
    staged: list[tuple[str, str]] = []
    opened: list[tuple[str, bytes]] = []
    with _Interrupts() as interrupts:
        try:
            for path, content in contents:
                interrupts.let_through()
                with _naming(path):
                    before = _present(path)
                    if path.startswith(OPEN) or (before and not stat.S_ISREG(before.st_mode)):
                        opened.append((path, content))
                        continue
                    target = os.path.realpath(path)
                    staged.append((_beside(target), target))
                    _fill(staged[-1][0], content, before)
            interrupts.let_through()
            while staged:
                with _naming(staged[0][1]):
                    os.replace(*staged[0])
                del staged[0]
        finally:
            for beside, _target in staged:
                if os.path.lexists(beside):
                    os.unlink(beside)
    for path, content in opened:
        with _naming(path), open(path, "wb") as file:
            file.write(content)


@contextlib.contextmanager
def _naming(path: str) -> Iterator[None]:
    """Let an OSError name the file it is about, as the caller calls it."""
    try:
        yield
    except OSError as error:
        error.filename = path
        raise


def _present(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _beside(path: str) -> str:
    """Return a hidden name in a file's folder that is nobody's, of a length any system takes."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}")


def _fill(path: str, content: bytes, before: os.stat_result | None) -> None:
    # made as any new file is: its mode is what the user's mask leaves
    descriptor = os.open(path, NEW, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if before is None:
        return
    made = os.stat(path)
    if (before.st_uid, before.st_gid) != (made.st_uid, made.st_gid):
        with contextlib.suppress(OSError):  # root may give files away, as in a container
            os.chown(path, before.st_uid, before.st_gid)
    os.chmod(path, stat.S_IMODE(before.st_mode))


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
