"""What a failure says and what the shell gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint import errors
from cnilint.errors import (
    CnilintError,
    ConfigurationError,
    ExitCode,
    NothingReadError,
    ReadError,
    RuleError,
    UsageError,
    did_you_mean,
    near_path,
    nearest_word,
)


@pytest.mark.parametrize(
    ("error", "message", "code"),
    [
        (UsageError("--fix needs a file"), "--fix needs a file", ExitCode.ERROR),
        (ReadError("a.yaml", "no such file"), "a.yaml: no such file", ExitCode.ERROR),
        (NothingReadError(("a", "b")), "nothing to read in a, b", ExitCode.NOTHING_READ),
        (NothingReadError(()), "nothing to read in no paths", ExitCode.NOTHING_READ),
        (RuleError("r.yaml", "help", "is missing"), "r.yaml: help: is missing", ExitCode.ERROR),
        (ConfigurationError("a.yaml:3", "is wrong"), "a.yaml:3: is wrong", ExitCode.ERROR),
        (RuleError("r.yaml", "", "is empty"), "r.yaml: is empty", ExitCode.ERROR),
    ],
)
def test_errors_say_what_is_wrong(error: CnilintError, message: str, code: ExitCode) -> None:
    assert str(error) == message
    assert error.exit_code == code


def test_exit_codes_are_those_the_documentation_names() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "FINDINGS": 1,
        "ERROR": 2,
        "NOTHING_READ": 3,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("word", "meant"),
    [("selct", "select"), ("SELECT", "select"), ("severitty", "severity"), ("ignor", "ignore")],
)
def test_a_mistyped_word_comes_with_the_nearest_one(word: str, meant: str) -> None:
    known = ["select", "severity", "ignore", "Ignores"]
    assert did_you_mean(word, known) == f", did you mean {meant!r}?"


def test_nothing_is_suggested_that_is_not_near() -> None:
    assert did_you_mean("zzz", ["select"]) == ""
    assert did_you_mean("select", []) == ""
    assert did_you_mean("", ["select"]) == ""


KNOWN = ["CNI101", "CNI102", "CNI111", "CNI911", "master-not-pinned", "unused-ignore"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("CNI1O1", "CNI101"),
        ("cni101", "CNI101"),
        ("CNI10l", "CNI101"),
        ("CNI112", "CNI111"),
        ("CNI991", "CNI911"),
        ("master-not-pined", "master-not-pinned"),
        ("Unused-Ignore", "unused-ignore"),
        ("unusedignore", "unused-ignore"),
        ("something", ""),
        ("", ""),
    ],
)
def test_the_nearest_word(word: str, meant: str) -> None:
    assert nearest_word(word, KNOWN) == meant


def test_nothing_is_near_where_nothing_is_known() -> None:
    assert nearest_word("word", []) == ""
    assert did_you_mean("word", []) == ""


def test_how_near_a_word_has_to_be_can_be_said() -> None:
    assert nearest_word("CNIxxx", KNOWN, 0.5) != ""
    assert nearest_word("CNIxxx", KNOWN, 0.8) == ""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("clusters/prod/multus.yaml", "clusters/test/a.yaml", "base/cni/aws-node.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".hidden" / "secret").mkdir(parents=True)
    (tmp_path / "loop").symlink_to(".")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("clusters/prd", "clusters/prod"),
        ("cluster/prod", "clusters/prod"),
        ("clsters/prd/mults.yml", "clusters/prod/multus.yaml"),
        ("./clusters/prd/", "clusters/prod"),
        ("clusters/../clusters/prd", "clusters/prod"),
        ("prod", "clusters/prod"),
        ("prod/multus.yaml", "clusters/prod/multus.yaml"),
        ("cni/aws-node.yaml", "base/cni/aws-node.yaml"),
        ("aws-node.yaml", "base/cni/aws-node.yaml"),
        ("Clusters", "clusters"),
        ("clusters/prod/zzz", ""),
        ("zzz/prod", ""),
        ("secret", ""),
        ("zzz", ""),
        ("../zzz/zzz", ""),
        ("/zzz/prod", ""),
    ],
)
def test_the_nearest_path(path: str, meant: str, tree: Path) -> None:
    assert tree.is_dir()
    assert near_path(path) == (f", did you mean {meant!r}?" if meant else "")


def test_a_whole_path_is_near_as_well(tree: Path) -> None:
    assert near_path(f"{tree}/clusters/prd") == f", did you mean '{tree}/clusters/prod'?"


def test_only_so_many_folders_are_looked_into(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tree.joinpath(*["d"] * 9, "far.yaml")
    deep.parent.mkdir(parents=True)
    deep.touch()
    assert near_path("far.yaml") == f", did you mean {str(deep.relative_to(tree))!r}?"
    monkeypatch.setattr(errors, "MOST_FOLDERS", 5)
    assert near_path("far.yaml") == ""
