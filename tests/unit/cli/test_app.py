"""Every option of every command: what it is called, what it does, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from cnilint import __version__, run
from cnilint.cli.parser import application
from cnilint.errors import ExitCode
from cnilint.fix import rounds
from tests.cases import whole_cases
from tests.clusters import (
    OWNED,
    PINNED,
    UNPINNED,
    VPC,
    Done,
    cnilint,
    contents,
    multus,
    placed,
)

TWO_PRIMARIES = whole_cases() / "CNI101" / "bad-two-primaries"
GROUP: Any = typer.main.get_command(application())
COMMANDS: dict[str, Any] = {
    name: command for name, command in GROUP.commands.items() if not hasattr(command, "commands")
}
PARAMETERS = [
    pytest.param(name, parameter, id=f"{name} {parameter.name}")
    for name, command in COMMANDS.items()
    for parameter in command.params
]


@pytest.fixture
def raced(tmp_path: Path) -> Path:
    return placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": OWNED})


def test_the_commands_and_what_each_is_for(tmp_path: Path) -> None:
    done = cnilint("--help", folder=tmp_path)
    assert done.code == 0
    assert {"check", "inspect", "rules", "rule", "test", "version"} <= set(COMMANDS)
    for name, command in COMMANDS.items():
        assert command.help
        purpose = re.escape(command.help.split(".")[0][:40])
        assert re.search(rf"\n  {name} +{purpose}", done.out)


@pytest.mark.parametrize(("command", "parameter"), PARAMETERS)
def test_the_help_of_a_command_tells_every_option_and_its_values(
    command: str,
    parameter: Any,  # noqa: ANN401  typer brings its own click, which has no public name
    tmp_path: Path,
) -> None:
    done = cnilint(command, "--help", folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    text = " ".join(done.out.split())
    if parameter.param_type_name == "argument":
        assert any(word in text for word in ("[PATH]...", "[DIR]...", "{RULE}", "{DIR}"))
        return
    assert parameter.help
    assert all(option in text for option in parameter.opts)
    assert " ".join(parameter.help.split())[:30] in text
    for choice in getattr(parameter.type, "choices", ()):
        assert str(getattr(choice, "value", choice)) in text


def test_without_a_command_there_is_help_and_nothing_is_read(raced: Path) -> None:
    done = cnilint(folder=raced)
    assert "Usage: " in done.err
    assert all(command in done.err for command in COMMANDS)
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--fail-on", "fatal"),
        ("check", "--fail-on", "ERROR!"),
        ("check", "--runtime", "docker"),
        ("check", "--output-format", "xml"),
        ("check", "--output-format", ""),
        ("check", "--fixx"),
        ("check", "--host-file"),
        ("check", "--host-file", ""),
        ("check", "--host-file", "x.conf=missing"),
        ("inspect", "--output-format", "sarif"),
        ("inspect", "--fix"),
        ("inspect", "--runtime", "crio"),
        ("rules", "--output-format", "full"),
        ("rules", "multus.yaml"),
        ("version", "--long"),
        ("chekc",),
        ("--verbose",),
    ],
)
def test_what_is_unknown_is_refused_before_anything_is_read(
    arguments: tuple[str, ...], raced: Path
) -> None:
    before = contents(raced)
    done = cnilint(*arguments, folder=raced)
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert "Traceback" not in done.err
    assert "fault of cnilint" not in done.err
    assert contents(raced) == before


LEVELS = {
    "clean": {"multus.yaml": multus(PINNED), "vpc.yaml": VPC},
    "note": {
        "multus.yaml": multus(PINNED, "example.test/multus-cni:our-own-thick"),
        "vpc.yaml": VPC,
    },
    "warning": {"multus.yaml": multus(), "vpc.yaml": VPC},
    "error": {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": OWNED},
}


@pytest.mark.parametrize("fail_on", [None, "note", "warning", "error", "never"])
@pytest.mark.parametrize("worst", LEVELS)
def test_the_level_from_which_on_a_run_fails(
    worst: str, fail_on: str | None, tmp_path: Path
) -> None:
    placed(tmp_path, LEVELS[worst])
    option = [] if fail_on is None else ["--fail-on", fail_on]
    done = cnilint("check", "--output-format", "json", *option, folder=tmp_path)
    levels = [finding["level"] for finding in json.loads(done.out)["findings"]]
    assert levels == ([] if worst == "clean" else [worst])
    order = ["clean", "note", "warning", "error", "never"]
    fails = order.index(worst) >= order.index(fail_on or "warning")
    assert done.code == (ExitCode.FINDINGS if fails else ExitCode.OK)


def test_what_is_left_after_the_fixes_decides_the_exit_code(tmp_path: Path) -> None:
    wrong = UNPINNED.replace('"socketDir": "/host/run/multus/"', '"delegates": []')
    placed(tmp_path, {"multus.yaml": multus(wrong), "vpc.yaml": VPC})
    done = cnilint("check", "--fix", "--output-format", "concise", folder=tmp_path)
    assert (done.code, done.rules) == (1, ["CNI110"])
    assert done.err == "cnilint: 1 fixed in 1 file\n"
    assert cnilint("check", "--fix", "--fail-on", "error", folder=tmp_path).code == 0


def test_several_files_are_counted(tmp_path: Path) -> None:
    for name in ("one", "two"):
        placed(tmp_path / name, {"multus.yaml": multus(), "vpc.yaml": VPC})
    assert cnilint("check", "--fix", folder=tmp_path).err == "cnilint: 2 fixed in 2 files\n"


@pytest.mark.parametrize("flags", [("--diff",), ("--diff", "--fix"), ("--fix", "--diff")])
def test_a_diff_writes_nothing_even_with_fix(flags: tuple[str, ...], raced: Path) -> None:
    before = contents(raced)
    done = cnilint("check", *flags, folder=raced)
    assert (done.code, done.err) == (1, "")
    lines = done.out.splitlines()
    assert lines[:2] == ["--- a/multus.yaml", "+++ b/multus.yaml"]
    changes = [line for line in lines[2:] if line[0] in "+-"]
    assert changes == ['+        "multusMasterCNI": "10-aws.conflist",']
    assert contents(raced) == before


def test_no_change_is_an_empty_diff(tmp_path: Path) -> None:
    placed(tmp_path, LEVELS["clean"])
    done = cnilint("check", "--diff", folder=tmp_path)
    assert (done.code, done.out) == (0, "")
    assert done.err == "cnilint: 1 cluster, 3 manifests, 2 CNI installs: deterministic\n"


@pytest.mark.parametrize("unsafe", [False, True])
def test_an_unsafe_fix_is_made_only_on_request(unsafe: bool, tmp_path: Path) -> None:
    files = {path.name: path.read_bytes() for path in TWO_PRIMARIES.glob("*.yaml")}
    placed(tmp_path, files)
    done = cnilint("check", "--fix", *["--unsafe-fixes"][: int(unsafe)], folder=tmp_path)
    changed = contents(tmp_path) != files
    assert changed is unsafe
    assert ("CNI101" in done.out) is not unsafe
    assert ("fixable with --fix --unsafe-fixes" in done.out) is not unsafe


def test_what_did_not_fit_is_told(raced: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MOST_ROUNDS", 0)
    done = cnilint("check", "--fix", folder=raced)
    assert done.code == 1
    assert "held back: the fix of CNI101" in done.err


@pytest.mark.parametrize(("runtime", "owner"), [("containerd", None), ("cri-o", "10-aws.conflist")])
def test_the_runtime_decides_what_an_invalid_file_does(
    runtime: str, owner: str | None, tmp_path: Path
) -> None:
    placed(tmp_path, {"vpc.yaml": VPC, "broken": "{"})
    arguments = ("--runtime", runtime, "--host-file", "05-x.conf=broken", "vpc.yaml")
    done = cnilint("inspect", "--output-format", "json", *arguments, folder=tmp_path)
    (cluster,) = json.loads(done.out)["clusters"]
    assert cluster["runtime"] == runtime
    (facts,) = cluster["node_classes"]
    assert {outcome["master"] for outcome in facts["outcomes"]} == {owner}
    assert facts["deterministic"] is (owner is not None)
    assert f"read by {runtime}" in cnilint("inspect", *arguments, folder=tmp_path).out


def test_version(tmp_path: Path) -> None:
    assert cnilint("version", folder=tmp_path) == Done(0, f"cnilint {__version__}\n", "")


def test_ctrl_c_ends_with_its_own_code_and_without_a_word(
    raced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_paths: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "Collecting", interrupted)
    for command in (("check",), ("check", "--fix"), ("inspect",)):
        done = cnilint(*command, folder=raced)
        assert (done.code, done.out.strip(), done.err.strip()) == (130, "", "")


def test_ctrl_c_while_a_file_is_written_leaves_it_whole(
    raced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(raced)

    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    assert cnilint("check", "--fix", folder=raced).code == 130
    assert contents(raced) == before


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_a_real_signal_does_the_same(raced: Path) -> None:
    program = """
import sys, time
from cnilint.cli import app as command_line

class Waiting:
    def isatty():
        return False

    class buffer:
        def read():
            print("reading", flush=True)
            time.sleep(60)

sys.stdin = Waiting
sys.argv = ["cnilint", "check", "--fix", "-"]
sys.exit(command_line.run())
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=raced,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"reading\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_standard_output_cannot_show_is_escaped_and_fails_nothing(
    encoding: str, tmp_path: Path
) -> None:
    placed(tmp_path, {"я.yaml": "apiVersion: apps/v1\nkind: DaemonSet\na: 1\na: 2\n"})
    done = subprocess.run(
        [sys.executable, "-m", "cnilint", "check", "--output-format", "concise"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(rb"\u044f.yaml:4:1: CNI902 ")
