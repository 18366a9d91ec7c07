"""How thin Multus chooses its master."""

from __future__ import annotations

import json

import pytest

from cnilint.upstream.prediction import Prediction
from cnilint.upstream.selector import predict

OLD, MIDDLE, NEW = "multus-thin@v4.0.2", "multus-thin@v4.1.4", "multus-thin@v4.3.0"
DIRECTORY = "/host/etc/cni/net.d"
AWS = '{"cniVersion":"0.4.0","name":"aws-cni","plugins":[{"type":"aws-cni"}]}'
FILES = {"10-aws.conflist": AWS}


def written(**members: object) -> dict[str, str]:
    return {"a.conf": json.dumps({"cniVersion": "0.4.0", "name": "a", **members})}


def pick(selector: str, files: dict[str, str], *args: str) -> Prediction:
    return predict(selector, files, args=args)


@pytest.mark.parametrize(
    ("files", "primary"),
    [
        ({"10-aws.conflist": AWS, "05-a.conf": AWS}, "05-a.conf"),
        ({"10-aws.conflist": AWS, "00-multus.conf": AWS}, "10-aws.conflist"),
        ({"10-aws.conflist": AWS, "00-multus.conflist": AWS}, "10-aws.conflist"),
        ({"10-aws.conflist": AWS, "00-multus-old.conf": AWS}, "00-multus-old.conf"),
        ({"10-aws.conflist": AWS, "05-a.json": AWS, "sub/01-a.conf": AWS}, "10-aws.conflist"),
        ({"10-aws.conflist": AWS, "05-a.conf/x": AWS}, "10-aws.conflist"),
    ],
)
def test_the_first_file_that_is_not_its_own_is_the_master(
    files: dict[str, str], primary: str
) -> None:
    assert pick(NEW, files).primary == primary


def test_v4_0_takes_its_own_file_and_ignores_the_pin() -> None:
    files = {"00-multus.conf": AWS, "10-aws.conflist": AWS, "20-b.conf": AWS}
    assert pick(OLD, files, "--multus-master-cni-file-name=20-b.conf").primary == "00-multus.conf"
    assert pick(NEW, files, "--multus-master-cni-file-name=20-b.conf").primary == "20-b.conf"


def test_without_a_candidate() -> None:
    for files in ({}, {"10-aws.json": AWS}, {"sub/10-aws.conflist": AWS}):
        assert pick(NEW, files).error == "no-master"
        assert pick(OLD, files).error == "crash"
    assert pick(NEW, {"00-multus.conf": AWS}).error == "no-master"


@pytest.mark.parametrize(
    ("master", "found"),
    [
        ("./10-aws.conflist", None),
        ("/10-aws.conflist", None),
        ("no/../10-aws.conflist", None),
        ("missing.conf", "master-missing"),
        (f"{DIRECTORY}/10-aws.conflist", "master-missing"),
        ("10-aws.conflist/x", "master-missing"),
        ("sub", "master-unreadable"),
        ("bad.conf", "master-unreadable"),
        ("array.conf", "master-unreadable"),
        ("null.conf", "cni-version-missing"),
    ],
)
def test_pins(master: str, found: str | None) -> None:
    files = {"bad.conf": "{", "array.conf": "[]", "null.conf": "null", "sub/x": "", **FILES}
    prediction = pick(NEW, files, "--multus-master-cni-file-name", master)
    assert prediction.error == found
    assert prediction.primary == (None if found else "10-aws.conflist")


@pytest.mark.parametrize(
    ("members", "args", "found"),
    [
        ({}, ["--cni-version=0.4.0"], None),
        ({}, ["--cni-version="], None),
        ({}, ["--cni-version=0.3.1"], "cni-version-mismatch"),
        ({}, ["--cni-version=0.3.1", "--force-cni-version"], None),
        ({"cniVersion": 1}, [], "crash"),
        ({"cniVersion": None}, ["--cni-version=1"], "crash"),
        ({"cniVersion": 1}, ["--force-cni-version"], None),
        ({"name": None}, [], None),
        ({"name": None}, ["--override-network-name"], "crash"),
        ({"plugins": None}, [], "crash"),
        ({"plugins": ["x"]}, [], "crash"),
        ({"plugins": [{"capabilities": None}]}, [], "crash"),
        ({"plugins": [{"capabilities": {"a": 1}}]}, [], "crash"),
        ({"plugins": [{"capabilities": {"a": False}}]}, [], None),
        ({"plugins": [], "capabilities": 1}, [], None),
        ({"capabilities": 1}, [], "crash"),
        ({"capabilities": {"a": None}}, [], "crash"),
        ({"capabilities": 1}, ["--cni-version=1"], "cni-version-mismatch"),
        ({"capabilities": 1}, ["--multus-log-level=x"], "crash"),
        ({}, ["--multus-log-level=x"], "invalid-flag"),
        *(
            ({}, [f"--multus-log-level={level}"], None)
            for level in ("", "DEBUG", "debug", "error", "panic", "verbose")
        ),
        ({"name": "a"}, ["--override-network-name"], None),
        ({"name": 1}, ["--override-network-name"], "crash"),
        ({}, ["--rename-conf-file=maybe"], "invalid-flag"),
        ({}, ["--help"], "invalid-flag"),
        ({}, ["--help", "--restart-crio"], "unknown-flag"),
        ({}, ["--multus-conf-file=/x/70-multus.conf"], "not-auto"),
        ({}, ["--cni-conf-dir=/none"], "conf-dir-missing"),
        ({}, [f"--multus-autoconfig-dir={DIRECTORY}/none"], "no-master"),
        ({}, [f"--multus-autoconfig-dir={DIRECTORY}/a.conf"], "no-master"),
    ],
)
def test_checks_in_their_order(members: dict[str, object], args: list[str], found: str) -> None:
    assert pick(NEW, written(**members), *args).error == found


