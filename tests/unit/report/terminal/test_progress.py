"""The bar comes late, where a person looks, and leaves nothing behind."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TextIO

import pytest

from cnilint.report.terminal.progress import PATIENCE, is_watched, progress_on

pty = pytest.importorskip("pty")

HIDE, SHOW = b"\x1b[?25l", b"\x1b[?25h"


class Screen:
    """A terminal that remembers what was sent to it."""

    def __init__(self) -> None:
        self.reading, writing = pty.openpty()
        os.set_blocking(self.reading, False)
        self.stream: TextIO = os.fdopen(writing, "w", encoding="utf-8")

    def seen(self) -> bytes:
        """Return what was sent since the last look."""
        self.stream.flush()
        time.sleep(0.05)
        try:
            return os.read(self.reading, 1_000_000)
        except BlockingIOError:
            return b""


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.delenv("NO_COLOR", raising=False)
    found = Screen()
    yield found
    found.stream.close()
    os.close(found.reading)


@pytest.mark.parametrize(
    ("environment", "watched"),
    [
        ({"TERM": "xterm"}, True),
        ({}, True),
        ({"TERM": "xterm", "CI": ""}, True),
        ({"TERM": "xterm", "CI": "false"}, True),
        ({"TERM": "xterm", "CI": "0"}, True),
        ({"TERM": "xterm", "CI": "true"}, False),
        ({"TERM": "xterm", "CI": "1"}, False),
        ({"TERM": "xterm", "CI": "woodpecker"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True),
    ],
)
def test_a_terminal_is_watched_unless_it_is_of_a_build_server_or_dumb(
    environment: Mapping[str, str], watched: bool, screen: Screen
) -> None:
    assert is_watched(screen.stream, environment) is watched


def test_what_is_no_terminal_is_not_watched() -> None:
    assert not is_watched(io.StringIO(), {"TERM": "xterm"})
    assert not is_watched(None, {"TERM": "xterm"})


def test_patience_is_half_a_second() -> None:
    assert PATIENCE == 0.5


def test_a_short_run_shows_nothing(screen: Screen) -> None:
    with progress_on(screen.stream) as progress:
        progress("reading files", 1, 0)
    time.sleep(0.1)
    assert screen.seen() == b""


def test_a_long_run_shows_what_is_done_and_wipes_it_away(screen: Screen) -> None:
    with progress_on(screen.stream, patience=0.01) as progress:
        progress("working out clusters", 0, 7)
        wait_for(screen, "working out clusters", "0/7")
        progress("proving fixes", 3, 9)
        wait_for(screen, "proving fixes", "3/9")
    end = screen.seen()
    assert SHOW in end
    assert end.rstrip().endswith(b"\x1b[2K")  # the line is empty again


def test_one_long_step_is_enough(screen: Screen) -> None:
    with progress_on(screen.stream, patience=0.01) as progress:
        progress("reading files", 4, 0)
        seen = wait_for(screen, "reading files")
    assert "4/?" in seen


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("broken")])
def test_the_cursor_is_back_whatever_happens(error: BaseException, screen: Screen) -> None:
    def run() -> None:
        with progress_on(screen.stream, patience=0.01) as progress:
            progress("reading files", 1, 0)
            wait_for(screen, "reading files")
            raise error

    with pytest.raises(type(error)):
        run()
    assert SHOW in screen.seen()


def test_a_short_run_does_not_load_what_draws() -> None:
    program = """
import sys
from cnilint.report.terminal.progress import progress_on
with progress_on(sys.stderr) as progress:
    progress("reading files", 1, 0)
sys.exit("rich" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def wait_for(screen: Screen, *texts: str) -> str:
    """Return what was seen once all of some texts were, without what is no text."""
    seen = ""
    for _ in range(200):
        seen += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", screen.seen().decode())
        if all(text in seen for text in texts):
            return seen
    raise AssertionError(f"{texts} never appeared in {seen!r}")
