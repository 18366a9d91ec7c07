"""Every order of a change on a node, tried one by one: what the search over states must come to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from cnilint.model.steps import Cause, Failure, Situation
from cnilint.simulation.owner import Reading, delegate
from cnilint.simulation.programs import Files, Program
from cnilint.simulation.transition import Handling, Nodes, ProgramChange, Standing
from cnilint.upstream.netconf import plugin_types
from cnilint.upstream.program import Event as Happened
from tests.unit.simulation.actors import DIRECTORY, Complaints, complaints, listed

Running = Mapping[str, tuple[Program, Hashable]]
"""The programs that run by a name of their own, each with its memory."""

Stands = tuple[
    Situation, tuple[str, ...], str | None, str | None, Cause | None, tuple[str, ...], Complaints
]


class TooManyOrdersError(Exception):
    """There are more orders than are worth their time, or one that never ends."""


class Event(NamedTuple):
    """What a controller is to do, once: end one program and start another, if there is one."""

    ends: str | None
    starts: tuple[str, Program] | None
    needs: str | None = None


class State(NamedTuple):
    """What is on a node at one time."""

    files: Files
    running: Running


class Orders:
    """Every order by recursion: no state on the way is ever taken for another one."""

    def __init__(self, most: int = 6_000, different: int = 300, deepest: int = 20) -> None:
        self.left = most
        self.different = different
        self.deepest = deepest
        self.known: dict[tuple[Hashable, ...], list[State]] = {}

    def ends(self, state: State, events: tuple[Event, ...] = (), depth: int = 0) -> list[State]:
        """Return the states in which no program has anything to do and no event is to come."""
        self.left -= 1
        if self.left < 0 or depth > self.deepest:
            raise TooManyOrdersError
        following = [(after, events) for after in self.steps(state)]
        for at, event in enumerate(events):
            if event.needs is None or event.needs in state.running:
                following.append((happened(state, event), (*events[:at], *events[at + 1 :])))
        if not following:
            return [state]
        return [end for after, left in following for end in self.ends(after, left, depth + 1)]

    def steps(self, state: State) -> list[State]:
        """Return what each program's step leads to: worked out once, and tried each time."""
        here = key(state)
        if here not in self.known:
            if len(self.known) >= self.different:
                raise TooManyOrdersError
            self.known[here] = list(steps(state))
        return self.known[here]


def unique(found: Iterable[State]) -> list[State]:
    """Return states, each once."""
    return list({key(state): state for state in found}.values())


def key(state: State) -> tuple[Hashable, ...]:
    """Return what makes a state the same as another one."""
    memories = {(name, memory) for name, (_program, memory) in state.running.items()}
    return frozenset(state.files.items()), frozenset(memories)


def steps(state: State) -> Iterator[State]:
    """Yield what each program's step leads to, if that is another state."""
    for name, (program, memory) in state.running.items():
        change = program.step(state.files, memory)
        if change is None:
            continue
        left = program.start() if program.ended(change.memory) else change.memory
        running = {**state.running, name: (program, left)}
        after = told(State(change.files, running), name, change.events)
        if key(after) != key(state):
            yield after


def happened(state: State, event: Event) -> State:
    """Return the state after something was ended and started."""
    files, running = state.files, dict(state.running)
    happenings: tuple[Happened, ...] = ()
    if event.ends is not None:
        program, memory = running.pop(event.ends)
        change = program.stop(files, memory)
        files, happenings = change.files, change.events
    if event.starts is not None:
        name, program = event.starts
        running[name] = program, program.start()
    return told(State(files, running), event.ends or "", happenings)


def told(state: State, cause: str, happenings: tuple[Happened, ...]) -> State:
    """Return the state once all others know what was done to files."""
    files, running = state
    for name, (program, memory) in running.items() if happenings else ():
        if name != cause:
            noticed = program.notice(files, memory, happenings)
            noticed = program.start() if program.ended(noticed) else noticed
            running = {**running, name: (program, noticed)}
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
    return {stands(when, state, after.reading) for when, states in each for state in states}


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
    held = [(p, why) for p, m in each if (why := p.complaint(state.files, m)) is not None]
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
