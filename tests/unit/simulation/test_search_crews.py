"""Installers of any kind on nodes of any kind: each class comes to what its orders come to.

2 to 8 installers have random file names and node selectors. Which of them meet on a node is told
from the labels of every node there can be; what comes of those that meet, by trying every order
where there are up to 6 of them, and an order at random where there are more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnilint.model.steps import Situation
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster, cluster
from cnilint.simulation.programs import Files
from cnilint.simulation.search import ENDS, RESTLESS
from tests.unit.simulation.actors import (
    Actor,
    autos,
    copier,
    exclusive_once,
    facts,
    inserter,
    lists,
    made,
    names,
    pinned,
    read,
    unless_present,
    writer,
)
from tests.unit.simulation.explorer import Explorer

often = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

LABELS = {"pool": (None, "a", "b"), "zone": (None, "z")}
BRUTE = 6
"""Installers on one class of which every order is tried."""


class Member(NamedTuple):
    """An installer and the labels of the nodes that it selects."""

    actor: Actor
    selector: Mapping[str, str]

    def runs_on(self, labels: Mapping[str, str]) -> bool:
        return all(labels.get(key) == value for key, value in self.selector.items())


selectors = st.sampled_from(
    [{}, {}, {"pool": "a"}, {"pool": "b"}, {"zone": "z"}, {"pool": "a", "zone": "z"}]
)
quiet = (
    st.builds(writer, names) | st.builds(writer, names, names) | st.builds(unless_present, lists)
)
lively = (
    st.builds(inserter, st.just("") | lists)
    | st.builds(copier, lists)
    | st.builds(exclusive_once)
    | autos
    | pinned
)


def crews(least: int, most: int) -> st.SearchStrategy[list[Member]]:
    """Return installers in any order, of which up to two do more than write a file."""

    def some(
        actors: st.SearchStrategy[Actor], low: int, high: int
    ) -> st.SearchStrategy[list[Member]]:
        return st.lists(st.builds(Member, actors, selectors), min_size=low, max_size=high)

    both = st.tuples(some(quiet, least - 1, most - 2), some(lively, 1, 2))
    return both.flatmap(lambda found: st.permutations([*found[0], *found[1]]))


def installed(crew: Sequence[Member]) -> Cluster:
    parts = [p for at, one in enumerate(crew) for p in one.actor.documents(at, one.selector)]
    return cluster("crew", read("\n---\n".join(map(json.dumps, parts))))


def every_node() -> list[dict[str, str]]:
    return [
        {key: value for key, value in zip(LABELS, choice, strict=True) if value is not None}
        for choice in product(*LABELS.values())
    ]


def members(found: Cluster, one: ClassFacts) -> list[int]:
    """Return the places in its crew of those that a class of nodes runs."""
    return [at for at, each in enumerate(found.installers) if each in one.installers]


@often
@given(st.lists(st.builds(Member, quiet, selectors), min_size=2, max_size=8))
def test_a_class_is_of_those_that_select_the_same_nodes(crew: list[Member]) -> None:
    found = installed(crew)
    assert len(found.installers) == len(crew)
    meeting = {
        tuple(at for at, one in enumerate(crew) if one.runs_on(labels)) for labels in every_node()
    }
    assert {tuple(members(found, one)) for one in found.classes} == meeting - {()}
    assert len(found.classes) == len(meeting - {()})


@often
@given(crews(2, 8))
def test_a_class_comes_to_what_every_order_of_its_installers_comes_to(crew: list[Member]) -> None:
    found = installed(crew)
    compared = 0
    for one in found.classes:
        chosen = members(found, one)
        if len(chosen) > BRUTE:
            continue
        programs, reading = made([crew[at].actor for at in chosen])
        explorer = Explorer(programs, reading)
        if not explorer.explore({}, [each.start() for each in programs]):
            continue
        assert facts(one.outcomes) == explorer.found
        compared += 1
    assume(compared)


@often
@given(crews(2, 8), st.data())
def test_an_order_at_random_ends_in_an_outcome(crew: list[Member], data: st.DataObject) -> None:
    found = installed(crew)
    one = data.draw(st.sampled_from(found.classes))
    programs, reading = made([crew[at].actor for at in members(found, one)])
    explorer = Explorer(programs, reading)
    files: Files = {}
    memories = [each.start() for each in programs]
    for _step in range(60):
        moves = explorer.moves(files, memories)
        if not moves:
            assert explorer.rest(files, memories) in facts(one.outcomes)
            return
        at = data.draw(st.integers(0, len(moves) - 1))
        _labels, after, memories = moves[at]
        files = dict(after)
    # no rest so far: then it must be known that there may be none, or the way is a long one
    first = [o for o in one.outcomes if o.situation == Situation.FIRST_BOOT]
    assert any(o.cause == RESTLESS or any(h.cause == ENDS for h in o.held) for o in first)


@often
@given(crews(2, 5))
def test_what_a_class_comes_to_is_not_in_the_order_of_the_manifests(crew: list[Member]) -> None:
    before = installed(crew)
    after = installed(crew[::-1])
    last = len(crew) - 1
    reversed_members = {
        tuple(sorted(last - at for at in members(after, one))): one for one in after.classes
    }
    for one in before.classes:
        other = reversed_members[tuple(members(before, one))]
        assert facts(other.outcomes) == facts(one.outcomes)
        assert other.name == one.name
