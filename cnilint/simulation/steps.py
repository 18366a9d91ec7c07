"""What a program on a node is: something that takes one step at a time among the node's files.

A program is a pure function of the files and its own memory. Where it has nothing to do its step
is not enabled. Nothing is assumed about time: any enabled step may be the next one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from cnilint.upstream.confdir import encoded, extension
from cnilint.upstream.selector import predict

Files = Mapping[str, str]
"""What is on the node: absolute host path to content."""

CANDIDATES = (".conf", ".conflist", ".json")


class Change(NamedTuple):
    """One step taken: the files after it, the paths it touched in order, and what to call it."""

    files: Files
    memory: Hashable
    touched: tuple[str, ...]
    label: str


class Program:
    """An actor on a node. Its memory is any value; before its first step it is `start()`'s."""

    @property
    def title(self) -> str:
        """Its name for people."""
        raise NotImplementedError

    def start(self) -> Hashable:
        """Return its memory before its first step. Most have none: the files say what was done."""
        return None

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Return the step it would take now, or None when none is enabled."""
        raise NotImplementedError

    def notice(
        self,
        files: Files,  # noqa: ARG002  for those that watch
        memory: Hashable,  # noqa: ARG002
        touched: tuple[str, ...],  # noqa: ARG002
    ) -> Change | None:
        """Return its reaction at once to what another program did; None for one that only steps."""
        return None

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Return what ending it in order leaves behind: everything, for most."""
        return Change(files, memory, (), f"{self.title} stops")

    def complaint(self, files: Files, memory: Hashable) -> str:  # noqa: ARG002
        """Return why it has not come up in a state of rest, empty when it has."""
        return ""


def names_in(files: Files, directory: str) -> dict[str, str]:
    """Return the files of one directory, and of those below it, named relative to it."""
    start = directory.rstrip("/") + "/"
    return {path[len(start) :]: text for path, text in files.items() if path.startswith(start)}


def candidates(files: Files, directory: str) -> list[str]:
    """Return the paths in a directory that a runtime or a CNI installer may take, in byte order."""
    names = [n for n in names_in(files, directory) if "/" not in n and extension(n) in CANDIDATES]
    return [posixpath.join(directory, name) for name in sorted(names, key=encoded)]


def is_valid(path: str, content: str) -> bool:
    """Whether a file loads as a network: the rule of libcni, which installers use as well."""
    return _loads(posixpath.basename(path), content)


@lru_cache(maxsize=4096)
def _loads(name: str, content: str) -> bool:
    return predict("containerd", {name: content}).outcome == "picked"


def with_changes(files: Files, added: Files, removed: Iterable[str] = ()) -> Files:
    """Return files with some of them removed, then others added or replaced."""
    return {**{path: text for path, text in files.items() if path not in removed}, **added}


def file_names(paths: Iterable[str]) -> str:
    """Return the names of some paths as a text for people."""
    return ", ".join(posixpath.basename(path) for path in paths)
