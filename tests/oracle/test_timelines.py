"""`replay` against the real thick daemon's reactions to files that come and go."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from cnilint.upstream.multus_thick_daemon import replay

TIMELINES = Path(__file__).with_name("timelines.jsonl.gz")

UNREPEATED = {
    "v4.1.4": (183, 189, 190, 210, 213, 214, 215, 224, 225, 226, 228, 230, 231, 232, 236),
    "v4.3.0": (183, 210, 211, 213, 214, 215, 220, 225, 228, 229, 230, 231),
}
"""Recordings that the real daemon does not repeat: a start that should succeed ended in them.

Run again, each sequence with a process of its own for every start, v4.1.4 and v4.3.0 do in all of
them what `replay` says. The cause: a start whose pinned file is missing leaves an inotify instance
behind (newManager returns without closing its watcher), so that a process which makes more than
fs.inotify.max_user_instances of them (128) fails in each further one: "too many open files". The
daemon itself ends after a single one.
"""


@cache
def timelines() -> list[dict[str, Any]]:
    with gzip.open(TIMELINES, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def replayed(timeline: dict[str, Any]) -> list[dict[str, object]]:
    selector = f"{timeline['plugin']}@{timeline['version']}"
    return replay(selector, timeline["ops"], master=timeline["multusMasterCNI"])


def is_unrepeated(timeline: dict[str, Any]) -> bool:
    return int(timeline["id"].rpartition("-")[2]) in UNREPEATED[timeline["version"]]


def test_every_state_is_the_recorded_one() -> None:
    sound = [timeline for timeline in timelines() if not is_unrepeated(timeline)]
    wrong = [
        f"{timeline['id']} {timeline['version']}"
        for timeline in sound
        if replayed(timeline) != timeline["states"]
    ]
    states = sum(len(timeline["states"]) for timeline in sound)
    print(f"{len(sound) - len(wrong)} timelines agree ({states} states)")
    assert not wrong
    assert len(sound) == 393


def test_the_other_recordings_differ_first_at_a_start_that_failed() -> None:
    failed = [timeline for timeline in timelines() if is_unrepeated(timeline)]
    assert len(failed) == 27
    for timeline in failed:
        pairs = list(zip(replayed(timeline), timeline["states"], strict=True))
        first = next(pair for pair in pairs if pair[0] != pair[1])
        assert (first[0]["daemon"], first[1]["daemon"]) == ("running", "exited"), timeline["id"]
        assert first[1]["conf"] == "absent", timeline["id"]


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
