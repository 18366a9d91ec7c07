"""Writes files so that whoever reads one finds its old content or its new one, whole."""

from __future__ import annotations

import contextlib
import os
import stat

OPEN = ("/dev/", "/proc/")
"""Where a path names what a process has open, which is to be written to and not to be replaced."""

BINARY: int = getattr(os, "O_BINARY", 0)
"""Without it Windows translates line ends."""


def replace_file(path: str, content: bytes) -> None:
    """Put content in place of a file's at once, or make the file; a file keeps its mode.

    A link is followed. What is no regular file (a pipe, `/dev/stdout`) is written to as it is.
    OSError if that cannot be done: then the file is as it was.
    """
    mode = owner = None
    with contextlib.suppress(FileNotFoundError):
        before = os.stat(path)
        mode, owner = stat.S_IMODE(before.st_mode), (before.st_uid, before.st_gid)
        if path.startswith(OPEN) or not stat.S_ISREG(before.st_mode):
            with open(path, "wb") as file:
                file.write(content)
            return
    path = os.path.realpath(path)
    beside = _beside(path)
    # made as any new file is: its mode is what the user's mask leaves
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made = os.stat(beside)
        if owner is not None and owner != (made.st_uid, made.st_gid):
            with contextlib.suppress(OSError):  # root may give files away, as in a container
                os.chown(beside, *owner)
        if mode is not None:
            os.chmod(beside, mode)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _beside(path: str) -> str:
    """Return a hidden name in a file's folder that is nobody's, of a length any system takes."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}")
