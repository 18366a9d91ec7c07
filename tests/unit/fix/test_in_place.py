"""Files are replaced whole, with their mode and encoding, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnilint.errors import UsageError
from cnilint.fix.in_place import write
from cnilint.model.text import Source


def test_the_new_text_is_written_and_the_mode_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: 1\r\n")
    file.chmod(0o604)
    write([(Source(str(file), "a: 1\r\n"), Source(str(file), "a: 2\r\n"))])
    assert file.read_bytes() == b"a: 2\r\n"
    assert file.stat().st_mode & 0o777 == 0o604
    assert os.listdir(tmp_path) == ["a.yaml"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_the_encoding_is_kept(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("\ufeffa: é\n".encode(encoding))
    write([(Source(str(file), "\ufeffa: é\n"), Source(str(file), "\ufeffa: я\n"))])
    assert file.read_bytes() == "\ufeffa: я\n".encode(encoding)


def test_a_file_that_changed_meanwhile_stays_and_so_do_the_others(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("a: 1\n")
    second.write_text("somebody else was here\n")
    pairs = [(Source(str(f), "a: 1\n"), Source(str(f), "a: 2\n")) for f in (first, second)]
    with pytest.raises(UsageError, match="nothing was written"):
        write(pairs)
    assert first.read_text() == "a: 1\n"
    assert second.read_text() == "somebody else was here\n"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    target.write_text("a: 1\n")
    link.symlink_to(target)
    write([(Source(str(link), "a: 1\n"), Source(str(link), "a: 2\n"))])
    assert link.is_symlink()
    assert target.read_text() == "a: 2\n"


def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"a\.yaml cannot be written: No space left on device"):
        write([(Source(str(file), "a: 1\n"), Source(str(file), "a: 2\n"))])
    assert os.listdir(tmp_path) == ["a.yaml"]
    assert file.read_text() == "a: 1\n"


def test_a_folder_that_must_not_be_written_is_no_fault_of_the_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")

    opened = os.open

    def refused(path: str, flags: int, *mode: int, dir_fd: int | None = None) -> int:
        if flags & os.O_CREAT:
            raise PermissionError(13, "Permission denied", str(tmp_path / ".a.yaml.x"))
        return opened(path, flags, *mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refused)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"^a\.yaml cannot be written: Permission denied"):
        write([(Source("a.yaml", "a: 1\n"), Source("a.yaml", "a: 2\n"))])
    assert file.read_text() == "a: 1\n"


def test_a_file_that_is_gone_was_changed_by_another_program(tmp_path: Path) -> None:
    path = str(tmp_path / "a.yaml")
    with pytest.raises(UsageError, match="was changed by another program: nothing was written"):
        write([(Source(path, "a: 1\n"), Source(path, "a: 2\n"))])
    assert os.listdir(tmp_path) == []


def test_an_interruption_leaves_each_file_old_or_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("a.yaml", "b.yaml", "c.yaml")]
    for path in paths:
        path.write_text("a: 1\n")
    calls = []
    replace = os.replace

    def second_time(old: str, new: str, **folders: int | None) -> None:
        calls.append(new)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replace(old, new, **folders)

    monkeypatch.setattr(os, "replace", second_time)
    with pytest.raises(KeyboardInterrupt):
        write([(Source(str(path), "a: 1\n"), Source(str(path), "a: 2\n")) for path in paths])
    assert [path.read_text() for path in paths] == ["a: 2\n", "a: 1\n", "a: 1\n"]
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "b.yaml", "c.yaml"]


def changed(file: Path, text: str = "a: 2\n") -> None:
    before = file.read_text()
    write([(Source(str(file), before), Source(str(file), text))])


posix = pytest.mark.skipif(os.name == "nt", reason="there are no such files there")


@posix
@pytest.mark.parametrize("mode", [0o444, 0o400, 0o555])
def test_a_file_that_nobody_may_write_is_refused(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")
    file.chmod(mode)
    with pytest.raises(UsageError, match=r"a\.yaml cannot be written: Permission denied"):
        changed(file)
    assert file.read_text() == "a: 1\n"
    assert os.listdir(tmp_path) == ["a.yaml"]


@posix
def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")
    (tmp_path / "b").hardlink_to(file)
    with pytest.raises(UsageError, match="it has another name"):
        changed(file)
    assert file.read_text() == (tmp_path / "b").read_text() == "a: 1\n"
    assert file.stat().st_nlink == 2


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no attributes to be set here")
def test_extended_attributes_are_kept_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")
    try:
        os.setxattr(file, "user.origin", b"\x00here")
    except OSError:
        pytest.skip("this file system has none")
    changed(file)
    assert file.read_text() == "a: 2\n"
    assert os.getxattr(file, "user.origin") == b"\x00here"

    def refused(*_arguments: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "setxattr", refused)
    with pytest.raises(UsageError, match=r"its attribute user\.origin cannot be kept"):
        changed(file, "a: 3\n")
    assert file.read_text() == "a: 2\n"
    assert os.listdir(tmp_path) == ["a.yaml"]
