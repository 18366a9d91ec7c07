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
from .search import Outcome
from .shared import Simulations
from .steps import NOTHING, Change, Files, Minded, Program, change_to, file_names, with_changes

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
    content: str = CONTENT

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Write the file unless that is done."""
        if memory is not None:
            return None
        step = Step(self.actor, Verb.WRITES, file_names([self.path]))
        return change_to(with_changes(files, {self.path: self.content}), "ran", (self.path,), step)

    def writes_only(self, memory: Hashable) -> str:
        """Return the file until it is written."""
        return self.path if memory is None else ""

    def minded(self, files: Files, memory: Hashable) -> Minded:  # noqa: ARG002
        """Return its own file, until it is written."""
        return Minded(frozenset((self.path,))) if memory is None else NOTHING

    def may_remove(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return False."""
        return False


def strangers_outcomes(
    workloads: Sequence[Actor],
    programs: Sequence[Program],
    present: Files,
    reading: Reading,
    simulations: Simulations,
) -> tuple[Outcome, ...]:
    """Return the outcomes in which a file of some unknown workload owns the pods.

    One per name and way to the pods (the runtime's own, or Multus's), each with a shortest order.
    Of several workloads the first one stands for all, as nothing tells them apart.
    """
    found: dict[tuple[str, bool], Outcome] = {}
    for workload in workloads[:1]:
        for name in NAMES:
            stranger = Stranger(workload, posixpath.join(reading.directory, name))
            for outcome in simulations.of([*programs, stranger], present, reading).outcomes:
                if outcome.master == name:
                    found.setdefault((name, outcome.through_multus), outcome)
    return tuple(found.values())
