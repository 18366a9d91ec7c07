"""The steps of those that chain a plugin into another one's file, copy it or refer to it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.simulation.chaining import chain, unchain
from cnilint.simulation.steps import is_valid, names_in
from cnilint.upstream.program import Event, Happening
from tests.unit.simulation.actors import (
    DIRECTORY,
    Actor,
    beside,
    copier,
    copier_once,
    inserter,
    into_every_file,
    on_host,
    referrer,
    staying,
)
from tests.unit.simulation.alone import (
    LIST,
    SINGLE,
    lines,
    one,
    plugins,
    rested,
    run,
    said,
    step,
    stopped,
    told,
)

ISTIO = {"type": "istio-cni"}


@pytest.mark.parametrize(
    ("target", "files", "chained"),
    [
        ("", {}, None),
        ("", {"a.conf": "{", "b.conflist": LIST, "c.conflist": LIST}, "b.conflist"),
        ("", {"a.json": SINGLE, "b.conflist": LIST}, "b.conflist"),
        ("", {"a.conf": SINGLE}, "a.conflist"),
        ("b.conflist", {"a.conflist": LIST, "b.conflist": LIST}, "b.conflist"),
        ("b.conflist", {"a.conflist": LIST}, None),
        # a named file may have its other ending
        ("b.conf", {"b.conflist": LIST}, "b.conflist"),
        ("b.conflist", {"b.conf": SINGLE}, "b.conflist"),
    ],
)
def test_an_inserter_chains_itself_into_its_target(
    target: str, files: dict[str, str], chained: str | None
) -> None:
    after = run(inserter(target), files)
    changed = {name for name, text in after.items() if files.get(name) != text}
    assert changed == ({chained} if chained else set())
    if chained:
        assert plugins(after[chained]) == ["bridge", "istio-cni"]
    assert all(name in after or name + "list" in after for name in files)


def test_an_inserter_comes_again_when_its_plugin_is_gone() -> None:
    program = one(inserter(""))
    files, memory = rested(program, {"b.conflist": LIST})
    after = names_in(files, DIRECTORY)
    for other in ({"b.conflist": LIST}, after):
        repaired, known = told(program, memory, other, "b.conflist")
        assert (repaired, known) == (after, memory)


def test_the_first_file_it_saw_is_its_own_for_good_from_a_release_on() -> None:
    first = {"a.conflist": LIST}
    for release, takes in (("1.26.8", "a.conflist"), ("1.27.0", None)):
        program = one(inserter("", release))
        files, memory = rested(program, {"b.conflist": LIST})
        before = names_in(files, DIRECTORY) | first
        after, _known = told(program, memory, before, "a.conflist")
        assert {name for name in after if after[name] != before[name]} == {takes} - {None}


def test_a_copier_keeps_a_file_of_its_own_and_takes_it_along() -> None:
    actor = copier("02-own.conflist")
    assert run(actor, {}) == {}
    program = one(actor)
    files, memory = rested(program, {"b.conflist": LIST, "c.conflist": LIST})
    after = names_in(files, DIRECTORY)
    assert plugins(after["02-own.conflist"]) == ["bridge", "istio-cni"]
    assert after["b.conflist"] == LIST
    for broken in ({}, {"02-own.conflist": "{"}):
        others = {name: text for name, text in after.items() if name != "02-own.conflist"}
        assert told(program, memory, others | broken, "02-own.conflist")[0] == after
    left = program.uninstalled(files, memory)
    assert set(names_in(left.files, DIRECTORY)) == {"b.conflist", "c.conflist"}
    assert said(left) == "Istio CNI stops, 02-own.conflist goes"
    # its agent sees that its DaemonSet is there
    assert said(program.stop(files, memory)) == "Istio CNI stops"
    assert run(copier("02-own.conflist", "z.conflist"), {"b.conflist": LIST}) == {
        "b.conflist": LIST
    }


def test_a_file_of_its_own_is_written_again_for_ever_while_it_is_not_the_first() -> None:
    program = one(copier("02-own.conflist"))
    with pytest.raises(AssertionError, match="never rests"):
        rested(program, {"00-a.conflist": LIST})


def test_one_that_takes_every_file_leaves_none_out() -> None:
    files = {"00-multus.conf": SINGLE, "10-a.conflist": LIST, "x.json": SINGLE, "y.conf": "{"}
    program = one(into_every_file())
    left, memory = rested(program, files)
    after = names_in(left, DIRECTORY)
    assert set(after) == {"00-multus.conflist", "10-a.conflist", "x.json", "y.conf"}
    for name in ("00-multus.conflist", "10-a.conflist"):
        assert plugins(after[name]) == ["bridge", "linkerd-cni"]
    assert (after["x.json"], after["y.conf"]) == (SINGLE, "{")
    more, event = after | {"z.conflist": LIST}, Event(Happening.MOVED_TO, f"{DIRECTORY}/z.conflist")
    noticed = program.notice(on_host(more), memory, (event,))
    assert lines(program, more, noticed) == ["Linkerd CNI chains itself into z.conflist"]


@pytest.mark.parametrize("actor", [into_every_file(), inserter(""), staying(""), beside()])
def test_a_plugin_is_taken_out_when_its_installer_stops(actor: Actor) -> None:
    left, label = stopped(actor, {"10-a.conflist": LIST, "x.conf": "{"})
    assert {name: json.loads(text) for name, text in left.items() if name != "x.conf"} == {
        "10-a.conflist": json.loads(LIST)
    }
    assert label.endswith(" stops, its plugin goes out of 10-a.conflist")
    assert stopped(actor, {}) == ({}, label.partition(",")[0])


def test_one_that_stays_keeps_to_its_file_while_its_plugin_is_there() -> None:
    program = one(staying(""))
    first, memory = rested(program, {"20-d.conflist": LIST})
    now = names_in(first, DIRECTORY)
    assert step(program, now | {"10-c.conflist": LIST}, memory) is None
    gone = {"10-c.conflist": LIST}
    # it ends then, with the file as it would leave it, and the next process settles on one anew
    assert lines(program, gone, memory) == []
    undone = now | {"20-d.conflist": LIST} | gone
    assert lines(program, undone, memory) == ["Kuma CNI writes 20-d.conflist"]
    assert lines(program, gone) == ["Kuma CNI chains itself into 10-c.conflist"]


def test_a_list_under_the_name_of_a_single_plugin_is_no_use() -> None:
    after = run(staying("10-c.conf"), {"10-c.conf": SINGLE})
    assert plugins(after["10-c.conf"]) == ["bridge", "kuma-cni"]
    assert not is_valid(f"{DIRECTORY}/10-c.conf", after["10-c.conf"])


def test_a_single_plugin_kept_beside_its_list_is_still_the_first() -> None:
    after = run(beside(), {"10-c.conf": SINGLE})
    assert after["10-c.conf"] == SINGLE
    assert plugins(after["10-c.conflist"]) == ["bridge", "consul-cni"]
    # it is made anew from the one beside it, whatever else was chained into it
    again = run(beside(), after | {"10-c.conflist": LIST})
    assert again == after


def test_a_copy_that_is_made_once_is_not_made_again() -> None:
    program = one(copier_once("--monitor"))
    assert step(program, {"10-antrea-of-old.conflist": LIST}, None) is None
    change = step(program, {"10-antrea-of-old.conflist": LIST, "10-c.conflist": LIST}, None)
    assert change is not None
    assert said(change) == "Antrea writes 05-antrea.conflist, a copy of 10-c.conflist"
    copied = names_in(change.files, DIRECTORY)["05-antrea.conflist"]
    assert plugins(copied) == ["bridge", "antrea"]
    assert step(program, {"10-c.conflist": LIST}, change.memory) is None
    assert stopped(copier_once("--monitor"), names_in(change.files, DIRECTORY))[1] == "Antrea stops"


def test_an_init_container_chains_once_and_only_into_a_list() -> None:
    assert run(copier_once(), {"10-c.conf": SINGLE}) == {"10-c.conf": SINGLE}
    program = one(copier_once())
    change = step(program, {"10-c.conflist": LIST}, None)
    assert change is not None
    assert plugins(names_in(change.files, DIRECTORY)["10-c.conflist"]) == ["bridge", "antrea"]
    assert step(program, {"10-c.conflist": LIST}, change.memory) is None


def test_a_reference_is_to_the_first_file_at_its_start() -> None:
    program = one(referrer())
    assert step(program, {}, None) is None
    assert step(program, {"00-multus.conflist": LIST}, None) is None
    change = step(program, {"10-c.conflist": LIST, "20-d.conflist": LIST}, None)
    assert change is not None
    assert said(change) == (
        "Multus of Spiderpool writes 00-multus.conf, which refers to 10-c.conflist"
    )
    content = json.loads(names_in(change.files, DIRECTORY)["00-multus.conf"])
    assert (content["type"], content["clusterNetwork"]) == ("multus", f"{DIRECTORY}/10-c.conflist")
    assert step(program, {"05-b.conflist": LIST}, change.memory) is None


@pytest.mark.parametrize(
    ("content", "types"),
    [
        ('{"plugins": [{"type": "bridge"}, {"type": "istio-cni"}]}', ["bridge"]),
        ('{"plugins": [{"type": "istio-cni"}, 7, {"type": "istio-cni"}]}', [7]),
        (LIST, None),
        (SINGLE, None),
        ('{"plugins": {}}', None),
        ("{", None),
    ],
)
def test_a_plugin_is_taken_out_wherever_it_stands(content: str, types: list[object] | None) -> None:
    found = unchain(content, ISTIO)
    listed = None if found is None else json.loads(found)["plugins"]
    shown = None if listed is None else [p["type"] if isinstance(p, dict) else p for p in listed]
    assert shown == types


@given(st.sampled_from([LIST, SINGLE, '{"plugins": []}', '{"plugins": [7]}', "[]", "{"]))
def test_what_was_chained_can_be_taken_out(content: str) -> None:
    chained = chain(content, ISTIO)
    if chained is None:
        return
    assert chain(chained, ISTIO) is None
    without = unchain(chained, ISTIO)
    assert without is not None
    assert json.loads(without)["plugins"] == json.loads(chained)["plugins"][:-1]


@pytest.mark.parametrize(
    ("content", "types"),
    [
        (SINGLE, ["bridge", "istio-cni"]),
        (LIST, ["bridge", "istio-cni"]),
        ('{"plugins": []}', ["istio-cni"]),
        ('{"plugins": [{"type": "istio-cni"}]}', None),
        ('{"plugins": {}}', None),
        ('{"plugins": [7]}', None),
        ("[]", None),
        ("7", None),
        ("{", None),
        ("", None),
        ("[" * 100_000, None),
    ],
)
def test_a_plugin_is_chained_at_the_end_unless_it_is_there(
    content: str, types: list[str] | None
) -> None:
    found = chain(content, ISTIO)
    if content == '{"plugins": [7]}':
        assert found is not None
        return
    assert (plugins(found) if found is not None else None) == types
