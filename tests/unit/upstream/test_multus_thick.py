"""How thick Multus chooses its master."""

from __future__ import annotations

import json

import pytest

from cnilint.upstream.prediction import Prediction
from cnilint.upstream.selector import predict

OLD, NEW = "multus-thick@v4.0.2", "multus-thick@v4.3.0"
DIRECTORY = "/host/etc/cni/net.d"
AWS = '{"cniVersion":"0.4.0","name":"aws-cni","plugins":[{"type":"aws-cni"}]}'
ISTIO = '{"cniVersion":"0.3.1","name":"istio-cni","type":"istio-cni"}'


def pick(selector: str, files: dict[str, str], **members: object) -> Prediction:
    config = {"cniVersion": "0.3.1", "multusAutoconfigDir": DIRECTORY, **members}
    return predict(selector, files, daemon_config=json.dumps(config))


def error(selector: str, files: dict[str, str], **members: object) -> str | None:
    return pick(selector, files, **members).error


@pytest.mark.parametrize("selector", [OLD, NEW])
@pytest.mark.parametrize(
    ("names", "primary"),
    [
        (["10-aws.conflist", "YYY-istio-cni.conf"], "10-aws.conflist"),
        (["10-aws.conflist", "05-istio.conf"], "05-istio.conf"),
        (["10-aws.conflist", "100-x.conf"], "10-aws.conflist"),
        (["10-aws.conflist", ".99-z.conf"], ".99-z.conf"),
        (["10-aws.conflist", "00-multus.conf", "00-multus-x.conf"], "10-aws.conflist"),
        (["10-aws.conflist", "05-a.json", "05-a.CONF", "05-a.conf.bak", "05-a"], "10-aws.conflist"),
        (["a.conf", "Z.conf"], "Z.conf"),
    ],
)
def test_the_first_candidate_by_bytes_is_the_master(
    selector: str, names: list[str], primary: str
) -> None:
    assert pick(selector, dict.fromkeys(names, ISTIO)).primary == primary


@pytest.mark.parametrize("selector", [OLD, NEW])
def test_without_a_candidate_it_waits(selector: str) -> None:
    for files in ({}, {"10-aws.json": AWS}, {"00-multus.conf": "{}"}, {"sub/10-aws.conflist": AWS}):
        assert pick(selector, files) == Prediction("waits")


@pytest.mark.parametrize("selector", [OLD, NEW])
@pytest.mark.parametrize(
    "first", [{"05-x.conf": "{oops"}, {"05-x.conf": ""}, {"05-x.conf/y": ISTIO}]
)
def test_it_never_falls_through_to_the_second_candidate(
    selector: str, first: dict[str, str]
) -> None:
    assert error(selector, {**first, "10-aws.conflist": AWS}) == "master-unreadable"


@pytest.mark.parametrize("selector", [OLD, NEW])
@pytest.mark.parametrize(
    ("master", "found"),
    [
        ("10-aws.conflist", None),
        ("./10-aws.conflist", None),
        ("", None),
        ("10-aws.conflist ", "master-unreadable"),
        ("10-AWS.conflist", "master-unreadable"),
        (f"{DIRECTORY}/10-aws.conflist", "master-unreadable"),
        ("sub", "master-unreadable"),
        ("..", "master-unreadable"),
        ("a\0b", "master-unreadable"),
        (f"{DIRECTORY}/00-multus.conf", "recursive"),
    ],
)
def test_pins(selector: str, master: str, found: str | None) -> None:
    files = {"10-aws.conflist": AWS, "sub/x.conf": ISTIO}
    prediction = pick(selector, files, multusMasterCNI=master)
    assert prediction.error == found
    assert prediction.primary == (None if found else "10-aws.conflist")


@pytest.mark.parametrize(
    ("master", "old", "new"),
    [
        ("../net.d/10-aws.conflist", "../net.d/10-aws.conflist", "10-aws.conflist"),
        ("10-aws.conflist/", None, "10-aws.conflist"),
        ("no/../10-aws.conflist", None, "10-aws.conflist"),
    ],
)
def test_paths_are_cleaned_from_v4_1_on(master: str, old: str | None, new: str) -> None:
    files = {"10-aws.conflist": AWS}
    assert pick(OLD, files, multusMasterCNI=master).primary == old
    assert pick(NEW, files, multusMasterCNI=master).primary == new


