"""Work that is shared out among processes, with the results it has in one."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import TypeVar

Task = TypeVar("Task")
Made = TypeVar("Made")

AUTO = "auto"


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
    raises here what it raises. None of the others outlives this: they are ended where this one is
    stopped, and end by themselves where it was killed.
    """
    import pickle

    made: list[Made | None] = [None] * len(tasks)
    others: list[tuple[int, int]] = []
    try:
        for at in range(1, number):
            others.append(_begun(tasks[at::number], work))  # noqa: PERF401  ended if one fails
        made[::number] = [work(one) for one in tasks[::number]]
        for at in range(1, number):
            process, pipe = others[0]
            with os.fdopen(pipe, "rb", closefd=False) as file:
                text = file.read()
            _ended(*others.pop(0))
            mine = tasks[at::number]
            found: list[Made] = pickle.loads(text) if text else []  # noqa: S301  our own child
            made[at::number] = found if len(found) == len(mine) else [work(one) for one in mine]
    finally:
        for process, pipe in others:
            os.kill(process, signal.SIGKILL)
            _ended(process, pipe)
    return [one for one in made if one is not None]


def _ended(process: int, pipe: int) -> None:
    """Wait for a process that has told all, or that was ended."""
    os.close(pipe)
    os.waitpid(process, 0)


def _begun(tasks: Sequence[Task], work: Callable[[Task], Made]) -> tuple[int, int]:
    """Begin a process that does some tasks; return it, and the pipe on which it tells.

    It ends between two tasks where the one that began it is no more.
    """
    reading, writing = os.pipe()
    mother = os.getpid()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    code = 1
    try:
        os.close(reading)
        made: list[Made] = []
        for one in tasks:
            if os.getppid() != mother:
                os._exit(code)
            made.append(work(one))
        import pickle

        with os.fdopen(writing, "wb") as file:
            file.write(pickle.dumps(made))
        code = 0
    finally:
        os._exit(code)
