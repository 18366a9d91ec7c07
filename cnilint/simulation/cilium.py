"""Cilium's agent as a program on a node: what it does to CNI configurations since v1.14."""

from __future__ import annotations

from collections.abc import Hashable

from cnilint.catalog.installer import Installer
from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.start import dataclass, replace
from cnilint.upstream.cilium_cni import CiliumManager, CiliumState, cilium
from cnilint.upstream.cilium_files import (
    CANDIDATES,
    LEGACY,
    SUFFIX,
    Plan,
    listed,
    network_of,
    uninstalled,
)
from cnilint.upstream.confdir import DEFAULT_DIRECTORY
from cnilint.upstream.program import DirectoryChange as NamedChange
from cnilint.upstream.program import Status
from cnilint.upstream.release import Release

from .installed import Installed, release_of
from .steps import Change, Files, Minded

NEWEST: Release = (1, 19, 0)
"""The newest release whose source was read: what an unknown one is taken for."""

_GIVEN = "/given/cni-configuration"
"""What stands for the path of a file that it is given to write."""


@dataclass(frozen=True, slots=True)
class Cilium(Installed):
    """The agent. `uninstalls`: whether its files go when its pod is ended."""

    actor: Actor
    installer: CiliumManager
    directory: str
    plugin: str = ""
    uninstalls: bool = False

    @property
    def reads_renamed(self) -> bool:
        """Whether it looks for a network, which it may have renamed itself."""
        return bool(self._plan.target)

    def told(self, files: Files, memory: Hashable, change: NamedChange) -> Step | None:
        """Return that it writes, or renames; and of what a copy is one."""
        told = self._plan
        if not told.target or change.events[0].name != told.name:
            return Installed.told(self, files, memory, change)
        names = listed(files, (*CANDIDATES, SUFFIX))
        found = (n for n in names if n != told.name and network_of(files[n], told.target))
        return Step(self.actor, Verb.COPIES_CHAINED, (told.name,), next(found, ""))

    def minded(self, files: Files, memory: Hashable) -> Minded:  # noqa: ARG002
        """Return its own file and its old one; all where it is exclusive, or looks for a network.

        One that is not exclusive has no more to do once it is ready.
        """
        told = self._plan
        if told.exclusive or told.target:
            return Minded(directory=self.directory)
        own = (told.name, LEGACY)
        return Minded(frozenset(self.path(name) for name in own))

    def may_remove(self, memory: Hashable) -> bool:
        """Return whether it may still rename anything."""
        is_done = isinstance(memory, CiliumState) and memory.status is Status.READY
        return self._plan.exclusive or not is_done

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Leave everything, unless a hook of its pod removes what is Cilium's."""
        step = Step(self.actor, Verb.STOPS)
        if not self.uninstalls:
            return Change(files, memory, (), step)
        names = self.names(files)
        change = uninstalled(names)
        gone = tuple(name for name in names if name not in change.files)
        also = (Step(self.actor, Verb.REMOVES, gone),) if gone else ()
        return self.on_host(files, change)._replace(step=step._replace(also=also))

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return what it looks for, or that there is no file for how it is to be chained."""
        if self.installer.status(memory) is Status.READY:
            return None
        told = self._plan
        if told.target:
            return Cause(Failure.NETWORK_NOT_FOUND, told.target)
        return Cause(Failure.NO_FILE_OF_MODE, told.mode)

    @property
    def _plan(self) -> Plan:
        if self.installer.plan is None:
            raise ValueError("an agent that does not start")
        return self.installer.plan


def cilium_agent(installer: Installer, actor: Actor) -> Cilium | None:
    """Return the program of an install; None where it is not to write any file."""
    file = installer.writes
    if file is None:
        return None

    config = {
        "write-cni-conf-when-ready": f"{DEFAULT_DIRECTORY}/{file.name}",
        "cni-exclusive": installer.value("exclusive"),
        "cni-chaining-mode": installer.value("chaining"),
        "cni-chaining-target": installer.behaviour.of_network,
    }
    is_given = installer.value("custom") == "true"
    if is_given:
        config |= {"read-cni-conf": _GIVEN, "cni-chaining-target": ""}
    release = release_of(installer, NEWEST)
    made = cilium(release, {"config": config})
    if not isinstance(made, CiliumManager):
        raise ValueError(f"before the agent wrote files: {release}")  # noqa: TRY004
    if is_given:
        made = replace(made, sources=((_GIVEN, file.content),))
    return Cilium(actor, made, file.directory, uninstalls=installer.value("uninstalled") == "true")
