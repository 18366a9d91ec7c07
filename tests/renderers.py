"""The real Helm and Kustomize, for tests that compare with what they make of a fix."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
FOLDER = Path(os.environ.get("CNILINT_RENDERERS") or CACHE / "cnilint" / "renderers")


@cache
def _command(program: str) -> tuple[str, ...]:
    """Return how a program is called, nothing where it is missing."""
    own = FOLDER / program
    found = str(own) if own.exists() else shutil.which(program)
    if found is not None:
        return (found,)
    kubectl = shutil.which("kubectl") if program == "kustomize" else None
    return (kubectl, "kustomize") if kubectl is not None else ()


def _needed(program: str) -> tuple[str, ...]:
    """Return how a program is called; without it the test is skipped, and fails in CI."""
    command = _command(program)
    if not command:
        reason = f"{program} is not installed: .ci/install-renderers"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return command


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def kustomize(folder: Path) -> list[str]:
    """Return the command that builds a folder."""
    command = _needed("kustomize")
    return [*command, *([] if command[1:] else ["build"]), str(folder)]


def kustomize_build(folder: Path) -> str:
    """Return what Kustomize builds from a folder."""
    return _run(*kustomize(folder))


def helm_template(chart: Path, *values: Path, more: Sequence[str] = ()) -> str:
    """Return what Helm renders from a chart with files of values."""
    given = [word for path in values for word in ("--values", str(path))]
    return _run(
        *_needed("helm"), "template", "net", str(chart), "--namespace", "kube-system", *given, *more
    )
