"""A copy of another network's list with a plugin chained: Cilium's way of chaining itself."""

from __future__ import annotations

import json

import pytest

from cnilint.engine.sentences import cause_words
from cnilint.model.steps import Cause, Failure
from cnilint.simulation.network_copy import NetworkCopy, network_copy
from cnilint.simulation.steps import Change
from tests.unit.catalog.delivered import only, release
from tests.unit.simulation.alone import said

D = "/etc/cni/net.d"
OWN = f"{D}/05-cilium.conflist"
AWS = json.dumps(
    {
        "name": "aws-cni",
        "cniVersion": "0.4.0",
        "plugins": [{"type": "aws-cni"}, {"type": "portmap"}],
    }
)
OTHER = json.dumps({"name": "other", "cniVersion": "0.3.1", "plugins": [{"type": "bridge"}]})
SINGLE = json.dumps({"name": "aws-cni", "cniVersion": "0.3.1", "type": "aws-cni"})


def program(*, exclusive: bool = False, **cni: object) -> NetworkCopy:
    mode = {"chainingMode": "aws-cni", "exclusive": exclusive} | cni
    found = network_copy(only(release("cilium", "1.18.2", {"cni": mode})))
    assert isinstance(found, NetworkCopy)
    return found


def step(one: NetworkCopy, files: dict[str, str], memory: object = None) -> Change:
    found = one.step(files, memory if isinstance(memory, str) else None)
    assert found is not None
    return found


def types(content: str) -> list[str]:
    return [plugin["type"] for plugin in json.loads(content)["plugins"]]


def test_a_product_that_copies_no_network_is_another_program() -> None:
    assert network_copy(only(release("cilium", "1.18.2"))) is None
    assert (
        network_copy(only(release("cilium", "1.13.2", {"cni": {"chainingMode": "aws-cni"}})))
        is None
    )


def test_it_waits_for_its_network_and_touches_nothing_until_then() -> None:
    one = program(exclusive=True)
    for files in ({}, {f"{D}/10-x.conflist": OTHER}, {f"{D}/sub/10-aws.conflist": AWS}):
        assert one.step(files, None) is None
    complaint = one.complaint({}, None)
    assert complaint == Cause(Failure.NETWORK_NOT_FOUND, "aws-cni")
    assert cause_words(complaint) == "no file holds the network aws-cni"
    assert one.complaint({}, "written") is None


def test_the_copy_has_the_networks_name_and_one_plugin_more() -> None:
    files = {f"{D}/10-aws.conflist": AWS, f"{D}/00-multus.conf": OTHER}
    change = step(program(), files)
    assert said(change) == (
        "Cilium writes 05-cilium.conflist, a copy of 10-aws.conflist with its plugin chained"
    )
    written = change.files[OWN]
    assert json.loads(written)["name"] == "aws-cni"
    assert types(written) == ["aws-cni", "portmap", "cilium-cni"]
    # the others stay, and without a watch it never looks again
    assert {path: change.files[path] for path in files} == files
    assert change.touched == (OWN,)
    later = {**change.files, f"{D}/10-aws.conflist": SINGLE}
    assert program().step(later, change.memory) is None


def test_a_single_plugin_becomes_a_list() -> None:
    change = step(program(), {f"{D}/10-aws.conf": SINGLE})
    assert types(change.files[OWN]) == ["aws-cni", "cilium-cni"]
    assert json.loads(change.files[OWN])["name"] == "aws-cni"


def test_a_list_without_plugins_is_taken_for_a_single_plugin() -> None:
    # cilium/cilium@01990e1:daemon/cmd/cni/config.go findCNINetwork asks for `len(plugins) > 0`
    empty = json.dumps({"name": "aws-cni", "cniVersion": "0.3.1", "type": "aws-cni", "plugins": []})
    written = json.loads(step(program(), {f"{D}/10-aws.conflist": empty}).files[OWN])
    assert [plugin["type"] for plugin in written["plugins"]] == ["aws-cni", "cilium-cni"]
    assert written["cniVersion"] == "0.3.1"


def test_what_it_renamed_itself_is_still_its_source() -> None:
    one = program(exclusive=True)
    multus = {f"{D}/00-multus.conf": OTHER}
    change = step(one, {f"{D}/10-aws.conflist": AWS, **multus})
    assert set(change.files) == {
        OWN,
        f"{D}/10-aws.conflist.cilium_bak",
        f"{D}/00-multus.conf.cilium_bak",
    }
    assert said(change).endswith(" and renames 00-multus.conf, 10-aws.conflist")
    assert one.step(change.files, change.memory) is None
    again = step(one, {**change.files, **multus}, change.memory)
    assert said(again) == "Cilium renames 00-multus.conf"
    assert again.touched == (f"{D}/00-multus.conf",)
    assert set(again.files) == set(change.files)


def test_where_it_watches_a_changed_network_is_copied_again() -> None:
    one = program(exclusive=True)
    change = step(one, {f"{D}/10-aws.conflist": AWS})
    newer = AWS.replace("portmap", "tuning")
    again = step(one, {**change.files, f"{D}/10-aws.conflist": newer}, change.memory)
    # the renamed file of before sorts behind the new one
    assert types(again.files[OWN]) == ["aws-cni", "tuning", "cilium-cni"]
    assert again.files[f"{D}/10-aws.conflist.cilium_bak"] == newer


@pytest.mark.parametrize("target", ["*", "other"])
def test_another_network_may_be_named_or_any(target: str) -> None:
    one = program(chainingMode="generic-veth", chainingTarget=target)
    change = step(one, {f"{D}/10-x.conflist": OTHER, f"{D}/20-aws.conflist": AWS})
    assert types(change.files[OWN]) == ["bridge", "cilium-cni"]


def test_its_own_plugin_is_never_there_twice() -> None:
    chained = AWS.replace('"portmap"', '"cilium-cni"')
    change = step(program(), {f"{D}/10-aws.conflist": chained})
    assert types(change.files[OWN]) == ["aws-cni", "cilium-cni"]


@pytest.mark.parametrize("content", ["", "{", "[]", "7", '{"name": 7}', "[" * 9000])
def test_a_file_that_holds_no_network_is_passed_over(content: str) -> None:
    change = step(program(), {f"{D}/00-x.conf": content, f"{D}/10-aws.conflist": AWS})
    assert json.loads(change.files[OWN])["name"] == "aws-cni"
