"""Where a source lies in the repository: the paths that CI systems link to.

They count from the top of the working tree the command runs in (the nearest folder with a `.git`),
or, where there is none, from the working directory.
"""

from __future__ import annotations

import os

from cnilint.confine import repository
from cnilint.syntax.collect import STANDARD_INPUT

STANDARD_INPUT_NAME = "stdin"
"""What standard input is called where a report needs the name of a file."""


def repository_path(path: str) -> str | None:
    """Return a path from the top of the repository, with forward slashes; None if outside of it."""
    if path == STANDARD_INPUT:
        return None
    top = repository_top()
    whole = os.path.abspath(path)
    if _below(top, whole):
        return _relative(top, whole)
    # the same folder by another name, such as a symbolic link to the checkout
    whole = _real(path)
    return _relative(top, whole) if _below(top, whole) else None


def reported_path(path: str) -> str:
    """Return the path a CI system shows: from the top of the repository, or absolute outside it."""
    if path == STANDARD_INPUT:
        return STANDARD_INPUT_NAME
    inside = repository_path(path)
    return inside if inside is not None else os.path.abspath(path).replace(os.sep, "/")


def own_path(path: str) -> str:
    """Return the path that a file has in its own repository, the same from any working directory.

    Where there is no repository it is that of `reported_path`.
    """
    if path != STANDARD_INPUT:
        for whole in (os.path.abspath(path), _real(path)):
            top = repository(os.path.dirname(whole))
            if top is not None:
                return _relative(top, whole)
    return reported_path(path)


def repository_top(folder: str = "") -> str:
    """Return the absolute path of the top folder of a folder's repository (empty: where we are)."""
    folder = folder or os.getcwd()
    return repository(folder) or folder


def _real(path: str) -> str:
    """Return the real path of a file, as it is for one that no file can have."""
    try:
        return os.path.realpath(path)
    except ValueError:
        return path


def _below(top: str, path: str) -> bool:
    return path == top or path.startswith(os.path.join(top, ""))


def _relative(top: str, path: str) -> str:
    return path[len(os.path.join(top, "")) :].replace(os.sep, "/") or "."
