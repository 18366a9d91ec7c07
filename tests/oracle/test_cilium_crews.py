"""Cilium beside one other program: where the real ones came to rest, so do the models, there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.crews import Crew, State, records

MODELS = {"istio-cni", "linkerd-cni", "multus-thick", "cilium"}
MOST_STATES = 50_000


def crews() -> list[dict[str, Any]]:
    """Return the crews of Cilium and one other program that came to rest after each event."""
    found = []
    for record in records():
        names = {program["program"] for program in record["programs"]}
        at_rest = not any(state.get("restless") for state in record["states"])
        if "cilium" in names and names <= MODELS and len(names) <= 2 and at_rest:
            found.append(record)
    return found


@pytest.mark.parametrize("record", crews(), ids=lambda record: record["id"])
def test_each_recorded_state_is_reached(record: dict[str, Any]) -> None:
    crew = Crew(record)
    states = [State({}, ())]
    for event, recorded in zip(record["events"], record["states"], strict=True):
        found = crew.lasting([crew.begun(state, event) for state in states], MOST_STATES)
        states = [state for state in found if crew.agrees(state, recorded)]
        assert states, (event, recorded)


def test_there_are_crews() -> None:
    assert len(crews()) == 32
