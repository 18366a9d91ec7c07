"""A check that is made again whenever one of its files changes, until Ctrl-C."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from cnilint.config.location import NAMES, OTHER_NAMES, PYPROJECT, nearest, nearest_folder
from cnilint.config.options import Settings
from cnilint.errors import CnilintError, ExitCode, NothingReadError, UsageError
from cnilint.start import NamedTuple
from cnilint.streams import say, tell
from cnilint.syntax.collect import STANDARD_INPUT, WILDCARDS, is_collected

from . import outputs
from .request import Request

Check = Callable[[Request], ExitCode]
"""What is done whenever something changed."""

CLEAR = "\x1b[H\x1b[2J\x1b[3J"
"""To the top, and empty: the screen, and what was scrolled out of it."""

LISTENING = 100
"""Milliseconds between two looks at single files; what is in folders is heard of at once."""

MOST_NAMES = 3
"""Of changed files that are named."""


class Watched(NamedTuple):
    """What a check depends on: folders with all below, and single files; all paths are absolute.

    `own` are the files that a check itself writes.
    """

    folders: frozenset[str]
    files: frozenset[str]
    own: frozenset[str]

    def counts(self, path: str) -> bool:
        """Whether a change in a folder asks for another check."""
        if path in self.own:
            return False
        inside = (
            path[len(start) :]
            for start in (os.path.join(folder, "") for folder in self.folders)
            if path.startswith(start)
        )
        return any(map(_is_read, inside))

    def stamps(self) -> dict[str, object]:
        """Return what tells of each single file whether it is still the same."""
        return {path: _stamp(path) for path in self.files}


def watch(request: Request, check: Check) -> ExitCode:
    """Check, and check again whenever something changes; only Ctrl-C ends it.

    What is wrong at the start, other than that there is nothing to read yet, is raised; later on it
    is told, and the next change is waited for. UsageError without the package `watchfiles`, and for
    standard input, which can be read only once.
    """
    if STANDARD_INPUT in request.arguments:
        raise UsageError("--watch and -: standard input can be read only once")
    watched = _watched(request)
    heard = _listener(watched.folders)
    gc.enable()  # this is no short run
    next(heard)  # from now on nothing is missed, not even what changes during a check
    stamps = watched.stamps()
    _again(request, check, first=True)
    last = time.time()
    for paths in heard:
        changed = {path for path in paths if watched.counts(path)}
        changed |= {path for path, stamp in stamps.items() if stamp != _stamp(path)}
        if request.options.get("fix"):  # what the check itself fixed is not news
            changed = {path for path in changed if _time_of(path) > last}
        if changed:
            if sys.stdout is not None and sys.stdout.isatty():
                tell(CLEAR)
            say(f"{_named(sorted(changed))} changed")
            watched = _watched(request)
            stamps = watched.stamps()
            _again(request, check)
            last = time.time()
    return ExitCode.OK


def _again(request: Request, check: Check, *, first: bool = False) -> None:
    """Check once; what goes wrong is raised the first time, and told later."""
    try:
        check(request)
    except CnilintError as error:
        if first and not isinstance(error, NothingReadError):
            raise
        say(f"error: {error}")
    except Exception as error:
        if first or os.environ.get("CNILINT_DEBUG") == "1":
            raise
        say(f"error: {type(error).__name__}: {error}")
    say(f"watching {', '.join(request.arguments) or 'the current folder'}; Ctrl-C ends it")


def _listener(folders: Iterable[str]) -> Iterator[set[str]]:
    """Yield the paths in some folders that changed, and often that there is none."""
    try:
        from watchfiles import watch as listen
    except ImportError:
        raise UsageError(
            "--watch needs the package watchfiles: pip install 'cnilint[watch]'"
        ) from None
    heard = listen(
        *sorted(folders), watch_filter=None, rust_timeout=LISTENING, yield_on_timeout=True
    )
    return ({path for _kind, path in found} for found in heard)


def _watched(request: Request) -> Watched:
    """Return what a check of these paths depends on, as far as the settings can be read."""
    paths = request.arguments or ["."]
    # a file that is named stays one while an editor has put it away
    files = {path for path in paths if WILDCARDS.isdisjoint(path) and not os.path.isdir(path)}
    folders = {_base(path) for path in paths if path not in files}
    own: set[str] = set()
    try:
        chosen = request.settings()
    except CnilintError:
        files.add(request.file or nearest(request.arguments) or NAMES[0])
    else:
        files |= _of_settings(chosen)
        own = {one.path for one in outputs.outputs(chosen.output_format) if one.path}
    return Watched(*(frozenset(map(os.path.abspath, each)) for each in (folders, files, own)))


def _of_settings(chosen: Settings) -> set[str]:
    """Return the files that settings are from or name."""
    named = [chosen.file or NAMES[0], chosen.baseline]
    named += [text.partition("=")[2] for text in chosen.host_files]
    return {path for path in named if path}


def _base(path: str) -> str:
    """Return the folder that holds all a path or a pattern stands for."""
    steps = path.split("/")
    plain = next((at for at, step in enumerate(steps) if WILDCARDS & set(step)), len(steps))
    return nearest_folder("/".join(steps[:plain]) or ("/" if path.startswith("/") else "."))


def _is_read(path: str) -> bool:
    """Whether a check of a folder reads a file in it, or takes settings from it."""
    steps = path.split(os.sep)
    if steps[-1] in (*NAMES, *OTHER_NAMES, PYPROJECT):
        return True
    hidden = any(step.startswith(".") for step in steps)
    return not hidden and is_collected(path)


def _stamp(path: str) -> object:
    """Return what is another one when a file was changed or replaced; None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _time_of(path: str) -> float:
    """Return when a file was changed; one that is gone has just been."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return time.time()


def _named(paths: Sequence[str]) -> str:
    names = [os.path.relpath(path) for path in paths[:MOST_NAMES]]
    more = len(paths) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
