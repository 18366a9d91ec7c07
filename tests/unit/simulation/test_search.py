"""The search over all orders, against a recursion that tries every order one by one."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnilint.model.steps import NODE, Situation, Step, Verb
from cnilint.simulation import search as module
from cnilint.simulation.cluster import cluster
from cnilint.simulation.programs import Files
from cnilint.simulation.search import RESTLESS, simulate
from tests.unit.simulation.actors import (
    Actor,
    actors,
    autos,
    copier,
    copying,
    exclusive_always,
    exclusive_once,
    fact,
    facts,
    host_files,
    made,
    objects,
    on_host,
    plain_names,
    quick,
    searched,
    thick,
    thin,
    words,
    writer,
)
from tests.unit.simulation.explorer import Explorer


@quick
@given(actors | copying, host_files)
def test_outcomes_are_those_of_every_order_tried_one_by_one(
    found: list[Actor], files: dict[str, str]
) -> None:
    programs, reading = made(found)
    explorer = Explorer(programs, reading)
    assume(explorer.explore(on_host(files), [one.start() for one in programs]))
    outcomes = simulate(programs, on_host(files), reading).outcomes
    assert facts(outcomes) == explorer.found
    first = [one for one in outcomes if one.situation == Situation.FIRST_BOOT]
    assert any(one.restless for one in first) == bool(explorer.restless)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.builds(writer, plain_names), min_size=5, max_size=5), autos)
def test_six_actors_come_to_what_their_720_orders_come_to(writers: list[Actor], one: Actor) -> None:
    programs, reading = made([*writers, one])
    explorer = Explorer(programs, reading)
    assume(explorer.explore({}, [p.start() for p in programs]))
    assert facts(simulate(programs, {}, reading).outcomes) == explorer.found


@quick
@given(actors | copying, host_files)
def test_a_witness_leads_to_its_outcome(found: list[Actor], files: dict[str, str]) -> None:
    programs, reading = made(found)
    explorer = Explorer(programs, reading)
    start = [one.start() for one in programs]
    for outcome in simulate(programs, on_host(files), reading).outcomes:
        if outcome.situation != Situation.FIRST_BOOT or outcome.cause == RESTLESS:
            continue
        states: list[tuple[Files, list[Hashable]]] = [(on_host(files), start)]
        for step in (*outcome.order, None):
            states = _quietly(explorer, states)
            if step is not None:
                moves = [move for f, held in states for move in explorer.moves(f, held)]
                states = [(after, held) for steps, after, held in moves if steps == [step]]
                assert states
        ends = {explorer.rest(f, held) for f, held in states}
        assert fact(outcome) in ends


def _quietly(
    explorer: Explorer, states: list[tuple[Files, list[Hashable]]]
) -> list[tuple[Files, list[Hashable]]]:
    """Return what states come to by steps of which nothing is told."""
    found = {(frozenset(f.items()), tuple(held)): (f, held) for f, held in states}
    todo = list(found.values())
    while todo:
        for steps, after, held in explorer.moves(*todo.pop()):
            key = (frozenset(after.items()), tuple(held))
            if not steps and key not in found:
                found[key] = (after, held)
                todo.append((after, held))
    return list(found.values())


@quick
@given(actors, host_files)
def test_a_reboot_begins_with_what_an_earlier_boot_left(
    found: list[Actor], files: dict[str, str]
) -> None:
    outcomes = searched(found, files).outcomes
    # of those that come again and again an outcome shows one, and a reboot may come in each
    assume(not any(one.restless for one in outcomes))
    lefts = {
        Step(NODE, Verb.REBOOTS, one.files)
        for one in outcomes
        if one.situation != Situation.RESTART
    }
    for one in outcomes:
        if one.situation == Situation.REBOOT:
            assert one.order[0] in lefts


@quick
@given(actors | copying, host_files)
def test_the_search_ends_and_every_situation_comes_to_something(
    found: list[Actor], files: dict[str, str]
) -> None:
    done = searched(found, files)
    assert done.exhausted
    assert {one.situation for one in done.outcomes} >= {Situation.FIRST_BOOT}
    assert len(set(done.outcomes)) == len(done.outcomes)


def test_installers_that_undo_each_other_are_an_outcome_of_their_own() -> None:
    """Istio writes its copy again whenever it is gone, and Cilium moves it away each time."""
    done = searched([exclusive_always("05-b.conflist"), copier("02-istio.conflist")], {})
    assert done.exhausted
    first = [one for one in done.outcomes if one.situation == Situation.FIRST_BOOT]
    assert [(one.master, one.cause) for one in first] == [(None, RESTLESS)]
    assert first[0].order
    # both write for ever, so each of them is one that has not come up
    assert [held.cause for held in first[0].held] == [RESTLESS, RESTLESS]


@pytest.mark.parametrize("release", ["v4.0.2", "v4.1.4"])
@pytest.mark.parametrize("cleaner", [exclusive_once(), writer("x.conf", "02-own.conflist")])
def test_what_is_nested_anew_at_each_boot_ends_all_the_same(release: str, cleaner: Actor) -> None:
    """Istio copies Multus's file, Multus embeds the copy, and the copy goes at the next boot."""
    found = [cleaner, copier("02-own.conflist"), thin(release), writer("10-c.conflist")]
    done = searched(found, {})
    assert done.exhausted
    assert {one.situation for one in done.outcomes} == {
        Situation.FIRST_BOOT,
        Situation.REBOOT,
        Situation.RESTART,
    }


