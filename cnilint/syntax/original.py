"""The bytes of a large text, which are read again where more of it is needed than is held."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

from cnilint.confine import ConfinedError, opened_file, read_open
from cnilint.model.text import Original, Reader


def of_file(path: str, found: os.stat_result, *, through_links: bool) -> Original:
    """Return what opens a file that was found, as long as it is that one, and unchanged."""
    return partial(_opened, path, through_links, _stamp(found))


def held(content: bytes) -> Original:
    """Return what opens bytes that cannot be read again, such as those of standard input."""
    return lambda: nullcontext(lambda start, end: content[start:end])


@contextmanager
def _opened(path: str, through_links: bool, stamp: tuple[int, ...]) -> Iterator[Reader]:  # noqa: FBT001  a partial has it by its place
    descriptor, _found = opened_file(path, through_links=through_links)

    def read(start: int, end: int) -> bytes:
        os.lseek(descriptor, start, os.SEEK_SET)
        content = read_open(descriptor, end - start)[: end - start]
        if _stamp(os.fstat(descriptor)) != stamp or len(content) != end - start:
            raise ConfinedError(errno.ESTALE, "changed while it was read", path)
        return content

    try:
        yield read
    finally:
        os.close(descriptor)


def _stamp(found: os.stat_result) -> tuple[int, ...]:
    """Return what tells a file from any other one, and from itself before it was changed."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
