"""Orders of events as SARIF's code flows: each step at the place that speaks for who acts in it."""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.engine.sentences import heading, step_words
from cnilint.model.finding import Finding, Location
from cnilint.model.steps import NODE, Actor, Witness
from cnilint.report.json_ import JSONObject

from .place import place, said

MOST_STEPS = 10_000
"""Of one result; GitHub drops a file's results that have more."""


def code_flows(finding: Finding) -> list[JSONObject]:
    """Return one flow for each order a finding shows, the first ones as far as the limit allows.

    SARIF has no flow without a step: where nothing happens there is none.
    """
    places = _Places(finding)
    found: list[JSONObject] = []
    left = MOST_STEPS
    for witness in _with_steps(finding):
        left -= len(witness.steps)
        if left < 0:
            break
        steps = [
            {"location": place(places.of(step.actor), message={"text": said(step_words(step))})}
            for step in witness.steps
        ]
        flow = {"threadFlows": [{"locations": steps}]}
        found.append({"message": {"text": said(heading(witness))}, **flow})
    return found


def flows_left_out(finding: Finding, flows: Sequence[JSONObject]) -> int:
    """Return how many of a finding's orders are not among its flows."""
    return len(_with_steps(finding)) - len(flows)


def _with_steps(finding: Finding) -> list[Witness]:
    return [witness for witness in finding.witnesses if witness.steps]


class _Places:
    """Where each actor of a finding's orders is to be looked at."""

    def __init__(self, finding: Finding) -> None:
        self._finding = finding
        steps = (step for witness in finding.witnesses for step in witness.steps)
        actors = dict.fromkeys(step.actor for step in steps)
        unrelated = [one for one in actors if one != NODE and self._related(one) is None]
        # where only one who acts has no related place, it is the one the finding is about,
        # unless the finding is at another workload
        alone = len(unrelated) == 1 and not self._elsewhere(unrelated[0])
        self._subject = unrelated[0] if alone else NODE

    def of(self, actor: Actor) -> Location:
        """Return the place of an actor; the finding's own where nobody in view acts."""
        own = actor.location if actor != self._subject else None
        return self._related(actor) or own or self._finding.location

    def _elsewhere(self, actor: Actor) -> bool:
        """Return whether the finding is at an object of an actor's kind that is not the actor."""
        mine, there = actor.object, self._finding.location.object
        return mine != there and mine.partition(" ")[0] == there.partition(" ")[0] != ""

    def _related(self, actor: Actor) -> Location | None:
        """Return the related place that is the actor's, or that is of its object."""
        places = [each.location for each in self._finding.related]
        if actor.location in places:
            return actor.location
        mine = (each for each in places if actor.object and each.object == actor.object)
        return next(mine, None)
