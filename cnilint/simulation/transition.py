"""What a change does to nodes on which the programs from before it run, in every order.

The nodes begin in each state in which the programs from before come to rest. Then each part of the
change comes at any time: a program stops, is replaced or is added, as its controller does it. What
the others do meanwhile is theirs. At last the nodes are rebooted.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from enum import Enum

from cnilint.model.steps import NODE, Cause, Failure, Held, Situation, Step, Verb
from cnilint.start import NamedTuple
from cnilint.upstream.netconf import plugin_types
from cnilint.upstream.program import Event

from .directory_state import Moments
from .owner import Reading
from .search import RESTLESS, Begun, Ways, complaint_of, held_in
from .state_graph import Component, Edge, Memories, State, StateGraph
from .steps import Change, Files, Program

MOST_STEPS = 200_000
"""Steps looked at before, while and after a change comes to a class of nodes; past that not every
order is looked at, and it says so."""

SHIM = "multus-shim"
"""The plugin that asks Multus's daemon, without which it gives no pod a network."""

_ORPHANED = Cause(Failure.DAEMON_GONE)


class Absent(Enum):
    """Stands for the memory of a program that does not run."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


class Handling(Enum):
    """What the controller of a program does on a node when the change comes."""

    LEFT = "left"
    """Nothing: the program from before goes on running until the node is rebooted."""
    REPLACED = "replaced"
    """Ends the one from before, if there is one, and starts the one from after, if there is one."""
    STARTED_FIRST = "started-first"
    """Starts the one from after, and then ends the one from before."""


class ProgramChange(NamedTuple):
    """What a change does to one program of a node; None where there is none.

    `before` runs when the change comes, `after` runs once it was handled, and `rebooted` once the
    node was rebooted.
    """

    before: Program | None
    after: Program | None
    rebooted: Program | None
    handling: Handling = Handling.REPLACED


class Nodes(NamedTuple):
    """What the nodes of one class are like: what is on them at first, and how they are read.

    `persistent`: whether files outlive a reboot.
    """

    files: Files
    reading: Reading
    persistent: bool = True


class Standing(NamedTuple):
    """A state after the change in which nothing changes any more, and who owns the pods in it.

    `situation` is CHANGE before the node is rebooted, and REBOOT after it. `order` are the steps
    from the state in which the change found the node; `files` are those of the directory that the
    runtime reads. The rest is as in an `Outcome`.
    """

    situation: Situation
    order: tuple[Step, ...]
    files: tuple[str, ...]
    runtime: str | None
    master: str | None
    through_multus: bool = False
    cause: Cause | None = None
    plugins: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()


class Transition(NamedTuple):
    """What comes of the nodes that ran before: all of it, if the search was `exhausted`."""

    standings: tuple[Standing, ...]
    exhausted: bool

    def of(self, situation: Situation) -> tuple[Standing, ...]:
        """Return what stands in one situation."""
        return tuple(one for one in self.standings if one.situation is situation)


def transition(parts: Sequence[ProgramChange], before: Nodes, after: Nodes) -> Transition:
    """Return what comes of nodes on which the programs from before run, once the change comes.

    Files that are on every node after the change, and of which nothing was known before it, are
    taken to be there.
    """
    running = _Search([_Slot(part.before) for part in parts], before.reading)
    starts = _settled(running, before)
    known = {path: text for path, text in after.files.items() if path not in before.files}
    slots = [_Slot(program) for part in parts for program in (part.before, part.after)]
    actions = [action for at, part in enumerate(parts) for action in _actions(at, part)]
    changing = _Search(slots, after.reading, actions)
    begun: dict[int, Begun] = {}
    for state in starts if running.exhausted else ():
        files = {**known, **running.graph.files(state)}
        memories = (m for each in running.graph.memories(state) for m in (each, ABSENT))
        number = changing.graph.number(files, tuple(memories))
        step = Step(NODE, Verb.RUNS, changing.names(files))
        begun.setdefault(number, Begun(number, (step,)))
    changed = changing.lasting(list(begun.values()), Situation.CHANGE)
    booting = _Search([_Slot(part.rebooted) for part in parts], after.reading)
    orders = {state: changing.order(state) for state in changed}
    _reboots(booting, [(changing.graph.files(s), order) for s, order in orders.items()], after)
    standings = (*changing.standings.values(), *booting.standings.values())
    exhausted = running.exhausted and changing.exhausted and booting.exhausted
    return Transition(standings, exhausted)


def _settled(search: _Search, before: Nodes) -> list[int]:
    """Return every state that lasts of the programs from before.

    Those of a first boot, of reboots until nothing new comes of them, and of the restart of one.
    """
    graph = search.graph
    found = search.lasting([Begun(graph.started(before.files))], Situation.FIRST_BOOT)
    if before.persistent:
        found += _reboots(search, [(graph.files(state), ()) for state in found], before)
    found += search.lasting(list(search.restarted(found)), Situation.RESTART)
    return list(dict.fromkeys(found))


def _reboots(
    search: _Search, left: Iterable[tuple[Files, tuple[Step, ...]]], nodes: Nodes
) -> list[int]:
    """Return the states that last after reboots of nodes with some files, and of reboots then.

    Each files come with the steps that led to them. Nodes whose files do not outlive a reboot have
    those of a new one.
    """
    settled: list[int] = []
    known: set[int] = set()
    fresh = list(left)
    while fresh:
        booted: dict[int, Begun] = {}
        for left_files, order in fresh:
            files = left_files if nodes.persistent else nodes.files
            state = search.graph.started(files)
            if state not in known:
                known.add(state)
                step = Step(NODE, Verb.REBOOTS, search.names(files))
                booted[state] = Begun(state, (*order, step))
        found = search.lasting(list(booted.values()), Situation.REBOOT)
        settled += found
        fresh = [(search.graph.files(state), search.order(state)) for state in found]
    return settled


class _Action(NamedTuple):
    """A part of the change that is to come: which program ends and which one starts, by number.

    It comes once the program `needs` runs, if there is one.
    """

    ends: int | None
    starts: int | None
    needs: int | None = None


def _actions(at: int, part: ProgramChange) -> Iterator[_Action]:
    """Yield what is to come of a part: its programs have the numbers 2 * at and 2 * at + 1."""
    ends = 2 * at if part.before is not None else None
    starts = 2 * at + 1 if part.after is not None else None
    if part.handling is Handling.LEFT or (ends is None and starts is None):
        return
    if part.handling is Handling.STARTED_FIRST and ends is not None and starts is not None:
        yield _Action(None, starts)
        yield _Action(ends, None, needs=starts)
    else:
        yield _Action(ends, starts)


class _Slot(Program):
    """A program that runs some of the time: not before it is started, and not once it was ended."""

    def __init__(self, program: Program | None) -> None:
        self.program = program
        self.actor = NODE if program is None else program.actor
        self.serves = program is not None and program.serves

    @property
    def reads_renamed(self) -> bool:
        """Whether the program does."""
        return self.program is not None and self.program.reads_renamed

    @property
    def watches(self) -> bool:
        """Whether the program does."""
        return self.program is not None and self.program.watches

    @property
    def may_hurry(self) -> bool:
        """Whether the program may."""
        return self.program is not None and self.program.may_hurry

    def hurries(self, memory: Hashable) -> bool:
        """Return whether the program does, while it runs."""
        running = self._running(memory)
        return running is not None and running.hurries(memory)

    def is_writing(self, memory: Hashable) -> bool:
        """Return whether the program does, while it runs."""
        running = self._running(memory)
        return running is not None and running.is_writing(memory)

    def start(self) -> Hashable:
        """Return the program's memory before its first step."""
        return ABSENT if self.program is None else self.program.start()

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Return the program's step while it runs."""
        running = self._running(memory)
        return None if running is None else running.step(files, memory)

    def notice(self, files: Files, memory: Hashable, events: tuple[Event, ...]) -> Hashable:
        """Return its memory once it is told what happened, while it runs."""
        running = self._running(memory)
        return memory if running is None else running.notice(files, memory, events)

    def ended(self, memory: Hashable) -> bool:
        """Return whether it has ended by itself."""
        running = self._running(memory)
        return running is not None and running.ended(memory)

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Return what ending it leaves."""
        running = self._running(memory)
        return Change(files, memory, (), None) if running is None else running.stop(files, memory)

    def uninstalled(self, files: Files, memory: Hashable) -> Change:
        """Return what ending it for good leaves."""
        running = self._running(memory)
        if running is None:
            return Change(files, memory, (), None)
        return running.uninstalled(files, memory)

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:
        """Return why it has not come up, while it runs."""
        running = self._running(memory)
        return None if running is None else running.complaint(files, memory)

    def _running(self, memory: Hashable) -> Program | None:
        return None if memory is ABSENT else self.program


class _Graph(StateGraph):
    """The states that programs come to while some of them are ended and started."""

    def __init__(
        self, slots: Sequence[_Slot], actions: Sequence[_Action], moments: Moments
    ) -> None:
        super().__init__(slots, MOST_STEPS, reduces=False)
        self._actions = actions
        self._moments = moments

    def change(self, state: int, program: int) -> Change:
        """Return the step of a program, or what is done to one: those have the numbers behind."""
        if program < self.programs:
            return super().change(state, program)
        action = self._actions[program - self.programs]
        return self._handled(self.files(state), self.memories(state), action)[0]

    def _following(self, state: State) -> Iterator[Edge]:
        yield from super()._following(state)
        if self._table.is_hurried(state):
            return
        files = self.files_of(state[0])
        memories = tuple(self._table.memories[at][number] for at, number in enumerate(state[1:]))
        for number, action in enumerate(self._actions):
            if _is_due(action, memories):
                change, after = self._handled(files, memories, action)
                actor = action.starts if action.ends is None else action.ends
                told = self._table.told(change.files, after, actor or 0, change.events)
                yield self._number(told), self.programs + number, True

    def _handled(
        self, files: Files, memories: Memories, action: _Action
    ) -> tuple[Change, Memories]:
        """Return what the ending and starting of programs changes, and what each knows then."""
        after = list(memories)
        change = Change(files, ABSENT, (), None)
        if action.ends is not None:
            program, memory = self._programs[action.ends], memories[action.ends]
            goes = action.starts is None and action.needs is None
            ended = (program.uninstalled if goes else program.stop)(files, memory)
            also = ended.step.also if ended.step is not None else ()
            step = Step(self._programs[action.ends].actor, Verb.STOPS, also=also)
            if action.starts is not None:
                names = self._moments.names(files)
                step = step._replace(verb=Verb.RESTARTS, files=names)
            change = ended._replace(step=step)
            after[action.ends] = ABSENT
        if action.starts is not None:
            after[action.starts] = self._programs[action.starts].start()
        return change, tuple(after)


def _is_due(action: _Action, memories: Memories) -> bool:
    """Whether a part of the change can come now, and has not come yet."""
    running = memories[action.ends] is not ABSENT if action.ends is not None else True
    starting = memories[action.starts] is ABSENT if action.starts is not None else True
    ready = memories[action.needs] is not ABSENT if action.needs is not None else True
    return running and starting and ready


class _Search:
    """What lasts of programs, of which some may be ended and started on the way."""

    def __init__(
        self, slots: Sequence[_Slot], reading: Reading, actions: Sequence[_Action] = ()
    ) -> None:
        self._slots = slots
        self._reading = reading
        self._moments = Moments(reading)
        self._orders: dict[int, tuple[Step, ...]] = {}
        self.graph = _Graph(slots, actions, self._moments)
        self.exhausted = True
        self.standings: dict[tuple[object, ...], Standing] = {}

    def names(self, files: Files) -> tuple[str, ...]:
        """Return what is in the directory the runtime reads."""
        return self._moments.names(files)

    def order(self, state: int) -> tuple[Step, ...]:
        """Return the steps that lead to a state that lasts."""
        return self._orders[state]

    def restarted(self, settled: Iterable[int]) -> Iterator[Begun]:
        """Yield the states right after any one program was ended and started again."""
        for state in settled:
            files, memories = self.graph.files(state), self.graph.memories(state)
            for at, slot in enumerate(self._slots):
                if slot.program is not None:
                    yield Begun(self.graph.restarted(state, at, slot.stop(files, memories[at])))

    def lasting(self, starts: Sequence[Begun], situation: Situation) -> list[int]:
        """Return the states that last, each once, and keep what stands."""
        states = list(dict.fromkeys(one.state for one in starts))
        if not self.exhausted or not self.graph.explore(states):
            self.exhausted = False
            return []
        components = self.graph.lasting(states)
        wanted = {state for component in components for state in component.states}
        ways = Ways(self.graph, starts, wanted)
        for state in wanted:
            self._orders[state] = ways.to(state)[0]
        components.sort(key=lambda one: min(map(ways.place, one.states)))
        for component in components:
            self._keep(component, min(component.states, key=ways.place), situation)
        return [state for component in components for state in component.states]

    def _keep(self, component: Component, state: int, situation: Situation) -> None:
        """Keep what stands in a component, with the first order that leads to the same."""
        files, memories = self.graph.files(state), self.graph.memories(state)
        names, found = self._moments.of(files)
        held = held_in(self.graph, self._slots, component, state)
        cause = RESTLESS if component.restless else complaint_of(self._slots, held)
        own = f"{self._reading.directory}/{found.runtime}"
        each = zip(self._slots, memories, strict=True)
        served = any(slot.serves for slot, memory in each if memory is not ABSENT)
        if found.through_multus and not served and SHIM in plugin_types(files[own]):
            cause = _ORPHANED
        master = None if cause and (found.through_multus or cause == RESTLESS) else found.master
        standing = Standing(
            situation,
            self._orders[state],
            names,
            found.runtime,
            master,
            found.through_multus,
            cause or found.cause,
            found.plugins if master is not None else (),
            held,
        )
        self.standings.setdefault((*standing._replace(order=()),), standing)
