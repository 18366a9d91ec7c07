"""How a run ends: with an exit code, whatever happens, and never in a traceback by itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cnilint.errors import CnilintError, ExitCode
from cnilint.streams import say


def ended(work: Callable[[], int]) -> int:
    """Do some work and return its exit code; what goes wrong is said on standard error.

    SIGTERM is as Ctrl-C. With `CNILINT_DEBUG=1` a fault of cnilint is raised, so that one sees
    where it happened.
    """
    try:
        with _term_as_ctrl_c():
            return work()
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except CnilintError as error:
        say(f"error: {error}")
        return error.exit_code
    except Exception as error:
        if os.environ.get("CNILINT_DEBUG") == "1":
            raise
        say(f"error: {type(error).__name__}: {error}")
        say("this is a fault of cnilint; CNILINT_DEBUG=1 shows where it happened")
        return ExitCode.ERROR


@contextmanager
def _term_as_ctrl_c() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt, unless it is handled or ignored already."""
    try:
        found = signal.getsignal(signal.SIGTERM)
        is_ours = found is signal.SIG_DFL
        if is_ours:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
    except ValueError:  # signals are for the main thread
        is_ours = False
    try:
        yield
    finally:
        if is_ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
