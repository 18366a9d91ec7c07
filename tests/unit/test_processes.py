"""Work in several processes comes to what it comes to in one."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from cnilint import processes as module
from cnilint.config.options import DEFAULTS
from cnilint.engine.evaluate import NOTHING_AROUND, Evaluation
from cnilint.engine.inputs import inputs
from cnilint.errors import UsageError
from cnilint.fix.options import Options
from cnilint.fix.plan import fixed, offered
from cnilint.model.text import Source
from cnilint.processes import processes, shared_out
from cnilint.run import asked
from tests.clusters import VPC, multus

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work as in a program without threads: what runs the tests may have some."""
    monkeypatch.setattr(module, "_threads", lambda: 1)


@needs_fork
@pytest.mark.parametrize("number", [1, 2, 3, 7, 12])
def test_results_are_in_order_however_many_work(number: int) -> None:
    assert shared_out(range(11), lambda one: (one, str(one)), number) == [
        (one, str(one)) for one in range(11)
    ]


@needs_fork
def test_several_processes_work() -> None:
    found = shared_out(range(6), lambda _one: os.getpid(), 3)
    assert found[0] == found[3] == os.getpid()
    assert len(set(found)) == 3


@needs_fork
def test_what_another_process_cannot_do_is_done_here() -> None:
    mother = os.getpid()

    def work(one: int) -> int:
        if os.getpid() != mother:
            raise ValueError("not here")
        return one

    assert shared_out(range(5), work, 2) == [0, 1, 2, 3, 4]
    with pytest.raises(ZeroDivisionError):
        shared_out(range(-1, 2), lambda one: 1 // one, 3)


@needs_fork
@pytest.mark.parametrize("missing", ["fork", "pipe"])
@pytest.mark.parametrize("begun", [0, 1])
def test_what_no_process_can_be_begun_for_is_done_here(
    missing: str, begun: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, left = getattr(os, missing), [None] * begun

    def refusing() -> object:
        if not left:
            raise OSError
        left.pop()
        return before()

    monkeypatch.setattr(os, missing, refusing)
    opened = len(os.listdir("/dev/fd"))
    found = shared_out(range(9), lambda one: (one, os.getpid()), 4)
    assert [one for one, _process in found] == [*range(9)]
    assert len({process for _one, process in found}) == 1 + begun
    assert len(os.listdir("/dev/fd")) == opened


@needs_fork
def test_no_more_processes_are_begun_than_there_is_work(monkeypatch: pytest.MonkeyPatch) -> None:
    before, begun = os.fork, []

    def counted() -> int:
        begun.append(1)
        return before()

    monkeypatch.setattr(os, "fork", counted)
    assert shared_out(range(3), str, 1000) == ["0", "1", "2"]
    assert len(begun) == 2


@needs_fork
def test_an_answer_that_breaks_off_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    mother, begun, begin = os.getpid(), [], module._begun

    def known(tasks: Sequence[int], made: Callable[[int], bytes]) -> tuple[int, int]:
        found = begin(tasks, made)
        begun.append(found[0])
        return found

    def work(one: int) -> bytes:
        if os.getpid() == mother and not one:
            time.sleep(0.5)  # until the other one waits for its answer to be read
            os.kill(begun[0], signal.SIGKILL)
        return bytes([one]) * 1_000_000

    monkeypatch.setattr(module, "_begun", known)
    assert shared_out(range(4), work, 2) == [bytes([one]) * 1_000_000 for one in range(4)]


@contextmanager
def ignored_ends() -> Iterator[None]:
    """Be told of the end of no process, as under some programs that begin others."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGCHLD, before)


@needs_fork
def test_nobody_has_to_be_told_of_the_end_of_a_process() -> None:
    mother = os.getpid()

    def failing(one: int) -> int:
        if os.getpid() == mother:
            time.sleep(0.2)  # until the others have ended
            raise ZeroDivisionError
        return one

    with ignored_ends():
        assert shared_out(range(5), str, 3) == [*"01234"]
        with pytest.raises(ZeroDivisionError):
            shared_out(range(5), failing, 3)


@needs_fork
def test_a_program_with_threads_gets_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    go = threading.Event()
    other = threading.Thread(target=go.wait)
    other.start()
    try:
        found = shared_out(range(4), lambda _one: os.getpid(), 2)
        monkeypatch.setattr(module, "own_process", lambda: True)
        assert len(set(shared_out(range(4), lambda _one: os.getpid(), 2))) == 2
    finally:
        go.set()
        other.join()
    assert set(found) == {os.getpid()}


def test_how_many_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_processors", lambda: 4)
    assert [processes("auto", tasks, 32) for tasks in (0, 32, 64, 99 * 32)] == [1, 1, 2, 4]
    assert [processes("3", tasks, 32) for tasks in (0, 1, 2, 99)] == [1, 1, 2, 3]
    monkeypatch.delattr(os, "fork")
    assert processes("3", 99, 32) == 1


@needs_fork
def test_fixes_are_the_same_however_many_prove_them() -> None:
    read = inputs(
        Source(f"clusters/{name}/{file}", text)
        for name in "abcd"
        for file, text in (("multus.yaml", multus()), ("vpc.yaml", VPC))
    )
    evaluation = Evaluation(read, NOTHING_AROUND)
    alone = offered(evaluation, Options(jobs="1"))
    assert any(one.fixes for one in alone.findings)
    assert offered(evaluation, Options(jobs="3")).findings == alone.findings
    done = [fixed(read, NOTHING_AROUND, Options(jobs=number)) for number in ("1", "3")]
    changed = [[(old.path, new.text) for old, new in one.changed] for one in done]
    assert changed[0] == changed[1] != []


@pytest.mark.parametrize("text", ["0", "", "many", "-1", "1.5"])
def test_what_is_no_number_of_processes_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="--jobs takes a number or auto"):
        asked([], DEFAULTS.replaced(jobs=text))
