"""The life of a thick Multus daemon."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.upstream.multus_daemon_config import DaemonConf, daemon_config, read_daemon_config
from cnilint.upstream.multus_thick_daemon import (
    STOPPED,
    DaemonState,
    FileEvent,
    react,
    replay,
    start,
    stop,
)

OLD, NEW = (4, 0, 2), (4, 3, 0)
DIRECTORY = "/host/etc/cni/net.d"
AWS, ISTIO, MULTUS = "10-aws.conflist", "YYY-istio-cni.conf", "00-multus.conf"
PLAIN = '{"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "aws-cni"}]}'


def enabling(*capabilities: str) -> str:
    named = dict.fromkeys(capabilities, True)
    return json.dumps({"cniVersion": "0.4.0", "name": "n", "type": "x", "capabilities": named})


def configured(version: tuple[int, int, int] = NEW, **members: object) -> DaemonConf:
    return read_daemon_config(version, json.dumps({**json.loads(daemon_config()), **members}))


def running(conf: DaemonConf, files: Mapping[str, str]) -> tuple[DaemonState, dict[str, str]]:
    state, after = start(conf, STOPPED, files)
    assert state.status == "running"
    return state, after


def test_it_picks_when_it_starts_and_writes_its_file() -> None:
    state, files = running(configured(), {AWS: PLAIN, ISTIO: PLAIN})
    assert (state.master, state.conf) == (AWS, AWS)
    assert json.loads(files[MULTUS])["clusterNetwork"] == f"{DIRECTORY}/{AWS}"
    assert files[AWS] == PLAIN


def test_it_waits_for_the_first_file_and_never_looks_again() -> None:
    conf = configured()
    state, files = start(conf, STOPPED, {})
    assert (state.status, files) == ("waiting", {})
    state, files = react(conf, state, {ISTIO: PLAIN}, ISTIO, FileEvent.WRITTEN)
    assert (state.status, state.master) == ("running", ISTIO)
    later = {**files, AWS: PLAIN}
    assert react(conf, state, later, AWS, FileEvent.WRITTEN) == (state, later)
    state, files = start(conf, stop(conf, state, later)[0], later)
    assert state.master == AWS


@pytest.mark.parametrize(
    "members",
    [{"multusMasterCNI": "missing.conf"}, {"multusAutoconfigDir": "/none"}, {"cniVersion": ""}],
)
def test_it_exits_when_it_cannot_start(members: dict[str, object]) -> None:
    files = {AWS: PLAIN, MULTUS: "stale"}
    state, after = start(configured(NEW, **members), STOPPED, files)
    assert (state.status, state.conf, after) == ("exited", "foreign", files)


def test_a_start_ends_neither_waiting_nor_running() -> None:
    conf = configured()
    state, files = start(conf, STOPPED, {})
    assert start(conf, state, files) == (state, files)
    state, files = running(conf, {AWS: PLAIN})
    added = {**files, "05-a.conf": PLAIN}
    assert start(conf, state, added) == (state, added)


def test_stopping_takes_the_file_away_from_v4_1_on() -> None:
    for version, left in ((OLD, {AWS, MULTUS}), (NEW, {AWS})):
        conf = configured(version)
        state, files = running(conf, {AWS: PLAIN})
        state, files = stop(conf, state, files)
        assert state.status == "stopped"
        assert set(files) == left


def test_stopping_while_it_waits_leaves_a_stale_file() -> None:
    conf = configured()
    state, files = start(conf, STOPPED, {MULTUS: ""})
    assert (state.status, state.conf) == ("waiting", "empty")
    assert stop(conf, state, files)[1] == {MULTUS: ""}


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("change", [FileEvent.WRITTEN, FileEvent.RENAMED_TO])
def test_it_generates_anew_when_its_master_appears(
    version: tuple[int, int, int], change: FileEvent
) -> None:
    conf = configured(version)
    state, files = running(conf, {AWS: enabling("a")})
    del files[MULTUS]
    state, files = react(conf, state, {**files, AWS: enabling("b")}, AWS, change)
    assert state.conf == AWS
    assert json.loads(files[MULTUS])["capabilities"] == {"a": True, "b": True}


@pytest.mark.parametrize("change", [FileEvent.REMOVED, FileEvent.RENAMED_AWAY])
def test_it_overlooks_that_its_master_is_gone(change: FileEvent) -> None:
    conf = configured()
    state, files = running(conf, {AWS: PLAIN})
    del files[AWS]
    assert react(conf, state, files, AWS, change) == (state, files)


@pytest.mark.parametrize("content", ["{oops", "", '{"cniVersion": "0.3.1", "type": "x"}'])
def test_an_invalid_master_empties_the_file(content: str) -> None:
    conf = configured(cniVersion="0.4.0")
    state, files = running(conf, {AWS: enabling("a")})
    state, files = react(conf, state, {**files, AWS: content}, AWS, FileEvent.WRITTEN)
    assert (state.status, state.conf, files[MULTUS]) == ("running", "empty", "")
    state, files = react(conf, state, {**files, AWS: PLAIN}, AWS, FileEvent.WRITTEN)
    assert state.conf == AWS
    assert json.loads(files[MULTUS])["capabilities"] == {"a": True}


@pytest.mark.parametrize("content", ["[]", "null", '{"plugins": {}}', '{"capabilities": {"a": 1}}'])
def test_a_master_of_another_shape_ends_it(content: str) -> None:
    conf = configured()
    state, files = running(conf, {AWS: PLAIN})
    state, after = react(conf, state, {**files, AWS: content}, AWS, FileEvent.WRITTEN)
    assert (state.status, state.conf) == ("exited", AWS)
    assert after[MULTUS] == files[MULTUS]
    assert react(conf, state, {**after, AWS: PLAIN}, AWS, FileEvent.WRITTEN)[0] == state


def test_a_master_outside_the_watched_directory_is_not_noticed() -> None:
    conf = configured(multusMasterCNI="sub/a.conf")
    state, files = running(conf, {"sub/a.conf": PLAIN})
    changed = {**files, "sub/a.conf": "{oops"}
    assert react(conf, state, changed, "sub/a.conf", FileEvent.WRITTEN) == (state, changed)


def test_a_slash_behind_the_directory_makes_v4_0_deaf() -> None:
    for version, held in ((OLD, AWS), (NEW, "empty")):
        conf = configured(version, multusAutoconfigDir=f"{DIRECTORY}/")
        state, files = running(conf, {AWS: PLAIN})
        state, _ = react(conf, state, {**files, AWS: "{oops"}, AWS, FileEvent.WRITTEN)
        assert state.conf == held


def test_a_readiness_file_is_needed_from_start_to_end() -> None:
    conf = configured(readinessindicatorfile=f"{DIRECTORY}/ready")
    state, files = start(conf, STOPPED, {AWS: PLAIN})
    assert state.status == "waiting"
    state, files = react(conf, state, {**files, "ready": ""}, "ready", FileEvent.WRITTEN)
    assert (state.status, state.conf) == ("running", AWS)
    assert react(conf, state, files, "ready", FileEvent.WRITTEN) == (state, files)
    del files["ready"]
    state, files = react(conf, state, files, "ready", FileEvent.REMOVED)
    assert (state.status, state.conf, files) == ("exited", "absent", {AWS: PLAIN})


def test_a_readiness_file_beside_its_own_file_is_watched_wherever_its_masters_are() -> None:
    masters, ready = f"{DIRECTORY}/masters", f"{DIRECTORY}/ready"
    conf = configured(multusAutoconfigDir=masters, readinessindicatorfile=ready)
    state, files = running(conf, {f"masters/{AWS}": PLAIN, "ready": ""})
    del files["ready"]
    state, files = react(conf, state, files, "ready", FileEvent.REMOVED)
    assert (state.status, files) == ("exited", {f"masters/{AWS}": PLAIN})


def test_a_master_that_is_the_readiness_file_is_not_read_again() -> None:
    conf = configured(readinessindicatorfile=f"{DIRECTORY}/{AWS}")
    state, files = running(conf, {AWS: PLAIN})
    changed = {**files, AWS: "{oops"}
    assert react(conf, state, changed, AWS, FileEvent.WRITTEN) == (state, changed)


def test_forcing_the_version_rewrites_the_master() -> None:
    conf = configured(cniVersion="1.0.0", forceCNIVersion=True)
    _, files = running(conf, {AWS: '{"name": "a", "cniVersion": "0.3.1", "mtu": 9001}'})
    assert files[AWS] == '{"cniVersion":"1.0.0","mtu":9001,"name":"a"}'


def test_a_file_that_goes_elsewhere_is_not_seen() -> None:
    conf = configured(cniConfigDir="/etc/cni/net.d")
    state, files = running(conf, {AWS: PLAIN})
    assert (state.conf, set(files)) == ("absent", {AWS})
    assert set(stop(conf, state, {**files, MULTUS: "x"})[1]) == {AWS, MULTUS}


OPERATIONS = st.lists(
    st.one_of(
        st.builds(
            lambda file, content: {"op": "write", "file": file, "content": content},
            st.sampled_from([AWS, ISTIO, "05-cilium.conflist"]),
            st.sampled_from([PLAIN, enabling("a"), enabling("b"), "{oops"]),
        ),
        st.builds(
            lambda op, file: {"op": op, "file": file, "to": f"{file}.cilium_bak"},
            st.sampled_from(["remove", "rename"]),
            st.sampled_from([AWS, ISTIO, MULTUS]),
        ),
        st.sampled_from([{"op": "start"}, {"op": "stop"}]),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(OPERATIONS, st.sampled_from(["", AWS, ISTIO]))
def test_what_holds_in_every_life(operations: list[dict[str, str]], master: str) -> None:
    states = replay("multus-thick@v4.3.0", operations, master=master)
    assert len(states) == len(operations)
    for operation, state in zip(operations, states, strict=True):
        files = state["files"]
        assert isinstance(files, list)
        assert files == sorted(files)
        assert (MULTUS in files) == (state["conf"] != "absent")
        assert state["daemon"] == "running" or state["conf"] == "absent"
        assert master == "" or state["conf"] in ("absent", "empty", master)
        assert ("caps" in state) <= (state["conf"] not in ("absent", "empty"))
        if operation["op"] == "stop":
            assert state["daemon"] == "stopped"


@given(OPERATIONS)
def test_a_life_has_no_memory_of_the_future(operations: list[dict[str, str]]) -> None:
    states = replay("multus-thick@v4.3.0", operations)
    for length in range(len(operations)):
        assert replay("multus-thick@v4.3.0", operations[:length]) == states[:length]


def test_operations_on_absent_files_do_nothing() -> None:
    operations = [
        {"op": "start"},
        {"op": "remove", "file": AWS},
        {"op": "rename", "file": AWS, "to": ISTIO},
    ]
    states = replay("multus-thick@v4.3.0", operations)
    assert states == [{"files": [], "daemon": "waiting", "conf": "absent"}] * 3


@pytest.mark.parametrize("selector", ["multus-thin@v4.3.0", "containerd", "multus", ""])
def test_only_thick_multus_has_a_daemon(selector: str) -> None:
    with pytest.raises(ValueError, match="no daemon") as caught:
        replay(selector, [])
    assert repr(selector) in str(caught.value)


def test_a_release_without_a_model_cannot_be_replayed() -> None:
    with pytest.raises(ValueError, match=r"'multus-thick@v3.9': there are models of Multus v4"):
        replay("multus-thick@v3.9", [])


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (
            {"op": "touch", "file": AWS},
            r"unknown operation 'touch' \(number 2\): not one of start,",
        ),
        ({}, r"unknown operation '' \(number 2\)"),
        ({"op": "write", "content": "{}"}, "number 2, write, has no 'file'"),
        ({"op": "write", "file": AWS}, "number 2, write, has no 'content'"),
        ({"op": "remove"}, "number 2, remove, has no 'file'"),
        ({"op": "rename", "file": AWS}, "number 2, rename, has no 'to'"),
        ({"op": "write", "file": "", "content": "{}"}, "number 2, write: no file is called ''"),
        ({"op": "remove", "file": ".."}, "number 2, remove: no file is called '..'"),
        ({"op": "rename", "file": AWS, "to": "a/"}, "number 2, rename: no file is called 'a/'"),
    ],
)
def test_operations_that_cannot_be_carried_out(operation: dict[str, str], message: str) -> None:
    for others in ([], [{"op": "stop"}]):
        with pytest.raises(ValueError, match=message):
            replay("multus-thick@v4.3.0", [{"op": "start"}, operation, *others])


def test_a_readiness_file_that_was_seen_is_not_looked_for_before_the_first_candidate() -> None:
    conf = configured(readinessindicatorfile=f"{DIRECTORY}/ready")
    state, _ = start(conf, STOPPED, {})
    assert (state.status, state.ready) == ("waiting", False)
    state, _ = react(conf, state, {"ready": ""}, "ready", FileEvent.WRITTEN)
    assert (state.status, state.ready) == ("waiting", True)
    state, _ = react(conf, state, {}, "ready", FileEvent.REMOVED)
    assert (state.status, state.ready) == ("waiting", True)
    picked, _ = react(conf, state, {AWS: PLAIN}, AWS, FileEvent.WRITTEN)
    assert (picked.status, picked.master) == ("running", AWS)
    # a start looks for it again
    state, _ = start(conf, stop(conf, state, {})[0], {AWS: PLAIN})
    assert (state.status, state.ready) == ("waiting", False)


@pytest.mark.parametrize(("version", "pin"), [(OLD, MULTUS), (NEW, MULTUS), (NEW, f"./{MULTUS}")])
def test_pinned_to_its_own_file_it_makes_it_again(version: tuple[int, int, int], pin: str) -> None:
    conf = configured(version, multusMasterCNI=pin)
    state, files = running(conf, {MULTUS: enabling("a")})
    assert (state.conf, state.capabilities) == (MULTUS, frozenset({"a"}))
    del files[MULTUS]
    for change in (FileEvent.REMOVED, FileEvent.RENAMED_AWAY):
        again, after = react(conf, state, files, MULTUS, change)
        assert (again.status, set(after)) == ("running", {MULTUS})


def test_a_directory_in_the_way_of_its_file_ends_it() -> None:
    files = {AWS: PLAIN, f"{MULTUS}/x": ""}
    state, after = start(configured(), STOPPED, files)
    assert (state.status, after) == ("exited", files)
