"""`networks` against what the real Multus made of annotations and definitions."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cnilint import networks
from cnilint.upstream.multus_outcome import Networks, Stage

FILES = ("multus-annotations", "multus-definitions", "multus-default-network")
VERSIONS = ("v3.9.3", "v4.0.2", "v4.1.4", "v4.2.2", "v4.2.4", "v4.3.0")
RECORDS = {"multus-annotations": 415, "multus-definitions": 311, "multus-default-network": 314}
STAGES = ("parse", "load", "add")
INPUTS = ("conf_dir", "multus_config", "primary")


@cache
def records(file: str) -> list[dict[str, Any]]:
    path = Path(__file__).with_name(f"{file}-shared.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def outcomes(record: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for outcome in record["outcomes"]:
        yield from ((version, outcome) for version in outcome["versions"])


def made(record: dict[str, Any], version: str) -> Networks:
    given = {key: record[key] for key in INPUTS if key in record}
    return networks(
        record["pod_namespace"],
        record["annotations"],
        record["definitions"],
        version=version,
        **given,
    )


def recorded(stage: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if stage is None else {key: stage[key] for key in stage if key != "text"}


def modelled(stage: Stage[Any] | None) -> dict[str, Any] | None:
    if stage is None:
        return None
    found = {"ok": stage.ok, "refused": stage.refused, "panic": stage.panic}
    return {key: value for key, value in found.items() if value is not None}


def differences(record: dict[str, Any], version: str, outcome: dict[str, Any]) -> dict[str, Any]:
    """The stages of a record that `networks` has otherwise: (modelled, recorded)."""
    result = made(record, version)._asdict()
    found = {}
    for stage in STAGES:
        # Without the annotation there was nothing to parse in the third file.
        if stage != "parse" or stage in outcome:
            pair = modelled(result[stage]), recorded(outcome.get(stage))
            if pair[0] != pair[1]:
                found[stage] = pair
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("file", FILES)
def test_a_release_is_modelled_in_every_recorded_case(file: str, version: str) -> None:
    wrong, seen = {}, 0
    for record in records(file):
        for release, outcome in outcomes(record):
            if release == version:
                seen += 1
                if found := differences(record, version, outcome):
                    wrong[record["id"]] = found
    print(f"{file} {version}: {seen - len(wrong)} of {seen} records agree")
    assert seen == RECORDS[file]
    assert not wrong


def test_a_wrong_outcome_is_noticed() -> None:
    record = records("multus-annotations")[0]
    version, outcome = next(outcomes(record))
    assert not differences(record, version, outcome)
    for stage in STAGES:
        assert set(differences(record, version, {**outcome, stage: {"refused": "ecmp"}})) == {stage}
    assert set(differences(record, version, {**outcome, "add": None})) == {"add"}


def test_the_records_cover_every_stage_and_class() -> None:
    seen = Counter(
        (stage, outcome[stage].get("refused", "ok" if "ok" in outcome[stage] else "panic"))
        for file in FILES
        for record in records(file)
        for _, outcome in outcomes(record)
        for stage in STAGES
        if outcome.get(stage)
    )
    for stage in STAGES:
        for kind in ("ok", "panic", "json", "name", "slash", "at", "mac", "guid", "ip"):
            assert seen[stage, kind], (stage, kind)
    for kind in ("isolation", "not-found", "config-json", "config-decode", "ecmp", "primary"):
        assert seen["load", kind], kind
    for kind in ("interface-exists", "plugin-missing", "cni-version", "config-list", "gateway"):
        assert seen["add", kind], kind


def test_a_fault_of_what_was_given_has_a_place() -> None:
    """All but the absence of an annotation lie somewhere, and within the text that is named."""
    places = 0
    for file in FILES:
        for record in records(file):
            for version in (VERSIONS[0], VERSIONS[-1]):
                for stage in made(record, version):
                    if stage is None or stage.ok is not None or stage.refused == "none":
                        continue
                    assert stage.where is not None, (record["id"], stage)
                    text = record["annotations"].get(stage.where.name)
                    if text is not None and stage.where.span is not None:
                        places += 1
                        start, end = stage.where.span
                        assert 0 <= start <= end <= len(text)
    assert places > 500
