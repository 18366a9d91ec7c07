"""Multus v3's script as a program on a node."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable, Iterable

from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.multus.configuration import Multus
from cnilint.multus.settings import CONF_DIRECTORY, ENTRYPOINTS, OTHER_DIRECTORY
from cnilint.start import dataclass
from cnilint.upstream.multus_releases import script_flags
from cnilint.upstream.multus_script import (
    INVALIDATED,
    OUTPUT,
    MultusScript,
    MultusScriptPhase,
    ScriptState,
    script_state,
)
from cnilint.upstream.multus_script_options import ScriptEnd, ScriptOptions, is_true, options

from .installed import InTwoDirectories
from .multus_programs import multus_actor, told_missing
from .owner import embedded
from .steps import Change, Files, Minded

_BESIDE = f"{CONF_DIRECTORY}/{OTHER_DIRECTORY}"
"""What the script calls the directory of its file where masters are looked for elsewhere."""

_USUAL = ScriptOptions()

_PYTHON_3 = (3, 9, 2)
"""Since when the images have Python 3 alone. k8snetworkplumbingwg/multus-cni@v3.9.2:Dockerfile"""


@dataclass(frozen=True, slots=True)
class ScriptedMultus(InTwoDirectories):
    """The script, whose master is looked for in `directory`; its file goes to `conf_directory`."""

    serves = True

    actor: Actor
    installer: MultusScript
    directory: str
    conf_directory: str | None

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Take a master and write, move it away, or see that it is gone."""
        names = self.names(files)
        change = self.installer.step(names, memory)
        if change is None:
            return None
        before, after = script_state(memory), script_state(change.memory)
        own = self._own_name
        text = change.files.get(own)
        made = text is not None and any(event.name == own for event in change.events)
        if text is not None and made and after.location and text != INVALIDATED:
            text = self._with_master(text, after.location, files)
            change = change._replace(files={**change.files, own: text})
        found = self.on_host(files, change)
        told = self._called(before, after, found) if change.events else None
        return found._replace(step=told)

    def ended(self, memory: Hashable) -> bool:
        """Return whether the script has ended by itself."""
        return script_state(memory).phase is MultusScriptPhase.ENDED

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Leave everything, but for what an older one spoils."""
        change = self.installer.stop(self.names(files), memory)
        also = (Step(self.actor, Verb.WRITES, (OUTPUT,)),) if change.events else ()
        return self.on_host(files, change)._replace(step=Step(self.actor, Verb.STOPS, also=also))

    def minded(self, files: Files, memory: Hashable) -> Minded:  # noqa: ARG002
        """Return its own file, and its master; all there are while it looks for one, or may again.

        Once it has one it looks for that alone, and only with the cleanup flag.
        """
        state, chosen = script_state(memory), self._chosen
        settled = state.phase in (MultusScriptPhase.SLEEPING, MultusScriptPhase.MOVING)
        if chosen is None or not settled:
            return Minded(directory=None)
        master = posixpath.basename(state.location)
        named = filter(None, (OUTPUT, master, master and f"{master}.old"))
        directories = {self.directory, self.conf_directory or self.directory}
        paths = (posixpath.join(one, name) for name in named for one in directories)
        return Minded(frozenset(paths))

    def may_remove(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return whether it may move its master away."""
        chosen = self._chosen
        return chosen is not None and is_true(chosen.rename)

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:
        """Return why it has not come up, None when it has."""
        state = script_state(memory)
        if state.ready:
            return None
        change = self.installer.step(self.names(files), memory)
        if change is None:
            return Cause(Failure.NO_MASTER)
        after = script_state(change.memory)
        if after.phase is not MultusScriptPhase.ENDED:
            return None
        known = {failure.value for failure in Failure}
        cause = Cause(Failure(after.cause) if after.cause in known else Failure.ENDS)
        master = self._chosen.master if self._chosen is not None else ""
        return told_missing(cause, master, self.names(files))

    @property
    def _chosen(self) -> ScriptOptions | None:
        """What its arguments set; None where it does not get past them."""
        try:
            return options(self.installer.release, self.installer.arguments)
        except ScriptEnd:
            return None

    @property
    def _own_name(self) -> str:
        apart = self.conf_directory != self.directory
        return f"{OTHER_DIRECTORY}/{OUTPUT}" if apart else OUTPUT

    def _with_master(self, text: str, location: str, files: Files) -> str:
        """Return the text of its file with its master's path; as it is where it is no JSON."""
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return text
        path = self.path(posixpath.relpath(location, CONF_DIRECTORY))
        return json.dumps({**found, **embedded(path, files.get(path, ""))})

    def _called(self, before: ScriptState, after: ScriptState, change: Change) -> Step:
        """Return what a step that others see is called."""
        master = posixpath.basename(after.location)
        touched = tuple(dict.fromkeys(map(posixpath.basename, change.touched)))
        if before.phase is MultusScriptPhase.MOVING:
            return Step(self.actor, Verb.RENAMES, (master,))
        if before.phase is not MultusScriptPhase.LOOKING or before == after:
            return Step(self.actor, Verb.WRITES, touched)  # it spoils its file
        if not master:
            return Step(self.actor, Verb.COPIES, touched)
        if before.location and before.location != after.location:
            return Step(self.actor, Verb.SWITCHES, (OUTPUT,), master)
        pinned = self._chosen is not None and bool(self._chosen.master)
        return Step(self.actor, Verb.FINDS if pinned else Verb.PICKS, (OUTPUT,), master)


