"""Where a setting of Multus is written when it is to change: a key, a flag, or a new one."""

from __future__ import annotations

import json
import re

import pytest

from cnilint.engine.edits.repairs import (
    auto_and_pinned,
    pin,
    remove_argument,
    remove_member,
    set_argument,
    set_member,
    set_value,
    spelled,
)
from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import Inputs
from cnilint.engine.text_edits import text_edits
from cnilint.kube.workload import Container
from cnilint.model.finding import Applicability, Edit, Fix
from cnilint.model.text import Source
from cnilint.model.tree import descend, plain
from cnilint.multus.configuration import Multus
from cnilint.syntax.rewrite import CannotEdit, apply
from tests.clusters import PINNED, UNPINNED, VPC, multus, read, thin

WORDS = ("spec", "template", "spec", "containers", 0)


def install(text: str) -> tuple[Inputs, Multus]:
    """Return a cluster's texts and the one Multus in it."""
    inputs = read({"multus.yaml": text, "vpc.yaml": VPC})
    (one,) = evaluate(inputs).clusters[0].multuses
    return inputs, one


def container_of(one: Multus) -> Container:
    assert one.installer.container is not None
    return one.installer.container


def after(inputs: Inputs, edits: tuple[Edit, ...]) -> Inputs:
    """Return texts with edits made."""
    made = text_edits(Fix("", Applicability.SAFE, edits))
    assert not isinstance(made, CannotEdit), made
    source = inputs.sources[0]
    return inputs.replaced(Source(source.path, apply(source.text, made[source.path])))


def words(inputs: Inputs) -> tuple[object, object]:
    """Return the command and the arguments of the first container of the first text."""
    container = descend(inputs.documents[0].root, *WORDS)
    assert container is not None
    value = plain(container)
    assert isinstance(value, dict)
    return value.get("command"), value.get("args")


def members(inputs: Inputs) -> dict[str, object]:
    (block,) = re.findall(r"json: \|\n((?:    .*\n)+)", inputs.sources[0].text)
    found: dict[str, object] = json.loads(block)
    return found


ENTRY = ["/thin_entrypoint"]


@pytest.mark.parametrize(
    ("given", "args"),
    [
        (["--x=1"], ["--x=2"]),
        (["--x", "1"], ["--x", "2"]),
        (["--x=1", "--y=1"], ["--x=2", "--y=1"]),
        (["--x=1", "--x=3"], ["--x=1", "--x=2"]),
        (["--x", "a", "--x=3"], ["--x", "a", "--x=2"]),
        (["--x=3", "--x", "1"], ["--x=3", "--x", "2"]),
        (["-x=1"], ["-x=2"]),
        (["--xx=1"], ["--xx=1", "--x=2"]),
        (["--y=x"], ["--y=x", "--x=2"]),
        (["-y=1"], ["-y=1", "-x=2"]),
        (["x", "--y=1"], ["x", "--y=1", "--x=2"]),
        ([], ["--x=2"]),
    ],
)
def test_a_flag_gets_a_value_where_it_counts(given: list[str], args: list[str]) -> None:
    inputs, one = install(thin(*given))
    done = after(inputs, set_argument(container_of(one), "--x", "2"))
    assert words(done) == (ENTRY, args)


def test_a_flag_whose_value_is_missing_is_left_alone() -> None:
    _inputs, one = install(thin("--y=1", "--x"))
    assert set_argument(container_of(one), "x", "2") == ()


def test_flags_of_the_command_stay_in_the_command() -> None:
    text = thin().replace("[/thin_entrypoint]", "[/thin_entrypoint, --y=1]")
    inputs, one = install(text)
    done = after(inputs, set_argument(container_of(one), "x", "2"))
    assert words(done) == ([*ENTRY, "--y=1", "--x=2"], None)
    again = after(inputs, set_argument(container_of(one), "y", "2"))
    assert words(again) == ([*ENTRY, "--y=2"], None)


@pytest.mark.parametrize("line", ["", "          args: []\n"])
def test_new_arguments_come_behind_the_command_or_the_image(line: str) -> None:
    bare = thin().replace("          command: [/thin_entrypoint]\n", line)
    inputs, one = install(bare)
    done = after(inputs, set_argument(container_of(one), "x", "2"))
    assert words(done) == (None, ["--x=2"])
    keys = re.findall(r"^          (\w+):", done.sources[0].text, re.MULTILINE)
    assert keys[:3] == ["image", "args", "volumeMounts"]


