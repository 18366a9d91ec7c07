"""`vpc_cni` against what aws-node's real entrypoints did with real environments."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from cnilint.upstream.aws_vpc_cni.entrypoint import VpcCniStart, refusals, vpc_cni
from cnilint.upstream.aws_vpc_cni.program import Check
from cnilint.upstream.aws_vpc_cni.releases import release_of
from cnilint.upstream.aws_vpc_cni.variables import VARIABLES, EnvironmentReader, is_read

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


def test_a_wrong_outcome_is_noticed() -> None:
    version, record, outcome = next(outcomes())
    assert not differences(version, record, outcome)
    assert set(differences(version, record, outcome | {"status": "waits", "wrote": {}})) == {
        *("status", "shapes", "contents")
    }


def test_the_recordings_cover_every_way_to_end() -> None:
    seen = Counter(
        found.refused.check
        for version, record, _ in outcomes()
        if (found := start(version, record)).refused
    )
    print(*seen.items(), sep="\n")
    assert set(get_args(Check)) - set(seen) == NEVER_RECORDED


NEVER_RECORDED = {"ipv4-address", "both-families", "unset", "log-file"}
"""What no recording ends for: the rules of these are read off the code alone."""

REFUSED_TEXT = re.compile(
    r"Failed to parse (?:variable )?(\w+)(?: with value (.*) as (?:boolean|integer)|[;,] using.*)"
)


def refused_texts(outcome: dict[str, Any]) -> set[str]:
    """The variables whose value a program said it cannot parse."""
    found = (REFUSED_TEXT.search(message) for message in outcome.get("messages", ()))
    return {match[1] for match in found if match}


def test_what_a_program_could_not_parse_is_in_the_table() -> None:
    """Each complaint names a variable that the table has as parsed, with a text that is refused."""
    complaints = 0
    for version, record, outcome in outcomes():
        for name in refused_texts(outcome):
            complaints += 1
            text, release = record["env"][name], release_of(version)
            readings = [known for known in VARIABLES if known.name == name]
            assert any(not known.understands(text, release) for known in readings), (version, name)
    assert complaints == 173


def test_what_the_table_has_as_parsed_is_complained_about() -> None:
    """From v1.13.0 on the entrypoint says what it cannot parse."""
    complaints = 0
    for version, record, outcome in outcomes():
        release = release_of(version)
        if release < (1, 13, 0) or outcome["status"] != "runs":
            continue
        for known in VARIABLES:
            text = record["env"].get(known.name)
            if (
                known.reader is EnvironmentReader.IPAMD
                or text is None
                or known.understands(text, release)
            ):
                continue
            complaints += 1
            assert known.name in refused_texts(outcome), (version, record["id"], known.name)
    assert complaints == 58


def test_a_variable_that_a_version_does_not_read_changes_nothing() -> None:
    """An environment with it ends as the same recorded environment without it."""

    def key(version: str, record: dict[str, Any], env: dict[str, str]) -> str:
        given = [record.get(name) for name in INPUTS]
        return json.dumps([version, env, given], sort_keys=True)

    alone = {key(version, record, record["env"]): found for version, record, found in outcomes()}
    compared = 0
    for version, record, outcome in outcomes():
        release, env = release_of(version), record["env"]
        less = {name: env[name] for name in env if is_read(name, release) or not is_known(name)}
        other = alone.get(key(version, record, less))
        if less != env and other is not None:
            compared += 1
            assert (outcome["status"], outcome.get("wrote")) == (
                other["status"],
                other.get("wrote"),
            )
    assert compared == 189


def is_known(name: str) -> bool:
    return any(known.name == name for known in VARIABLES)


def test_the_first_of_all_refusals_is_what_the_start_ends_for() -> None:
    """Of environments alone: a file of one's own, directories and addresses are not looked at."""
    alone = [
        (version, record) for version, record, _ in outcomes() if not set(record) & set(INPUTS)
    ]
    for version, record in alone:
        found = refusals(record["env"], version=version)
        ended = start(version, record).refused
        if ended is None or ended.check in ("ipv6-address", "binary-directory"):
            continue
        if ended.check != "configuration-directory":
            assert ended in found
            # a release that writes before ipamd ends says so last
            assert found[0] == ended or found[0].by is EnvironmentReader.IPAMD
    assert sum(bool(refusals(record["env"], version=version)) for version, record in alone) > 300
