"""What `settled` returns for the recorded crews of one or two programs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cnilint.simulation.settled import settled

RECORDINGS = Path(__file__).with_name("joint") / "joint-shared.jsonl.gz"


def crews() -> list[dict[str, Any]]:
    with gzip.open(RECORDINGS, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [record for record in records if len(record["programs"]) <= 2]


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
