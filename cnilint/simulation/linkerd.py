"""Linkerd's script as a program on a node."""

from __future__ import annotations

from collections.abc import Hashable

from cnilint.catalog.installer import Installer
from cnilint.model.steps import Actor, Step, Verb
from cnilint.start import dataclass
from cnilint.upstream.linkerd_cni import TYPE, LinkerdCNI, LinkerdPhase, linkerd_cni, linkerd_memory
from cnilint.upstream.program import DirectoryChange as NamedChange
from cnilint.upstream.program import Event
from cnilint.upstream.release import Release

from .installed import Installed
from .steps import Change, Files, Minded

NEWEST: Release = (1, 6, 8)
"""The newest release whose source was read: what an unknown one is taken for."""


@dataclass(frozen=True, slots=True)
class Linkerd(Installed):
    """Linkerd's script, which goes through every file of the directory, and through each anew."""

    actor: Actor
    installer: LinkerdCNI
    directory: str
    plugin: str = TYPE

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Return its next step, after which it has forgotten what there is no need to look at."""
        change = Installed.step(self, files, memory)
        if change is None:
            return None
        return change._replace(memory=self._without_idle_lines(change.files, change.memory))

    def notice(self, files: Files, memory: Hashable, events: tuple[Event, ...]) -> Hashable:
        """Return the memory with what is to be looked at."""
        told = Installed.notice(self, files, memory, events)
        return self._without_idle_lines(files, told)

    def told(self, files: Files, memory: Hashable, change: NamedChange) -> Step | None:
        """Return which file it takes away or writes anew: `mv` does the one, then the other."""
        known, after = linkerd_memory(memory), linkerd_memory(change.memory)
        if known.phase is LinkerdPhase.UNLINK and after.phase is LinkerdPhase.CREATE:
            return Step(self.actor, Verb.TAKES_AWAY, (change.events[0].name,))
        return Installed.told(self, files, memory, change)

    def minded(self, files: Files, memory: Hashable) -> Minded:  # noqa: ARG002
        """Return the directory: it reads every file, and is told of each that is written."""
        return Minded(directory=self.directory)

    def _without_idle_lines(self, files: Files, memory: Hashable) -> Hashable:
        """Return the memory without the lines of inotifywait to which it would do nothing now.

        Where that changes before it comes to one, there is one more line. Releases that do not know
        each file by its content answer a line otherwise.
        """
        known = linkerd_memory(memory)
        if not known.queue or not self.installer.habits.remembers_each:
            return memory
        names, made = self.names(files), dict(known.known)
        queue = (line for line in known.queue if line.name in names)
        left = tuple(line for line in queue if names[line.name] != made.get(line.name))
        return memory if left == known.queue else known._replace(queue=left)


def linkerd(installer: Installer, actor: Actor) -> Linkerd | None:
    """Return the program of an install; None where nothing of it reaches the host."""
    if installer.directory is None:
        return None
    told = installer.release
    release = told if told is not None and told[0] == NEWEST[0] else NEWEST
    return Linkerd(actor, linkerd_cni(release, {"env": installer.variables()}), installer.directory)
