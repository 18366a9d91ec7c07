"""The script of Multus v3: which master it takes by release, what it writes, and when it ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from cnilint.upstream.multus_script import (
    INVALIDATED,
    MultusScript,
    MultusScriptPhase,
    ScriptState,
)
from cnilint.upstream.multus_script_options import options
from cnilint.upstream.program import Status
from cnilint.upstream.release import Release
from cnilint.upstream.replay import replay

AWS = json.dumps(
    {
        "cniVersion": "0.4.0",
        "name": "aws-cni",
        "plugins": [{"type": "aws-cni"}, {"type": "portmap", "capabilities": {"a": True}}],
    }
)
CILIUM = json.dumps({"cniVersion": "0.3.1", "name": "cilium", "plugins": [{"type": "cilium-cni"}]})
AUTO = "--multus-conf-file=auto"
OLD = "--cni-version=0.3.1"
PIN = "--multus-master-cni-file-name=10-aws.conflist"
CLEANUP = "--cleanup-config-on-exit=true"
RENAME = "--rename-conf-file=true"
START = {"op": "start"}
OUTPUT = "00-multus.conf"


def started(
    version: str, files: dict[str, str], *arguments: str, more: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    """Return the state after a start, and more operations."""
    return replay(
        f"multus-v3@{version}", [START, *more], before=files, settings={"args": [AUTO, *arguments]}
    )[-1]


def delegate(state: dict[str, Any]) -> object:
    """Return the name of the only delegate in 00-multus.conf."""
    return json.loads(state["files"][OUTPUT])["delegates"][0].get("name")


@pytest.mark.parametrize("version", ["v3.2", "v3.4.2", "v3.6", "v3.7.1", "v3.8", "v3.9.3"])
def test_it_takes_the_first_file_that_is_not_its_own(version: str) -> None:
    files = {"10-aws.conflist": AWS, "05-cilium.conflist": CILIUM, OUTPUT: "{}"}
    state = started(version, files, OLD)
    assert state["status"] == "ready"
    assert delegate(state) == "cilium"


@pytest.mark.parametrize(
    ("version", "taken"), [("v3.4.2", "cilium"), ("v3.7.1", "cilium"), ("v3.8", "aws-cni")]
)
def test_releases_without_the_pin_ignore_it(version: str, taken: str) -> None:
    files = {"10-aws.conflist": AWS, "05-cilium.conflist": CILIUM}
    assert delegate(started(version, files, OLD, PIN)) == taken


def test_what_it_writes_is_what_it_is_told() -> None:
    plain = started("v3.9.3", {"10-aws.conflist": AWS}, OLD)
    written = json.loads(plain["files"][OUTPUT])
    assert written == {
        "cniVersion": "0.3.1",
        "name": "multus-cni-network",
        "type": "multus",
        "capabilities": {"a": True},
        "kubeconfig": "/etc/cni/net.d/multus.d/multus.kubeconfig",
        "delegates": [json.loads(AWS)],
    }
    told = {
        "--multus-kubeconfig-file-host": ("kubeconfig", "/k"),
        "--global-namespaces": ("globalNamespaces", "a,b"),
        "--multus-log-level": ("logLevel", "debug"),
        "--multus-log-file": ("logFile", "/l"),
        "--additional-bin-dir": ("binDir", "/b"),
        "--readiness-indicator-file": ("readinessindicatorfile", "/r"),
    }
    flags = [f"{flag}={value}" for flag, (_, value) in told.items()]
    state = started("v3.9.3", {"10-aws.conflist": AWS}, OLD, *flags)
    assert json.loads(state["files"][OUTPUT]) == written | dict(told.values())


def test_v3_7_2_waits_for_its_pin_and_ends_once_it_is_there() -> None:
    write = {"op": "write", "file": "10-aws.conflist", "content": AWS}
    assert started("v3.7.2", {}, OLD, PIN)["status"] == "waits"
    state = started("v3.7.2", {}, OLD, PIN, more=[write])
    assert (state["status"], sorted(state["files"])) == ("exited", ["10-aws.conflist"])


def test_a_build_may_have_a_pin_that_works() -> None:
    script = MultusScript((3, 7, 2), (AUTO, OLD, PIN), build="v3.7.2-eksbuild.1")
    change = script.step({"05-a.conf": CILIUM, "10-aws.conflist": AWS}, script.start())
    assert change is not None
    assert json.loads(change.files[OUTPUT])["delegates"][0]["name"] == "aws-cni"


@pytest.mark.parametrize("version", ["v3.8", "v3.9.3"])
def test_a_pin_without_its_file_ends_the_script(version: str) -> None:
    assert started(version, {"05-cilium.conflist": CILIUM}, OLD, PIN)["status"] == "exited"


def test_a_pattern_as_pin_is_expanded_and_white_space_behind_it_goes() -> None:
    files = {"10-aws.conflist": AWS, "05-cilium.conflist": CILIUM}
    for pin in ("10-*", "10-aws.conflist  "):
        state = started("v3.9.3", files, OLD, f"--multus-master-cni-file-name={pin}")
        assert delegate(state) == "aws-cni"
    two = {**files, "10-b.conflist": AWS}
    assert started("v3.9.3", two, OLD, "--multus-master-cni-file-name=10-*")["status"] == "exited"


@pytest.mark.parametrize(
    ("version", "status"), [("v3.7.2", "ready"), ("v3.8", "ready"), ("v3.9", "exited")]
)
def test_a_master_without_a_version_is_taken_before_v3_9(version: str, status: str) -> None:
    text = json.dumps({"name": "x", "plugins": [{"type": "bridge"}]})
    assert started(version, {"10-x.conflist": text}, OLD)["status"] == status


@pytest.mark.parametrize(
    ("own", "master", "status"),
    [
        ("--cni-version=0.4.0", CILIUM, "exited"),
        ("--cni-version=0.4.0", AWS, "ready"),
        ("--cni-version=0.4", CILIUM, "ready"),
        ("--cni-version=x", AWS, "exited"),
        ("--cni-version=", AWS, "exited"),
    ],
)
def test_v3_9_compares_versions(own: str, master: str, status: str) -> None:
    assert started("v3.9.3", {"10-x.conflist": master}, own)["status"] == status


def test_a_single_plugin_with_capabilities_ends_it_since_v3_7() -> None:
    text = '{"cniVersion": "0.4.0", "name": "x", "type": "b", "capabilities": {"mac": true}}'
    assert started("v3.6", {"10-x.conf": text}, OLD)["status"] == "ready"
    assert started("v3.7", {"10-x.conf": text}, OLD)["status"] == "exited"
    two_letters = text.replace("mac", "ab")
    written = started("v3.9.3", {"10-x.conf": two_letters}, OLD)["files"][OUTPUT]
    assert json.loads(written)["capabilities"] == {"a": "b"}


def test_text_that_is_no_json_is_embedded_before_v3_7() -> None:
    state = started("v3.4.2", {"10-x.conf": "{oops"}, OLD)
    assert state["status"] == "ready"
    assert '"delegates": [ {oops ] }' in state["files"][OUTPUT]


def test_the_name_of_the_master_needs_python_2_before_v3_7() -> None:
    files = {"10-aws.conflist": AWS}
    override = "--override-network-name=true"
    assert started("v3.6", files, OLD, override)["status"] == "exited"
    script = MultusScript((3, 6, 0), (AUTO, OLD, override), python_3=False)
    change = script.step(files, script.start())
    assert change is not None
    assert json.loads(change.files[OUTPUT])["name"] == "aws-cni"


def test_the_master_is_moved_away_in_a_step_of_its_own() -> None:
    script = MultusScript((3, 9, 3), (AUTO, OLD, RENAME))
    wrote = script.step({"10-aws.conflist": AWS}, script.start())
    assert wrote is not None
    assert set(wrote.files) == {OUTPUT, "10-aws.conflist"}
    assert script.status(wrote.memory) is Status.WAITS
    moved = script.step(wrote.files, wrote.memory)
    assert moved is not None
    assert set(moved.files) == {OUTPUT, "10-aws.conflist.old"}
    assert script.step(moved.files, moved.memory) is None
    gone = script.step({OUTPUT: ""}, wrote.memory)
    assert gone is not None
    assert script.status(gone.memory) is Status.EXITED


def test_a_watched_master_that_went_is_replaced_by_the_first_file_there_is() -> None:
    remove = {"op": "remove", "file": "10-aws.conflist"}
    files = {"10-aws.conflist": AWS, "20-b.conflist": CILIUM}
    assert delegate(started("v3.9.3", files, OLD, CLEANUP, more=[remove])) == "cilium"
    assert delegate(started("v3.9.3", files, OLD, more=[remove])) == "aws-cni"
    pinned = started("v3.9.3", files, OLD, CLEANUP, PIN, more=[remove])
    assert pinned["status"] == "exited"


def test_a_master_that_comes_back_within_45_seconds_is_read_again_all_the_same() -> None:
    script = MultusScript((3, 9, 3), (AUTO, OLD, CLEANUP))
    state = ScriptState(
        MultusScriptPhase.WATCHING, "/host/etc/cni/net.d/10-aws.conflist", ready=True
    )
    missed = script.step({}, state)
    assert missed is not None
    files = {"05-cilium.conflist": CILIUM, "10-aws.conflist": AWS}
    assert script.step(files, state) is None
    looking = script.step(files, missed.memory)
    assert looking is not None
    again = script.step(looking.files, looking.memory)
    assert again is not None
    assert json.loads(again.files[OUTPUT])["delegates"][0]["name"] == "cilium"


@pytest.mark.parametrize(
    ("release", "spoils"), [((3, 3, 0), True), ((3, 4, 0), True), ((3, 4, 1), False)]
)
def test_its_file_is_spoilt_at_the_end_only_by_two_releases(release: Release, spoils: bool) -> None:
    script = MultusScript(release, (AUTO, OLD, CLEANUP))
    files = {OUTPUT: "{}", "10-aws.conflist": AWS}
    watching = ScriptState(
        MultusScriptPhase.WATCHING, "/host/etc/cni/net.d/10-aws.conflist", ready=True
    )
    assert (script.stop(files, watching).files[OUTPUT] == INVALIDATED) is spoils
    waiting = script.step({OUTPUT: "{}"}, ScriptState())
    assert (waiting is not None) is spoils


def test_without_auto_it_copies_a_file_and_looks_at_no_other() -> None:
    state = replay("multus-v3@v3.9.3", [START], before={"10-aws.conflist": AWS})[0]
    assert state["status"] == "ready"
    assert isinstance(state["files"], dict)
    assert sorted(state["files"]) == ["10-aws.conflist", "70-multus.conf"]
    bare = MultusScript((3, 9, 3))
    ended = bare.step({}, bare.start())
    assert ended is not None
    assert bare.status(ended.memory) is Status.EXITED


@pytest.mark.parametrize(
    ("arguments", "master"),
    [
        (("--multus-master-cni-file-name=a=b",), "a"),
        (("--multus-master-cni-file-name", "a"), ""),
        (("", "--multus-master-cni-file-name=a"), ""),
        (("-n --multus-master-cni-file-name=a",), "a"),
    ],
)
def test_arguments_are_read_as_the_shell_reads_them(
    arguments: tuple[str, ...], master: str
) -> None:
    assert options((3, 9, 3), arguments).master == master


def test_there_is_no_script_in_v4() -> None:
    with pytest.raises(ValueError, match="no script"):
        replay("multus-v3@v4.0.0", [START])
