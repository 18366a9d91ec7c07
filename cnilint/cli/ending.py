"""How a run ends: with an exit code, whatever happens, and never in a traceback by itself."""

from __future__ import annotations

import os
from collections.abc import Callable

from cnilint.errors import CnilintError, ExitCode
from cnilint.streams import say


def ended(work: Callable[[], int]) -> int:
    """Do some work and return its exit code; what goes wrong is said on standard error.

    With `CNILINT_DEBUG=1` a fault of cnilint is raised, so that one sees where it happened.
    """
    try:
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