@pytest.mark.parametrize(
    ("directory", "auto", "pinned"),
    [
        ("", "autoconfig-dir-missing", "master-unreadable"),
        (f"{DIRECTORY}/none", "autoconfig-dir-missing", "autoconfig-dir-missing"),
        (f"{DIRECTORY}/none/..", "autoconfig-dir-missing", None),
        (f"{DIRECTORY}/10-aws.conflist", "autoconfig-dir-missing", "master-unreadable"),
        (f"{DIRECTORY}/", None, None),
    ],
)
def test_directories(directory: str, auto: str | None, pinned: str | None) -> None:
    files = {"10-aws.conflist": AWS}
    assert error(NEW, files, multusAutoconfigDir=directory) == auto
    master = {"multusMasterCNI": "10-aws.conflist", "multusAutoconfigDir": directory}
    assert error(NEW, files, **master) == pinned


@pytest.mark.parametrize(
    ("own", "primary", "compatible"),
    [
        ("0.3.1", None, True),
        ("0.3.1", "x", True),
        ("0.4.0-rc1", "0.3.1", True),
        ("0.4.0", "0.4.0", True),
        ("0.4.0", "1.1.0", True),
        ("1.0.0", "0.4.0", True),
        ("0.4.0", "0.3.1", False),
        ("0.4.0", "0.4.0-rc1", False),
        ("0.4.0", None, False),
        ("0.4.0", "1.0", False),
        ("0.4.0", 1, False),
        ("", "0.4.0", False),
        ("1.0", "1.0.0", False),
    ],
)
def test_versions(own: str, primary: object, compatible: bool) -> None:
    content = {"type": "x"} | ({} if primary is None else {"cniVersion": primary})
    found = error(NEW, {"a.conf": json.dumps(content)}, cniVersion=own)
    assert found == (None if compatible else "cni-version-incompatible")


@pytest.mark.parametrize(
    ("content", "capabilities"),
    [
        ({"capabilities": {"a": True, "b": False}}, {"a": True}),
        (
            {"plugins": [{"capabilities": {"a": True}}, {"capabilities": {"b": True}}]},
            {"a": True, "b": True},
        ),
        ({"capabilities": {"a": True}, "plugins": [{}]}, {}),
        ({"capabilities": {"a": True}, "plugins": []}, {"a": True}),
        ({"capabilities": ["a"]}, {}),
        ({"plugins": ["a", None, {"capabilities": None}]}, {}),
        ({"Capabilities": {"a": True}}, {}),
    ],
)
def test_capabilities(content: dict[str, object], capabilities: dict[str, bool]) -> None:
    assert pick(NEW, {"a.conf": json.dumps(content)}).capabilities == capabilities
    own = pick(NEW, {"a.conf": json.dumps(content)}, capabilities={"x": False, "a": False})
    assert own.capabilities == {"x": False, "a": False, **capabilities}


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "null",
        "1",
        '{"plugins": null}',
        '{"plugins": {}}',
        '{"capabilities": {"a": "true"}}',
        '{"capabilities": {"a": null}}',
        '{"plugins": [{"capabilities": {"a": 1}}]}',
    ],
)
def test_where_it_panics(content: str) -> None:
    assert error(NEW, {"a.conf": content}) == "crash"


def test_it_panics_when_its_own_capabilities_are_null_and_the_master_has_one() -> None:
    files = {"a.conf": '{"capabilities": {"a": true}}'}
    assert error(NEW, files, capabilities=None) == "crash"
    assert pick(NEW, {"a.conf": "{}"}, capabilities=None).capabilities == {}


def test_a_number_too_large_makes_the_master_unreadable() -> None:
    assert error(NEW, {"a.conf": '{"type": "x", "mtu": 1e999}'}) == "master-unreadable"


@pytest.mark.parametrize(
    ("content", "old", "new"),
    [
        ('{"name": "aws-cni"}', "aws-cni", "aws-cni"),
        ('{"name": ""}', "multus-cni-network", "network-name-missing"),
        ('{"NAME": "x"}', "multus-cni-network", "network-name-missing"),
        ('{"name": 1}', "crash", "crash"),
        ('{"name": null}', "crash", "crash"),
    ],
)
def test_the_name_of_the_master_can_be_taken_over(content: str, old: str, new: str) -> None:
    for selector, expected in ((OLD, old), (NEW, new)):
        found = pick(selector, {"a.conf": content}, overrideNetworkName=True)
        assert (found.network_name or found.error) == expected
    assert pick(NEW, {"a.conf": content}).network_name == "multus-cni-network"


def test_forcing_the_version_comes_before_it_is_checked() -> None:
    force: dict[str, object] = {"cniVersion": "1.0.0", "forceCNIVersion": True}
    assert pick(NEW, {"a.conf": ISTIO}, **force).primary == "a.conf"
    assert error(NEW, {"a.conf": "[]"}, **force) == "master-unreadable"
    assert error(NEW, {"a.conf": "null"}, **force) == "crash"
    pinned = {"multusMasterCNI": "a.conf", "multusAutoconfigDir": "/none"}
    assert error(NEW, {"a.conf": ISTIO}, **force, **pinned) == "master-unreadable"


