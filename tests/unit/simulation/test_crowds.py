"""Many programs on one class of nodes: what may be left out of a search, and what is never said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.steps import Situation
from cnilint.model.verdict import VerdictKind
from cnilint.simulation import search as module
from cnilint.simulation.cluster import cluster
from cnilint.simulation.directory_state import Moments
from cnilint.simulation.programs import Program
from cnilint.simulation.search import Outcome, Simulation, StepBudget, simulate
from cnilint.simulation.shared import Simulations, likeness
from cnilint.simulation.state_graph import StateGraph
from tests.unit.simulation.actors import (
    Actor,
    actors,
    beside,
    exclusive_always,
    fact,
    host_files,
    inserter,
    into_every_file,
    made,
    masters,
    names,
    objects,
    on_host,
    pinned,
    quick,
    scripts,
    sweeper,
    thick,
    unless_present,
    writer,
)

V1 = "v4.3.0"


def found(outcomes: Sequence[Outcome]) -> set[tuple[object, ...]]:
    """Return what comes of a search; of what never rests any of its states may be shown."""
    return {(one.situation, *fact(one)[2 if one.restless else 0 :]) for one in outcomes}


def standalone(name: str) -> Actor:
    """Kuma, which writes a file of its own, into whose place another may write."""
    environment = {"CHAINED_CNI_PLUGIN": "false", "CNI_CONF_NAME": name}
    return Actor("kumahq/kuma-cni:2.0.0", environment=environment)


members = (
    st.builds(writer, names)
    | st.builds(writer, names, names)
    | st.builds(unless_present, names)
    | st.builds(inserter, st.just("") | names)
    | st.just(into_every_file())
    | st.builds(standalone, st.just("") | names)
    | scripts
    | st.just(sweeper())
    | st.just(exclusive_always("05-b.conflist"))
    | st.builds(thick, st.sampled_from(("v4.0.2", "v4.1.4", V1)))
    | pinned
)


@quick
@given(st.lists(members, min_size=2, max_size=5) | actors, host_files)
def test_what_is_left_out_of_a_search_changes_nothing_that_comes_of_it(
    crew: list[Actor], files: dict[str, str]
) -> None:
    programs, reading = made(crew)
    came: list[set[tuple[object, ...]]] = []
    for reduces in (False, True):
        graph = StateGraph(programs, 150_000, reduces=reduces, forgets=reduces)
        searched = module._Search(programs, Moments(reading), graph)
        done = searched.everything(on_host(files), persistent=True)
        if not done.exhausted:
            return
        came.append(found(done.outcomes))
    assert came[0] == came[1]


def test_a_file_that_is_removed_with_what_another_wrote_is_missed_by_no_search() -> None:
    crew = [standalone(""), writer("00-a.conflist"), writer("00-a.conf")]
    programs, reading = made(crew)
    came = []
    for reduces in (False, True):
        graph = StateGraph(programs, 150_000, reduces=reduces, forgets=reduces)
        searched = module._Search(programs, Moments(reading), graph)
        came.append(found(searched.everything({}, persistent=True).outcomes))
    assert came[0] == came[1]


def test_twenty_installers_on_one_class_are_searched_to_the_end() -> None:
    crew = [writer(f"{at}-x.conflist") for at in range(10, 29)]
    programs, reading = made([*crew, thick(V1)])
    done = simulate(programs, {}, reading)
    assert done.exhausted
    assert masters(done.outcomes) == {f"{at}-x.conflist" for at in range(10, 29)}


def test_a_search_that_is_cut_has_outcomes_and_every_owner_of_its_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crew = [writer(f"{at}-x.conflist") for at in range(10, 18)]
    crew += [thick(V1), inserter(""), beside()]
    monkeypatch.setattr(module, "FEW_STEPS", 0)
    monkeypatch.setattr(module, "MOST_STEPS", 100)
    programs, reading = made(crew)
    done = simulate(programs, {}, reading)
    assert not done.exhausted
    # a chain is in Multus's own file as well: the plugins in it are no matter here
    assert masters(done.outcomes) >= {f"{at}-x.conflist" for at in range(10, 18)}
    assert {one.situation for one in done.outcomes} == set(Situation) - {Situation.CHANGE}


def test_nothing_is_called_deterministic_that_was_not_searched_to_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "FEW_STEPS", 0)
    monkeypatch.setattr(module, "MOST_STEPS", 1)
    (facts,) = cluster("one", objects([writer("10-x.conflist")])).classes
    assert facts.verdict.cut
    assert facts.verdict.kind is VerdictKind.UNDECIDED
    assert not facts.deterministic
    assert facts.delegates == ["10-x.conflist"]


def test_a_race_that_was_seen_is_a_race_though_the_search_was_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "FEW_STEPS", 0)
    monkeypatch.setattr(module, "MOST_STEPS", 20)
    crew = [*(writer(f"{at}-x.conflist") for at in range(10, 22)), thick(V1)]
    (facts,) = cluster("many", objects(crew)).classes
    assert facts.verdict.cut
    assert facts.verdict.bad
    assert len(facts.delegates) == 12


def test_equal_sets_of_programs_are_simulated_once_whoever_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crew = [writer("10-x.conflist"), thick(V1)]
    other = [writer("10-x.conflist"), writer("x.conflist"), thick(V1)]
    calls: list[int] = []

    def counted(programs: Sequence[Program], *given: Any, **more: Any) -> Simulation:  # noqa: ANN401
        calls.append(1)
        return simulate(programs, *given, **more)

    monkeypatch.setattr("cnilint.simulation.shared.simulate", counted)
    played = Simulations()
    for each, times in ((crew, 1), (crew, 1), (other, 2)):
        programs, reading = made(each)
        done = played.of(programs, {}, reading)
        assert {one.actor for o in done.outcomes for one in o.order[-1:]} <= {
            one.actor for one in programs
        }
        assert len(calls) == times


@quick
@given(st.lists(members, min_size=2, max_size=2))
def test_programs_are_alike_if_they_are_told_the_same(crew: list[Actor]) -> None:
    (one, other), _reading = made(crew)
    (again, _other), _reading = made(crew)
    assert likeness(one) == likeness(again)
    if likeness(one) == likeness(other):
        assert type(one) is type(other)
        for files in ({}, on_host({"20-d.conflist": "{"})):
            mine = one.step(files, one.start())
            its = other.step(files, other.start())
            assert (mine and mine.files) == (its and its.files)


@pytest.mark.parametrize(("crowd", "cost"), [(6, 1), (63, 1), (64, 2), (100, 3)])
def test_a_step_among_a_crowd_costs_more(
    crowd: int, cost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class Told(StateGraph):
        def __init__(self, programs: Sequence[Program], most: int, **rest: Any) -> None:  # noqa: ANN401
            asked.append(most)
            super().__init__(programs, most, **rest)

    monkeypatch.setattr(module, "StateGraph", Told)
    monkeypatch.setattr(module, "MOST_STEPS", 60)
    monkeypatch.setattr("cnilint.simulation.runs.AROUND", 60)
    budget = StepBudget(6_000)
    programs, reading = made([writer(f"{at}-x.conflist") for at in range(100, 100 + crowd)])
    done = simulate(programs, {}, reading, budget=budget)
    assert asked == [60 // cost]
    assert done.exhausted or budget.left <= 6_000 - 60 // cost * cost


def test_a_crowd_takes_nothing_from_a_few() -> None:
    budget = StepBudget(0)
    programs, reading = made([writer("10-x.conflist"), writer("x.conflist"), thick(V1)])
    assert simulate(programs, {}, reading, budget=budget).exhausted
    crew = [*(writer(f"{at}-x.conflist") for at in range(10, 20)), thick(V1)]
    programs, reading = made([*crew, exclusive_always("05-b.conflist")])
    done = simulate(programs, {}, reading, budget=budget)
    assert not done.exhausted
    assert done.outcomes
