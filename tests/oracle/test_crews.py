"""Programs beside one another: what was recorded is among what any order can lead to."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.oracle.crews import Crew, State, records

MODELS = {"istio-cni", "linkerd-cni", "multus-thick"}

MOST_STATES = 50_000
"""More than there are in any order of two programs."""

RUNS = 300


def crews() -> list[dict[str, Any]]:
    """Return the crews of programs that there are models of, with a primary beside them."""
    return [
        record
        for record in records()
        if {program["program"] for program in record["programs"]} <= MODELS
    ]


@pytest.mark.parametrize("record", crews(), ids=lambda record: record["id"])
def test_each_recorded_state_is_reached(record: dict[str, Any]) -> None:
    crew = Crew(record)
    states = [State({}, ())]
    for event, recorded in zip(record["events"], record["states"], strict=True):
        begun = [crew.begun(state, event) for state in states]
        states = reached(crew, begun, recorded)
        assert states, (event, recorded)


def reached(crew: Crew, begun: list[State], recorded: dict[str, Any]) -> list[State]:
    """Return states that agree with the recorded one: of all orders, or of runs in random ones.

    Three programs have too many orders to look at each.
    """
    if len(crew.programs) < 3:
        found = crew.lasting(begun, MOST_STATES)
        return [state for state in found if crew.agrees(state, recorded)]
    random = Random(5)
    agree: list[State] = []
    for _ in range(RUNS):
        ends = crew.ran(random.choice(begun), random)
        agree += [state for state in ends if crew.agrees(state, recorded)][:1]
        if len(agree) == 3:
            break
    return agree


def test_what_no_order_leads_to_is_not_reached() -> None:
    record = next(record for record in crews() if record["id"] == "joint-039")
    crew = Crew(record)
    begun = [crew.begun(State({}, ()), record["events"][0])]
    for status in ("waits", "exited"):
        other = {**record["states"][0], "status": {"istio-cni": status, "linkerd-cni": "ready"}}
        assert not reached(crew, begun, other)
    restless = {**record["states"][0], "restless": True}
    assert not reached(crew, begun, restless)
    assert reached(crew, begun, record["states"][0])


def test_there_are_crews() -> None:
    assert len(crews()) == 45
