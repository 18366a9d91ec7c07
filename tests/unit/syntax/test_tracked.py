"""`--git-tracked`: of folders, what git's index has and nothing else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from shutil import which

import pytest

from cnilint.errors import UsageError
from cnilint.model.text import Source
from cnilint.syntax.collect import collect
from cnilint.syntax.tracked import tracked
from tests.clusters import cnilint, placed

pytestmark = pytest.mark.skipif(which("git") is None, reason="there is no git")

FILES = {
    "one.yaml": "a: 1\n",
    "apps/web/two.yml": "b: 2\n",
    "apps/three.json": "{}\n",
    "ünï côdé/four.yaml": "d: 4\n",
    ".gitignore": "built/\n",
}
OTHERS = {"draft.yaml": "x: 1\n", "apps/draft.yaml": "x: 2\n", "built/all.yaml": "x: 3\n"}


def git(folder: Path, *words: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    command = ("git", "-c", "protocol.file.allow=always", *words)
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = placed(tmp_path / "repository", FILES)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    placed(folder, OTHERS)
    monkeypatch.chdir(folder)
    return folder


def read(*paths: str) -> list[str]:
    found = collect(paths, stdin=lambda: b"", listing=tracked)
    return [one.path for one in found if isinstance(one, Source)]


def test_a_folder_stands_for_what_is_in_the_index(repository: Path) -> None:
    every = ["apps/three.json", "apps/web/two.yml", "one.yaml", "ünï côdé/four.yaml"]
    assert read(".") == every
    assert read("apps") == every[:2]
    assert read(str(repository)) == [str(repository / path) for path in every]
    assert read("ünï côdé", "apps/web") == ["ünï côdé/four.yaml", "apps/web/two.yml"]


def test_what_is_named_is_read_tracked_or_not(repository: Path) -> None:
    assert read("draft.yaml", "built/*.yaml") == ["draft.yaml", "built/all.yaml"]
    assert read("built") == []
    assert (repository / "built").is_dir()


def test_the_index_counts_not_the_last_commit(repository: Path) -> None:
    git(repository, "add", "draft.yaml")
    git(repository, "rm", "-q", "--cached", "one.yaml")
    assert read(".") == [
        "apps/three.json",
        "apps/web/two.yml",
        "draft.yaml",
        "ünï côdé/four.yaml",
    ]
    (repository / "draft.yaml").unlink()
    assert "draft.yaml" not in read(".")


def test_links_count_by_themselves_or_by_where_they_lead(repository: Path) -> None:
    drafts = placed(repository / "drafts", {"far.yaml": "f: 1\n", "new.yaml": "n: 1\n"})
    (repository / "far.yaml").symlink_to(drafts / "far.yaml")
    (repository / "same").symlink_to("apps")
    git(repository, "add", "-A", "far.yaml")
    (repository / "new.yaml").symlink_to(drafts / "new.yaml")
    found = read(".")
    assert "far.yaml" in found
    assert "new.yaml" not in found
    assert "same/web/two.yml" not in found  # it has been read as apps/web/two.yml
    assert read("same") == ["same/three.json", "same/web/two.yml"]


def test_submodules_are_looked_into(repository: Path) -> None:
    inner = placed(repository.parent / "inner", {"base.yaml": "i: 1\n"})
    git(inner, "init", "-q")
    git(inner, "add", "-A")
    git(inner, "-c", "user.name=t", "-c", "user.email=t@example.test", "commit", "-qm", "base")
    git(repository, "submodule", "--quiet", "add", str(inner), "shared")
    placed(repository / "shared", {"draft.yaml": "x: 1\n"})
    assert read("shared") == ["shared/base.yaml"]


def test_without_git_or_its_repository_that_is_said(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = placed(tmp_path / "plain", {"a.yaml": "a: 1\n"})
    done = cnilint("check", "--git-tracked", folder=plain)
    assert (done.code, done.out) == (2, "")
    assert "--git-tracked: fatal: not a git repository" in done.err
    assert cnilint("check", "--git-tracked", "a.yaml", folder=plain).code == 0
    monkeypatch.setenv("PATH", str(plain))
    with pytest.raises(UsageError, match="--git-tracked needs git: No such file"):
        tracked(str(repository))


def test_an_index_without_manifests_is_nothing_to_read(repository: Path) -> None:
    placed(repository, {"docs/read.md": "", "docs/draft.yaml": "a: 1\n"})
    git(repository, "add", "docs/read.md")
    done = cnilint("check", "--git-tracked", "docs", folder=repository)
    assert done.code == 3
    assert cnilint("check", "--git-tracked", folder=repository).code == 0
    assert cnilint("check", "--git-tracked", "--diff", folder=repository).code == 0
