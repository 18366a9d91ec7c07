"""A plain check takes a shorter way, and does what the long way does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cnilint.cli.plain import is_plain, run
from cnilint.errors import UsageError
from tests.clusters import PINNED, STANDALONE, VPC, cnilint, multus, placed

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        (["check"], True),
        (["check", "a", "b c"], True),
        (["check", "-"], True),
        (["check", "--fix"], False),
        (["check", "a", "-h"], False),
        (["check", "--", "a"], False),
        (["chekc", "a"], False),
        (["inspect"], False),
        ([], False),
    ],
)
def test_paths_alone_are_plain(words: list[str], plain: bool) -> None:
    assert is_plain(words) is plain


def started(folder: Path, *words: str, stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    command = [sys.executable, "-m", "cnilint", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, input=stdin, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (RACE, []),
        ({**RACE, "multus.yaml": multus(PINNED)}, ["multus.yaml", "aws-node.yaml"]),
        (RACE, ["nothing-here"]),
        ({**RACE, ".cnilint.yaml": "fail-on: nevr\n"}, []),
        ({**RACE, ".cnilint.yaml": "output-format: concise\nignore: CNI101\n"}, []),
        ({"notes.txt": "none"}, []),
    ],
)
def test_both_ways_say_the_same(files: dict[str, str], words: list[str], tmp_path: Path) -> None:
    folder = placed(tmp_path, {".git/HEAD": "", **files})
    long = cnilint("check", *words, folder=folder)
    code, out, err = started(folder, "check", *words)
    assert (code, out.decode(), err.decode()) == long


def test_the_short_way_loads_no_reader_of_options(tmp_path: Path) -> None:
    folder = placed(tmp_path, RACE)
    program = (
        "import sys; from cnilint.cli import plain; code = plain.run(['.']);"
        "print(code, 'typer' in sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stderr == "1 False\n"


def test_what_goes_wrong_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(_request: object) -> int:
        raise UsageError("no such thing")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cnilint.cli.check.check_once", wrong)
    assert run([]) == 2
    assert capsys.readouterr().err == "cnilint: error: no such thing\n"
