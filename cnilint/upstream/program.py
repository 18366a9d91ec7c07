"""What an installer is: a program that takes one step at a time among the files of a directory.

It is a pure function of the files and of its own memory. The memory is a frozen, hashable value, so
that several programs can be run interleaved in one directory, and a state that comes again is
known. A step is one visible change of the directory, or one change of the memory.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from enum import Enum

from cnilint.start import NamedTuple

Files = Mapping[str, str]
"""The files of one directory: name to content. The order is the one they were made in."""

ProgramSettings = Mapping[str, object]
"""What a program is given: `env` (names to values), `args` (a list) or `config` (a ConfigMap)."""


class Happening(Enum):
    """What the kernel tells a program that watches the directory, in inotify's words."""

    CREATED = "created"
    MODIFIED = "modified"
    DELETED = "deleted"
    MOVED_FROM = "moved from"
    MOVED_TO = "moved to"


class Event(NamedTuple):
    """One thing that happened to one file."""

    happening: Happening
    name: str


class DirectoryChange(NamedTuple):
    """What one step leaves: the files, the memory, and what other programs may have seen of it."""

    files: Files
    memory: Hashable
    events: tuple[Event, ...] = ()


class Status(Enum):
    """What a program says of itself, or what becomes of it."""

    READY = "ready"
    WAITS = "waits"
    EXITED = "exited"
    STOPPED = "stopped"


class DirectoryProgram:
    """A program in one directory. Its methods change nothing: they return what comes of it."""

    def start(self) -> Hashable:
        """Return the memory of a process before its first step."""
        raise NotImplementedError

    def step(self, files: Files, memory: Hashable) -> DirectoryChange | None:
        """Return the next step; None while it waits for something to happen, or has exited."""
        raise NotImplementedError

    def notice(
        self,
        files: Files,  # noqa: ARG002  for those that watch
        memory: Hashable,
        events: Sequence[Event],  # noqa: ARG002
    ) -> Hashable:
        """Return the memory after it was told what another program did; `files` are those after.

        What it does itself is no business of this method: its own steps see to that. One that
        watches nothing keeps its memory.
        """
        return memory

    def stop(self, files: Files, memory: Hashable) -> DirectoryChange:
        """Return what SIGTERM leaves of the files."""
        raise NotImplementedError

    def status(self, memory: Hashable) -> Status:
        """Return READY, WAITS or EXITED for a program without a step to take."""
        raise NotImplementedError

    def restless(self, memory: Hashable) -> Status:  # noqa: ARG002  for those that say more
        """Return what a program is that goes on for ever: one that waits, as it is never done."""
        return Status.WAITS


def written(files: Files, name: str, content: str) -> Files:
    """Return the files after one was moved into place: the newest of them."""
    return {**{other: text for other, text in files.items() if other != name}, name: content}


def removed(files: Files, name: str) -> Files:
    """Return the files without one."""
    return {other: text for other, text in files.items() if other != name}


def is_directory(files: Files, name: str) -> bool:
    """Return whether a name is that of a directory below the one of the files."""
    return any(other.startswith(f"{name}/") for other in files)
