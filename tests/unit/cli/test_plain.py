"""A plain check takes a shorter way, and does what the long way does."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.cli.arguments import spread
from cnilint.cli.parser import Mistake, application
from cnilint.cli.plain import read, run
from cnilint.cli.request import Request
from cnilint.config.options import OptionEntry, entries
from cnilint.errors import UsageError
from tests.clusters import PINNED, STANDALONE, VPC, cnilint, multus, placed

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        (["check"], True),
        (["check", "a", "b c"], True),
        (["check", "-"], True),
        (["check", "--fix"], True),
        (["check", "--git-tracked", "a"], True),
        (["check", "--output-format", "json", "a"], True),
        (["check", "--output-format=json", "--fail-on=never"], True),
        (["check", "--scope", "file", "--", "--a"], True),
        (["check", "--select", "CNI1", "CNI2", "a"], True),
        (["check", "a", "-h"], False),
        (["check", "--help"], False),
        (["check", "--fail-on", "nevr"], False),
        (["check", "--fail-on"], False),
        (["check", "--budget", "1.5"], True),
        (["check", "--budget", "soon"], False),
        (["check", "--fix=1"], False),
        (["check", "--selct", "CNI1"], False),
        (["chekc", "a"], False),
        (["inspect"], False),
        ([], False),
    ],
)
def test_common_options_are_plain(words: list[str], plain: bool) -> None:
    assert (read(words) is not None) is plain


COMMON = [one for one in entries() if "check" in one.option.commands and one.option.exposed]
SPELLED = [
    name for one in COMMON for name in (one.spelled, one.option.letter, one.spelled[:-1]) if name
]
WORDS = st.sampled_from(
    [
        *("a.yaml", "-", "--", "", "a b", "json", "full:x", "CNI1,CNI2", "CNI9", "error", "file"),
        *("60", "1.5", "-1", "0"),
        *("CNI102=error", "a/**=CNI1", "multus=4.1.4", "kustomize", "--nothing", "-x", "--help"),
    ]
)
OPTIONS = st.sampled_from(SPELLED) | st.builds("{}={}".format, st.sampled_from(SPELLED), WORDS)


def whole(words: list[str]) -> Request | None:
    """Return what the whole command line makes of words, None for a mistake or a question."""
    asked: list[Request] = []

    def noted(request: Request) -> int:
        asked.append(request)
        return 0

    with (
        mock.patch("cnilint.cli.check.check", noted),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.suppress(Mistake, SystemExit),
    ):
        application(words)(spread(words), prog_name="cnilint", standalone_mode=False)
    return asked[0] if asked else None


@given(st.lists(OPTIONS | WORDS, max_size=6))
@settings(max_examples=300, deadline=None)
def test_what_is_read_is_what_the_whole_command_line_reads(words: list[str]) -> None:
    found, other = read(["check", *words]), whole(["check", *words])
    if found is not None:
        assert other is not None
        assert tuple(found.arguments) == tuple(other.arguments)
        given = {name: value for name, value in other.options.items() if value is not False}
        assert dict(found.options) == given
    elif other is not None:
        assert any(word.startswith("-") for word in words)


@pytest.mark.parametrize("one", COMMON, ids=lambda one: one.name)
def test_every_option_is_read(one: OptionEntry) -> None:
    value = one.choices[0] if one.choices else "60" if one.type is float else "a"
    words = [one.spelled] if one.type is bool else [one.spelled, value]
    single = 60.0 if one.type is float else value
    expected: object = True if one.type is bool else [value] if one.many else single
    assert read(["check", *words]) == Request((), {one.name: expected})


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
        "import sys; from cnilint.cli import plain;"
        "code = plain.run(plain.read(['check', '--output-format', 'json', '.']));"
        "print(code, 'typer' in sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stderr.endswith("1 False\n")


def test_what_goes_wrong_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(_request: object) -> int:
        raise UsageError("no such thing")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cnilint.cli.check.check", wrong)
    assert run(Request()) == 2
    assert capsys.readouterr().err == "cnilint: error: no such thing\n"
