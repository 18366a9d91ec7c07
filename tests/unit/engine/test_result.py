"""What a result says of itself: how many findings, how many with a fix, how much was read."""

from __future__ import annotations

import pytest

from cnilint.engine.evaluate import evaluate
from cnilint.engine.result import Result
from cnilint.model.finding import Applicability, Finding, Fix, Level, Location
from cnilint.model.text import Source, Span
from tests.clusters import NAMESPACE, VPC, multus, read

SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY


def finding(level: Level, *grades: Applicability) -> Finding:
    place = Location(Source("x.yaml", "a"), Span(0, 1))
    fixes = tuple(Fix("a fix", grade, ()) for grade in grades)
    return Finding("CNI101", "a-rule", level, "a message", place, fixes=fixes)


def result(*findings: Finding) -> Result:
    return Result(findings, (), (), 1, 1)


def test_findings_are_counted_by_level() -> None:
    found = result(*map(finding, [Level.NOTE, Level.ERROR, Level.NOTE]))
    levels = (Level.ERROR, Level.WARNING, Level.NOTE, Level.OFF)
    assert [found.count(level) for level in levels] == [1, 0, 2, 0]


@pytest.mark.parametrize(
    ("grades", "safe", "unsafe", "shown"),
    [
        ([], 0, 0, 0),
        ([[]], 0, 0, 0),
        ([[DISPLAY]], 0, 0, 1),
        ([[UNSAFE]], 0, 1, 1),
        ([[SAFE]], 1, 1, 1),
        ([[DISPLAY, SAFE], [UNSAFE, UNSAFE], []], 1, 2, 2),
        ([[SAFE, SAFE], [SAFE]], 2, 2, 2),
    ],
)
def test_a_finding_counts_once_by_its_best_fix(
    grades: list[list[Applicability]], safe: int, unsafe: int, shown: int
) -> None:
    found = result(*(finding(Level.ERROR, *each) for each in grades))
    assert [found.fixable(least) for least in (SAFE, UNSAFE, DISPLAY)] == [safe, unsafe, shown]


def test_manifests_are_counted_in_every_cluster_they_belong_to() -> None:
    files = {"a/vpc.yaml": VPC, "b/vpc.yaml": VPC, "multus.yaml": multus(), "n.yaml": NAMESPACE}
    found = evaluate(read(files))
    assert (found.sources, found.documents) == (4, 5)
    assert [len(cluster.manifests) for cluster in found.clusters] == [4, 4]
    assert found.manifests == 8
