"""Complete runs of programs in chosen orders, for where there are too many orders to play each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from random import Random

from .state_graph import StateGraph, cost_of_a_step

LONGEST_RUN = 600
"""Steps after which a run that goes on is taken for one that never rests."""

NEAR = 250
"""Steps looked at around the end of a run whatever was spent before."""

AROUND = 6_000
"""Steps looked at around the end of such a run, to know what comes again and again there."""

LOOPS = 4
"""Runs of which it is looked farther around the end, where something may be written for ever."""

SHUFFLES = 200
"""Runs in which each step is drawn anew."""

LEAST = 2
"""Runs that are played whatever they cost: one in the order of the programs, one from the last."""


def ran(graph: StateGraph, starts: Sequence[int], most: int, far: int = 0) -> None:
    """Let the programs run from some states to the end of one order each.

    What they come to is in the graph then. An order says who goes first of those that can take a
    step: in turn from each program on, backwards, each one and then each other one before all the
    rest, and by chance. At most about `most` steps are looked at, and then `far` around the end of
    each of a few runs that did not rest.
    """
    random = Random(0)  # noqa: S311  the same runs each time, and no secret
    limit = graph.looked_at + most
    unsettled: list[int] = []
    for played, order in enumerate(_orders(graph.programs)):
        if played >= LEAST and graph.looked_at >= limit:
            break
        end = _run(graph, starts[played % len(starts)], order, random)
        around = min(AROUND, max(NEAR, limit - graph.looked_at))
        if not graph.explore([end], around // cost_of_a_step(graph.programs)):
            unsettled.append(end)
    for end in random.sample(unsettled, min(len(unsettled), LOOPS)) if far else ():
        graph.explore([end], far)


def _orders(programs: int) -> Iterator[list[int] | None]:
    """Yield who goes before whom; None for a run by chance."""
    each = list(range(programs))
    yield each
    yield each[::-1]
    for first in each[1:]:
        yield [*each[first:], *each[:first]]
    for at, pair in enumerate(permutations(each, 2)):
        yield [*pair, *(one for one in each if one not in pair)]
        if at < SHUFFLES:
            yield None
    for _ in range(SHUFFLES - programs * (programs - 1)):
        yield None


def _run(graph: StateGraph, state: int, order: list[int] | None, random: Random) -> int:
    """Return the end of one way: where nothing is left to do, or this seems never to be."""
    seen: set[int] = set()
    drawn = list(range(graph.programs))
    for _ in range(LONGEST_RUN):
        if order is None:
            random.shuffle(drawn)
        elif state in seen:
            break
        seen.add(state)
        each = order or drawn
        after = next((new for one in each if (new := graph.walked(state, one)) is not None), None)
        if after is None:
            break
        state = after
    return state
