"""Every order of some programs, tried one by one: what the search over states must come to."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from cnilint.model.steps import Step
from cnilint.simulation.owner import Reading, delegate
from cnilint.simulation.programs import Files, Program
from tests.unit.simulation.actors import Found, complaints, listed


class Explorer:
    """Every order by recursion: no state is ever taken for another one."""

    BUDGET = 20_000
    DEPTH = 14

    def __init__(self, programs: Sequence[Program], reading: Reading) -> None:
        self.programs = programs
        self.reading = reading
        self.budget = self.BUDGET
        self.found: set[Found] = set()
        self.known: dict[tuple[object, ...], list[tuple[list[Step], Files, list[Hashable]]]] = {}

    def moves(
        self, files: Files, memories: Sequence[Hashable]
    ) -> list[tuple[list[Step], Files, list[Hashable]]]:
        """Return what each program can do now: the steps, and what is after it."""
        key = (frozenset(files.items()), tuple(memories))
        if key not in self.known:
            self.known[key] = list(self._moves(files, memories))
        return self.known[key]

    def _moves(
        self, files: Files, memories: Sequence[Hashable]
    ) -> Iterator[tuple[list[Step], Files, list[Hashable]]]:
        for at, actor in enumerate(self.programs):
            step = actor.step(files, memories[at])
            if step is None:
                continue
            steps, after, held = [step.step] if step.step else [], dict(step.files), list(memories)
            held[at] = step.memory
            for other, watcher in enumerate(self.programs):
                if other == at or not step.touched:
                    continue
                reaction = watcher.notice(after, held[other], step.touched)
                if reaction is not None:
                    after, held[other] = dict(reaction.files), reaction.memory
                    steps += [reaction.step] if reaction.step else []
            if after != dict(files) or held != list(memories):
                yield steps, after, held

    def explore(self, files: Files, memories: Sequence[Hashable], depth: int = 0) -> bool:
        """Return whether every order came to an end within the bounds."""
        self.budget -= 1
        if self.budget < 0 or depth > self.DEPTH:
            return False
        following = self.moves(files, memories)
        if not following:
            self.found.add(self.rest(files, memories))
        return all(self.explore(after, held, depth + 1) for _steps, after, held in following)

    def rest(self, files: Files, memories: Sequence[Hashable]) -> Found:
        read = delegate(files, self.reading)
        held = [
            (one, complaint)
            for one, memory in zip(self.programs, memories, strict=True)
            if (complaint := one.complaint(files, memory)) is not None
        ]
        serving = [complaint for one, complaint in held if one.serves]
        cause = min(serving, key=lambda one: one.rank, default=None)
        master = None if cause and read.through_multus else read.master
        waiting = complaints((one.actor.title, complaint) for one, complaint in held)
        return listed(files), read.runtime, master, cause or read.cause, waiting
