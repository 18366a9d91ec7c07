"""Every order in which the programs of a node can run, and what the node comes to in each.

The states stand in a graph (state_graph.py): what lasts in it are the outcomes. The ways there are
searched breadth first, so that the first one to an outcome is a shortest one: its witness.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from cnilint.model.steps import NODE, Actor, Cause, Failure, Held, Situation, Step, Verb
from cnilint.start import NamedTuple
from cnilint.upstream.netconf import plugin_types

from .directory_state import Moment, Moments
from .owner import Ownership, Reading
from .programs import Files, Program
from .state_graph import Component, StateGraph, Worked, cost_of_a_step

__all__ = ["MOST_STEPS", "Moment", "Outcome", "Simulation", "StepBudget", "simulate"]

FEW_PROGRAMS = 5
"""Programs of which every step is looked at, so that what is shown are the shortest ways of all."""

FEW_STEPS = 8_000
"""Steps that are looked at so, whatever else there is in a run."""

MOST_STEPS = 80_000
"""Steps looked at for one set of programs; past that the search is not exhausted, and says so."""

PLAYED_STEPS = 16_000
"""Steps in the complete runs of one set of programs that was not searched to the end."""

RUN_STEPS = 240_000
"""Steps looked at in a whole run of cnilint for sets that are not searched to the end."""

SHARE = 3
"""The part of what is left in a run that one set may take, so that something is left for others."""

STARTS = 12
"""States that a search which is not exhausted goes on from after a reboot or a restart."""

RESTLESS = Cause(Failure.RESTLESS)
ENDS = Cause(Failure.ENDS)


class StepBudget:
    """How many steps may still be looked at in a run of cnilint, beside searches that end."""

    def __init__(self, most: int = RUN_STEPS) -> None:
        """Take the number."""
        self.left = most

    def take(self, most: int) -> int:
        """Return how many of some steps may be looked at."""
        return max(0, min(most, self.left // SHARE))


class KnownBefore(NamedTuple):
    """What searches before found out: of each program its steps, and what files come to."""

    steps: Sequence[Worked]
    moments: Moments


class Begun(NamedTuple):
    """A state in which a situation begins: the steps that led there, and the files before each."""

    state: int
    order: tuple[Step, ...] = ()
    earlier: tuple[Files, ...] = ()


class Outcome(NamedTuple):
    """What lasts on a node, and who owns the pods in it.

    `order` are the steps of the shortest way there, from the beginning of the situation; `files`
    the directory the runtime reads, in its sort order; `runtime` the file it takes (None: it is not
    ready); `master` the file whose network a pod gets as its own (None: none, and `cause` says
    why). Where installers never come to rest (`restless`) it is one of the states that come again
    and again, with that as its cause. `moments` has one for the beginning and one after each step.
    """

    situation: Situation
    order: tuple[Step, ...]
    files: tuple[str, ...]
    runtime: str | None
    master: str | None
    through_multus: bool
    cause: Cause | None = None
    chained: tuple[tuple[str, str], ...] = ()
    """Plugins that are chained into others' files, each with the file it is in."""
    plugins: tuple[str, ...] = ()
    """The types of the plugins that a pod's own network consists of."""
    held: tuple[Held, ...] = ()
    """The programs that have not come up."""
    moments: tuple[Moment, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        """How well it shows something: the earliest situation and the fewest steps come first."""
        return list(Situation).index(self.situation), len(self.order)

    @property
    def restless(self) -> bool:
        """Whether something is written for ever."""
        return self.cause == RESTLESS


class Simulation(NamedTuple):
    """All outcomes of one class of nodes; `exhausted` is False when the limit was hit.

    `contents` is what each path held in the first outcome that has it.
    """

    outcomes: tuple[Outcome, ...]
    exhausted: bool
    contents: Mapping[str, str]


def simulate(
    programs: Sequence[Program],
    host_files: Files,
    reading: Reading,
    *,
    persistent: bool = True,
    budget: StepBudget | None = None,
    known: KnownBefore | None = None,
) -> Simulation:
    """Return every outcome of running programs in every order on a node.

    `host_files` is what is there before anything runs, `reading` how the node is read,
    `persistent` says whether files outlive a reboot, `budget` is the run's, and `known` what is
    known from searches before. Where the budget or the limit is not enough for every order, the
    outcomes are those of some hundred complete runs, and of what of the search was done.
    """
    spent = budget or StepBudget()
    steps, moments = known or KnownBefore([{} for _ in programs], Moments(reading))
    if len(programs) <= FEW_PROGRAMS:
        graph = StateGraph(programs, FEW_STEPS, reduces=False, worked=steps)
        found = _Search(programs, moments, graph).everything(host_files, persistent=persistent)
        if found.exhausted:
            return found
    cost = cost_of_a_step(len(programs))
    graph = StateGraph(programs, spent.take(MOST_STEPS) // cost, worked=steps)
    search = _Search(programs, moments, graph, played=spent.take(PLAYED_STEPS) // cost)
    found = search.everything(host_files, persistent=persistent)
    if not found.exhausted:
        spent.left -= graph.looked_at * cost
    return found


class _Search:
    """The state graph, and the outcomes found in it so far."""

    def __init__(
        self,
        programs: Sequence[Program],
        moments: Moments,
        graph: StateGraph,
        *,
        played: int | None = None,
    ) -> None:
        """Take what is searched. `played`: steps in runs where it is too much; None: give up."""
        self._programs = programs
        self._moments = moments
        self._exhausted = True
        self._outcomes: dict[tuple[object, ...], Outcome] = {}
        self._contents: dict[str, str] = {}
        self._graph = graph
        self._played = played

    def everything(self, host_files: Files, *, persistent: bool) -> Simulation:
        """Return what comes of each situation."""
        first = self._lasting([Begun(self._graph.started(host_files))], Situation.FIRST_BOOT)
        settled = dict.fromkeys(first)
        known = {self._graph.files_number(state) for state in first}
        fresh = first if persistent else []
        while fresh and self._goes_on:
            left = {self._graph.files_number(state): state for state in fresh}
            starts = [self._booted(one) for one in self._some(left.values())]
            found = self._lasting(starts, Situation.REBOOT)
            settled.update(dict.fromkeys(found))
            fresh = [state for state in found if self._graph.files_number(state) not in known]
            known.update(self._graph.files_number(state) for state in fresh)
            if not self._exhausted:
                break
        if self._goes_on:
            self._lasting(self._restarted(self._some(settled)), Situation.RESTART)
        return Simulation(tuple(self._outcomes.values()), self._exhausted, self._contents)

    @property
    def _goes_on(self) -> bool:
        """Whether there is anything left to do: all, or runs that are paid for."""
        return self._exhausted or bool(self._played)

    def _some(self, states: Iterable[int]) -> list[int]:
        """Return the states to go on from: all, or some evenly chosen where not all is known."""
        found = list(states)
        return found if self._exhausted else found[:: -(-len(found) // STARTS) or 1]

    def _booted(self, state: int) -> Begun:
        files = self._graph.files(state)
        step = Step(NODE, Verb.REBOOTS, self._moments.names(files))
        return Begun(self._graph.started(files), (step,), (files,))

    def _restarted(self, settled: Iterable[int]) -> list[Begun]:
        """Return the states right after any one program was ended and started again."""
        found: dict[int, Begun] = {}
        for state in settled:
            files, memories = self._graph.files(state), self._graph.memories(state)
            for at, program in enumerate(self._programs):
                change = program.stop(files, memories[at])
                also = change.step.also if change.step is not None else ()
                step = Step(program.actor, Verb.RESTARTS, self._moments.names(files), also=also)
                new = self._graph.restarted(state, at, change)
                found.setdefault(new, Begun(new, (step,), (files,)))
        return list(found.values())

    def _lasting(self, starts: Sequence[Begun], situation: Situation) -> list[int]:
        """Keep the outcomes of some starts, and return the states that last."""
        states = [one.state for one in starts]
        if not self._graph.explore(states):
            self._exhausted = False
            if self._played is None:
                return []
            from .runs import ran  # most searches are exhausted

            ran(self._graph, states, self._played // len(Situation))
        components = self._graph.lasting(states)
        ways = Ways(self._graph, starts, {one for c in components for one in c.states})
        components.sort(key=lambda one: min(map(ways.place, one.states)))
        for component in components:
            self._keep(component, ways, situation)
        return [state for component in components for state in component.states]

    def _keep(self, component: Component, ways: Ways, situation: Situation) -> None:
        state = min(component.states, key=ways.place)
        files = self._graph.files(state)
        names, found = self._moments.of(files)
        for path, text in files.items():
            self._contents.setdefault(path, text)
        held = held_in(self._graph, self._programs, component, state)
        complaint = RESTLESS if component.restless else complaint_of(self._programs, held)
        if component.restless:
            found = self._lasting_delegate(component, found)
        # a shim without its daemon gives no pod a network
        elif complaint and found.through_multus:
            found = found._replace(master=None)
        master, cause = found.master, complaint or found.cause
        chained = self._chained(files)
        plugins = found.plugins if master is not None else ()
        same = (situation, names, found.runtime, master, cause, chained, plugins, held)
        if same in self._outcomes:
            return
        order, earlier = ways.to(state)
        self._outcomes[same] = Outcome(
            situation=situation,
            order=order,
            files=names,
            runtime=found.runtime,
            master=master,
            through_multus=found.through_multus,
            cause=cause,
            chained=chained,
            plugins=plugins,
            held=held,
            moments=tuple(map(self._moments.of, (*earlier, files))),
        )

    def _lasting_delegate(self, component: Component, found: Ownership) -> Ownership:
        """Return what pods get in each of the states that come again and again.

        That is no owner where these differ in it, and the plugins that each of them has.
        """
        numbers = {self._graph.files_number(state) for state in component.states}
        each = [self._moments.of(self._graph.files_of(number)).found for number in numbers]
        if any(other.master != found.master for other in each):
            return found._replace(master=None)
        kept = (kind for kind in found.plugins if all(kind in one.plugins for one in each))
        return found._replace(plugins=tuple(kept))

    def _chained(self, files: Files) -> tuple[tuple[str, str], ...]:
        """Return where the plugins that chain themselves into others' files are."""
        found = [
            (plugin, name)
            for path, text in files.items()
            if (name := self._moments.name(path)) is not None
            if self._moments.reading.chained
            for plugin in set(plugin_types(text)).intersection(self._moments.reading.chained)
        ]
        return tuple(sorted(found))


def held_in(
    graph: StateGraph, programs: Sequence[Program], component: Component, state: int
) -> tuple[Held, ...]:
    """Return the programs that are not up in a state: who writes for ever, ends again, or waits."""
    files, memories = graph.files(state), graph.memories(state)
    found: list[tuple[Actor, Cause | None]] = []
    for at, program in enumerate(programs):
        why = program.complaint(files, memories[at])
        if at in component.writers and (why is None or why.failure is not Failure.NOT_FIRST):
            why = RESTLESS
        elif at in component.ending:
            why = why or ENDS
        found.append((program.actor, why))
    return tuple(Held(actor, why) for actor, why in found if why is not None)


def complaint_of(programs: Iterable[Program], held: Iterable[Held]) -> Cause | None:
    """Return why what serves the pods is not up; of several reasons one no order changes."""
    serving = [program.actor for program in programs if program.serves]
    found = [one.cause for one in held if one.actor in serving]
    return min(found, key=attrgetter("rank"), default=None)


_Near = tuple[int, int, tuple[int, int] | None]
"""How many steps it is to a state, and from which state by whose step."""


class Ways:
    """The shortest ways from some states to others, counted in steps that are worth telling."""

    def __init__(self, graph: StateGraph, starts: Sequence[Begun], wanted: set[int]) -> None:
        """Find them in what is known of a graph; `wanted` are all that have to be reached."""
        self._graph = graph
        self._starts = {one.state: one for one in reversed(starts)}
        self._before: dict[int, tuple[int, int]] = {}
        self._place: dict[int, int] = {}
        left = set(wanted)
        near = deque[_Near]((0, one.state, None) for one in starts)
        while near and left:
            length, state, before = near.popleft()
            if state in self._place:
                continue
            if before is not None:
                self._before[state] = before
            self._place[state] = len(self._place)
            left.discard(state)
            for target, program, _writes in graph.known_edges(state):
                if target in self._place:
                    continue
                if graph.change(state, program).step is None:
                    near.appendleft((length, target, (state, program)))
                else:
                    near.append((length + 1, target, (state, program)))

    def place(self, state: int) -> int:
        """Return the place of a state among those reached, the nearest first."""
        return self._place.get(state, len(self._place))

    def to(self, state: int) -> tuple[tuple[Step, ...], tuple[Files, ...]]:
        """Return the steps to a state, and the files before each."""
        order: list[Step] = []
        earlier: list[Files] = []
        while state in self._before:
            state, program = self._before[state]
            step = self._graph.change(state, program).step
            if step is not None:
                order.append(step)
                earlier.append(self._graph.files(state))
        start = self._starts[state]
        return (*start.order, *reversed(order)), (*start.earlier, *reversed(earlier))
