"""`replay` against the real thick daemon's reactions to files that come and go."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from cnilint.upstream.multus_thick_daemon import replay

TIMELINES = Path(__file__).with_name("timelines.jsonl.gz")


@cache
def timelines() -> list[dict[str, Any]]:
    with gzip.open(TIMELINES, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def replayed(timeline: dict[str, Any]) -> list[dict[str, object]]:
    selector = f"{timeline['plugin']}@{timeline['version']}"
    return replay(selector, timeline["ops"], master=timeline["multusMasterCNI"])


def test_every_state_is_the_recorded_one() -> None:
    wrong = [
        f"{timeline['id']} {timeline['version']}"
        for timeline in timelines()
        if replayed(timeline) != timeline["states"]
    ]
    states = sum(len(timeline["states"]) for timeline in timelines())
    print(f"{len(timelines()) - len(wrong)} timelines agree ({states} states)")
    assert not wrong
    assert len(timelines()) == 420


def test_the_daemon_never_picks_twice_while_it_runs() -> None:
    for timeline in timelines():
        before: object = None
        for state in replayed(timeline):
            master = state["conf"] if state["conf"] not in ("absent", "empty") else None
            if state["daemon"] != "running":
                before = None
            elif master is not None:
                assert before in (None, master), timeline["id"]
                before = master
