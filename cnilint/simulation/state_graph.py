"""Every state that programs in one directory can come to, each worked out once.

A state is the files and what each program knows. Any program that can take a step may be the next;
nothing is assumed about time. One that ends by itself is started again at once: what it would miss
meanwhile it would not have been told before its first step either.

What lasts are the components of the graph that nothing leads out of: a single state in which nobody
has a step left, states between which programs only look around, or states in which somebody writes
again and again. Everything else is only on the way.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from cnilint.start import NamedTuple
from cnilint.upstream.program import Change, Event, Files, Installer, Status

Memories = tuple[Hashable, ...]
State = tuple[int, ...]
"""The number of the files, and that of each program's memory."""

_SILENT = -1
"""The number of no events."""


Edge = tuple[int, int, bool]
"""One step of a program: the state it leads to, the program, and whether it writes anything."""


class Component(NamedTuple):
    """States that last: which, and the programs that write in them again and again."""

    states: tuple[int, ...]
    writers: frozenset[int]

    @property
    def restless(self) -> bool:
        """Whether something is written for ever."""
        return bool(self.writers)


Move = tuple[int, int, int, bool]
"""A program's step, in numbers: the files and its memory after it, and what is told of it.

The last is whether it ends by itself. These and edges are plain tuples, as there are very many.
"""


class _Table:
    """What the programs do, worked out once for what it depends on: files and memories by number.

    Equal values have one number. Files are kept in the order of their names, as the order in which
    a directory lists them is not promised.
    """

    def __init__(self, programs: Sequence[Installer]) -> None:
        self.programs = programs
        self.files: list[Files] = []
        self.memories: list[list[Hashable]] = [[] for _ in programs]
        self._files: dict[frozenset[tuple[str, str]], int] = {}
        self._memories: list[dict[Hashable, int]] = [{} for _ in programs]
        self._events: dict[tuple[Event, ...], int] = {}
        self._told: list[tuple[Event, ...]] = []
        self.moves: dict[tuple[int, int, int], Move | None] = {}
        self._notices: dict[tuple[int, int, int, int], int] = {}
        each = enumerate(programs)
        self._watching = [at for at, one in each if type(one).notice is not Installer.notice]

    def number_of_files(self, files: Files) -> int:
        key = frozenset(files.items())
        if key not in self._files:
            self._files[key] = len(self.files)
            self.files.append(dict(sorted(files.items())))
        return self._files[key]

    def number_of_memory(self, at: int, memory: Hashable) -> int:
        """Return a memory's number; one of a program that has ended is the one of its start."""
        if self.has_ended(at, memory):
            memory = self.programs[at].start()
        known = self._memories[at]
        if memory not in known:
            known[memory] = len(self.memories[at])
            self.memories[at].append(memory)
        return known[memory]

    def has_ended(self, at: int, memory: Hashable) -> bool:
        """Whether a program has ended by itself, so that it is started again."""
        return self.programs[at].status(memory) is Status.EXITED

    def move(self, at: int, files: int, memory: int) -> Move | None:
        """Return a program's step, None if it has none."""
        key = at, files, memory
        if key not in self.moves:
            self.moves[key] = self._move(key)
        return self.moves[key]

    def _move(self, key: tuple[int, int, int]) -> Move | None:
        at, files, memory = key
        change = self.programs[at].step(self.files[files], self.memories[at][memory])
        if change is None:
            return None
        return (
            self.number_of_files(change.files),
            self.number_of_memory(at, change.memory),
            self._number_of_events(change.events),
            self.has_ended(at, change.memory),
        )

    def _number_of_events(self, events: tuple[Event, ...]) -> int:
        if not events:
            return _SILENT
        if events not in self._events:
            self._events[events] = len(self._told)
            self._told.append(events)
        return self._events[events]

    def after(self, state: State, at: int, move: Move) -> State:
        """Return the state after a step: all but the one who took it are told of it."""
        files, memory, events, _ends = move
        known = [files, *state[1:]]
        known[at + 1] = memory
        if events != _SILENT:
            for other in self._watching:
                if other != at:
                    key = other, files, known[other + 1], events
                    noticed = self._notices.get(key)
                    known[other + 1] = self._notice(key) if noticed is None else noticed
        return tuple(known)

    def _notice(self, key: tuple[int, int, int, int]) -> int:
        at, files, memory, events = key
        noticed = self.programs[at].notice(
            self.files[files], self.memories[at][memory], self._told[events]
        )
        self._notices[key] = self.number_of_memory(at, noticed)
        return self._notices[key]

    def told(self, files: Files, memories: Memories, at: int, events: tuple[Event, ...]) -> State:
        """Return the state after a program did something that is not a step of its own."""
        numbers = [self.number_of_memory(one, memory) for one, memory in enumerate(memories)]
        state = (self.number_of_files(files), *numbers)
        move = (state[0], state[at + 1], self._number_of_events(events), False)
        return self.after(state, at, move)


