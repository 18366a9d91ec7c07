"""Where a path leads, and what may be opened there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnilint import confine
from cnilint.confine import Bounds, ConfinedError, folder_of, leads_out, opened_file, read_file
from cnilint.files import replace_file


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "top"
    for folder in (top / ".git", top / "a" / "b", tmp_path / "out" / "c"):
        folder.mkdir(parents=True)
    (top / "near").symlink_to("a/b")
    (top / "a" / "up").symlink_to("..")
    (top / "far").symlink_to("../out")
    (top / "a" / "git").symlink_to("../.git")
    (top / "gone").symlink_to("../nothing")
    (top / "loop").symlink_to("loop")
    (tmp_path / "way").symlink_to("top")
    monkeypatch.chdir(top)
    return top


@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("a/b/new", False),
        ("near/new", False),
        ("a/up/near/../x", False),
        ("../out/c", False),
        ("/tmp", False),
        (".git/new", False),
        ("far", True),
        ("far/c", True),
        ("far/../top/a", True),
        ("a/up/far/c", True),
        ("a/git", True),
        ("a/git/hooks/new", True),
        ("gone", True),
        ("../way/a", False),
        ("../way/far", True),
        ("../out/../way/a/git", True),
    ],
)
def test_a_link_leads_out_where_it_leaves_the_repository_it_stands_in(
    path: str, out: bool, top: Path
) -> None:
    assert leads_out(path) is out
    assert leads_out(str(top / path)) is out


def test_without_a_repository_it_is_the_working_directory_that_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work" / "sub").mkdir(parents=True)
    (tmp_path / "work" / "sub" / "x").symlink_to("../near")
    (tmp_path / "work" / "sub" / "y").symlink_to("../../far")
    monkeypatch.chdir(tmp_path / "work")
    assert not leads_out("sub/x")
    assert leads_out("sub/y")
    assert Bounds(["sub"]).hold("sub/x")
    assert not Bounds(["sub"]).hold("sub/y")
    monkeypatch.setenv("HOME", str(tmp_path / "work"))  # which is no repository for being there
    assert not Bounds(["sub"]).hold("sub/x")
    (tmp_path / "work" / "near").touch()
    assert Bounds(["sub", "near"]).hold("sub/x")


def test_a_folder_that_was_changed_after_it_was_checked_is_not_written_to(top: Path) -> None:
    folder, name = folder_of("a/b/new")
    (top / "a" / "b").rmdir()
    (top / "a" / "b").symlink_to("../../out")
    with pytest.raises(OSError, match=r"directory|links"), folder.handle():
        pytest.fail("it was opened")
    (top / "a" / "b").unlink()
    (top / "a" / "b").mkdir()
    other = folder._replace(inode=folder.inode + 1)
    with pytest.raises(ConfinedError, match="changed by another program"), other.handle():
        pytest.fail("it was opened")
    assert name == "new"


def test_a_folder_that_becomes_a_link_while_files_are_written_gets_none(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def moved(descriptor: int) -> None:
        real(descriptor)
        (top / "a" / "b").rename(top / "a" / "before")
        (top / "a" / "b").symlink_to(top.parent / "out")

    monkeypatch.setattr(os, "fsync", moved)
    with pytest.raises(OSError, match=r"directory|links"):
        replace_file("a/b/new", b"x")
    assert os.listdir(top.parent / "out") == ["c"]
    assert not (top / "a" / "before" / "new").exists()


def test_only_files_are_opened(top: Path) -> None:
    with pytest.raises(ConfinedError, match="a device, not a file"):
        opened_file("/dev/zero")
    with pytest.raises(IsADirectoryError):
        opened_file("a")
    (top / "x").write_text("x")
    (top / "y").symlink_to("x")
    assert read_file("y") == b"x"
    with pytest.raises(OSError, match="links"):
        opened_file("y", through_links=False)
    assert read_file(os.devnull) == b""


def test_a_file_that_is_too_large_is_told(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "MOST_BYTES", 2_000_000)
    (top / "x").write_bytes(b"x" * 2_000_001)
    with pytest.raises(ConfinedError, match="larger than 2 MB"):
        read_file("x")
