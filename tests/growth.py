"""How the time that a pattern takes grows with the text, on texts that make it try much."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from time import thread_time
from types import FrameType
from typing import Any

Tokens = Any  # what re makes of a pattern has no types

ALPHABET = " \n\taZ09_-./:\"'\\#{}[](),;$&|<>=%*+?!@~^`\u00e9\x00"
ENDS = ("", "\x00", "\n!")
SHORT, LONG = 2_000, 8_000
LINEAR = 9
"""Times over that a text four times as long may take; sixteen is what a square takes."""
SOON = 0.01
"""Seconds in which a long text is done with, however its time grows."""
NEVER = 1.0


class TooLongError(Exception):
    """A pattern is still at it."""


def growth(pattern: re.Pattern[str], use: Callable[[str], object]) -> tuple[float, str]:
    """Return how many times longer than its quarter a long text takes, and its beginning.

    Nothing where that is as many times as it is longer, whatever the text. `use` is what is done
    with a text.
    """
    for short, long in zip(texts(pattern, SHORT), texts(pattern, LONG), strict=True):
        for _again in range(3):  # what else the machine does is not to count
            many = seconds(use, long)
            if many < SOON:
                break
            if many >= NEVER:
                return NEVER / SOON, long[:40]
            times = many / max(seconds(use, short), SOON / 16)
            if times < LINEAR:
                break
        else:
            return times, long[:40]
    return 0.0, ""


def seconds(use: Callable[[str], object], text: str) -> float:
    """Return the time that is spent on a text, `NEVER` for one that is given up."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, NEVER)
    start = thread_time()
    try:
        with suppress(TooLongError):
            use(text)
            return thread_time() - start
        return NEVER
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def texts(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """Yield texts of about a size: what a pattern repeats or begins with, over and over."""
    flags = pattern.flags
    tree = list(parser.parse(pattern.pattern, flags & ~re.UNICODE))
    pumps: dict[tuple[str, str], None] = {}
    for before, part in repeats(tree):
        for prefix in samples(before, flags, 2)[:3]:
            for pump in samples(part, flags):
                if pump:
                    pumps[prefix, pump] = None
                    pumps["", prefix + pump] = None
            if prefix:
                pumps["", prefix] = None
    for prefix, pump in islice(pumps, 16):
        for end in ENDS:
            yield prefix + pump * (size // len(pump)) + end


def samples(items: Tokens, flags: int, most: int = 4) -> list[str]:
    """Return a few texts that some parts of a pattern fit."""
    found = [""]
    for kind, value in items:
        ways = list(islice(_samples(kind, value, flags), most))
        found = list(dict.fromkeys(one + more for one in found for more in ways))[: most * 2]
    return found


def _samples(kind: object, value: Tokens, flags: int) -> Iterator[str]:
    match kind:
        case op.LITERAL:
            yield chr(value)
        case op.NOT_LITERAL:
            yield from islice((one for one in "a {" + ALPHABET if ord(one) != value), 3)
        case op.ANY:
            yield from "a{"
        case op.IN:
            fits = re.compile(_class(value), flags & re.ASCII)
            yield from islice((one for one in ALPHABET if fits.match(one)), 3)
        case op.SUBPATTERN:
            yield from samples(value[3], flags)
        case op.ATOMIC_GROUP:
            yield from samples(value, flags)
        case op.BRANCH:
            for one in value[1]:
                yield from samples(one, flags, 2)
        case op.MAX_REPEAT | op.MIN_REPEAT | op.POSSESSIVE_REPEAT:
            least, _most, inner = value
            for one in samples(inner, flags):
                yield one * max(least, 1)
            if least == 0:
                yield ""
        case _:
            yield ""


_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}


def _class(items: Tokens) -> str:
    """Return a class of characters as it is written, of what it was parsed into."""
    text = ""
    for kind, value in items:
        match kind:
            case op.NEGATE:
                text += "^"
            case op.LITERAL:
                text += re.escape(chr(value))
            case op.RANGE:
                text += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
            case op.CATEGORY:
                text += _CATEGORIES[value]
    return f"[{text}]"


def repeats(items: Tokens) -> Iterator[tuple[Tokens, Tokens]]:
    """Yield the parts of a pattern that are repeated, each with all that stands before it."""
    before: list[Tokens] = []
    for kind, value in items:
        inner: list[Tokens] = []
        match kind:
            case op.MAX_REPEAT | op.MIN_REPEAT | op.POSSESSIVE_REPEAT:
                if value[1] > 16:
                    yield list(before), value[2]
                inner = [value[2]]
            case op.SUBPATTERN:
                inner = [value[3]]
            case op.ATOMIC_GROUP:
                inner = [value]
            case op.BRANCH:
                inner = list(value[1])
            case op.ASSERT | op.ASSERT_NOT:
                inner = [value[1]]
        for one in inner:
            for prefix, part in repeats(one):
                yield [*before, *prefix], part
        before.append((kind, value))
