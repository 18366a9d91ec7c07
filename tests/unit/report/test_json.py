"""The reports for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnilint.engine.result import Result
from cnilint.engine.sentences import cause_words, step_words, verdict_line
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
    Repair,
)
from cnilint.model.steps import Cause, Failure, Situation, Step
from cnilint.model.text import Source, Span
from cnilint.model.tree import Embedded
from cnilint.report.json_ import check_json, inspect_json
from cnilint.simulation.cluster import Cluster
from tests.unit.report.orders import ISTIO_COPIES, RESTARTS, witness

Read = Callable[..., Cluster]
Tell = Callable[..., Result]
Find = Callable[..., Finding]

ROUTE = ("data", "daemon-config.json", Embedded.JSON, "plugins", 0)


def test_a_finding_has_its_place_inside_the_embedded_json(find: Find, told: Tell) -> None:
    finding = find("multus", '"auto"')
    finding = replace(finding, location=finding.location._replace(route=ROUTE))
    found = json.loads(check_json(told(findings=(finding,))))
    assert found["findings"] == [
        {
            "rule": "CNI101",
            "name": "a-race",
            "level": "error",
            "message": "Multus takes whichever network comes first",
            "cluster": "",
            "location": {
                "path": "multus.yaml",
                "line": 10,
                "column": 27,
                "end_line": 10,
                "end_column": 33,
                "object": "ConfigMap net/multus",
                "route": ["data", "daemon-config.json", "(json)", "plugins", 0],
            },
            "related": [],
            "details": [],
            "witnesses": [],
            "help": "",
            "fixes": [],
        }
    ]


def test_columns_count_code_points_and_an_end_is_exclusive(told: Tell, find: Find) -> None:
    source = Source("a.yaml", "\ufeffa: 🚀é\nb: 1\n")
    location = Location(source, Span(4, 8))
    found = json.loads(check_json(told(findings=(find("aws", "kind", location=location),))))
    place = found["findings"][0]["location"]
    assert (place["line"], place["column"]) == (1, 4)
    assert (place["end_line"], place["end_column"]) == (2, 2)


def test_fixes_are_symbolic(read: Read, told: Tell, find: Find) -> None:
    document = read("multus").manifests[0].document
    edits = (
        Edit(document, (*ROUTE, "type"), Operation.ADD, {"a": [1, None, True]}),
        Edit(document, ("data",), Operation.REMOVE),
        Repair(document, Span(0, 10), "text"),
    )
    fixes = (Fix("pin it", Applicability.UNSAFE, edits, "look at it"),)
    found = json.loads(check_json(told(findings=(find("multus", "data", fixes=fixes),))))
    where = {"path": "multus.yaml", "document": 0}
    route = ["data", "daemon-config.json", "(json)", "plugins", 0, "type"]
    extent = {"line": 1, "column": 1, "end_line": 1, "end_column": 11}
    assert found["findings"][0]["fixes"] == [
        {
            "title": "pin it",
            "applicability": "unsafe",
            "note": "look at it",
            "way": "in-place",
            "why": "",
            "text": "",
            "edits": [
                {**where, "route": route, "operation": "add", "value": {"a": [1, None, True]}},
                {**where, "route": ["data"], "operation": "remove", "value": None},
                {**where, "route": None, "operation": "text", "value": "text", **extent},
            ],
        }
    ]


def test_related_places_and_notes(told: Tell, find: Find) -> None:
    other = find("aws", "aws-node").location
    finding = find("multus", '"auto"', related=(Related(other, "it writes here"),))
    notes = (Note("not decided", other, "prod"), Note("no place"))
    found = json.loads(check_json(told(findings=(finding,), notes=notes)))
    place = {"path": "aws.yaml", "line": 3, "column": 18, "end_line": 3, "end_column": 26}
    related = found["findings"][0]["related"]
    assert [each["message"] for each in related] == ["it writes here"]
    assert place.items() <= related[0]["location"].items()
    assert [(note["message"], note["cluster"]) for note in found["notes"]] == [
        ("not decided", "prod"),
        ("no place", ""),
    ]
    assert place.items() <= found["notes"][0]["location"].items()
    assert found["notes"][1]["location"] is None


def test_the_summary_counts(read: Read, told: Tell, find: Find) -> None:
    fixes = [(Fix("", grade, ()),) for grade in sorted(Applicability)]
    levels = [Level.ERROR, Level.WARNING, Level.NOTE]
    findings = tuple(
        find("aws", "kind", level=level, fixes=fix)
        for level, fix in zip(levels, fixes, strict=True)
    )
    found = json.loads(check_json(told(read("multus", "aws"), findings=findings)))
    assert found["summary"] == {
        "scope": "cluster",
        "errors": 1,
        "warnings": 1,
        "notes": 1,
        "suppressed": 0,
        "newly_ignored": 0,
        "fixable": 1,
        "fixable_unsafe": 2,
        "fixable_elsewhere": 0,
        "sources": 1,
        "documents": 3,
        "unparsed": 0,
        "manifests": 3,
        "clusters": 1,
        "installers": 2,
        "node_classes": 1,
        "deterministic": True,
        "verdict": "deterministic",
        "rules": [
            {
                "rule": findings[0].rule,
                "name": findings[0].name,
                "level": "error",
                "count": 3,
                "fixable": 1,
                "fixable_unsafe": 2,
            }
        ],
    }


@pytest.mark.parametrize(
    ("names", "deterministic"),
    [(("multus", "aws", "istio"), False), (("aws",), True), (("nothing",), None)],
)
def test_whether_all_is_decided(
    read: Read, told: Tell, names: tuple[str, ...], deterministic: bool | None
) -> None:
    summary = json.loads(check_json(told(read(*names))))["summary"]
    assert summary["deterministic"] is deterministic


def test_a_cluster(read: Read, told: Tell) -> None:
    cluster = read("multus", "aws", called="prod")
    found = json.loads(inspect_json(told(cluster)))
    assert found["schema"] == "cnilint.inspect/v1"
    assert [each["name"] for each in found["clusters"]] == ["prod"]
    aws = {
        "product": "aws-vpc-cni",
        "title": "Amazon VPC CNI",
        "object": "DaemonSet net/aws-node",
        "role": "primary",
        "writes": "/etc/cni/net.d/10-aws.conflist",
        "assumed": False,
        "reason": None,
    }
    assert aws in found["clusters"][0]["installers"]
    (nodes,) = found["clusters"][0]["node_classes"]
    assert nodes["name"] == "all nodes"
    assert nodes["verdict"] == "deterministic: 10-aws.conflist"
    assert nodes["deterministic"] is True
    assert {"name": "10-aws.conflist", "written_by": ["Amazon VPC CNI"], "network": "aws-cni"} in (
        nodes["files"]
    )


def test_every_outcome_is_there_as_it_is(read: Read, told: Tell) -> None:
    cluster = read("multus", "aws", "istio")
    (nodes,) = json.loads(inspect_json(told(cluster)))["clusters"][0]["node_classes"]
    (facts,) = cluster.classes
    assert nodes["outcomes"] == [
        {
            "situation": outcome.situation.value,
            "order": [step_words(step) for step in outcome.order],
            "steps": [shown(step) for step in outcome.order],
            "files": list(outcome.files),
            "runtime": outcome.runtime,
            "master": outcome.master,
            "plugins": list(outcome.plugins),
            "cause": None,
            "reason": None,
        }
        for outcome in facts.outcomes
    ]
    assert nodes["verdict"] == verdict_line(facts.verdict)
    assert nodes["answer"] == {
        "kind": "race",
        "decided": False,
        "ready": True,
        "whole": True,
        "owners": ["02-istio.conf", "10-aws.conflist"],
        "causes": [],
        "held": [],
        "stale": [],
        "lost": [],
        "plugins": [],
        "unknown": None,
    }


def shown(step: Step, *, part: bool = False) -> dict[str, object]:
    """Return a step as the report has it."""
    whole = {
        "words": step_words(step),
        "actor": {
            "title": step.actor.title,
            "product": step.actor.product or None,
            "object": step.actor.object or None,
        },
    }
    return {
        **({} if part else whole),
        "verb": step.verb.value,
        "files": list(step.files),
        "source": step.source or None,
        "also": [shown(one, part=True) for one in step.also],
    }


def test_a_finding_has_its_orders_as_data_and_in_words(find: Find, told: Tell) -> None:
    order = witness("x.conf", ISTIO_COPIES, RESTARTS, situation=Situation.RESTART)
    finding = find("multus", '"auto"', details=("more",), witnesses=(order,))
    (found,) = json.loads(check_json(told(findings=(finding,))))["findings"]
    steps = found["witnesses"][0].pop("steps")
    assert found["witnesses"] == [
        {
            "words": "x.conf on all nodes, rolling restart",
            "nodes": "all nodes",
            "situation": "rolling restart",
            "ending": "owner",
            "files": ["x.conf"],
        }
    ]
    assert steps == [shown(ISTIO_COPIES), shown(RESTARTS)]
    assert found["details"] == [
        *("more", "", "x.conf on all nodes, rolling restart:"),
        *(f"  {number}. {step['words']}" for number, step in enumerate(steps, 1)),
    ]


def test_a_cause_is_one_text_and_data_as_well(read: Read, told: Tell) -> None:
    cluster = read("aws")
    (facts,) = cluster.classes
    causes = [Cause(Failure.NO_CONFIG), Cause(Failure.CLUSTER_NETWORK_UNREADABLE, "x"), None]
    outcomes = tuple(facts.outcomes[0]._replace(master=None, cause=each) for each in causes)
    simulation = facts.simulation._replace(outcomes=outcomes)
    changed = replace(cluster, classes=(replace(facts, simulation=simulation),))
    (nodes,) = json.loads(inspect_json(told(changed)))["clusters"][0]["node_classes"]
    reasons = [
        {"failure": "no-config", "subject": None, "words": cause_words(causes[0])},
        {"failure": "cluster-network-unreadable", "subject": "x", "words": cause_words(causes[1])},
        None,
    ]
    assert [each["reason"] for each in nodes["outcomes"]] == reasons
    assert [each["cause"] for each in nodes["outcomes"]] == [
        *("no-config", "Multus cannot read x", None)
    ]
    unknown = {"failure": "unknown", "subject": None, "words": "the reason is not known"}
    assert nodes["answer"]["kind"] == "never-ready"
    assert nodes["answer"]["causes"] == [*reasons[:2], unknown]


def test_an_assumed_installer_says_why(read: Read, told: Tell) -> None:
    cluster = read("aws")
    assumed = replace(cluster.installers[0], assumed="EKS installs it", writes=None)
    found = json.loads(inspect_json(told(replace(cluster, installers=(assumed,)))))
    (installer,) = found["clusters"][0]["installers"]
    assert (installer["assumed"], installer["reason"]) == (True, "EKS installs it")
    assert installer["writes"] is None


def test_both_reports_speak_of_clusters_alike(read: Read, told: Tell) -> None:
    result = told(read("multus", "aws"), read("istio", called="other"))
    check, inspect = json.loads(check_json(result)), json.loads(inspect_json(result))
    assert check["schema"] == "cnilint.check/v1"
    assert check["clusters"] == inspect["clusters"]
    assert list(check) == ["schema", "summary", "clusters", "findings", "suppressed", "notes"]


def strict(text: str) -> Any:  # noqa: ANN401  straight from JSON
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


@given(st.text(st.characters(categories=None)))
@example("half a pair: \ud800")
def test_any_text_comes_back_and_can_be_written(message: str) -> None:
    finding = Finding("CNI101", "a", Level.ERROR, message, Location(Source("a", ""), Span(0, 0)))
    text = check_json(Result((finding,), (), (), 1, 0))
    assert text.endswith("}\n")
    assert strict(text.encode("utf-8").decode())["findings"][0]["message"] == message


def test_what_is_not_ascii_is_kept(told: Tell) -> None:
    assert "Grüße 世界" in check_json(told(notes=(Note("Grüße 世界"),)))


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_numbers_that_json_lacks_are_words(
    read: Read, told: Tell, find: Find, number: float
) -> None:
    document = read("aws").manifests[0].document
    edit = Edit(document, ("data",), Operation.ADD, {"a": [number]})
    fixes = (Fix("", Applicability.DISPLAY, (edit,)),)
    found = strict(check_json(told(findings=(find("aws", "kind", fixes=fixes),))))
    assert found["findings"][0]["fixes"][0]["edits"][0]["value"] == {"a": [str(number)]}
