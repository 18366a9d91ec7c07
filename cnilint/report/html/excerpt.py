"""Part of a source text as HTML, with a span marked in it."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.model.text import Source, Span
from cnilint.report.terminal.excerpt import HEAD, MOST_LINES

from .markup import Markup, joined, tag

MOST_CHARACTERS = 400
"""Of a line before what is marked, of the mark, and behind it; an ellipsis stands for the rest."""


def marked(source: Source, span: Span, class_: str = "excerpt") -> Markup:
    """Return the lines a span touches, numbered, with the one before and the one after.

    Any span of any text will do: what lies outside the text is taken as its end.
    """
    start = min(max(span.start, 0), len(source.text))
    end = min(max(span.end, start), len(source.text))
    first, last = source.position(start).line, source.position(max(start, end - 1)).line
    label = f"{source.path}, line {first}"
    low = start - _line_offset(source, start)
    high = end - _line_offset(source, max(start, end - 1))
    parts = []
    for number in _numbers(source, first, last):
        if isinstance(number, range):
            parts.append(tag("span", f"… {len(number)} lines\n", class_="left-out"))
            continue
        line = source.line(number)
        begin = low if number == first else 0
        stop = high if number == last else len(line)
        inside = first <= number <= last
        parts.append(tag("span", str(number), class_="number"))
        parts.append(_cut(line, begin, stop) if inside else joined([_head(line)]))
        parts.append(Markup("\n"))
    return tag(
        "pre", tag("code", *parts), class_=class_, tabindex=0, role="group", aria_label=label
    )


def _line_offset(source: Source, offset: int) -> int:
    """Return the offset of the first character that `Source.line` keeps of an offset's line."""
    start = source.line_start(offset)
    while source.text.startswith("\ufeff", start):
        start += 1
    return start


def _cut(line: str, begin: int, stop: int) -> Markup:
    """Return a line with a stretch of it marked; nothing is marked by an empty mark."""
    begin = min(max(begin, 0), len(line))
    stop = min(max(stop, begin), len(line))
    mark = tag("mark", _head(line[begin:stop]) or " ")
    return joined([_tail(line[:begin]), mark, _head(line[stop:])])


def _numbers(source: Source, first: int, last: int) -> Iterator[int | range]:
    """Yield the numbers of the lines to show, and those left out as a range."""
    total = source.position(len(source.text)).line
    if first > 1 and source.line(first - 1).strip():
        yield first - 1
    if last - first >= MOST_LINES:
        yield from range(first, first + HEAD)
        yield range(first + HEAD, last)
        yield last
    else:
        yield from range(first, last + 1)
    if last < total and source.line(last + 1).strip():
        yield last + 1


def _head(line: str) -> str:
    return line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]}…"


def _tail(line: str) -> str:
    return line if len(line) <= MOST_CHARACTERS else f"…{line[-MOST_CHARACTERS:]}"
