"""What the runs over both sides of a change found."""

from __future__ import annotations

from cnilint.engine.inputs import Inputs
from cnilint.engine.policy import EVERYTHING, Policy
from cnilint.engine.result import Result
from cnilint.start import NamedTuple


class Found(NamedTuple):
    """What two runs found, with what was read after the change and which findings are wanted."""

    before: Result
    after: Result
    inputs: Inputs
    policy: Policy = EVERYTHING
