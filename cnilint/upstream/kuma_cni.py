"""Kuma's install-cni: chains its plugin into a file, or writes one, and ends when that is undone.

Which file it takes is settled when the process starts, and never again. It looks once a second
whether its plugin is still there; where it is not, it takes back what it did and ends, so that only
the next process repairs it.
Source: kumahq/kuma@2.0.0, 2.4.0, 2.7.0, 2.9.13, 2.10.0, 2.12.14, 2.13.0 and 2.14.0:
app/cni/pkg/install/main.go, installer_config.go, validation.go and transform.go
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from enum import Enum

from cnilint.start import NamedTuple, dataclass

from . import gojson
from .confdir import encoded, extension, is_file_name
from .go_text import parse_bool
from .gojson import JSON, Array, JSONError, Object, is_string
from .indented import go_indented
from .program import (
    DirectoryChange,
    DirectoryProgram,
    Event,
    Files,
    Happening,
    ProgramSettings,
    Status,
    is_directory,
    removed,
    written,
)
from .release import Release

DEFAULT_NAME = "YYY-kuma-cni.conflist"
"""What it looks for where it found no file to take: nobody writes it, unless it is not to chain."""

TYPE = "kuma-cni"
_TEMPLATE = '{"cniVersion": "0.3.1", "name": "kuma-cni", "type": "kuma-cni"}'
"""What the chart gives it, as far as it matters here."""


class KumaHabits(NamedTuple):
    """What differs between releases."""

    waits: bool
    """Whether it gives its target five minutes to appear; before, it ends at once."""
    checks_first: bool
    """Whether it leaves a directory alone in which its plugin is already where it should be."""
    takes_lists: bool
    """Whether it can take a .conflist by itself: v2.10 to v2.12 want a `type` in it, too."""
    either_first: bool
    """Whether .conf or .conflist is looked at first by chance: the order of a Go map."""


def habits(release: Release) -> KumaHabits:
    """Return what a release does."""
    return KumaHabits(
        waits=release >= (2, 4, 0),
        checks_first=release >= (2, 10, 0),
        takes_lists=not (2, 10, 0) <= release < (2, 13, 0),
        either_first=release >= (2, 13, 0),
    )


class KumaPhase(Enum):
    """Where a process is."""

    NEW = "new"
    TAKING = "about to chain or to write"
    WATCHING = "watching"
    UNDOING = "about to undo what it did, and to end"
    ENDED = "ended"


class KumaState(NamedTuple):
    """The memory of a process."""

    phase: KumaPhase = KumaPhase.NEW
    name: str = ""
    """The file it has settled on, and in which it looks for its plugin."""
    target: str = ""
    """The file it chains into: the list of that name, if only that was there."""


@dataclass(frozen=True, slots=True)
class KumaInstaller(DirectoryProgram):
    """The installer with its environment.

    `lists_first` says which kind of file a release that leaves it to chance looks at first.
    `patient`: whether the five minutes that it gives its target come to an end.
    """

    release: Release
    environment: tuple[tuple[str, str], ...] = ()
    lists_first: bool = False
    patient: bool = True

    def start(self) -> Hashable:
        """Return the memory of a process that has not settled on a file yet."""
        return KumaState()

    def step(self, files: Files, memory: Hashable) -> DirectoryChange | None:
        """Settle on a file, chain or write, see that it was undone, or undo it and end."""
        state = kuma_state(memory)
        if state.phase is KumaPhase.NEW:
            name = self.named or self._found(files)
            return DirectoryChange(
                files, KumaState(self._first_phase(files, name), *_target(files, name))
            )
        if state.phase is KumaPhase.TAKING:
            return self._take(files, state)
        if state.phase is KumaPhase.WATCHING and not self._is_installed(files, state.name):
            return DirectoryChange(files, state._replace(phase=KumaPhase.UNDOING))
        if state.phase is KumaPhase.UNDOING:
            undone = self._undone(files, state.name)
            return undone._replace(memory=state._replace(phase=KumaPhase.ENDED))
        return None

    def stop(self, files: Files, memory: Hashable) -> DirectoryChange:
        """Take the plugin out of the list again, or remove the file, once it has installed."""
        state = kuma_state(memory)
        if state.phase in (KumaPhase.WATCHING, KumaPhase.UNDOING):
            return self._undone(files, state.name)._replace(memory=None)
        return DirectoryChange(files, None)

    def status(self, memory: Hashable) -> Status:
        """Return READY once it is installed."""
        phase = kuma_state(memory).phase
        if phase is KumaPhase.ENDED:
            return Status.EXITED
        return Status.READY if phase is KumaPhase.WATCHING else Status.WAITS

    @property
    def named(self) -> str:
        """The file that it is told to take, "" for none."""
        return self._value("CNI_CONF_NAME", "")

    @property
    def _habits(self) -> KumaHabits:
        return habits(self.release)

    def _value(self, variable: str, default: str) -> str:
        return dict(self.environment).get(variable, default)

    def _switch(self, variable: str) -> bool:
        """Return a switch that is on by default; a wrong one has ended the process before."""
        return bool(parse_bool(self._value(variable, "true")))

    def _first_phase(self, files: Files, name: str) -> KumaPhase:
        """Return what follows the settling: nothing where a variable is wrong."""
        switches = ("SLEEP", "CHAINED_CNI_PLUGIN")
        if any(parse_bool(self._value(variable, "true")) is None for variable in switches):
            return KumaPhase.ENDED
        if not is_file_name(name) or (not self.chains and is_directory(files, name)):
            return KumaPhase.ENDED
        if self._habits.checks_first and self._is_installed(files, name):
            return KumaPhase.WATCHING if self._switch("SLEEP") else KumaPhase.UNDOING
        return KumaPhase.TAKING

    def waits_for(self, files: Files, state: KumaState) -> bool:
        """Return whether it waits for its target to appear."""
        takes = state.phase is KumaPhase.TAKING and self.chains and self._habits.waits
        return takes and state.target not in files

    @property
    def chains(self) -> bool:
        """Whether it chains its plugin into a file, and does not write one of its own."""
        return self._switch("CHAINED_CNI_PLUGIN")

    def _found(self, files: Files) -> str:
        """Return the first file that it may take, in byte order of its kind; else the default."""
        kinds = [".conf", ".conflist"]
        if self._habits.either_first and self.lists_first:
            kinds.reverse()
        for kind in kinds:
            for name in sorted(files, key=encoded):
                if "/" not in name and extension(name) == kind and self._takes(kind, files[name]):
                    return name
        return DEFAULT_NAME

    def _takes(self, kind: str, text: str) -> bool:
        found = _parsed(text)
        if found is None:
            return False
        if kind == ".conflist" and self._habits.takes_lists:
            return "name" in found.members and "plugins" in found.members
        return "type" in found.members

    def _take(self, files: Files, state: KumaState) -> DirectoryChange | None:
        """Return the change that installs the plugin, or the end of the process."""
        ended = DirectoryChange(files, state._replace(phase=KumaPhase.ENDED))
        target, content = state.name, self._value("CNI_NETWORK_CONFIG", _TEMPLATE)
        if self.chains:
            target = state.target
            if is_directory(files, target):
                return ended
            if target not in files:
                return None if self.waits_for(files, state) and not self.patient else ended
            chained = _chained(files[target], content)
            if chained is None:
                return ended
            content = chained
        phase = KumaPhase.WATCHING if self._switch("SLEEP") else KumaPhase.UNDOING
        event = Event(Happening.MOVED_TO, target)
        return DirectoryChange(
            written(files, target, content), state._replace(phase=phase), (event,)
        )

    def _is_installed(self, files: Files, name: str) -> bool:
        """Return whether the plugin is where it should be. Source: CheckInstall."""
        found = _parsed(files.get(name, ""))
        if found is None:
            return False
        if not self.chains:
            kind = found.members.get("type")
            return is_string(kind) and kind == TYPE
        plugins = _plugins(found)
        return "name" in found.members and plugins is not None and _own(plugins) is not None

    def _undone(self, files: Files, name: str) -> DirectoryChange:
        """Return what the process leaves when it ends. Source: revertConfig."""
        if name not in files:
            return DirectoryChange(files, None)
        if not self.chains:
            return DirectoryChange(removed(files, name), None, (Event(Happening.DELETED, name),))
        found = _parsed(files[name])
        plugins = _plugins(found) if found is not None else None
        if found is None or plugins is None:
            return DirectoryChange(files, None)
        text = _indented(found.with_member("plugins", Array(_without(plugins))))
        return DirectoryChange(written(files, name, text), None, (Event(Happening.MOVED_TO, name),))


def kuma_state(memory: Hashable) -> KumaState:
    """Return a memory of the installer as what it is. TypeError for one of another program."""
    if not isinstance(memory, KumaState):
        raise TypeError(memory)
    return memory


def _target(files: Files, name: str) -> tuple[str, str]:
    """Return the name, and the file to chain into as it is resolved before the waiting."""
    listed = f"{name}list"
    only_list = name not in files and extension(name) == ".conf" and listed in files
    return name, listed if only_list else name


def _parsed(text: str) -> Object | None:
    """Return a map's members; none for `null`, and None for what is no map."""
    try:
        return gojson.as_map(text) or Object([])
    except JSONError:
        return None


