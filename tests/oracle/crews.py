"""All orders in which several programs can come to act in one directory.

A state is the files, what each program knows, and whether the primary is still to write its file.
Where several can act any of them may be the next; nothing is assumed about time. A program that
ends by itself is started again.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from cnilint.upstream.multus_thick_program import multus_thick
from cnilint.upstream.program import DirectoryProgram, Event, Files, Happening, Status, written
from cnilint.upstream.release import release
from cnilint.upstream.replay import PROGRAMS

RECORDINGS = Path(__file__).with_name("joint") / "joint-shared.jsonl.gz"

ABSENT = "absent"
"""The memory of a program that has not been started."""

LONGEST_RUN = 400
"""Steps after which a run that goes on is taken for one that never rests."""


def records() -> list[dict[str, Any]]:
    """Return what was recorded of crews, each with its programs, events and states."""
    with gzip.open(RECORDINGS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class State(NamedTuple):
    """A directory and the programs in it."""

    files: Files
    memories: tuple[Hashable, ...]
    pending: bool = False
    """Whether the file of the primary is still to be written."""

    @property
    def key(self) -> Hashable:
        """What makes two states one."""
        return frozenset(self.files.items()), self.memories, self.pending


class TooManyStatesError(Exception):
    """There are more states than were to be looked at."""


class Crew:
    """The programs of one recording, and the file of its primary."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.names = [program["program"] for program in record["programs"]]
        self.programs = [made(program) for program in record["programs"]]
        self.primary = record["primary"]

    def begun(self, state: State, event: Mapping[str, Any]) -> State:
        """Return a state once an event has happened to it."""
        # Cilium, one of the programs, writes the file that has no content here
        pending = self.primary["content"] is not None
        if event["kind"] in ("start", "reboot"):
            return State(state.files, (ABSENT,) * len(self.programs), pending=pending)
        if event["kind"] == "write":
            return state._replace(pending=pending)
        at = self.names.index(event["program"])
        if event["signal"] == "SIGTERM" and state.memories[at] != ABSENT:
            change = self.programs[at].stop(state.files, state.memories[at])
            state = self._told(state._replace(files=change.files), at, change.events)
        return self._with(state, at, ABSENT)

    def lasting(self, states: Sequence[State], most: int) -> list[State]:
        """Return the states that come again and again, whatever happens: rest, and endless loops.

        TooManyStatesError when more than `most` are reached.
        """
        graph = Graph()
        todo = [graph.number(state) for state in states]
        while todo:
            at = todo.pop()
            if graph.edges[at] is not None:
                continue
            graph.edges[at] = [graph.number(after) for after in self.following(graph.states[at])]
            todo += graph.edges[at] or []
            if len(graph.states) > most:
                raise TooManyStatesError
        return graph.lasting()

    def ran(self, state: State, random: Random) -> Iterator[State]:
        """Yield where one run in a random order comes to: its rest, or what it does for ever."""
        for count in range(LONGEST_RUN + LONGEST_RUN // 4):
            following = list(self.following(state))
            if not following or count > LONGEST_RUN:
                yield state
            if not following:
                return
            state = random.choice(following)

    def following(self, state: State) -> Iterator[State]:
        """Return what can be next."""
        if state.pending:
            name, content = self.primary["name"], self.primary["content"]
            after = state._replace(files=written(state.files, name, content), pending=False)
            yield self._told(after, None, (Event(Happening.MOVED_TO, name),))
        for at, program in enumerate(self.programs):
            memory = state.memories[at]
            if memory == ABSENT or program.status(memory) is Status.EXITED:
                yield self._with(state, at, program.start())
                continue
            change = program.step(state.files, memory)
            if change is not None:
                after = self._with(state._replace(files=change.files), at, change.memory)
                yield self._told(after, at, change.events)

    def _told(self, state: State, by: int | None, events: Sequence[Event]) -> State:
        """Return the state once all but one were told what happened."""
        for at, program in enumerate(self.programs):
            memory = state.memories[at]
            if at != by and memory != ABSENT and events:
                state = self._with(state, at, program.notice(state.files, memory, events))
        return state

    def _with(self, state: State, at: int, memory: Hashable) -> State:
        memories = (*state.memories[:at], memory, *state.memories[at + 1 :])
        return state._replace(memories=memories)

    def agrees(self, state: State, recorded: Mapping[str, Any]) -> bool:
        """Whether a state is the recorded one.

        One of a program that writes again and again is seen at any place of its loop.
        """
        if {name: of_content(text) for name, text in state.files.items()} != recorded["files"]:
            return False
        for name, program, memory in zip(self.names, self.programs, state.memories, strict=True):
            said = recorded["status"][name]
            found = "waits" if memory == ABSENT else program.status(memory).value
            if said not in (found, "rewriting"):
                return False
        return not recorded.get("restless") or any(self.following(state))


class Graph:
    """States, and which comes after which."""

    def __init__(self) -> None:
        self.states: list[State] = []
        self.edges: list[list[int] | None] = []
        self._numbers: dict[Hashable, int] = {}

    def number(self, state: State) -> int:
        """Return a state's number, a new one if it has none."""
        if state.key not in self._numbers:
            self._numbers[state.key] = len(self.states)
            self.states.append(state)
            self.edges.append(None)
        return self._numbers[state.key]

    def lasting(self) -> list[State]:
        """Return the states of the components that nothing leads out of."""
        component = self._components()
        left = {
            component[at]
            for at, after in enumerate(self.edges)
            for other in after or ()
            if component[other] != component[at]
        }
        return [state for at, state in enumerate(self.states) if component[at] not in left]

    def _components(self) -> list[int]:
        """Return of each state the number of its strongly connected component (Kosaraju)."""
        backward: list[list[int]] = [[] for _ in self.states]
        for at, after in enumerate(self.edges):
            for other in after or ():
                backward[other].append(at)
        component = [-1] * len(self.states)
        for root in reversed(self._finished()):
            todo = [root] if component[root] < 0 else []
            while todo:
                at = todo.pop()
                if component[at] < 0:
                    component[at] = root
                    todo += backward[at]
        return component

    def _finished(self) -> list[int]:
        """Return the states in the order in which a search in depth is done with them."""
        seen, order = set[int](), list[int]()
        for root in range(len(self.states)):
            todo = [(root, False)]
            while todo:
                at, done = todo.pop()
                if done:
                    order.append(at)
                elif at not in seen:
                    seen.add(at)
                    todo.append((at, True))
                    todo += [(other, False) for other in self.edges[at] or ()]
        return order


def made(program: Mapping[str, Any]) -> DirectoryProgram:
    number = release(program["version"])
    assert number is not None
    makers = {**PROGRAMS, "multus-thick": multus_thick}
    return makers[program["program"]](number, program["settings"])


def of_content(text: str) -> object:
    """Return a file as it is recorded: a list, a single plugin, `empty` or `invalid`."""
    if not text.strip():
        return "empty"
    try:
        found = json.loads(text)
    except ValueError:
        return "invalid"
    return [found.get("name"), [plugin.get("type") for plugin in found.get("plugins", [found])]]
