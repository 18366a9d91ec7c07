"""Multus v3's entrypoint, a shell script: which master it takes, and what it writes and moves.

The script copies a file into the directory, or, told `auto`, puts the master's whole text into
00-multus.conf as the only delegate. Then it sleeps, or watches whether the master is still there.
Source: k8snetworkplumbingwg/multus-cni@v3.1, v3.2, v3.3, v3.4, v3.4.2, v3.6, v3.7, v3.7.2, v3.8,
v3.9, v3.9.1, v3.9.3:images/entrypoint.sh, and the Dockerfile of each.
"""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Sequence
from enum import Enum
from fnmatch import fnmatchcase

from cnilint.start import NamedTuple, dataclass

from .confdir import DEFAULT_DIRECTORY, ConfDirectory, PathError, clean
from .multus_releases import MultusBinary, Pin, Traits, traits
from .multus_script_options import (
    IMAGE_FILE,
    ScriptEnd,
    ScriptOptions,
    is_true,
    options,
    words,
)
from .multus_script_text import check_log_level, generated
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

OUTPUT = "00-multus.conf"
INVALIDATED = (
    "{Multus configuration intentionally invalidated to prevent pods from being scheduled.}\n"
)
"""k8snetworkplumbingwg/multus-cni@v3.3 and v3.4:images/entrypoint.sh cleanup"""

_PROVIDED = (
    '{"name": "multus-cni-network", "type": "multus", "delegates": [{"name": "image", "type": '
    '"flannel"}], "kubeconfig": "/etc/cni/net.d/multus.d/multus.kubeconfig"}'
)
"""The file of the image as a replay has it."""


class MultusScriptPhase(Enum):
    """Where in the script a process is."""

    LOOKING = "looking for a master"
    MOVING = "about to move its master away"
    WATCHING = "watching its master"
    MISSING = "giving its master 45 seconds to come back"
    SLEEPING = "sleeping"
    ENDED = "ended"


class ScriptState(NamedTuple):
    """The memory of a process."""

    phase: MultusScriptPhase = MultusScriptPhase.LOOKING
    location: str = ""
    """The path of its master, once it has one."""
    ready: bool = False
    """Whether it has come to its loop at the end."""
    cause: str = ""
    """Why it has ended: a class of errors."""


