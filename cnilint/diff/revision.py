"""A revision of a git repository as a tree of files: its objects are read, no work tree is touched.

One `git ls-tree` tells what there is, one `git cat-file --batch` hands out what is asked for. A
submodule is looked into where it is checked out and has the commit; else nothing is in it.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Iterator

from cnilint.confine import MOST_BYTES
from cnilint.errors import UsageError
from cnilint.external import Completed, Conversation, git, git_conversation
from cnilint.start import NamedTuple

from .history import answered

LINK, SUBMODULE, FOLDER = "120000", "160000", "040000"

MOST_LINKS = 40
"""That are followed on one path, as Linux does."""


class TreeEntry(NamedTuple):
    """What lies at a path: its mode, its object, and the repository that has it."""

    mode: str
    object: str
    home: str


class Revision:
    """The files of a commit; see `cnilint.confine.FileTree`.

    `absent` are the submodules of which nothing is known, by their paths, each with its commit.
    """

    def __init__(self, top: str, commit: str) -> None:
        """Take the real path of the top of the repository, and the id of a commit."""
        self.top = top
        self.commit = commit
        self.absent: dict[str, str] = {}
        self._entries: dict[str, TreeEntry] = {".": TreeEntry(FOLDER, commit, top)}
        self._names: dict[str, list[str]] = {".": []}
        self._objects: dict[str, Conversation] = {}
        self._real: dict[str, str | None] = {}
        self._list(top, commit, "")

    def real(self, path: str) -> str | None:
        """Return a path with the links of the revision followed; None where it leads out."""
        if path not in self._real:
            self._real[path] = self._followed(path)
        return self._real[path]

    def is_file(self, path: str) -> bool:
        """Whether a regular file lies at a path."""
        entry = self._entries.get(path)
        return entry is not None and entry.mode not in (FOLDER, LINK, SUBMODULE)

    def is_folder(self, path: str) -> bool:
        """Whether a folder lies at a path."""
        entry = self._entries.get(path)
        return entry is not None and entry.mode in (FOLDER, SUBMODULE)

    def names(self, folder: str) -> Collection[str]:
        """Return the names of what lies in a folder; nothing if there is no such folder."""
        return self._names.get(folder, ())

    def read(self, path: str) -> bytes | None:
        """Return what a regular file holds; None if there is none, or it is too large."""
        entry = self._entries.get(path)
        return self._content(entry) if entry is not None and self.is_file(path) else None

    def object(self, path: str) -> str:
        """Return the id of what lies at a path; empty if there is nothing."""
        entry = self._entries.get(path)
        return entry.object if entry is not None else ""

    def close(self) -> None:
        """End the programs that read."""
        for one in self._objects.values():
            one.close()
        self._objects = {}

    def _list(self, home: str, commit: str, inside: str) -> None:
        """Add what a commit of a repository holds, below a folder."""
        done = _asked("ls-tree", "-r", "-t", "-z", "--full-tree", commit, home=home)
        for line in filter(None, os.fsdecode(done.out).split("\0")):
            about, _tab, name = line.partition("\t")
            mode, _kind, found = about.split(" ")[:3]
            path = f"{inside}{name}"
            above, last = posixpath.split(path)
            self._entries[path] = TreeEntry(mode, found, home)
            self._names.setdefault(above or ".", []).append(last)
            if mode == SUBMODULE:
                self._look_into(path, found)

    def _look_into(self, path: str, commit: str) -> None:
        """Add what a submodule holds, where it is checked out and has the commit."""
        home = os.path.join(self.top, *path.split("/"))
        inside = os.path.realpath(home) == home and os.path.exists(os.path.join(home, ".git"))
        if inside and _has(home, commit):
            self._list(home, commit, f"{path}/")
        else:
            self.absent[path] = commit

    def _followed(self, path: str) -> str | None:
        """Walk a path as the kernel would, link by link."""
        if path.startswith("/"):
            return None
        done: list[str] = []
        steps = list(reversed(path.split("/")))
        links, nowhere = 0, False
        while steps:
            step = steps.pop()
            if step in ("", "."):
                continue
            if step == "..":
                if not done:
                    return None
                nowhere = nowhere or not self.is_folder("/".join(done))
                done.pop()
                continue
            at = "/".join((*done, step))
            entry = self._entries.get(at)
            if step == ".git" or "\0" in step:
                return None
            if entry is None or entry.mode != LINK:
                done.append(step)
                continue
            target = os.fsdecode(self._content(entry) or b"")
            links += 1
            if target.startswith("/") or not target or links > MOST_LINKS:
                return None
            steps += reversed(target.split("/"))
        found = "/".join(done) or "."
        # a link over a folder that is not there leads nowhere, whatever lies at its end
        return path if nowhere and found in self._entries else found

    def _content(self, entry: TreeEntry) -> bytes | None:
        objects = self._objects.get(entry.home)
        try:
            if objects is None:
                objects = git_conversation("cat-file", "--batch", cwd=entry.home)
                self._objects[entry.home] = objects
            said = objects.ask(entry.object.encode()).split(b" ")
            if len(said) != 3 or not said[2].isdigit():
                raise UsageError(f"git has no object {entry.object}: the checkout is not complete")
            size = int(said[2])
            if size > MOST_BYTES:
                for _part in _parts(size):
                    objects.more(_part)
                objects.more(1)
                return None
            content = objects.more(size)
            objects.more(1)  # the line end behind it
        except OSError as error:
            raise UsageError(f"git cannot read the revision: {error.strerror}") from None
        return content


def _parts(size: int, most: int = 1 << 20) -> Iterator[int]:
    """Yield sizes that make up one, none of them large."""
    while size > 0:
        yield min(size, most)
        size -= most


def _has(home: str, commit: str) -> bool:
    try:
        return git("cat-file", "-e", f"{commit}^{{commit}}", cwd=home).code == 0
    except OSError:
        return False


def _asked(*words: str, home: str) -> Completed:
    """Return what git says; UsageError with its last line if it cannot."""
    done = answered(*words, home=home)
    if done.code != 0:
        said = done.err.decode(errors="replace").strip().splitlines()
        raise UsageError(f"git: {said[-1] if said else 'it failed'}")
    return done
