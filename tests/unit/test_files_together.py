"""Files are written whole or not at all, whatever comes in between."""

from __future__ import annotations

import os
import signal
import stat
import threading
from pathlib import Path

import pytest

from cnilint.cli.ending import ended
from cnilint.files import write_whole

posix = pytest.mark.skipif(os.name == "nt", reason="modes and signals are others there")


def listed(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


@pytest.fixture
def three(tmp_path: Path) -> list[str]:
    paths = [tmp_path / name for name in ("a.yaml", "b.yaml", "c.yaml")]
    for path in paths:
        path.write_text("old\n")
    return [str(path) for path in paths]


def new(paths: list[str]) -> list[tuple[str, bytes]]:
    return [(path, b"new\n") for path in paths]


OLD = {"a.yaml": "old\n", "b.yaml": "old\n", "c.yaml": "old\n"}
NEW = {"a.yaml": "new\n", "b.yaml": "new\n", "c.yaml": "new\n"}


def test_all_are_replaced_and_nothing_is_left_beside_them(three: list[str], tmp_path: Path) -> None:
    write_whole(new(three))
    assert listed(tmp_path) == NEW


def test_nothing_to_write_is_fine() -> None:
    write_whole([])


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640, 0o755, 0o444])
def test_the_mode_is_kept(mode: int, three: list[str]) -> None:
    Path(three[0]).chmod(mode)
    write_whole(new(three[:1]))
    assert stat.S_IMODE(os.stat(three[0]).st_mode) == mode


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_gets_the_mode_that_the_person_wants_for_new_files(
    mask: int, tmp_path: Path
) -> None:
    before = os.umask(mask)
    try:
        write_whole([(str(tmp_path / "new.json"), b"{}\n")])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.json").stat().st_mode) == 0o666 & ~mask


def test_a_link_is_replaced_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old\n")
    (tmp_path / "one").symlink_to("real")
    (tmp_path / "two").symlink_to("one")
    write_whole([(str(tmp_path / "two"), b"new\n")])
    assert not (tmp_path / "two").is_symlink()
    assert (tmp_path / "one").is_symlink()
    assert listed(tmp_path) == {"real": "old\n", "one": "old\n", "two": "new\n"}


def test_a_path_without_a_folder_is_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_whole([("report.json", b"{}\n")])
    assert listed(tmp_path) == {"report.json": "{}\n"}


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_one_that_cannot_be_written_leaves_all_as_they_were(
    bad: int, three: list[str], tmp_path: Path
) -> None:
    contents = new(three)
    contents[bad] = (str(tmp_path / "missing" / "x.yaml"), b"new\n")
    with pytest.raises(FileNotFoundError) as raised:
        write_whole(contents)
    assert raised.value.filename == contents[bad][0]
    assert listed(tmp_path) == OLD


@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_disk_that_is_full_or_an_interruption_leaves_all_as_they_were(
    call: int,
    error: BaseException,
    three: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[int] = []

    def fails(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == call:
            raise error

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(type(error)):
        write_whole(new(three))
    assert listed(tmp_path) == OLD


@posix
@pytest.mark.parametrize("moment", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_ctrl_c_at_any_moment_is_all_or_nothing(
    moment: str, call: int, three: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(os, moment)
    calls: list[int] = []

    def interrupted(*arguments: object, **more: object) -> None:
        calls.append(1)
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGINT)
        real(*arguments, **more)

    monkeypatch.setattr(os, moment, interrupted)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        write_whole(new(three))
    assert signal.getsignal(signal.SIGINT) is before
    assert listed(tmp_path) == (NEW if moment == "replace" else OLD)


@posix
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_sigterm_is_as_ctrl_c(
    moment: str, three: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(os, moment)

    def ended_by_somebody(*arguments: object, **more: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        real(*arguments, **more)

    monkeypatch.setattr(os, moment, ended_by_somebody)
    before = signal.getsignal(signal.SIGTERM)

    def work() -> int:
        write_whole(new(three))
        return 0

    assert ended(work) == 130
    assert signal.getsignal(signal.SIGTERM) is before
    assert listed(tmp_path) == (NEW if moment == "replace" else OLD)


def test_another_thread_may_write_as_well(three: list[str], tmp_path: Path) -> None:
    thread = threading.Thread(target=write_whole, args=(new(three),))
    thread.start()
    thread.join()
    assert listed(tmp_path) == NEW


def test_what_stands_beside_is_no_manifest_for_another_run(
    three: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def looked_at(_descriptor: int) -> None:
        seen.extend(name for name in os.listdir(tmp_path) if name not in OLD)

    monkeypatch.setattr(os, "fsync", looked_at)
    write_whole(new(three))
    assert seen
    assert all(name.startswith(".") and not name.endswith((".yaml", ".json")) for name in seen)
