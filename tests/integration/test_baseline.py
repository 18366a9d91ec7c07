"""A baseline from the command line on: only what is new fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clusters import PINNED, STANDALONE, VPC, cnilint, contents, multus, placed

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}
FIXED = {**RACE, "multus.yaml": multus(PINNED)}
TWICE = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\nkind: DaemonSet\n"
"""A manifest with a key that stands twice, CNI902."""


def found(folder: Path, *arguments: str) -> list[str]:
    done = cnilint("check", "--output-format", "concise", *arguments, folder=folder)
    assert done.err == "" or not done.rules  # a clean run says there what it looked at
    return done.rules


@pytest.fixture
def race(tmp_path: Path) -> Path:
    """One cluster with one race, CNI101."""
    return placed(tmp_path, {".git/HEAD": "", **RACE})


def test_only_what_is_new_fails(race: Path) -> None:
    done = cnilint("baseline", "write", folder=race)
    assert done.code == 0
    assert done.err.startswith("cnilint: 1 finding written to .cnilint-baseline.json\n")
    assert "`--baseline .cnilint-baseline.json`" in done.err
    assert cnilint("check", folder=race).code == 1
    baseline = ("--baseline", ".cnilint-baseline.json")
    done = cnilint("check", *baseline, folder=race)
    assert done.code == 0
    assert done.out.endswith("; 1 in the baseline\n")
    placed(race, {"other/aws-node.yaml": TWICE})
    assert found(race, *baseline) == ["CNI902"]
    placed(race, {".cnilint.yaml": "baseline: .cnilint-baseline.json\n"})
    assert found(race) == ["CNI902"]
    log = json.loads(cnilint("check", "--output-format", "sarif", folder=race).out)
    states = {one["ruleId"]: one["baselineState"] for one in log["runs"][0]["results"]}
    assert states == {"CNI101": "unchanged", "CNI902": "new"}


def test_moving_files_and_lines_makes_nothing_new(race: Path) -> None:
    cnilint("baseline", "write", "--baseline", "known.json", folder=race)
    for name in RACE:
        (race / name).unlink()
    moved = {f"clusters/prod/{name}": f"# moved\n\n{text}" for name, text in RACE.items()}
    placed(race, moved)
    assert found(race, "--baseline", "known.json") == []
    # a second cluster beside it: the old finding stays old, its like is new
    placed(race, {f"clusters/test/{name}": text for name, text in RACE.items()})
    assert found(race, "--baseline", "known.json") == ["CNI101"]


def test_what_was_there_before_is_not_fixed(race: Path) -> None:
    cnilint("baseline", "write", "--baseline", "known.json", folder=race)
    before = contents(race)
    assert cnilint("check", "--fix", "--baseline", "known.json", folder=race).code == 0
    assert contents(race) == before


def test_prune_leaves_what_is_still_found(race: Path) -> None:
    placed(race, {"twice.yaml": TWICE, ".cnilint.yaml": "baseline: known.json\n"})
    assert "2 findings written" in cnilint("baseline", "write", folder=race).err
    placed(race, FIXED)
    done = cnilint("baseline", "prune", folder=race)
    assert done.err == "cnilint: 1 finding removed from known.json, 1 left\n"
    shown = cnilint("baseline", "show", folder=race).out
    assert shown.startswith("twice.yaml: CNI902 ")
    assert shown.count("\n") == 1
    stamp = (race / "known.json").stat().st_mtime_ns
    done = cnilint("baseline", "prune", folder=race)
    assert done.err == "cnilint: 0 findings removed from known.json, 1 left\n"
    assert (race / "known.json").stat().st_mtime_ns == stamp


def test_writing_again_gives_the_same_file(race: Path) -> None:
    cnilint("baseline", "write", folder=race)
    first = (race / ".cnilint-baseline.json").read_bytes()
    cnilint("baseline", "write", folder=race)
    assert (race / ".cnilint-baseline.json").read_bytes() == first
    entry = json.loads(first)["findings"][0]
    assert entry["rule"] == "CNI101"
    assert entry["object"] == "ConfigMap kube-system/multus-daemon-config"
    assert entry["path"] == "multus.yaml"
    assert not any("line" in key for key in entry)


@pytest.mark.parametrize("command", [["check"], ["baseline", "prune"], ["baseline", "show"]])
def test_a_broken_baseline_is_told(command: list[str], race: Path) -> None:
    placed(race, {"known.json": "{broken"})
    done = cnilint(*command, "--baseline", "known.json", folder=race)
    assert done.code == 2
    assert done.err.startswith("cnilint: error: the baseline known.json:1 is not JSON")
