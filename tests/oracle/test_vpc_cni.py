"""`vpc_cni` against what aws-node's real entrypoints did with real environments."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cnilint.upstream.aws_vpc_cni.entrypoint import VpcCniStart, vpc_cni

RECORDS = Path(__file__).with_name("aws-vpc-cni.jsonl.gz")
INPUTS = ("before", "directories", "conflist", "node_ipv6", "node_ipv4", "ipamd")
VERSIONS = (
    *("v1.7.10", "v1.9.3", "v1.10.4", "v1.11.5", "v1.12.5", "v1.12.6"),
    *("v1.14.1", "v1.15.5", "v1.18.6", "v1.19.6", "v1.20.4", "v1.23.0"),
)


@cache
def records() -> list[dict[str, Any]]:
    with gzip.open(RECORDS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def outcomes() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every version's outcome of every record."""
    for record in records():
        for outcome in record["outcomes"]:
            for version in outcome["versions"]:
                yield version, record, outcome


def start(version: str, record: dict[str, Any]) -> VpcCniStart:
    given = {key: record[key] for key in INPUTS if key in record}
    return vpc_cni(record["env"], version=version, **given)


def shape(content: object) -> object:
    """A file's network and the types of its plugins."""
    if not isinstance(content, dict):
        return content
    plugins = content.get("plugins")
    types = [plugin.get("type") for plugin in plugins] if isinstance(plugins, list) else plugins
    return content.get("name"), content.get("type"), types


def installed(outcome: dict[str, Any]) -> list[str]:
    own = [f"/host/opt/cni/bin/{name}" for name in outcome.get("binaries", ())]
    return sorted([*own, *outcome.get("binaries_elsewhere", ())])


def differences(version: str, record: dict[str, Any], outcome: dict[str, Any]) -> dict[str, Any]:
    """What `vpc_cni` says otherwise than the recording: (predicted, recorded)."""
    found = start(version, record)
    wrote = outcome.get("wrote", {})
    pairs = {
        "status": (found.status, outcome["status"]),
        "shapes": (
            {path: shape(content) for path, content in found.wrote.items()},
            {path: shape(content) for path, content in wrote.items()},
        ),
        "contents": (dict(found.wrote), wrote),
        "removed": (list(found.removed), outcome.get("removed", [])),
    }
    if not record["env"].get("HOST_CNI_BIN_PATH", "").endswith("/missing"):
        pairs["binaries"] = (sorted(found.binaries), installed(outcome))
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_outcome_of_a_version_is_the_recorded_one(version: str) -> None:
    cases = [(record, outcome) for named, record, outcome in outcomes() if named == version]
    wrong = {
        record["id"]: found
        for record, outcome in cases
        if (found := differences(version, record, outcome))
    }
    print(f"{version}: {len(cases) - len(wrong)} of {len(cases)} outcomes agree")
    assert len(cases) == 212
    assert not wrong
