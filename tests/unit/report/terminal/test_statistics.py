"""How often each rule was broken: the numbers, and the table of them."""

from __future__ import annotations

import json

import pytest

from cnilint.engine.result import Result
from cnilint.model.finding import Applicability, Finding, Fix, Level, Location
from cnilint.model.text import Source, Span
from cnilint.report.json_ import check_json
from cnilint.report.terminal.paint import Paint
from cnilint.report.terminal.statistics import Count, counts, statistics

PLAIN = Paint(color=False, width=80)
SOURCE = Source("a.yaml", "a: 1\n")


def finding(
    rule: str, level: Level = Level.WARNING, *grades: Applicability, name: str = "name"
) -> Finding:
    return Finding(
        rule=rule,
        name=name,
        level=level,
        message="message",
        location=Location(SOURCE, Span(0, 1)),
        fixes=tuple(Fix("fix", grade, ()) for grade in grades),
    )


def result(*findings: Finding) -> Result:
    return Result(findings, (), (), sources=1, documents=1)


def test_the_most_frequent_comes_first_and_then_the_lower_id() -> None:
    told = [finding(rule) for rule in ("CNI300", "CNI200", "CNI100", "CNI200", "CNI100")]
    assert [(one.rule, one.number) for one in counts(result(*told))] == [
        ("CNI100", 2),
        ("CNI200", 2),
        ("CNI300", 1),
    ]


def test_without_findings_there_is_nothing_to_count() -> None:
    assert counts(result()) == []
    assert statistics(result(), PLAIN) == ""


def test_a_rule_has_the_level_of_its_worst_finding() -> None:
    told = [finding("CNI1", level) for level in (Level.NOTE, Level.ERROR, Level.WARNING)]
    assert counts(result(*told)) == [Count("CNI1", "name", Level.ERROR, 3, 0, 0)]


@pytest.mark.parametrize(
    ("grades", "fixable", "unsafe"),
    [
        ((), 0, 0),
        ((Applicability.SAFE,), 1, 0),
        ((Applicability.UNSAFE,), 0, 1),
        ((Applicability.DISPLAY,), 0, 0),
        ((Applicability.UNSAFE, Applicability.SAFE), 1, 0),
        ((Applicability.DISPLAY, Applicability.UNSAFE), 0, 1),
    ],
)
def test_a_finding_counts_by_its_most_applicable_fix(
    grades: tuple[Applicability, ...], fixable: int, unsafe: int
) -> None:
    (one,) = counts(result(finding("CNI1", Level.ERROR, *grades)))
    assert (one.fixable, one.unsafe) == (fixable, unsafe)


def test_the_table_is_in_columns() -> None:
    told = [
        *[finding("CNI905", Level.NOTE, name="undecided")] * 12,
        *[finding("CNI101", Level.ERROR, Applicability.SAFE, name="depends-on-order")] * 2,
        finding("CNI101", Level.ERROR, Applicability.UNSAFE, name="depends-on-order"),
        finding("CNI202", Level.WARNING, Applicability.UNSAFE, name="exclusive"),
    ]
    assert statistics(result(*told), PLAIN).splitlines() == [
        "12  CNI905  note     undecided",
        " 3  CNI101  error    depends-on-order  [*] 2 fixable  [~] 1 unsafe",
        " 1  CNI202  warning  exclusive         [~] 1 unsafe",
    ]


def test_the_table_has_colours_where_they_are_wanted() -> None:
    told = statistics(result(finding("CNI1", Level.ERROR)), Paint(color=True, width=80))
    assert "\x1b[1;31mCNI1" in told


def test_the_json_report_always_counts() -> None:
    told = [finding("CNI1", Level.ERROR, grade) for grade in sorted(Applicability)]
    assert json.loads(check_json(result(*told)))["summary"]["rules"] == [
        {
            "rule": "CNI1",
            "name": "name",
            "level": "error",
            "count": 3,
            "fixable": 1,
            "fixable_unsafe": 2,
        }
    ]
    assert json.loads(check_json(result()))["summary"]["rules"] == []
