"""Simulations that are made once: for all classes of nodes and clusters with equal programs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from cnilint.model.steps import Actor, Step
from cnilint.start import NamedTuple

from .directory_state import Moments
from .owner import Reading
from .search import KnownBefore, Outcome, Simulation, StepBudget, simulate
from .state_graph import Worked
from .steps import Files, Program

MOST_KEPT = 50_000
"""Steps of programs that are kept for the simulations after them."""

MOST_ALIKE = 4_096
"""Programs of which it is kept what they are told."""


class _Made(NamedTuple):
    """A simulation, and who acts in it, by the place of the program."""

    simulation: Simulation
    actors: tuple[Actor, ...]


class Simulations:
    """The simulations of a run, within one budget.

    Programs are equal if they do the same, whoever's they are: the actors in the steps of an
    outcome are put in afterwards.
    """

    def __init__(self, budget: StepBudget | None = None) -> None:
        """Take how much may be looked at; without it as much as in a run by itself."""
        self._budget = budget or StepBudget()
        self._made: dict[Hashable, _Made] = {}
        self._worked: dict[Hashable, Worked] = {}
        self._alike: dict[int, tuple[Program, Hashable]] = {}
        self._moments: dict[str, Moments] = {}

    def of(
        self,
        programs: Sequence[Program],
        host_files: Files,
        reading: Reading,
        *,
        persistent: bool = True,
    ) -> Simulation:
        """Return what `simulate` returns."""
        alike = tuple(map(self._likeness, programs))
        key = (
            alike,
            frozenset(host_files.items()),
            repr(reading),
            persistent,
        )
        actors = tuple(program.actor for program in programs)
        if key not in self._made:
            found = simulate(
                programs,
                host_files,
                reading,
                persistent=persistent,
                budget=self._budget,
                known=self._known(list(zip(alike, actors, strict=True)), reading),
            )
            self._made[key] = _Made(found, actors)
        made = self._made[key]
        return _with_actors(made.simulation, dict(zip(made.actors, actors, strict=True)))

    def _likeness(self, program: Program) -> Hashable:
        """Return the likeness of a program, worked out once for most of them."""
        known = self._alike.get(id(program))
        if known is None:
            if len(self._alike) >= MOST_ALIKE:
                self._alike.clear()
            known = self._alike[id(program)] = (program, likeness(program))
        return known[1]

    def _known(self, programs: Sequence[Hashable], reading: Reading) -> KnownBefore:
        """Return what is known of programs: of each by what it is told, and who acts."""
        if sum(map(len, self._worked.values())) > MOST_KEPT:
            self._worked.clear()
            self._moments.clear()
        moments = self._moments.setdefault(repr(reading), Moments(reading))
        return KnownBefore([self._worked.setdefault(one, {}) for one in programs], moments)


def likeness(program: Program) -> Hashable:
    """Return a value that is equal for programs that do the same: all that they are told."""
    names = getattr(program, "__match_args__", None)
    if names is None:
        return id(program)
    told = (getattr(program, name) for name in names if name != "actor")
    return type(program).__name__, *map(repr, told)


def _with_actors(found: Simulation, actors: Mapping[Actor, Actor]) -> Simulation:
    if all(one == other for one, other in actors.items()):
        return found
    return found._replace(outcomes=tuple(_outcome(one, actors) for one in found.outcomes))


def _outcome(found: Outcome, actors: Mapping[Actor, Actor]) -> Outcome:
    held = tuple(one._replace(actor=actors.get(one.actor, one.actor)) for one in found.held)
    return found._replace(order=tuple(_step(one, actors) for one in found.order), held=held)


def _step(step: Step, actors: Mapping[Actor, Actor]) -> Step:
    also = tuple(_step(one, actors) for one in step.also)
    return step._replace(actor=actors.get(step.actor, step.actor), also=also)
