"""Repositories of git made for a test: commits, branches, links and submodules."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree

from tests.clusters import placed

WHO = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.test",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.test",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(folder: Path, *words: str) -> str:
    """Run git in a folder; return what it says."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    options = ("-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *options, *words],
        cwd=folder,
        env={**inherited, **WHO},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def repository(folder: Path) -> Path:
    """Make an empty repository in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet")
    return folder


def commit(folder: Path, files: Mapping[str, str | bytes | None], name: str = "change") -> str:
    """Write files (None: take one away) and commit all there is; return the commit's id."""
    for path, content in files.items():
        if content is None:
            whole = folder / path
            rmtree(whole) if whole.is_dir() else whole.unlink()
    placed(folder, {path: content for path, content in files.items() if content is not None})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", name)
    return git(folder, "rev-parse", "HEAD")
