"""Linkerd's script on a node: what its steps are called, and what it need not be told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.steps import Situation
from cnilint.simulation import search
from cnilint.simulation.directory_state import Moments
from cnilint.simulation.installed import Installed
from cnilint.simulation.linkerd import Linkerd
from cnilint.simulation.state_graph import StateGraph
from cnilint.simulation.steps import Program
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
    writer,
)
from tests.unit.simulation.alone import LIST, SINGLE, lines, one, rested

MOST = 60_000


def told_everything(program: Program) -> Program:
    """Return the script as one that is told of whatever happens to any file."""
    if not isinstance(program, Linkerd):
        return program
    return Installed(program.actor, program.installer, program.directory, program.plugin)


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
    programs, reading = made([*others, into_every_file()])
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


def test_a_file_is_away_before_it_is_there_with_the_plugin() -> None:
    program = one(into_every_file())
    assert lines(program, {"b.conflist": LIST}) == [
        "Linkerd CNI takes b.conflist away to write it anew",
        "Linkerd CNI writes b.conflist",
        "Linkerd CNI takes b.conflist away to write it anew",
        "Linkerd CNI chains itself into b.conflist",
    ]


def test_a_single_plugin_becomes_a_list_under_another_name() -> None:
    files, _memory = rested(one(into_every_file()), {"b.conf": SINGLE})
    assert [path.rpartition("/")[2] for path in files] == ["b.conflist"]


def test_without_a_plugin_to_chain_it_chains_none() -> None:
    base = into_every_file()
    empty = {"CNI_NETWORK_CONFIG": ""}
    program = one(Actor(base.image, environment=empty, container=base.container))
    files, memory = rested(program, {"b.conflist": LIST})
    assert files == on_host({"b.conflist": LIST})
    # its loop has ended, so that the next file that is written ends the watch, and all of it
    event = (Event(Happening.MOVED_TO, f"{DIRECTORY}/b.conflist"),)
    last = program.step(files, program.notice(files, memory, event))
    assert last is not None
    assert program.ended(last.memory)
