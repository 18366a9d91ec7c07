"""Sentences and tables in the columns there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.report.glyphs import columns
from cnilint.shown import visible

from .paint import Line, Paint

LEAST_ROOM = 24
"""Columns a text always has behind what it hangs on."""


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines a text takes in a width.

    A word that is longer has a line of its own; a line that is indented is left as it is.
    """
    found: list[str] = []
    for paragraph in text.split("\n"):
        if paragraph.startswith(" "):
            found.append(paragraph)
            continue
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and columns(longer) > width:
                found.append(line)
                longer = word
            line = longer
        found.append(line)
    return found


def hanging(
    head: Line, text: str, style: str, paint: Paint, width: int | None = None
) -> Iterator[Line]:
    """Yield the lines of a text that stands behind a head, the later ones below its beginning.

    They are as wide as sentences are, or as `width` says.
    """
    text = "\n".join(visible(line, symbols=paint.symbols) for line in text.split("\n"))
    indent = sum(columns(visible(part, symbols=paint.symbols)) for part, _ in head)
    first, *others = wrapped(text, max((width or paint.prose) - indent, LEAST_ROOM))
    yield [*head, (first, style)]
    yield from ([(" " * indent, ""), (line, style)] for line in others)


def aligned(rows: Sequence[Sequence[str]], paint: Paint) -> list[list[str]]:
    """Return a table's cells as they are shown, padded to the widths of their columns."""
    shown = [[visible(cell, symbols=paint.symbols) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*shown, strict=True)]
    return [
        [cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)]
        for row in shown
    ]
