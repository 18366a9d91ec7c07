"""What the runs over both sides of a change found."""

from __future__ import annotations

from collections.abc import Callable

from cnilint.engine.inputs import Inputs
from cnilint.engine.policy import EVERYTHING, Policy
from cnilint.engine.result import Result
from cnilint.start import NamedTuple


def as_it_is(result: Result) -> Result:
    """Return a result as it is: no revision says what is newly ignored in it."""
    return result


class Found(NamedTuple):
    """What two runs found, with what was read after the change and which findings are wanted.

    `told` returns a result that tells which of its findings only the change ignores.
    """

    before: Result
    after: Result
    inputs: Inputs
    policy: Policy = EVERYTHING
    told: Callable[[Result], Result] = as_it_is
