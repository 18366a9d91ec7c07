"""The models of real installers as programs on a node: paths for names, and steps for changes."""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Iterator

from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.start import dataclass
from cnilint.upstream.netconf import plugin_types
from cnilint.upstream.program import Change as NamedChange
from cnilint.upstream.program import Event, Happening, Installer, Status

from .steps import Change, Files, Program, candidates, file_names

NO_FILE = Cause(Failure.NO_FILE_TO_CHAIN)

_MOVED = (Happening.MOVED_FROM, Happening.MOVED_TO)


@dataclass(frozen=True, slots=True)
class Installed(Program):
    """An installer in a directory of the host.

    `plugin` is the type of the plugin that it adds to others' lists. `leaves_all`: its pods end
    without a clean-up. `own` is the path of the file that it makes, if it makes one of its own.
    """

    actor: Actor
    installer: Installer
    directory: str
    plugin: str = ""
    own: str = ""
    leaves_all: bool = False
    once: bool = False
    """Whether it is an init container, for which it is well to have ended."""
    wants: Cause = NO_FILE
    """What it waits for, where it waits."""

    def start(self) -> Hashable:
        """Return the memory of a process before its first step."""
        return self.installer.start()

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Return the next step, None while it waits for something or has ended."""
        change = self.installer.step(self.names(files), memory)
        return None if change is None else self.on_host(files, change)

    def notice(self, files: Files, memory: Hashable, events: tuple[Event, ...]) -> Hashable:
        """Return the memory once it is told what happened in its directory."""
        heard = tuple(
            event._replace(name=name)
            for event in events
            if (name := self.name(event.name)) is not None
        )
        return self.installer.notice(self.names(files), memory, heard) if heard else memory

    def ended(self, memory: Hashable) -> bool:
        """Return whether the process has ended by itself."""
        return not self.once and self.installer.status(memory) is Status.EXITED

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Return what SIGTERM leaves."""
        stops = Step(self.actor, Verb.STOPS)
        if self.leaves_all:
            return Change(files, memory, (), stops)
        change = self.on_host(files, self.installer.stop(self.names(files), memory))
        also = () if change.step is None else (change.step._replace(also=()), *change.step.also)
        return change._replace(step=stops._replace(also=also))

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:
        """Return why it has not come up, None when it has."""
        if self.installer.status(memory) is Status.READY:
            return None
        first = next(iter(file_names(candidates(files, self.directory))), "")
        if self.own in files and first not in ("", posixpath.basename(self.own)):
            return Cause(Failure.NOT_FIRST, first)
        return self.wants

    def name(self, path: str) -> str | None:
        """Return how the installer calls a path, None for one that it does not see."""
        inside = f"{self.directory}/"
        return path[len(inside) :] if path.startswith(inside) else None

    def path(self, name: str) -> str:
        """Return the path of a name."""
        return f"{self.directory}/{name}"

    def names(self, files: Files) -> dict[str, str]:
        """Return what the installer sees of some files."""
        each = ((self.name(path), text) for path, text in files.items())
        return {name: text for name, text in each if name is not None}

    def on_host(self, files: Files, change: NamedChange) -> Change:
        """Return a change of the directory as one of the host."""
        unseen = {path: text for path, text in files.items() if self.name(path) is None}
        seen = {self.path(name): text for name, text in change.files.items()}
        events = tuple(event._replace(name=self.path(event.name)) for event in change.events)
        steps = list(self._steps(self.names(files), change))
        step = steps[0]._replace(also=tuple(steps[1:])) if steps else None
        return Change({**unseen, **seen}, change.memory, events, step)

    def _steps(self, before: Files, change: NamedChange) -> Iterator[Step]:
        """Yield what a change is called: each file that it touches once."""
        after = change.files
        happened = {event.name: event.happening for event in change.events}
        moved: set[str] = set()
        for old, new in zip(change.events, change.events[1:], strict=False):
            if (old.happening, new.happening) == _MOVED and before.get(old.name) == after.get(
                new.name
            ):
                moved |= {old.name, new.name}
                yield self._renamed(old.name, new.name, after[new.name])
        for name in happened:
            if name in moved or before.get(name) == after.get(name):
                continue
            if name not in after:
                yield Step(self.actor, Verb.REMOVES, (name,))
            else:
                yield self._wrote(name, before.get(name), after)

    def _renamed(self, old: str, new: str, content: str) -> Step:
        if self.plugin and new == f"{old}list" and self.plugin in plugin_types(content):
            return Step(self.actor, Verb.CHAINS_AS_LIST, (new,), old)
        return Step(self.actor, Verb.RENAMES, (old,))

    def _wrote(self, name: str, old: str | None, after: Files) -> Step:
        """Return what it is called that a file was written."""
        if not self.plugin or self.path(name) == self.own:
            source = self._source(name, after)
            if source:
                return Step(self.actor, Verb.COPIES_CHAINED, (name,), source)
            return Step(self.actor, Verb.WRITES, (name,))
        has = self.plugin in plugin_types(after[name])
        had = old is not None and self.plugin in plugin_types(old)
        if had and not has:
            return Step(self.actor, Verb.UNCHAINS, (name,))
        return Step(self.actor, Verb.CHAINS if has else Verb.WRITES, (name,))

    def _source(self, name: str, after: Files) -> str:
        """Return the file that a list is a copy of, with the plugin chained; "" if it is none."""
        if not self.plugin:
            return ""
        mine = [kind for kind in plugin_types(after[name]) if kind != self.plugin]
        for other in sorted(after):
            if other != name and mine and list(plugin_types(after[other])) == mine:
                return other
        return ""
