"""What may come of a file whose name nobody knows: the wildcard of a workload that is no product.

Only where it sorts matters of a name, so that three stand for all: before every other one, right
behind Multus's own, and behind every other one.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable, Sequence

from cnilint.model.steps import Actor, Step, Verb
from cnilint.start import dataclass

from .owner import Reading
from .search import Outcome, simulate
from .steps import Change, Files, Program, file_names, with_changes

NAMES = (
    "(a name that sorts first).conflist",
    "00-n(a name that sorts behind Multus's).conflist",
    "~(a name that sorts last).conflist",
)
"""Names for people, each of which sorts as it says."""

CONTENT = json.dumps({"cniVersion": "0.3.1", "name": "unknown", "plugins": [{"type": "unknown"}]})


@dataclass(frozen=True, slots=True)
class Stranger(Program):
    """Writes a file once, at any time."""

    actor: Actor
    path: str

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Write the file unless that is done."""
        if memory is not None:
            return None
        step = Step(self.actor, Verb.WRITES, file_names([self.path]))
        return Change(with_changes(files, {self.path: CONTENT}), "ran", (self.path,), step)


def strangers_outcomes(
    workloads: Sequence[Actor], programs: Sequence[Program], present: Files, reading: Reading
) -> tuple[Outcome, ...]:
    """Return the outcomes in which a file of some unknown workload owns the pods.

    One per name and way to the pods (the runtime's own, or Multus's), each with a shortest order.
    """
    found: dict[tuple[str, bool], Outcome] = {}
    for workload in workloads:
        for name in NAMES:
            stranger = Stranger(workload, posixpath.join(reading.directory, name))
            for outcome in simulate([*programs, stranger], present, reading).outcomes:
                if outcome.master == name:
                    found.setdefault((name, outcome.through_multus), outcome)
    return tuple(found.values())
