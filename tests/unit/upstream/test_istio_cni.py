"""Istio's install-cni: what a setting, a file or a release makes of it."""

from __future__ import annotations

import json

import pytest

from cnilint.upstream.istio_cni import IstioMemory, IstioPhase, istio_cni
from cnilint.upstream.istio_files import inserted
from cnilint.upstream.program import Event, Happening, Status
from tests.unit.upstream.lives import (
    AWS,
    BROKEN,
    CALICO,
    MULTUS,
    START,
    STOP,
    last,
    remove,
    rename,
    write,
)

OWN = {"AMBIENT_ENABLED": "true", "ISTIO_OWNED_CNI_CONFIG": "true"}


@pytest.mark.parametrize(
    ("release", "target"), [("1.18.7", "00-multus.conflist"), ("1.26.0", "00-multus.conflist")]
)
def test_it_follows_the_first_file(release: str, target: str) -> None:
    _, files = last(
        f"istio-cni@{release}",
        START,
        write("00-multus.conf", MULTUS),
        before={"10-aws.conflist": AWS},
    )
    assert files == {
        "10-aws.conflist": ["aws-cni", "istio-cni"],
        target: ["multus-shim", "istio-cni"],
    }


@pytest.mark.parametrize("release", ["1.27.0", "1.30.3"])
def test_it_stays_with_the_file_that_it_saw_first(release: str) -> None:
    status, files = last(
        f"istio-cni@{release}",
        START,
        write("00-multus.conf", MULTUS),
        before={"10-aws.conflist": AWS},
    )
    assert (status, files) == (
        "ready",
        {"10-aws.conflist": ["aws-cni", "istio-cni"], "00-multus.conf": "multus-shim"},
    )


def test_what_it_waited_for_is_not_yet_the_file_it_stays_with() -> None:
    ops = [START, write("10-aws.conflist", AWS), write("00-a.conflist", CALICO)]
    _, files = last("istio-cni@1.30.3", *ops, write("000.conflist", CALICO))
    assert files == {
        "10-aws.conflist": ["aws-cni", "istio-cni"],
        "00-a.conflist": ["calico", "istio-cni"],
        "000.conflist": ["calico"],
    }


def test_at_its_end_it_cleans_the_file_that_it_chose_and_no_other() -> None:
    ops = [START, write("00-multus.conf", MULTUS), STOP]
    status, files = last("istio-cni@1.24.6", *ops, before={"10-aws.conflist": AWS})
    assert status == "stopped"
    assert files == {
        "10-aws.conflist": ["aws-cni", "istio-cni"],
        "00-multus.conflist": ["multus-shim"],
    }


def test_a_copy_is_redone_when_the_primary_gets_a_plugin_of_a_new_type() -> None:
    more = AWS.replace('{"type": "aws-cni"}', '{"type": "aws-cni"}, {"type": "portmap"}')
    less = '{"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "portmap"}]}'
    ops = [START, write("10-aws.conflist", more), write("10-aws.conflist", less)]
    assert last("istio-cni@1.30.3", *ops, before={"10-aws.conflist": AWS}, **OWN) == (
        "ready",
        {
            "10-aws.conflist": ["portmap"],
            "02-istio-cni.conflist": ["aws-cni", "portmap", "istio-cni"],
        },
    )


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("ISTIO_OWNED_CNI_CONFIG_FILENAME", "01-own.conflist"),
        ("ISTIO_OWNED_CNI_CONF_FILENAME", "02-istio-cni.conflist"),
    ],
)
def test_the_name_of_the_copy_is_read_from_one_variable(name: str, file: str) -> None:
    env = {**OWN, name: "01-own.conflist"}
    _, files = last("istio-cni@1.30.3", START, before={"10-aws.conflist": AWS}, **env)
    assert set(files) == {"10-aws.conflist", file}


@pytest.mark.parametrize(
    ("first", "status"), [("00-a.conflist", "waits"), ("03-a.conflist", "ready")]
)
def test_a_copy_is_never_ready_behind_another_file(first: str, status: str) -> None:
    before = {"10-aws.conflist": AWS, first: CALICO}
    found, files = last(
        "istio-cni@1.30.3", START, before=before, CNI_CONF_NAME="10-aws.conflist", **OWN
    )
    assert found == status
    assert files["02-istio-cni.conflist"] == ["aws-cni", "istio-cni"]


def test_one_that_rewrites_for_ever_is_killed_and_cleans_nothing() -> None:
    before = {"10-aws.conflist": AWS, "00-a.conflist": CALICO}
    status, files = last("istio-cni@1.30.3", START, STOP, before=before, **OWN)
    assert status == "stopped"
    assert files["02-istio-cni.conflist"] == ["calico", "istio-cni"]


