"""What a node's files come to at one time: the directory that is read, and what is taken of it."""

from __future__ import annotations

from cnilint.start import NamedTuple
from cnilint.upstream.confdir import encoded

from .owner import Ownership, Reading, delegate
from .steps import Files, parted


class Moment(NamedTuple):
    """The directory the runtime reads, in its sort order, and what would be taken of it.

    `found` is read from the files alone: whether a Multus daemon runs to serve its file is not
    asked.
    """

    files: tuple[str, ...]
    found: Ownership


class Moments:
    """The moments of a node that is read in one way, each worked out once."""

    def __init__(self, reading: Reading) -> None:
        """Take how the node is read."""
        self.reading = reading
        self._known: dict[frozenset[tuple[str, str]], Moment] = {}

    def of(self, files: Files) -> Moment:
        """Return what some files come to."""
        key = frozenset(files.items())
        if key not in self._known:
            self._known[key] = Moment(self.names(files), delegate(files, self.reading))
        return self._known[key]

    def names(self, files: Files) -> tuple[str, ...]:
        """Return the names in the runtime's directory, in its sort order."""
        names = (name for path in files if (name := self.name(path)) is not None)
        return tuple(sorted(names, key=encoded))

    def name(self, path: str) -> str | None:
        """Return a file's name if it is in the runtime's directory."""
        directory, name = parted(path)
        return name if directory == self.reading.directory else None
