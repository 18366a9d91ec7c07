"""What a run may spend: seconds, and values that are read. One of these goes with each run."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

MOST_VALUES = 3_000_000
"""Values that a run reads, aliases written out: about 65 MB of manifests, and 0.7 GB of memory.

A mapping or a list counts twice, for its beginning and its end.
"""


class OutOfTimeError(Exception):
    """The time of a run is up."""


class Budget:
    """What is left of a run's time and of the values it may read.

    Whoever may work long asks it now and then, and stops where nothing is left: what was not
    decided by then is said to be undecided.
    """

    __slots__ = ("_end", "_now", "seconds", "values")

    def __init__(
        self, seconds: float = 0, values: int = MOST_VALUES, now: Callable[[], float] = monotonic
    ) -> None:
        """Take how long the run may take from now on (0: as long as it does), and a clock."""
        self.seconds = seconds
        self.values = values
        self._now = now
        self._end = now() + seconds if seconds > 0 else float("inf")

    @property
    def left(self) -> float:
        """The seconds that are left, none or fewer once the time is up."""
        return self._end - self._now()

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self._now() >= self._end

    def check(self) -> None:
        """Raise OutOfTimeError once the time is up."""
        if self.over:
            raise OutOfTimeError(f"the time of the run is up ({self.seconds:g} seconds)")

    def take(self, values: int) -> bool:
        """Count values that were read; return whether that many were left."""
        self.values -= values
        return self.values >= 0


UNLIMITED = Budget()
"""For what is no part of a run: nobody counts values with it."""
