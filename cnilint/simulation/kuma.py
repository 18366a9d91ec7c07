"""Kuma's installer as a program on a node."""

from __future__ import annotations

from collections.abc import Hashable

from cnilint.catalog.installer import Installer
from cnilint.model.steps import Actor, Cause, Failure
from cnilint.start import dataclass, replace
from cnilint.upstream.kuma_cni import TYPE, KumaInstaller, KumaPhase, kuma_state
from cnilint.upstream.kuma_cni import kuma as kuma_installer
from cnilint.upstream.release import Release

from .installed import Installed, release_of
from .steps import Files, Minded

NEWEST: Release = (2, 14, 0)
"""The newest release whose source was read: what an unknown one is taken for."""


@dataclass(frozen=True, slots=True)
class Kuma(Installed):
    """Kuma's installer, which keeps to the file that it settled on when it started."""

    actor: Actor
    installer: KumaInstaller
    directory: str
    plugin: str = TYPE

    def minded(self, files: Files, memory: Hashable) -> Minded:
        """Return the file that it settled on; those that it may settle on if it is to do so yet."""
        state, named = kuma_state(memory), self.installer.named
        if not named and self.installer.step(self.names(files), memory) is not None:
            return Minded(directory=self.directory)
        names = (state.name, state.target) if state.name else (named, f"{named}list")
        return Minded(frozenset(map(self.path, names)))

    def may_remove(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return whether it removes a file: its own, into whose place another may have written."""
        return not self.installer.chains

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:
        """Return that it waits for a file to chain itself into, five minutes each time."""
        state, names = kuma_state(memory), self.names(files)
        if state.phase is KumaPhase.NEW:
            settled = self.installer.step(names, memory)
            state = kuma_state(settled.memory) if settled is not None else state
        if not self.installer.waits_for(names, state):
            return None
        return Cause(Failure.NO_FILE_TO_CHAIN, self.installer.named)


def kuma(installer: Installer, actor: Actor) -> Kuma | None:
    """Return the program of an install; None where nothing of it reaches the host.

    Of what is left to chance, a `.conf` comes first.
    """
    if installer.directory is None:
        return None

    env = {
        "CHAINED_CNI_PLUGIN": installer.value("chained"),
        "CNI_CONF_NAME": installer.value("named"),
    }
    release = release_of(installer, NEWEST)
    made = kuma_installer(release, {"env": installer.variables() | env})
    # what it waits for in vain ends it, and the next process may settle on another file
    return Kuma(actor, replace(made, patient=True), installer.directory)
