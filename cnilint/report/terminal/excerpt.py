"""Part of a source text with a span marked in it, as it stands there, clipped to the width."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from cnilint.model.text import Source, Span
from cnilint.report.glyphs import columns, glyphs
from cnilint.shown import visible
from cnilint.start import NamedTuple

from .layout import wrapped
from .paint import Line, Paint

MOST_LINES = 6
"""A span over more lines than that is shown by its first HEAD lines and its last one."""

HEAD = 3

LEAST_ROOM = 16
"""Columns a source line always has, however narrow the terminal is."""


def gutter_width(source: Source, span: Span) -> int:
    """Return how many digits the line numbers of an excerpt may take."""
    return len(str(_lines(source, _within(source, span))[1] + 1))


class MarkStyle(NamedTuple):
    """How a span is marked: below a line, with `label` behind the marks.

    `context` adds the line before and the one after.
    """

    style: str
    mark: str = "^"
    label: str = ""
    context: bool = False


def excerpt(
    source: Source, span: Span, paint: Paint, gutter: int, look: MarkStyle
) -> Iterator[Line]:
    """Yield the lines of an excerpt, under line numbers `gutter` digits wide.

    A bracket marks a span over several lines. Any span of any text will do: what lies outside the
    text is taken as its end.
    """
    style, mark, label, context = look
    span = _within(source, span)
    first, last = _lines(source, span)
    room = max(paint.width - gutter - 3, LEAST_ROOM)
    label = visible(label, symbols=paint.symbols)
    if first != last:
        yield from _block(source, (first, last), room, paint, gutter, style)
        yield from _below(label, room, gutter, style)
        return
    if context:
        yield from _context(source, first - 1, room, paint, gutter)
    hidden = _line_offset(source, span.start)
    text, indent, width = clipped(
        source.line(first), (span.start - hidden, span.end - hidden), room, symbols=paint.symbols
    )
    yield _numbered(first, gutter, text)
    marks = " " * indent + mark * max(width, 1)
    if columns(marks) + 1 + columns(label) <= room:
        yield [*margin(gutter), (f"{marks} {label}", style)]
    else:
        yield [*margin(gutter), (marks, style)]
        yield from _below(label, room, gutter, style)
    if context:
        yield from _context(source, first + 1, room, paint, gutter)


def margin(gutter: int) -> Line:
    """Return the line that stands between an excerpt and what is around it."""
    return [(" " * gutter + " │ ", "rule")]


def clipped(
    line: str, marked: tuple[int, int], room: int, *, symbols: bool
) -> tuple[str, int, int]:
    """Return what is shown of a line in `room` columns, and the column and width of the mark.

    `marked` are two offsets in the line. What is cut off is shown by an ellipsis.
    """
    first, last = (min(max(offset, 0), len(line)) for offset in marked)
    # Of a very long line only the surroundings of the mark are looked at.
    before = max(0, first - 2 * room)
    after = min(last, first + 2 * room) + 2 * room
    shown = list(glyphs(line[before:after], symbols=symbols))
    at = [0, *accumulate(width for _, width in shown)]
    start, end = at[first - before], at[min(last - before, len(shown))]
    whole = "".join(text for text, _ in shown)
    # One column is kept for a mark behind the last character.
    if at[-1] < room and before == 0 and after >= len(line):
        return whole, start, end - start
    left = _left(start, end, at[-1], room)
    if before:
        left = max(left, 1)
    head = 1 if left else 0
    tail = 1 if at[-1] > left + room or after < len(line) else 0
    kept = [
        index
        for index in range(len(shown))
        if at[index] >= left + head and at[index + 1] <= left + room - tail
    ]
    if not kept:
        return "…", 0, 1
    filler = " " * (at[kept[0]] - left - head)
    text = "".join(shown[index][0] for index in kept)
    low, high = at[kept[0]] - left, at[kept[-1] + 1] - left
    start, end = (min(max(column - left, low), high) for column in (start, end))
    return f"{'…' * head}{filler}{text}{'…' * tail}", start, end - start


def _left(start: int, end: int, total: int, room: int) -> int:
    """Return the first column to show: 0 if that shows the mark, else the mark in the middle."""
    if end < room:
        return 0
    spare = max(0, room - (end - start)) // 2
    return min(max(0, start - max(spare, 2)), max(0, total - room + 1))


def _within(source: Source, span: Span) -> Span:
    """Return a span of the text: one that lies outside is empty, at its end."""
    start = min(max(span.start, 0), len(source.text))
    return Span(start, min(max(span.end, start), len(source.text)))


def _lines(source: Source, span: Span) -> tuple[int, int]:
    """Return the first and the last line a span touches; a line end belongs to its line."""
    last = max(span.start, span.end - 1)
    return source.position(span.start).line, source.position(last).line


def _line_offset(source: Source, offset: int) -> int:
    """Return the offset of the first character that `Source.line` keeps of an offset's line."""
    start = source.line_start(offset)
    while source.text.startswith("\ufeff", start):
        start += 1
    return start


def _context(source: Source, number: int, room: int, paint: Paint, gutter: int) -> Iterator[Line]:
    if 1 <= number <= source.position(len(source.text)).line and source.line(number).strip():
        text, _, _ = clipped(source.line(number), (0, 0), room, symbols=paint.symbols)
        yield _numbered(number, gutter, text)


def _below(label: str, room: int, gutter: int, style: str) -> Iterator[Line]:
    lines = wrapped(label, room) if label else ()
    yield from ([*margin(gutter), (line, style)] for line in lines)


def _block(
    source: Source, lines: tuple[int, int], room: int, paint: Paint, gutter: int, style: str
) -> Iterator[Line]:
    first, last = lines
    elided = range(first + HEAD, last) if last - first >= MOST_LINES else range(0)
    for number in range(first, last + 1):
        if number in elided:
            if number == elided.start:
                count = (f"… {len(elided)} lines", "faint")
                yield [(" " * gutter + " ⋮ ", "rule"), ("│ ", style), count]
            continue
        bracket = {first: "╭ ", last: "╰ "}.get(number, "│ ")
        text, _, _ = clipped(source.line(number), (0, 0), room - 2, symbols=paint.symbols)
        yield [*_number(number, gutter), (bracket, style), (text, "")]


def _number(number: int, gutter: int) -> Line:
    return [(f"{number:>{gutter}} │ ", "rule")]


def _numbered(number: int, gutter: int, text: str) -> Line:
    return [*_number(number, gutter), (text, "")]