def scripted(one: Multus, written: str) -> ScriptedMultus:
    """Return the script of an install whose configuration goes to a directory of the host."""
    masters = one.autoconfig_host or written
    arguments, copied = _told(one, apart=written != masters)
    container = one.installer.container
    made = MultusScript(
        one.release,
        arguments,
        copied,
        python_3=one.release >= _PYTHON_3,
        build=container.image.tag if container is not None else "",
        directories=(_BESIDE,),
    )
    return ScriptedMultus(multus_actor(one), made, masters, written)


def _told(one: Multus, *, apart: bool) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the arguments of the script, and the files of its container that it may copy.

    The directories have the names that the script gives them by default, and so has a file in them.
    """
    container = one.installer.container
    words = container.arguments_of(ENTRYPOINTS) if container is not None else ()
    given = tuple(text.value for text in words)
    try:
        chosen = options(one.release, given)
    except ScriptEnd:
        return given, ()
    if container is None:
        named = {"conf_file": "mode", "master": "master", "cni_version": "cni_version"}
        chosen = chosen._replace(**{field: one.value(name) for field, name in named.items()})
    chosen = chosen._replace(
        conf_directory=_BESIDE if apart else CONF_DIRECTORY,
        autoconfig_directory=CONF_DIRECTORY,
        bin_directory=_USUAL.bin_directory,
        bin_file=_USUAL.bin_file,
    )
    copied: tuple[tuple[str, str], ...] = ()
    if not one.auto:
        source = one.host_path(chosen.conf_file) if container is not None else None
        folder, name = posixpath.split(source or "")
        if source is None and not one.file_is_missing:
            text = one.copied
            copied = ((chosen.conf_file, one.copied_text() if text is None else text),)
        elif folder == one.autoconfig_host:
            chosen = chosen._replace(conf_file=f"{CONF_DIRECTORY}/{name}")
        elif folder == one.conf_host:
            chosen = chosen._replace(conf_file=f"{chosen.conf_directory}/{name}")
    each = ((flag, getattr(chosen, field), getattr(_USUAL, field)) for flag, field in _flags(one))
    return tuple(f"{flag}={value}" for flag, value, usual in each if value != usual), copied


def _flags(one: Multus) -> Iterable[tuple[str, str]]:
    return script_flags(one.release).items()
