"""What each installer's program does to the files of a node, one step at a time."""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Mapping
from fnmatch import fnmatchcase

from cnilint.catalog.aws_node import aws_node
from cnilint.catalog.catalog import Action, Behaviour
from cnilint.catalog.installer import ConfFile, Installer
from cnilint.catalog.release import Release
from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.start import dataclass

from .steps import (
    CANDIDATES,
    NOTHING,
    Change,
    Files,
    Minded,
    Program,
    actor_of,
    candidates,
    change_to,
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


MODELLED: Mapping[str, Release] = {
    "cilium": (1, 14, 0),
    "istio-cni": (1, 12, 9),
    "kuma-cni": (2, 0, 0),
    "linkerd-cni": (1, 0, 0),
}
"""The products of which the real installer is modelled: from which release on its source was read.

Of older ones is known what the catalog says, and no more.
"""


@dataclass(frozen=True, slots=True)
class Writer(Program):
    """Writes its file once, removes and renames what it is known to. Remembers whether it did."""

    actor: Actor
    behaviour: Behaviour
    file: ConfFile
    refused: bool = False
    """Whether it ends after its file is written, at every start."""

    def start(self) -> Hashable:
        """Not run yet."""
        return "new"

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Write the file once."""
        return self._first(files) if memory == "new" else None

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return that its settings are refused, where they are."""
        return Cause(Failure.REFUSED) if self.refused else None

    def writes_only(self, memory: Hashable) -> str:
        """Return its file until it is written, where that is all it does."""
        alone = not (self.behaviour.unless_present or self.may_remove(memory))
        return self.file.path if memory == "new" and alone else ""

    def minded(self, files: Files, memory: Hashable) -> Minded:  # noqa: ARG002
        """Return its own file, and all that it may still remove or rename."""
        if self.may_remove(memory):
            return Minded(directory=self.file.directory)
        return Minded(frozenset((self.file.path,))) if memory == "new" else NOTHING

    def may_remove(self, memory: Hashable) -> bool:
        """Return whether it has not run and removes others, or renames them."""
        return memory == "new" and (bool(self.behaviour.renames) or self._removes_others)

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Remove the file where the product cleans up after itself; leave it otherwise."""
        takes_it = self.behaviour.takes_its_file
        return stopped_with(self.actor, self.file, files, memory, takes_it=takes_it)

    def _first(self, files: Files) -> Change:
        """Do what it does when it starts; nothing where its file is there and it minds that."""
        if self.behaviour.unless_present and self.file.path in files:
            return change_to(files, "ran", (), Step(self.actor, Verb.LEAVES, (self.file.name,)))
        removed = self._removed(files)
        after = with_changes(files, {self.file.path: self.file.content}, removed)
        touched: tuple[str, ...] = (self.file.path, *removed)
        also = [Step(self.actor, Verb.REMOVES, file_names(removed))] if removed else []
        if self.behaviour.renames:
            after, renamed = self._renamed(after)
            touched += renamed
            also += [Step(self.actor, Verb.RENAMES, file_names(renamed))] if renamed else []
        step = Step(self.actor, Verb.WRITES, (self.file.name,), also=tuple(also))
        return change_to(after, "ran", touched, step)

    @property
    def _removes_others(self) -> bool:
        return any(pattern != self.file.name for pattern in self.behaviour.removes)

    def _removed(self, files: Files) -> list[str]:
        """Return the other files that its patterns match, as a shell's do: no hidden ones."""
        found: list[str] = []
        if not self._removes_others:
            return found
        names = sorted(name for name in names_in(files, self.file.directory) if "/" not in name)
        for pattern in self.behaviour.removes:
            matched = [
                name
                for name in names
                if fnmatchcase(name, pattern)
                and (pattern.startswith(".") or not name.startswith("."))
            ]
            if len(matched) > 1 and self.behaviour.removes_one_only:
                continue
            found += [name for name in matched if name != self.file.name and name not in found]
        return [posixpath.join(self.file.directory, name) for name in found]

    def _renamed(self, files: Files) -> tuple[Files, tuple[str, ...]]:
        others = [p for p in candidates(files, self.file.directory) if p != self.file.path]
        added = {path + self.behaviour.suffix: files[path] for path in others}
        return with_changes(files, added, others), tuple(others)


def program(installer: Installer) -> Program | None:
    """Return the program of an installer other than Multus, or None if it touches no known file."""
    node = aws_node(installer)
    if installer.later or (node is not None and node.never_writes):
        return None
    actor, does, file = actor_of(installer), installer.behaviour, installer.writes
    if is_modelled(installer):
        from .modelled import modelled

        return modelled(installer, actor)
    if installer.action is Action.WRITE and file is not None:
        return Writer(actor, does, file, node is not None and node.fails_after_writing)
    plugin = installer.product.plugins[0] if installer.product.plugins else {}
    if installer.action in (Action.COPY, Action.REFER) and file is not None:
        from .chaining import Copier

        return Copier(actor, does, plugin, file)
    if installer.action is Action.INSERT and installer.directory is not None:
        from .chaining import Inserter

        return Inserter(actor, does, plugin, installer.directory)
    return None


def is_modelled(installer: Installer) -> bool:
    """Whether an install is of a release whose program is modelled; an unknown one is a new one."""
    oldest, release = MODELLED.get(installer.product.id), installer.release
    return oldest is not None and (release is None or release >= oldest)
