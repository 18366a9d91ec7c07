"""What each installer's program does to the files of a node, one step at a time."""

from __future__ import annotations

import posixpath
from collections.abc import Hashable
from fnmatch import fnmatchcase

from cnilint.catalog.aws_node import aws_node
from cnilint.catalog.catalog import Action
from cnilint.catalog.installer import ConfFile, Installer
from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.start import dataclass

from .steps import (
    CANDIDATES,
    Change,
    Files,
    Program,
    actor_of,
    candidates,
    file_names,
    is_valid,
    names_in,
    stopped_with,
    with_changes,
)

__all__ = [
    "CANDIDATES",
    "Change",
    "Files",
    "Program",
    "Writer",
    "candidates",
    "is_valid",
    "names_in",
    "program",
]


@dataclass(frozen=True, slots=True)
class Writer(Program):
    """Writes its file, removes and renames what it is known to. Remembers whether it has run."""

    actor: Actor
    installer: Installer
    file: ConfFile
    refused: bool = False
    """Whether it ends after its file is written, at every start."""

    def start(self) -> Hashable:
        """Not run yet."""
        return "new"

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Write the file once; with renames for good, rename whatever else appears later."""
        if memory == "new":
            return self._first(files)
        if self.installer.behaviour.renames == "always":
            after, renamed = self._renamed(files)
            if renamed:
                step = Step(self.actor, Verb.RENAMES, file_names(renamed))
                return Change(after, memory, renamed, step)
        return None

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return that its settings are refused, where they are."""
        return Cause(Failure.REFUSED) if self.refused else None

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Remove the file where the product cleans up after itself; leave it otherwise."""
        if not self.installer.behaviour.takes_its_file or self.file.path not in files:
            return Change(files, memory, (), Step(self.actor, Verb.STOPS))
        return stopped_with(self.actor, self.file, files, memory)

    def _first(self, files: Files) -> Change:
        """Do what it does when it starts; nothing where its file is there and it minds that."""
        if self.installer.behaviour.unless_present and self.file.path in files:
            return Change(files, "ran", (), Step(self.actor, Verb.LEAVES, (self.file.name,)))
        removed = self._removed(files)
        after = with_changes(files, {self.file.path: self.file.content}, removed)
        touched: tuple[str, ...] = (self.file.path, *removed)
        also = [Step(self.actor, Verb.REMOVES, file_names(removed))] if removed else []
        if self.installer.behaviour.renames:
            after, renamed = self._renamed(after)
            touched += renamed
            also += [Step(self.actor, Verb.RENAMES, file_names(renamed))] if renamed else []
        step = Step(self.actor, Verb.WRITES, (self.file.name,), also=tuple(also))
        return Change(after, "ran", touched, step)

    def _removed(self, files: Files) -> list[str]:
        """Return the other files that its patterns match, as a shell's do: no hidden ones."""
        found: list[str] = []
        names = sorted(name for name in names_in(files, self.file.directory) if "/" not in name)
        for pattern in self.installer.behaviour.removes:
            matched = [
                name
                for name in names
                if fnmatchcase(name, pattern)
                and (pattern.startswith(".") or not name.startswith("."))
            ]
            if len(matched) > 1 and self.installer.behaviour.removes_one_only:
                continue
            found += [name for name in matched if name != self.file.name and name not in found]
        return [posixpath.join(self.file.directory, name) for name in found]

    def _renamed(self, files: Files) -> tuple[Files, tuple[str, ...]]:
        others = [p for p in candidates(files, self.file.directory) if p != self.file.path]
        added = {path + self.installer.behaviour.suffix: files[path] for path in others}
        return with_changes(files, added, others), tuple(others)


def program(installer: Installer) -> Program | None:
    """Return the program of an installer other than Multus, or None if it touches no file."""
    node = aws_node(installer)
    if node is not None and node.never_writes:
        return None
    if installer.action is Action.WRITE and installer.writes is not None:
        refused = node is not None and node.fails_after_writing
        return Writer(actor_of(installer), installer, installer.writes, refused)
    if installer.action in (Action.COPY, Action.REFER) and installer.writes is not None:
        from .chaining import Copier

        return Copier(actor_of(installer), installer, installer.writes)
    if installer.action is Action.INSERT and installer.directory is not None:
        from .chaining import Inserter

        return Inserter(actor_of(installer), installer, installer.directory)
    return None
