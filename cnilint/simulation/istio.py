"""Istio CNI's installer as a program on a node."""

from __future__ import annotations

from collections.abc import Hashable

from cnilint.catalog.installer import Installer
from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.start import dataclass
from cnilint.upstream.confdir import ConfDirectory
from cnilint.upstream.istio_cni import IstioCNI, IstioMemory, IstioPhase, istio_cni, istio_memory
from cnilint.upstream.istio_files import TYPE, MissingError, located
from cnilint.upstream.program import DirectoryChange as NamedChange
from cnilint.upstream.program import Event
from cnilint.upstream.release import Release

from .installed import Installed, release_of
from .steps import Change, Files, Minded

NEWEST: Release = (1, 30, 3)
"""The newest release whose source was read: what an unknown one is taken for."""

SAFE_UPGRADE: Release = (1, 24, 0)
"""Since when the ambient agent leaves its plugin in place if its DaemonSet is still there.

istio/istio@1.24.6:cni/pkg/cmd/root.go ShouldStopForUpgrade
"""


@dataclass(frozen=True, slots=True)
class Istio(Installed):
    """Istio CNI's installer. `stays`: whether its plugin stays in place when its pod is ended."""

    actor: Actor
    installer: IstioCNI
    directory: str
    plugin: str = TYPE
    stays: bool = False

    def notice(self, files: Files, memory: Hashable, events: tuple[Event, ...]) -> Hashable:
        """Return the memory once it was told what happened, unless it would only look.

        It looks twice then: to see whether anything is to be written, and once more before it is
        ready. Nothing comes of the second look that does not come of the first at that time, but
        for one that makes a file its own there and is content.
        """
        told = Installed.notice(self, files, memory, events)
        if self._adopts(memory) and istio_memory(memory).phase is IstioPhase.READY:
            return told
        return self.unless_idle(files, memory, told)

    def is_writing(self, memory: Hashable) -> bool:
        """Return whether it has read what it is about to write."""
        return istio_memory(memory).phase in (IstioPhase.WRITE, IstioPhase.RENAME)

    def told(self, files: Files, memory: Hashable, change: NamedChange) -> Step | None:
        """Return what it does to which file; of a .conf once that is renamed."""
        known, after = istio_memory(memory), istio_memory(change.memory)
        if known.phase is IstioPhase.CLEAN:
            verb = Verb.UNCHAINS if known.own in change.files else Verb.REMOVES
            return Step(self.actor, verb, (known.own,))
        if known.phase is IstioPhase.RENAME:
            return Step(self.actor, Verb.CHAINS_AS_LIST, (after.own,), known.target)
        if after.phase is not IstioPhase.WATCH:
            return None
        if not self.installer.chained:
            return Step(self.actor, Verb.WRITES, (after.own,))
        if self.installer.owned:
            return Step(self.actor, Verb.COPIES, (after.own,), self._source(files, known))
        return Step(self.actor, Verb.CHAINS, (after.own,))

    def minded(self, files: Files, memory: Hashable) -> Minded:
        """Return the files that it works on, and those that sort before what it takes.

        What a file holds that it did not write last is looked at where it sorts first, and where it
        is named, or is to be copied.
        """
        known, told = istio_memory(memory), self.installer
        named = (known.primary, known.own, known.target, told.owned)
        paths = {f"{self.directory}/{name.removesuffix('list')}" for name in named if name}
        paths |= {f"{path}list" for path in paths}
        found = told.valid(self.names(files))
        if not told.habits.looks_first or not found or self._adopts(memory):
            return Minded(directory=self.directory)
        chooses = told.chained and not known.primary
        sorts = chooses or told.owned or not told.habits.standalone_may_follow
        return Minded(frozenset(paths), self.directory if sorts else "", found[0])

    def may_remove(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return whether it takes a file of its own away when it fails."""
        return not self.installer.chained or self.installer.removes_its_file

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Take back what it did last, unless an agent sees that it is to be started again."""
        if self.stays:
            return Change(files, memory, (), Step(self.actor, Verb.STOPS))
        return self.uninstalled(files, memory)

    def uninstalled(self, files: Files, memory: Hashable) -> Change:
        """Take back what it did last."""
        return Installed.stop(self, files, memory)

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:
        """Return what it waits for: its file, or that its own one is the first."""
        known, owned = istio_memory(memory), self.installer.owned
        if owned:
            found = self.installer.valid(self.names(files))
            if owned in found and found[0] != owned:
                return Cause(Failure.NOT_FIRST, found[0])
        if known.phase is not IstioPhase.AWAIT:
            return None
        return Cause(Failure.NO_FILE_TO_CHAIN, known.primary)

    def _adopts(self, memory: Hashable) -> bool:
        """Whether it may still make a file its own: the first one that it sees."""
        told = self.installer
        return told.habits.adopts and told.chained and not istio_memory(memory).primary

    def _source(self, files: Files, known: IstioMemory) -> str:
        try:
            return located(ConfDirectory(files), known.primary)
        except MissingError:
            return known.primary


def istio(installer: Installer, actor: Actor) -> Istio | None:
    """Return the program of an install; None where nothing of it reaches the host.

    Its chart renders these variables from values of their own.
    """
    if installer.directory is None:
        return None

    env = {
        "CHAINED_CNI_PLUGIN": installer.value("chained"),
        "CNI_CONF_NAME": installer.value("named"),
        "ISTIO_OWNED_CNI_CONFIG": installer.value("owned"),
        "ISTIO_OWNED_CNI_CONFIG_FILENAME": installer.value("owned_file"),
        "AMBIENT_ENABLED": installer.value("ambient"),
    }
    release = release_of(installer, NEWEST)
    made = istio_cni(release, {"env": installer.variables() | env})
    stays = installer.value("ambient") == "true" and release >= SAFE_UPGRADE
    return Istio(actor, made, installer.directory, stays=stays)
