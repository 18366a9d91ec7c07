"""Work that is shared out among processes, with the results it has in one."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from typing import TypeVar

Task = TypeVar("Task")
Made = TypeVar("Made")

LEAST = 32
"""Tasks for each further process: with fewer it takes longer to begin than it saves."""

AUTO = "auto"


def processes(asked: str, tasks: int) -> int:
    """Return how many processes work on some tasks: as many as asked for, or as it pays.

    `asked` is a number, or `auto` for one on each processor that this one may use.
    """
    if not hasattr(os, "fork"):
        return 1
    if asked != AUTO:
        return max(1, min(int(asked), tasks))
    return max(1, min(_processors(), tasks // LEAST))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shared_out(tasks: Sequence[Task], work: Callable[[Task], Made], number: int) -> list[Made]:
    """Return what `work` makes of each task, in order; a number of processes work at once.

    What is made has to fit through `pickle`. What another process could not do is done here, and
    raises here what it raises.
    """
    made: list[Made | None] = [None] * len(tasks)
    others = [_begun(tasks[at::number], work) for at in range(1, number)]
    made[::number] = [work(one) for one in tasks[::number]]
    for at, (process, pipe) in enumerate(others, 1):
        with os.fdopen(pipe, "rb") as file:
            text = file.read()
        os.waitpid(process, 0)
        mine = tasks[at::number]
        found: list[Made] = pickle.loads(text) if text else []  # noqa: S301  our own child wrote it
        made[at::number] = found if len(found) == len(mine) else [work(one) for one in mine]
    return [one for one in made if one is not None]


def _begun(tasks: Sequence[Task], work: Callable[[Task], Made]) -> tuple[int, int]:
    """Begin a process that does some tasks; return it, and the pipe on which it tells."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    code = 1
    try:
        os.close(reading)
        text = pickle.dumps([work(one) for one in tasks])
        with os.fdopen(writing, "wb") as file:
            file.write(text)
        code = 0
    finally:
        os._exit(code)
