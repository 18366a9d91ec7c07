"""What tells findings apart from run to run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.ignores.identity import pointer
from cnilint.model.finding import Finding, Level, Location
from cnilint.model.text import Source, Span
from cnilint.model.tree import Embedded, Route
from cnilint.report.fingerprint import fingerprints

Find = Callable[..., Finding]

ANY = st.text(st.characters(categories=None), max_size=4)
STEPS = st.one_of(ANY, st.integers(0, 3), st.just(Embedded.JSON))


def finding(rule: str, cluster: str, thing: str, route: Route, path: str = "a.yaml") -> Finding:
    place = Location(Source(path, "text"), Span(0, 1), route, None, thing)
    return Finding(rule, "a", Level.ERROR, "message", place, cluster)


def test_lines_wording_and_files_do_not_matter(find: Find) -> None:
    before = find("multus", '"auto"')
    moved = replace(
        before,
        message="worded anew",
        level=Level.NOTE,
        details=("more",),
        location=before.location._replace(source=Source("b.yaml", "x\n" * 9), span=Span(7, 9)),
    )
    assert fingerprints([before]) == fingerprints([moved])


@pytest.mark.parametrize(
    "other",
    [
        finding("CNI102", "prod", "ConfigMap a", ("data",)),
        finding("CNI101", "test", "ConfigMap a", ("data",)),
        finding("CNI101", "prod", "ConfigMap b", ("data",)),
        finding("CNI101", "prod", "ConfigMap a", ("data", 0)),
        finding("CNI101", "prod", "ConfigMap a", ()),
        # what moves from one part into the next is another thing too
        finding("CNI101", "prodConfigMap a", "", ("data",)),
    ],
)
def test_rule_cluster_object_and_route_do(other: Finding) -> None:
    assert fingerprints([finding("CNI101", "prod", "ConfigMap a", ("data",))]) != fingerprints(
        [other]
    )


def test_a_place_without_an_object_has_its_path() -> None:
    one, other = (finding("CNI901", "", "", (), path) for path in ("a.yaml", "b.yaml"))
    assert fingerprints([one]) != fingerprints([other])


def test_a_cluster_named_by_a_whole_path_is_the_same_in_every_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for name in ("one", "other"):
        (tmp_path / name / ".git").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / name)
        clusters = f"{tmp_path}/{name}/prod, {tmp_path}/{name}"
        found.update(fingerprints([finding("CNI101", clusters, "x", ())]))
    assert len(found) == 1
    assert found == set(fingerprints([finding("CNI101", "prod, .", "x", ())]))


def test_equal_ones_are_counted_in_their_order() -> None:
    twin, other = finding("CNI101", "", "x", ()), finding("CNI102", "", "x", ())
    first, middle, second, third = fingerprints([twin, other, twin, twin])
    digest = first.removesuffix(":1")
    assert (first, second, third) == (f"{digest}:1", f"{digest}:2", f"{digest}:3")
    assert middle.endswith(":1")
    assert middle != first


def test_it_stays_what_it_was_in_earlier_releases() -> None:
    old = finding("CNI101", "prod", "ConfigMap net/multus", ("data", "a.json", Embedded.JSON, 0))
    assert fingerprints([old]) == ["a4a0a4ca1ea48339c444adc454cd8edd:1"]


@given(st.lists(st.builds(finding, ANY, ANY, ANY, st.lists(STEPS, max_size=3).map(tuple), ANY)))
def test_they_are_unique_and_of_one_form(findings: list[Finding]) -> None:
    found = fingerprints(findings)
    assert len(set(found)) == len(findings)
    assert all(re.fullmatch(r"[0-9a-f]{32}:[1-9]\d*", each) for each in found)
    assert fingerprints(findings) == found


@pytest.mark.parametrize(
    ("route", "text"),
    [
        ((), ""),
        (("data", 0, "a.b"), "/data/0/a.b"),
        (("data", "c.json", Embedded.JSON, "k"), "/data/c.json/(json)/k"),
        (("a/b", "~1", ""), "/a~1b/~01/"),
    ],
)
def test_a_route_is_a_json_pointer(route: Route, text: str) -> None:
    assert pointer(Location(Source("a", ""), Span(0, 0), route)) == text


@given(st.lists(ANY, max_size=4))
def test_a_pointer_reads_back(steps: list[str]) -> None:
    text = pointer(Location(Source("a", ""), Span(0, 0), tuple(steps)))
    parts = text.split("/")[1:]
    assert [part.replace("~1", "/").replace("~0", "~") for part in parts] == steps
