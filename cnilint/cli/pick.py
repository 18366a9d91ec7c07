"""The command `pick`: what the runtime and Multus take from a directory as it lies."""

from __future__ import annotations

import os
import stat

from cnilint.catalog.release import shown
from cnilint.confine import Bounds, read_file, read_text
from cnilint.errors import ExitCode, ReadError, UsageError, near_path, reason_of
from cnilint.report.terminal.pick import Picks, pick_json, pick_text
from cnilint.start import NamedTuple
from cnilint.streams import tell
from cnilint.upstream.looks import looks
from cnilint.upstream.multus_releases import NEWEST
from cnilint.upstream.runtimes import EXTENSIONS

from .outputs import paint
from .request import Request

SELECTORS = ("containerd", "cri-o", f"multus-thick@{shown(NEWEST)}")
"""The programs that are asked where nobody names one."""

DEEPEST = 2
"""Folders below the directory that are looked into: plugins of a network may stand in one."""

NOTHING = "(nothing)"
"""Stands for what is in a folder where nothing is known to be."""


class Lying(NamedTuple):
    """The files of a directory, and of what lies below it, by their names; why some are not read.

    Only what a program looks into is read: any other file has no text.
    """

    texts: dict[str, str]
    unread: dict[str, str]


def pick(request: Request) -> ExitCode:
    """Print what each program takes, and what it makes of each file.

    ReadError for what is no directory, UsageError for a program of which there is no model.
    """
    chosen, folder = request._replace(arguments=()).settings(), request.arguments[0]
    config = _text(chosen.daemon_config) if chosen.daemon_config else None
    lying = _lying(folder)
    try:
        found = [
            looks(selector, lying.texts, daemon_config=config)
            for selector in chosen.selectors or SELECTORS
        ]
    except ValueError as error:
        raise UsageError(f"--selector: {error}") from None
    picks = Picks(folder, lying.texts, lying.unread, tuple(found))
    tell(pick_json(picks) if chosen.text_format == "json" else pick_text(picks, paint()))
    return ExitCode.OK


def _text(path: str) -> str:
    try:
        return read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(path, reason_of(error)) from None


def _lying(folder: str) -> Lying:
    """Read a directory that may be a node's own, or somebody else's in a bundle.

    No link is followed out of it, unless it is in a repository that holds both.
    """
    found = Lying({}, {})
    bounds = Bounds([folder])
    pending = [("", 0)]
    while pending:
        inside, depth = pending.pop()
        try:
            with os.scandir(os.path.join(folder, inside)) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not inside:
                hint = "" if os.path.lexists(folder) else near_path(folder)
                raise ReadError(folder, reason_of(error) + hint) from None
            listed = []
        if inside and not listed:
            found.texts[f"{inside}/{NOTHING}"] = ""
        for entry in listed:
            name = f"{inside}/{entry.name}" if inside else entry.name
            if not entry.is_dir(follow_symlinks=False):
                _take(entry, name, bounds, found)
            elif depth < DEEPEST:
                pending.append((name, depth + 1))
            else:
                found.texts[f"{name}/{NOTHING}"] = ""
    return found


def _take(entry: os.DirEntry[str], name: str, bounds: Bounds, found: Lying) -> None:
    found.texts[name] = ""
    if not name.endswith(EXTENSIONS):
        return
    try:
        if entry.is_symlink() and not bounds.hold(entry.path):
            found.unread[name] = "a link that leads out of the directory"
        elif not stat.S_ISREG(os.stat(entry.path).st_mode):
            found.unread[name] = "not a file"
        else:
            # Go reads a byte that is no UTF-8 as the character for that
            found.texts[name] = read_file(entry.path).decode("utf-8", "replace")
    except OSError as error:
        found.unread[name] = reason_of(error)
