"""A bar on the terminal for a run that takes a while; a short one loads and shows nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TextIO

from cnilint.progress import Progress

PATIENCE = 0.5
"""Seconds until the bar appears."""

_LOADING = Lock()
"""Held while a thread loads what the bar needs: a process begun then could never load it."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_LOADING.acquire,
        after_in_parent=_LOADING.release,
        after_in_child=_LOADING.release,
    )


def is_watched(stream: TextIO | None, environ: Mapping[str, str]) -> bool:
    """Whether a person looks at a stream: it is a terminal that can move its cursor, and no CI."""
    if stream is None or not stream.isatty() or environ.get("TERM") in ("dumb", "unknown"):
        return False
    return environ.get("CI", "").lower() in ("", "0", "false")


@contextmanager
def progress_on(stream: TextIO, patience: float = PATIENCE) -> Iterator[Progress]:
    """Show how far a run has come, from `patience` seconds after its start until it is over.

    Nothing of it is left on the screen afterwards.
    """
    shown = _Shown(stream, patience)
    try:
        yield shown.told
    finally:
        shown.end()


class _Shown:
    """A bar that a timer puts up: one long step is no reason not to show it."""

    def __init__(self, stream: TextIO, patience: float) -> None:
        self._stream = stream
        self._lock = Lock()
        self._state = ("starting", 0, 0)
        self._over = False
        self._bar: _Bar | None = None
        self._timer = Timer(patience, self._begin)
        self._timer.daemon = True
        self._timer.start()

    def told(self, what: str, done: int, total: int) -> None:
        """Take how far it is."""
        with self._lock:  # so that nothing is missed while the bar goes up
            self._state = (what, done, total)
            if self._bar is not None:
                self._bar.update(*self._state)

    def end(self) -> None:
        """Take the bar away, and let none come."""
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._bar is not None:
                self._bar.stop()

    def _begin(self) -> None:
        with _LOADING:
            bar = _Bar(self._stream)
        with self._lock:
            if not self._over:
                bar.update(*self._state)
                bar.start()
                self._bar = bar


class _Bar:
    """What rich draws."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as RichProgress

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
        )
        self._progress = RichProgress(
            *columns,
            console=Console(file=stream),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=None)

    def start(self) -> None:
        self._progress.start()

    def stop(self) -> None:
        self._progress.stop()

    def update(self, what: str, done: int, total: int) -> None:
        self._progress.update(self._task, description=what, completed=done, total=total or None)
