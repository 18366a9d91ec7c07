"""Writes changed sources back to their files, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable

from cnilint.errors import UsageError
from cnilint.files import write_whole
from cnilint.model.text import Source
from cnilint.syntax.collect import STANDARD_INPUT, decode, encode


def write(changed: Iterable[tuple[Source, Source]]) -> None:
    """Replace files by their changed text, all of them or none, each with its mode.

    UsageError, before anything is written, for standard input, for a file that no longer is what
    was read, and for a file that cannot be written.
    """
    pairs = list(changed)
    _write([(new.path, _content(old, new)) for old, new in pairs])


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
        try:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    _write(contents)


def _write(contents: Iterable[tuple[str, bytes]]) -> None:
    try:
        write_whole(contents)
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(f"{error.filename} cannot be written: {reason}") from error


def _content(old: Source, new: Source) -> bytes:
    if old.path == STANDARD_INPUT:
        raise UsageError("standard input cannot be changed in place: use --diff")
    try:
        with open(old.path, "rb") as file:
            present = file.read()
    except OSError:
        present = b""
    read = decode(old.path, present)
    if not isinstance(read, Source) or read.text != old.text:
        raise UsageError(f"{old.path} was changed by another program: nothing was written")
    return encode(new.text, present)
