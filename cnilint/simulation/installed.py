"""The models of real programs as programs on a node: paths of the host for names in their view."""

from __future__ import annotations

from collections.abc import Hashable

from cnilint.model.steps import Actor
from cnilint.start import dataclass
from cnilint.upstream.program import Change as NamedChange
from cnilint.upstream.program import Event, Installer, Status

from .steps import Change, Files, Program


class InView(Program):
    """A program whose model calls the files that it sees by names of its own."""

    installer: Installer

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


@dataclass(frozen=True, slots=True)
class Installed(InView):
    """An installer in a directory of the host."""

    actor: Actor
    installer: Installer
    directory: str

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Return the next step, None while it waits for something or has ended."""
        change = self.installer.step(self.names(files), memory)
        return None if change is None else self.on_host(files, change)

    def ended(self, memory: Hashable) -> bool:
        """Return whether the process has ended by itself."""
        return self.installer.status(memory) is Status.EXITED

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Return what SIGTERM leaves."""
        return self.on_host(files, self.installer.stop(self.names(files), memory))

    def name(self, path: str) -> str | None:
        """Return how the installer calls a path, None for one that it does not see."""
        inside = f"{self.directory}/"
        return path[len(inside) :] if path.startswith(inside) else None

    def path(self, name: str) -> str:
        """Return the path of a name."""
        return f"{self.directory}/{name}"
