"""The ways a run can fail, and the exit codes of the command.

A text that cannot be read is a value in the stream, not an exception: what is raised here means
that the tool was used wrongly or is wrong itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import IntEnum

LOOKALIKES = str.maketrans("ol", "01")

MOST_FOLDERS = 300
"""That are looked into for a path that is not there."""


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


def reason_of(error: OSError | ValueError) -> str:
    """Return why something could not be read, without its path."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


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


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return `, did you mean '...'?` with the known word that is nearest, or nothing."""
    near = nearest_word(word, known, cutoff)
    return f", did you mean {near!r}?" if near else ""


def nearest_word(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known word that is nearest, in whatever case, or nothing.

    Of several that are equally near it is the one with most letters in their places: `CNI1O1` is
    CNI101.
    """
    from difflib import SequenceMatcher, get_close_matches

    by_lower = {each.lower(): each for each in known}
    lower = word.lower()
    near = get_close_matches(lower, by_lower, len(by_lower) or 1, cutoff)
    if not near:
        return ""

    def likeness(other: str) -> tuple[float, int]:
        alike = SequenceMatcher(None, other, lower).ratio()  # as get_close_matches compares them
        looks = (each.translate(LOOKALIKES) for each in (other, lower))
        return alike, sum(map(str.__eq__, *looks))

    return by_lower[max(near, key=likeness)]


def near_path(path: str) -> str:
    """Return `, did you mean '...'?` with the path that may have been meant, or nothing.

    Each step may be misspelt; or what is meant lies some folders further down.
    """
    found = _respelt(path) or _further_down(path)
    return f", did you mean {found!r}?" if found else ""


def _respelt(path: str) -> str:
    """Return a path there is, with the name nearest to each step that is not there."""
    found = "/" if path.startswith("/") else ""
    for step in os.path.normpath(path).strip("/").split("/"):
        name = step
        if not os.path.lexists(os.path.join(found, step)):
            name = nearest_word(step, _names_in(found))
            if not name:
                return ""
        found = os.path.join(found, name)
    return found


def _further_down(path: str) -> str:
    """Return the first path below the working directory that ends as a path does.

    Only so many folders are looked into: it is to help, not to be waited for.
    """
    folders, wanted = [""], os.path.normpath(path)
    if os.path.isabs(path) or wanted.startswith(".."):
        return ""
    for at in range(MOST_FOLDERS):
        if at == len(folders):
            break
        below = sorted(name for name in _names_in(folders[at]) if not name.startswith("."))
        for name in below:
            inside = os.path.join(folders[at], name)
            if os.path.isdir(inside) and not os.path.islink(inside):
                if os.path.lexists(os.path.join(inside, wanted)):
                    return os.path.join(inside, wanted)
                folders.append(inside)
    return ""


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder or ".")
    except OSError:
        return []
