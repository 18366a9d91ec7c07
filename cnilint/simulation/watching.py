"""Programs that watch a directory, as the graph of states runs them: a change tells what happened.

A watch is told of each event, and a program's memory may keep events that it has not read yet.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from cnilint.model.steps import Actor, Cause, Step, Verb
from cnilint.upstream.program import Event, Happening

from .steps import Files


class ToldChange(NamedTuple):
    """One step taken: the files after it, what a watch tells of it, and what it is.

    The names in `events` are paths. `step` is None where nothing of it is worth telling.
    """

    files: Files
    memory: Hashable
    events: tuple[Event, ...]
    step: Step | None

    @property
    def touched(self) -> tuple[str, ...]:
        """The paths it touched, in order."""
        return tuple(dict.fromkeys(event.name for event in self.events))


def change_to(
    files: Files, memory: Hashable, touched: Iterable[str], step: Step | None
) -> ToldChange:
    """Return the change to `files`, of which some were moved into place and others removed."""
    events = tuple(
        Event(Happening.MOVED_TO if path in files else Happening.DELETED, path) for path in touched
    )
    return ToldChange(files, memory, events, step)


class WatchingProgram:
    """An actor on a node. Its memory is any value; before its first step it is `start()`'s."""

    actor: Actor
    """Who takes its steps."""

    serves = False
    """Whether pods that are handed to its file get no network while it has not come up."""

    @property
    def keeps_all(self) -> bool:
        """Whether it never removes or empties a file that is not its own while it runs."""
        return False

    def start(self) -> Hashable:
        """Return its memory before its first step. Most have none: the files say what was done."""
        return None

    def step(self, files: Files, memory: Hashable) -> ToldChange | None:
        """Return the step it would take now, or None when none is enabled."""
        raise NotImplementedError

    def notice(
        self,
        files: Files,  # noqa: ARG002  for those that watch
        memory: Hashable,
        events: tuple[Event, ...],  # noqa: ARG002
    ) -> Hashable:
        """Return the memory of one that watches, once it is told what another program did."""
        return memory

    def ended(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return whether it has ended by itself, so that it is started again."""
        return False

    def ignores(self, files: Files, memory: Hashable, path: str) -> bool:  # noqa: ARG002
        """Return whether a file's being written is nothing to it, now and in all that it does.

        Until it is started again, that is, and as long as nobody removes what is in `files`. What
        it writes or removes itself it does not ignore.
        """
        return False

    def writes_only(self, memory: Hashable) -> str:  # noqa: ARG002
        """Return the path of the file that its one step left writes; "" if it does any more."""
        return ""

    def stop(self, files: Files, memory: Hashable) -> ToldChange:
        """Return what ending it in order leaves behind: everything, for most."""
        return ToldChange(files, memory, (), Step(self.actor, Verb.STOPS))

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return why it has not come up in a state of rest, None when it has."""
        return None
