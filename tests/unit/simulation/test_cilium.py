"""Cilium's agent on a node: its own file, a copy of another network's list, and what it renames."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.sentences import cause_words
from cnilint.model.steps import Cause, Failure
from cnilint.simulation.cilium import Cilium
from cnilint.simulation.programs import Writer, program
from cnilint.simulation.steps import Files, names_in
from tests.unit.catalog.delivered import only, release
from tests.unit.simulation.actors import DIRECTORY, names, on_host
from tests.unit.simulation.alone import LIST, SINGLE, lines, rested, said

OWN = "05-cilium.conflist"
AWS = json.dumps(
    {
        "name": "aws-cni",
        "cniVersion": "0.4.0",
        "plugins": [{"type": "aws-cni"}, {"type": "portmap"}],
    }
)
OTHER = json.dumps({"name": "other", "cniVersion": "0.3.1", "plugins": [{"type": "bridge"}]})
ONE_PLUGIN = json.dumps({"name": "aws-cni", "cniVersion": "0.3.1", "type": "aws-cni"})
CHAINED: dict[str, Any] = {"chainingMode": "aws-cni"}


def agent(version: str = "1.18.2", *, exclusive: bool = False, **cni: object) -> Cilium:
    found = program(only(release("cilium", version, {"cni": {"exclusive": exclusive} | cni})))
    assert isinstance(found, Cilium)
    return found


def after(
    one: Cilium, files: Mapping[str, str], memory: Hashable = None
) -> tuple[dict[str, str], Hashable]:
    now, memory = rested(one, files, one.start() if memory is None else memory)
    return names_in(now, DIRECTORY), memory


def types(content: str) -> list[str]:
    return [plugin["type"] for plugin in json.loads(content)["plugins"]]


def test_the_script_of_older_releases_is_another_program() -> None:
    assert isinstance(program(only(release("cilium", "1.13.2"))), Writer)
    for version in ("1.14.0", ""):
        assert isinstance(program(only(release("cilium", version))), Cilium)


@pytest.mark.parametrize(
    ("mode", "plugins"),
    [
        ("none", ["cilium-cni"]),
        ("portmap", ["cilium-cni", "portmap"]),
        ("flannel", ["flannel", "portmap", "cilium-cni"]),
    ],
)
def test_each_mode_has_its_own_list(mode: str, plugins: list[str]) -> None:
    one = agent(chainingMode=mode)
    files, memory = after(one, {})
    assert types(files[OWN]) == plugins
    assert one.complaint(on_host(files), memory) is None


def test_a_mode_without_a_file_of_its_own_writes_none() -> None:
    one = agent(chainingMode="generic-veth")
    files, memory = after(one, {"10-x.conflist": OTHER})
    assert files == {"10-x.conflist": OTHER}
    complaint = one.complaint(on_host(files), memory)
    assert complaint == Cause(Failure.NO_FILE_OF_MODE, "generic-veth")
    words = "no file is written for the chaining mode generic-veth alone"
    assert cause_words(complaint) == words


def test_its_own_old_file_goes_whether_it_is_exclusive_or_not() -> None:
    one = agent()
    files, _memory = after(one, {"05-cilium.conf": SINGLE, "10-x.conflist": OTHER})
    assert set(files) == {OWN, "05-cilium.conf.cilium_bak", "10-x.conflist"}


def test_an_exclusive_one_restores_its_file_and_renames_all_others() -> None:
    one = agent(exclusive=True)
    assert lines(one, {"10-x.conflist": OTHER, "20-x.json": SINGLE}) == [
        "Cilium writes 05-cilium.conflist",
        "Cilium renames 10-x.conflist",
        "Cilium renames 20-x.json",
    ]
    files, memory = after(one, {})
    for broken in ({}, {OWN: OTHER}, {OWN: files[OWN].replace("}]", '}, {"type": "istio-cni"}]')}):
        assert after(one, broken, memory)[0] == files
        assert lines(one, broken, memory) == ["Cilium writes 05-cilium.conflist"]
    # one that is not leaves what is made of its file
    calm = agent()
    files, memory = after(calm, {})
    assert after(calm, {OWN: OTHER}, memory)[0] == {OWN: OTHER}


def test_it_waits_for_its_network_and_touches_nothing_until_then() -> None:
    one = agent(exclusive=True, **CHAINED)
    for files in ({}, {"10-x.conflist": OTHER}, {"sub/10-aws.conflist": AWS}):
        left, memory = after(one, files)
        assert left == files
        complaint = one.complaint(on_host(files), memory)
        assert complaint == Cause(Failure.NETWORK_NOT_FOUND, "aws-cni")
        assert cause_words(complaint) == "no file holds the network aws-cni"


def test_the_copy_has_the_networks_name_and_one_plugin_more() -> None:
    files = {"10-aws.conflist": AWS, "00-multus.conf": OTHER}
    one = agent(**CHAINED)
    assert lines(one, files) == [
        "Cilium writes 05-cilium.conflist, a copy of 10-aws.conflist with its plugin chained"
    ]
    left, memory = after(one, files)
    assert json.loads(left[OWN])["name"] == "aws-cni"
    assert types(left[OWN]) == ["aws-cni", "portmap", "cilium-cni"]
    # the others stay, and without a watch it never looks again
    assert {name: left[name] for name in files} == files
    later = left | {"10-aws.conflist": ONE_PLUGIN}
    assert after(one, later, memory)[0] == later


def test_a_single_plugin_becomes_a_list() -> None:
    left, _memory = after(agent(**CHAINED), {"10-aws.conf": ONE_PLUGIN})
    assert types(left[OWN]) == ["aws-cni", "cilium-cni"]
    assert json.loads(left[OWN])["name"] == "aws-cni"


def test_a_list_without_plugins_is_taken_for_a_single_plugin() -> None:
    # cilium/cilium@01990e1:daemon/cmd/cni/config.go findCNINetwork asks for `len(plugins) > 0`
    empty = json.dumps({**json.loads(ONE_PLUGIN), "plugins": []})
    left, _memory = after(agent(**CHAINED), {"10-aws.conflist": empty})
    assert types(left[OWN]) == ["aws-cni", "cilium-cni"]
    assert json.loads(left[OWN])["cniVersion"] == "0.3.1"


@pytest.mark.parametrize("content", ["", "{", "[]", "7", '{"name": 7}', "[" * 9000])
def test_a_file_that_holds_no_network_is_passed_over(content: str) -> None:
    left, _memory = after(agent(**CHAINED), {"00-x.conf": content, "10-aws.conflist": AWS})
    assert json.loads(left[OWN])["name"] == "aws-cni"


def test_what_it_renamed_itself_is_still_its_source() -> None:
    one = agent(exclusive=True, **CHAINED)
    assert one.reads_renamed
    assert not agent(exclusive=True).reads_renamed
    multus = {"00-multus.conf": OTHER}
    left, memory = after(one, {"10-aws.conflist": AWS, **multus})
    assert set(left) == {OWN, "10-aws.conflist.cilium_bak", "00-multus.conf.cilium_bak"}
    assert after(one, left, memory)[0] == left
    assert lines(one, left | multus, memory) == ["Cilium renames 00-multus.conf"]
    newer = AWS.replace("portmap", "tuning")
    again, _memory = after(one, left | {"10-aws.conflist": newer}, memory)
    # the renamed file of before sorts behind the new one
    assert types(again[OWN]) == ["aws-cni", "tuning", "cilium-cni"]
    assert again["10-aws.conflist.cilium_bak"] == newer


@pytest.mark.parametrize("target", ["*", "other"])
def test_another_network_may_be_named_or_any(target: str) -> None:
    one = agent(chainingMode="generic-veth", chainingTarget=target)
    left, _memory = after(one, {"10-x.conflist": OTHER, "20-aws.conflist": AWS})
    assert types(left[OWN]) == ["bridge", "cilium-cni"]


def test_its_files_go_with_it_where_a_hook_of_its_pod_does_that() -> None:
    for uninstalls in (False, True):
        one = agent(uninstall=uninstalls)
        left, memory = after(one, {"10-x.conflist": OTHER})
        gone = one.stop(on_host(left), memory)
        assert (OWN in names_in(gone.files, DIRECTORY)) is not uninstalls
        assert said(gone) == f"Cilium stops{f', {OWN} goes' if uninstalls else ''}"


contents = st.sampled_from([LIST, SINGLE, AWS, "{"])


@given(
    st.sampled_from([agent(), agent(exclusive=True), agent(**CHAINED)]),
    st.dictionaries(names, contents, max_size=3),
    names,
    contents,
)
def test_what_it_does_not_mind_changes_nothing_that_it_does(
    one: Cilium, files: dict[str, str], name: str, text: str
) -> None:
    now: Files = on_host(files)
    memory = one.start()
    path = f"{DIRECTORY}/{name}"
    for _step in range(8):
        if path not in now and not one.minded(now, memory).has(path):
            alone, beside = one.step(now, memory), one.step({**now, path: text}, memory)
            assert (alone and alone.memory) == (beside and beside.memory)
            assert (alone and {**alone.files, path: text}) == (beside and dict(beside.files))
        change = one.step(now, memory)
        if change is None:
            break
        now, memory = change.files, change.memory
