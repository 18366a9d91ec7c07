"""Text leaves the program, or is dropped without a word where nobody takes it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from cnilint import streams
from cnilint.errors import UsageError


@pytest.fixture
def pipe() -> Iterator[tuple[int, TextIO]]:
    """The reading end of a pipe, and a stream that writes into the other one."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        yield reading, stream


def test_text_arrives_byte_by_byte(
    pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, stream = pipe
    monkeypatch.setattr(sys, "stdout", stream)
    streams.tell("a\r\nя\n")
    assert os.read(reading, 100) == b"a\r\n\xd1\x8f\n"
    os.close(reading)


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_reader_that_left_is_no_fault(
    name: str, pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, stream = pipe
    monkeypatch.setattr(sys, name, stream)
    os.close(reading)
    write = streams.tell if name == "stdout" else streams.say
    write("one\n" * 100_000)
    write("two\n")
    streams.let_go()


def test_what_print_left_in_the_buffer_is_dropped_too(
    pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, stream = pipe
    monkeypatch.setattr(sys, "stdout", stream)
    print("help")
    os.close(reading)
    streams.let_go()
    stream.flush()


def test_streams_that_are_closed_take_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    streams.tell("result\n")
    streams.say("news")
    streams.let_go()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a disk that is always full")
def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(UsageError, match="cannot write to standard output: No space left"):
            streams.tell("result\n")
        monkeypatch.setattr(sys, "stderr", full)
        streams.say("nobody can be told")


def test_a_stream_in_memory_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", memory)
    streams.tell("é\n")
    assert memory.buffer.getvalue() == b"\\xe9\n"
    streams.abandon(memory)  # there is no file behind it


# Files.


def test_a_report_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    streams.write_file(str(path), "one\n")
    streams.write_file(str(path), "zwei\n")
    assert path.read_text() == "zwei\n"
    assert os.listdir(tmp_path) == ["report.json"]


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    path = tmp_path / ".cnilint.yaml"
    path.write_text("ours\n")
    with pytest.raises(UsageError, match="there is one already"):
        streams.write_file(str(path), "theirs\n", new=True)
    assert path.read_text() == "ours\n"


@pytest.mark.parametrize("path", ["missing/report.json", "."])
def test_where_nothing_can_be_written_is_told(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=f"^cannot write {path}: "):
        streams.write_file(path, "x\n")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")
def test_a_pipe_with_a_name_stays_one_and_gets_the_text(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(path.read_text()))
    reader.start()
    streams.write_file(str(path), "text\n")
    reader.join()
    assert read == ["text\n"]
    assert path.is_fifo()


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="devices with names")
def test_standard_output_by_its_name_is_written_to() -> None:
    program = "from cnilint.streams import write_file; write_file('/dev/stdout', 'text\\n')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"text\n"
