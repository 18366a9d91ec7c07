"""What measures cnilint beside other programs: the runs, and the table that is made of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import rules
from benchmarks.generate import crowd
from benchmarks.run import TOOLS, WORKLOADS, Cost, Measuring, Row, growth, in_turn, table


def test_programs_run_in_turn_and_one_that_takes_too_long_is_run_no_more(tmp_path: Path) -> None:
    log = "import pathlib, sys; pathlib.Path('log').open('a').write(sys.argv[1])"
    commands = {name: [sys.executable, "-c", log, name] for name in "ab"}
    commands["c"] = [sys.executable, "-c", "import time; time.sleep(60)"]
    found = in_turn(commands, 2, 5, tmp_path)
    assert (tmp_path / "log").read_text() == "ababab"
    assert [len(found[name].costs) for name in "abc"] == [2, 2, 0]
    assert found["c"].word == "more than 5 s"
    assert all(cost.processor > 0 and cost.memory > 1 for cost in found["a"].costs)


def test_a_table_compares_with_its_first_row_and_says_what_is_missing() -> None:
    bare = Row("python -c pass", (Cost(0.01, 0.02, 9), Cost(0.03, 0.04, 9), Cost(0.02, 0.03, 9)))
    slow = Row("cnilint check", (Cost(2.0, 2.5, 60),))
    rows = [bare, slow, Row(TOOLS[0].name, (Cost(0.02, 0.02, 9),)), Row("yamllint", (), "too slow")]
    shown = table("one", rows, {"checkov": "is not installed"}).splitlines()
    assert shown[4:6] == [
        "| python -c pass | 20.0 ms | 10.0 ms | 30.0 ms | 1.0 | 1.0 | 30.0 ms | 9 MB |",
        "| cnilint check | 2.00 s | 2.00 s | 2.00 s | 100.0 | 100.0 | 2.50 s | 60 MB |",
    ]
    assert shown[7:] == [
        "| yamllint | too slow | | | | | | |",
        "| checkov | is not installed | | | | | | |",
    ]


def test_growth_is_told_as_an_exponent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def square(commands: dict[str, list[str]], *_how: object) -> dict[str, Row]:
        sizes = [1, *(int(words[-1].split()[0]) for words in list(commands.values())[1:])]
        return {
            name: Row(name, (Cost(size**2, 0, 0),))
            for name, size in zip(commands, sizes, strict=True)
        }

    monkeypatch.setattr("benchmarks.run.in_turn", square)
    monkeypatch.setattr("benchmarks.generate.tree", lambda *_how: None)
    (title,) = growth(Measuring(tmp_path, 1, 1, 0, (1, 10, 100), {}))
    assert "exponent 2.00 from 1 to 100 MB" in title


def test_every_workload_says_what_it_measures() -> None:
    assert all(work.__doc__ for work in WORKLOADS.values())


def test_the_rules_are_measured_in_the_cluster_that_has_most_to_simulate(tmp_path: Path) -> None:
    for name, installers in (("small", 2), ("large", 3), ("middle", 1)):
        (tmp_path / "clusters" / name).mkdir(parents=True)
        (tmp_path / "clusters" / name / "cni.yaml").write_text(crowd(installers))
    task = rules.Task((str(tmp_path),))
    task = task._replace(cluster=rules.largest(task))
    found = rules.measured(task)
    assert found.shown == "clusters/large: 3 installs, 2 classes of nodes"
    assert 0 < found.simulation < found.facts
    assert found.rules.keys() >= {"CNI101", "CNI201"}
    assert all(seconds > 0 for seconds in found.rules.values())
