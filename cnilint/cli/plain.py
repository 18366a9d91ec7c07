"""A plain `cnilint check [PATH]...`, for which nothing that reads options is loaded.

That would be a sixth of a whole run on one manifest.
"""

from __future__ import annotations

from collections.abc import Sequence

from .ending import ended


def is_plain(words: Sequence[str]) -> bool:
    """Whether a command line is `check` with nothing but paths (`-` is one)."""
    options = (word for word in words if word.startswith("-") and word != "-")
    return words[:1] == ["check"] and next(options, None) is None


def run(paths: Sequence[str]) -> int:
    """Check paths with the settings that no option changes; return the exit code."""
    return ended(lambda: _check(paths))


def _check(paths: Sequence[str]) -> int:
    from .check import check_once
    from .request import Request

    return check_once(Request(tuple(paths)))
