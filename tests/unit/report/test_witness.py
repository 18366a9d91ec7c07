"""Orders of events, read from a finding's details."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.checks.selection import masters
from cnilint.engine.checks.selection import witnesses as written
from cnilint.model.finding import Finding, Level, Location
from cnilint.model.text import Source, Span
from cnilint.report.witness import Witness, witnesses
from cnilint.simulation.cluster import Cluster


def finding(*details: str) -> Finding:
    place = Location(Source("a", ""), Span(0, 0))
    return Finding("CNI101", "a", Level.ERROR, "", place, details=details)


def test_what_a_check_writes_is_read(read: Callable[..., Cluster]) -> None:
    (facts,) = read("multus", "aws", "istio").classes
    names = masters(facts)
    assert len(names) > 1
    found = witnesses(finding(*written(facts, names)))
    shown = [facts.witness(name) for name in names]
    assert [each.steps for each in found] == [one.order for one in shown if one is not None]
    assert [each.heading.split(" ")[0] for each in found] == names


@pytest.mark.parametrize(
    "details",
    [(), ("", ""), ("a heading:",), ("a line", "another"), ("  1. a step without a heading",)],
)
def test_other_details_are_no_orders(details: tuple[str, ...]) -> None:
    assert witnesses(finding(*details)) == []


def test_a_heading_loses_its_colon_and_a_step_its_number() -> None:
    details = ("10-aws on all nodes:", "  1. a: b", "  12. c\nd", "", "other", "  1. e")
    assert witnesses(finding(*details)) == [
        Witness("10-aws on all nodes", ("a: b", "c\nd")),
        Witness("other", ("e",)),
    ]


@given(st.lists(st.text(st.characters(categories=None)) | st.just("  1. a")))
def test_any_details_can_be_read(details: list[str]) -> None:
    assert all(each.steps for each in witnesses(finding(*details)))
