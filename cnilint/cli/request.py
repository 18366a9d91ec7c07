"""A command line as it was typed, and the run it asks for."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType

from cnilint import run
from cnilint.budget import Budget
from cnilint.config.options import Settings
from cnilint.config.settings import settings
from cnilint.errors import UsageError
from cnilint.progress import Progress, unseen
from cnilint.run import Run
from cnilint.start import NamedTuple
from cnilint.streams import say
from cnilint.syntax.collect import STANDARD_INPUT


class Request(NamedTuple):
    """The arguments of a command, such as paths, and the options that were given, by their names.

    The names are those of the entries in the table of options.
    """

    arguments: Sequence[str] = ()
    options: Mapping[str, object] = {}

    @property
    def file(self) -> str | None:
        """The file of settings: one that is named, None for the nearest one, empty for none."""
        named, none = self.options.get("config"), self.options.get("no_config")
        if named is not None and none:
            raise UsageError("--config and --no-config: one of them")
        return "" if none else None if named is None else str(named)

    def settings(self) -> Settings:
        """Return the settings this leads to; ConfigurationError for one that is wrong."""
        return settings(self.options, os.environ, self.file, self.arguments)

    def run(self, chosen: Settings | None = None, *, judged: bool = True) -> Run:
        """Return the run over these paths that settings ask for (by themselves: its own)."""
        chosen = self.settings() if chosen is None else chosen
        return run.asked(self.arguments, chosen, _stdin, judged=judged)


@contextmanager
def working(wanted: Run) -> Iterator[Run]:
    """Yield a run that shows how far it has come, and that is interrupted once its time is up.

    Whatever it is at then is given up, and the rest of it sees for itself that no time is left. If
    it has still not come to an end after `LAST_CALL`, it is ended with OutOfTimeError.
    """
    with progress(wanted) as shown, _alarm(wanted.surroundings.budget):
        yield wanted.shown_by(shown)


LAST_CALL = 10.0
"""Seconds in which a run that is interrupted has to come to its end."""


@contextmanager
def _alarm(budget: Budget) -> Iterator[None]:
    """Interrupt what is done in the meantime when the time is up; where the system can do that."""
    if budget.left == float("inf") or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        budget.check()

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(budget.left, 0) + 0.5, LAST_CALL)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def progress(wanted: Run) -> AbstractContextManager[Progress]:
    """Return what shows how far a run has come, where a person is looking."""
    typing = STANDARD_INPUT in wanted.paths and sys.stdin is not None and sys.stdin.isatty()
    silent = wanted.settings.no_progress or typing
    if not silent and sys.stderr is not None and sys.stderr.isatty():
        from cnilint.report.terminal.progress import is_watched, progress_on

        if is_watched(sys.stderr, os.environ):
            return progress_on(sys.stderr)
    return nullcontext(unseen)


def _stdin() -> bytes:
    """Return what standard input has; a person is told that it is read."""
    if sys.stdin is None:
        raise UsageError("there is no standard input to read")
    if sys.stdin.isatty():
        say("reading standard input; end it with Ctrl-D")
    return sys.stdin.buffer.read()
