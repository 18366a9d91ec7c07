"""How far a run has come, for whoever wants to show it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Takes what is being worked on, how many of it are done, and how many there are (0: not known)."""


def unseen(_what: str, _done: int, _total: int) -> None:
    """Show it to nobody."""
