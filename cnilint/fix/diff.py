"""Changed sources as one unified diff, in the form that `git apply` takes."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator

from cnilint.model.text import Source
from cnilint.syntax.collect import STANDARD_INPUT

NO_NEWLINE = "\\ No newline at end of file\n"


def unified(changed: Iterable[tuple[Source | None, Source]]) -> str:
    """Return the diff of sources before and after, paths relative to the working directory.

    None is before a file is there. Lines end at a line feed only, as git counts them, so that a
    carriage return stays part of its line.
    """
    return "".join(line for old, new in changed for line in _file(old, new))


def _file(old: Source | None, new: Source) -> Iterator[str]:
    from difflib import unified_diff

    name = _name(new.path)
    end = "\t" if any(c.isspace() for c in name) else ""
    before = f"a/{name}{end}" if old is not None else "/dev/null"
    text = old.text if old is not None else ""
    for line in unified_diff(
        _lines(text), _lines(new.text), before, f"b/{name}{end}", lineterm="\n"
    ):
        yield line if line.endswith("\n") else f"{line}\n{NO_NEWLINE}"


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _name(path: str) -> str:
    """Return a path as a diff names it: relative to where the command runs, if it is below.

    A file that was reached by a symbolic link goes by its own name: git changes no other.
    """
    if path == STANDARD_INPUT:
        return "stdin"
    own = os.path.relpath(os.path.realpath(path), os.path.realpath("."))
    relative = os.path.relpath(path) if own.startswith("..") else own
    below = not relative.startswith("..")
    return posixpath.normpath((relative if below else path.lstrip("/")).replace(os.sep, "/"))
