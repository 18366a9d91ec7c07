"""Complete runs of programs in chosen orders, for where there are too many orders to play each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from .state_graph import StateGraph

LONGEST_RUN = 600
"""Steps after which a run that goes on is taken for one that never rests."""

AROUND = 400
"""States looked at around the end of such a run, to know what comes again and again there."""

LOOPS, FAR_AROUND = 4, 20_000
"""Runs of which it is looked farther around the end, where something may be written for ever."""

SHUFFLES = 200
"""Runs in a random order."""

STARTS = 12
"""States from which runs begin, where there are more to choose from."""


def ran(graph: StateGraph, starts: Sequence[int], programs: int) -> None:
    """Let the programs run from some states to the end of one order each.

    What they come to is in the graph then. An order says who goes first of those that can take a
    step: in turn from each program on, each one and then each other one before all the rest, and
    by chance, where each step is drawn anew.
    """
    random = Random(0)  # noqa: S311  the same runs each time, and no secret
    chosen = random.sample(list(starts), min(len(starts), STARTS))
    orders = list(_orders(programs))
    unsettled: list[int] = []
    for at, start in enumerate(chosen):
        for order in orders[at :: len(chosen)]:
            unsettled += _run(graph, start, order)
        for _ in range(SHUFFLES // len(chosen)):
            unsettled += _run(graph, start, list(range(programs)), random)
    for state in random.sample(unsettled, min(len(unsettled), LOOPS)):
        graph.explore([state], FAR_AROUND)


def _orders(programs: int) -> Iterator[list[int]]:
    each = list(range(programs))
    for first in each:
        yield [*each[first:], *each[:first]]
    for first in each:
        for second in each:
            if first != second:
                yield [first, second, *(one for one in each if one not in (first, second))]


def _run(
    graph: StateGraph, state: int, order: list[int], random: Random | None = None
) -> list[int]:
    """Go one way until nothing is left to do, or until it seems that this will never be.

    Return the state at the end of it where it is not known what lasts from there on.
    """
    seen: set[int] = set()
    for _ in range(LONGEST_RUN):
        if random is not None:
            random.shuffle(order)
        elif state in seen:
            break
        seen.add(state)
        after = next((new for one in order if (new := graph.walked(state, one)) is not None), None)
        if after is None:
            break
        state = after
    return [] if graph.explore([state], AROUND) else [state]
