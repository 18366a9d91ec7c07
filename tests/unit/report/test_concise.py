"""One line for each finding."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnilint.engine.result import Result
from cnilint.model.finding import Applicability, Finding, Fix, Level, Location, Note
from cnilint.model.text import Source, Span
from cnilint.report.concise import concise
from cnilint.simulation.cluster import Cluster

LINE = re.compile(r"(?P<path>.+):[1-9]\d*:[1-9]\d*: (?P<rule>CNI\d{3}) (\[\*\] )?(?P<message>.*)")

SAFE = Fix("pin it", Applicability.SAFE, ())
UNSAFE = Fix("pin it", Applicability.UNSAFE, ())


def result(*findings: Finding, notes: tuple[Note, ...] = ()) -> Result:
    return Result(findings, notes, (), 1, 1)


@pytest.mark.parametrize(
    ("fixes", "line"),
    [
        ((), "multus.yaml:10:27: CNI101 Multus takes whichever network comes first\n"),
        ((UNSAFE,), "multus.yaml:10:27: CNI101 Multus takes whichever network comes first\n"),
        ((SAFE,), "multus.yaml:10:27: CNI101 [*] Multus takes whichever network comes first\n"),
        (
            (UNSAFE, SAFE),
            "multus.yaml:10:27: CNI101 [*] Multus takes whichever network comes first\n",
        ),
    ],
)
def test_a_finding_is_a_line(
    find: Callable[..., Finding], fixes: tuple[Fix, ...], line: str
) -> None:
    assert concise(result(find("multus", '"auto"', fixes=fixes))) == line


def test_findings_keep_their_order(find: Callable[..., Finding]) -> None:
    lines = concise(result(find("multus", '"auto"'), find("aws", "DaemonSet", level=Level.NOTE)))
    assert [line.split(":")[0] for line in lines.splitlines()] == ["multus.yaml", "aws.yaml"]


def test_a_message_of_two_lines_is_one(find: Callable[..., Finding]) -> None:
    line = concise(result(find("aws", "kind", message="one\n  and two\n")))
    assert line == "aws.yaml:2:1: CNI101 one and two\n"


def test_notes_and_clusters_are_left_out(
    read: Callable[..., Cluster], told: Callable[..., Result]
) -> None:
    assert concise(told(read("multus", "aws"), notes=(Note("not decided"),))) == ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(min_size=1), st.text(), st.text(), st.integers(0, 50), st.sampled_from([(), (SAFE,)])
)
def test_any_finding_is_one_line(
    path: str, text: str, message: str, at: int, fixes: tuple[Fix, ...]
) -> None:
    place = Location(Source(path, text), Span(at, at))
    line = concise(result(Finding("CNI101", "a", Level.ERROR, message, place, fixes=fixes)))
    assert line.endswith("\n")
    found = LINE.fullmatch(line[:-1])
    assert found is not None
    assert bool(found[3]) is bool(fixes)