def test_a_readiness_file_is_waited_for_from_v4_1_on() -> None:
    files = {"10-aws.conflist": AWS}
    ready: dict[str, object] = {"readinessindicatorfile": f"{DIRECTORY}/ready.conf"}
    assert pick(NEW, files, **ready) == Prediction("waits")
    assert pick(OLD, files, **ready).primary == "10-aws.conflist"
    assert pick(NEW, {**files, "ready.conf": ISTIO}, **ready).primary == "10-aws.conflist"
    assert pick(NEW, files, readinessindicatorfile="/host/run/ready").primary == "10-aws.conflist"


@pytest.mark.parametrize("value", ["", "AUTO", "auto ", f"{DIRECTORY}/10-aws.conflist"])
def test_only_auto_is_automatic(value: str) -> None:
    assert error(NEW, {"10-aws.conflist": AWS}, multusConfigFile=value) == "not-auto"


def test_a_watch_on_a_path_with_a_nul_is_taken_for_a_success() -> None:
    files = {"10-aws.conflist": AWS}
    for selector in (OLD, NEW):
        nul: dict[str, object] = {"multusAutoconfigDir": f"{DIRECTORY}\0"}
        assert error(selector, files, **nul) == "autoconfig-dir-missing"
        assert error(selector, files, **nul, multusMasterCNI="a.conf") == "master-unreadable"


@pytest.mark.parametrize(
    ("files", "conf_directory", "found"),
    [
        ({"00-multus.conf/x": ""}, DIRECTORY, "unwritable"),
        ({"sub/00-multus.conf/x": ""}, f"{DIRECTORY}/sub", "unwritable"),
        ({}, f"{DIRECTORY}/10-aws.conflist", "unwritable"),
        ({"00-multus.conf/x": ""}, f"{DIRECTORY}/sub", None),
        ({"00-multus.conf": ""}, DIRECTORY, None),
        ({"00-multus.conf/x": ""}, "/etc/cni/net.d", None),
    ],
)
def test_a_file_that_cannot_be_written_ends_it_from_v4_1_on(
    files: dict[str, str], conf_directory: str, found: str | None
) -> None:
    given = {"10-aws.conflist": AWS, **files}
    assert error(NEW, given, cniConfigDir=conf_directory) == found
    assert pick(OLD, given, cniConfigDir=conf_directory).primary == "10-aws.conflist"


def test_what_is_wrong_with_the_master_comes_before_what_cannot_be_written() -> None:
    files = {"00-multus.conf/x": "", "10-aws.conflist": "{oops"}
    assert error(NEW, files, cniConfigDir=DIRECTORY) == "master-unreadable"
    assert pick(NEW, {"00-multus.conf/x": ""}, cniConfigDir=DIRECTORY) == Prediction("waits")


@pytest.mark.parametrize(
    ("limit", "fails"), [(0, True), (-1, True), (1, False), (100, False), (None, False)]
)
def test_a_limit_on_connections_below_one_ends_it_from_v4_3_on(
    limit: int | None, fails: bool
) -> None:
    files = {"10-aws.conflist": AWS}
    new = pick(NEW, files, connectionLimit=limit)
    assert new.error == ("invalid-daemon-config" if fails else None)
    assert pick("multus-thick@v4.2.4", files, connectionLimit=limit).error is None
    # it is looked at once the master was found to do
    assert pick(NEW, {}, connectionLimit=limit) == Prediction("waits")
    assert error(NEW, {"a.conf": "{"}, connectionLimit=limit) == "master-unreadable"


@pytest.mark.parametrize(
    "path", [f"{DIRECTORY}/./ready", f"{DIRECTORY}/none/../ready", f"{DIRECTORY}//ready"]
)
def test_the_path_of_the_readiness_file_is_cleaned(path: str) -> None:
    files = {"10-aws.conflist": AWS}
    ready: dict[str, object] = {"readinessindicatorfile": path}
    assert pick(NEW, files, **ready) == Prediction("waits")
    assert pick(NEW, {**files, "ready": ""}, **ready).primary == "10-aws.conflist"


def test_another_mode_is_said_before_the_readiness_file_is_waited_for() -> None:
    ready: dict[str, object] = {"readinessindicatorfile": f"{DIRECTORY}/ready"}
    assert error(NEW, {}, multusConfigFile="/x", **ready) == "not-auto"
