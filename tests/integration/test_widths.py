"""What people see keeps to the columns of their terminal, and says the same in few as in many."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint.engine.result import Result
from cnilint.report.glyphs import columns
from cnilint.report.terminal.findings import full
from cnilint.report.terminal.inspect import inspect_text
from cnilint.report.terminal.layout import hanging
from cnilint.report.terminal.paint import Line, Paint
from cnilint.run import lint
from tests.clusters import OWNED, STANDALONE, VPC, multus, placed

EVERY_WIDTH = pytest.mark.parametrize("width", [60, 72, 80, 100, 120, 200])
FRAME = str.maketrans(dict.fromkeys("│╭╰─┄⋮^-", " "))


@pytest.fixture(params=[OWNED, STANDALONE], ids=["owned", "standalone"])
def race(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": request.param})
    monkeypatch.chdir(tmp_path)
    return lint(["."])


def words(shown: str) -> list[str]:
    return shown.translate(FRAME).split()


@EVERY_WIDTH
def test_no_line_of_a_report_leaves_the_width(race: Result, width: int) -> None:
    for text in (full(race, Paint(False, width)), inspect_text(race, Paint(False, width))):
        assert max(map(columns, text.splitlines())) <= width


@EVERY_WIDTH
def test_findings_say_the_same_in_every_width(race: Result, width: int) -> None:
    shown, wide = (full(race, Paint(False, columns)) for columns in (width, 400))
    told = [word for word in words(wide) if word != "·"]
    assert [word for word in words(shown) if word != "·"] == told


@EVERY_WIDTH
def test_an_inspection_says_the_same_in_every_width(race: Result, width: int) -> None:
    shown, wide = (inspect_text(race, Paint(False, columns)) for columns in (width, 400))
    assert sorted(words(shown)) == sorted(words(wide))


@pytest.mark.parametrize(
    ("number", "text", "width", "lines"),
    [
        ("", "first boot:", 40, ["first boot:"]),
        ("  1. ", "short", 40, ["  1. short"]),
        (
            "  2. ",
            "Multus picks 10-aws.conflist as its master",
            30,
            ["  2. Multus picks", "     10-aws.conflist as its", "     master"],
        ),
        (
            "  12. ",
            "one two three four five six",
            28,
            ["  12. one two three four five", "      six"],
        ),
        (
            "",
            "10-aws.conflist on all nodes, first boot: then",
            26,
            ["10-aws.conflist on all", "nodes, first boot: then"],
        ),
        ("", "", 40, [""]),
    ],
)
def test_a_step_is_continued_behind_its_number(
    number: str, text: str, width: int, lines: list[str]
) -> None:
    head: Line = [(number, "")] if number else []
    found = hanging(head, text, "", Paint(color=False, width=100), width)
    assert ["".join(part for part, _style in line) for line in found] == lines
