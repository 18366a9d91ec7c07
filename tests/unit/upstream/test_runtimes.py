"""Which network configuration a container runtime takes."""

from __future__ import annotations

import json

import pytest

from cnilint.upstream.selector import predict


def network(name: str, *types: str, version: str = "0.4.0") -> str:
    plugins = [{"type": plugin} for plugin in types]
    return json.dumps({"cniVersion": version, "name": name, "plugins": plugins})


def single(name: str, plugin: str) -> str:
    return json.dumps({"cniVersion": "0.4.0", "name": name, "type": plugin})


AWS = network("aws-cni", "aws-cni", "portmap")


@pytest.mark.parametrize(
    ("files", "primary"),
    [
        ({"00-multus.conf": single("m", "multus"), "10-aws.conflist": AWS}, "00-multus.conf"),
        ({"00-meshnet.conflist": AWS, "00-multus.conf": single("m", "x")}, "00-meshnet.conflist"),
        ({"05-foo.json": single("f", "x"), "10-aws.conflist": AWS}, "05-foo.json"),
        ({"10-aws.conflist": AWS, "100-x.conf": single("x", "x")}, "10-aws.conflist"),
        ({"1-a.conflist": AWS, "10-aws.conflist": AWS}, "1-a.conflist"),
        ({".10-old.conflist": AWS, "10-AWS.conflist": AWS}, ".10-old.conflist"),
        ({"05-x.conf/y": "", "10-aws.conflist": AWS}, "10-aws.conflist"),
        ({"10-aws.conflist": AWS, "99-bad.conf": "{"}, "10-aws.conflist"),
    ],
)
def test_containerd_takes_the_first_file(files: dict[str, str], primary: str) -> None:
    found = predict("containerd", files)
    assert (found.outcome, found.primary) == ("picked", primary)


@pytest.mark.parametrize(
    "first",
    [
        *("{", "", "[]", "null", "{}", '{"type": ""}', '{"type": 1}'),
        network("a", "x"),
    ],
)
def test_containerd_gives_up_at_an_invalid_first_file(first: str) -> None:
    found = predict("containerd", {"05-x.conf": first, "10-aws.conflist": AWS})
    assert (found.outcome, found.error) == ("error", "first-file-invalid")


@pytest.mark.parametrize("runtime", ["containerd", "cri-o"])
def test_nothing_to_take(runtime: str) -> None:
    for files in ({}, {"10-aws.conflist.bak": AWS}, {"sub/10-aws.conflist": AWS}, {"a.CONF": AWS}):
        found = predict(runtime, files)
        assert (found.outcome, found.error) == ("error", "no-config")


@pytest.mark.parametrize("runtime", ["containerd", "cri-o"])
def test_the_network_and_its_plugins_are_named(runtime: str) -> None:
    found = predict(
        runtime, {"10-aws.conflist": AWS, "aws-cni/10-egress.conf": single("", "egress")}
    )
    assert found.network == "aws-cni"
    assert found.plugins == ["aws-cni", "portmap", "egress"]


def test_crio_skips_what_is_invalid() -> None:
    files = {"00-bad.conf": "{", "05-list.conf": AWS, "07-e.conflist": network("e")}
    assert predict("cri-o", files).error == "no-config"
    assert predict("cri-o", {**files, "10-aws.conflist": AWS}).primary == "10-aws.conflist"


def test_crio_skips_a_network_with_a_missing_plugin() -> None:
    files = {"05-ghost.conflist": network("ghost", "ghost", "portmap"), "10-aws.conflist": AWS}
    assert predict("cri-o", files).primary == "05-ghost.conflist"
    assert predict("cri-o", files, binaries=["aws-cni", "portmap"]).primary == "10-aws.conflist"
    assert predict("cri-o", files, binaries=["aws-cni"]).error == "no-config"
    assert predict("cri-o", files, binaries=[]).error == "no-config"
    assert predict("containerd", files, binaries=[]).primary == "05-ghost.conflist"


@pytest.mark.parametrize("plugin", ["a/b", ".", "..", "/bin/true"])
def test_crio_finds_no_plugin_by_a_path(plugin: str) -> None:
    files = {"05-x.conf": single("x", plugin)}
    assert predict("cri-o", files).error == "no-config"
    assert predict("cri-o", files, binaries=[plugin]).error == "no-config"
    assert predict("containerd", files).primary == "05-x.conf"


@pytest.mark.parametrize(
    ("version", "supported"),
    [
        *(("", True), ("0.1.0", True), ("0.3.1", True), ("1.0.0", True)),
        *(("1.1.0", False), ("0.3", False), ("1.0.0-rc1", False), ("x", False)),
    ],
)
def test_crio_takes_only_versions_its_plugins_support(version: str, supported: bool) -> None:
    files = {"10-a.conflist": network("a", "bridge", version=version)}
    assert (predict("cri-o", files).outcome == "picked") is supported


def test_crio_finds_its_default_network_by_name() -> None:
    files = {
        "05-first.conflist": network("first", "x"),
        "10-aws.conflist": AWS,
        "20-aws.conf": single("aws-cni", "other"),
        "30-nameless.conf": '{"type": "x"}',
    }
    assert predict("cri-o", files, default_network="aws-cni").primary == "10-aws.conflist"
    assert predict("cri-o", files, default_network="10-aws.conflist").error == "no-config"
    nameless = predict("cri-o", files, default_network="30-nameless.conf")
    assert (nameless.primary, nameless.network) == ("30-nameless.conf", "30-nameless.conf")
    assert predict("containerd", {"a.conf": '{"type": "x"}'}).network == ""
