"""The command line: options in, a report on standard output, an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cnilint import __version__
from cnilint.errors import ExitCode
from cnilint.streams import aside, say, tell

from .arguments import spread, told
from .ending import ended
from .parser import Mistake, application
from .request import Request


def version(_request: Request) -> ExitCode:
    """Print the version."""
    tell(f"cnilint {__version__}\n")
    return ExitCode.OK


def run() -> int:
    """Run the command line; return the exit code. Nothing ends in a traceback by itself."""
    try:
        return ended(lambda: _run(sys.argv[1:]))
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):
            return ExitCode.OK  # the reader of what typer printed went away
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)


def _run(words: Sequence[str]) -> int:
    """Run a command line to its end; return the exit code."""
    if words[:1] in (["--show-completion"], ["--install-completion"]) and words[1:]:
        # as typer takes the name of a shell only where it does not look for it by itself
        os.environ["_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"] = "1"
    try:
        code = application(words)(spread(words), prog_name="cnilint", standalone_mode=False)
    except Mistake as mistake:
        if type(mistake).__name__ == "NoArgsIsHelpError":
            mistake.show()
        else:
            say(f"error: {told(mistake)}")
        return ExitCode.ERROR
    if code == ExitCode.INTERRUPTED and sys.stderr is not None and sys.stderr.isatty():
        aside("\n")  # behind the ^C that the terminal shows
    return code if isinstance(code, int) else ExitCode.OK
