"""The ways a run can fail, and the exit codes of the command.

A text that cannot be read is a value in the stream, not an exception: what is raised here means
that the tool was used wrongly or is wrong itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What the command tells the shell."""

    OK = 0
    FINDINGS = 1
    ERROR = 2
    NOTHING_READ = 3
    INTERRUPTED = 130


class CnilintError(Exception):
    """Anything cnilint raises on purpose; `exit_code` is what the command ends with."""

    exit_code = ExitCode.ERROR


class UsageError(CnilintError):
    """The command line or a call of the public interface asks for something impossible."""


class ReadError(CnilintError):
    """A path the user named cannot be read."""

    def __init__(self, path: str, reason: str) -> None:
        """Take the path as it was given and the reason without the path."""
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class NothingReadError(CnilintError):
    """The paths are fine, and there is not one document to look at."""

    exit_code = ExitCode.NOTHING_READ

    def __init__(self, paths: tuple[str, ...]) -> None:
        """Take the paths as they were given."""
        super().__init__(f"nothing to read in {', '.join(paths) or 'no paths'}")
        self.paths = paths


class RuleError(CnilintError):
    """A rule or a catalog entry is wrong."""

    def __init__(self, path: str, place: str, reason: str) -> None:
        """Take the file, what in it is wrong (may be empty) and why."""
        super().__init__(": ".join(part for part in (path, place, reason) if part))
        self.path = path
        self.place = place
        self.reason = reason


class ConfigurationError(CnilintError):
    """A setting is wrong: in a file, in the environment or among the options."""

    def __init__(self, place: str, reason: str) -> None:
        """Take where the setting stands (`FILE:LINE`, an option, a variable) and what is wrong."""
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean '...'?` with the known word that is nearest, or nothing."""
    from difflib import get_close_matches

    by_lower = {each.lower(): each for each in known}
    near = get_close_matches(word.lower(), by_lower, 1)
    return f", did you mean {by_lower[near[0]]!r}?" if near else ""
