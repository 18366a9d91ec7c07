"""`replay` against what the real installers did to a directory."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cnilint.upstream.replay import replay

RECORDINGS = Path(__file__).with_name("installers")

COUNTS = {
    "istio-cni": {"1.18.7": 11, "1.22.8": 25, "1.24.6": 49, "1.28.10": 43, "1.30.3": 89},
    "linkerd-cni": {"v1.2.2": 18, "v1.5.2": 41, "v1.6.8": 41},
    "cilium": {"v1.16.5": 71, "v1.18.2": 45},
    "multus-v3": {"v3.4.2": 18, "v3.7.2": 65, "v3.8": 36, "v3.9.3": 65},
}
"""How many recordings there are of each program and release."""


def recordings(program: str) -> list[dict[str, Any]]:
    with gzip.open(RECORDINGS / f"{program}-shared.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def compared(files: Mapping[str, str]) -> dict[str, object]:
    """Return of each file what the recordings are about: the network's name, the plugins' types."""
    return {name: of_content(text) for name, text in files.items()}


def of_content(text: str) -> object:
    try:
        found = json.loads(text)
    except ValueError:
        return "empty" if not text.strip() else "invalid"
    if not isinstance(found, dict):
        return "no object"
    plugins = found.get("plugins")
    listed = plugins if isinstance(plugins, list) else []
    types = [plugin.get("type") if isinstance(plugin, dict) else plugin for plugin in listed]
    return found.get("name"), found.get("type"), types


def recorded(record: dict[str, Any]) -> Iterator[tuple[str, dict[str, object]]]:
    files: dict[str, str] = dict(record["before"])
    for state in record["states"]:
        files.update({name: text for name, text in state["changes"].items() if text is not None})
        for name in [name for name, text in state["changes"].items() if text is None]:
            del files[name]
        yield state["status"], compared(files)


def replayed(record: dict[str, Any]) -> list[tuple[object, dict[str, object]]]:
    states = replay(
        f"{record['program']}@{record['version']}",
        record["ops"],
        before=record["before"],
        settings=record["settings"],
    )
    found = []
    for state in states:
        files = state["files"]
        assert isinstance(files, dict)
        found.append((state["status"], compared(files)))
    return found


@pytest.mark.parametrize("program", COUNTS)
def test_every_state_is_the_recorded_one(program: str) -> None:
    agree: Counter[str] = Counter()
    wrong = []
    for record in recordings(program):
        if replayed(record) == list(recorded(record)):
            agree[record["version"]] += 1
        else:
            wrong.append(record["id"])
    for version, count in sorted(agree.items()):
        print(f"{program} {version}: {count} of {COUNTS[program][version]} agree")
    assert not wrong
    assert agree == COUNTS[program]


@pytest.mark.parametrize("program", COUNTS)
def test_a_replay_is_the_same_each_time(program: str) -> None:
    record = recordings(program)[0]
    assert replayed(record) == replayed(record)
