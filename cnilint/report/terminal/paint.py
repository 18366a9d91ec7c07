"""Text for people is laid out in segments with names of styles; here it gets its colours."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TextIO

from cnilint.shown import inert, visible
from cnilint.start import dataclass

Segment = tuple[str, str]
"""A text and the name of its style (a key of STYLES)."""

Line = list[Segment]

STYLES = {
    "": "",
    "strong": "bold",
    "faint": "dim",
    "rule": "bright_blue",
    "path": "bold",
    "file": "cyan",
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "help": "bold cyan",
    "related": "cyan",
    "good": "bold green",
    "bad": "bold red",
}
"""The colours are the sixteen that a terminal's own theme defines."""

WIDTH = 100
"""The width where there is no terminal to ask."""

NARROWEST = 40

PROSE = 100
"""Sentences are no wider than that, however wide the terminal."""

SYMBOLS = "│╭╰─┄⋮…◂·→"


@dataclass(frozen=True, slots=True)
class Paint:
    """How text is put on a stream: with `color` or without, and how many columns there are.

    Without `symbols` nothing but ASCII comes out.
    """

    color: bool
    width: int
    symbols: bool = True

    @property
    def prose(self) -> int:
        """How wide a sentence may be."""
        return min(self.width, PROSE)

    def render(self, lines: Iterable[Line]) -> str:
        """Return lines as text: each ends with a newline, and no space is left before it."""
        return "".join(self._line(line) + "\n" for line in lines)

    def _line(self, line: Line) -> str:
        shown = [*self._shown(line)]
        while shown and not shown[-1][0].rstrip(" "):
            shown.pop()
        if shown:
            shown[-1] = (shown[-1][0].rstrip(" "), shown[-1][1])
        if not self.color:
            return "".join(text for text, _ in shown)
        return "".join(_colored(text, style) for text, style in shown)

    def _shown(self, line: Line) -> Iterator[Segment]:
        begins = True
        for text, style in line:
            shown = inert(visible(text, symbols=self.symbols), begins=begins)
            yield shown, style
            begins = begins and not shown.strip()


def paint_for(stream: TextIO, environ: Mapping[str, str]) -> Paint:
    """Return the paint that suits a stream.

    NO_COLOR turns colours off, FORCE_COLOR on (neither counts when empty); else a terminal has
    them unless it calls itself dumb. The width is the terminal's.
    """
    terminal = stream.isatty()
    if environ.get("NO_COLOR"):
        color = False
    else:
        color = bool(environ.get("FORCE_COLOR")) or (terminal and environ.get("TERM") != "dumb")
    return Paint(color, _width(stream) if terminal else WIDTH, _takes_symbols(stream))


def _width(stream: TextIO) -> int:
    try:
        found = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return WIDTH
    return max(found, NARROWEST) if found else WIDTH


def _takes_symbols(stream: TextIO) -> bool:
    """Whether a stream's encoding has our symbols; a stream without one takes any text."""
    try:
        SYMBOLS.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _colored(text: str, style: str) -> str:
    return _painter(STYLES[style])(text) if STYLES[style] else text


@cache
def _painter(definition: str) -> Callable[[str], str]:
    from rich.color import ColorSystem  # 40 ms that a run without colours does not pay for
    from rich.style import Style

    return partial(Style.parse(definition).render, color_system=ColorSystem.STANDARD)


def spaced(sections: Iterable[Sequence[Line]]) -> list[Line]:
    """Return sections one below the other with an empty line between; empty ones are left out."""
    lines: list[Line] = []
    for section in filter(None, sections):
        lines += [[], *section] if lines else section
    return lines
