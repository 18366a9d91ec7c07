"""The tool that compares what two checkouts report, on checkouts that report what they are told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "benchmarks" / "compare_reports.py"
SAYS = """\
import json, os, sys
report = json.loads({report!r})
print(json.dumps(report) if "json" in sys.argv else report["text"])
os._exit({code})
"""


def checkout(folder: Path, code: int = 0, **report: object) -> Path:
    """Return a checkout whose command always gives the same report."""
    package = folder / "cnilint"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", "utf-8")
    text = SAYS.format(report=json.dumps(report), code=code)
    (package / "__main__.py").write_text(text, "utf-8")
    return folder


def compared(before: Path, after: Path, tops: Path) -> tuple[int, list[str]]:
    """Return the exit code and the lines of a comparison."""
    command = [sys.executable, str(TOOL), str(before), str(after), str(tops)]
    reports = ["--report", "text", "--report", "json"]
    done = subprocess.run(
        [*command, *reports], capture_output=True, encoding="utf-8", check=False, cwd=ROOT
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.fixture
def tops(tmp_path: Path) -> Path:
    (tmp_path / "tops" / "one").mkdir(parents=True)
    (tmp_path / "tops" / "two").mkdir()
    return tmp_path / "tops"


def test_what_is_the_same_is_no_difference(tmp_path: Path, tops: Path) -> None:
    before = checkout(tmp_path / "a", text="a", list=[{"x": 1}])
    after = checkout(tmp_path / "b", text="a", list=[{"x": 1}])
    assert compared(before, after, tops) == (
        0,
        ["4 reports compared, 0 differ in more than additions"],
    )


def test_what_is_added_is_counted(tmp_path: Path, tops: Path) -> None:
    before = checkout(tmp_path / "a", text="a", list=[{"x": 1}, {"x": 2}])
    after = checkout(tmp_path / "b", text="a", list=[{"x": 1, "y": 0}, {"x": 2, "y": 3}])
    assert compared(before, after, tops) == (
        0,
        ["added      4 times: json list.y", "4 reports compared, 0 differ in more than additions"],
    )


def test_whatever_else_differs_is_shown(tmp_path: Path, tops: Path) -> None:
    before = checkout(tmp_path / "a", text="a", list=[{"x": 1, "y": 2}], gone=[])
    after = checkout(tmp_path / "b", code=1, text="b", list=[{"x": 3, "y": 2}])
    code, lines = compared(before, after, tops)
    assert code == 1
    assert [line for line in lines if line.startswith("one json")] == [
        'one json: .text: "a" -> "b"',
        "one json: .list[0].x: 1 -> 3",
        "one json: .gone is gone",
        "one json: exit code 0 -> 1",
    ]
    assert [line for line in lines if line.startswith("two text")][-3:] == [
        *("two text: -a", "two text: +b", "two text: exit code 0 -> 1")
    ]
    assert lines[-1] == "4 reports compared, 4 differ in more than additions"
