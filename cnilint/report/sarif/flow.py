"""Orders of events as SARIF's code flows: each step at the place that speaks for who acts in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.catalog.installer import Installer
from cnilint.model.finding import Finding, Location, Related
from cnilint.report.acting import acting
from cnilint.report.json_ import JSONObject
from cnilint.report.witness import witnesses
from cnilint.simulation.cluster import Cluster

from .place import place, unlinked

MOST_STEPS = 10_000
"""Of one result; GitHub drops a file's results that have more."""


def code_flows(finding: Finding, clusters: Sequence[Cluster]) -> list[JSONObject]:
    """Return one flow for each order a finding shows, the first ones as far as the limit allows."""
    actors = _Actors(finding, clusters)
    found: list[JSONObject] = []
    left = MOST_STEPS
    for witness in witnesses(finding):
        left -= len(witness.steps)
        if left < 0:
            break
        steps = [
            {"location": place(actors.place(step), message={"text": unlinked(step)})}
            for step in witness.steps
        ]
        flow = {"threadFlows": [{"locations": steps}]}
        found.append({"message": {"text": unlinked(witness.heading)}, **flow})
    return found


def flows_left_out(finding: Finding, flows: Sequence[JSONObject]) -> int:
    """Return how many of a finding's orders are not among its flows."""
    return len(witnesses(finding)) - len(flows)


class _Actors:
    """Where each step of a finding's orders is to be looked at."""

    def __init__(self, finding: Finding, clusters: Sequence[Cluster]) -> None:
        self._finding = finding
        named = finding.cluster.split(", ")
        mine = [each for each in clusters if each.name in named]
        self._installers = [one for each in mine for one in each.installers]
        self._multuses = [one for each in mine for one in each.multuses]
        steps = {step for witness in witnesses(finding) for step in witness.steps}
        strange = {id(actor): actor for actor in self._strangers(steps)}
        # where only one who acts has no related place, it is the one the finding is about
        self._subject = next(iter(strange.values())) if len(strange) == 1 else None

    def place(self, step: str) -> Location:
        """Return the place of a step; the finding's own where nobody in view acts."""
        related = self._related(step)
        if related is not None:
            return related.location
        actor = self._acting(step)
        own = actor.location() if actor is not None and actor is not self._subject else None
        return self._finding.location if own is None else own

    def _strangers(self, steps: set[str]) -> Iterator[Installer]:
        for step in steps:
            actor = self._acting(step)
            if actor is not None and self._related(step) is None:
                yield actor

    def _acting(self, step: str) -> Installer | None:
        return acting(step, self._installers, self._multuses)

    def _related(self, step: str) -> Related | None:
        """Return the related place that says the same as a step, or that is of who acts in it."""
        related = self._finding.related
        said = next((each for each in related if _says(each, step)), None)
        actor = self._acting(step)
        if said is not None or actor is None:
            return said
        return next((each for each in related if each.location.object == actor.object), None)


def _says(related: Related, step: str) -> bool:
    return bool(related.message) and f"{step},".startswith(f"{related.message},")
