"""Data files are read once, and again as soon as one of them is another."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from cnilint.syntax import data_cache
from cnilint.syntax.data_cache import kept


class Reader:
    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, path: str) -> dict[str, Any]:
        self.read.append(os.path.basename(path))
        return {"text": Path(path).read_text(encoding="utf-8")}


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setattr(data_cache, "package_folder", lambda: str(tmp_path / "package"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return Reader()


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    return [str(tmp_path / "a"), str(tmp_path / "b")]


BOTH = [{"text": "a"}, {"text": "b"}]


def test_the_second_time_nothing_is_read(reader: Reader, paths: list[str]) -> None:
    assert kept("x", paths, reader) == BOTH
    assert kept("x", paths, reader) == BOTH
    assert reader.read == ["a", "b"]


def test_a_changed_file_is_read_again_with_the_others(reader: Reader, paths: list[str]) -> None:
    kept("x", paths, reader)
    Path(paths[1]).write_text("changed", encoding="utf-8")
    assert kept("x", paths, reader) == [{"text": "a"}, {"text": "changed"}]


def test_a_file_of_the_same_size_and_a_later_time_is_read_again(
    reader: Reader, paths: list[str]
) -> None:
    kept("x", paths, reader)
    Path(paths[0]).write_text("z", encoding="utf-8")
    os.utime(paths[0], ns=(1, 1))
    assert kept("x", paths, reader)[0] == {"text": "z"}


def test_one_file_more_or_less_is_another_set(reader: Reader, paths: list[str]) -> None:
    kept("x", paths[:1], reader)
    assert kept("x", paths, reader) == BOTH
    assert kept("x", paths[1:], reader) == BOTH[1:]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"stamp": 1}', '{"data": []}', "\x00"])
def test_what_was_kept_badly_does_not_count(
    reader: Reader, paths: list[str], tmp_path: Path, content: str
) -> None:
    kept("x", paths, reader)
    (cache,) = (tmp_path / "package" / "__pycache__").iterdir()
    cache.write_text(content, encoding="utf-8")
    assert kept("x", paths, reader) == BOTH


def test_another_version_reads_for_itself(
    reader: Reader, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept("x", paths, reader)
    monkeypatch.setattr(data_cache, "_version", lambda: "9.9.9")
    kept("x", paths, reader)
    assert reader.read == ["a", "b", "a", "b"]


def test_nothing_is_kept_where_python_keeps_nothing(
    reader: Reader, paths: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert kept("x", paths, reader) == BOTH
    assert not (tmp_path / "package").exists()


def test_a_folder_that_cannot_be_written_is_no_error(
    reader: Reader, paths: list[str], tmp_path: Path
) -> None:
    (tmp_path / "package").write_text("a file where the folder would be", encoding="utf-8")
    assert kept("x", paths, reader) == BOTH


def test_what_json_cannot_hold_is_not_kept(paths: list[str], reader: Reader) -> None:
    del reader
    found = kept("x", paths, lambda path: {"path": {path}})
    assert found == [{"path": {paths[0]}}, {"path": {paths[1]}}]


def test_what_a_wheel_has_is_taken_as_it_is(
    reader: Reader, paths: list[str], tmp_path: Path
) -> None:
    built = tmp_path / "package" / data_cache.BUILT
    built.mkdir(parents=True)
    (built / "x.json").write_text('[{"text": "built"}]', encoding="utf-8")
    assert kept("x", paths, reader) == [{"text": "built"}]
    assert kept("y", paths, reader) == BOTH
    assert reader.read == ["a", "b"]
