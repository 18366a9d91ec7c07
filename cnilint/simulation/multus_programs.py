"""What Multus does to the files of a node: the thick daemon, the thin entrypoint, and file mode."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable

from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.multus.configuration import Multus
from cnilint.start import NamedTuple, dataclass
from cnilint.upstream.multus_thick_daemon import DaemonState
from cnilint.upstream.multus_thick_program import ThickDaemon, ThickMemory
from cnilint.upstream.prediction import Prediction
from cnilint.upstream.selector import predict

from .installed import InTwoDirectories
from .owner import MULTUS_FILES, embedded
from .steps import (
    NOTHING,
    Change,
    Files,
    Minded,
    Program,
    actor_of,
    change_to,
    failed,
    names_in,
)

TITLE = "Multus"
"""What orders call it, of whatever family."""

OUTPUT = "00-multus.conf"


class MultusProgram(Program):
    """A program of Multus."""

    serves = True


@dataclass(frozen=True, slots=True)
class Thick(InTwoDirectories):
    """The thick daemon: picks once, and from then on follows its master's file alone.

    `text` is its configuration as the `selector` of `predict` takes it. `directory` is where it
    looks for its master, `conf_directory` where 00-multus.conf goes (None: nowhere on the host).
    """

    serves = True

    actor: Actor
    installer: ThickDaemon
    selector: str
    text: str
    directory: str
    conf_directory: str | None

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Look for the master, or answer that it was written; a failed start changes nothing."""
        change = self.installer.step(self.names(files), memory)
        if change is None:
            return None
        before, after = _daemon_state(memory), _daemon_state(change.memory)
        if "running" not in (before.status, after.status):
            return None
        found = self.on_host(files, change)
        step: Step | None = None
        if before.status != "running" and after.status == "running":
            verb = Verb.FINDS if self.installer.conf.master else Verb.PICKS
            step = Step(self.actor, verb, (OUTPUT,), after.master)
        elif before.status == "running" and after.status != "running":
            step = Step(self.actor, Verb.EXITS)
        return found._replace(step=step)

    def minded(self, files: Files, memory: Hashable) -> Minded:
        """Return its master, its own file and its readiness file.

        Before it has a master, that may be each that comes before the one that it would pick.
        """
        state, conf = _daemon_state(memory), self.installer.conf
        named = [conf.output, conf.readiness_file, *filter(None, (conf.master, state.master))]
        names = set(map(posixpath.basename, named))
        directories = {self.directory, self.conf_directory or self.directory}
        paths = frozenset(posixpath.join(one, name) for one in directories for name in names)
        if state.status == "running" or conf.master:
            return Minded(paths)
        change = self.installer.step(self.names(files), memory)
        picked = _daemon_state(change.memory).master if change is not None else ""
        return Minded(paths, self.directory, picked or None)

    def may_remove(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return False: it writes 00-multus.conf alone."""
        return False

    def ended(self, memory: Hashable) -> bool:
        """Return whether it has ended by itself."""
        return _daemon_state(memory).status == "exited"

    def stop(self, files: Files, memory: Hashable) -> Change:
        """End in order: from v4.1.0 on 00-multus.conf goes."""
        change = self.installer.stop(self.names(files), memory)
        return self.on_host(files, change)._replace(step=Step(self.actor, Verb.STOPS))

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:
        """Return why it has not come up, None when it has."""
        if _daemon_state(memory).status == "running":
            return None
        names = self.names(files)
        cause = failed(predict(self.selector, names, daemon_config=self.text))
        return told_missing(cause, self.installer.conf.master, names)


def _daemon_state(memory: Hashable) -> DaemonState:
    if not isinstance(memory, ThickMemory):
        raise TypeError(memory)
    return memory.state


class ThinSettings(NamedTuple):
    """What decides on what the thin entrypoint does; flags are spelt as for `predict`."""

    selector: str
    arguments: tuple[str, ...]
    master: str
    picks_again: bool
    cleans_up: bool


class CopySettings(NamedTuple):
    """What decides on what comes of a copy: the program, and whether it deletes or ends."""

    thick: bool
    legacy: bool
    cleans_up: bool
    exits: bool


@dataclass(frozen=True, slots=True)
class Failing(MultusProgram):
    """Multus that ends at each start, whatever files there are."""

    actor: Actor
    failure: Failure
    subject: str = ""

    def step(self, files: Files, memory: Hashable) -> Change | None:  # noqa: ARG002
        """Return None: it never gets to do anything."""
        return None

    def minded(self, files: Files, memory: Hashable) -> Minded:  # noqa: ARG002
        """Return nothing: it does nothing, whatever files there are."""
        return NOTHING

    def may_remove(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return False."""
        return False

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return why it does not come up."""
        return Cause(self.failure, self.subject)


@dataclass(frozen=True, slots=True)
class Thin(MultusProgram):
    """The thin entrypoint: picks when it starts, and with the cleanup flag every second again.

    Its memory is the host path of the master it picked, None before.
    """

    actor: Actor
    told: ThinSettings
    directory: str
    conf_directory: str

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Pick and write, or with the cleanup flag switch to a file that sorts earlier."""
        if memory is not None and not (self.told.picks_again and memory in files):
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
        return change_to({**files, path: content}, master, (path,), step)

    def minded(self, files: Files, memory: Hashable) -> Minded:
        """Return its own files, its master, and those before what it would pick."""
        names = [f"{OUTPUT}{end}" for end in ("", "list")] + [self.told.master]
        directories = {self.directory, self.conf_directory}
        paths = {posixpath.join(one, name) for one in directories for name in names if name}
        if isinstance(memory, str):
            paths.add(memory)
            if not self.told.picks_again:
                return Minded(frozenset(paths))
        return Minded(frozenset(paths), self.directory, self.prediction(files).primary)

    def may_remove(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return False: it writes its own file alone."""
        return False

    def stop(self, files: Files, memory: Hashable) -> Change:
        """With the cleanup flag its files go, else they stay."""
        own = [posixpath.join(self.conf_directory, name) for name in MULTUS_FILES]
        gone = tuple(path for path in own if path in files) if self.told.cleans_up else ()
        after = {path: text for path, text in files.items() if path not in gone}
        return change_to(after, memory, gone, Step(self.actor, Verb.STOPS))

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:
        """Return why it has not come up, None when it has."""
        if memory is not None:
            return None
        cause = failed(self.prediction(files))
        return told_missing(cause, self.told.master, names_in(files, self.directory))

    def prediction(self, files: Files) -> Prediction:
        """Return what it would pick now."""
        names = names_in(files, self.directory)
        return predict(self.told.selector, names, args=self.told.arguments)

    def _writes_list(self, files: Files, found: Prediction) -> bool:
        """Whether the file is a .conflist; `writes` leaves out a file that is there already."""
        if found.writes:
            return any(name.endswith(".conflist") for name in found.writes)
        without = {p: t for p, t in files.items() if not posixpath.basename(p).startswith("00-mul")}
        again = self.prediction(without)
        return any(name.endswith(".conflist") for name in again.writes or ())

    def _content(self, files: Files, master: str, *, listed: bool) -> str:
        try:
            found = json.loads(files[master])
        except (ValueError, RecursionError):
            found = None
        network = {"cniVersion": _version(found), "name": "multus-cni-network"}
        plugin = {"type": "multus", **embedded(master, files[master])}
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
    told: CopySettings
    source: str
    destination: str
    content: str

    def start(self) -> Hashable:
        """Not copied yet."""
        return "new"

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Copy once; a daemon that exits after it copies again and again."""
        name = posixpath.basename(self.destination)
        if self.told.legacy:
            # v3.9's daemon reads from what it writes to, so the file is empty
            # k8snetworkplumbingwg/multus-cni@v3.9.3:cmd/multus-daemon/main.go
            if memory == "copied":
                return None
            step = Step(self.actor, Verb.TRUNCATES, (name,))
            return change_to({**files, self.destination: ""}, "copied", (self.destination,), step)
        if self.source == self.destination:
            if (memory == "copied" and not self.told.exits) or not files.get(self.source):
                return None
            if not self.told.thick:
                return None
            emptied = {**files, self.destination: ""}
            step = Step(self.actor, Verb.TRUNCATES, (name,))
            return change_to(emptied, "copied", (self.destination,), step)
        content = files.get(self.source, "") if self.source else self.content
        if memory == "copied" or not content:
            return None
        step = Step(self.actor, Verb.COPIES, (name,))
        return change_to({**files, self.destination: content}, "copied", (self.destination,), step)

    def minded(self, files: Files, memory: Hashable) -> Minded:  # noqa: ARG002
        """Return what it copies, and the copy."""
        return Minded(frozenset((self.source, self.destination)))

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Leave the copy. The entrypoint's cleanup flag deletes it, the original included."""
        if self.told.cleans_up:
            after = {path: text for path, text in files.items() if path != self.destination}
            gone = (self.destination,) if self.destination in files else ()
            return change_to(after, memory, gone, Step(self.actor, Verb.STOPS))
        return change_to(files, memory, (), Step(self.actor, Verb.STOPS))

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return why it has not come up, None when it has."""
        return Cause(Failure.STOPS_AFTER_COPYING) if self.told.exits else None


def told_missing(cause: Cause | None, master: str, names: Files) -> Cause | None:
    """Return that a pinned master does not exist in place of that it cannot be read."""
    if cause == Cause(Failure.MASTER_UNREADABLE) and master and master not in names:
        return Cause(Failure.MASTER_MISSING)
    return cause


def thin_settings(one: Multus) -> ThinSettings:
    """Return what a thin install is told."""
    return ThinSettings(
        selector=one.selector,
        arguments=one.selection_arguments(),
        master=one.master,
        picks_again=one.picks_again,
        cleans_up=one.cleans_up,
    )


def copy_settings(one: Multus) -> CopySettings:
    """Return what an install in file mode is told."""
    legacy = one.family == "legacy"
    return CopySettings(one.thick, legacy, one.cleans_up, one.traits.exits_unless_auto)


def multus_actor(one: Multus) -> Actor:
    """Return who acts for a Multus install."""
    return actor_of(one.installer, TITLE)


def _version(network: object) -> str:
    version = network.get("cniVersion") if isinstance(network, dict) else None
    return version if isinstance(version, str) else ""
