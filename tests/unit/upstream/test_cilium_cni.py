"""Cilium's configuration: what it writes in each mode, what it renames, and when it does so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cnilint.upstream.cilium_cni import CiliumManager, CiliumState
from cnilint.upstream.cilium_files import Plan, plan
from cnilint.upstream.program import Status
from cnilint.upstream.replay import replay

AWS = json.dumps(
    {"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "aws-cni"}, {"type": "egress"}]}
)
START = {"op": "start"}
STOP = {"op": "stop"}
OWN = "05-cilium.conflist"
WRITE = {"write-cni-conf-when-ready": f"/host/etc/cni/net.d/{OWN}"}
EXCLUSIVE = {**WRITE, "cni-exclusive": "true"}


def lived(
    version: str, config: dict[str, str], files: dict[str, str], *more: dict[str, str]
) -> dict[str, Any]:
    """Return the state after a start, and more operations."""
    return replay(f"cilium@{version}", [START, *more], before=files, settings={"config": config})[
        -1
    ]


def types(state: dict[str, Any]) -> list[object]:
    """Return the plugins of Cilium's file."""
    return [one.get("type") for one in json.loads(state["files"][OWN])["plugins"]]


def test_an_exclusive_one_restores_its_file_and_renames_what_comes() -> None:
    chained = json.dumps({"name": "cilium", "plugins": [{"type": "cilium-cni"}, {"type": "istio"}]})
    write = {"op": "write", "file": OWN, "content": chained}
    other = {"op": "write", "file": "10-aws.conflist", "content": AWS}
    for version in ("v1.14.0", "v1.16.5", "v1.18.2"):
        state = lived(version, EXCLUSIVE, {}, write, other)
        assert types(state) == ["cilium-cni"]
        assert sorted(state["files"]) == [OWN, "10-aws.conflist.cilium_bak"]
    assert types(lived("v1.18.2", WRITE, {}, write)) == ["cilium-cni", "istio"]


def test_the_old_file_of_its_own_is_renamed_always_and_once_if_not_exclusive() -> None:
    files = {"05-cilium.conf": "{}", "10-aws.conflist": AWS}
    state = lived("v1.18.2", WRITE, files)
    assert sorted(state["files"]) == ["05-cilium.conf.cilium_bak", OWN, "10-aws.conflist"]
    again = {"op": "write", "file": "05-cilium.conf", "content": "{}"}
    assert "05-cilium.conf" in lived("v1.18.2", WRITE, files, again)["files"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("none", ["cilium-cni"]),
        ("portmap", ["cilium-cni", "portmap"]),
        ("flannel", ["flannel", "portmap", "cilium-cni"]),
    ],
)
def test_a_mode_has_its_list(mode: str, expected: list[str]) -> None:
    assert types(lived("v1.18.2", {**WRITE, "cni-chaining-mode": mode}, {})) == expected


@pytest.mark.parametrize("mode", ["generic-veth", "azure", "aws-cni"])
def test_a_mode_without_a_list_waits_and_renames_nothing(mode: str) -> None:
    files = {"10-x.conflist": "{}", "05-cilium.conf": "{}"}
    state = lived("v1.18.2", {**EXCLUSIVE, "cni-chaining-mode": mode}, files)
    assert (state["status"], state["files"]) == ("waits", files)


def test_the_spelling_of_a_mode_matters_before_v1_15() -> None:
    config = {**WRITE, "cni-chaining-mode": "Portmap"}
    assert lived("v1.14.19", config, {})["status"] == "waits"
    assert lived("v1.15.0", config, {})["status"] == "ready"


def test_it_chains_into_a_network_by_name_a_renamed_one_too() -> None:
    config = {**EXCLUSIVE, "cni-chaining-mode": "aws-cni"}
    state = lived("v1.18.2", config, {"10-aws.conflist": AWS})
    assert types(state) == ["aws-cni", "egress", "cilium-cni"]
    assert "10-aws.conflist.cilium_bak" in state["files"]
    assert json.loads(state["files"][OWN])["name"] == "aws-cni"
    back = {"op": "remove", "file": "10-aws.conflist.cilium_bak"}
    assert lived("v1.18.2", config, {"10-aws.conflist": AWS}, back)["status"] == "waits"


def test_a_single_plugin_becomes_a_list_with_the_name_that_was_asked_for() -> None:
    config = {**WRITE, "cni-chaining-target": "*"}
    text = json.dumps({"cniVersion": "0.3.1", "name": "x", "type": "bridge"})
    state = lived("v1.18.2", config, {"20-x.conf": text})
    assert types(state) == ["bridge", "cilium-cni"]
    assert json.loads(state["files"][OWN])["name"] == "*"


def test_its_own_place_is_counted_among_the_plugins_with_a_type() -> None:
    plugins = [{"foo": 1}, {"type": "cilium-cni", "old": 1}]
    text = json.dumps({"name": "n", "plugins": plugins})
    state = lived("v1.18.2", {**WRITE, "cni-chaining-target": "n"}, {"20-x.conflist": text})
    found = json.loads(state["files"][OWN])["plugins"]
    assert [one.get("old") for one in found] == [None, 1]


def test_every_renaming_is_a_step() -> None:
    manager = CiliumManager((1, 18, 2), plan(EXCLUSIVE))
    files, memory = {"10-a.conf": "", "20-b.json": "", "c.txt": ""}, manager.start()
    seen = []
    while (change := manager.step(files, memory)) is not None:
        files, memory = dict(change.files), change.memory
        seen.append(len([name for name in files if name.endswith(".cilium_bak")]))
    assert seen == [0, 1, 2, 2]
    assert manager.status(memory) is Status.READY


