"""`predict` against what the real programs chose in real directories."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cnilint.upstream.selector import predict

VECTORS = Path(__file__).with_name("selection-vectors.jsonl.gz")
INPUTS = ("daemon_config", "args", "binaries", "default_network")
RESULTS = (
    "outcome",
    "primary",
    "error",
    "capabilities",
    "network_name",
    "writes",
    "network",
    "plugins",
)


@cache
def vectors() -> list[dict[str, Any]]:
    with gzip.open(VECTORS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def selector(vector: dict[str, Any]) -> str:
    plugin: str = vector["plugin"]
    return f"{plugin}@{vector['version']}" if plugin.startswith("multus-") else plugin


def differences(vector: dict[str, Any]) -> dict[str, tuple[object, object]]:
    """The results of a vector that `predict` has otherwise: (predicted, recorded)."""
    given = {key: vector[key] for key in INPUTS if key in vector}
    prediction = predict(selector(vector), vector["files"], **given)
    found = {}
    for key in RESULTS:
        if key in vector:
            predicted = getattr(prediction, key)
            predicted = list(predicted) if isinstance(predicted, tuple) else predicted
            if predicted != vector[key]:
                found[key] = (predicted, vector[key])
    return found


@pytest.mark.parametrize("program", ["multus-thick", "multus-thin", "containerd", "cri-o"])
def test_a_program_is_predicted_in_every_recorded_case(program: str) -> None:
    cases = [vector for vector in vectors() if vector["plugin"] == program]
    wrong = {
        f"{selector(case)} {case['id']}": found for case in cases if (found := differences(case))
    }
    print(f"{program}: {len(cases) - len(wrong)} of {len(cases)} vectors agree")
    assert cases
    assert not wrong


def test_all_vectors_are_looked_at() -> None:
    agreeing = sum(not differences(vector) for vector in vectors())
    print(f"{agreeing} vectors agree")
    assert agreeing == 2545


def test_a_wrong_result_is_noticed() -> None:
    vector = dict(vectors()[0], primary="another.conf")
    assert vector["outcome"] == "picked"
    assert set(differences(vector)) == {"primary"}


def test_the_vectors_cover_every_outcome_of_every_program() -> None:
    seen = Counter(
        (vector["plugin"], vector.get("error", vector["outcome"])) for vector in vectors()
    )
    for program in ("multus-thick", "multus-thin", "containerd", "cri-o"):
        assert seen[program, "picked"] > 100
    for error in ("waits", "crash", "recursive", "not-auto", "cni-version-incompatible"):
        assert seen["multus-thick", error]
    for error in ("no-master", "master-missing", "unknown-flag", "cni-version-mismatch"):
        assert seen["multus-thin", error]
