"""The thick daemon as one of several programs in a directory: what it was told waits in a queue."""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Sequence

from cnilint.start import NamedTuple, dataclass

from . import multus_thick_daemon as thick_daemon
from .confdir import ConfDirectory, clean
from .multus_daemon_config import DaemonConf, daemon_config, read_daemon_config
from .multus_thick_daemon import STOPPED, DaemonState
from .program import (
    DirectoryChange,
    DirectoryProgram,
    Event,
    Files,
    Happening,
    ProgramSettings,
    Status,
)
from .release import Release

_APPEARED = frozenset({Happening.CREATED, Happening.MODIFIED, Happening.MOVED_TO})
_MOST_WAITING = 2
"""Events of the master that wait: a file that is written in place makes two. The daemon reads the
file when it answers, so that more of them are answered with what the second one is answered with.
"""


class ThickMemory(NamedTuple):
    """What the daemon knows, and what it has been told and not answered yet."""

    state: DaemonState = STOPPED
    waiting: int = 0
    """How many events of its master's path wait to be answered."""
    unready: bool = False
    """Whether it is told that its readiness file is gone."""


@dataclass(frozen=True, slots=True)
class ThickDaemon(DirectoryProgram):
    """One daemon, which answers one event at each step.

    k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/server/config/manager.go monitorPluginConfiguration
    """

    conf: DaemonConf

    def start(self) -> Hashable:
        """Return the memory of a daemon that has not looked for its master yet."""
        return ThickMemory()

    def step(self, files: Files, memory: Hashable) -> DirectoryChange | None:
        """Look for the master, or answer the next event; None while it waits for either."""
        known = _known(memory)
        state = known.state
        if state.status == "stopped":
            return _change(files, *_made(thick_daemon.start(self.conf, STOPPED, files)))
        if state.status == "waiting":
            found, after = thick_daemon.react(
                self.conf, state, files, "", thick_daemon.FileEvent.WRITTEN
            )
            return None if _rested(found) == known else _change(files, *_made((found, after)))
        if state.status != "running":
            return None
        if known.unready:
            return self._answered(files, known, self.conf.readiness_file, appeared=False)
        if known.waiting:
            return self._answered(files, known, self.conf.path_of(state.master), appeared=True)
        return None

    def notice(self, files: Files, memory: Hashable, events: Sequence[Event]) -> Hashable:  # noqa: ARG002
        """Put what it watches into its queue: its master, and its readiness file."""
        known = _known(memory)
        if known.state.status != "running":
            return known
        for event in events:
            known = self._told(known, event)
        return known

    def stop(self, files: Files, memory: Hashable) -> DirectoryChange:
        """Return what SIGTERM leaves: from v4.1.0 on 00-multus.conf goes."""
        state, after = thick_daemon.stop(self.conf, _known(memory).state, files)
        return _change(files, after, _rested(state))

    def status(self, memory: Hashable) -> Status:
        """Return READY once it has written its file and watches."""
        found = {"running": Status.READY, "exited": Status.EXITED}
        return found.get(_known(memory).state.status, Status.WAITS)

    def _told(self, known: ThickMemory, event: Event) -> ThickMemory:
        path = posixpath.join(_EMPTY.path, event.name)
        appeared = event.happening in _APPEARED
        if (
            self.conf.release.is_rewritten
            and path == clean(self.conf.readiness_file)
            and not appeared
        ):
            return known._replace(unready=True)
        # pinned to its own file it answers whatever happens to that
        answers = appeared or path == self.conf.output
        if not answers or path != self.conf.path_of(known.state.master):
            return known
        return known._replace(waiting=min(known.waiting + 1, _MOST_WAITING))

    def _answered(
        self, files: Files, known: ThickMemory, path: str, *, appeared: bool
    ) -> DirectoryChange:
        kind = thick_daemon.FileEvent.WRITTEN if appeared else thick_daemon.FileEvent.REMOVED
        name = _EMPTY.relative(clean(path))
        state, after = thick_daemon.react(self.conf, known.state, files, name, kind)
        waiting = known.waiting - 1 if appeared else known.waiting
        written = (_EMPTY.relative(self.conf.output),) if appeared else ()
        if state.status != "running":
            return _change(files, after, _rested(state))
        memory = _rested(state)._replace(waiting=waiting, unready=known.unready and appeared)
        change = _change(files, after, memory, written)
        if path == self.conf.output and change.events:
            # its own writing is one more event of the file that it is pinned to
            memory = memory._replace(waiting=_MOST_WAITING)
        return change._replace(memory=memory)


_EMPTY = ConfDirectory({})
"""The directory without files, to turn paths into names."""


def _known(memory: Hashable) -> ThickMemory:
    if not isinstance(memory, ThickMemory):
        raise TypeError(f"not a memory of this program: {memory!r}")
    return memory


def _made(found: tuple[DaemonState, dict[str, str]]) -> tuple[dict[str, str], ThickMemory]:
    state, files = found
    return files, _rested(state)


def _rested(state: DaemonState) -> ThickMemory:
    """Return the memory of a daemon; what its file holds is in the directory, not in it."""
    return ThickMemory(state._replace(conf=STOPPED.conf))


def _change(
    files: Files, after: Files, memory: ThickMemory, written: Sequence[str] = ()
) -> DirectoryChange:
    """Return a change with what a watch tells of it: the daemon writes in place.

    `written` are names that it writes although nothing in them may change.
    """
    events = [Event(Happening.DELETED, name) for name in files if name not in after]
    events += [Event(Happening.CREATED, name) for name in after if name not in files]
    events += [
        Event(Happening.MODIFIED, name)
        for name in after
        if files.get(name) != after[name] or name in written
    ]
    return DirectoryChange(after, memory, tuple(events))


def multus_thick(release: Release, settings: ProgramSettings) -> ThickDaemon:
    """Return the daemon of a release; `multusMasterCNI` in the settings is its pin.

    ValueError if that is no text.
    """
    pin = settings.get("multusMasterCNI", "")
    if not isinstance(pin, str):
        raise ValueError(f"multusMasterCNI is no text: {pin!r}")  # noqa: TRY004
    return ThickDaemon(read_daemon_config(release, daemon_config(pin)))
