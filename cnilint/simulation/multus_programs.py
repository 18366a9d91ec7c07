"""What Multus does to the files of a node: the thick daemon, the thin entrypoint, and file mode."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable

from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.multus.configuration import Multus
from cnilint.multus.settings import OTHER_DIRECTORY
from cnilint.start import dataclass
from cnilint.upstream import multus_thick_daemon as thick_daemon
from cnilint.upstream.multus_daemon_config import DaemonConf
from cnilint.upstream.multus_thick_daemon import STOPPED, DaemonState
from cnilint.upstream.multus_thin import script_checked
from cnilint.upstream.prediction import Prediction
from cnilint.upstream.selector import predict

from .owner import MASTER_KEY
from .steps import Change, Files, Program, actor_of, failed, names_in

TITLE = "Multus"
"""What orders call it, of whatever family."""


class MultusProgram(Program):
    """A program of Multus."""

    serves = True


@dataclass(frozen=True, slots=True)
class Thick(MultusProgram):
    """The thick daemon: picks once, and from then on follows its master's file alone.

    Its memory is the daemon's state. `directory` is where it looks for its master,
    `conf_directory` where 00-multus.conf goes (None: nowhere on the host).
    """

    actor: Actor
    multus: Multus
    configuration: DaemonConf
    directory: str
    conf_directory: str | None

    def start(self) -> Hashable:
        """Not running."""
        return STOPPED

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Start, if that leads to a master; a failed start changes nothing and is repeated."""
        if not isinstance(memory, DaemonState) or memory.status == "running":
            return None
        state, names = thick_daemon.start(self.configuration, STOPPED, self._names(files))
        if state.status != "running":
            return None
        verb = Verb.FINDS if self.multus.master else Verb.PICKS
        step = Step(self.actor, verb, ("00-multus.conf",), state.master)
        return self._changed(files, names, state, step)

    def notice(self, files: Files, memory: Hashable, touched: tuple[str, ...]) -> Change | None:
        """Answer events of the master's own file (and of the readiness file)."""
        if not isinstance(memory, DaemonState) or memory.status != "running":
            return None
        state, names = memory, self._names(files)
        before = dict(names)
        for path in touched:
            name = self._name(path)
            if name is None:
                continue
            change = thick_daemon.Change.WRITTEN if path in files else thick_daemon.Change.REMOVED
            state, names = thick_daemon.react(self.configuration, state, names, name, change)
        if state == memory and names == before:
            return None
        step = None if state.status == "running" else Step(self.actor, Verb.EXITS)
        return self._changed(files, names, state, step)

    def stop(self, files: Files, memory: Hashable) -> Change:
        """End in order: from v4.1.0 on 00-multus.conf goes."""
        if not isinstance(memory, DaemonState):
            raise TypeError(memory)
        state, names = thick_daemon.stop(self.configuration, memory, self._names(files))
        return self._changed(files, names, state, Step(self.actor, Verb.STOPS))

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:
        """Return why it has not come up, None when it has."""
        if isinstance(memory, DaemonState) and memory.status == "running":
            return None
        names = self._names(files)
        text = self.multus.selection_text()
        cause = failed(predict(self.multus.selector_v4, names, daemon_config=text))
        return _told(cause, self.multus.master, names)

    def _name(self, path: str) -> str | None:
        """Return a host path's name in the daemon's view, or None if it does not see it."""
        for directory, prefix in (
            (self.directory, ""),
            (self.conf_directory, OTHER_DIRECTORY + "/"),
        ):
            if directory is not None and path.startswith(directory + "/"):
                return prefix + path[len(directory) + 1 :]
        return None

    def _names(self, files: Files) -> dict[str, str]:
        named = ((self._name(path), text) for path, text in files.items())
        return {name: text for name, text in named if name is not None}

    def _changed(self, files: Files, names: Files, state: DaemonState, step: Step | None) -> Change:
        """Return the change from the daemon's view as one of the host's files."""
        unseen = {path: text for path, text in files.items() if self._name(path) is None}
        seen = {self._path(name): text for name, text in names.items()}
        after = unseen | seen
        touched = tuple(path for path in {**files, **after} if files.get(path) != after.get(path))
        return Change(after, state, touched, step)

    def _path(self, name: str) -> str:
        inside = f"{OTHER_DIRECTORY}/"
        if name.startswith(inside) and self.conf_directory is not None:
            return f"{self.conf_directory}/{name[len(inside) :]}"
        return f"{self.directory}/{name}"


