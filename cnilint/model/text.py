"""A source text and the places in it."""

from __future__ import annotations

from bisect import bisect_right

from cnilint.start import NamedTuple, dataclass, field, lazy_pattern

FOREIGN = lazy_pattern("[\\udc80-\\udcff]")
"""What stands in a text for a byte that is not UTF-8."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A text that was read, and the path it is reported under (`-` for standard input).

    `text` is the file as decoded: a byte-order mark is kept as its first character, and line ends
    are the file's own, so that writing `text` back gives the same bytes.
    """

    path: str
    text: str = field(repr=False)
    _starts: list[int] = field(default_factory=list, repr=False)

    def position(self, offset: int) -> Position:
        """Return the line and column of an offset. Only a line feed ends a line."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        start = starts[line - 1]
        if line == 1 and self.text.startswith("\ufeff"):
            start = min(1, offset)
        return Position(line, offset - start + 1)

    def line(self, number: int) -> str:
        """Return one line, counted from 1, without its line end."""
        starts = self._line_starts()
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
