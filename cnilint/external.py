"""Runs other programs: with few variables and none of them secret, and never without an end."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from shutil import which
from typing import NamedTuple

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
    path = os.pathsep.join(filter(os.path.isabs, os.environ.get("PATH", "").split(os.pathsep)))
    program = which(argv[0], path=path) if path else None
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), argv[0])
    own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    process = subprocess.Popen(  # noqa: S603
        [program, *argv[1:]],
        cwd=cwd,
        env={**own, "PATH": path, "LC_ALL": "C", **(variables or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
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
