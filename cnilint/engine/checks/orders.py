"""The orders of events that a check shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.model.steps import Ending, Witness
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.search import Outcome


def shown(
    facts: ClassFacts, outcome: Outcome, files: Sequence[str], ending: Ending = Ending.OWNER
) -> Witness:
    """Return the order that leads to an outcome, and the files of it that are to be looked at."""
    return Witness(outcome.situation, outcome.order, facts.name, ending, tuple(files))


def owners_shown(facts: ClassFacts, names: Sequence[str]) -> Iterator[Witness]:
    """Yield, for each owner of the pods, an order that leads to it."""
    for name in names:
        outcome = facts.shortest(name)
        if outcome is not None:
            yield shown(facts, outcome, (name,))