def _plugins(network: Object) -> list[JSON] | None:
    """Return the plugins of a list; None if it has none, or one that is no object."""
    plugins = network.members.get("plugins")
    if not isinstance(plugins, Array):
        return None
    return plugins.items if all(isinstance(one, Object) for one in plugins.items) else None


def _own(plugins: Sequence[JSON]) -> int | None:
    """Return the place of the last plugin that is its own."""
    found = None
    for place, one in enumerate(plugins):
        kind = one.members.get("type") if isinstance(one, Object) else None
        if is_string(kind) and kind == TYPE:
            found = place
    return found


def _without(plugins: Sequence[JSON]) -> list[JSON]:
    own = _own(plugins)
    return [one for place, one in enumerate(plugins) if place != own]


def _chained(text: str, plugin: str) -> str | None:
    """Return a configuration with the plugin at its end; None if one of them cannot be read.

    A single plugin becomes a list called k8s-pod-network, in the same file.
    """
    found, own = _parsed(text), _parsed(plugin)
    if found is None or own is None:
        return None
    if "type" in found.members:
        listed = Array([found, own])
        members: list[tuple[str, JSON]] = [("name", "k8s-pod-network"), ("cniVersion", "0.3.0")]
        return _indented(Object([*members, ("plugins", listed)]))
    plugins = _plugins(found)
    if plugins is None:
        return None
    return _indented(found.with_member("plugins", Array([*_without(plugins), own])))


def _indented(value: JSON) -> str:
    return go_indented(value).removesuffix("\n")


def kuma(release: Release, settings: ProgramSettings) -> KumaInstaller:
    """Return the installer of a release with the `env` of its settings.

    Its target gets as much time as it needs; of what is left to chance, .conf comes first.
    """
    given = settings.get("env")
    pairs = given.items() if isinstance(given, Mapping) else ()
    environment = tuple((str(name), str(value)) for name, value in pairs)
    return KumaInstaller(release, environment, patient=False)
