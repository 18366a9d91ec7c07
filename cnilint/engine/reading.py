"""Reading and sifting the files of a large repository in several processes.

Each process opens some of the files and tells what of them can matter, with the texts of those of
which something does. All of it comes together in the order of the files, so that a run is the same
however many there were. Where few files are left, or small ones, one process does it all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from cnilint.model.text import Source
from cnilint.progress import Progress
from cnilint.start import NamedTuple
from cnilint.syntax.collect import Collecting, FileNumbers, Large, Listed, Opened, Unreadable

from .inputs import Asking, Parts, Read, Sieve, Sifted, SiftedFile, whole

Given = Listed | Source | Large | Unreadable

ALONE = "1"

FIRST = 256
"""Files that are read before others are begun: they tell how large the rest is."""

BATCH = 64
"""Files that a process takes at once."""

PAGE = 4096
"""Characters that take about as long to sift as it takes to open a file."""

LEAST = 1500
"""Files for each process, larger ones counted as several: with fewer it does not pay."""


class _Told(NamedTuple):
    """What a process tells of a file: which one it is, and what of it matters.

    `text` is there if any of it does; or it is why there is no text. Of a large file there are
    `parts` instead.
    """

    numbers: FileNumbers | None
    sifted: Sifted | None
    text: str | Unreadable | None
    parts: Parts | None = None


def read_and_sifted(
    given: Collecting, sieve: Sieve | None, jobs: str, progress: Progress
) -> Iterator[Read]:
    """Yield what paths stand for, in order, each file once, as `collect` does.

    Files that another process may have read come sifted. `jobs` is how many processes there are: a
    number, or `auto`; there is one where nothing is sifted.
    """
    pending = given.listed()
    if sieve is None or jobs == ALONE:
        for one in pending:
            for read in given.read(one):
                yield _large_sifted(read, sieve)
        return
    size = 0
    for number, one in enumerate(pending, 1):
        for read in given.read(one):
            size += len(read.text) if isinstance(read, Source) else 0
            size += read.size if isinstance(read, Large) else 0
            yield _large_sifted(read, sieve)
        if number == FIRST:
            break
    from cnilint.processes import processes

    left = list(pending)
    weight = len(left) * (FIRST * PAGE + size) // (FIRST * PAGE)
    number = processes(jobs, weight, LEAST) if weight >= 2 * LEAST else 1
    if number > 1:
        yield from _shared(given, left, sieve, number, progress)
    else:
        for one in left:
            for read in given.read(one):
                yield _large_sifted(read, sieve)


def _large_sifted(
    read: Source | Large | Unreadable, sieve: Sieve | None
) -> Source | Unreadable | Parts:
    """Return what of a large file can matter, or its whole text; or why it has none."""
    if not isinstance(read, Large):
        return read
    return (sieve.parts(read) if sieve is not None else None) or whole(read)


def _shared(
    given: Collecting, left: Sequence[Given], sieve: Sieve, number: int, progress: Progress
) -> Iterator[Read]:
    """Yield what files give that several processes read and sift."""
    from cnilint.processes import shared_out

    batches = [left[at : at + BATCH] for at in range(0, len(left), BATCH)]
    mother = os.getpid()

    def work(at: int) -> tuple[list[_Told], Asking]:
        if os.getpid() == mother:
            progress("reading files", FIRST + at * BATCH, 0)
        told = [_told(given.opened(one), sieve) for one in batches[at] if isinstance(one, Listed)]
        return told, sieve.forgotten()

    before = sieve.forgotten()  # or each of the others would tell it again
    done = shared_out(range(len(batches)), work, number)
    sieve.remember(before)
    for batch, (told, asking) in zip(batches, done, strict=True):
        sieve.remember(asking)
        files = iter(told)
        for one in batch:
            if not isinstance(one, Listed):
                yield _large_sifted(one, sieve)
            elif not given.is_known(one, (file := next(files)).numbers):
                yield _read(one, file)


def _told(opened: Opened, sieve: Sieve) -> _Told:
    """Return what is told of a file that was opened."""
    read = _large_sifted(opened.read, sieve)
    if isinstance(read, Parts):
        return _Told(opened.file, None, None, read)
    if not isinstance(read, Source):
        return _Told(opened.file, None, read)
    sifted = sieve.sifted(read)
    return _Told(opened.file, sifted, read.text if sifted is None or sifted.kept else None)


def _read(one: Listed, told: _Told) -> Read:
    """Return what was told of a file as what it is to those who compose it."""
    if told.parts is not None:
        return told.parts
    if isinstance(told.text, Unreadable):
        return told.text
    source = Source(one.reported, told.text) if told.text is not None else None
    return SiftedFile(one.reported, told.sifted, source)
