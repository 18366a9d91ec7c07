"""Every order of a change on a node, tried one by one: what the search over states must come to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from cnilint.model.steps import Cause, Failure, Situation
from cnilint.simulation.owner import Reading, delegate
from cnilint.simulation.programs import Files, Program
from cnilint.simulation.search import ENDS
from cnilint.simulation.transition import Handling, Nodes, ProgramChange, Standing
from cnilint.upstream.netconf import plugin_types
from cnilint.upstream.program import Event as Happened
from tests.unit.simulation.actors import DIRECTORY, Complaints, complaints, listed
from tests.unit.simulation.explorer import closures

Running = Mapping[str, tuple[Program, Hashable]]
"""The programs that run by a name of their own, each with its memory."""

Stands = tuple[
    Situation, tuple[str, ...], str | None, str | None, Cause | None, tuple[str, ...], Complaints
]


class TooManyOrdersError(Exception):
    """There are more states than are worth their time."""


class Event(NamedTuple):
    """What a controller is to do, once: end one program and start another, if there is one."""

    ends: str | None
    starts: tuple[str, Program] | None
    needs: str | None = None

    @property
    def name(self) -> tuple[str | None, str | None]:
        """What makes it another one than all others."""
        return self.ends, self.starts[0] if self.starts is not None else None


class State(NamedTuple):
    """What is on a node at one time; `writes` says whether something is written for ever."""

    files: Files
    running: Running
    writes: bool = False


Waiting = tuple[State, tuple[Event, ...]]
"""A state, and what is still to happen in it."""


class Orders:
    """Every order, each state looked at by itself: nothing is left out and nothing is numbered."""

    def __init__(self, most: int = 600) -> None:
        self.most = most

    def ends(self, state: State, events: tuple[Event, ...] = ()) -> list[State]:
        """Return the states to which whatever comes after them can come back."""
        found: list[Waiting] = [(state, events)]
        numbers = {(key(state), tuple(event.name for event in events)): 0}
        edges: list[list[tuple[int, bool]]] = []
        for at, left in found:
            edges.append([])
            for after, still, writes in following(at, left):
                each = key(after), tuple(event.name for event in still)
                if each not in numbers:
                    numbers[each] = len(found)
                    found.append((after, still))
                edges[-1].append((numbers[each], writes))
            if len(found) > self.most:
                raise TooManyOrdersError
        reached = closures([{target for target, _writes in each} for each in edges])
        lasting: list[State] = []
        for number, (at, _left) in enumerate(found):
            around = [other for other in range(len(found)) if reached[number] >> other & 1]
            if all(reached[other] >> number & 1 for other in around):
                writes = any(w for other in {number, *around} for _target, w in edges[other])
                lasting.append(at._replace(writes=writes))
        return lasting


def following(
    state: State, events: tuple[Event, ...]
) -> Iterator[tuple[State, tuple[Event, ...], bool]]:
    """Yield what one more step of each program, and each event, leads to."""
    for after, writes in steps(state):
        yield after, events, writes
    for at, event in enumerate(events):
        if event.needs is None or event.needs in state.running:
            yield happened(state, event), (*events[:at], *events[at + 1 :]), True


def unique(found: Iterable[State]) -> list[State]:
    """Return states, each once."""
    return list({key(state): state for state in found}.values())


def key(state: State) -> tuple[Hashable, ...]:
    """Return what makes a state the same as another one."""
    memories = {(name, memory) for name, (_program, memory) in state.running.items()}
    return frozenset(state.files.items()), frozenset(memories)


def steps(state: State) -> Iterator[tuple[State, bool]]:
    """Yield what each program's step leads to, and whether it writes anything."""
    files = dict(sorted(state.files.items()))
    for name, (program, memory) in state.running.items():
        change = program.step(files, memory)
        if change is None:
            continue
        running = {**state.running, name: (program, change.memory)}
        after = told(State(change.files, running), name, change.events)
        if change.events or key(after) != key(state) or program.ended(change.memory):
            yield after, bool(change.events)


def happened(state: State, event: Event) -> State:
    """Return the state after something was ended and started."""
    files, running = state.files, dict(state.running)
    events: tuple[Happened, ...] = ()
    if event.ends is not None:
        program, memory = running.pop(event.ends)
        change = program.stop(files, memory)
        files, events = change.files, change.events
    if event.starts is not None:
        name, program = event.starts
        running[name] = program, program.start()
    return told(State(files, running), event.ends or "", events)


