"""One installer's steps."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.cni.programs import Change, Files, Program, candidates, chain, is_valid, names_in
from tests.unit.cni.actors import (
    CONTENTS,
    DIRECTORY,
    Actor,
    copier,
    exclusive_always,
    exclusive_once,
    inserter,
    made,
    on_host,
    writer,
)

LIST, SINGLE = CONTENTS[".conflist"], CONTENTS[".conf"]
ISTIO = {"type": "istio-cni"}


def one(actor: Actor) -> Program:
    (found,), _reading = made([actor])
    return found


def step(program: Program, files: Mapping[str, str], memory: Hashable) -> Change | None:
    return program.step(on_host(files), memory)


def run(actor: Actor, files: Mapping[str, str]) -> dict[str, str]:
    """Return the files after a program took every step that it takes alone."""
    program = one(actor)
    now, memory = on_host(files), program.start()
    for _ in range(9):
        change = program.step(now, memory)
        if change is None:
            return names_in(now, DIRECTORY)
        assert change.touched
        now, memory = dict(change.files), change.memory
    raise AssertionError(f"{program.title} never rests alone")


def plugins(text: str) -> list[object]:
    return [plugin["type"] for plugin in json.loads(text)["plugins"]]


def test_candidates_come_in_byte_order_and_only_from_the_directory() -> None:
    files = on_host({"b.conf": "", "B.json": "", "ä.conflist": "", ".x.conf": "", "sub/a.conf": ""})
    files |= {"/elsewhere/a.conf": "", f"{DIRECTORY}x/a.conf": "", f"{DIRECTORY}/a.conf.bak": ""}
    names = [path.removeprefix(f"{DIRECTORY}/") for path in candidates(files, DIRECTORY)]
    assert names == [".x.conf", "B.json", "b.conf", "ä.conflist"]


@pytest.mark.parametrize(
    ("name", "content", "valid"),
    [
        ("a.conflist", LIST, True),
        ("a.conf", SINGLE, True),
        ("a.conf", LIST, False),
        ("a.conflist", SINGLE, False),
        ("a.conf", "{", False),
        ("a.conf", "", False),
    ],
)
def test_a_file_is_valid_if_libcni_loads_it(name: str, content: str, valid: bool) -> None:
    assert is_valid(f"{DIRECTORY}/{name}", content) is valid


def test_a_writer_writes_once_and_leaves_what_is_not_its_own() -> None:
    program = one(writer("10-c.conf"))
    change = step(program, {"x.conf": SINGLE}, program.start())
    assert change is not None
    assert set(names_in(change.files, DIRECTORY)) == {"10-c.conf", "x.conf"}
    assert change.label == "Calico writes 10-c.conf"
    assert program.step(change.files, change.memory) is None
    assert program.stop(change.files, change.memory).files == change.files


def test_a_remover_takes_its_old_file_along_in_the_same_step() -> None:
    program = one(writer("10-c.conf", "x.conf"))
    change = step(program, {"x.conf": SINGLE}, program.start())
    assert change is not None
    assert set(names_in(change.files, DIRECTORY)) == {"10-c.conf"}
    assert change.touched == (f"{DIRECTORY}/10-c.conf", f"{DIRECTORY}/x.conf")
    assert change.label == "Calico writes 10-c.conf and removes x.conf"
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
    change = step(one(always), late, "ran")
    assert change is not None
    assert change.label == "Cilium renames z.conf"
    assert set(names_in(change.files, DIRECTORY)) == {"05-cilium.conf", "z.conf.cilium_bak"}


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
    after = run(inserter(""), {"b.conflist": LIST})
    assert step(program, after, None) is None
    assert step(program, after | {"b.conflist": LIST}, None) is not None
    assert step(program, after | {"a.conflist": LIST}, None) is not None


def test_a_copier_keeps_a_file_of_its_own_and_takes_it_along() -> None:
    actor = copier("02-own.conflist")
    assert run(actor, {}) == {}
    after = run(actor, {"b.conflist": LIST, "c.conflist": LIST})
    assert plugins(after["02-own.conflist"]) == ["bridge", "istio-cni"]
    assert after["b.conflist"] == LIST
    program = one(actor)
    assert step(program, after | {"02-own.conflist": "{"}, None) is not None
    stopped = program.stop(on_host(after), None)
    assert set(names_in(stopped.files, DIRECTORY)) == {"b.conflist", "c.conflist"}
    assert stopped.label == "Istio CNI stops, 02-own.conflist goes"
    assert run(copier("02-own.conflist", "z.conflist"), {"b.conflist": LIST}) == {
        "b.conflist": LIST
    }


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
        ]
    ),
)
def test_every_program_comes_to_rest_alone_and_tells_what_it_touched(
    files: dict[str, str], actor: Actor
) -> None:
    program = one(actor)
    now: Files = on_host(files)
    memory = program.start()
    while (change := program.step(now, memory)) is not None and (
        dict(change.files) != dict(now) or change.memory != memory
    ):
        paths = {**now, **change.files}
        differing = {path for path in paths if now.get(path) != change.files.get(path)}
        # renamed files are told by the name they had
        kept = {path for path in differing if not path.endswith(".cilium_bak")}
        assert kept <= set(change.touched)
        now, memory = change.files, change.memory
    assert program.complaint(now, memory) == ""
    assert program.notice(now, memory, tuple(now)) is None
