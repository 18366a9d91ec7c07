"""Other programs are run with nothing secret, and to an end."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from cnilint.external import PASSED_ON, Conversation, git, git_conversation, run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs of these tests are shells")


def shell(text: str, folder: Path, *, timeout: float = 20, stdin: bytes = b"") -> tuple[int, str]:
    done = run(("sh", "-c", text), cwd=str(folder), timeout=timeout, stdin=stdin)
    return done.code, done.out.decode() + done.err.decode()


def test_it_gives_the_code_and_all_that_is_written(tmp_path: Path) -> None:
    assert shell("cat; pwd; echo no >&2; exit 3", tmp_path, stdin=b"in\n") == (
        3,
        f"in\n{tmp_path.resolve()}\nno\n",
    )


def test_what_nobody_reads_is_no_fault(tmp_path: Path) -> None:
    assert shell("exit 0", tmp_path, stdin=b"x" * 1_000_000) == (0, "")


def test_no_variable_is_passed_on_but_those_that_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "GIT_DIR", "LD_PRELOAD_X", "CNILINT_X"):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("HOME", str(tmp_path))
    program = (sys.executable, "-c", "import os; print(sorted(os.environ))")
    done = run(program, cwd=str(tmp_path), timeout=20)
    assert "hunter2" not in done.out.decode()
    names = set(eval(done.out))
    assert {"HOME", "PATH", "LC_ALL"} <= names
    assert names <= {*PASSED_ON, "PATH", "LC_ALL", "LC_CTYPE"}


@pytest.mark.parametrize(
    "text",
    ["sleep 60", "sleep 60 & sleep 60 & wait", "setsid sleep 30 & sleep 60", "trap '' TERM; cat"],
)
def test_what_does_not_end_is_killed_with_its_children(text: str, tmp_path: Path) -> None:
    ticking = "(while :; do sleep 0.1; date >> ticks; done) &"
    start = time.monotonic()
    with pytest.raises(TimeoutError, match=r"no end after 0\.5 s"):
        shell(f"{ticking} {text}; sleep 60", tmp_path, timeout=0.5)
    assert time.monotonic() - start < 10
    ticks = (tmp_path / "ticks").read_text()
    time.sleep(0.4)
    assert (tmp_path / "ticks").read_text() == ticks


def test_a_program_is_taken_from_absolute_folders_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\necho ran\n")
    (tmp_path / "tool").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for path in ("", ".", ":", "relative", f".{os.pathsep}"):
        monkeypatch.setenv("PATH", path)
        with pytest.raises(FileNotFoundError):
            run(("tool",), cwd=str(tmp_path), timeout=5)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(("tool",), cwd="/", timeout=5).out == b"ran\n"


def test_git_asks_no_other_place_and_no_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "git"
    fake.write_text('#!/bin/sh\necho "$@"; env\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GIT_SSH_COMMAND", "evil")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "mine")
    words, *variables = git("status", cwd=str(tmp_path)).out.decode().splitlines()
    for each in ("core.fsmonitor=false", "safe.bareRepository=explicit", "--no-pager"):
        assert each in words.split()
    assert words.endswith(" status")
    assert {"GIT_ALLOW_PROTOCOL=", "GIT_NO_LAZY_FETCH=1", "GIT_CONFIG_GLOBAL=mine"} <= {*variables}
    assert not any("evil" in each for each in variables)


ECHO = "while read line; do echo \"got $line\"; printf 'more of it'; done"


def talk(text: str, folder: Path, timeout: float = 20) -> Conversation:
    return Conversation(("sh", "-c", text), cwd=str(folder), timeout=timeout)


def test_a_program_answers_line_by_line(tmp_path: Path) -> None:
    one = talk(ECHO, tmp_path)
    for word in (b"a", b"b"):
        assert one.ask(word) == b"got " + word
        assert (one.more(4), one.more(6)) == (b"more", b" of it")
    one.close()
    one.close()


@pytest.mark.parametrize("text", ["exit 0", "read line; exit 1"])
def test_a_program_that_ends_before_it_answers(text: str, tmp_path: Path) -> None:
    one = talk(text, tmp_path)
    with pytest.raises(OSError):  # noqa: PT011  which error depends on when it ended
        one.ask(b"a")
    one.close()


def test_an_answer_that_is_too_short(tmp_path: Path) -> None:
    one = talk("read line; echo line; printf abc", tmp_path)
    assert one.ask(b"a") == b"line"
    with pytest.raises(BrokenPipeError):
        one.more(4)
    one.close()


@pytest.mark.parametrize("text", ["sleep 60", "read line; echo begun; printf abc; sleep 60"])
def test_an_answer_that_takes_too_long_ends_the_program(text: str, tmp_path: Path) -> None:
    one, start = talk(text, tmp_path, timeout=0.2), time.monotonic()
    with pytest.raises(BrokenPipeError):
        one.more(len(one.ask(b"a")))
    assert time.monotonic() - start < 10
    one.close()


def test_git_answers_with_nothing_of_the_configuration_run(tmp_path: Path) -> None:
    git("init", "--quiet", cwd=str(tmp_path))
    one = git_conversation("cat-file", "--batch", cwd=str(tmp_path))
    assert one.ask(b"f" * 40) == b"f" * 40 + b" missing"
    one.close()
    with pytest.raises(FileNotFoundError):
        Conversation(("no-such-program",), cwd=str(tmp_path), timeout=1)
