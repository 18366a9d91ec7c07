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

from .installed import Installed, release_of
from .steps import Change, Files, Minded

NEWEST: Release = (1, 6, 8)
"""The newest release whose source was read: what an unknown one is taken for."""


_NEXT_AT_ONCE = frozenset({LinkerdPhase.DROP_OWN, LinkerdPhase.UNLINK, LinkerdPhase.DROP})
"""What follows in one step upon what comes before."""


@dataclass(frozen=True, slots=True)
class Linkerd(Installed):
    """Linkerd's script, which goes through every file of the directory, and through each anew.

    `at_once`: whether a file that it has read is away for microseconds alone, until it is made
    anew, so that only who watches comes in between. `settled` reckons with everybody.
    """

    actor: Actor
    installer: LinkerdCNI
    directory: str
    plugin: str = TYPE
    at_once: bool = False

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Return its next step, after which it has forgotten what there is no need to look at."""
        names = self.names(files)
        change = self.installer.step(names, memory)
        if change is None:
            return None
        while self.at_once and linkerd_memory(change.memory).phase in _NEXT_AT_ONCE:
            more = self.installer.step(change.files, change.memory)
            if more is None:
                break
            change = more._replace(events=(*change.events, *more.events))
        step = self.told(names, memory, change)
        found = self.on_host(files, change)
        left = self._without_idle_lines(found.files, change.memory)
        return found._replace(memory=left, step=step)

    def notice(self, files: Files, memory: Hashable, events: tuple[Event, ...]) -> Hashable:
        """Return the memory with what is to be looked at."""
        told = Installed.notice(self, files, memory, events)
        return self._without_idle_lines(files, told)

    def hurries(self, memory: Hashable) -> bool:
        """Whether a file is away."""
        return self.at_once and linkerd_memory(memory).phase is LinkerdPhase.CREATE

    def told(self, files: Files, memory: Hashable, change: NamedChange) -> Step | None:
        """Return what a step is called; nothing where it moves a file out and in again.

        `files` and those of the change have the names that the script calls them by.
        """
        known, after = linkerd_memory(memory), linkerd_memory(change.memory)
        if known.reads and not after.reads:
            return Step(self.actor, Verb.GIVES_UP, (known.target or known.queue[0].name,))
        made = [name for name, text in change.files.items() if files.get(name) != text]
        gone = [name for name in files if name not in change.files]
        if after.phase is LinkerdPhase.CREATE or not made + gone:
            return None
        if len(made) == len(gone) == 1 and made[0] == f"{gone[0]}list":
            return Step(self.actor, Verb.CHAINS_AS_LIST, (made[0],), gone[0])
        out_and_in = known.phase is LinkerdPhase.CREATE and not self._has_plugin(known.content)
        return None if out_and_in else Installed.told(self, files, memory, change)

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
    release = release_of(installer, NEWEST)
    return Linkerd(
        actor,
        linkerd_cni(release, {"env": installer.variables()}),
        installer.directory,
        at_once=True,
    )
