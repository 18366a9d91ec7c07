"""A source text and the places in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from cnilint.start import NamedTuple, dataclass, field, lazy_pattern

FOREIGN = lazy_pattern("[\\udc80-\\udcff]")
"""What stands in a text for a byte that is not UTF-8."""


GAP = "\0"
"""What stands in a text for lines that are not held of it: no text that is read has it."""


class NotHeld(NamedTuple):
    """Lines of a file that its text does not hold: where they are in its bytes.

    `lines` are the line feeds in there, `documents` the documents, but for those that the text has
    the beginning or the end of.
    """

    start: int
    end: int
    lines: int
    documents: int


Reader: TypeAlias = "Callable[[int, int], bytes]"
"""Returns what stands between two offsets of a file."""

Original: TypeAlias = "Callable[[], AbstractContextManager[Reader]]"
"""Opens the bytes that a text was read from; OSError, also from reading, if they are others now."""


class Position(NamedTuple):
    """A place as a person reads it: line and column, both from 1, columns in code points."""

    line: int
    column: int


class Span(NamedTuple):
    """A stretch of a source text: half-open, in code points from its start."""

    start: int
    end: int

    def covers(self, other: Span) -> bool:
        """Whether another span lies wholly inside this one."""
        return self.start <= other.start and other.end <= self.end


class _LeftOut(NamedTuple):
    """The lines of a gap: the one it has in the text that is held, and its first and last.

    `total` are the lines that are left out there and above.
    """

    held: int
    first: int
    last: int
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A text that was read, and the path it is reported under (`-` for standard input).

    `text` is the file as decoded: a byte-order mark is kept as its first character, and line ends
    are the file's own, so that writing `text` back gives the same bytes. Of a large file it may
    hold a part: a `GAP` in the text for each of the `gaps` of the `original`. Places are those in
    the file all the same.
    """

    path: str
    text: str = field(repr=False)
    gaps: tuple[NotHeld, ...] = field(default=(), repr=False)
    original: Original | None = field(default=None, repr=False)
    _starts: list[int] = field(default_factory=list, repr=False)
    _lines_left_out: list[_LeftOut] = field(default_factory=list, repr=False)

    def changed(self, text: str) -> Source:
        """Return the same source with another text, in which the gaps are the same."""
        return Source(self.path, text, self.gaps, self.original)

    def position(self, offset: int) -> Position:
        """Return the line and column of an offset. Only a line feed ends a line."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        start = starts[line - 1]
        if line == 1 and self.text.startswith("\ufeff"):
            start = min(1, offset)
        left_out = self._left_out()
        above = bisect_left(left_out, line, key=_held)
        left = left_out[above - 1].total if above else 0
        return Position(line + left, offset - start + 1)

    def line(self, number: int) -> str:
        """Return one line, counted from 1, without its line end; nothing of one not held."""
        starts = self._line_starts()
        left_out = self._left_out()
        above = bisect_right(left_out, number, key=_first)
        if above:
            nearest = left_out[above - 1]
            if number <= nearest.last:
                return ""
            number -= nearest.total
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r").lstrip("\ufeff")

    def line_start(self, offset: int) -> int:
        """Return the offset at which the line of an offset begins."""
        starts = self._line_starts()
        return starts[bisect_right(starts, offset) - 1]

    def _line_starts(self) -> list[int]:
        if not self._starts:
            self._starts.append(0)
            at = self.text.find("\n")
            while at != -1:
                self._starts.append(at + 1)
                at = self.text.find("\n", at + 1)
        return self._starts

    def _left_out(self) -> list[_LeftOut]:
        """Return where the gaps stand, worked out once."""
        if self.gaps and not self._lines_left_out:
            total = at = 0
            for gap in self.gaps:
                at = self.text.index(GAP, at) + 1
                held = bisect_right(self._line_starts(), at - 1)
                first = held + total
                total += gap.lines
                self._lines_left_out.append(_LeftOut(held, first, first + gap.lines, total))
        return self._lines_left_out


def _held(one: _LeftOut) -> int:
    return one.held


def _first(one: _LeftOut) -> int:
    return one.first
