"""Large files: read in blocks, and of the text only the documents held that matter.

A text that is held in part is one like any other (`Source`): what is left out of it are lines
between its documents, in whose place a `GAP` stands. Around each gap are as many lines as a report
shows beside a finding. Whoever writes such a text gets it whole, with the lines of the original.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator, Sequence

from cnilint.model.text import GAP, NotHeld, Reader, Source, Span
from cnilint.start import NamedTuple

from .collect import Large, Part
from .split import content_start, split

LINES_AROUND = 6
"""Lines that are held on each side of what is left out: more than any report shows."""

BLOCK = 1 << 20

_WORTH = 1024
"""Bytes for which a gap is made."""

_MARKER = b"\n---"
_OTHER_MARKS = (BOM_UTF16_LE, BOM_UTF16_BE)
"""What a file in UTF-16 or UTF-32 begins with, or has a NUL besides."""


class Block(NamedTuple):
    """Whole documents of a large file, and the offset in its bytes at which they begin."""

    start: int
    text: str


def blocks(large: Large) -> Iterator[Block | None]:
    """Yield what a file holds in blocks of whole documents; None where that cannot be told.

    A block ends before a marker, or with the file. None, and nothing more, for what is no UTF-8 by
    its mark or has a byte that no text has. OSError if it was changed.
    """
    start = behind = 0
    held = b""
    with large.original() as read:
        while behind < large.size:
            end = min(large.size, behind + max(BLOCK, len(held)))
            held += read(behind, end)
            behind = end
            if b"\0" in held or (not start and held.startswith(_OTHER_MARKS)):
                yield None
                return
            cut = _last_marker(held) if behind < large.size else len(held)
            if cut:
                yield Block(start, held[:cut].decode(errors="surrogateescape"))
                start, held = start + cut, held[cut:]


def _last_marker(content: bytes) -> int:
    """Return where the last document begins that has a marker; 0 if that is the first one."""
    at = content.rfind(_MARKER)
    while at >= 0 and content[at + len(_MARKER) : at + len(_MARKER) + 1] not in (b"\n", b"\r"):
        at = content.rfind(_MARKER, 0, at)
    return at + 1


def parts(block: Block, above: Part) -> Iterator[tuple[Span, Part]]:
    """Yield the documents of a block, with their places in its text and in the file.

    The last of all stands for its end, as `above` does for that of the block before.
    """
    at, start, text = 0, block.start, block.text
    lines, documents = above.lines, above.documents
    for span in (*split(text), Span(len(text), len(text))):
        start += _size(text[at : span.start])
        end = start + _size(text[span.start : span.end])
        lines += text.count("\n", at, span.start)
        yield span, Part(start, end, lines, documents)
        lines += text.count("\n", *span)
        documents += content_start(text, span) < span.end
        at, start = span.end, end


def abridged(
    large: Large, chosen: Sequence[Part], last: Part
) -> tuple[Source, frozenset[int]] | None:
    """Return the text of a file without what lies between some documents, and their numbers in it.

    They are numbered as `split` yields them. `last` is the end of the file. None where less would
    not be the same. OSError if the file was changed.
    """
    with large.original() as read:
        return _abridged(large, _Held(read), chosen, last)


def _abridged(
    large: Large, held: _Held, chosen: Sequence[Part], last: Part
) -> tuple[Source, frozenset[int]] | None:
    places: list[Span] = []
    behind = Part(0, 0, 0, 0)
    for one in chosen:
        held.run(behind, one)
        text = held.text(one.start, one.end)
        places.append(Span(held.length - len(text), held.length))
        content = content_start(text, Span(0, len(text))) < len(text)
        lines = one.lines + text.count("\n")
        behind = Part(one.end, one.end, lines, one.documents + content)
    held.run(behind, last)
    source = Source(large.path, "".join(held.texts), tuple(held.gaps), large.original)
    numbers = {span: number for number, span in enumerate(split(source.text))}
    if any(place not in numbers for place in places):
        return None
    return source, frozenset(numbers[place] for place in places)


class _Held:
    """What is held of a file, from its beginning on."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self.texts: list[str] = []
        self.gaps: list[NotHeld] = []
        self.length = 0

    def text(self, start: int, end: int) -> str:
        """Hold what stands between two offsets, and return it."""
        return self._add(self._read(start, end).decode(errors="surrogateescape"))

    def run(self, behind: Part, before: Part) -> None:
        """Hold the first and last lines of what lies between two documents."""
        start, end = behind.end, before.start
        head = self._end_of_lines(start, end)
        tail = self._start_of_lines(start, end)
        if tail - head < _WORTH:
            self.text(start, end)
            return
        first = self.text(start, head)
        self._add(f"{GAP}\n")
        last = self.text(tail, end)
        lines = before.lines - behind.lines - first.count("\n") - last.count("\n") - 1
        around = f"{first}{GAP}\n{last}"
        seen = sum(
            content_start(around, span) < span.end
            for span in split(around)
            if around.find(GAP, *span) < 0
        )
        documents = before.documents - behind.documents - seen
        self.gaps.append(NotHeld(head, tail - 1, lines, documents))

    def _add(self, text: str) -> str:
        self.texts.append(text)
        self.length += len(text)
        return text

    def _end_of_lines(self, start: int, end: int) -> int:
        """Return where the first lines between two offsets end; the second if there are fewer."""
        found = self._around(start, end, lambda size: (start, min(end, start + size)))
        at = -1
        for _ in range(LINES_AROUND):
            at = found.find(b"\n", at + 1)
            if at < 0:
                return end
        return start + at + 1

    def _start_of_lines(self, start: int, end: int) -> int:
        """Return where the last lines between two offsets begin; the first if there are fewer."""
        found = self._around(start, end, lambda size: (max(start, end - size), end))
        at = len(found)
        for _ in range(LINES_AROUND + 1):
            at = found.rfind(b"\n", 0, at)
            if at < 0:
                return start
        return end - len(found) + at + 1

    def _around(self, start: int, end: int, place: Callable[[int], tuple[int, int]]) -> bytes:
        """Return bytes at one end that have as many lines as are held, or all of them."""
        size = 1024
        while True:
            found = self._read(*place(size))
            if found.count(b"\n") > LINES_AROUND or len(found) == end - start:
                return found
            size *= 4


def whole(source: Source) -> Source:
    """Return a text with the lines that are not held of it; OSError if its file was changed."""
    if source.original is None or not source.gaps:
        return source
    held = source.text.split(GAP)
    texts = [held[0]]
    with source.original() as read:
        for gap, text in zip(source.gaps, held[1:], strict=True):
            left_out = read(gap.start, gap.end)
            texts += (left_out.decode(errors="surrogateescape"), text)
    return Source(source.path, "".join(texts))


def _size(text: str) -> int:
    """Return how many bytes a text takes in its file."""
    return len(text) if text.isascii() else len(text.encode(errors="surrogateescape"))
