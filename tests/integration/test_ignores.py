"""Ignores as a person writes them, from the command line on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clusters import PINNED, STANDALONE, VPC, cnilint, contents, multus, placed

HEADER = "  daemon-config.json: |"
RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}
FIXED = {**RACE, "multus.yaml": multus(PINNED)}
PINNED_ALONE = ("--ignore", "CNI124")
"""What leaves nothing to say of the pinned cluster: pods start before Amazon VPC CNI in it."""


def ignored(text: str, comment: str) -> str:
    assert HEADER in text
    return text.replace(HEADER, f"{HEADER} # cnilint: ignore[{comment}")


def found(folder: Path, *arguments: str) -> list[str]:
    done = cnilint("check", "--output-format", "concise", *arguments, folder=folder)
    assert done.err == "" or not done.rules  # a clean run says there what it looked at
    return done.rules


@pytest.fixture
def race(tmp_path: Path) -> Path:
    """One cluster with one race, CNI101."""
    return placed(tmp_path, {".git/HEAD": "", **RACE})


def test_an_ignored_finding_neither_fails_nor_is_fixed_and_is_counted(race: Path) -> None:
    placed(race, {"multus.yaml": ignored(multus(), "CNI101] one file")})
    before = contents(race)
    done = cnilint("check", folder=race)
    assert done.code == 0
    assert done.out.endswith("; 1 ignored\n")
    assert cnilint("check", "--fix", folder=race).code == 0
    assert contents(race) == before
    assert cnilint("check", "--diff", folder=race).out == ""


def test_an_ignore_that_is_not_needed_is_removed_byte_by_byte(race: Path) -> None:
    unpinned = ignored(multus(), "CNI105, CNI101] one file")
    placed(race, {"multus.yaml": unpinned})
    assert found(race) == ["CNI910"]
    assert cnilint("check", "--fix", folder=race).code == 0
    assert (race / "multus.yaml").read_text() == unpinned.replace("CNI105, ", "")
    placed(race, {"multus.yaml": ignored(multus(PINNED), "CNI101] one file")})
    assert cnilint("check", "--fix", *PINNED_ALONE, folder=race).code == 0
    assert (race / "multus.yaml").read_text() == multus(PINNED)


def test_a_fix_that_ends_the_need_for_an_ignore_is_made_and_takes_it_along(race: Path) -> None:
    thin_and_ignored = ignored(multus(), "CNI1] all of it")
    placed(race, {"multus.yaml": thin_and_ignored, ".cnilint.yaml": "ignore: [CNI910]\n"})
    assert found(race) == []
    # the comment is about CNI102 alone: CNI101 is fixed, and then nothing needs it any more
    placed(race, {"multus.yaml": ignored(multus(), "CNI102] one file"), ".cnilint.yaml": ""})
    assert sorted(found(race)) == ["CNI101", "CNI910"]
    assert cnilint("check", "--fix", *PINNED_ALONE, folder=race).code == 0
    assert (race / "multus.yaml").read_text() == multus(PINNED)


def test_ignores_of_the_settings_name_object_reason_and_last_day(race: Path) -> None:
    entry = (
        "ignores:\n  - rule: CNI101\n    kind: ConfigMap\n    name: multus-*\n"
        "    reason: one file\n    expires: {day}\n"
    )
    placed(race, {".cnilint.yaml": entry.format(day="9999-12-31")})
    report = json.loads(cnilint("check", "--output-format", "json", folder=race).out)
    assert report["findings"] == []
    (known,) = report["suppressed"]
    assert known["suppression"]["by"] == "configuration"
    assert known["suppression"]["reason"] == "one file"
    assert known["suppression"]["location"]["path"] == ".cnilint.yaml"
    assert known["suppression"]["location"]["line"] == 2
    placed(race, {".cnilint.yaml": entry.format(day="2000-01-01")})
    assert sorted(found(race)) == ["CNI101", "CNI912"]
    placed(race, {".cnilint.yaml": entry.format(day="9999-12-31"), **FIXED})
    assert found(race, *PINNED_ALONE) == ["CNI910"]
    paths = ("multus.yaml", "aws-node.yaml", "istio-cni.yaml")
    assert found(race, *PINNED_ALONE, *paths) == []


def test_sarif_marks_what_is_ignored(race: Path) -> None:
    placed(race, {"multus.yaml": ignored(multus(), "CNI101] one file")})
    log = json.loads(cnilint("check", "--output-format", "sarif", folder=race).out)
    (result,) = log["runs"][0]["results"]
    assert result["suppressions"][0]["kind"] == "inSource"
    assert result["suppressions"][0]["justification"] == "one file"
    assert "fixes" not in result
