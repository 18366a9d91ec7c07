"""Crews of real installers: every recorded state is among those that `settled` returns."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from cnilint.simulation import settled as module
from cnilint.simulation.settled import Settled, settled
from tests.oracle.crews import records

MOST_STEPS, PLAYED_STEPS = 100_000, 60_000
"""Enough for most crews to be searched to the end; what is seen of the others is true as well."""

counts: Counter[str] = Counter()


def agrees(standing: Settled, recorded: dict[str, Any]) -> str:
    """Return how a recorded state is among those found: as it is, by its restlessness, or not."""
    restless = recorded.get("restless", False)
    wanted = {"files": recorded["files"], "master": recorded["master"], "restless": restless}
    if wanted in standing:
        return "the same state"
    # what is seen last of a loop may be a state that it passes once only
    return "restless" if restless and any(one["restless"] for one in standing) else ""


@pytest.mark.parametrize("record", records(), ids=lambda record: record["id"])
def test_each_recorded_state_is_among_those_that_can_stand(
    record: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_STEPS", MOST_STEPS)
    monkeypatch.setattr(module, "PLAYED_STEPS", PLAYED_STEPS)
    found = settled(record["programs"], record["primary"], record["events"])
    assert len(found) == len(record["events"])
    for key in ("states", "states_again"):
        for standing, recorded in zip(found, record.get(key, []), strict=False):
            how = agrees(standing, recorded) if recorded is not None else "not recorded"
            counts[how] += 1
            assert how, recorded
    counts["crews"] += 1
    counts["crews searched to the end"] += found[-1].searched_to_the_end


def test_the_counts_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\nsettled:", ", ".join(f"{number} {what}" for what, number in counts.items()))
    assert len(records()) == 128
