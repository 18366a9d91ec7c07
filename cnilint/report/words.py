"""Small pieces of text that reports share."""

from __future__ import annotations

from cnilint.model.finding import Location


def place(location: Location) -> str:
    """Return a location in the form that editors and terminals make clickable."""
    position = location.source.position(location.span.start)
    return f"{location.source.path}:{position.line}:{position.column}"


def counted(number: int, word: str) -> str:
    """Return a number with its word: `no errors`, `1 error`, `2 errors`."""
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