@dataclass(frozen=True, slots=True)
class MultusScript(DirectoryProgram):
    """The script in one directory, which it calls /host/etc/cni/net.d.

    `image_files` are more files of its container, by path. `python_3`: what `python` is; the images
    before v3.9.2 have Python 2. `patient`: whether it gets the 45 seconds that it gives a master
    which it has moved away itself; where nobody waits that long, it is taken to wait on. `build`:
    the tag of its image, which may name a build that differs from its release. `directories` are
    more than it has by itself, by path.
    After 600 tries without a master it ends and is started again, which is the same as to wait.
    """

    release: Release
    arguments: tuple[str, ...] = ()
    image_files: tuple[tuple[str, str], ...] = ()
    python_3: bool = True
    patient: bool = True
    build: str = ""
    directories: tuple[str, ...] = ()

    def start(self) -> Hashable:
        """Return the memory of a process that has not looked for a master yet."""
        return ScriptState()

    def step(self, files: Files, memory: Hashable) -> DirectoryChange | None:
        """Take a master and write, move it away, or see that it is gone: one at a time."""
        state = script_state(memory)
        if state.phase in (MultusScriptPhase.ENDED, MultusScriptPhase.SLEEPING):
            return None
        try:
            return self._stepped(files, state)
        except ScriptEnd as end:
            return DirectoryChange(files, ScriptState(MultusScriptPhase.ENDED, cause=str(end)))

    def notice(self, files: Files, memory: Hashable, events: Sequence[Event]) -> Hashable:
        """Return the memory as it is: the script watches nothing, it looks again every second.

        Where nobody waits for its pauses, whoever takes a file away still waits for that one.
        """
        state = script_state(memory)
        gone = any(one.happening in (Happening.DELETED, Happening.MOVED_FROM) for one in events)
        if self.patient or not gone or self._ways.invalidates:
            return state
        missed = state.phase is MultusScriptPhase.WATCHING and not _is_file(files, state.location)
        return (
            state._replace(phase=MultusScriptPhase.LOOKING)
            if missed or self._pauses(state)
            else state
        )

    def stop(self, files: Files, memory: Hashable) -> DirectoryChange:
        """Leave everything; before v3.4.1 with the cleanup flag, spoil 00-multus.conf."""
        if script_state(memory).phase is MultusScriptPhase.ENDED or not self._ways.invalidates:
            return DirectoryChange(files, None)
        try:
            chosen = options(self.release, self.arguments)
            return self._spoilt(files, chosen, None) if is_true(chosen.cleanup) else _left(files)
        except ScriptEnd:
            return _left(files)

    def status(self, memory: Hashable) -> Status:
        """Return READY once it has come to its loop at the end."""
        state = script_state(memory)
        if state.phase is MultusScriptPhase.ENDED:
            return Status.EXITED
        return Status.READY if state.ready else Status.WAITS

    @property
    def _ways(self) -> Traits:
        return traits(MultusBinary.SCRIPT, self.release, self.build)

    def _pauses(self, state: ScriptState) -> bool:
        return state.phase is MultusScriptPhase.MISSING

    def _stepped(self, files: Files, state: ScriptState) -> DirectoryChange | None:
        """Take the step of a process that runs; ScriptEnd if that ends it."""
        chosen = options(self.release, self.arguments)
        if state.phase is MultusScriptPhase.LOOKING:
            return self._look(files, state, chosen)
        if state.phase is MultusScriptPhase.MOVING:
            return self._move(files, state, chosen)
        if state.phase is MultusScriptPhase.MISSING:
            return (
                DirectoryChange(files, state._replace(phase=MultusScriptPhase.LOOKING))
                if self.patient
                else None
            )
        if _is_file(files, state.location):
            return None
        if self._ways.invalidates:
            # without a master to look for, it does so again every second
            phase = (
                MultusScriptPhase.LOOKING
                if chosen.conf_file == "auto"
                else MultusScriptPhase.WATCHING
            )
            change = self._spoilt(files, chosen, state._replace(phase=phase))
            return None if change.files == files and change.memory == state else change
        return DirectoryChange(files, state._replace(phase=MultusScriptPhase.MISSING))

    def _look(
        self, files: Files, state: ScriptState, chosen: ScriptOptions
    ) -> DirectoryChange | None:
        """Copy the file that is named, or look for a master and write what is made of it."""
        directory = self._directory(files)
        _check_locations(directory, chosen)
        if chosen.conf_file != "auto" or not self._ways.knows_auto:
            return self._copy(files, chosen)
        name = _master(directory, chosen, self._ways.pin)
        if not name:
            return self._spoil_while_looking(files, state, chosen)
        location = f"{chosen.autoconfig_directory}/{name}"
        check_log_level(chosen)
        master = _cat(directory, location, "master-unreadable")
        text = generated(master, chosen, self._ways, python_3=self.python_3)
        phase = MultusScriptPhase.MOVING if is_true(chosen.rename) else _loop(chosen)
        ready = state.ready or phase is not MultusScriptPhase.MOVING
        after = ScriptState(phase, location, ready)
        # `mv` from another file system: what is there goes first
        return self._put(files, f"{chosen.conf_directory}/{OUTPUT}", text, after, anew=True)

    def _copy(self, files: Files, chosen: ScriptOptions) -> DirectoryChange:
        """Copy a file under its own name: `cp -f`, which writes in place, and not onto itself."""
        source = chosen.conf_file
        if not chosen.conf_directory or not source:
            raise ScriptEnd("conf-dir-missing" if source else "conf-file-missing")
        target = f"{chosen.conf_directory}/{posixpath.basename(source)}"
        text = dict(self.image_files).get(source)
        if text is None:
            text = _cat(self._directory(files), source, "conf-file-missing")
            if clean(source) == clean(target):
                raise ScriptEnd("conf-file-itself")
        # without `auto` there is no master to watch: from v3.4.1 on the watch comes to nothing
        watches = self._ways.invalidates and is_true(chosen.cleanup)
        phase = MultusScriptPhase.WATCHING if watches else MultusScriptPhase.SLEEPING
        return self._put(files, target, text, ScriptState(phase, ready=True))

    def _move(self, files: Files, state: ScriptState, chosen: ScriptOptions) -> DirectoryChange:
        """Move the master away, under a name that is no configuration's."""
        directory = self._directory(files)
        sources = _expanded(directory, state.location)
        if len(sources) != 1:
            raise ScriptEnd("master-missing")
        text = _cat(directory, sources[0], "master-missing")
        after = ScriptState(_loop(chosen), state.location, ready=True)
        moved = self._put(files, f"{state.location}.old", text, after)
        name = _name(sources[0])
        if name is None:
            return moved
        events = (Event(Happening.MOVED_FROM, name), *_moved_to(f"{state.location}.old"))
        return DirectoryChange(removed(moved.files, name), after, events)

    def _spoilt(self, files: Files, chosen: ScriptOptions, memory: Hashable) -> DirectoryChange:
        return self._put(files, f"{chosen.conf_directory}/{OUTPUT}", INVALIDATED, memory)

    def _spoil_while_looking(
        self, files: Files, state: ScriptState, chosen: ScriptOptions
    ) -> DirectoryChange | None:
        """Spoil its file while there is no master, unless that was done."""
        path = f"{chosen.conf_directory}/{OUTPUT}"
        if not self._ways.invalidates or not is_true(chosen.cleanup) or not _is_file(files, path):
            return None
        if "invalidated" in files.get(_name(path) or "", ""):
            return None
        return self._spoilt(files, chosen, state)

    def _put(
        self, files: Files, path: str, text: str, memory: Hashable, *, anew: bool = False
    ) -> DirectoryChange:
        """Return the change that writes a file, in place or `anew`; ScriptEnd if it cannot."""
        if not self._directory(files).is_writable(path):
            raise ScriptEnd("unwritable")
        name = _name(path)
        if name is None:
            return DirectoryChange(files, memory)
        created: tuple[Event, ...] = () if name in files else (Event(Happening.CREATED, name),)
        if anew and name in files:
            created = (Event(Happening.DELETED, name), Event(Happening.CREATED, name))
        after = written(files, name, text) if anew else {**files, name: text}
        return DirectoryChange(after, memory, (*created, Event(Happening.MODIFIED, name)))

    def _directory(self, files: Files) -> ConfDirectory:
        return ConfDirectory(files, made=(*_MADE, *self.directories))


