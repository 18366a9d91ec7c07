"""A run is the same however many processes read its files, and none of them outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.config.options import DEFAULTS
from cnilint.engine import reading
from cnilint.engine.inputs import Inputs, SiftedFile
from cnilint.engine.relevance import Relevance
from cnilint.errors import ReadError
from cnilint.progress import unseen
from cnilint.run import Run, _read, asked
from cnilint.syntax.collect import Collecting, Unreadable
from tests.clusters import VPC, multus

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

NAMED = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata: {a: b}\n"
ASKING = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\nspec: {of: settings}\n"
UNSURE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata:\n  cni-conf.json: '{}'\n"
NOISE = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: nothing\n"
TEXTS = (
    *(VPC.encode(), multus().encode(), NAMED.encode(), ASKING.encode(), UNSURE.encode()),
    *(NOISE.encode(), f"{NOISE}---\n{NAMED}".encode(), b"a: [", b"\xff\xfea: 1", b"a\x00b", b""),
    *(b"a: \xff\n", b"--- {{ .Values.cni }}\n"),
)

FILES = st.dictionaries(
    st.sampled_from([f"{folder}{name}.yaml" for folder in ("", "a/", "b/") for name in "opqrst"]),
    st.sampled_from(TEXTS),
    min_size=1,
)
LINKS = st.dictionaries(
    st.sampled_from(["b/first.yaml", "z.yaml", "a/out.yaml", "loop", "a/folder"]),
    st.sampled_from(["o.yaml", "a/q.yaml", "nowhere.yaml", "/etc/hostname", "..", "b"]),
)


@contextmanager
def shared_at_once() -> Iterator[None]:
    """Let others read from the second file on, however few there are."""
    with (
        patch.multiple(reading, FIRST=1, BATCH=2, LEAST=1),
        patch("cnilint.processes._threads", lambda: 1),
    ):
        yield


@contextmanager
def folder() -> Iterator[None]:
    """Work in an empty folder, beside which there is nothing."""
    before = os.getcwd()
    with TemporaryDirectory() as place:
        os.mkdir(f"{place}/top")
        os.chdir(f"{place}/top")
        try:
            yield
        finally:
            os.chdir(before)


def write(files: dict[str, bytes], links: dict[str, str]) -> None:
    for path, content in files.items():
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_bytes(content)
    for path, target in links.items():
        if not os.path.lexists(path):
            Path(path).parent.mkdir(exist_ok=True)
            os.symlink(target, path)


def told(jobs: str, *paths: str) -> object:
    """Return all that is read of some paths by so many processes, in order."""
    sieve = Relevance()
    chosen = DEFAULTS.replaced(jobs=jobs)
    try:
        run = Run(paths or (".",), chosen)
        found: Inputs = _read(run, may_be_empty=True, sieve=sieve, in_parts=True)
    except ReadError as error:
        return str(error)
    read = [(one.path, one.text) for one in found.sources]
    documents = [[repr(one) for one in each] for each in found.found]
    return read, documents, found.kept, found.left_out, sieve.unsure


@settings(max_examples=60, deadline=None)
@given(FILES, LINKS, st.sampled_from([1, 1000]))
def test_what_is_read_is_the_same(
    files: dict[str, bytes], links: dict[str, str], least: int
) -> None:
    with folder(), patch("cnilint.syntax.collect.LEAST_OF_LARGE", least):
        write(files, links)
        paths = [*(path for path in ("b", "o.yaml", "z.yaml") if os.path.exists(path)), "."]
        alone = told("1"), told("1", *paths)
        with shared_at_once():
            assert [(told(jobs), told(jobs, *paths)) for jobs in ("2", "3", "7")] == [alone] * 3


def test_files_come_sifted_where_several_read() -> None:
    with folder(), shared_at_once():
        write({f"{at}.yaml": TEXTS[at % len(TEXTS)] for at in range(20)}, {})
        given = Collecting(["."], stdin=bytes)
        read = list(reading.read_and_sifted(given, Relevance(), "3", unseen))
    assert len(read) == 20
    assert all(isinstance(one, SiftedFile | Unreadable) for one in read[1:])
    assert {type(one) for one in read[1:]} == {SiftedFile, Unreadable}


def test_few_or_small_files_are_read_by_one() -> None:
    with folder():
        write({f"{at}.yaml": NOISE.encode() for at in range(reading.FIRST + 40)}, {})
        with patch("os.fork", side_effect=AssertionError):
            assert told("auto") == told("8") == told("1")


def test_how_large_files_are_counts_as_how_many() -> None:
    large = f"{NOISE}# {'.' * 40 * reading.PAGE}\n".encode()
    with folder():
        write({f"{at}.yaml": large for at in range(reading.FIRST + 80)}, {})
        with (
            patch("cnilint.processes._threads", lambda: 1),
            patch("os.fork", side_effect=ArithmeticError),
            pytest.raises(ArithmeticError),
        ):
            told("2")
        assert told("2") == told("1")


def test_a_named_file_that_is_not_there_ends_the_run() -> None:
    with folder(), shared_at_once():
        write({f"{at}.yaml": NOISE.encode() for at in range(9)}, {})
        assert told("3", ".", "other.yaml") == told("1", ".", "other.yaml")
        assert "other.yaml" in str(told("3", ".", "other.yaml"))


@pytest.mark.parametrize("content", [b"a\x00b", b"\xff\xfea: "])
@pytest.mark.parametrize("least", [1, 1000])
def test_a_named_file_that_is_no_text_ends_the_run(content: bytes, least: int) -> None:
    with folder(), patch("cnilint.syntax.collect.LEAST_OF_LARGE", least):
        write({"a.yaml": VPC.encode(), "b.yaml": content, "c.yaml": VPC.encode()}, {})
        paths = ("a.yaml", "b.yaml", "c.yaml")
        with shared_at_once():
            found = [told(jobs, *paths) for jobs in "123"]
    assert found == [found[0]] * 3
    assert str(found[0]).startswith("b.yaml: ")


def test_the_report_is_the_same() -> None:
    files = {f"{name}/{at}.yaml": TEXTS[at] for name in "abc" for at in range(len(TEXTS))}
    with folder(), shared_at_once():
        write(files, {})
        from cnilint.run import checked

        alone, *others = (
            checked(asked(["."], DEFAULTS.replaced(jobs=jobs))).to_json() for jobs in "134"
        )
    assert others == [alone, alone]


WAITING = """
import os, time
from cnilint.processes import shared_out
mother = os.getpid()
def work(one):
    if os.getpid() == mother:
        time.sleep(60)
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(0.2)
shared_out(range(1000), work, 3)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_one_that_began_it(how: signal.Signals) -> None:
    program = [sys.executable, "-c", WAITING]
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as one:
        assert one.stdout is not None
        others: set[int] = set()
        while len(others) < 2:
            others.add(int(one.stdout.readline()))
        one.send_signal(how)
        one.wait(10)
    end = time.monotonic() + 10
    while any(map(_is_there, others)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(_is_there, others))


def _is_there(process: int) -> bool:
    """Whether a process runs; one that ended and that nobody asked about does not."""
    try:
        found = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return found.rpartition(")")[2].split()[0] != "Z"
