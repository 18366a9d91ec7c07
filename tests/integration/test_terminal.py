"""What is seen at a terminal: colours, a bar, and a check that is watched."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clusters import PINNED, STANDALONE, VPC, multus, placed
from tests.terminal import COMMAND, ENVIRONMENT, Terminal

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}


@pytest.fixture
def race(tmp_path: Path) -> Path:
    return placed(tmp_path, {".git/HEAD": "", **RACE})


@pytest.fixture
def at_terminal() -> Iterator[list[Terminal]]:
    started: list[Terminal] = []
    yield started
    for each in started:
        each.close()


def test_colours_are_for_terminals_that_want_them(race: Path, at_terminal: list[Terminal]) -> None:
    for environment, wanted in (
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ):
        at_terminal.append(terminal := Terminal(race, "check", environment=environment))
        assert terminal.ended() == 1
        assert ("\x1b[1;31merror" in terminal.seen) is wanted
        assert "\x1b[?25l" not in terminal.seen  # and no bar: it did not take long


def test_a_watched_check_clears_the_screen_and_ctrl_c_ends_it(
    race: Path, at_terminal: list[Terminal]
) -> None:
    pytest.importorskip("watchfiles")
    arguments = ("check", "--watch", "--output-format", "concise")
    at_terminal.append(terminal := Terminal(race, *arguments, environment={}))
    terminal.wait_for("Ctrl-C ends it")
    assert "\x1b[2J" not in terminal.seen
    (race / "multus.yaml").write_text("apiVersion: v1\nkind: ConfigMap\na: [")
    terminal.wait_for("Ctrl-C ends it", 2)
    assert re.search(
        r"\x1b\[2J\S*cnilint: multus\.yaml changed\r\nmultus\.yaml:3:5: CNI901", terminal.seen
    )
    (race / "multus.yaml").write_text(multus(PINNED))
    terminal.wait_for("deterministic")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ended() == 130
    assert terminal.seen.endswith("\r\n")
    assert "Traceback" not in terminal.seen


def test_a_watched_check_into_a_file_clears_nothing(race: Path) -> None:
    pytest.importorskip("watchfiles")
    with (race / "out.txt").open("wb") as out:
        process = subprocess.Popen(
            [*COMMAND, "check", "--watch", "multus.yaml"], cwd=race, env=ENVIRONMENT, stdout=out,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr is not None
        assert b"watching multus.yaml" in process.stderr.readline()
        (race / "multus.yaml").write_text(multus(PINNED))
        assert process.stderr.readline() == b"cnilint: multus.yaml changed\n"
        assert b"watching multus.yaml" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
        process.stderr.close()
    text = (race / "out.txt").read_text()
    assert "\x1b" not in text
    assert text.count("warning[CNI102]") == 1


def test_a_long_run_shows_a_bar_and_leaves_the_report_alone(
    tmp_path: Path, at_terminal: list[Terminal]
) -> None:
    for number in range(400):
        placed(tmp_path / f"{number:03}", RACE)
    plain = subprocess.run(
        [*COMMAND, "inspect", "--output-format", "json"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        check=True,
    )
    assert plain.stderr == b""
    arguments = ("inspect", "--output-format", "json")
    for more, environment, shown in (
        ((), {}, True),
        (("--no-progress",), {}, False),
        ((), {"CI": "true"}, False),
    ):
        terminal = Terminal(tmp_path, *arguments, *more, environment=environment)
        at_terminal.append(terminal)
        assert terminal.ended() == 0
        stages = ("reading files", "working out clusters")
        assert any(stage in terminal.seen for stage in stages) is shown
        report = plain.stdout.decode().replace("\n", "\r\n")
        assert terminal.seen.endswith(report)