def test_a_given_file_is_copied_as_it_is() -> None:
    told = plan({**WRITE, "read-cni-conf": "/tmp/cni/cni-config"})
    assert isinstance(told, Plan)
    manager = CiliumManager((1, 18, 2), told, sources=(("/tmp/cni/cni-config", "given"),))
    change = manager.step({}, manager.start())
    assert change is not None
    assert change.files == {OWN: "given"}
    bare = CiliumManager((1, 18, 2), told)
    assert bare.step({}, bare.start()) is None


def test_a_switch_that_go_does_not_read_ends_the_agent() -> None:
    assert lived("v1.18.2", {**WRITE, "cni-exclusive": "yes"}, {})["status"] == "exited"


def test_no_path_means_no_file() -> None:
    assert lived("v1.18.2", {"cni-exclusive": "true"}, {"a.conf": ""})["files"] == {"a.conf": ""}
    manager = CiliumManager((1, 18, 2), plan({"write-cni-conf-when-ready": "/other/x.conflist"}))
    assert manager.step({}, CiliumState(Status.READY)) is None


@pytest.mark.parametrize(
    ("version", "left"), [("v1.10.0", []), ("v1.13.0", []), ("v1.13.1", ["05-cilium.conf"])]
)
def test_the_script_leaves_nothing_until_that_became_a_setting(
    version: str, left: list[str]
) -> None:
    files = {"10-aws.conflist": AWS, "04-cilium-old.conflist": "{}"}
    state = lived(version, {}, files, STOP)
    assert sorted(state["files"]) == [*left, "10-aws.conflist.cilium_bak"]


def test_the_script_renames_once() -> None:
    write = {"op": "write", "file": "10-aws.conflist", "content": AWS}
    state = lived("v1.13.18", {}, {"20-x.json": "{}"}, write)
    assert sorted(state["files"]) == ["05-cilium.conf", "10-aws.conflist", "20-x.json.cilium_bak"]


def test_the_script_before_v1_10_renames_nothing() -> None:
    state = lived(
        "v1.9.0", {"cni-chaining-mode": "portmap"}, {"05-cilium.conf": "{}", "a.conf": ""}
    )
    assert sorted(state["files"]) == [OWN, "a.conf"]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("v1.11.0", ["aws-cni", "portmap", "cilium-cni"]),
        ("v1.12.8", ["aws-cni", "egress", "cilium-cni"]),
    ],
)
def test_the_script_copies_the_list_of_aws_since_v1_12(version: str, expected: list[str]) -> None:
    config = {"cni-chaining-mode": "aws-cni"}
    assert types(lived(version, config, {"10-aws.conflist": AWS})) == expected


@pytest.mark.parametrize(
    ("text", "status", "expected"),
    [("", "ready", ""), ("null", "ready", ["cilium-cni"]), ('""', "waits", None)],
)
def test_the_script_copies_what_jq_makes_of_the_list(
    text: str, status: str, expected: object
) -> None:
    files = {"10-aws.conflist.cilium_bak": text}
    state = lived("v1.13.18", {"cni-chaining-mode": "aws-cni"}, files)
    assert state["status"] == status
    written = state["files"].get(OWN)
    assert (types(state) if isinstance(expected, list) else written) == expected


def test_before_v1_12_the_script_has_a_list_of_aws_of_its_own() -> None:
    # cilium/cilium@v1.11.0:plugins/cilium-cni/cni-install.sh
    state = lived("v1.11.0", {"cni-chaining-mode": "aws-cni"}, {})
    assert json.loads(state["files"][OWN])["plugins"][0] == {
        "name": "aws-cni",
        "type": "aws-cni",
        "vethPrefix": "eni",
        "mtu": "9001",
        "pluginLogFile": "/var/log/aws-routed-eni/plugin.log",
        "pluginLogLevel": "DEBUG",
    }


@pytest.mark.parametrize(("told", "left"), [("true", ["a.conf"]), ("false", ["a.conf", OWN])])
def test_the_agents_pod_takes_its_file_along_if_it_is_told_to(told: str, left: list[str]) -> None:
    state = lived("v1.18.2", {**WRITE, "cni-uninstall": told}, {"a.conf": "{}"}, STOP)
    assert sorted(state["files"]) == sorted(left)


def test_the_script_waits_for_a_network_to_chain_into() -> None:
    config = {"cni-chaining-mode": "aws-cni"}
    write = {"op": "write", "file": "10-aws.conflist", "content": AWS}
    assert lived("v1.13.18", config, {})["status"] == "waits"
    assert lived("v1.13.18", config, {}, write)["status"] == "ready"
    assert lived("v1.11.0", config, {})["status"] == "ready"


def test_the_script_is_told_not_to_rename_by_an_argument() -> None:
    settings = {"args": ["--cni-exclusive=false"]}
    state = replay("cilium@v1.13.0", [START], before={"a.conf": ""}, settings=settings)[0]
    assert isinstance(state["files"], dict)
    assert sorted(state["files"]) == ["05-cilium.conf", "a.conf"]


def test_the_script_leaves_a_custom_configuration_alone() -> None:
    state = lived("v1.13.0", {"custom-cni-conf": "true"}, {"a.conf": ""}, STOP)
    assert state["files"] == {"a.conf": ""}