def test_a_name_has_to_be_there_to_be_taken_over() -> None:
    files = {"a.conf": '{"cniVersion": "0.4.0", "Name": "a"}'}
    assert pick(NEW, files, "--override-network-name").error == "network-name-missing"
    assert pick(NEW, files).primary == "a.conf"


@pytest.mark.parametrize(
    ("version", "middle", "new"),
    [
        ("0.4.0", "", ""),
        ("1.0.0", "list", "list"),
        ("1.1.0", "", "list"),
        ("1", "", "list"),
        ("01.0.0", "", "list"),
        ("1.0.0-rc1", "", ""),
        ("", "", ""),
    ],
)
def test_a_list_is_written_from_version_1_on(version: str, middle: str, new: str) -> None:
    files = written(cniVersion=version)
    assert pick(OLD, files).writes == [f"00-multus.conf{middle}"]
    assert pick("multus-thin@v4.2.3", files).writes == [f"00-multus.conf{middle}"]
    assert pick("multus-thin@v4.2.4", files).writes == [f"00-multus.conf{new}"]
    assert pick(NEW, files).writes == [f"00-multus.conf{new}"]


def test_a_forced_version_decides_what_is_written() -> None:
    args = ("--force-cni-version", "--cni-version=1.0.0")
    assert pick(MIDDLE, FILES, *args).writes == ["00-multus.conflist"]


def test_only_new_files_are_reported() -> None:
    assert pick(NEW, {**FILES, "00-multus.conf": ""}).writes == []
    renamed = pick(NEW, FILES, "--rename-conf-file")
    assert renamed.writes == ["00-multus.conf", "10-aws.conflist.old"]


@pytest.mark.parametrize(
    "blocking", ["00-multus.conf/x", "00-multus.conf.new/x", "multus.d", "10-aws.conflist.old/x"]
)
def test_what_stands_in_the_way(blocking: str) -> None:
    found = pick(NEW, {**FILES, blocking: ""}, "--rename-conf-file")
    assert found == Prediction("error", error="unwritable")


def test_flags_belong_to_releases() -> None:
    for flag in ("--skip-config-watch", "--multus-cni-conf-dir=/x"):
        assert pick(OLD, FILES, flag).error == "unknown-flag"
        assert pick(MIDDLE, FILES, flag).primary == "10-aws.conflist"


@pytest.mark.parametrize(
    ("args", "old"),
    [
        (["--multus-cni-conf-dir="], "unknown-flag"),
        ([f"--multus-cni-conf-dir={DIRECTORY}/10-aws.conflist"], "unknown-flag"),
        ([f"--multus-cni-conf-dir={DIRECTORY}/10-aws.conflist/x"], "unknown-flag"),
        ([f"--multus-cni-conf-dir={DIRECTORY}/00-multus.conf"], "unknown-flag"),
        ([f"--multus-cni-conf-dir={DIRECTORY}/00-multus.conf.new"], "unknown-flag"),
        ([f"--cni-conf-dir={DIRECTORY}/10-aws.conflist"], "unwritable"),
    ],
)
def test_directories_that_are_in_the_way_or_cannot_be_made(args: list[str], old: str) -> None:
    for selector in (MIDDLE, NEW):
        assert pick(selector, FILES, *args).error == "unwritable"
    assert pick(OLD, FILES, *args).error == old


def test_a_directory_that_cannot_be_made_comes_before_the_master() -> None:
    for files in ({}, {"a.conf": "{"}, {"a.conf": '{"cniVersion": 1}'}):
        assert pick(NEW, files, "--multus-cni-conf-dir", "").error == "unwritable"
        assert pick(NEW, files, "--multus-cni-conf-dir", "elsewhere").error != "unwritable"


@pytest.mark.parametrize("name", ["multus.kubeconfig", "multus.kubeconfig.new"])
def test_the_kubeconfig_has_to_be_written(name: str) -> None:
    for selector in (OLD, NEW):
        assert pick(selector, {**FILES, f"multus.d/{name}/x": ""}).error == "unwritable"
        assert pick(selector, {**FILES, f"multus.d/{name}": ""}).primary == "10-aws.conflist"


@pytest.mark.parametrize("master", ["multus.d", "multus.d/multus.kubeconfig"])
def test_what_it_makes_itself_is_no_missing_master(master: str) -> None:
    for selector in (MIDDLE, NEW):
        found = pick(selector, FILES, f"--multus-master-cni-file-name={master}")
        assert found.error == "master-unreadable"


def test_the_new_name_of_the_master_may_be_too_long() -> None:
    name = f"{'x' * 250}.conf"
    assert pick(NEW, {name: AWS}).primary == name
    assert pick(NEW, {name: AWS}, "--rename-conf-file").error == "unwritable"


def test_its_own_directories_are_not_among_the_files_it_adds() -> None:
    args = [f"--multus-cni-conf-dir={DIRECTORY}/nets"]
    assert pick(NEW, FILES, *args).writes == ["00-multus.conf"]
    inside = pick(NEW, {**FILES, "sub/x": ""}, f"--cni-conf-dir={DIRECTORY}/sub")
    assert inside.writes == ["sub/00-multus.conf"]
