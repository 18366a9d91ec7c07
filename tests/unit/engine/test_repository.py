"""Paths as a CI system links to them: from the top of the repository, wherever the command runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.repository import reported_path, repository_path, repository_top


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working tree, the command running in its folder `infra`."""
    top = tmp_path / "checkout"
    (top / "infra").mkdir(parents=True)
    (top / ".git").mkdir()
    monkeypatch.chdir(top / "infra")
    return top


def test_a_path_counts_from_the_top_and_not_from_where_the_command_runs(checkout: Path) -> None:
    assert repository_top() == str(checkout)
    assert repository_path("multus.yaml") == "infra/multus.yaml"
    assert repository_path("../apps/a.yaml") == "apps/a.yaml"
    assert repository_path("a/../b.yaml") == "infra/b.yaml"
    assert repository_path(f"{checkout}/apps/a.yaml") == "apps/a.yaml"
    assert repository_path("..") == "."


def test_a_working_tree_of_git_worktree_has_a_file_there(checkout: Path) -> None:
    (checkout / "infra" / "deep").mkdir()
    (checkout / "infra" / "deep" / ".git").write_text("gitdir: elsewhere\n")
    assert repository_path("deep/a.yaml") == "infra/deep/a.yaml"


def test_without_a_repository_paths_count_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert repository_path("a/b.yaml") == "a/b.yaml"
    assert repository_path("../b.yaml") is None


def test_what_lies_outside_has_no_such_path(checkout: Path) -> None:
    assert repository_path("../../other/a.yaml") is None
    assert reported_path("../../other/a.yaml") == f"{checkout.parent}/other/a.yaml"
    # a folder whose name only begins like the repository's
    assert repository_path(f"{checkout}-old/a.yaml") is None
    assert reported_path("/etc/cni/net.d/a.conf") == "/etc/cni/net.d/a.conf"


def test_the_repository_by_another_name_is_the_repository(checkout: Path) -> None:
    link = checkout.parent / "link"
    link.symlink_to(checkout)
    (checkout / "a.yaml").touch()
    assert repository_path(f"{link}/a.yaml") == "a.yaml"


def test_standard_input_lies_nowhere(checkout: Path) -> None:
    assert repository_path("-") is None
    assert reported_path("-") == "stdin"
    assert repository_path("./-") == f"{(checkout / 'infra').name}/-"


@given(st.text(st.characters(categories=None)))
def test_any_path_has_one(path: str) -> None:
    inside = repository_path(path)
    assert reported_path(path)
    assert inside is None or not inside.startswith(("/", "../"))