@pytest.mark.parametrize(
    ("given", "args"),
    [
        (["--x=1", "--y=1"], ["--y=1"]),
        (["--y=1", "--x", "1"], ["--y=1"]),
        (["--x=1", "--y=1", "--x", "1", "-x=3", "--z"], ["--y=1", "--z"]),
        (["--y=1", "--x"], ["--y=1"]),
    ],
)
def test_a_flag_is_taken_out_with_its_value_however_often_it_is_there(
    given: list[str], args: list[str]
) -> None:
    inputs, one = install(thin(*given))
    done = after(inputs, remove_argument(container_of(one), "--x"))
    assert words(done) == (ENTRY, args)


def test_what_is_not_there_is_not_taken_out() -> None:
    _inputs, one = install(thin("--xx=1", "x"))
    assert remove_argument(container_of(one), "x") == ()
    _inputs, one = install(multus())
    assert remove_member(one, "multusMasterCNI") == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (UNPINNED, 3),
        (UNPINNED.replace("multusAutoconfigDir", "MULTUSAUTOCONFIGDIR"), 3),
        (UNPINNED.replace('    "multusAutoconfigDir": "/host/etc/cni/net.d",\n', ""), 4),
    ],
)
def test_the_pin_comes_behind_the_directory_it_is_looked_for_in(text: str, place: int) -> None:
    inputs, one = install(multus(text))
    fix = pin(one, "10-aws.conflist", Applicability.UNSAFE, "why")
    assert fix is not None
    assert (fix.title, fix.note) == ("pin the master: 10-aws.conflist", "why")
    assert fix.applicability is Applicability.UNSAFE
    edits = tuple(edit for edit in fix.edits if isinstance(edit, Edit))
    found = members(after(inputs, edits))
    assert list(found)[place] == "multusMasterCNI"
    assert len(found) == len(json.loads(text)) + 1


@pytest.mark.parametrize("key", ["multusMasterCNI", "multusmastercni", "MultusMasterCNI"])
def test_a_key_is_replaced_as_it_is_spelled(key: str) -> None:
    inputs, one = install(multus(PINNED.replace("multusMasterCNI", key)))
    done = after(inputs, set_member(one, "multusMasterCNI", "x.conf"))
    assert members(done)[key] == "x.conf"
    assert len(members(done)) == len(json.loads(PINNED))
    gone = after(inputs, remove_member(one, "multusMasterCNI"))
    assert key not in members(gone)


def test_back_to_auto_keeps_a_pin_that_is_right() -> None:
    wrong = PINNED.replace('"auto"', '"/host/etc/cni/net.d/10-aws.conflist"')
    inputs, one = install(multus(wrong))
    kept = auto_and_pinned(one, "10-aws.conflist", Applicability.SAFE)
    bare = auto_and_pinned(one, None, Applicability.SAFE)
    other = auto_and_pinned(one, "11-bws.conflist", Applicability.SAFE)
    assert kept is not None
    assert bare is not None
    assert other is not None
    assert kept.title == bare.title == 'back to "auto"'
    assert kept.edits == bare.edits
    assert other.title == 'back to "auto", pinned to 11-bws.conflist'
    edits = tuple(edit for edit in other.edits if isinstance(edit, Edit))
    found = members(after(inputs, edits))
    assert (found["multusConfigFile"], found["multusMasterCNI"]) == ("auto", "11-bws.conflist")


def test_a_configuration_that_is_no_object_has_no_place_for_a_key() -> None:
    for text in ('["a"]\n', '"auto"\n'):
        _inputs, one = install(multus(text))
        assert pin(one, "x", Applicability.SAFE) is None
        assert auto_and_pinned(one, "x", Applicability.SAFE) is None


def test_a_setting_is_called_as_where_it_stands() -> None:
    _inputs, thick = install(multus())
    _inputs, small = install(thin())
    assert (spelled(thick, "master"), spelled(thick, "mode")) == (
        "multusMasterCNI",
        "multusConfigFile",
    )
    assert spelled(small, "master") == "--multus-master-cni-file-name"
    legacy = multus(image="example.test/k8snetworkplumbingwg/multus-cni:v3.9.3-thick")
    _inputs, old = install(legacy)
    assert spelled(old, "master").startswith("-multus-master-cni-file")
    assert spelled(old, "master") != spelled(small, "master")


def test_a_setting_of_thin_multus_is_a_flag() -> None:
    inputs, one = install(thin("--multus-conf-file=auto"))
    done = after(inputs, set_value(one, "master", "10-aws.conflist", after="of no use here"))
    assert words(done) == (
        ENTRY,
        ["--multus-conf-file=auto", "--multus-master-cni-file-name=10-aws.conflist"],
    )
