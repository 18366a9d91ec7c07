"""A file is there whole or as it was, whatever stops the writing of it."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnilint.files import replace_file


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None
)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_written_as_they_are_and_nothing_else_is_left(
    content: bytes, tmp_path: Path
) -> None:
    for _new_then_old in range(2):
        replace_file(str(tmp_path / "a.bin"), content)
        assert (tmp_path / "a.bin").read_bytes() == content
    assert os.listdir(tmp_path) == ["a.bin"]
    (tmp_path / "a.bin").unlink()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_new_file_has_the_mode_of_any_new_file_and_an_old_one_keeps_its_own(
    tmp_path: Path,
) -> None:
    before = os.umask(0o027)
    try:
        replace_file(str(tmp_path / "new"), b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    (tmp_path / "new").chmod(0o604)
    replace_file(str(tmp_path / "new"), b"again")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o604


def test_a_relative_name_lies_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    replace_file("a", b"1")
    assert (tmp_path / "a").read_bytes() == b"1"


@pytest.mark.parametrize("name", ["n" * 255, "я" * 127])
def test_the_longest_name_can_be_written(name: str, tmp_path: Path) -> None:
    replace_file(str(tmp_path / name), b"1")
    assert os.listdir(tmp_path) == [name]


def test_a_link_even_to_what_is_not_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for content in (b"1", b"2"):
        replace_file(str(tmp_path / "link"), content)
        assert not (tmp_path / "link").is_symlink()
        assert (tmp_path / "link").read_bytes() == content
    assert not (tmp_path / "real").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
@pytest.mark.parametrize("before", [None, b"old"])
def test_what_stops_in_the_middle_leaves_what_was_there(
    error: BaseException, before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    if before is not None:
        path.write_bytes(before)

    def stopped(_descriptor: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(type(error)):
        replace_file(str(path), b"new")
    assert os.listdir(tmp_path) == ([] if before is None else ["a"])
    assert before is None or path.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=replace_file, args=(str(pipe), b"report"))
    writer.start()
    assert pipe.read_bytes() == b"report"
    writer.join()
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="open files have no names here")
def test_what_a_process_has_open_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    with (tmp_path / "redirected").open("wb") as opened:
        replace_file(f"/dev/fd/{opened.fileno()}", b"report")
        assert os.fstat(opened.fileno()).st_ino == (tmp_path / "redirected").stat().st_ino
    assert (tmp_path / "redirected").read_bytes() == b"report"


def test_a_file_of_someone_else_stays_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")
    found, given = os.stat, []

    def foreign(path: str, **more: Any) -> os.stat_result:  # noqa: ANN401  as os.stat takes it
        values = list(found(path, **more))
        if os.path.basename(path) == file.name:
            values[4:6] = [4321, 1234]
        return os.stat_result(values)

    def refused(descriptor: int, owner: int, group: int) -> None:
        given.append((owner, group))
        assert os.fstat(descriptor).st_ino != found(file).st_ino
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "stat", foreign)
    monkeypatch.setattr(os, "chown", refused)
    replace_file(str(file), b"a: 2\n")
    monkeypatch.undo()
    assert given == [(4321, 1234)]
    assert file.read_text() == "a: 2\n"
