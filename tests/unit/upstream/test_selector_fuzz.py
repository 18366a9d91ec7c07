"""No file, flag or daemon configuration makes a prediction fail: each has its outcome."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnilint.upstream.confdir import DEFAULT_DIRECTORY
from cnilint.upstream.multus_thick_daemon import replay
from cnilint.upstream.prediction import Prediction
from cnilint.upstream.selector import predict

ERRORS = {
    "multus-thick": {
        *("invalid-daemon-config", "not-auto", "autoconfig-dir-missing", "master-unreadable"),
        *("cni-version-incompatible", "network-name-missing", "recursive", "unwritable", "crash"),
    },
    "multus-thin": {
        *("unknown-flag", "invalid-flag", "not-auto", "conf-dir-missing", "unwritable", "crash"),
        *("no-master", "master-missing", "master-unreadable", "network-name-missing"),
        *("cni-version-missing", "cni-version-mismatch"),
    },
    "containerd": {"no-config", "first-file-invalid"},
    "cri-o": {"no-config"},
}
"""The classes of errors each program can end with."""

PIECES = st.sampled_from(
    [
        *("10-aws", "00-multus", "a", ".conf", ".conflist", ".json", "/", "..", ".", "net.d"),
        *("multus.d", "multus.kubeconfig", "sub", "\0", "\ud800", "\udcff", "é", "x" * 256, " "),
    ]
)
NAMES = st.lists(PIECES, max_size=4).map("".join)
PATHS = st.builds("{}{}".format, st.sampled_from([f"{DEFAULT_DIRECTORY}/", "", "/"]), NAMES)

VALUES = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, "", "true", "x", "0.4.0", "1.0.0", "n"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "a", "TYPE", "capabilities"]), inner)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        *("name", "cniVersion", "cniVersions", "type", "plugins", "capabilities", "disableCheck"),
        *("loadOnlyInlinedPlugins", "ipam", "dns", "prevResult", "Name", "plugin\u017f"),
    ]
)
WRITTEN = st.dictionaries(KEYS, VALUES, max_size=6).map(json.dumps)
BROKEN = st.builds(lambda text, at, more: text[:at] + more, WRITTEN, st.integers(0, 40), st.text())
CONTENTS = WRITTEN | BROKEN | st.text()
FILES = st.dictionaries(NAMES, CONTENTS, max_size=4)

FLAG_NAMES = st.sampled_from(
    [
        *("multus-master-cni-file-name", "multus-autoconfig-dir", "cni-conf-dir", "cni-version"),
        *("multus-cni-conf-dir", "rename-conf-file", "override-network-name", "force-cni-version"),
        *("multus-log-level", "multus-conf-file", "help", "no-such-flag", ""),
    ]
)
FLAGS = st.builds("--{}".format, FLAG_NAMES) | st.builds("--{}={}".format, FLAG_NAMES, PATHS)
ARGUMENTS = st.lists(FLAGS | st.text(max_size=5) | PATHS, max_size=4)

DAEMON_KEYS = st.sampled_from(
    [
        *("cniVersion", "multusAutoconfigDir", "cniConfigDir", "multusMasterCNI", "capabilities"),
        *("multusConfigFile", "forceCNIVersion", "overrideNetworkName", "readinessindicatorfile"),
        *("connectionLimit", "logOptions", "MULTUSMASTERCNI", "multu\u017fMasterCNI"),
    ]
)
MEMBERS = st.dictionaries(DAEMON_KEYS, VALUES | PATHS, max_size=5)
DIRECTORIES = {"multusAutoconfigDir": DEFAULT_DIRECTORY, "cniConfigDir": DEFAULT_DIRECTORY}
DAEMON_CONFIGS = (
    MEMBERS.map(json.dumps)
    | MEMBERS.map(lambda members: json.dumps({"cniVersion": "0.3.1", **DIRECTORIES, **members}))
    | st.text()
)


def is_a_prediction(program: str, found: Prediction, files: dict[str, str]) -> bool:
    """Whether the parts of a prediction go together."""
    if found.outcome != "picked":
        error = found.error in ERRORS[program] if found.outcome == "error" else found.error is None
        return error and found.outcome in ("error", "waits") and found.primary is None
    return found.error is None and found.primary is not None and bool(files)


@settings(max_examples=300)
@given(st.sampled_from(["v4.0.2", "v4.1.4", "v4.2.1", "v4.3.0"]), FILES, DAEMON_CONFIGS)
@example("v4.3.0", {"a.conf": "{}"}, '{"connectionLimit": -1}')
@example("v4.1.4", {"\ud800.conf": "{}"}, json.dumps({"cniVersion": "0.3.1", **DIRECTORIES}))
def test_thick_multus_ends_in_one_of_its_ways(
    version: str, files: dict[str, str], config: str
) -> None:
    found = predict(f"multus-thick@{version}", files, daemon_config=config)
    assert is_a_prediction("multus-thick", found, files)


@settings(max_examples=300)
@given(st.sampled_from(["v4.0.2", "v4.1.4", "v4.2.4", "v4.3.0"]), FILES, ARGUMENTS)
@example("v4.3.0", {"a.conf": "{}"}, ["--multus-cni-conf-dir="])
def test_thin_multus_ends_in_one_of_its_ways(
    version: str, files: dict[str, str], args: list[str]
) -> None:
    found = predict(f"multus-thin@{version}", files, args=args)
    assert is_a_prediction("multus-thin", found, files)
    assert found.outcome != "waits"


@settings(max_examples=300)
@given(FILES, st.none() | st.lists(NAMES, max_size=3), NAMES)
@example({"a\0.conf": "{}"}, None, "")
@example({f"{'0' * 300}.conf": "{}"}, [], "")
def test_a_runtime_ends_in_one_of_its_ways(
    files: dict[str, str], binaries: list[str] | None, network: str
) -> None:
    containerd = predict("containerd", files)
    assert is_a_prediction("containerd", containerd, files)
    crio = predict("cri-o", files, binaries=binaries, default_network=network)
    assert is_a_prediction("cri-o", crio, files)
    if containerd.outcome == "picked" and binaries is None and not network:
        assert crio.outcome == "error" or crio.primary is not None


@settings(max_examples=100)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"op": st.sampled_from(["write", "remove", "rename"])},
        ).flatmap(
            lambda operation: st.fixed_dictionaries(
                {
                    "op": st.just(operation["op"]),
                    "file": st.sampled_from(["a.conf", "00-multus.conf", "b.conflist"]),
                    "to": st.sampled_from(["a.conf", "00-multus.conf", "a.conf.bak"]),
                    "content": CONTENTS,
                }
            )
        )
        | st.sampled_from([{"op": "start"}, {"op": "stop"}]),
        max_size=8,
    ),
    st.sampled_from(["v4.0.2", "v4.1.4", "v4.3.0"]),
    NAMES,
)
def test_every_life_can_be_replayed(
    operations: list[dict[str, str]], version: str, master: str
) -> None:
    states = replay(f"multus-thick@{version}", operations, master=master)
    assert [state["daemon"] for state in states if state["daemon"] not in STATUSES] == []
    assert len(states) == len(operations)


STATUSES = ("stopped", "waiting", "running", "exited")


@pytest.mark.parametrize(
    ("selector", "known"),
    [
        ("multus-thick@v3.9.3", "there are models of Multus v4.X.Y only"),
        ("multus-thin@v5.0.0", "there are models of Multus v4.X.Y only"),
        ("multus-thick", "there are models of Multus v4.X.Y only"),
        ("docker", "not one of containerd, cri-o, multus-thick@v4.X.Y, multus-thin@v4.X.Y"),
        ("", "not one of containerd"),
    ],
)
def test_a_selector_without_a_model_is_told_which_there_are(selector: str, known: str) -> None:
    with pytest.raises(ValueError, match="unknown selector") as caught:
        predict(selector, {"a.conf": "{}"})
    assert str(caught.value).startswith(f"unknown selector {selector!r}: {known}")
