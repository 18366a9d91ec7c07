"""The command at a terminal of its own, as a person has it."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

COMMAND = [sys.executable, "-m", "cnilint"]
ENVIRONMENT = {
    **{
        name: value
        for name, value in os.environ.items()
        if name not in ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "CNILINT_DEBUG")
    },
    "TERM": "xterm-256color",
}


class Terminal:
    """The command at a terminal of its own, and what was seen there."""

    def __init__(self, folder: Path, *arguments: str, environment: dict[str, str]) -> None:
        self._mine, theirs = pty.openpty()
        os.set_blocking(self._mine, False)
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env={**ENVIRONMENT, **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen, self._bytes = "", b""

    def wait_for(self, text: str, count: int = 1) -> None:
        """Look until a text was seen that often."""
        for _ in range(1000):
            self.look()
            if self.seen.count(text) >= count:
                return
            time.sleep(0.02)
        raise AssertionError(f"{text!r} was not seen {count} times in {self.seen!r}")

    def look(self) -> None:
        """Take what is on the screen by now."""
        with contextlib.suppress(OSError):  # nothing more, or nobody there any more
            while part := os.read(self._mine, 1_000_000):
                self._bytes += part
        self.seen = self._bytes.decode("utf-8", "replace")

    def ended(self) -> int:
        """Wait for the end; return the exit code."""
        while self.process.poll() is None:
            self.look()
            time.sleep(0.02)
        self.look()
        return self.process.returncode

    def close(self) -> None:
        """End what still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._mine)
