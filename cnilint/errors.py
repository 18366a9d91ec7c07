"""The ways a run can fail, and the exit codes of the command.

A text that cannot be read is a value in the stream, not an exception: what is raised here means
that the tool was used wrongly or is wrong itself.
"""

from __future__ import annotations

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
    """A rule, a catalog entry or a configuration file is wrong."""

    def __init__(self, path: str, place: str, reason: str) -> None:
        """Take the file, what in it is wrong (may be empty) and why."""
        super().__init__(": ".join(part for part in (path, place, reason) if part))
        self.path = path
        self.place = place
        self.reason = reason
