"""Istio CNI's install-cni: which file it takes, what it writes, and when it is ready.

It looks at the directory, and where its plugin is missing it chooses a file and puts the plugin
into it: into another CNI's list (chained), into a copy of it (an Istio-owned configuration), or
alone into a file of its own (standalone). Then it watches the directory, is ready, and begins anew
whenever a file there changes.

Sources: istio/istio@1.12.9, 1.18.7, 1.22.8, 1.24.6, 1.28.10 and
1.30.3:cni/pkg/install/install.go, cniconfig.go, cni/pkg/util/pluginutil.go, cni/pkg/cmd/root.go.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable, Mapping, Sequence
from enum import Enum

from cnilint.start import NamedTuple, dataclass

from . import gojson
from .confdir import ConfDirectory, is_file_name
from .go_text import parse_bool
from .gojson import JSON, Object
from .istio_files import (
    TYPE,
    IstioRefusedError,
    MissingError,
    as_map,
    inserted,
    located,
    name_of,
    path_of,
    plugins_of,
    read,
    taken_out,
    valid_names,
)
from .libcni import LIBCNI_1_1, LIBCNI_1_2, LIBCNI_1_3, Libcni
from .program import (
    DirectoryChange,
    DirectoryProgram,
    Event,
    Files,
    Happening,
    ProgramSettings,
    Status,
    removed,
    written,
)
from .release import Release

_STANDALONE = "YYY-istio-cni.conf"
_OWNED = "02-istio-cni.conflist"


class IstioHabits(NamedTuple):
    """What differs between releases."""

    looks_first: bool
    """It writes only what is missing; before, it wrote again whenever a file changed.
    istio/istio@1.19.10 and 1.20.0:cni/pkg/install/install.go install, installAll"""

    adopts: bool
    """It makes the first file that it found its own for good, as if it had been named, and knows
    Istio-owned configurations. istio/istio@1.27.0:cni/pkg/install/install.go checkValidCNIConfig"""

    standalone_may_follow: bool
    """Its standalone file may stand behind others.
    istio/istio@1.16.7 and 1.17.0:cni/pkg/install/install.go checkInstall"""

    template: bool
    """Its plugin is the text that it is given in CNI_NETWORK_CONFIG.
    istio/istio@1.22.8 and 1.23.0:cni/pkg/install/cniconfig.go createCNIConfigFile"""

    may_skip: bool
    """CNI_ENABLE_INSTALL and CNI_ENABLE_REINSTALL are read.
    istio/istio@1.18.7 and 1.19.0:cni/pkg/cmd/root.go"""

    empty_is_unset: bool
    """An empty variable counts as one that is not there.
    istio/istio@1.12.9 and 1.13.0:cni/pkg/cmd/root.go AllowEmptyEnv"""

    libcni: Libcni
    """What it loads networks with. istio/istio@1.22.8, 1.23.0, 1.26.8 and 1.27.0:go.mod"""


def habits(release: Release) -> IstioHabits:
    """Return what a release does."""
    return IstioHabits(
        looks_first=release >= (1, 20, 0),
        adopts=release >= (1, 27, 0),
        standalone_may_follow=release >= (1, 17, 0),
        template=release < (1, 23, 0),
        may_skip=release < (1, 19, 0),
        empty_is_unset=release < (1, 13, 0),
        libcni=_libcni(release),
    )


def _libcni(release: Release) -> Libcni:
    if release >= (1, 27, 0):
        return LIBCNI_1_3
    return LIBCNI_1_2 if release >= (1, 23, 0) else LIBCNI_1_1


class IstioPhase(Enum):
    """Where the program stands in its loop: what its next step is, or what it waits for."""

    LOOK = "look"
    """See whether the plugin is where it belongs; if not, do what CHOOSE does."""
    CHOOSE = "choose"
    """Choose a file and read it."""
    AWAIT = "await"
    """There is none: nothing more until a file of the directory changes."""
    WRITE = "write"
    RENAME = "rename"
    """What it wrote into a .conf is a list: make it a .conflist."""
    WATCH = "watch"
    """Watch the directory from now on, and look once more."""
    READY = "ready"
    CLEAN = "clean"
    """It failed: undo what it did."""
    EXITED = "exited"


class IstioMemory(NamedTuple):
    """What a process knows."""

    phase: IstioPhase = IstioPhase.LOOK
    primary: str = ""
    """The name of the file it works on, given or adopted; "" as long as it takes the first."""
    own: str = ""
    """The file that it wrote last, which it keeps an eye on, and cleans at the end."""
    resume: IstioPhase = IstioPhase.LOOK
    """What it goes on with after a change, while it waits for one."""
    target: str = ""
    content: str = ""
    """What it is about to write, and where."""


@dataclass(frozen=True, slots=True)
class IstioCNI(DirectoryProgram):
    """One install-cni, as its environment makes it."""

    habits: IstioHabits
    named: str = ""
    """CNI_CONF_NAME."""
    chained: bool = True
    owned: str = ""
    """The file of an Istio-owned configuration; "" without one."""
    removes_its_file: bool = False
    """At the end it removes the file that it wrote, whatever else is in it."""
    installs: bool = True
    reinstalls: bool = True
    plugin: str = ""
    """Its plugin's configuration as JSON text."""

    def start(self) -> Hashable:
        """Return the memory of a process before its first step."""
        first = self._again if self.installs else IstioPhase.WATCH
        return IstioMemory(first, self.named)

    def step(self, files: Files, memory: Hashable) -> DirectoryChange | None:
        """Return the next step; None while it waits or has exited."""
        known = istio_memory(memory)
        if known.phase is IstioPhase.LOOK:
            return DirectoryChange(files, self._looked(files, known))
        if known.phase is IstioPhase.CHOOSE:
            return DirectoryChange(files, self._chosen(files, known))
        if known.phase is IstioPhase.WRITE:
            return self._written(files, known)
        if known.phase is IstioPhase.RENAME:
            return _renamed(files, known)
        if known.phase is IstioPhase.WATCH:
            return DirectoryChange(files, self._watched(files, known))
        if known.phase is IstioPhase.CLEAN:
            return self._cleaned(files, known)
        return None

    def notice(
        self,
        files: Files,  # noqa: ARG002  it reads them in its next step
        memory: Hashable,
        events: Sequence[Event],
    ) -> Hashable:
        """Wake up, if it watches: for any change but that a file is renamed away.

        istio/istio@1.30.3:cni/pkg/util/pluginutil.go watchFiles
        """
        known = istio_memory(memory)
        if all(event.happening is Happening.MOVED_FROM for event in events):
            return known
        if known.phase is IstioPhase.AWAIT:
            return known._replace(phase=known.resume, resume=IstioPhase.LOOK)
        if known.phase is IstioPhase.READY:
            return known._replace(phase=self._again if self.reinstalls else IstioPhase.WATCH)
        return known

    def stop(self, files: Files, memory: Hashable) -> DirectoryChange:
        """Return what SIGTERM leaves: what its Cleanup does, once it waits for something.

        It looks for the signal nowhere else: one that rewrites for ever is killed in the end, and
        cleans nothing.
        """
        seen: set[Hashable] = set()
        while (change := self.step(files, memory)) is not None:
            files, memory = change.files, change.memory
            state = (frozenset(files.items()), memory)
            if state in seen:
                return DirectoryChange(
                    files, istio_memory(memory)._replace(phase=IstioPhase.EXITED)
                )
            seen.add(state)
        known = istio_memory(memory)
        return (
            DirectoryChange(files, known)
            if known.phase is IstioPhase.EXITED
            else self._cleaned(files, known)
        )

    def status(self, memory: Hashable) -> Status:
        """Return READY as its probe says it, EXITED, or WAITS for all else."""
        phase = istio_memory(memory).phase
        found = {IstioPhase.READY: Status.READY, IstioPhase.EXITED: Status.EXITED}
        return found.get(phase, Status.WAITS)

    @property
    def _again(self) -> IstioPhase:
        """What an installation begins with."""
        return IstioPhase.LOOK if self.habits.looks_first else IstioPhase.CHOOSE

    def _looked(self, files: Files, known: IstioMemory) -> IstioMemory:
        """Decide whether something is to be written."""
        adopted = self._adopted(files, known)
        try:
            self._check(files, known, adopted.primary)
        except IstioRefusedError:
            # nothing of any length lies between the two
            return self._chosen(files, adopted)
        except MissingError:
            return adopted._replace(phase=IstioPhase.AWAIT, resume=IstioPhase.LOOK)
        return adopted._replace(phase=IstioPhase.WATCH)

    def _watched(self, files: Files, known: IstioMemory) -> IstioMemory:
        """Look once more, and be ready or begin anew.

        istio/istio@1.30.3:cni/pkg/install/install.go sleepWatchInstall
        """
        if not self.installs:
            return known._replace(phase=IstioPhase.READY)
        adopted = self._adopted(files, known)
        try:
            self._check(files, known, adopted.primary)
        except IstioRefusedError:
            return adopted._replace(phase=self._again if self.reinstalls else IstioPhase.WATCH)
        except MissingError:
            return adopted._replace(phase=IstioPhase.AWAIT, resume=IstioPhase.LOOK)
        return adopted._replace(phase=IstioPhase.READY)

    def _adopted(self, files: Files, known: IstioMemory) -> IstioMemory:
        """Make the first file the primary for good, where the release does that and none is named.

        istio/istio@1.30.3:cni/pkg/install/install.go checkValidCNIConfig
        """
        found = self.valid(files)
        if not found or known.primary or not self.habits.adopts or not self.chained:
            return known
        if self.owned:
            second = found[1] if len(found) > 1 else ""
            return known._replace(primary=second if found[0] == self.owned else found[0])
        return known if found[0] == known.own else known._replace(primary=found[0])

    def _check(self, files: Files, known: IstioMemory, primary: str) -> None:
        """Raise RefusedError if the installation is not as it is meant to be, MissingError to wait.

        `primary` is the name as adopted in this look, which counts as given from the next one on.
        istio/istio@1.30.3:cni/pkg/install/install.go checkValidCNIConfig
        """
        found = self.valid(files)
        if not found or found[0] != (self.owned or found[0]):
            raise IstioRefusedError
        may_follow = self.habits.standalone_may_follow and not self.chained
        if found[0] != known.own and not known.primary and not may_follow:
            raise IstioRefusedError
        if not known.own:
            raise IstioRefusedError
        directory = ConfDirectory(files)
        config = as_map(read(directory, known.own))
        if self.chained:
            self._check_list(directory, config, primary)
        elif config.get("type") != TYPE:
            raise IstioRefusedError

    def _check_list(
        self, directory: ConfDirectory, config: Mapping[str, JSON], primary: str
    ) -> None:
        """Raise RefusedError if the plugin is not in the list, or one of the primary's is not."""
        present = self._types(config)
        if TYPE not in present:
            raise IstioRefusedError
        if self.owned:
            copied = as_map(read(directory, located(directory, primary)))
            if not set(self._types(copied)) <= set(present):
                raise IstioRefusedError

    def _types(self, config: Mapping[str, JSON]) -> list[str]:
        """Return the types of a list's plugins: up to its own where the release stops there."""
        found: list[str] = []
        for item in plugins_of(config):
            if not isinstance(item, Object):
                raise IstioRefusedError
            kind = item.members.get("type")
            if gojson.is_string(kind):
                found.append(kind)
            elif self.habits.adopts:
                raise IstioRefusedError
            if kind == TYPE and not self.habits.adopts:
                break
        return found

    def _chosen(self, files: Files, known: IstioMemory) -> IstioMemory:
        """Choose a file, read it, and put the plugin in.

        istio/istio@1.30.3:cni/pkg/install/cniconfig.go writeCNIConfig
        """
        failed = known._replace(phase=IstioPhase.CLEAN)
        if (self.owned and not known.primary) or not self.plugin:
            return failed
        if not self.chained:
            target = known.primary or _STANDALONE
            return known._replace(phase=IstioPhase.WRITE, target=target, content=self.plugin)
        directory = ConfDirectory(files)
        try:
            target = located(directory, known.primary or (self.valid(files) or ("",))[0])
            content = inserted(self.plugin, read(directory, target))
        except MissingError:
            return known._replace(phase=IstioPhase.AWAIT, resume=IstioPhase.CHOOSE)
        except IstioRefusedError:
            return failed
        return known._replace(phase=IstioPhase.WRITE, target=self.owned or target, content=content)

    def _written(self, files: Files, known: IstioMemory) -> DirectoryChange:
        """Write by a temporary file and a rename."""
        done = known._replace(target="", content="")
        name, directory = name_of(known.target), ConfDirectory(files)
        parent = posixpath.dirname(path_of(name))
        if not is_file_name(name) or directory.is_directory(path_of(name)):
            return DirectoryChange(files, done._replace(phase=IstioPhase.CLEAN))
        if not directory.is_directory(parent):
            return DirectoryChange(files, done._replace(phase=IstioPhase.CLEAN))
        after = written(files, name, known.content)
        events = (Event(Happening.MOVED_TO, name),)
        if self.chained and name.endswith(".conf"):
            renaming = done._replace(phase=IstioPhase.RENAME, target=name)
            return DirectoryChange(after, renaming, events)
        return DirectoryChange(after, done._replace(phase=IstioPhase.WATCH, own=name), events)

    def _cleaned(self, files: Files, known: IstioMemory) -> DirectoryChange:
        """Undo what it wrote last: Cleanup. It touches no other file.

        istio/istio@1.30.3:cni/pkg/install/install.go Cleanup
        """
        ended = known._replace(phase=IstioPhase.EXITED)
        if not known.own or known.own not in files:
            return DirectoryChange(files, ended)
        if not self.chained or self.removes_its_file:
            gone = (Event(Happening.DELETED, known.own),)
            return DirectoryChange(removed(files, known.own), ended, gone)
        try:
            content = taken_out(files[known.own])
        except IstioRefusedError:
            return DirectoryChange(files, ended)
        put = (Event(Happening.MOVED_TO, known.own),)
        return DirectoryChange(written(files, known.own, content), ended, put)

    def valid(self, files: Files) -> tuple[str, ...]:
        """Return the files that load as a network, in the order in which it takes them."""
        return valid_names(tuple(sorted(files.items())), self.habits.libcni)