@dataclass(frozen=True, slots=True)
class Failing(MultusProgram):
    """Multus that ends at each start, whatever files there are."""

    actor: Actor
    failure: Failure
    subject: str = ""

    def step(self, files: Files, memory: Hashable) -> Change | None:  # noqa: ARG002
        """Return None: it never gets to do anything."""
        return None

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return why it does not come up."""
        return Cause(self.failure, self.subject)


@dataclass(frozen=True, slots=True)
class Thin(MultusProgram):
    """The thin entrypoint: picks when it starts, and with the cleanup flag every second again.

    Its memory is the host path of the master it picked, None before.
    """

    actor: Actor
    multus: Multus
    directory: str
    conf_directory: str

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Pick and write, or with the cleanup flag switch to a file that sorts earlier."""
        if memory is not None and not (self.multus.picks_again and memory in files):
            return None
        found = self.prediction(files)
        if found.primary is None:
            return None
        master = posixpath.normpath(posixpath.join(self.directory, found.primary))
        if master == memory or master not in files:
            return None
        name = f"00-multus.conf{'list' if self._writes_list(files, found) else ''}"
        path = posixpath.join(self.conf_directory, name)
        content = self._content(files, master, listed=name.endswith(".conflist"))
        verb = Verb.PICKS if memory is None else Verb.SWITCHES
        step = Step(self.actor, verb, (name,), found.primary)
        return Change({**files, path: content}, master, (path,), step)

    def stop(self, files: Files, memory: Hashable) -> Change:
        """With the cleanup flag its files go, else they stay."""
        own = [posixpath.join(self.conf_directory, f"00-multus.conf{end}") for end in ("", "list")]
        gone = tuple(path for path in own if path in files) if self.multus.cleans_up else ()
        after = {path: text for path, text in files.items() if path not in gone}
        return Change(after, memory, gone, Step(self.actor, Verb.STOPS))

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:
        """Return why it has not come up, None when it has."""
        if memory is not None:
            return None
        cause = failed(self.prediction(files))
        return _told(cause, self.multus.master, names_in(files, self.directory))

    def prediction(self, files: Files) -> Prediction:
        """Return what it would pick now. v3's script is taken as v4's code, without its flags."""
        names = names_in(files, self.directory)
        if not self.multus.script:
            return predict(self.multus.selector, names, args=self.multus.selection_arguments())
        master = self.multus.master
        arguments = (f"--multus-master-cni-file-name={master}",) if master else ()
        found = predict(self.multus.selector_v4, names, args=arguments)
        if found.primary is None or not self.multus.traits.needs_cni_version:
            return found
        return script_checked(found, self.multus.value("cni_version"), names[found.primary])

    def _writes_list(self, files: Files, found: Prediction) -> bool:
        """Whether the file is a .conflist; `writes` leaves out a file that is there already."""
        if found.writes:
            return any(name.endswith(".conflist") for name in found.writes)
        without = {p: t for p, t in files.items() if not posixpath.basename(p).startswith("00-mul")}
        again = self.prediction(without)
        return any(name.endswith(".conflist") for name in again.writes or ())

    def _content(self, files: Files, master: str, *, listed: bool) -> str:
        try:
            embedded = json.loads(files[master])
        except (ValueError, RecursionError):
            embedded = None
        # the master's path stands for its content: what embeds itself (v4.0's own file, a copy that
        # Istio made of it) would be nested ever deeper, and a new state each time
        network = {"cniVersion": _version(embedded), "name": "multus-cni-network"}
        plugin = {"type": "multus", "delegates": [], MASTER_KEY: master}
        return json.dumps({**network, "plugins": [plugin]} if listed else {**network, **plugin})


@dataclass(frozen=True, slots=True)
class Copying(MultusProgram):
    """Multus told to use a file: it copies that file into the directory under its own name.

    A file inside the directory is opened for reading and created at once, so it is empty from
    then on (the thick daemon; the entrypoint copies through a temporary file). The daemon of most
    releases then exits. `source` is the file on the host (empty: it is in the container), `content`
    what it holds.
    k8snetworkplumbingwg/multus-cni@v4.3.0:cmd/multus-daemon/main.go copyUserProvidedConfig
    """

    actor: Actor
    multus: Multus
    source: str
    destination: str
    content: str

    def start(self) -> Hashable:
        """Not copied yet."""
        return "new"

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Copy once; a daemon that exits after it copies again and again."""
        name = posixpath.basename(self.destination)
        if self.multus.family == "legacy":
            # v3.9's daemon reads from what it writes to, so the file is empty
            # k8snetworkplumbingwg/multus-cni@v3.9.3:cmd/multus-daemon/main.go
            if memory == "copied":
                return None
            step = Step(self.actor, Verb.TRUNCATES, (name,))
            return Change({**files, self.destination: ""}, "copied", (self.destination,), step)
        if self.source == self.destination:
            if (memory == "copied" and not self._exits) or not files.get(self.source):
                return None
            if not self.multus.thick:
                return None
            emptied = {**files, self.destination: ""}
            step = Step(self.actor, Verb.TRUNCATES, (name,))
            return Change(emptied, "copied", (self.destination,), step)
        content = files.get(self.source, "") if self.source else self.content
        if memory == "copied" or not content:
            return None
        step = Step(self.actor, Verb.COPIES, (name,))
        return Change({**files, self.destination: content}, "copied", (self.destination,), step)

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Leave the copy. The entrypoint's cleanup flag deletes it, the original included."""
        if self.multus.cleans_up:
            after = {path: text for path, text in files.items() if path != self.destination}
            gone = (self.destination,) if self.destination in files else ()
            return Change(after, memory, gone, Step(self.actor, Verb.STOPS))
        return Change(files, memory, (), Step(self.actor, Verb.STOPS))

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return why it has not come up, None when it has."""
        return Cause(Failure.STOPS_AFTER_COPYING) if self._exits else None

    @property
    def _exits(self) -> bool:
        return self.multus.traits.exits_unless_auto


def _told(cause: Cause | None, master: str, names: Files) -> Cause | None:
    """Return that a pinned master does not exist in place of that it cannot be read."""
    if cause == Cause(Failure.MASTER_UNREADABLE) and master and master not in names:
        return Cause(Failure.MASTER_MISSING)
    return cause


def multus_actor(one: Multus) -> Actor:
    """Return who acts for a Multus install."""
    return actor_of(one.installer, TITLE)


def _version(embedded: object) -> str:
    version = embedded.get("cniVersion") if isinstance(embedded, dict) else None
    return version if isinstance(version, str) else ""
