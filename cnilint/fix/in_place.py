"""Writes changed sources back to their files, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable

from cnilint.errors import UsageError
from cnilint.files import replace_file
from cnilint.model.text import Source
from cnilint.syntax.collect import STANDARD_INPUT, decode, encode


def write(changed: Iterable[tuple[Source, Source]]) -> None:
    """Replace files by their changed text, each at once and with its mode.

    UsageError, before anything is written, for standard input and for a file that no longer is
    what was read; and for a file that cannot be written, which then is as it was.
    """
    pairs = list(changed)
    contents = [(new.path, _content(old, new)) for old, new in pairs]
    for path, content in contents:
        try:
            replace_file(path, content)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def create(new: Iterable[tuple[Source | None, Source]]) -> None:
    """Write files that may not be there yet, each at once, and the folders they lie in.

    UsageError for one that cannot be written.
    """
    for old, source in new:
        try:
            os.makedirs(os.path.dirname(source.path) or ".", exist_ok=True)
            if old is None:
                replace_file(source.path, source.text.encode())
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(f"{source.path} cannot be written: {reason}") from error
        if old is not None:
            write([(old, source)])


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