def told(state: State, cause: str, events: tuple[Happened, ...]) -> State:
    """Return the state once all others know what was done; who ended by itself is started again."""
    running = dict(state.running)
    files = dict(sorted(state.files.items()))
    for name, (program, memory) in running.items():
        noticed = memory if name == cause or not events else program.notice(files, memory, events)
        running[name] = program, program.start() if program.ended(noticed) else noticed
    return State(files, running)


def booted(files: Files, programs: Mapping[str, Program]) -> State:
    """Return the state in which every program is at its start."""
    return State(files, {name: (one, one.start()) for name, one in programs.items()})


def after_reboots(
    orders: Orders, found: Iterable[State], programs: Mapping[str, Program], node: Nodes
) -> list[State]:
    """Return what stands after any number of reboots, each of a node that has come to rest."""
    ends: list[State] = []
    seen: list[Files] = []
    waiting = list(found)
    while waiting:
        left = waiting.pop().files
        files = dict(left if node.persistent else node.files)
        if files not in seen:
            seen.append(files)
            new = unique(orders.ends(booted(files, programs)))
            ends += new
            waiting += new
    return unique(ends)


def every_standing(
    parts: list[ProgramChange], before: Nodes, after: Nodes, orders: Orders
) -> set[Stands]:
    """Return what stands on nodes that ran before, by trying each order.

    TooManyOrdersError where that takes too long.
    """
    old = {f"old {at}": one.before for at, one in enumerate(parts) if one.before is not None}
    last = {f"last {at}": one.rebooted for at, one in enumerate(parts) if one.rebooted is not None}
    begun = unique(orders.ends(booted(before.files, old)))
    begun += after_reboots(orders, begun, old, before) if before.persistent else []
    for state in list(begun):
        for name, program in old.items():
            begun += orders.ends(happened(state, Event(name, (name, program))))
    events = tuple(event for at, part in enumerate(parts) for event in events_of(at, part))
    changed = unique(end for state in unique(begun) for end in orders.ends(state, events))
    rebooted = after_reboots(orders, changed, last, after)
    each = [(Situation.CHANGE, changed), (Situation.REBOOT, rebooted)]
    return {
        stands(when, state, after.reading)
        for when, states in each
        for state in states
        if not state.writes
    }


def events_of(at: int, part: ProgramChange) -> Iterator[Event]:
    """Yield what is to happen to a part."""
    old = f"old {at}" if part.before is not None else None
    new = (f"new {at}", part.after) if part.after is not None else None
    if part.handling is Handling.STARTED_FIRST and old is not None and new is not None:
        yield Event(None, new)
        yield Event(old, None, needs=new[0])
    elif part.handling is not Handling.LEFT and (old is not None or new is not None):
        yield Event(old, new)


def stands(when: Situation, state: State, reading: Reading) -> Stands:
    """Return what is told of a state."""
    read = delegate(state.files, reading)
    each = state.running.values()
    held = [
        (program, why)
        for program, memory in each
        if (why := program.complaint(state.files, memory) or ending(program, state.files, memory))
    ]
    serving = [why for program, why in held if program.serves]
    cause = min(serving, key=lambda one: one.rank, default=None)
    served = any(program.serves for program, _memory in each)
    text = state.files.get(f"{DIRECTORY}/{read.runtime}", "")
    if read.through_multus and not served and "multus-shim" in plugin_types(text):
        cause = Cause(Failure.DAEMON_GONE)
    master = None if cause and read.through_multus else read.master
    waiting = complaints((program.actor.title, why) for program, why in held)
    plugins = read.plugins if master is not None else ()
    return when, listed(state.files), read.runtime, master, cause or read.cause, plugins, waiting


def ending(program: Program, files: Files, memory: Hashable) -> Cause | None:
    """Return that a program which is left alone ends, sooner or later; None if it does not."""
    for _step in range(20):
        change = program.step(files, memory)
        if change is None:
            return None
        if program.ended(change.memory):
            return ENDS
        memory = change.memory
    return None


def told_of(standing: Standing) -> Stands:
    """Return the same of what the search keeps."""
    waiting = complaints((held.actor.title, held.cause) for held in standing.held)
    return (
        standing.situation,
        standing.files,
        standing.runtime,
        standing.master,
        standing.cause,
        standing.plugins,
        waiting,
    )
