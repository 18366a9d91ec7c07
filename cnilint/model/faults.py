"""What was not judged because it takes too much, or because cnilint fails on it."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

from cnilint.shown import one_line

from .location import Location
from .text import Source, Span
from .tree import Fault, SyntaxProblem

MOST_STEPS = 12
"""Of the way to where an exception was raised."""

_OURS = "cnilint"


class LimitError(Exception):
    """Something in a document takes more than a run may spend on it: the document is not read."""

    def __init__(self, reason: str, location: Location) -> None:
        """Take what is too much, as a clause, and where it stands."""
        super().__init__(reason)
        self.reason = reason
        self.location = location


def limit(source: Source, span: Span, reason: str) -> SyntaxProblem:
    """Return the problem of what is not judged because it takes too much."""
    return SyntaxProblem(source, span, "limit", reason)


def fault(source: Source, span: Span, error: BaseException, doing: str = "") -> SyntaxProblem:
    """Return the problem of what is not judged because cnilint fails on it; of what kind it was.

    `doing` is the rule or the fix that was at work; nothing where a document was being read.
    """
    told = Fault(type(error).__name__, tuple(trail(error.__traceback__))[-MOST_STEPS:], doing)
    return SyntaxProblem(source, span, "fault", one_line(str(error)), fault=told)


def trail(traceback: TracebackType | None) -> Iterator[str]:
    """Yield the steps to where an exception was raised, as `module:line function`, ours alone."""
    while traceback is not None:
        frame = traceback.tb_frame
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] == _OURS:
            yield f"{module}:{traceback.tb_lineno} {frame.f_code.co_name}"
        traceback = traceback.tb_next
