"""Every order of some programs, tried one by one: what the search over states must come to.

Nothing is left out, nothing is numbered, and what lasts is told as it is defined: the states to
which whatever comes after them can come back.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from operator import attrgetter

from cnilint.model.steps import Cause, Step
from cnilint.simulation.owner import Reading, delegate
from cnilint.simulation.programs import Files, Program
from cnilint.simulation.search import ENDS
from tests.unit.simulation.actors import Found, complaints, listed

State = tuple[frozenset[tuple[str, str]], tuple[Hashable, ...]]
Move = tuple[list[Step], Files, list[Hashable]]


class Explorer:
    """All states that some programs come to."""

    MOST = 1_200

    def __init__(self, programs: Sequence[Program], reading: Reading) -> None:
        self.programs = programs
        self.reading = reading
        self.found: set[Found] = set()
        self.restless: set[State] = set()

    def moves(self, files: Files, memories: Sequence[Hashable]) -> list[Move]:
        """Return what each program can do now: the steps, and what is after it."""
        return [move for _at, _writes, move in self._moves(files, memories)]

    def _moves(self, files: Files, memories: Sequence[Hashable]) -> list[tuple[int, bool, Move]]:
        found: list[tuple[int, bool, Move]] = []
        files = dict(sorted(files.items()))
        each = list(zip(self.programs, memories, strict=True))
        for at, actor in enumerate(self.programs):
            change = actor.step(files, memories[at])
            hurried = any(one.hurries(held) for one, held in each if one is not actor)
            late = not actor.watches or actor.is_writing(memories[at])
            if change is None or (hurried and late):
                continue
            after, held = dict(sorted(change.files.items())), list(memories)
            held[at] = change.memory
            for other, watcher in enumerate(self.programs):
                if other != at and change.events:
                    held[other] = watcher.notice(after, held[other], change.events)
            held = [
                one.start() if one.ended(memory) else memory
                for one, memory in zip(self.programs, held, strict=True)
            ]
            if change.events or after != files or held != list(memories):
                steps = [change.step] if change.step else []
                found.append((at, bool(change.events), (steps, after, held)))
        return found

    def explore(self, files: Files, memories: Sequence[Hashable]) -> bool:
        """Look at every state; return whether there were few enough."""
        states: list[State] = [_state(files, memories)]
        numbers = {states[0]: 0}
        edges: list[list[tuple[int, int, bool]]] = []
        for held, known in states:
            edges.append([])
            for at, writes, (_steps, after, left) in self._moves(dict(held), known):
                state = _state(after, left)
                if state not in numbers:
                    numbers[state] = len(states)
                    states.append(state)
                edges[-1].append((numbers[state], at, writes))
            if len(states) > self.MOST:
                return False
        reached = closures([{target for target, _at, _writes in each} for each in edges])
        for number, state in enumerate(states):
            around = [other for other in range(len(states)) if reached[number] >> other & 1]
            if all(reached[other] >> number & 1 for other in around):
                self._keep(state, [edges[other] for other in {number, *around}])
        return True

    def _keep(self, state: State, edges: Sequence[list[tuple[int, int, bool]]]) -> None:
        if any(writes for each in edges for _target, _at, writes in each):
            self.restless.add(state)
        else:
            self.found.add(self.rest(dict(state[0]), state[1]))

    def rest(self, files: Files, memories: Sequence[Hashable]) -> Found:
        read = delegate(files, self.reading)
        held = [
            (one, complaint)
            for at, (one, memory) in enumerate(zip(self.programs, memories, strict=True))
            if (complaint := one.complaint(files, memory) or self._ending(at, files, memory))
        ]
        serving = [complaint for one, complaint in held if one.serves]
        cause = min(serving, key=attrgetter("rank"), default=None)
        master = None if cause and read.through_multus else read.master
        waiting = complaints((one.actor.title, complaint) for one, complaint in held)
        return listed(files), read.runtime, master, cause or read.cause, waiting

    def _ending(self, at: int, files: Files, memory: Hashable) -> Cause | None:
        return ENDS if self._ends(at, files, memory) else None

    def _ends(self, at: int, files: Files, memory: Hashable) -> bool:
        """Whether a program that is left alone ends, sooner or later."""
        for _step in range(20):
            change = self.programs[at].step(files, memory)
            if change is None:
                return False
            if self.programs[at].ended(change.memory):
                return True
            memory = change.memory
        return False


def _state(files: Files, memories: Sequence[Hashable]) -> State:
    return frozenset(files.items()), tuple(memories)


def closures(edges: Sequence[set[int]]) -> list[int]:
    """Return of each state those that come after it, as the bits of a number."""
    reached = [sum(1 << target for target in each) for each in edges]
    changed = True
    while changed:
        changed = False
        for number in reversed(range(len(edges))):
            more = reached[number]
            for target in edges[number]:
                more |= reached[target]
            if more != reached[number]:
                reached[number], changed = more, True
    return reached
