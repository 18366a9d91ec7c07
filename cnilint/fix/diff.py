"""Changed sources as one unified diff, in the form that `git apply` takes."""

from __future__ import annotations

import base64
import hashlib
import os
import posixpath
import string
import zlib
from collections.abc import Iterable, Iterator

from cnilint.confine import read_file
from cnilint.model.text import Source
from cnilint.syntax.collect import STANDARD_INPUT, encode

MARK = "\ufeff"
VALUE = 2
"""The place of the value in what `git check-attr -z` prints."""

NO_NEWLINE = "\\ No newline at end of file\n"


QUOTED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
"""What git writes for some characters of a path between quotes; for other controls it is octal."""

BYTES_OF_LINE = 52
"""Of a binary patch (git/git@v2.39.5:diff.c, emit_binary_diff_body)."""


def unified(changed: Iterable[tuple[Source | None, Source]]) -> str:
    """Return the diff of sources before and after, paths relative to the working directory.

    None is before a file is there. Lines end at a line feed only, as git counts them, so that a
    carriage return stays part of its line. A file in UTF-16 or UTF-32 is binary to git, and so is
    its part of the diff, unless git's attributes have it converted.
    """
    return "".join(line for old, new in changed for line in _file(old, new))


def _file(old: Source | None, new: Source) -> Iterator[str]:
    from difflib import unified_diff

    before, after = old.text if old is not None else "", new.text
    if old is not None and (content := _foreign_encoding(old)) is not None:
        if not _converted(old.path):
            yield from _binary(_name(new.path), content, encode(after, content))
            return
        before, after = before.removeprefix(MARK), after.removeprefix(MARK)
    name = _name(new.path)
    end = "\t" if any(c.isspace() for c in name) and not _is_quoted(name) else ""
    header = (f"{_quoted('a', name)}{end}" if old is not None else "/dev/null"), _quoted("b", name)
    for line in unified_diff(
        _lines(before), _lines(after), header[0], f"{header[1]}{end}", lineterm="\n"
    ):
        yield line if line.endswith("\n") else f"{line}\n{NO_NEWLINE}"


def _foreign_encoding(source: Source) -> bytes | None:
    """Return the content of a file that is not in UTF-8, None for one that is."""
    if not source.text.startswith(MARK) or source.path == STANDARD_INPUT:
        return None
    try:
        content = read_file(source.path)
    except OSError:
        return None
    return None if content == encode(source.text) else content


def _converted(path: str) -> bool:
    """Whether git has a file in another encoding than the working tree, and takes text for it."""
    from cnilint.external import git

    folder, name = os.path.split(os.path.realpath(path))
    try:
        asked = git("check-attr", "-z", "working-tree-encoding", "--", name, cwd=folder)
    except OSError:
        return False
    parts = asked.out.split(b"\0")
    return asked.code == 0 and len(parts) > VALUE and parts[VALUE] not in (b"unspecified", b"unset")


def _binary(name: str, before: bytes, after: bytes) -> Iterator[str]:
    """Yield a change as git writes it for what is no text, in both directions."""
    whole = f"diff --git {_quoted('a', name)} {_quoted('b', name)}\n"
    yield f"{whole}index {_blob(before)}..{_blob(after)}\nGIT binary patch\n"
    for content in (after, before):
        yield f"literal {len(content)}\n"
        packed = zlib.compress(content)
        for at in range(0, len(packed), BYTES_OF_LINE):
            part = packed[at : at + BYTES_OF_LINE]
            length = (string.ascii_uppercase + string.ascii_lowercase)[len(part) - 1]
            yield f"{length}{base64.b85encode(part, pad=True).decode()}\n"
        yield "\n"


def _blob(content: bytes) -> str:
    """Return the name that git has for a content."""
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def _is_quoted(name: str) -> bool:
    return any(mark in QUOTED or mark < " " or mark == "\x7f" for mark in name)


def _quoted(side: str, name: str) -> str:
    """Return a path of one side of a diff, as git quotes it (git/git@v2.39.5:quote.c)."""
    whole = f"{side}/{name}"
    if not _is_quoted(whole):
        return whole
    marks = (QUOTED.get(c, f"\\{ord(c):03o}" if c < " " or c == "\x7f" else c) for c in whole)
    return f'"{"".join(marks)}"'


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
