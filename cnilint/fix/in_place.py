"""Writes changed sources back to their files, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from cnilint.confine import file_behind, make_folders, read_file
from cnilint.errors import UsageError
from cnilint.files import write_whole
from cnilint.model.text import Source
from cnilint.syntax.collect import STANDARD_INPUT, decode, encode


def write(changed: Iterable[tuple[Source, Source]]) -> None:
    """Replace files by their changed text, all of them or none, each with its mode.

    A link stays, and the file it leads to is replaced. UsageError, before anything is written, for
    standard input, for a file that no longer is what was read, that a link leads to from another
    repository, and for a file that cannot be written.
    """
    contents: dict[str, bytes] = {}
    called: dict[str, str] = {}
    for old, new in changed:
        content = _content(old, new)
        with _told(new.path):
            path = file_behind(new.path)
        contents[path], called[path] = content, new.path
    _write(contents.items(), called)


def create(new: Iterable[tuple[Source | None, Source]]) -> None:
    """Write files that may not be there yet, all of them or none, and the folders they lie in.

    UsageError for one that cannot be written, or that is to be new and is there.
    """
    contents: list[tuple[str, bytes]] = []
    for old, source in new:
        if old is None and os.path.lexists(source.path):
            raise UsageError(f"{source.path} cannot be written: File exists")
        content = source.text.encode() if old is None else _content(old, source)
        contents.append((source.path, content))
    for path, _text in contents:
        with _told(path):
            make_folders(os.path.dirname(path))
    _write(contents)


def _write(contents: Iterable[tuple[str, bytes]], called: Mapping[str, str] | None = None) -> None:
    """Write files, all of them or none; `called` is what a person calls each, if otherwise."""
    try:
        write_whole(contents, keeping=True)
    except OSError as error:
        with _told((called or {}).get(error.filename, error.filename)):
            raise


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Say of a file that it cannot be written, and why."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def _content(old: Source, new: Source) -> bytes:
    if old.path == STANDARD_INPUT:
        raise UsageError("standard input cannot be changed in place: use --diff")
    try:
        present = read_file(old.path)
    except OSError:
        present = b""
    read = decode(old.path, present)
    if not isinstance(read, Source) or read.text != old.text:
        raise UsageError(f"{old.path} was changed by another program: nothing was written")
    return encode(new.text, present)
