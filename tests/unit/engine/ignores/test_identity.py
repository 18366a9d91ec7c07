"""What makes a finding the same from run to run."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint.engine.ignores.identity import identity, pointer
from cnilint.model.finding import Finding, Level, Location
from cnilint.model.text import Source, Span
from cnilint.model.tree import Embedded, Route


def finding(
    thing: str = "ConfigMap net/multus",
    *,
    route: Route = (),
    path: str = "a.yaml",
    cluster: str = "prod",
    message: str = "a race",
    at: int = 0,
) -> Finding:
    place = Location(Source(path, "x" * 9), Span(at, at + 1), route, None, thing)
    return Finding("CNI101", "a-race", Level.ERROR, message, place, cluster)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_is_rule_cluster_object_and_pointer() -> None:
    route = ("data", "daemon-config.json", Embedded.JSON, "multusConfigFile")
    assert identity(finding(route=route)) == (
        "CNI101",
        "prod",
        "ConfigMap net/multus",
        "/data/daemon-config.json/(json)/multusConfigFile",
    )


@pytest.mark.parametrize(
    "other",
    [finding(at=5), finding(message="worded anew"), finding(path="moved/b.yaml")],
)
def test_lines_wording_and_files_are_no_part_of_it(other: Finding) -> None:
    assert identity(other) == identity(finding())


def test_a_place_without_an_object_has_its_path_from_the_top(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_top = identity(finding("", path="sub/a.yaml"))
    assert from_top[2] == "sub/a.yaml"
    monkeypatch.chdir(repository / "sub")
    assert identity(finding("", path="a.yaml")) == from_top
    assert identity(finding("", path=str(repository / "sub" / "a.yaml"))) == from_top


def test_a_cluster_that_is_a_whole_path_is_one_from_the_top(repository: Path) -> None:
    clusters = f"{repository / 'sub'}, test"
    assert identity(finding(cluster=clusters))[1] == "sub, test"


def test_a_pointer_escapes_what_it_is_made_of() -> None:
    place = finding(route=("a/b", "c~d", 0, "")).location
    assert pointer(place) == "/a~1b/c~0d/0/"
    assert pointer(finding().location) == ""
