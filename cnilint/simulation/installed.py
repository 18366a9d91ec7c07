"""The models of real programs as programs on a node: paths of the host for names in their view."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import pairwise

from cnilint.catalog.installer import Installer
from cnilint.model.steps import Actor, Step, Verb
from cnilint.multus.settings import OTHER_DIRECTORY
from cnilint.start import dataclass
from cnilint.upstream.netconf import plugin_types
from cnilint.upstream.program import DirectoryChange as NamedChange
from cnilint.upstream.program import DirectoryProgram, Event, Happening, Status
from cnilint.upstream.release import Release

from .steps import Change, Files, Program

_LOOKS = 2
"""How often one looks that was told something, before it waits again."""


class InView(Program):
    """A program whose model calls the files that it sees by names of its own."""

    installer: DirectoryProgram

    def name(self, path: str) -> str | None:
        """Return what the model calls a path of the host, None for one that it does not see."""
        raise NotImplementedError

    def path(self, name: str) -> str:
        """Return the path of the host that the model calls by a name."""
        raise NotImplementedError

    def start(self) -> Hashable:
        """Return the memory of a process before its first step."""
        return self.installer.start()

    def notice(self, files: Files, memory: Hashable, events: tuple[Event, ...]) -> Hashable:
        """Return the memory once it is told what happened in what it sees."""
        heard = tuple(
            event._replace(name=name)
            for event in events
            if (name := self.name(event.name)) is not None
        )
        return self.installer.notice(self.names(files), memory, heard) if heard else memory

    def names(self, files: Files) -> dict[str, str]:
        """Return what it sees of some files."""
        each = ((self.name(path), text) for path, text in files.items())
        return {name: text for name, text in each if name is not None}

    def on_host(self, files: Files, change: NamedChange) -> Change:
        """Return a change of what it sees as one of the host's files, without words for it."""
        unseen = {path: text for path, text in files.items() if self.name(path) is None}
        seen = {self.path(name): text for name, text in change.files.items()}
        events = tuple(event._replace(name=self.path(event.name)) for event in change.events)
        return Change(unseen | seen, change.memory, events, None)


class InTwoDirectories(InView):
    """A program of Multus that calls what it sees by names in the directory of its masters.

    `directory` is that one, `conf_directory` where its own file goes (None: nowhere on the host).
    """

    directory: str
    conf_directory: str | None

    def name(self, path: str) -> str | None:
        """Return a host path's name in the program's view, or None if it does not see it."""
        for directory, prefix in (
            (self.directory, ""),
            (self.conf_directory, OTHER_DIRECTORY + "/"),
        ):
            if directory is not None and path.startswith(directory + "/"):
                return prefix + path[len(directory) + 1 :]
        return None

    def path(self, name: str) -> str:
        """Return the path of a name in the program's view."""
        inside = f"{OTHER_DIRECTORY}/"
        if name.startswith(inside) and self.conf_directory is not None:
            return f"{self.conf_directory}/{name[len(inside) :]}"
        return f"{self.directory}/{name}"


@dataclass(frozen=True, slots=True)
class Installed(InView):
    """An installer in a directory of the host.

    `plugin` is the type of the plugin that it puts into others' lists, "" if it does not.
    """

    actor: Actor
    installer: DirectoryProgram
    directory: str
    plugin: str = ""

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Return the next step, None while it waits for something or has ended."""
        names = self.names(files)
        change = self.installer.step(names, memory)
        if change is None:
            return None
        step = self.told(names, memory, change) if change.events else None
        return self.on_host(files, change)._replace(step=step)

    def told(self, files: Files, memory: Hashable, change: NamedChange) -> Step | None:  # noqa: ARG002
        """Return what a step that others see is called, None where nothing of it is worth telling.

        `files`, like those of the change, have the names that the model calls them by.
        """
        pairs = pairwise(change.events)
        moved = {old.name: new.name for old, new in pairs if old.happening is Happening.MOVED_FROM}
        touched = dict.fromkeys(event.name for event in change.events)
        left = [name for name in touched if name not in (*moved, *moved.values())]
        gone = tuple(name for name in left if name not in change.files)
        steps = [
            Step(self.actor, self._made(files.get(name, ""), change.files[name]), (name,))
            for name in left
            if name in change.files
        ]
        steps += [Step(self.actor, Verb.REMOVES, gone)] if gone else []
        steps += [Step(self.actor, Verb.RENAMES, tuple(moved))] if moved else []
        return steps[0]._replace(also=tuple(steps[1:])) if steps else None

    def _has_plugin(self, text: str) -> bool:
        return bool(self.plugin) and self.plugin in plugin_types(text)

    def _made(self, before: str, after: str) -> Verb:
        had, has = map(self._has_plugin, (before, after))
        if has:
            return Verb.CHAINS
        return Verb.UNCHAINS if had else Verb.WRITES

    def ended(self, memory: Hashable) -> bool:
        """Return whether the process has ended by itself."""
        return self.installer.status(memory) is Status.EXITED

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Return what SIGTERM leaves."""
        names = self.names(files)
        change = self.installer.stop(names, memory)
        gone = tuple(name for name in names if name not in change.files)
        without = tuple(
            name
            for name, text in change.files.items()
            if self._has_plugin(names.get(name, "")) and not self._has_plugin(text)
        )
        told = ((Verb.REMOVES, gone), (Verb.UNCHAINS, without))
        also = tuple(Step(self.actor, verb, each) for verb, each in told if each)
        return self.on_host(files, change)._replace(step=Step(self.actor, Verb.STOPS, also=also))

    def name(self, path: str) -> str | None:
        """Return how the installer calls a path, None for one that it does not see."""
        inside = f"{self.directory}/"
        return path[len(inside) :] if path.startswith(inside) else None

    def path(self, name: str) -> str:
        """Return the path of a name."""
        return f"{self.directory}/{name}"

    def unless_idle(self, files: Files, memory: Hashable, told: Hashable) -> Hashable:
        """Return `told`, its memory once it is told something; `memory` if it then goes on as ever.

        That is, if all it would do is to look and to wait as before. It may be left out of one that
        is told the same by whatever happens, and of which a later look comes to what any of these
        would come to by then.
        """
        names, after = self.names(files), told
        for _look in range(_LOOKS):
            if after == memory:
                return memory
            change = self.installer.step(names, after)
            if change is None or change.events:
                return told
            after = change.memory
        return memory if after == memory else told


def release_of(installer: Installer, newest: Release) -> Release:
    """Return the release of an install; what is unknown, or of another kind, is the newest read."""
    told = installer.release
    return told if told is not None and told[0] == newest[0] else newest
