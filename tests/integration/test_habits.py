"""What a person does at a terminal: Ctrl-C, a pipe into `head`, a look from the wrong folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.clusters import NAMESPACE, PINNED, STANDALONE, VPC, contents, multus, placed
from tests.terminal import COMMAND, ENVIRONMENT

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}


@pytest.fixture
def race(tmp_path: Path) -> Path:
    return placed(tmp_path, {".git/HEAD": "", **RACE})


# Ctrl-C.

MANY = 40
IGNORED = NAMESPACE + "# cnilint: ignore[CNI101] of no use\ndata: {}\n"


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Files that each have one fix, which takes a line out."""
    return placed(tmp_path, {f"{number:02}.yaml": IGNORED for number in range(MANY)})


def states(folder: Path) -> set[str]:
    """Return what became of the files: `old`, `new`, and every other name or text."""
    new = IGNORED.replace("# cnilint: ignore[CNI101] of no use\n", "")
    words = {IGNORED.encode(): "old", new.encode(): "new"}
    found = contents(folder)
    assert len(found) == MANY, sorted(found)
    return {words.get(content, repr(content)) for content in found.values()}


# A disk on which each write takes its time, so that the signal comes in the middle of them.
SLOW = """
import os, sys, time
real = os.fsync
def slow(descriptor):
    real(descriptor)
    print("writing", flush=True)
    time.sleep(0.02)
os.fsync = slow
sys.argv = ["cnilint", "check", "--fix"]
from cnilint.__main__ import main
main()
"""


@pytest.mark.parametrize("after", [1, MANY // 2, MANY])
def test_ctrl_c_while_many_files_are_fixed_leaves_all_of_them_whole(after: int, many: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLOW],
        cwd=many,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        for _ in range(after):
            assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == b""
    assert states(many) == ({"old"} if after < MANY else states(many) & {"old", "new"})
    assert len(states(many)) == 1


@pytest.mark.parametrize("delay", [0.02, 0.1, 0.2, 0.4, 0.8])
def test_ctrl_c_at_any_time_is_silent_and_harmless(delay: float, many: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "check", "--fix"],
        cwd=many,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=30)
    assert len(states(many)) == 1
    assert states(many) <= {"old", "new"}
    # in the first moments Python itself is still starting, and has words of its own
    assert delay < 0.1 or process.returncode in (130, 0)
    assert delay < 0.1 or b"Traceback" not in err


# A reader that leaves.


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("check", 1),
        ("check --output-format concise", 1),
        ("check --output-format json", 1),
        ("check --statistics", 1),
        ("check --fail-on never", 0),
        ("check --diff", 1),
        ("inspect", 0),
        ("rules", 0),
        ("config show", 0),
        ("config schema", 0),
        ("check --help", 0),
        ("--help", 0),
        ("--version", 0),
        ("version", 0),
    ],
)
def test_a_pipe_that_is_closed_is_silent_and_changes_no_exit_code(
    command: str, code: int, race: Path
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, *command.split()],
        cwd=race,
        env=ENVIRONMENT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (code, b"")


def test_errors_into_a_closed_pipe_are_silent_too(race: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "check", "missing"], cwd=race, env=ENVIRONMENT, stderr=writing, check=False
    )
    os.close(writing)
    assert done.returncode == 2


def test_reports_in_files_are_written_although_nobody_reads_the_rest(race: Path) -> None:
    formats = "--output-format full --output-format json:report.json"
    script = f"'{sys.executable}' -m cnilint check {formats} | true"
    subprocess.run(["sh", "-c", script], cwd=race, env=ENVIRONMENT, check=True)
    assert (race / "report.json").read_text().endswith("}\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-"])
def test_streams_may_be_closed_from_the_start(closed: str, race: Path) -> None:
    script = f"'{sys.executable}' -m cnilint check {closed}"
    done = subprocess.run(
        ["sh", "-c", script], cwd=race, env=ENVIRONMENT, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")


# Which folder, and what was in it.


def test_without_a_path_the_current_folder_is_checked(race: Path) -> None:
    outputs = [
        subprocess.run([*COMMAND, "check", *path], cwd=race, capture_output=True, check=False)
        for path in ([], ["."], ["./"])
    ]
    assert {done.returncode for done in outputs} == {1}
    assert len({done.stdout for done in outputs}) == 1
    assert b"--> multus.yaml:" in outputs[0].stdout


def test_a_clean_run_over_two_clusters_says_what_it_looked_at(tmp_path: Path) -> None:
    clean = {"aws-node.yaml": VPC, "multus.yaml": multus(PINNED)}
    for name in ("prod", "test"):
        placed(tmp_path / name, clean)
    for format_, stream in (("full", "stdout"), ("concise", "stderr")):
        done = subprocess.run(
            [*COMMAND, "check", "--output-format", format_],
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
        told = getattr(done, stream).decode().splitlines()[-1]
        assert told.removeprefix("cnilint: ") == (
            "2 clusters, 6 manifests, 4 CNI installs: deterministic"
        )
