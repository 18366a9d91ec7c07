"""The steps of those that write a file of their own, and what holds of every program."""

from __future__ import annotations

import json
from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.steps import Cause, Failure
from cnilint.simulation.chaining import Copier, Inserter
from cnilint.simulation.installed import Installed
from cnilint.simulation.steps import CANDIDATES, Files, Program, names_in
from cnilint.upstream.program import Status
from tests.unit.simulation.actors import (
    DIRECTORY,
    Actor,
    beside,
    copier,
    copier_once,
    exclusive_always,
    exclusive_once,
    inserter,
    into_every_file,
    leaver,
    on_host,
    referrer,
    staying,
    sweeper,
    unless_present,
    writer,
)
from tests.unit.simulation.alone import LIST, SINGLE, one, run, said, step, stopped


def test_a_writer_writes_once_and_leaves_what_is_not_its_own() -> None:
    program = one(writer("10-c.conf"))
    change = step(program, {"x.conf": SINGLE}, program.start())
    assert change is not None
    assert set(names_in(change.files, DIRECTORY)) == {"10-c.conf", "x.conf"}
    assert said(change) == "Calico writes 10-c.conf"
    assert program.step(change.files, change.memory) is None
    assert program.stop(change.files, change.memory).files == change.files


def test_a_remover_takes_its_old_file_along_in_the_same_step() -> None:
    program = one(writer("10-c.conf", "x.conf"))
    change = step(program, {"x.conf": SINGLE}, program.start())
    assert change is not None
    assert set(names_in(change.files, DIRECTORY)) == {"10-c.conf"}
    assert change.touched == (f"{DIRECTORY}/10-c.conf", f"{DIRECTORY}/x.conf")
    assert said(change) == "Calico writes 10-c.conf and removes x.conf"
    # what appears later stays
    assert step(program, {"10-c.conf": "", "x.conf": SINGLE}, change.memory) is None


def test_an_exclusive_writer_renames_what_else_a_runtime_would_take() -> None:
    files = {"x.json": SINGLE, "y.conf.bak": "", "00-multus.conf": SINGLE}
    once, always = exclusive_once(), exclusive_always("05-cilium.conf")
    for actor in (once, always):
        assert set(run(actor, files)) == {
            "05-cilium.conf",
            "x.json.cilium_bak",
            "y.conf.bak",
            "00-multus.conf.cilium_bak",
        }
    late = {"05-cilium.conf": SINGLE, "z.conf": SINGLE}
    assert step(one(once), late, "ran") is None


def test_a_file_that_is_there_is_left_as_it_is() -> None:
    actor = unless_present("01-own.conflist")
    assert run(actor, {"01-own.conflist": "{"}) == {"01-own.conflist": "{"}
    program = one(actor)
    change = step(program, {"01-own.conflist": LIST}, program.start())
    assert change is not None
    assert (change.touched, said(change)) == ((), "Kube-OVN finds 01-own.conflist and leaves it")
    # it looked when it started: that the file goes later is nothing to it
    assert step(program, {}, change.memory) is None
    assert set(run(actor, {})) == {"01-own.conflist"}


@pytest.mark.parametrize(
    ("present", "left"),
    [
        ({"00-multus.conf"}, set()),
        ({"00-multus.conf", ".x.conf"}, {".x.conf"}),
        ({"a.conf.bak", "a.conflist", "sub/a.conf"}, {"a.conf.bak", "a.conflist", "sub/a.conf"}),
        # its `[ -f *.conf ]` fails where the pattern fits two
        ({"00-multus.conf", "10-a.conf"}, {"00-multus.conf", "10-a.conf"}),
    ],
)
def test_a_pattern_takes_along_what_a_shell_matches(present: set[str], left: set[str]) -> None:
    assert set(run(sweeper(), dict.fromkeys(present, SINGLE))) == {*left, "10-kuberouter.conflist"}


def test_a_sweeper_with_its_file_in_place_removes_nothing() -> None:
    files = {"10-kuberouter.conflist": LIST, "00-multus.conf": SINGLE}
    assert run(sweeper(), files) == files
    program = one(sweeper())
    change = step(program, {"00-multus.conf": SINGLE}, program.start())
    assert change is not None
    assert said(change) == "kube-router writes 10-kuberouter.conflist and removes 00-multus.conf"


def test_a_file_goes_with_a_program_that_cleans_up() -> None:
    after = run(leaver(), {"b.conflist": LIST})
    assert set(after) == {"10-ovn-kubernetes.conf", "b.conflist"}
    gone, label = stopped(leaver(), after)
    assert set(gone) == {"b.conflist"}
    assert label == "OVN-Kubernetes stops, 10-ovn-kubernetes.conf goes"
    program = one(leaver())
    assert said(program.stop(on_host({"b.conflist": LIST}), None)) == "OVN-Kubernetes stops"
    assert stopped(writer("b.conflist"), {})[0] == run(writer("b.conflist"), {})


@given(
    st.dictionaries(
        st.sampled_from(["a.conf", "b.conflist", "c.json"]),
        st.sampled_from([LIST, SINGLE, "", "{", "[]", "null"]),
    ),
    st.sampled_from(
        [
            writer("b.conflist", "a.conf"),
            exclusive_once(),
            exclusive_always("b.conflist"),
            inserter(""),
            inserter("b.conflist"),
            copier("a.conflist"),
            copier("a.conflist", "b.conflist"),
            unless_present("b.conflist"),
            sweeper(),
            leaver(),
            into_every_file(),
            staying(""),
            staying("a.conf"),
            beside(),
            copier_once(),
            copier_once("--monitor"),
            referrer(),
        ]
    ),
)
def test_every_program_comes_to_rest_alone_and_tells_what_it_touched(
    files: dict[str, str], actor: Actor
) -> None:
    program = one(actor)
    now: Files = on_host(files)
    memory = program.start()
    seen: set[Hashable] = set()
    while (change := program.step(now, memory)) is not None and (
        dict(change.files) != dict(now) or change.memory != memory
    ):
        state = frozenset(change.files.items()), change.memory
        if state in seen:
            # of one file that has to be the first, or at one that it cannot read
            assert program.actor.title == "Istio CNI"
            return
        seen.add(state)
        paths = {**now, **change.files}
        differing = {path for path in paths if now.get(path) != change.files.get(path)}
        # renamed files are told by the name they had
        kept = {path for path in differing if not path.endswith(".cilium_bak")}
        assert kept <= set(change.touched)
        now, memory = change.files, change.memory
    assert not program.serves
    if isinstance(program, Installed):
        is_up = program.installer.status(memory) is Status.READY
        waits = program.complaint(now, memory) is not None
        assert waits is not (is_up or program.ended(memory))
        return
    assert program.complaint(now, memory) == complaint(program, names_in(now, DIRECTORY))


def complaint(program: Program, files: Files) -> Cause | None:
    """Return what a program that rests alone lacks among some files, which a runtime may take."""
    taken = {name: text for name, text in sorted(files.items()) if name.endswith(CANDIDATES)}
    if isinstance(program, Inserter):
        quoted = json.dumps(program.plugin["type"])
        chained = any(quoted in text for text in taken.values())
        missing = Cause(Failure.NO_FILE_TO_CHAIN, program.behaviour.target)
        return None if chained else missing
    if isinstance(program, Copier):
        missing = Cause(Failure.NO_FILE_TO_CHAIN, program.behaviour.target)
        return None if program.file.name in taken else missing
    return None
