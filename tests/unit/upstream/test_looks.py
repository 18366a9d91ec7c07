"""What a program makes of each file: the choice of `predict`, explained."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.upstream.confdir import is_file_name
from cnilint.upstream.looks import FileLook, Flaw, Look, looks
from cnilint.upstream.multus_daemon_config import daemon_config
from cnilint.upstream.selector import predict

SELECTORS = [
    *("containerd", "cri-o", "multus-thick@v4.0.2", "multus-thick@v4.3.0"),
    *("multus-thin@v4.0.2", "multus-thin@v4.3.0"),
]
AWS = '{"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "aws-cni"}]}'
OLD = '{"cniVersion": "0.3.1", "name": "istio-cni", "type": "istio-cni"}'
NEW = '{"cniVersion": "1.1.0", "name": "new", "plugins": [{"type": "new"}]}'
EMPTY = '{"cniVersion": "0.4.0", "name": "none", "plugins": []}'
CONTENTS = st.sampled_from([AWS, OLD, NEW, EMPTY, "{oops", "[]", "", '{"name": "n", "type": "x"}'])
STEMS = st.sampled_from(["00-a", "00-multus", "05-b", "10-aws", "Z", ".h", "sub/x", "x.conf/y"])
ENDS = st.sampled_from([".conf", ".conflist", ".json", ".bak"])
FILES = st.dictionaries(st.builds("{}{}".format, STEMS, ENDS), CONTENTS, max_size=6)
CONFIGS = st.sampled_from(
    [
        None,
        daemon_config("10-aws.conflist"),
        daemon_config("no-such.conf"),
        json.dumps({**json.loads(daemon_config()), "cniVersion": "1.0.0"}),
        json.dumps({**json.loads(daemon_config()), "multusAutoconfigDir": "/elsewhere"}),
        json.dumps({**json.loads(daemon_config()), "multusMasterCNI": "sub/x.conf"}),
        "{oops",
    ]
)
STEADY = (Look.LATER, Look.NOT_PINNED, Look.OTHER_NAME)


def seen(selector: str, files: dict[str, str], config: str | None = None) -> dict[str, FileLook]:
    found = looks(selector, files, daemon_config=config)
    assert found.prediction == predict(selector, files, daemon_config=config)
    return {one.name: one for one in found.files}


@settings(deadline=None)
@given(st.sampled_from(SELECTORS), FILES, CONFIGS)
def test_the_file_that_is_picked_is_the_one_that_is_taken(
    selector: str, files: dict[str, str], config: str | None
) -> None:
    found = seen(selector, files, config)
    assert set(found) == {name.partition("/")[0] for name in files if is_file_name(name)}
    taken = [one.name for one in found.values() if one.look is Look.TAKEN]
    primary = predict(selector, files, daemon_config=config).primary
    assert taken == ([primary] if primary in found else [])
    for one in found.values():
        assert (one.flaw is not None) == (one.look is Look.REFUSED)
        assert one.beside != one.name


@settings(deadline=None)
@given(st.sampled_from(SELECTORS), FILES, CONFIGS)
def test_what_was_not_looked_at_decides_nothing(
    selector: str, files: dict[str, str], config: str | None
) -> None:
    found = seen(selector, files, config)
    kept = {
        name: text
        for name, text in files.items()
        if "/" in name or name not in found or found[name].look not in STEADY
    }
    before = predict(selector, files, daemon_config=config)
    after = predict(selector, kept, daemon_config=config)
    assert replace(after, writes=before.writes) == before


@given(FILES)
def test_only_what_is_refused_keeps_cri_o_from_an_earlier_file(files: dict[str, str]) -> None:
    found = seen("cri-o", files)
    mended = {
        name: AWS if name in found and found[name].look is Look.REFUSED else text
        for name, text in files.items()
    }
    refused = [name for name in sorted(found) if found[name].look is Look.REFUSED]
    if refused and refused[0].endswith(".conflist"):
        assert predict("cri-o", mended).primary == refused[0]


@pytest.mark.parametrize(
    ("selector", "text", "flaw"),
    [
        ("containerd", "{\n oops", ("json", 3)),
        ("containerd", EMPTY, ("configuration", None)),
        ("cri-o", NEW, ("version-unsupported", None)),
        ("multus-thick@v4.3.0", "{oops", ("json", 1)),
        ("multus-thin@v4.3.0", "[", ("json", 1)),
        ("multus-thin@v4.3.0", '{"name": "a"}', ("cni-version-missing", None)),
    ],
)
def test_a_refused_file_has_its_flaw(
    selector: str, text: str, flaw: tuple[str, int | None]
) -> None:
    one = seen(selector, {"05-a.conflist": text})["05-a.conflist"]
    assert one.look is Look.REFUSED
    assert one.flaw is not None
    assert (one.flaw.kind, one.flaw.at) == flaw


def test_a_plugin_whose_executable_is_not_there_is_told() -> None:
    found = looks("cri-o", {"10-aws.conflist": AWS}, binaries=["portmap"])
    assert found.files == (FileLook("10-aws.conflist", Look.REFUSED, "", Flaw("plugin-missing")),)


def test_multus_leaves_its_own_file_and_those_it_is_not_pinned_to() -> None:
    files = {"00-multus.conf": OLD, "05-b.conf": OLD, "10-aws.conflist": AWS, "11.json": AWS}
    found = seen("multus-thick@v4.3.0", files, daemon_config("10-aws.conflist"))
    assert {name: (one.look, one.beside) for name, one in found.items()} == {
        "00-multus.conf": (Look.OWN, ""),
        "05-b.conf": (Look.NOT_PINNED, "10-aws.conflist"),
        "10-aws.conflist": (Look.TAKEN, ""),
        "11.json": (Look.OTHER_NAME, ""),
    }


def test_the_version_that_does_not_go_with_multus_is_told() -> None:
    config = json.dumps({**json.loads(daemon_config()), "cniVersion": "1.0.0"})
    found = seen("multus-thick@v4.3.0", {"05-b.conf": OLD, "10-aws.conflist": AWS}, config)
    assert found["05-b.conf"].flaw == Flaw("cni-version-incompatible", "0.3.1")
    assert found["10-aws.conflist"] == FileLook("10-aws.conflist", Look.NOT_REACHED, "05-b.conf")
