"""What a change does to nodes on which the programs from before it run, in every order.

The nodes begin in each state in which the programs from before come to rest. Then each part of the
change comes at any time: a program stops, is replaced or is added, as its controller does it. What
the others do meanwhile is theirs. At last the nodes are rebooted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from enum import Enum
from operator import attrgetter
from typing import NamedTuple

from cnilint.model.steps import NODE, Cause, Failure, Held, Situation, Step, Verb
from cnilint.upstream.netconf import plugin_types
from cnilint.upstream.program import Event

from .directory_state import Moments
from .owner import Reading
from .search import RESTLESS
from .steps import Change, Files, Program

MOST_STATES = 60_000
"""States looked at per class of nodes; past that not every order is looked at, and it says so."""

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


class At(NamedTuple):
    """A state: the files, what each program knows, and the steps that led there."""

    files: Files
    memories: tuple[Hashable, ...]
    order: tuple[Step, ...] = ()


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
    budget = _Budget(MOST_STATES)
    starts = _resting(parts, before, budget)
    known = {path: text for path, text in after.files.items() if path not in before.files}
    changing = _Search(
        [program for part in parts for program in (part.before, part.after)],
        after.reading,
        budget,
        [action for at, part in enumerate(parts) for action in _actions(at, part)],
    )
    found = changing.rest(
        [
            At(
                {**known, **at.files},
                tuple(m for memory in at.memories for m in (memory, ABSENT)),
                (Step(NODE, Verb.RUNS, changing.names(at.files)),),
            )
            for at in starts
        ],
        Situation.CHANGE,
    )
    booting = _Search([part.rebooted for part in parts], after.reading, budget)
    _reboots(booting, found, after)
    return Transition((*changing.standings.values(), *booting.standings.values()), budget.left >= 0)


def _resting(parts: Sequence[ProgramChange], before: Nodes, budget: _Budget) -> list[At]:
    """Return every state in which the programs from before come to rest.

    Those of a first boot, of reboots until nothing new comes of them, and of the restart of one.
    """
    search = _Search([part.before for part in parts], before.reading, budget)
    found = search.rest([search.booted(before.files)], Situation.FIRST_BOOT)
    found += _reboots(search, found, before) if before.persistent else []
    found += search.rest(list(search.restarted(found)), Situation.RESTART)
    return list({key_of(at): at for at in reversed(found)}.values())[::-1]


def _reboots(search: _Search, found: Iterable[At], node: Nodes) -> list[At]:
    """Return the states of rest after reboots of nodes in some states of rest, and of reboots then.

    Nodes whose files do not outlive a reboot have the files of a new one.
    """
    settled: list[At] = []
    known: set[frozenset[tuple[str, str]]] = set()
    fresh = list(found)
    while fresh:
        booted = []
        for at in fresh:
            files = at.files if node.persistent else node.files
            content = frozenset(files.items())
            if content not in known:
                known.add(content)
                step = Step(NODE, Verb.REBOOTS, search.names(files))
                booted.append(search.booted(files, (*at.order, step)))
        fresh = search.rest(booted, Situation.REBOOT)
        settled += fresh
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


class _Budget:
    """How many states may still be looked at; below 0, the search was cut."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self) -> bool:
        """Take one state; return whether there was one left."""
        self.left -= 1
        return self.left >= 0


StateKey = tuple[frozenset[tuple[str, str]], tuple[Hashable, ...]]


def key_of(at: At) -> StateKey:
    """Return what makes a state the same as another one."""
    return frozenset(at.files.items()), at.memories


