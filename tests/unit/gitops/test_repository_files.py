"""The files of a repository: given, on the disk, and none from outside of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnilint.gitops.files import Files, joined, leaves
from cnilint.gitops.graph import UnreadReason
from cnilint.model.text import Source
from cnilint.syntax.compose import compose


def test_texts_without_a_disk() -> None:
    files = Files("", [Source("a/b/c.yaml", "x: 1\n---\ny: 2\n"), Source("./d.env", "A=1\n")])
    assert [one.index for one in files.documents("a/b/c.yaml")] == [0, 1]
    assert files.content("d.env") == b"A=1\n"
    assert (files.names("."), files.names("a"), files.names("a/b")) == (
        ("a", "d.env"),
        ("b",),
        ("c.yaml",),
    )
    assert files.is_folder("a/b")
    assert not files.is_folder("a/b/c.yaml")
    assert (files.source("none.yaml"), files.reason("none.yaml")) == (None, UnreadReason.MISSING)
    assert list(files.paths()) == ["a/b/c.yaml", "d.env"]


def test_what_was_given_counts_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one.yaml").write_text("old: 1\n", "utf-8")
    (tmp_path / "a/two.yaml").write_text("two: 1\n", "utf-8")
    given = Source(str(tmp_path / "a/one.yaml"), "new: 1\n")
    files = Files(str(tmp_path), [given])
    assert files.source("a/one.yaml") is given
    two = files.source("a/two.yaml")
    assert two is not None
    assert two is files.source("a/two.yaml")
    assert two.text == "two: 1\n"
    assert os.path.realpath(two.path) == os.path.realpath(tmp_path / "a/two.yaml")
    assert files.names("a") == ("one.yaml", "two.yaml")


def test_documents_that_are_known_are_not_read_again() -> None:
    source = Source("a.yaml", "a: 1\n")
    found = tuple(compose(source))
    files = Files("", [source], [found])
    assert files.found("a.yaml") is found


def test_other_texts_for_a_proof() -> None:
    files = Files("", [Source("a.yaml", "a: 1\n"), Source("b.yaml", "b: 1\n")])
    kept = files.documents("b.yaml")
    files.documents("a.yaml")
    other = files.replaced([Source("a.yaml", "a: 2\n")])
    assert other.documents("a.yaml")[0].source.text == "a: 2\n"
    assert files.documents("a.yaml")[0].source.text == "a: 1\n"
    assert other.documents("b.yaml") == kept


def test_every_path_that_is_asked_for_is_known() -> None:
    files = Files("", [Source("a.yaml", "")])
    tracked = files.tracked()
    tracked.source("a.yaml")
    tracked.is_file("none.yaml")
    assert (tracked.read_paths, files.read_paths) == ({"a.yaml", "none.yaml"}, set())


@pytest.mark.parametrize("path", ["../out.yaml", "link.yaml", "folder/out.yaml", "/etc/hosts"])
def test_nothing_outside_is_read(path: str, tmp_path: Path) -> None:
    (tmp_path / "out.yaml").write_text("a: 1\n", "utf-8")
    (tmp_path / "top").mkdir()
    os.symlink(tmp_path / "out.yaml", tmp_path / "top/link.yaml")
    os.symlink(tmp_path, tmp_path / "top/folder")
    files = Files(str(tmp_path / "top"), [])
    assert (files.source(path), files.content(path)) == (None, None)
    assert files.reason(path) is UnreadReason.OUTSIDE
    assert not files.is_file(path)


def test_nothing_is_read_of_a_repository_itself(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("[core]\n", "utf-8")
    os.symlink(".git/config", tmp_path / "link.yaml")
    files = Files(str(tmp_path), [])
    assert files.source("link.yaml") is None
    assert files.reason(".git/config") is UnreadReason.OUTSIDE


def test_a_link_inside_is_followed(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/a.yaml").write_text("a: 1\n", "utf-8")
    os.symlink("base", tmp_path / "link")
    files = Files(str(tmp_path), [])
    assert files.real("link/a.yaml") == "base/a.yaml"
    assert files.content("link/a.yaml") == b"a: 1\n"


@pytest.mark.parametrize(
    ("folder", "path", "expected"),
    [
        (".", "a.yaml", "a.yaml"),
        ("a/b", "../c", "a/c"),
        ("a", "..", "."),
        ("a", "../..", ".."),
        ("a", "/etc", "/etc"),
    ],
)
def test_paths(folder: str, path: str, expected: str) -> None:
    assert joined(folder, path) == expected
    assert leaves(expected) is expected.startswith(("..", "/"))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x00\x01\x02")
    files = Files(str(tmp_path), [])
    assert (files.source("a.bin"), files.reason("a.bin")) == (None, UnreadReason.SYNTAX)
    assert files.content("a.bin") == b"\x00\x01\x02"