def _renamed(files: Files, known: IstioMemory) -> DirectoryChange:
    """Make a .conf that holds a list a .conflist; it fails if the file is gone meanwhile."""
    name, after = known.target, known._replace(target="")
    if name not in files:
        return DirectoryChange(files, after._replace(phase=IstioPhase.CLEAN))
    listed = f"{name}list"
    moved = written(removed(files, name), listed, files[name])
    events = (Event(Happening.MOVED_FROM, name), Event(Happening.MOVED_TO, listed))
    return DirectoryChange(moved, after._replace(phase=IstioPhase.WATCH, own=listed), events)


def istio_memory(memory: Hashable) -> IstioMemory:
    """Return what a process knows; TypeError for the memory of another program."""
    if not isinstance(memory, IstioMemory):
        raise TypeError(f"not a memory of this program: {memory!r}")
    return memory


def istio_cni(release: Release, settings: ProgramSettings) -> IstioCNI:
    """Return the program of a release as the environment (`settings["env"]`) makes it."""
    found = habits(release)
    given = settings.get("env")
    variables = given if isinstance(given, Mapping) else {}
    env = {str(name): str(value) for name, value in variables.items()}
    if found.empty_is_unset:
        env = {name: value for name, value in env.items() if value}
    chained = _flag(env, "CHAINED_CNI_PLUGIN", default=True)
    owns = found.adopts and _flag(env, "ISTIO_OWNED_CNI_CONFIG")
    copies = owns and chained and _flag(env, "AMBIENT_ENABLED")
    return IstioCNI(
        found,
        named=env.get("CNI_CONF_NAME", ""),
        chained=chained,
        # the chart renders ISTIO_OWNED_CNI_CONF_FILENAME, which nothing reads
        owned=(env.get("ISTIO_OWNED_CNI_CONFIG_FILENAME") or _OWNED) if copies else "",
        removes_its_file=owns,
        installs=not found.may_skip or _flag(env, "CNI_ENABLE_INSTALL", default=True),
        reinstalls=not found.may_skip or _flag(env, "CNI_ENABLE_REINSTALL", default=True),
        plugin=_plugin(env, found),
    )


def _flag(env: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    """Return a setting as viper's GetBool does: what strconv.ParseBool refuses is false."""
    return bool(parse_bool(env[name])) if name in env else default


def _plugin(env: Mapping[str, str], found: IstioHabits) -> str:
    """Return the configuration of its plugin; "" if it is given an empty one and ends over it.

    istio/istio@1.30.3:cni/pkg/install/cniconfig.go createCNIConfigFile and
    1.22.8:manifests/charts/istio-cni/templates/configmap-cni.yaml (what is given if nothing is)
    """
    if found.template and "CNI_NETWORK_CONFIG" in env:
        return env["CNI_NETWORK_CONFIG"]
    ambient = _flag(env, "AMBIENT_ENABLED")
    made = {"cniVersion": "0.3.1", "name": TYPE, "type": TYPE, "ambient_enabled": ambient}
    return json.dumps(made, indent=2) + "\n"
