"""Istio CNI's installer on a node: what its steps are called, and what it minds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.catalog.recognise import installers
from cnilint.kube.manifest import ManifestIndex
from cnilint.model.steps import Cause, Failure
from cnilint.simulation.programs import is_modelled
from cnilint.simulation.steps import Files
from cnilint.upstream.program import Event, Happening
from tests.unit.simulation.actors import (
    DIRECTORY,
    ISTIO,
    Actor,
    copier,
    inserter,
    lists,
    made,
    names,
    objects,
    on_host,
)
from tests.unit.simulation.alone import LIST, SINGLE, lines, one, rested


def standalone(release: str = "1.28.0") -> Actor:
    return Actor(f"{ISTIO}:{release}", environment={"CHAINED_CNI_PLUGIN": "false"})


@pytest.mark.parametrize(
    ("actor", "files", "expected"),
    [
        (inserter(""), {"b.conflist": LIST}, ["chains itself into b.conflist"]),
        (inserter(""), {"b.conf": SINGLE}, ["chains itself into b.conf, now a .conflist"]),
        (standalone(), {}, ["writes YYY-istio-cni.conf"]),
        (
            copier("02-own.conflist", "b.conflist"),
            {"b.conflist": LIST},
            ["writes 02-own.conflist, a copy of b.conflist"],
        ),
    ],
)
def test_a_step_is_called_by_what_it_changes(
    actor: Actor, files: dict[str, str], expected: list[str]
) -> None:
    assert lines(one(actor), files) == [f"Istio CNI {each}" for each in expected]


def test_it_waits_for_the_file_that_it_has_made_its_own() -> None:
    program = one(inserter(""))
    files, memory = rested(program, {"b.conflist": LIST})
    assert program.complaint(files, memory) is None
    path = f"{DIRECTORY}/b.conflist"
    left = {name: text for name, text in files.items() if name != path}
    moved = (Event(Happening.MOVED_TO, f"{path}.cilium_bak"),)
    told = program.notice(left, memory, moved)
    names = {name.removeprefix(f"{DIRECTORY}/"): text for name, text in left.items()}
    now, memory = rested(program, names, told)
    assert program.complaint(now, memory) == Cause(Failure.NO_FILE_TO_CHAIN, "b.conflist")


@pytest.mark.parametrize(
    ("release", "expected"),
    [("1.9.0", False), ("1.12.9", True), ("1.30.3", True), ("latest", True)],
)
def test_it_is_modelled_in_the_releases_whose_source_was_read(release: str, expected: bool) -> None:
    parts = objects([inserter("", release)])
    (found,), _notes = installers(parts, ManifestIndex(parts))
    assert is_modelled(found) is expected
    assert made([inserter("", release)])[0]


contents = st.sampled_from([LIST, SINGLE, "{"])


@given(
    st.builds(inserter, st.just("") | lists, st.sampled_from(["1.18.7", "1.24.6", "1.28.0"]))
    | st.builds(copier, lists, st.just("") | lists)
    | st.builds(standalone, st.sampled_from(["1.16.0", "1.28.0"])),
    st.dictionaries(names, contents, max_size=3),
    names,
    contents,
)
def test_what_it_does_not_mind_changes_nothing_that_it_does(
    actor: Actor, files: dict[str, str], name: str, text: str
) -> None:
    program = one(actor)
    now: Files = on_host(files)
    memory = program.start()
    path = f"{DIRECTORY}/{name}"
    for _step in range(8):
        if path not in now and not program.minded(now, memory).has(path):
            more = {**now, path: text}
            event = (Event(Happening.MOVED_TO, path),)
            assert program.notice(more, memory, event) == memory
            alone, beside = program.step(now, memory), program.step(more, memory)
            assert (alone and alone.memory) == (beside and beside.memory)
            assert (alone and {**alone.files, path: text}) == (beside and dict(beside.files))
        change = program.step(now, memory)
        if change is None:
            break
        now, memory = change.files, change.memory
