"""Linkerd's script on a node: what its steps are called, and what it need not be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.steps import Situation
from cnilint.simulation import search
from cnilint.simulation.directory_state import Moments
from cnilint.simulation.installed import Installed
from cnilint.simulation.linkerd import Linkerd
from cnilint.simulation.search import simulate
from cnilint.simulation.state_graph import StateGraph
from cnilint.simulation.steps import Program
from cnilint.start import replace
from cnilint.upstream.program import Event, Happening
from tests.unit.simulation.actors import (
    DIRECTORY,
    Actor,
    Found,
    exclusive_always,
    facts,
    host_files,
    inserter,
    into_every_file,
    lists,
    made,
    names,
    on_host,
    pinned,
    quick,
    thick,
    words,
    writer,
)
from tests.unit.simulation.alone import LIST, SINGLE, lines, one, rested

MOST = 60_000


def told_everything(program: Program) -> Program:
    """Return the script as one that is told of whatever happens to any file."""
    if not isinstance(program, Linkerd):
        return program
    return Installed(program.actor, program.installer, program.directory, program.plugin)


def in_steps(program: Program) -> Program:
    """Return the script as one whose files others see go and come back."""
    return replace(program, at_once=False) if isinstance(program, Linkerd) else program


@quick
@given(
    st.lists(
        st.builds(writer, names)
        | st.builds(exclusive_always, lists)
        | st.builds(inserter, st.just("") | lists)
        | st.builds(thick, st.sampled_from(["v4.0.2", "v4.1.4"]))
        | pinned,
        min_size=1,
        max_size=2,
    ),
    host_files,
)
def test_what_it_is_not_told_changes_nothing_that_comes_of_it(
    others: list[Actor], files: dict[str, str]
) -> None:
    found, reading = made([*others, into_every_file()])
    programs = list(map(in_steps, found))
    came: list[list[set[Found]]] = []
    for each in (programs, [told_everything(program) for program in programs]):
        graph = StateGraph(each, MOST, reduces=False, forgets=False)
        done = search._Search(each, Moments(reading), graph).everything(
            on_host(files), persistent=True
        )
        if not done.exhausted:
            return
        came.append([facts(done.outcomes, situation) for situation in Situation])
    assert came[0] == came[1]


def test_it_chains_itself_into_each_file_and_makes_a_list_of_a_single_plugin() -> None:
    program = one(into_every_file())
    assert lines(program, {"b.conflist": LIST, "c.conf": SINGLE}) == [
        "Linkerd CNI chains itself into c.conf, now a .conflist",
        "Linkerd CNI chains itself into b.conflist",
    ]


def test_only_who_watches_comes_between_a_file_that_goes_and_is_made_anew() -> None:
    program = one(into_every_file())
    assert program.may_hurry
    files, memory = on_host({"b.conflist": LIST}), program.start()
    while (change := program.step(files, memory)) is not None:
        files, memory = dict(change.files), change.memory
        assert program.hurries(memory) is (f"{DIRECTORY}/b.conflist" not in files)


@pytest.mark.parametrize("others", [[], [inserter("")]])
def test_who_writes_at_that_moment_takes_the_plugin_away_unless_that_is_left_out(
    others: list[Actor],
) -> None:
    found, reading = made([writer("10-c.conflist"), into_every_file(), *others])
    kept = []
    for each in (found, list(map(in_steps, found))):
        done = simulate(each, {}, reading)
        assert done.exhausted
        kept.append(all("linkerd-cni" in outcome.plugins for outcome in done.outcomes))
    assert kept == [True, False]


def test_one_that_puts_its_file_back_at_once_ends_it() -> None:
    programs, reading = made([exclusive_always("05-b.conflist"), into_every_file()])
    done = simulate(programs, {}, reading)
    assert done.exhausted
    first = next(one for one in done.outcomes if one.situation is Situation.FIRST_BOOT)
    assert "linkerd-cni" not in first.plugins
    assert words(first)[-1] == "Linkerd CNI fails at 05-b.conflist and does nothing more"


def test_without_a_plugin_to_chain_it_chains_none() -> None:
    base = into_every_file()
    empty = {"CNI_NETWORK_CONFIG": ""}
    program = one(Actor(base.image, environment=empty, container=base.container))
    files, memory = rested(program, {"b.conflist": LIST})
    assert files == on_host({"b.conflist": LIST})
    assert lines(program, {"b.conflist": LIST}) == [
        "Linkerd CNI fails at b.conflist and does nothing more"
    ]
    # its loop has ended, so that the next file that is written ends the watch, and all of it
    event = (Event(Happening.MOVED_TO, f"{DIRECTORY}/b.conflist"),)
    last = program.step(files, program.notice(files, memory, event))
    assert last is not None
    assert program.ended(last.memory)