class StateGraph:
    """The states that were looked at so far, by number, and which comes after which.

    `most` is how many of them may be looked at. Where that is not enough, what is known is still
    true: each component that lasts does.
    """

    def __init__(self, programs: Sequence[Installer], most: int) -> None:
        """Take the programs, in the order of the memories in a state."""
        self._table = _Table(programs)
        self._programs = programs
        self._all = range(len(programs))
        self._numbers: dict[State, int] = {}
        self._states: list[State] = []
        self._edges: list[list[Edge] | None] = []
        self._order: list[int] = []
        self._lowest: list[int] = []
        self._component: list[int] = []
        self._components: list[Component | None] = []
        self._leads_to: list[frozenset[int]] = []
        self._walked: dict[int, list[Edge]] = {}
        self._visited = 0
        self.left = most

    def number(self, files: Files, memories: Memories) -> int:
        """Return the number of a state."""
        numbers = [self._table.number_of_memory(at, one) for at, one in enumerate(memories)]
        return self._number((self._table.number_of_files(files), *numbers))

    def started(self, files: Files) -> int:
        """Return the state in which no program has taken a step."""
        return self.number(files, tuple(program.start() for program in self._programs))

    def restarted(self, state: int, at: int, change: Change) -> int:
        """Return the state after a program was ended, with what that changed, and started again."""
        memories = list(self.memories(state))
        memories[at] = self._programs[at].start()
        return self._number(self._table.told(change.files, tuple(memories), at, change.events))

    def files(self, state: int) -> Files:
        """Return the files of a state."""
        return self._table.files[self._states[state][0]]

    def files_of(self, number: int) -> Files:
        """Return the files with a number."""
        return self._table.files[number]

    def files_number(self, state: int) -> int:
        """Return the number of a state's files: equal files have the same."""
        return self._states[state][0]

    def memories(self, state: int) -> Memories:
        """Return what the programs know in a state."""
        numbers = self._states[state][1:]
        return tuple(self._table.memories[at][number] for at, number in enumerate(numbers))

    def known_edges(self, state: int) -> list[Edge]:
        """Return what is known to come after a state."""
        found = self._edges[state]
        return self._walked.get(state, []) if found is None else found

    def walked(self, state: int, program: int) -> int | None:
        """Return the state that a program's step leads to, None if that is none."""
        numbers = self._states[state]
        edge = self._edge(numbers, program)
        if edge is None or edge[0] == state:
            return None
        known = self._walked.setdefault(state, [])
        if edge not in known:
            known.append(edge)
        return edge[0]

    def edges(self, state: int) -> list[Edge]:
        """Return what comes after a state."""
        found = self._edges[state]
        if found is None:
            found = self._edges[state] = list(self._following(self._states[state]))
        return found

    def lasting(self, starts: Iterable[int]) -> list[Component]:
        """Return the components that last and that are known to be reached from some states."""
        found: dict[int, None] = {}
        seen: set[int] = set()
        todo = list(starts)
        while todo:
            state = todo.pop()
            if state in seen:
                continue
            seen.add(state)
            if self._component[state] >= 0:
                found.update(dict.fromkeys(sorted(self._leads_to[self._component[state]])))
            else:
                todo += [target for target, _program, _writes in self.known_edges(state)]
        each = (self._components[number] for number in found)
        return [component for component in each if component is not None]

    def explore(self, starts: Iterable[int], most: int | None = None) -> bool:
        """Look at everything that comes after some states; return whether that was all.

        At most `most` more states are looked at, if that is given, else as many as are left.
        """
        limit = self.left if most is None else most
        before = limit
        for start in starts:
            if self._component[start] < 0:
                limit = self._explored(start, limit)
            if limit < 0:
                break
        if most is None:
            self.left -= before - max(limit, 0)
        return limit >= 0

    def _explored(self, start: int, limit: int) -> int:
        """Look at what comes after one state (Tarjan); return how many states may still be."""
        stack: list[int] = []
        work: list[tuple[int, Iterator[Edge]]] = []
        limit = self._enter(start, stack, work, limit)
        while work and limit >= 0:
            state, following = work[-1]
            for target, _program, _writes in following:
                if self._order[target] < 0:
                    limit = self._enter(target, stack, work, limit)
                    break
                if self._component[target] < 0:
                    self._lowest[state] = min(self._lowest[state], self._order[target])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    self._lowest[above] = min(self._lowest[above], self._lowest[state])
                if self._lowest[state] == self._order[state]:
                    self._close(state, stack)
        for state in stack:
            self._order[state] = -1
        return limit

    def _enter(
        self, state: int, stack: list[int], work: list[tuple[int, Iterator[Edge]]], limit: int
    ) -> int:
        self._order[state] = self._lowest[state] = self._visited
        self._visited += 1
        stack.append(state)
        limit -= self._edges[state] is None
        if limit >= 0:
            work.append((state, iter(self.edges(state))))
        return limit

    def _close(self, state: int, stack: list[int]) -> None:
        """Make a component of what stands on the stack from a state on."""
        number = len(self._components)
        states: list[int] = []
        while not states or states[-1] != state:
            states.append(stack.pop())
            self._component[states[-1]] = number
        leads_to: set[int] = set()
        writers: set[int] = set()
        leaves = False
        for one in states:
            for target, program, writes in self.edges(one):
                if self._component[target] != number:
                    leaves = True
                    leads_to |= self._leads_to[self._component[target]]
                elif writes:
                    writers.add(program)
        if leaves:
            self._components.append(None)
            self._leads_to.append(frozenset(leads_to))
            return
        self._components.append(Component(tuple(sorted(states)), frozenset(writers)))
        self._leads_to.append(frozenset({number}))

    def _number(self, state: State) -> int:
        number = self._numbers.setdefault(state, len(self._states))
        if number == len(self._states):
            self._states.append(state)
            self._edges.append(None)
            self._order.append(-1)
            self._lowest.append(-1)
            self._component.append(-1)
        return number

    def _following(self, state: State) -> Iterator[Edge]:
        for at in self._all:
            edge = self._edge(state, at)
            if edge is not None:
                yield edge

    def _edge(self, state: State, at: int) -> Edge | None:
        """Return a program's step; None if it has none, or none that anything comes of."""
        table = self._table
        key = at, state[0], state[at + 1]
        move = table.moves[key] if key in table.moves else table.move(*key)
        if move is None:
            return None
        writes = move[2] != _SILENT
        if writes:
            after = table.after(state, at, move)
        else:
            after = (*state[: at + 1], move[1], *state[at + 2 :])
        if not move[3] and not writes and after == state:
            return None
        return self._number(after), at, writes
