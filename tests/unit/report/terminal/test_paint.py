"""Colours and symbols: when there are any, and that they change nothing else."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.report.terminal.paint import STYLES, SYMBOLS, WIDTH, Line, Paint, paint_for

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
LINES = st.lists(st.lists(st.tuples(st.text(), st.sampled_from(sorted(STYLES)))))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Encoded(io.StringIO):
    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding


@pytest.mark.parametrize(
    ("terminal", "environ", "color"),
    [
        (True, {}, True),
        (True, {"TERM": "xterm-256color"}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (True, {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        (False, {}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (False, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_when_there_are_colors(terminal: bool, environ: dict[str, str], color: bool) -> None:
    stream = Terminal() if terminal else io.StringIO()
    assert paint_for(stream, environ).color is color


@pytest.mark.parametrize(
    ("encoding", "symbols"),
    [("utf-8", True), ("utf-16", True), ("ascii", False), ("latin-1", False), ("nonsense", False)],
)
def test_symbols_need_an_encoding_that_has_them(encoding: str, symbols: bool) -> None:
    assert paint_for(Encoded(encoding), {}).symbols is symbols


def test_without_a_terminal_the_width_is_fixed() -> None:
    assert paint_for(io.StringIO(), {}).width == WIDTH
    assert paint_for(Terminal(), {}).width == WIDTH, "it has no file descriptor to ask"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
@pytest.mark.parametrize(("size", "width"), [(123, 123), (0, WIDTH), (7, 40)])
def test_a_terminal_is_asked_for_its_width(size: int, width: int) -> None:
    import fcntl
    import struct
    import termios

    one, other = os.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, size, 0, 0))
    with os.fdopen(other, "w", encoding="utf-8") as stream, os.fdopen(one):
        assert paint_for(stream, {}).width == width


@given(LINES, st.booleans())
def test_colors_change_nothing_but_colors(lines: list[Line], symbols: bool) -> None:
    plain = Paint(color=False, width=80, symbols=symbols).render(lines)
    colored = Paint(color=True, width=80, symbols=symbols).render(lines)
    assert ESCAPES.sub("", colored) == plain


@given(LINES)
def test_a_line_in_is_a_line_out(lines: list[Line]) -> None:
    shown = Paint(color=False, width=80).render(lines)
    assert shown.count("\n") == len(lines)
    assert not shown or shown.endswith("\n")
    assert not re.search(r" $", shown, re.MULTILINE)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_is_one_that_rich_knows(style: str) -> None:
    shown = Paint(color=True, width=80).render([[("text", style)]])
    assert ("\x1b[" in shown) is bool(STYLES[style])


def test_our_symbols_have_ascii_of_the_same_length() -> None:
    shown = Paint(color=False, width=80, symbols=False).render([[(SYMBOLS, "")]]).rstrip("\n")
    assert shown.isascii()
    assert len(shown) == len(SYMBOLS)


def test_a_run_without_colors_does_not_load_rich() -> None:
    program = """\
import sys
from cnilint.report import concise, json_
from cnilint.report.terminal import findings, inspect
from cnilint.report.terminal.paint import Paint
Paint(False, 80).render([[("x", "error")]])
assert not [name for name in sys.modules if name.split(".")[0] == "rich"]
Paint(True, 80).render([[("x", "error")]])
assert "rich.style" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
