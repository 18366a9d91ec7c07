"""Files are written whole or not at all, also when Ctrl-C or SIGTERM comes in between."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
from collections.abc import Iterable, Iterator, Mapping
from types import FrameType
from typing import Any, Self

from cnilint.confine import Folder, folder_of
from cnilint.staging import NEW, Staging

OPEN = ("/dev/", "/proc/")
"""Where a path names what a process has open, which is to be written to and not to be replaced."""

_OVER = NEW & ~(os.O_CREAT | os.O_EXCL) | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)

_LOOKING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

_ANYBODY_WRITES = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH

_MODE_OF_OPEN = os.chmod in os.supports_fd


def replace_file(path: str, content: bytes) -> None:
    """Put content in place of a file's at once, or make the file; see `write_whole`."""
    write_whole([(path, content)])


def write_whole(contents: Iterable[tuple[str, bytes]], *, keeping: bool = False) -> None:
    """Replace what files hold, or make them; a file that is there keeps its mode and owner.

    Each content is written beside its file first. Only when all of them are on the disk are they
    renamed, which takes no time to speak of: a Ctrl-C or SIGTERM is raised before any of it or when
    all is done, and what is killed in between is finished by the next run (`staging`). A link is
    replaced by a file, and no link leads out of a repository; what is no regular file (a pipe,
    `/dev/stdout`) is written to as it is, behind the others. `keeping` refuses a file that is not
    to be written, that has another name, or whose extended attributes cannot be kept. OSError, with
    the path as its `filename`, for the first file that cannot be written; no file is changed then.
    """
    contents, opened = list(contents), list[tuple[str, bytes]]()
    staging, called = Staging([path for path, _content in contents]), {}
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
                    called[folder, name] = path
                    attributes = _attributes(folder, name)
                    if keeping and before:
                        _refuse(folder, name, before)
                    made = staging.open(folder, name, before)
                    _fill(made, content, before, attributes, keeping=keeping)
            interrupts.let_through()
            for one in staging.decide():
                with _naming(called[one.folder, one.name]):
                    staging.put(one)
        finally:
            staging.close()
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


def _refuse(folder: Folder, name: str, before: os.stat_result) -> None:
    """Raise OSError for a file that is not to be written, or that another name leads to."""
    with folder.handle() as handle:
        may_write = os.access(folder.at(name), os.W_OK, dir_fd=handle)
    if not may_write or not before.st_mode & _ANYBODY_WRITES:  # the administrator may always
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if before.st_nlink > 1:
        raise OSError(
            errno.EMLINK, "it has another name (a hard link) that would keep the old text"
        )


def _attributes(folder: Folder, name: str) -> dict[str, bytes]:
    """Return the extended attributes of a file; none where it has none, or cannot be read."""
    found: dict[str, bytes] = {}
    if not hasattr(os, "listxattr"):
        return found
    with contextlib.suppress(OSError), folder.handle() as handle:
        descriptor = os.open(folder.at(name), _LOOKING, dir_fd=handle)
        try:
            for attribute in os.listxattr(descriptor):
                found[attribute] = os.getxattr(descriptor, attribute)
        finally:
            os.close(descriptor)
    return found


def _fill(
    made: tuple[int, str],
    content: bytes,
    before: os.stat_result | None,
    attributes: Mapping[str, bytes],
    *,
    keeping: bool,
) -> None:
    descriptor, _path = made
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if before is not None and _is(before, stat.S_IFREG):
            _keep_owner_and_mode(made, before)
            lost = _keep_attributes(descriptor, attributes)
            if lost and keeping:
                raise OSError(errno.ENOTSUP, f"its attribute {lost[0]} cannot be kept")
        os.fsync(descriptor)


def _keep_owner_and_mode(made: tuple[int, str], before: os.stat_result) -> None:
    descriptor, path = made
    present = os.fstat(descriptor)
    if (before.st_uid, before.st_gid) != (present.st_uid, present.st_gid):
        with contextlib.suppress(OSError):  # root may give files away, as in a container
            os.chown(descriptor, before.st_uid, before.st_gid)
    # Windows changes the mode of a path alone
    os.chmod(descriptor if _MODE_OF_OPEN else path, stat.S_IMODE(before.st_mode))


def _keep_attributes(descriptor: int, attributes: Mapping[str, bytes]) -> list[str]:
    """Give a file the attributes of another one; return the names of those it cannot have."""
    if not hasattr(os, "setxattr"):
        return []
    lost: list[str] = []
    with contextlib.suppress(OSError):
        for name in os.listxattr(descriptor):  # such as the rights that a folder hands down
            if name not in attributes:
                with contextlib.suppress(OSError):
                    os.removexattr(descriptor, name)
    for name, value in attributes.items():
        try:
            if _attribute(descriptor, name) != value:
                os.setxattr(descriptor, name, value)
        except OSError:
            lost.append(name)
    return lost


def _attribute(descriptor: int, name: str) -> bytes | None:
    try:
        return os.getxattr(descriptor, name)
    except OSError:
        return None


class _Interrupts:
    """Keeps Ctrl-C and SIGTERM back while it is open; raises them where they may come.

    That is at the latest at the end. Signals reach the main thread only; in another one there is
    nothing to keep back, and what a process was told to ignore stays ignored.
    """

    def __enter__(self) -> Self:
        self._came = False
        self._before: dict[signal.Signals, Any] = {}
        with contextlib.suppress(ValueError):
            for number in (signal.SIGINT, signal.SIGTERM):
                before = signal.getsignal(number)
                if before not in (signal.SIG_IGN, signal.SIG_DFL, None):
                    signal.signal(number, self._note)
                    self._before[number] = before
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        if kind is None:
            self.let_through()

    def let_through(self) -> None:
        """Raise KeyboardInterrupt if there was one."""
        if self._came:
            raise KeyboardInterrupt

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._came = True
