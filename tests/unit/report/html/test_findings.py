"""Findings as HTML, one case at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cnilint.engine.result import KnownBy, KnownReason, Result, Suppressed
from cnilint.engine.ruleset import rules
from cnilint.model.finding import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Level,
    Operation,
    Related,
    Repair,
)
from cnilint.model.steps import Situation
from cnilint.model.text import Span
from cnilint.report.html.findings import explained, findings, fix_diff, notes, suppressed
from cnilint.simulation.cluster import Cluster
from tests.unit.report.html.page import Element, page
from tests.unit.report.orders import AWS_WRITES, REBOOTS, witness

Read = Callable[..., Cluster]
Told = Callable[..., Result]
Find = Callable[..., Finding]


def card(result: Result) -> Element:
    return page(findings(result)).one("article", "finding")


def test_nothing_wrong_is_said(read: Read, told: Told) -> None:
    assert page(findings(told(read("aws")))).text == "FindingsNothing is wrong."
    assert notes(told(read("aws"))) is None
    assert suppressed(told(read("aws"))) is None
    assert explained(told(read("aws"))) is None


def test_the_cluster_is_named_where_there_are_several(read: Read, told: Told, find: Find) -> None:
    found = (find("multus", "auto", cluster="blue"),)
    blue, green = read("multus", called="blue"), read("multus", called="green")
    assert "cluster" not in card(told(blue, findings=found)).one("p", "place").text
    place = card(told(blue, green, findings=found)).one("p", "place").text
    assert place == "multus.yaml:10:28 · ConfigMap net/multus · cluster blue"


def test_another_place_has_its_message_and_its_excerpt(read: Read, told: Told, find: Find) -> None:
    other = Related(find("aws", "aws-node").location, "it is written here")
    found = card(told(read("aws"), findings=(find("multus", "auto", related=(other,)),)))
    assert found.one("p", "related").text == "it is written here"
    assert [pre.one("mark").text for pre in found.all("pre", "excerpt")] == ["auto", "aws-node"]
    assert [p.one("code").text for p in found.all("p", "place")] == [
        *("multus.yaml:10:28", "aws.yaml:3:18")
    ]


def test_orders_are_lists_below_the_details(read: Read, told: Told, find: Find) -> None:
    witnesses = (
        witness("a.conf", AWS_WRITES, REBOOTS),
        witness("b.conf"),
        witness("c.conf", REBOOTS, situation=Situation.REBOOT),
    )
    finding = find("aws", "aws-node", details=("  1. no step",), witnesses=witnesses)
    found = card(told(read("aws"), findings=(finding,)))
    assert [p.text for p in found.all("p", "detail")] == [
        "  1. no step",
        "a.conf on all nodes, first boot:",
        "b.conf on all nodes, first boot:",
        "c.conf on all nodes, reboot:",
    ]
    again = "the node reboots with nothing in place"
    assert [[li.text for li in ol.all("li")] for ol in found.all("ol")] == [
        ["Amazon VPC CNI writes 10-aws.conflist", again],
        [again],
    ]


@pytest.mark.parametrize(
    ("grade", "word"),
    [
        (Applicability.SAFE, "safe"),
        (Applicability.UNSAFE, "to be looked at"),
        (Applicability.DISPLAY, "only shown"),
    ],
)
def test_a_fix_says_how_safe_it_is(
    grade: Applicability, word: str, read: Read, told: Told, find: Find
) -> None:
    fix = Fix("pin it", grade, (), "look at the chart")
    found = card(told(read("aws"), findings=(find("aws", "aws-node", fixes=(fix,)),)))
    assert found.one("p", "fix").text == f"Fix: pin it (look at the chart) {word}"
    assert not found.all("button")


def test_the_lines_of_a_diff_are_told_apart(read: Read, told: Told, find: Find) -> None:
    document = read("aws").manifests[0].document
    at = document.source.text.index("v1.19.0")
    fix = Fix("newer", Applicability.SAFE, (Repair(document, Span(at, at + 7), "v1.20.0"),))
    found = card(told(read("aws"), findings=(find("aws", "aws-node", fixes=(fix,)),)))
    lines = found.one("pre", "diff").one("code").all("span")
    assert [line.text[0] for line in lines if "added" in line.classes] == ["+"]
    assert [line.text[0] for line in lines if "removed" in line.classes] == ["-"]
    assert [line.text[:3] for line in lines if "hunk" in line.classes] == ["---", "+++", "@@ "]
    assert found.one("pre", "diff").text.splitlines() == list(fix_diff(fix))
    assert found.one("button", "copy").attributes["type"] == "button"


def test_a_fix_that_is_no_text_has_no_diff(read: Read) -> None:
    document = read("aws").manifests[0].document
    gone = Edit(document, ("not", "there"), Operation.REMOVE)
    assert list(fix_diff(Fix("x", Applicability.DISPLAY, (gone,)))) == []


def test_a_rule_is_explained_once_however_often_it_is_found(
    read: Read, told: Told, find: Find
) -> None:
    several = (find("aws", "aws-node"), find("multus", "auto"), find("aws", "cni", rule="none"))
    result = told(read("aws"), findings=several)
    section = page(explained(result) or "")
    (rule,) = [rule for rule in rules() if rule.id == "CNI101"]
    assert [h.text for h in section.all("h3")] == [f"CNI101 {rule.name}"]
    assert [dd.text for dd in section.all("dd")] == [
        rule.help[key] for key in ("what", "why", "fix-safety")
    ]
    assert [a.attributes["href"] for a in section.all("a")] == list(rule.links)
    linked = [a.attributes["href"] for a in page(findings(result)).all("a")]
    assert linked == ["#CNI101", "#CNI101"], "there is nothing to say of a rule that is not known"


@pytest.mark.parametrize(
    ("known", "word"),
    [
        (KnownBy.IN_SOURCE, "ignored where it is"),
        (KnownBy.CONFIGURATION, "ignored by the configuration"),
        (KnownBy.BASELINE, "in the baseline"),
    ],
)
def test_a_known_finding_says_why_it_is(
    known: KnownBy, word: str, find: Find, read: Read, told: Told
) -> None:
    one = Suppressed(find("aws", "aws-node", level=Level.NOTE), KnownReason(known), 0)
    bare = told(read("aws"))
    result = Result((), (), bare.clusters, 1, 1, (one,))
    (item,) = page(suppressed(result) or "").all("li")
    assert item.text.endswith(f"(aws.yaml:3:18): {word}")
