"""Where text goes: standard output for results, standard error for the rest, files for reports.

A reader that leaves (`| head`) is no fault: what it does not take is dropped, without a word, and
the run ends with the code it would have ended with.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO

from cnilint.errors import UsageError
from cnilint.shown import inert, visible_lines

BOUND = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY})
"""Why nothing can be put beside a file, or in its place, that can be written all the same: one
file of a folder that is not ours, or one that is mounted into a container."""


def tell(text: str, *, exactly: bool = False) -> None:
    """Write to standard output as it is: no line end is translated, no character refused.

    What is `exactly` a part of files is written with their bytes. UsageError where it takes
    nothing, such as on a full disk.
    """
    try:
        _put(sys.stdout, text, exactly=exactly)
    except OSError as error:
        abandon(sys.stdout)
        raise UsageError(f"cannot write to standard output: {error.strerror}") from None


def say(text: str) -> None:
    """Write a sentence to standard error: what is no result. Nothing in it steers a terminal."""
    aside(inert(visible_lines(f"cnilint: {text}\n")))


def aside(text: str) -> None:
    """Write to standard error as it is."""
    try:
        _put(sys.stderr, text)
    except OSError:
        abandon(sys.stderr)


def write_file(path: str, text: str, *, new: bool = False) -> None:
    """Write a text as UTF-8, whole or not at all where the folder allows it.

    UsageError if it cannot be written, or if the file is to be new and is there.
    """
    from cnilint.files import overwrite, replace_file  # no run needs it that only prints

    content = text.encode("utf-8", "backslashreplace")
    try:
        if new and os.path.lexists(path):
            raise FileExistsError(0, "there is one already", path)
        try:
            replace_file(path, content)
        except OSError as error:
            if error.errno not in BOUND or not os.access(path, os.W_OK):
                raise
            overwrite(path, content)
    except BrokenPipeError:
        return  # a pipe with a name, and its reader left
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None


def let_go() -> None:
    """Write out what is still buffered at the end of a run."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):
                abandon(stream)


def abandon(stream: TextIO) -> None:
    """Lead a stream into nothing: what is written to it from now on, or still buffered, is lost."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return  # it never was a file
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, descriptor)
    os.close(nothing)


def _put(stream: TextIO | None, text: str, *, exactly: bool = False) -> None:
    """Write to a stream, at once; to none (`>&-`) nothing is written."""
    if stream is None or not text:
        return
    try:
        stream.flush()
        how = ("utf-8", "surrogateescape") if exactly else (stream.encoding, "backslashreplace")
        stream.buffer.write(text.encode(how[0] or "utf-8", how[1]))
        stream.buffer.flush()
    except BrokenPipeError:
        abandon(stream)
