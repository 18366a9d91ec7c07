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
from cnilint.upstream.program import Event

from .steps import NOTHING, Change, Files, Minded, Program, is_out_of_the_way

Memories = tuple[Hashable, ...]
State = tuple[int, ...]
"""The number of the files, and that of each program's memory."""

_SILENT = -1
"""The number of no events."""


Edge = tuple[int, int, bool]
"""One step of a program: the state it leads to, the program, and whether it writes anything."""


class Component(NamedTuple):
    """States that last: which, and the programs that write, or end, in them again and again."""

    states: tuple[int, ...]
    writers: frozenset[int]
    ending: frozenset[int]

    @property
    def restless(self) -> bool:
        """Whether something is written for ever."""
        return bool(self.writers)


Move = tuple[int, int, int, bool]
"""A program's step, in numbers: the files and its memory after it, and what is told of it.

The last is whether it ends by itself. These and edges are plain tuples, as there are very many.
"""


Content = frozenset[tuple[str, str]]
"""Files as a value."""

Worked = dict[tuple[Content, Hashable], Change | None]
"""The steps of a program that were worked out: by the files and by its memory."""


class _Table:
    """What the programs do, worked out once for what it depends on: files and memories by number.

    Equal values have one number. Files are kept in the order of their names, as the order in which
    a directory lists them is not promised. `forgets`: what is in a file that is out of everybody's
    way makes no other state, and is left out.
    """

    def __init__(
        self, programs: Sequence[Program], worked: Sequence[Worked] | None, *, forgets: bool
    ) -> None:
        self.programs = programs
        self._worked = worked or [{} for _ in programs]
        self.files: list[Files] = []
        self._contents: list[Content] = []
        self.memories: list[list[Hashable]] = [[] for _ in programs]
        self.changes: dict[tuple[int, int, int], Change] = {}
        self._files: dict[Content, int] = {}
        self._memories: list[dict[Hashable, int]] = [{} for _ in programs]
        self._events: dict[tuple[Event, ...], int] = {}
        self._told: list[tuple[Event, ...]] = []
        self.moves: dict[tuple[int, int, int], Move | None] = {}
        self._notices: dict[tuple[int, int, int, int], int] = {}
        self._writes_only: dict[tuple[int, int], str] = {}
        self._minded: dict[tuple[int, int, int], Minded] = {}
        self._may_remove: dict[tuple[int, int], bool] = {}
        self._all = range(len(programs))
        self._forgets = forgets and not any(one.reads_renamed for one in programs)
        each = list(enumerate(programs))
        self._watching = [at for at, one in each if one.watches]
        self.hasty = [at for at, one in each if one.may_hurry]
        self._writing = [at for at, one in each if type(one).writes_only is not Program.writes_only]

    def number_of_files(self, files: Files) -> int:
        if self._forgets and any(map(is_out_of_the_way, files)):
            files = {p: "" if is_out_of_the_way(p) else text for p, text in files.items()}
        key = frozenset(files.items())
        if key not in self._files:
            self._files[key] = len(self.files)
            self._contents.append(key)
            self.files.append(dict(sorted(files.items())))
        return self._files[key]

    def number_of_memory(self, at: int, memory: Hashable) -> int:
        """Return a memory's number; one of a program that has ended is the one of its start."""
        if self.programs[at].ended(memory):
            memory = self.programs[at].start()
        known = self._memories[at]
        if memory not in known:
            known[memory] = len(self.memories[at])
            self.memories[at].append(memory)
        return known[memory]

    def move(self, at: int, files: int, memory: int) -> Move | None:
        """Return a program's step, None if it has none."""
        key = at, files, memory
        if key not in self.moves:
            self.moves[key] = self._move(key)
        return self.moves[key]

    def _move(self, key: tuple[int, int, int]) -> Move | None:
        at, files, memory = key
        program = self.programs[at]
        worked, asked = self._worked[at], (self._contents[files], self.memories[at][memory])
        if asked not in worked:
            worked[asked] = program.step(self.files[files], asked[1])
        change = worked[asked]
        if change is None:
            return None
        self.changes[key] = change
        return (
            self.number_of_files(change.files),
            self.number_of_memory(at, change.memory),
            self._number_of_events(change.events),
            program.ended(change.memory),
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

    def may_step(self, state: State, at: int) -> bool:
        """Return whether a program may take a step: no other one hurries, or it answers that."""
        if at in self._watching and not self._is_writing(at, state[at + 1]):
            return True
        return not self.is_hurried(state, at)

    def _is_writing(self, at: int, memory: int) -> bool:
        return self.programs[at].is_writing(self.memories[at][memory])

    def is_hurried(self, state: State, but: int = -1) -> bool:
        """Return whether any program hurries, but for one."""
        return any(
            self.programs[at].hurries(self.memories[at][state[at + 1]])
            for at in self.hasty
            if at != but
        )

    def deferred(self, state: State) -> list[int]:
        """Return the programs that have a file to write which nobody minds now.

        Such a step commutes with the next step of every other program, and so do several of them:
        whatever comes of it now comes of it once somebody minds, or nobody has anything to do.
        """
        each = [(at, self._file_of(at, state[at + 1])) for at in self._writing]
        written = [(at, path) for at, path in each if path]
        if not written:
            return []
        minded = [(at, self._minded_by(at, state[0], state[at + 1])) for at in self._all]
        minding = [(at, one) for at, one in minded if one is not NOTHING]
        return [
            at
            for at, path in written
            if not any(one.has(path) for other, one in minding if other != at)
        ]

    def is_kept(self, state: State) -> bool:
        """Whether no program may remove, rename or empty a file from here on.

        Then what nobody minds now nobody will, and what is deferred may as well come first.
        """
        return not any(self._removing(at, state[at + 1]) for at in self._all)

    def _removing(self, at: int, memory: int) -> bool:
        key = at, memory
        if key not in self._may_remove:
            self._may_remove[key] = self.programs[at].may_remove(self.memories[at][memory])
        return self._may_remove[key]

    def _file_of(self, at: int, memory: int) -> str:
        key = at, memory
        if key not in self._writes_only:
            self._writes_only[key] = self.programs[at].writes_only(self.memories[at][memory])
        return self._writes_only[key]

    def _minded_by(self, at: int, files: int, memory: int) -> Minded:
        key = at, files, memory
        if key not in self._minded:
            self._minded[key] = self.programs[at].minded(
                self.files[files], self.memories[at][memory]
            )
        return self._minded[key]


CROWD = 32


def cost_of_a_step(programs: int) -> int:
    """Return what a step is reckoned at: each program is told of it, and a crowd takes longer."""
    return max(1, programs // CROWD)


class StateGraph:
    """The states that were looked at so far, by number, and which comes after which.

    `most` is how many steps may be looked at, each program's in each state. Where that is not
    enough, what is known is still true: each component that lasts does. `reduces`: whether a file
    that nobody minds is written first, or only when somebody does, so that fewer states are looked
    at and none that lasts is missed. `forgets`: whether files that were renamed out of the way, and
    that nobody reads, are empty from then on, for the same reason.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        most: int,
        *,
        reduces: bool = True,
        forgets: bool = True,
        worked: Sequence[Worked] | None = None,
    ) -> None:
        """Take the programs, in the order of the memories in a state.

        `worked` has what is known of the steps of each, by files and memory, and is added to.
        """
        self._table = _Table(programs, worked, forgets=forgets)
        self._programs = programs
        self._all = range(len(programs))
        self._reduces = reduces
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
        self.programs = len(programs)
        self.left = most
        self.looked_at = 0

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

    def change(self, state: int, program: int) -> Change:
        """Return the step that a program takes in a state that was looked at."""
        numbers = self._states[state]
        return self._table.changes[program, numbers[0], numbers[program + 1]]

    def known_edges(self, state: int) -> list[Edge]:
        """Return what is known to come after a state."""
        found = self._edges[state]
        return self._walked.get(state, []) if found is None else found

    def walked(self, state: int, program: int) -> int | None:
        """Return the state that a program's step leads to, None if that is none."""
        self.looked_at += 1
        edge = self._edge(self._states[state], program)
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

        At most `most` more steps are looked at, if that is given, else as many as are left.
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
        """Look at what comes after one state (Tarjan); return how many steps may still be."""
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
                closes = self._lowest[state] == self._order[state]
                if closes and self._resumed(state, stack):
                    work[-1] = (state, iter(self.edges(state)[-1:]))
                    continue
                work.pop()
                if work:
                    above = work[-1][0]
                    self._lowest[above] = min(self._lowest[above], self._lowest[state])
                if closes:
                    self._close(state, stack)
        for state in stack:
            self._order[state] = -1
        return limit

    def _resumed(self, root: int, stack: Sequence[int]) -> bool:
        """Add what was deferred all along to states that would last without it; return whether so.

        What is written there is deferred in each of them, since else it had led out of them.
        """
        if not self._reduces or self._table.is_kept(self._states[root]):
            return False
        edges = self.edges(root)
        taken = {program for _target, program, _writes in edges}
        left = [at for at in self._table.deferred(self._states[root]) if at not in taken]
        if not left or any(
            self._component[target] >= 0
            for state in _down_to(root, stack)
            for target, _program, _writes in self.edges(state)
        ):
            return False
        edge = self._edge(self._states[root], left[0])
        if edge is not None:
            edges.append(edge)
        return edge is not None

    def _enter(
        self, state: int, stack: list[int], work: list[tuple[int, Iterator[Edge]]], limit: int
    ) -> int:
        self._order[state] = self._lowest[state] = self._visited
        self._visited += 1
        stack.append(state)
        if self._edges[state] is None:
            limit -= len(self._all)
            self.looked_at += len(self._all)
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
        ending = frozenset(
            program
            for one in states
            for _target, program, _writes in self.edges(one)
            if self._ends(one, program)
        )
        self._components.append(Component(tuple(sorted(states)), frozenset(writers), ending))
        self._leads_to.append(frozenset({number}))

    def _ends(self, state: int, program: int) -> bool:
        numbers = self._states[state]
        move = self._table.move(program, numbers[0], numbers[program + 1])
        return move is not None and move[-1]

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
        """Yield the steps after a state, without those that may be left out."""
        for at in self._chosen(state):
            edge = self._edge(state, at)
            if edge is not None:
                yield edge

    def _chosen(self, state: State) -> Sequence[int]:
        """Return the programs whose steps are looked at.

        Of what nobody minds: one of them alone where nobody ever will, else none as long as others
        have anything to do.
        """
        deferred = self._table.deferred(state) if self._reduces else []
        if not deferred:
            return self._all
        if self._table.is_kept(state):
            return deferred[:1]
        others = [at for at in self._all if at not in deferred]
        return others if any(self._edge(state, at) is not None for at in others) else deferred[:1]

    def _edge(self, state: State, at: int) -> Edge | None:
        """Return a program's step; None if it has none, or none that anything comes of."""
        table = self._table
        if table.hasty and not table.may_step(state, at):
            return None
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


def _down_to(state: int, stack: Sequence[int]) -> Iterator[int]:
    """Yield what stands on a stack from its top down to a state."""
    for one in reversed(stack):
        yield one
        if one == state:
            return