def test_a_copy_without_a_primary_ends_the_program() -> None:
    assert last("istio-cni@1.30.3", START, before={}, **OWN) == ("exited", {})


def test_a_copy_waits_for_a_primary_that_is_named() -> None:
    ops = [START, write("10-aws.conflist", AWS), remove("10-aws.conflist")]
    env = {"CNI_CONF_NAME": "10-aws.conflist", **OWN}
    for count, expected in ((1, "waits"), (2, "ready"), (3, "waits")):
        status, _ = last("istio-cni@1.30.3", *ops[:count], before={}, **env)
        assert status == expected


def test_owned_without_ambient_removes_the_primary_at_the_end() -> None:
    env = {"ISTIO_OWNED_CNI_CONFIG": "true"}
    before = {"10-aws.conflist": AWS}
    assert last("istio-cni@1.30.3", START, before=before, **env)[1] == {
        "10-aws.conflist": ["aws-cni", "istio-cni"]
    }
    assert last("istio-cni@1.30.3", START, STOP, before=before, **env) == ("stopped", {})
    assert last("istio-cni@1.26.0", START, STOP, before=before, **env) == (
        "stopped",
        {"10-aws.conflist": ["aws-cni"]},
    )


def test_a_standalone_file_comes_back_and_goes_at_the_end() -> None:
    ops = [START, remove("YYY-istio-cni.conf")]
    env = {"CHAINED_CNI_PLUGIN": "false"}
    before = {"10-aws.conflist": AWS}
    assert last("istio-cni@1.24.6", *ops, before=before, **env) == (
        "ready",
        {"10-aws.conflist": ["aws-cni"], "YYY-istio-cni.conf": "istio-cni"},
    )
    assert last("istio-cni@1.24.6", *ops, STOP, before=before, **env)[1] == {
        "10-aws.conflist": ["aws-cni"]
    }


@pytest.mark.parametrize(("release", "status"), [("1.16.7", "waits"), ("1.17.0", "ready")])
def test_a_standalone_file_behind_another(release: str, status: str) -> None:
    before = {"10-aws.conflist": AWS}
    env = {"CHAINED_CNI_PLUGIN": "false"}
    assert last(f"istio-cni@{release}", START, before=before, **env)[0] == status


def test_a_file_that_becomes_invalid_ends_it() -> None:
    ops = [START, write("10-aws.conflist", BROKEN)]
    before = {"10-aws.conflist": AWS}
    env = {"CNI_CONF_NAME": "10-aws.conflist"}
    assert last("istio-cni@1.24.6", *ops, before=before, **env) == (
        "exited",
        {"10-aws.conflist": BROKEN},
    )
    assert last("istio-cni@1.24.6", *ops, before=before)[0] == "waits"


@pytest.mark.parametrize(
    ("value", "chained"),
    [("true", True), ("1", True), ("T", True), ("false", False), ("yes", False), ("", False)],
)
def test_what_go_does_not_take_for_a_boolean_is_false(value: str, *, chained: bool) -> None:
    _, files = last(
        "istio-cni@1.22.8", START, before={"10-aws.conflist": AWS}, CHAINED_CNI_PLUGIN=value
    )
    assert ("YYY-istio-cni.conf" in files) is not chained


def test_an_empty_variable_is_none_up_to_1_12() -> None:
    _, files = last(
        "istio-cni@1.12.9", START, before={"10-aws.conflist": AWS}, CHAINED_CNI_PLUGIN=""
    )
    assert files == {"10-aws.conflist": ["aws-cni", "istio-cni"]}


@pytest.mark.parametrize(("release", "written"), [("1.18.7", False), ("1.19.0", True)])
def test_an_installation_can_be_skipped_up_to_1_18(release: str, *, written: bool) -> None:
    status, files = last(
        f"istio-cni@{release}", START, before={"10-aws.conflist": AWS}, CNI_ENABLE_INSTALL="false"
    )
    assert status == "ready"
    assert ("istio-cni" in files["10-aws.conflist"]) is written


def test_a_reinstallation_can_be_skipped_up_to_1_18() -> None:
    ops = [START, write("10-aws.conflist", AWS)]
    env = {"CNI_ENABLE_REINSTALL": "false"}
    assert last("istio-cni@1.18.7", *ops, before={"10-aws.conflist": AWS}, **env) == (
        "waits",
        {"10-aws.conflist": ["aws-cni"]},
    )


