"""Runs other programs: with few variables and none of them secret, and never without an end."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from shutil import which

from cnilint.start import NamedTuple

PASSED_ON = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT")
"""The variables that a program gets from ours, beside the path and the language."""

GIT_SECONDS = 60

# Of a repository's configuration nothing counts that runs a program or fetches anything.
_GIT = (
    *("git", "--no-pager", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "safe.bareRepository=explicit"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.pager=cat"),
    *("-c", "diff.external="),
    *("-c", "submodule.recurse=false"),
)
_GIT_VARIABLES = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_GIT_PASSED_ON = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
"""Where a person's own configuration is: it may say which folders are safe."""


class Completed(NamedTuple):
    """What a program came to: its exit code, and what it wrote."""

    code: int
    out: bytes
    err: bytes


def run(
    argv: Sequence[str],
    *,
    cwd: str,
    timeout: float,
    stdin: bytes = b"",
    variables: Mapping[str, str] | None = None,
) -> Completed:
    """Run a program to its end, or to that of its time: then it is killed with its children.

    It is looked for in the absolute folders of PATH alone, so that no repository brings it, and
    gets no variable but `PASSED_ON` and `variables`. OSError if it is not there or cannot be run,
    TimeoutError after `timeout` seconds.
    """
    process = _started(argv, cwd, variables)
    try:
        out, err = process.communicate(stdin, timeout)
    except subprocess.TimeoutExpired:
        _kill(process)
        raise TimeoutError(errno.ETIMEDOUT, f"no end after {timeout:g} s", argv[0]) from None
    except BaseException:
        _kill(process)
        raise
    return Completed(process.returncode, out, err)


def git(*words: str, cwd: str, variables: Mapping[str, str] | None = None) -> Completed:
    """Run git in a folder whose configuration may be a stranger's: it runs nothing that says.

    OSError as from `run`.
    """
    own = {name: os.environ[name] for name in _GIT_PASSED_ON if name in os.environ}
    given = {**own, **_GIT_VARIABLES, **(variables or {})}
    return run((*_GIT, *words), cwd=cwd, timeout=GIT_SECONDS, variables=given)


class Conversation:
    """A program that answers what it is asked, one line at a time, until it is closed.

    It is run as `run` runs one. An answer that takes longer than the time for it ends the program.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        timeout: float,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Start the program; OSError as from `run`."""
        self._process = _started(argv, cwd, variables, stderr=subprocess.DEVNULL)
        self._timeout = timeout
        self._latest = float("inf")
        self._closed = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def ask(self, line: bytes) -> bytes:
        """Give a line, and return the first one of the answer; OSError if the program has ended."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        self._latest = time.monotonic() + self._timeout
        try:
            stdin.write(line + b"\n")
            stdin.flush()
            answer = stdout.readline()
        finally:
            self._latest = float("inf")
        if not answer:
            raise BrokenPipeError(errno.EPIPE, "it ended before it had answered")
        return answer.rstrip(b"\n")

    def more(self, size: int) -> bytes:
        """Return so many bytes of the answer; OSError if the program ended before."""
        stdout = self._process.stdout
        self._latest = time.monotonic() + self._timeout
        try:
            found = stdout.read(size) if stdout is not None else b""
        finally:
            self._latest = float("inf")
        if len(found) < size:
            raise BrokenPipeError(errno.EPIPE, "it ended before it had answered")
        return found

    def close(self) -> None:
        """End the program."""
        self._closed.set()
        _kill(self._process)

    def _watch(self) -> None:
        while not self._closed.wait(1):
            if time.monotonic() > self._latest:
                self.close()


def git_conversation(*words: str, cwd: str) -> Conversation:
    """Return a git that answers, run as `git` runs it; OSError as from `run`."""
    own = {name: os.environ[name] for name in _GIT_PASSED_ON if name in os.environ}
    given = {**own, **_GIT_VARIABLES}
    return Conversation((*_GIT, *words), cwd=cwd, timeout=GIT_SECONDS, variables=given)


def _started(
    argv: Sequence[str],
    cwd: str,
    variables: Mapping[str, str] | None,
    stderr: int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start a program; see `run` for where it is looked for, what it gets and what is raised."""
    path = os.pathsep.join(filter(os.path.isabs, os.environ.get("PATH", "").split(os.pathsep)))
    program = which(argv[0], path=path) if path else None
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), argv[0])
    own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return subprocess.Popen(  # noqa: S603
        [program, *argv[1:]],
        cwd=cwd,
        env={**own, "PATH": path, "LC_ALL": "C", **(variables or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        start_new_session=True,
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a program, and all that it started and did not send away."""
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):  # what was sent away may hold the other end forever
            if pipe is not None:
                pipe.close()
    process.wait()