_MADE = ("/host/opt/cni/bin", "/usr/src/multus-cni/bin/multus", "/etc/cni/net.d/multus.d")
"""What the container has besides the directory, as far as the script looks at it."""


def script_state(memory: Hashable) -> ScriptState:
    """Return a memory of the script as what it is. TypeError for one of another program."""
    if not isinstance(memory, ScriptState):
        raise TypeError(memory)
    return memory


def _left(files: Files) -> DirectoryChange:
    return DirectoryChange(files, None)


def _loop(chosen: ScriptOptions) -> MultusScriptPhase:
    return MultusScriptPhase.WATCHING if is_true(chosen.cleanup) else MultusScriptPhase.SLEEPING


def _check_locations(directory: ConfDirectory, chosen: ScriptOptions) -> None:
    """End unless the directories and the binary are there; an empty value is not looked at."""
    for option in (chosen.conf_directory, chosen.bin_directory, chosen.bin_file):
        if not all(map(directory.exists, words(option))):
            raise ScriptEnd("conf-dir-missing")
    if len(words(chosen.conf_directory)) > 1:
        raise ScriptEnd("conf-dir-missing")


def _master(directory: ConfDirectory, chosen: ScriptOptions, pin: Pin) -> str:
    """Return the pin, or the first name that `ls` and two `grep`s leave; "" if there is none.

    The pin is not looked for: what comes after fails without it. v3.7.2 waits for it, and then
    has its directory in it.
    """
    base = chosen.autoconfig_directory or ""
    if pin is Pin.DOUBLED and chosen.master:
        listed = _expanded(directory, f"{base}/{chosen.master}")
        return "\n".join(path for path in listed if directory.exists(path))
    if pin is Pin.HONOURED and chosen.master:
        return chosen.master
    try:
        names = directory.entries(base or "/")
    except PathError:
        return ""
    lines = "\n".join(name for name in names if not name.startswith(".")).split("\n")
    found = (line for line in lines if line.endswith((".conf", ".conflist")))
    return next((line for line in found if OUTPUT not in line), "")


def _expanded(directory: ConfDirectory, text: str) -> list[str]:
    """Return the words of a text that is not quoted, patterns replaced by the names they match."""
    expanded: list[str] = []
    for word in words(text):
        folder, pattern = posixpath.split(word)
        try:
            names = directory.entries(folder) if set(pattern) & set("*?[") else []
        except PathError:
            names = []
        hidden = pattern.startswith(".")
        matched = [
            f"{folder}/{name}"
            for name in names
            if fnmatchcase(name, pattern) and name.startswith(".") == hidden
        ]
        expanded += matched or [word]
    return expanded


def _cat(directory: ConfDirectory, text: str, cause: str) -> str:
    """Return what `cat` writes of the files that a text names; ScriptEnd if one cannot be read."""
    paths = _expanded(directory, text)
    try:
        found = "".join(map(directory.read, paths))
    except PathError:
        raise ScriptEnd(cause) from None
    if not paths:
        raise ScriptEnd(cause)
    return found


def _name(path: str) -> str | None:
    """Return the name of a path in the directory, None for one that lies elsewhere."""
    cleaned = clean(path)
    inside = f"{DEFAULT_DIRECTORY}/"
    return cleaned.removeprefix(inside) if cleaned.startswith(inside) else None


def _is_file(files: Files, path: str) -> bool:
    try:
        ConfDirectory(files).read(path)
    except PathError:
        return False
    return True


def _moved_to(path: str) -> tuple[Event, ...]:
    name = _name(path)
    return () if name is None else (Event(Happening.MOVED_TO, name),)


def multus_script(release: Release, settings: ProgramSettings) -> MultusScript:
    """Return the script of a release with the `args` of its settings, as it was recorded.

    That is with Python 3, with a file where it looks for one by default, and without waiting for
    45 seconds. ValueError if the release is not one of v3.
    """
    if release[0] != 3:
        raise ValueError(f"no script: v{'.'.join(map(str, release))} is not a release of v3")
    given = settings.get("args") or []
    arguments = tuple(map(str, given)) if isinstance(given, (list, tuple)) else ()
    return MultusScript(release, arguments, ((IMAGE_FILE, _PROVIDED),), patient=False)