def test_a_template_without_text_ends_it_up_to_1_22() -> None:
    before = {"10-aws.conflist": AWS}
    assert last("istio-cni@1.22.8", START, before=before, CNI_NETWORK_CONFIG="")[0] == "exited"
    assert last("istio-cni@1.23.0", START, before=before, CNI_NETWORK_CONFIG="")[0] == "ready"


@pytest.mark.parametrize(
    ("named", "found"), [("10-aws.conf", "10-aws.conflist"), ("b.conflist", "b.conf")]
)
def test_a_named_file_may_have_the_other_ending(named: str, found: str) -> None:
    content = AWS if found.endswith("list") else MULTUS
    status, files = last("istio-cni@1.24.6", START, before={found: content}, CNI_CONF_NAME=named)
    assert status == "ready"
    assert list(files) == [found.removesuffix("list") + "list"]


def test_it_hears_of_nothing_when_a_file_only_leaves() -> None:
    program = istio_cni((1, 24, 6), {})
    ready = IstioMemory(IstioPhase.READY, own="10-aws.conflist")
    gone = Event(Happening.MOVED_FROM, "10-aws.conflist")
    assert program.notice({}, ready, [gone]) == ready
    assert program.notice({}, ready, [Event(Happening.MOVED_TO, "x")]) != ready


def test_what_it_read_it_writes_whatever_came_between() -> None:
    program = istio_cni((1, 24, 6), {})
    files, memory = {"10-aws.conflist": AWS}, program.start()
    while memory.phase is not IstioPhase.WRITE:  # type: ignore[attr-defined]
        change = program.step(files, memory)
        assert change is not None
        memory = change.memory
    change = program.step({"10-aws.conflist": CALICO}, memory)
    assert change is not None
    assert "aws-cni" in change.files["10-aws.conflist"]
    assert change.events == (Event(Happening.MOVED_TO, "10-aws.conflist"),)


def test_for_a_moment_a_conf_holds_a_list() -> None:
    program = istio_cni((1, 24, 6), {})
    files, memory, seen = {"00-multus.conf": MULTUS}, program.start(), []
    while (change := program.step(files, memory)) is not None:
        files, memory = dict(change.files), change.memory
        seen.append(sorted(files))
    assert program.status(memory) is Status.READY
    assert ["00-multus.conf"] in seen
    assert seen[-1] == ["00-multus.conflist"]


def test_a_file_that_leaves_before_it_is_renamed_ends_it() -> None:
    program = istio_cni((1, 24, 6), {})
    change = program.step({}, IstioMemory(IstioPhase.RENAME, target="00-multus.conf"))
    assert change is not None
    after = program.step(change.files, change.memory)
    assert after is not None
    assert program.status(after.memory) is Status.EXITED


def test_a_rename_within_the_directory_wakes_it() -> None:
    ops = [
        START,
        rename("10-aws.conflist", "10-aws.conflist.cilium_bak"),
        write("b.conflist", CALICO),
    ]
    _, files = last("istio-cni@1.24.6", *ops, before={"10-aws.conflist": AWS})
    assert files["b.conflist"] == ["calico", "istio-cni"]


def test_a_plugin_in_a_list_has_no_version_of_its_own() -> None:
    # istio/istio@1.30.3:cni/pkg/install/cniconfig.go insertCNIConfig
    plugin = '{"cniVersion": "0.3.1", "name": "istio-cni", "type": "istio-cni", "x": "cniVersion"}'
    own = {"name": "istio-cni", "type": "istio-cni", "x": "cniVersion"}
    written = json.loads(inserted(plugin, AWS))
    assert written["cniVersion"] == "0.4.0"
    assert written["plugins"] == [{"type": "aws-cni"}, own]
    single = json.loads(inserted(plugin, MULTUS))
    assert single == {
        "cniVersion": "0.3.1",
        "name": "k8s-pod-network",
        "plugins": [{"name": "multus-cni-network", "type": "multus-shim"}, own],
    }


@pytest.mark.parametrize("name", ["..", ".", "/", "sub/a.conflist", "../x.conf", "a\0b"])
@pytest.mark.parametrize("chained", ["true", "false"])
def test_a_name_that_leads_elsewhere_is_waited_for_or_ends_it(name: str, chained: str) -> None:
    status, files = last(
        "istio-cni@1.24.6",
        START,
        before={"10-aws.conflist": AWS},
        CNI_CONF_NAME=name,
        CHAINED_CNI_PLUGIN=chained,
    )
    assert status in ("waits", "exited")
    assert files == {"10-aws.conflist": ["aws-cni"]}
