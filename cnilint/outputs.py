"""The reports of a run: which ones, and to which files; all of it is checked before the run."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import NamedTuple

from cnilint.errors import UsageError, did_you_mean
from cnilint.files import replace_file
from cnilint.report.formats import FORMATS

FULL = "full"
"""The report for a person at a terminal: not in the table, as it takes what paints it."""

STANDARD_OUTPUT = "-"

FOR_LOGS = frozenset({FULL, "concise", "github"})
"""Formats that can stand below one another: lines that are read one by one, or by a person."""

BOUND = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY})
"""Why nothing can be put beside a file, or in its place, that can be written all the same: one
file of a folder that is not ours, or one that is mounted into a container."""


class Output(NamedTuple):
    """A report to write: its format, and the file for it (empty: standard output)."""

    format: str
    path: str


def outputs(texts: Iterable[str]) -> list[Output]:
    """Return what `FORMAT` and `FORMAT:PATH` ask for, files first; `-` is standard output.

    Who reads the output may go away in the middle of it; the files are there all the same.

    UsageError for a format there is not, for a path that cannot be written, for two reports to one
    file, and for reports to standard output that nobody could tell apart.
    """
    found = list(dict.fromkeys(map(_output, texts)))
    taken: dict[str, str] = {}
    for one in found:
        if one.path and taken.setdefault(os.path.realpath(one.path), one.format) != one.format:
            raise UsageError(f"two reports to one file: {one.path}")
    shown = [one.format for one in found if not one.path]
    if len(shown) > 1 and not FOR_LOGS.issuperset(shown):
        whole = next(name for name in shown if name not in FOR_LOGS)
        raise UsageError(
            f"standard output takes one report, not {' and '.join(shown)}: "
            f"write {whole} to a file (--output-format {whole}:PATH)"
        )
    return sorted(found, key=lambda one: not one.path)


def write(path: str, text: str) -> None:
    """Write a text as UTF-8, at once where the folder allows it; UsageError if it cannot be."""
    content = text.encode("utf-8", "backslashreplace")
    try:
        try:
            replace_file(path, content)
        except OSError as error:
            if error.errno not in BOUND or not os.access(path, os.W_OK):
                raise
            with open(path, "wb") as file:
                file.write(content)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None


def _output(text: str) -> Output:
    name, colon, path = text.partition(":")
    known = (FULL, *FORMATS)
    if name not in known:
        hint = did_you_mean(name, known)
        raise UsageError(f"no output format {name!r}{hint} (known: {', '.join(known)})")
    if colon and not path:
        raise UsageError(f"--output-format {text!r}: there is no path behind the colon")
    if path == STANDARD_OUTPUT:
        return Output(name, "")
    if path and (reason := _hindrance(path)):
        raise UsageError(f"cannot write {path}: {reason}")
    return Output(name, path)


def _hindrance(path: str) -> str:
    """Return why a path cannot be written, as far as that can be seen; empty for none."""
    if "\0" in path:
        return "no path has a null character"
    if os.path.isdir(path) or path.endswith((os.sep, "/")):
        return "it is a folder"
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        named = os.path.dirname(path)
        return f"there is no folder {named or folder}"
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        return "permission denied"
    return ""
