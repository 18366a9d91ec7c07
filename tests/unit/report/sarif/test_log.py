"""SARIF, by the official schema and by what it has to say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnilint import __version__, lint
from cnilint.engine.result import Result
from cnilint.model.finding import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Level,
    Location,
    Note,
    Operation,
    Related,
)
from cnilint.model.steps import Situation
from cnilint.model.text import Source, Span
from cnilint.model.tree import Embedded
from cnilint.report.fingerprint import fingerprints
from cnilint.report.sarif.log import sarif
from cnilint.shown import visible_lines
from cnilint.simulation.cluster import Cluster
from tests.unit.report.orders import AWS_WRITES, REBOOTS, picks, witness
from tests.unit.report.schema import complaints

Find = Callable[..., Finding]
Read = Callable[..., Cluster]
Tell = Callable[..., Result]

OFF = {"enabled": False}
ROOT = Path(__file__).resolve().parents[4]
PIN = ("data", "daemon-config.json", Embedded.JSON, "multusMasterCNI")

ORDERS = (
    witness("02-istio.conf", AWS_WRITES, picks("10-aws.conflist")),
    witness("10-aws.conflist", REBOOTS, situation=Situation.REBOOT),
)


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(result: Result) -> Any:  # noqa: ANN401  straight from JSON
    text = sarif(result)
    assert text.endswith("}\n")
    log = json.loads(text.encode("utf-8"))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    return log["runs"][0]


@pytest.fixture
def full(read: Read, find: Find, told: Tell) -> Result:
    """Return a result with something for every part of a report."""
    document = read("multus").manifests[0].document
    edit = Edit(document, PIN, Operation.ADD, "10-aws.conflist")
    grades = (Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY)
    finding = find(
        "multus",
        '"auto"',
        cluster="prod",
        witnesses=ORDERS,
        related=(
            Related(
                find("aws", "aws-node").location._replace(object=AWS_WRITES.actor.object),
                "Amazon VPC CNI writes 10-aws.conflist",
            ),
            Related(find("istio", "install-cni").location, "an [odd] one"),
        ),
        fixes=tuple(Fix(f"pin it {grade}", grade, (edit,), "look") for grade in grades),
    )
    inside = finding.location._replace(route=PIN[:-1], document=document)
    finding = replace(finding, location=inside)
    notes = (Note("not decided", find("aws", "image").location, "prod"), Note("no place"))
    other = find("aws", "kind", level=Level.NOTE, rule="CNI102", message="Is it?")
    return told(read("multus", "aws"), findings=(finding, other), notes=notes)


def test_the_schema_accepts_a_full_report_and_an_empty_one(full: Result, told: Tell) -> None:
    assert complaints(json.loads(sarif(full))) == []
    assert complaints(json.loads(sarif(told()))) == []
    broken = json.loads(sarif(full))
    del broken["runs"][0]["tool"]
    assert complaints(broken)


def test_the_driver_has_every_rule_by_id(told: Tell) -> None:
    driver = run(told())["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("cnilint", __version__)
    ids = [rule["id"] for rule in driver["rules"]]
    cards = sorted(path.stem for path in (ROOT / "rules").glob("CNI*.yaml"))
    assert ids == cards
    for rule in driver["rules"]:
        assert rule["name"].isalnum()
        assert rule["name"][0].isupper()
        level = rule["defaultConfiguration"].get("level")
        assert level in ("error", "warning", "note") or rule["defaultConfiguration"] == OFF
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
        assert rule["help"]["markdown"].startswith("**What it finds.** ")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")


def test_a_result_has_its_rule_its_level_and_its_place(full: Result) -> None:
    found = run(full)
    first, second = found["results"]
    rules = found["tool"]["driver"]["rules"]
    for each, rule in ((first, "CNI101"), (second, "CNI102")):
        assert each["ruleId"] == rules[each["ruleIndex"]]["id"] == rule
    assert (first["level"], second["level"]) == ("error", "note")
    assert first["properties"] == {"cluster": "prod"}
    assert found["columnKind"] == "unicodeCodePoints"
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "multus.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 10, "startColumn": 27, "endLine": 10, "endColumn": 33},
            },
            "logicalLocations": [
                {
                    "kind": "resource",
                    "name": "ConfigMap net/multus",
                    "fullyQualifiedName": "ConfigMap net/multus#/data/daemon-config.json/(json)",
                }
            ],
        }
    ]


def test_a_rule_without_a_card_has_no_index(find: Find, told: Tell) -> None:
    (found,) = run(told(findings=(find("aws", "kind", rule="CNI999"),)))["results"]
    assert found["ruleId"] == "CNI999"
    assert "ruleIndex" not in found


def test_the_message_is_a_sentence_that_links_related_places(full: Result) -> None:
    first, second = run(full)["results"]
    assert first["message"]["text"].splitlines() == [
        "Multus takes whichever network comes first.",
        "[Amazon VPC CNI writes 10-aws.conflist](1)",
        "[an \\[odd\\] one](2)",
    ]
    assert second["message"]["text"] == "Is it?"
    related = [(each["id"], each["message"]["text"]) for each in first["relatedLocations"]]
    assert related == [(1, "Amazon VPC CNI writes 10-aws.conflist"), (2, "an [odd] one")]


def test_a_message_of_a_manifest_is_no_link(find: Find, told: Tell) -> None:
    finding = find("aws", "kind", message="a [b](https://evil.test).")
    (found,) = run(told(findings=(finding,)))["results"]
    assert found["message"]["text"] == "a [b] (https://evil.test)."


def test_each_order_of_events_is_a_code_flow(full: Result) -> None:
    first, second = run(full)["results"]
    assert "codeFlows" not in second
    flows = [
        (
            flow["message"]["text"],
            [
                (
                    step["location"]["message"]["text"],
                    step["location"]["physicalLocation"]["artifactLocation"]["uri"],
                )
                for thread in flow["threadFlows"]
                for step in thread["locations"]
            ],
        )
        for flow in first["codeFlows"]
    ]
    assert flows == [
        (
            "02-istio.conf on all nodes, first boot",
            [
                ("Amazon VPC CNI writes 10-aws.conflist", "aws.yaml"),
                (
                    "Multus picks 10-aws.conflist as its master and writes 00-multus.conf",
                    "multus.yaml",
                ),
            ],
        ),
        (
            "10-aws.conflist on all nodes, reboot",
            [("the node reboots with nothing in place", "multus.yaml")],
        ),
    ]


def test_the_fixes_to_apply_are_replacements_that_pin_the_master(full: Result, read: Read) -> None:
    first, second = run(full)["results"]
    assert "fixes" not in second
    assert [(fix["description"]["text"], fix["properties"]) for fix in first["fixes"]] == [
        ("pin it safe (look)", {"applicability": "safe"}),
        ("pin it unsafe (look)", {"applicability": "unsafe"}),
    ]
    (change,) = first["fixes"][0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "multus.yaml"
    text = read("multus").manifests[0].document.source.text
    for replacement in reversed(change["replacements"]):
        region = replacement["deletedRegion"]
        start, end = (
            sum(len(line) + 1 for line in text.split("\n")[: region[f"{side}Line"] - 1])
            + region[f"{side}Column"]
            - 1
            for side in ("start", "end")
        )
        text = text[:start] + replacement["insertedContent"]["text"] + text[end:]
    assert '"multusConfigFile": "auto",\n      "multusMasterCNI": "10-aws.conflist"\n    }' in text


def test_fingerprints_stand_under_a_key_of_our_own(full: Result) -> None:
    found = [each["partialFingerprints"] for each in run(full)["results"]]
    assert found == [{"cnilintFingerprint/v1": each} for each in fingerprints(full.findings)]


def test_notes_are_notifications(full: Result) -> None:
    (invocation,) = run(full)["invocations"]
    assert invocation["executionSuccessful"] is True
    assert "workingDirectory" not in invocation
    first, second = invocation["toolExecutionNotifications"]
    assert (first["level"], first["message"]["text"]) == ("note", "not decided")
    (place,) = first["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "aws.yaml"
    assert second == {"level": "note", "message": {"text": "no place"}}


@pytest.mark.parametrize(
    "folder", sorted(each for each in (ROOT / "examples").iterdir() if each.is_dir())
)
def test_the_schema_accepts_every_example(folder: Path) -> None:
    assert complaints(json.loads(sarif(lint([str(folder)])))) == []


ANY = st.text(st.characters(categories=None) | st.sampled_from("[](){}\\\n\0"), max_size=12)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(path=ANY, name=ANY, thing=ANY, message=ANY, route=st.lists(ANY, max_size=2))
@example(path="\udcff\ud800", name="", thing="", message="half \ud800 [", route=["a/b~"])
def test_any_text_comes_back_in_a_report_of_the_schema(
    path: str, name: str, thing: str, message: str, route: list[str]
) -> None:
    place = Location(Source(path, "text"), Span(1, 3), tuple(route), None, thing)
    finding = Finding(
        "CNI101", name, Level.WARNING, message, place, thing, related=(Related(place, message),)
    )
    found = run(Result((finding,), (Note(message, place),), (), 1, 1))
    (each,) = found["results"]
    said = visible_lines(message).replace("](", "] (")
    assert each["message"]["text"].startswith(said)
    assert each["relatedLocations"][0]["message"]["text"] == said
    logical = each["locations"][0].get("logicalLocations", [{}])[0]
    assert logical.get("fullyQualifiedName", "").startswith(thing)
    assert complaints({"version": "2.1.0", "runs": [found]}) == []
