"""The thick daemon as one of several programs in a directory, for the recordings of crews."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cnilint.upstream import multus_thick_daemon as thick_daemon
from cnilint.upstream.multus_daemon_config import (
    DaemonConf,
    daemon_config,
    read_daemon_config,
)
from cnilint.upstream.multus_thick_daemon import STOPPED, DaemonState
from cnilint.upstream.program import Change, Event, Files, Happening, Installer, Status
from cnilint.upstream.release import Release

_OUTPUT = "00-multus.conf"
_CHANGES = {
    Happening.DELETED: thick_daemon.Change.REMOVED,
    Happening.MOVED_FROM: thick_daemon.Change.RENAMED_AWAY,
    Happening.MOVED_TO: thick_daemon.Change.RENAMED_TO,
}


class Memory(NamedTuple):
    """What the daemon knows, and what it has been told and not answered yet."""

    state: DaemonState = STOPPED
    queue: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class ThickDaemon(Installer):
    """One daemon, which answers one event at each step."""

    conf: DaemonConf

    def start(self) -> Hashable:
        return Memory()

    def step(self, files: Files, memory: Hashable) -> Change | None:
        known = _known(memory)
        if known.state.status in ("stopped", "waiting"):
            state, after = thick_daemon.start(self.conf, STOPPED, files)
            same = state.status == known.state.status
            return None if same else _change(files, after, Memory(state))
        if known.state.status != "running" or not known.queue:
            return None
        event, *left = known.queue
        kind = _CHANGES.get(event.happening, thick_daemon.Change.WRITTEN)
        state, after = thick_daemon.react(self.conf, known.state, files, event.name, kind)
        return _change(files, after, Memory(state, tuple(left)))

    def notice(self, files: Files, memory: Hashable, events: Sequence[Event]) -> Hashable:  # noqa: ARG002
        known = _known(memory)
        queue = list(known.queue)
        for event in events:
            if event.name in (known.state.master, _OUTPUT) and event not in queue:
                queue.append(event)
        return known._replace(queue=tuple(queue)) if known.state.status == "running" else known

    def stop(self, files: Files, memory: Hashable) -> Change:
        state, after = thick_daemon.stop(self.conf, _known(memory).state, files)
        return _change(files, after, Memory(state))

    def status(self, memory: Hashable) -> Status:
        found = {"running": Status.READY, "exited": Status.EXITED}
        return found.get(_known(memory).state.status, Status.WAITS)


def _known(memory: Hashable) -> Memory:
    assert isinstance(memory, Memory)
    return memory


def _change(files: Files, after: Files, memory: Memory) -> Change:
    """Return a change with what a watch tells of it: the daemon writes in place."""
    events = [Event(Happening.DELETED, name) for name in files if name not in after]
    events += [Event(Happening.CREATED, name) for name in after if name not in files]
    events += [Event(Happening.MODIFIED, name) for name in after if files.get(name) != after[name]]
    return Change(after, memory, tuple(events))


def thick_daemon_program(version: Release, pin: str) -> ThickDaemon:
    """Return the daemon of a release, pinned to a file or ("") choosing by itself."""
    return ThickDaemon(read_daemon_config(version, daemon_config(pin)))