def test_a_daemon_writes_its_file_again_when_its_master_comes_back() -> None:
    """Cilium moves Multus's file and its master away; the master's writer is then restarted."""
    done = searched([writer("x.conflist"), exclusive_once(), thick("v4.1.4")], {})
    again = {
        (one.order[0].actor.title, one.order[0].verb, one.runtime)
        for one in done.outcomes
        if one.situation == Situation.RESTART and one.master == "x.conflist"
    }
    assert ("Calico", Verb.RESTARTS, "00-multus.conf") in again


def test_the_limit_on_states_is_kept_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [writer(f"{at:02}-x.conf") for at in range(6)]
    programs, reading = made(found)
    assert simulate(programs, {}, reading).exhausted
    for limit in ("FEW_STEPS", "MOST_STEPS"):
        monkeypatch.setattr(module, limit, 10)
    done = simulate(programs, {}, reading)
    assert not done.exhausted
    facts_of = cluster("many", objects(found))
    assert [note.message for note in facts_of.notes] == [
        "all nodes: not every order was looked at, there are too many"
    ]


def test_files_that_do_not_survive_a_reboot_make_no_situation_of_it() -> None:
    programs, reading = made([writer("10-c.conflist"), writer("x.conflist"), thick("v4.1.4")])
    kept = simulate(programs, {}, reading)
    gone = simulate(programs, {}, reading, persistent=False)
    assert {one.situation for one in kept.outcomes} == {
        Situation.FIRST_BOOT,
        Situation.REBOOT,
        Situation.RESTART,
    }
    assert {one.situation for one in gone.outcomes} == {Situation.FIRST_BOOT, Situation.RESTART}
    assert facts(kept.outcomes) == facts(gone.outcomes)


@pytest.mark.parametrize("count", [2, 6])
def test_files_go_or_stay_at_a_reboot_however_many_programs_there_are(count: int) -> None:
    programs, reading = made([writer(f"{at:02}-x.conf") for at in range(count)])
    for persistent in (True, False):
        done = simulate(programs, {}, reading, persistent=persistent)
        rebooted = [one for one in done.outcomes if one.situation == Situation.REBOOT]
        assert bool(rebooted) is persistent


def test_a_race_is_told_with_its_shortest_orders() -> None:
    outcomes = searched([writer("10-c.conflist"), writer("x.conf"), thick("v4.1.4")], {}).outcomes
    first = {one.master: words(one) for one in outcomes if one.situation == Situation.FIRST_BOOT}
    assert first == {
        "10-c.conflist": (
            "Calico writes 10-c.conflist",
            "Calico writes x.conf",
            "Multus picks 10-c.conflist as its master and writes 00-multus.conf",
        ),
        "x.conf": (
            "Calico writes x.conf",
            "Multus picks x.conf as its master and writes 00-multus.conf",
            "Calico writes 10-c.conflist",
        ),
    }
