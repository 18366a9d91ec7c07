"""Work that is shared out among processes, with the results it has in one."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from cnilint.start import own_process

Task = TypeVar("Task")
Made = TypeVar("Made")

AUTO = "auto"

_SIZE = 8
"""Bytes that tell how many are to come, so that what breaks off is no answer."""


def processes(asked: str, tasks: int, least: int) -> int:
    """Return how many processes work on some tasks: as many as asked for, or as it pays.

    `asked` is a number, or `auto` for one on each processor that this one may use. `least` are the
    tasks for each further process: with fewer it takes longer to begin than it saves.
    """
    if not hasattr(os, "fork"):
        return 1
    if asked != AUTO:
        return max(1, min(int(asked), tasks))
    return max(1, min(_processors(), tasks // least))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shared_out(tasks: Sequence[Task], work: Callable[[Task], Made], number: int) -> list[Made]:
    """Return what `work` makes of each task, in order; a number of processes work at once.

    What is made has to fit through `pickle`. What another process could not do is done here, and
    raises here what it raises; so is the share of one that could not be begun. None of the others
    outlives this: they are ended where this one is stopped, and end by themselves where it was
    killed. There are none where a program has other threads: what one of those holds at that moment
    is held for good in the process that is begun.
    """
    import pickle

    number = min(number, len(tasks)) if own_process() or _threads() == 1 else 1
    shares = [range(at, len(tasks), number) for at in range(number)]
    made: list[Made | None] = [None] * len(tasks)
    others: list[tuple[range, int, int]] = []

    def do(share: range) -> None:
        for at in share:
            made[at] = work(tasks[at])

    try:
        for share in shares[1:]:
            try:
                others.append((share, *_begun([tasks[at] for at in share], work)))
            except OSError:  # no more processes, files or memory
                break
        for share in (*shares[:1], *shares[1 + len(others) :]):
            do(share)
        while others:
            share, _process, pipe = others[0]
            with os.fdopen(pipe, "rb", closefd=False) as file:
                size, text = int.from_bytes(file.read(_SIZE), "big"), file.read()
            _ended(*others.pop(0)[1:])
            if text and len(text) == size:
                made[share.start :: number] = pickle.loads(text)  # noqa: S301  our own child
            else:
                do(share)
    finally:
        for _share, process, pipe in others:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            _ended(process, pipe)
    return [one for one in made if one is not None]


def _threads() -> int:
    """Return how many threads this process has, those that Python does not know included."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        import threading

        return threading.active_count()


def _ended(process: int, pipe: int) -> None:
    """Wait for a process that has told all, or that was ended."""
    os.close(pipe)
    with suppress(ChildProcessError):  # where nobody is told of the end of a process
        os.waitpid(process, 0)


def _begun(tasks: Sequence[Task], work: Callable[[Task], Made]) -> tuple[int, int]:
    """Begin a process that does some tasks; return it, and the pipe on which it tells.

    OSError if that cannot be.
    """
    reading, writing = os.pipe()
    mother = os.getpid()
    code = 1
    try:
        process = os.fork()
        if not process:
            os.close(reading)
            _tell(writing, tasks, work, mother)
            code = 0
    except OSError:
        os.close(reading)
        raise
    finally:
        if os.getpid() != mother:  # whatever comes up, a second run must not go on from here
            os._exit(code)
        os.close(writing)
    return process, reading


def _tell(pipe: int, tasks: Sequence[Task], work: Callable[[Task], Made], mother: int) -> None:
    """Do some tasks and tell what is made of them; nothing once the process that asked is gone."""
    import pickle

    made: list[Made] = []
    for one in tasks:
        if os.getppid() != mother:
            return
        made.append(work(one))
    text = pickle.dumps(made)
    with os.fdopen(pipe, "wb") as file:
        file.write(len(text).to_bytes(_SIZE, "big"))
        file.write(text)
