"""Small pieces of text that reports share."""

from __future__ import annotations

from cnilint.engine.result import Result
from cnilint.model.finding import Level, Location


def place(location: Location) -> str:
    """Return a location in the form that editors and terminals make clickable."""
    position = location.source.position(location.span.start)
    return f"{location.source.path}:{position.line}:{position.column}"


def counted(number: int, word: str) -> str:
    """Return a number with its word: `no errors`, `1 error`, `2 errors`."""
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def sum_of(result: Result) -> str:
    """Return how many findings a run has of each level, the worst first."""
    levels = (Level.ERROR, Level.WARNING, Level.NOTE)
    counts = [(result.count(level), level) for level in levels]
    words = [counted(count, str(level)) for count, level in counts if count]
    return ", ".join(words) or "no findings"
