"""The moments on the way to an outcome: one for the beginning and one after each step."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.steps import Situation, Verb
from tests.unit.simulation.actors import (
    Actor,
    free,
    host_files,
    masters,
    quick,
    searched,
    thick,
    writer,
)


def test_each_step_of_a_race_leaves_its_files_behind() -> None:
    actors = [writer("05-b.conflist"), writer("10-c.conflist"), thick("v4.1.4")]
    outcomes = searched(actors, {}).outcomes
    assert masters(outcomes) == {"05-b.conflist", "10-c.conflist"}
    found = next(
        each
        for each in outcomes
        if each.master == "10-c.conflist" and each.situation == Situation.FIRST_BOOT
    )
    assert [moment.files for moment in found.moments] == [
        (),
        ("10-c.conflist",),
        ("00-multus.conf", "10-c.conflist"),
        ("00-multus.conf", "05-b.conflist", "10-c.conflist"),
    ]
    assert [(m.found.runtime, m.found.master) for m in found.moments] == [
        (None, None),
        ("10-c.conflist", "10-c.conflist"),
        ("00-multus.conf", "10-c.conflist"),
        ("00-multus.conf", "10-c.conflist"),
    ]


@quick
@given(st.lists(free, min_size=1, max_size=4), host_files)
def test_moments_stand_around_the_steps(found: list[Actor], files: dict[str, str]) -> None:
    for outcome in searched(found, files).outcomes:
        assert len(outcome.moments) == len(outcome.order) + 1
        last = outcome.moments[-1]
        assert last.files == outcome.files
        assert last.found.runtime == outcome.runtime
        assert outcome.master in (last.found.master, None)
        if outcome.situation == Situation.FIRST_BOOT:
            assert set(outcome.moments[0].files) == set(files)
        elif outcome.situation == Situation.RESTART:
            assert outcome.order[0].verb is Verb.RESTARTS
            assert outcome.order[0].files == outcome.moments[0].files
