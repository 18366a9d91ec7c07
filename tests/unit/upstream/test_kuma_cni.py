"""Kuma's installer: which file it settles on by release, and what it does when that is undone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cnilint.upstream.kuma_cni import KumaInstaller, KumaPhase, KumaState
from cnilint.upstream.program import Event, Happening, Status
from cnilint.upstream.replay import replay

LIST = json.dumps({"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "aws-cni"}]})
SINGLE = json.dumps({"cniVersion": "0.3.1", "name": "x", "type": "bridge"})
BOTH = {"20-x.conf": SINGLE, "10-aws.conflist": LIST}
START = {"op": "start"}


def lived(
    version: str, files: dict[str, str], *more: dict[str, str], **environment: str
) -> dict[str, Any]:
    """Return the state after a start, and more operations."""
    return replay(
        f"kuma-cni@{version}", [START, *more], before=files, settings={"env": environment}
    )[-1]


def types(text: str) -> list[object]:
    return [one.get("type") for one in json.loads(text)["plugins"]]


@pytest.mark.parametrize("version", ["2.0.0", "2.7.0", "v2.12.14", "v2.14.0"])
def test_it_chains_into_the_file_it_is_told(version: str) -> None:
    state = lived(version, BOTH, CNI_CONF_NAME="10-aws.conflist")
    assert state["status"] == "ready"
    assert types(state["files"]["10-aws.conflist"]) == ["aws-cni", "kuma-cni"]


def test_a_single_plugin_is_taken_first_and_becomes_a_list_in_its_file() -> None:
    state = lived("2.7.0", BOTH)
    assert types(state["files"]["20-x.conf"]) == ["bridge", "kuma-cni"]
    assert json.loads(state["files"]["20-x.conf"])["name"] == "k8s-pod-network"
    assert state["files"]["10-aws.conflist"] == LIST


def test_since_v2_13_chance_says_which_kind_is_looked_at_first() -> None:
    found = set()
    for lists_first in (False, True):
        kuma = KumaInstaller((2, 13, 0), lists_first=lists_first)
        change = kuma.step(BOTH, kuma.start())
        assert change is not None
        assert isinstance(change.memory, KumaState)
        found.add(change.memory.name)
    assert found == {"20-x.conf", "10-aws.conflist"}


def test_v2_10_to_v2_12_take_no_list_by_themselves() -> None:
    files = {"10-aws.conflist": LIST}
    for version in ("2.10.0", "v2.12.14"):
        assert lived(version, files)["status"] == "waits"
    for version in ("2.9.0", "v2.13.0"):
        assert lived(version, files)["status"] == "ready"


def test_what_it_settled_on_stays_settled() -> None:
    write = {"op": "write", "file": "10-aws.conflist", "content": LIST}
    state = lived("2.7.0", {}, write)
    assert (state["status"], state["files"]) == ("waits", {"10-aws.conflist": LIST})
    assert lived("2.0.0", {})["status"] == "exited"


def test_without_its_target_it_ends_in_the_end() -> None:
    kuma = KumaInstaller((2, 7, 0))
    settled = kuma.step({}, kuma.start())
    assert settled is not None
    ended = kuma.step({}, settled.memory)
    assert ended is not None
    assert kuma.status(ended.memory) is Status.EXITED


def test_it_undoes_and_ends_when_its_plugin_is_gone() -> None:
    write = {"op": "write", "file": "10-aws.conflist", "content": LIST}
    state = lived("v2.14.0", {"10-aws.conflist": LIST}, write)
    assert state["status"] == "exited"
    assert types(state["files"]["10-aws.conflist"]) == ["aws-cni"]


def test_a_name_that_only_a_list_bears_is_chained_and_not_found_again() -> None:
    state = lived("v2.14.0", {"10-aws.conflist": LIST}, CNI_CONF_NAME="10-aws.conf")
    assert state["status"] == "exited"
    assert types(state["files"]["10-aws.conflist"]) == ["aws-cni", "kuma-cni"]


def test_what_is_installed_is_left_as_it_is_since_v2_10() -> None:
    twice = json.dumps({"name": "n", "plugins": [{"type": "kuma-cni", "old": 1}, {"type": "x"}]})
    files = {"a.conflist": twice}
    assert lived("v2.13.0", files, CNI_CONF_NAME="a.conflist")["files"] == files
    older = lived("2.9.0", files, CNI_CONF_NAME="a.conflist")["files"]["a.conflist"]
    assert types(older) == ["x", "kuma-cni"]


def test_a_stop_takes_the_plugin_out_or_the_file_away() -> None:
    stop = {"op": "stop"}
    chained = lived("v2.14.0", {"10-aws.conflist": LIST}, stop)
    assert types(chained["files"]["10-aws.conflist"]) == ["aws-cni"]
    alone = lived("v2.14.0", {}, CHAINED_CNI_PLUGIN="false", CNI_CONF_NAME="kuma-cni.conf")
    assert (alone["status"], list(alone["files"])) == ("ready", ["kuma-cni.conf"])
    gone = lived("v2.14.0", {}, stop, CHAINED_CNI_PLUGIN="false", CNI_CONF_NAME="kuma-cni.conf")
    assert gone["files"] == {}


@pytest.mark.parametrize("text", ["{oops", "[]", "null", '{"plugins": [1]}', '{"plugins": {}}'])
def test_what_is_no_configuration_ends_it(text: str) -> None:
    state = lived("v2.14.0", {"a.conflist": text}, CNI_CONF_NAME="a.conflist")
    assert (state["status"], state["files"]) == ("exited", {"a.conflist": text})


def test_a_process_that_is_not_to_go_on_undoes_what_it_did() -> None:
    state = lived("v2.14.0", {"10-aws.conflist": LIST}, SLEEP="false")
    assert state["status"] == "exited"
    assert types(state["files"]["10-aws.conflist"]) == ["aws-cni"]


@pytest.mark.parametrize("value", ["", "yes"])
def test_a_switch_that_go_does_not_read_ends_it(value: str) -> None:
    assert lived("v2.14.0", {"a.conf": SINGLE}, CHAINED_CNI_PLUGIN=value)["status"] == "exited"


def test_others_hear_what_a_stop_takes_away() -> None:
    for settings, before, event in (
        ({}, {"10-aws.conflist": LIST}, Event(Happening.MOVED_TO, "10-aws.conflist")),
        (
            {"CHAINED_CNI_PLUGIN": "false", "CNI_CONF_NAME": "kuma-cni.conf"},
            {},
            Event(Happening.DELETED, "kuma-cni.conf"),
        ),
    ):
        kuma = KumaInstaller((2, 14, 0), tuple(settings.items()))
        files, memory = dict[str, str](before), kuma.start()
        while (change := kuma.step(files, memory)) is not None:
            files, memory = dict(change.files), change.memory
        assert kuma.status(memory) is Status.READY
        stopped = kuma.stop(files, memory)
        assert (stopped.memory, stopped.events) == (None, (event,))


def test_a_stop_before_it_has_installed_leaves_everything() -> None:
    kuma = KumaInstaller((2, 7, 0))
    taking = KumaState(KumaPhase.TAKING, "a.conf", "a.conf")
    assert kuma.stop({"a.conf": SINGLE}, taking).files == {"a.conf": SINGLE}