class _Search:
    """The states that programs come to, of which some may be ended and started on the way."""

    def __init__(
        self,
        programs: Sequence[Program | None],
        reading: Reading,
        budget: _Budget,
        actions: Sequence[_Action] = (),
    ) -> None:
        self._programs = programs
        self._reading = reading
        self._budget = budget
        self._actions = actions
        self._moments = Moments(reading)
        self._steps: dict[tuple[int, frozenset[tuple[str, str]], Hashable], Change | None] = {}
        self.standings: dict[tuple[object, ...], Standing] = {}

    def names(self, files: Files) -> tuple[str, ...]:
        """Return what is in the directory the runtime reads."""
        return self._moments.names(files)

    def booted(self, files: Files, order: tuple[Step, ...] = ()) -> At:
        """Return the state in which every program is at its start."""
        starts = (ABSENT if one is None else one.start() for one in self._programs)
        return At(files, tuple(starts), order)

    def restarted(self, settled: Iterable[At]) -> Iterator[At]:
        """Yield the states right after any one program was ended and started again."""
        for at in settled:
            for index, program in enumerate(self._programs):
                if program is not None:
                    yield self._handled(at, _Action(index, index))

    def rest(self, starts: Iterable[At], situation: Situation) -> list[At]:
        """Return the states in which nothing changes any more, each once, and keep what stands.

        Of states from which none of these is reached, the last new one stands, as restless.
        """
        seen: dict[StateKey, At] = {}
        for start in starts:
            seen.setdefault(key_of(start), start)
        before: dict[StateKey, list[StateKey]] = {}
        queue = deque(seen.items())
        rest: list[At] = []
        while queue:
            here, at = queue.popleft()
            following = [(key, new) for new in self._following(at) if (key := key_of(new)) != here]
            if not following:
                rest.append(at)
                self._keep(at, situation)
            for key, new in following:
                before.setdefault(key, []).append(here)
                if key not in seen:
                    if not self._budget.take():
                        return rest
                    seen[key] = new
                    queue.append((key, new))
        for at in _last_unsettled(seen, before, rest):
            self._keep(at, situation, RESTLESS)
        return rest

    def _following(self, at: At) -> Iterator[At]:
        """Yield what one more step of each program, and each part of the change, leads to."""
        content = frozenset(at.files.items())
        for index, memory in enumerate(at.memories):
            change = self._step(index, at, content, memory)
            if change is not None:
                order = (*at.order, change.step) if change.step is not None else at.order
                memories = self._replaced(at.memories, index, change.memory)
                yield self._noticed(At(change.files, memories, order), index, change.events)
        for action in self._actions:
            if self._is_due(action, at.memories):
                yield self._handled(at, action)

    def _step(
        self, index: int, at: At, content: frozenset[tuple[str, str]], memory: Hashable
    ) -> Change | None:
        """Return a program's step, worked out once for what it depends on."""
        program = self._programs[index]
        if program is None or memory is ABSENT:
            return None
        key = index, content, memory
        if key not in self._steps:
            self._steps[key] = program.step(at.files, memory)
        return self._steps[key]

    def _is_due(self, action: _Action, memories: tuple[Hashable, ...]) -> bool:
        running = memories[action.ends] is not ABSENT if action.ends is not None else True
        starting = memories[action.starts] is ABSENT if action.starts is not None else True
        ready = memories[action.needs] is not ABSENT if action.needs is not None else True
        return running and starting and ready

    def _handled(self, at: At, action: _Action) -> At:
        """Return the state after a program was ended or started, or one was put for another."""
        files, memories, order = at
        events: tuple[Event, ...] = ()
        ends = self._programs[action.ends] if action.ends is not None else None
        starts = self._programs[action.starts] if action.starts is not None else None
        if ends is not None and action.ends is not None:
            change = ends.stop(files, memories[action.ends])
            files, events = change.files, change.events
            memories = _replaced(memories, action.ends, ABSENT)
            also = change.step.also if change.step is not None else ()
            step = Step(ends.actor, Verb.STOPS, also=also)
            if starts is not None:
                step = Step(ends.actor, Verb.RESTARTS, self.names(at.files), also=also)
            order = (*order, step)
        if starts is not None and action.starts is not None:
            memories = _replaced(memories, action.starts, starts.start())
        return self._noticed(At(files, memories, order), action.ends, events)

    def _noticed(self, at: At, cause: int | None, events: tuple[Event, ...]) -> At:
        """Let programs that watch be told what was done."""
        if not events:
            return at
        for index, program in enumerate(self._programs):
            if index == cause or program is None or at.memories[index] is ABSENT:
                continue
            memory = program.notice(at.files, at.memories[index], events)
            at = at._replace(memories=self._replaced(at.memories, index, memory))
        return at

    def _replaced(
        self, memories: tuple[Hashable, ...], index: int, memory: Hashable
    ) -> tuple[Hashable, ...]:
        """Return memories with another one for a program; one that ended is started again."""
        program = self._programs[index]
        if program is not None and program.ended(memory):
            memory = program.start()
        return _replaced(memories, index, memory)

    def _keep(self, at: At, situation: Situation, cause: Cause | None = None) -> None:
        """Keep what stands in a state, with the first order that leads to the same."""
        names, found = self._moments.of(at.files)
        held = tuple(self._held(at))
        cause = cause or self._complaint(at, held)
        own = f"{self._reading.directory}/{found.runtime}"
        serves = any(one.serves for one, _memory in self._running(at))
        if found.through_multus and not serves and SHIM in plugin_types(at.files[own]):
            cause = _ORPHANED
        master = None if cause and (found.through_multus or cause == RESTLESS) else found.master
        standing = Standing(
            situation,
            at.order,
            names,
            found.runtime,
            master,
            found.through_multus,
            cause or found.cause,
            found.plugins if master is not None else (),
            held,
        )
        self.standings.setdefault((*standing._replace(order=()),), standing)

    def _running(self, at: At) -> Iterator[tuple[Program, Hashable]]:
        for program, memory in zip(self._programs, at.memories, strict=True):
            if program is not None and memory is not ABSENT:
                yield program, memory

    def _held(self, at: At) -> Iterator[Held]:
        """Yield the programs that have not come up."""
        for program, memory in self._running(at):
            why = program.complaint(at.files, memory)
            if why is not None:
                yield Held(program.actor, why)

    def _complaint(self, at: At, held: Iterable[Held]) -> Cause | None:
        """Return why what serves the pods is not up; of several reasons one no order changes."""
        serving = [program.actor for program, _memory in self._running(at) if program.serves]
        found = [one.cause for one in held if one.actor in serving]
        return min(found, key=attrgetter("rank"), default=None)


def _last_unsettled(
    seen: dict[StateKey, At], before: dict[StateKey, list[StateKey]], rest: Iterable[At]
) -> list[At]:
    """Return the last new one of the states from which no state of rest is reached, if any is."""
    settling = {key_of(at) for at in rest}
    pending = list(settling)
    while pending:
        earlier = [key for key in before.get(pending.pop(), ()) if key not in settling]
        settling.update(earlier)
        pending += earlier
    return [at for key, at in reversed(seen.items()) if key not in settling][:1]


def _replaced(memories: tuple[Hashable, ...], index: int, memory: Hashable) -> tuple[Hashable, ...]:
    return (*memories[:index], memory, *memories[index + 1 :])
