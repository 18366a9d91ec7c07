"""What `settled` returns for the recorded crews of one or two programs."""

from __future__ import annotations

from typing import Any

import pytest

from cnilint.simulation.settled import settled
from tests.oracle.crews import records


def crews() -> list[dict[str, Any]]:
    return [record for record in records() if len(record["programs"]) <= 2]


@pytest.mark.parametrize("record", crews(), ids=lambda record: record["id"])
def test_each_recorded_state_is_among_the_settled_ones(record: dict[str, Any]) -> None:
    found = settled(record["programs"], record["primary"], record["events"])
    assert found[-1].searched_to_the_end
    for after_event, recorded in zip(found, record["states"], strict=True):
        wanted = {
            "files": recorded["files"],
            "master": recorded["master"],
            "restless": recorded.get("restless", False),
        }
        restless = wanted["restless"] and any(state["restless"] for state in after_event)
        assert wanted in after_event or restless
