"""Findings that were there before, and those that are new."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.ignores.baseline import (
    BaselineEntry,
    baseline_text,
    entries_of,
    gone,
    old,
    read,
)
from cnilint.engine.ignores.identity import identity
from cnilint.engine.policy import Identity
from cnilint.errors import UsageError
from cnilint.model.finding import Finding, Level, Location
from cnilint.model.text import Source, Span
from cnilint.model.tree import Embedded, Route


def finding(
    rule: str = "CNI101",
    cluster: str = "prod",
    thing: str = "ConfigMap net/multus",
    route: Route = ("data", "daemon-config.json", Embedded.JSON, "multusConfigFile"),
    path: str = "multus.yaml",
    at: int = 0,
) -> Finding:
    source = Source(path, "x" * 10)
    place = Location(source, Span(at, at + 1), route, None, thing)
    return Finding(rule, "a-race", Level.ERROR, f"at {at}", place, cluster)


def known(*before: Finding) -> list[Identity]:
    return [identity(one) for one in before]


ARGUMENT: Route = ("spec", "template", "spec", "containers", 0, "args", 2)


def test_the_same_finding_is_old_and_another_one_new() -> None:
    assert old([finding()], known(finding())) == [True]
    assert old([finding("CNI102")], known(finding())) == [False]
    assert old([finding(thing="ConfigMap net/other")], known(finding())) == [False]
    assert old([finding(route=("data",))], known(finding())) == [False]
    assert old([finding()], []) == [False]


@pytest.mark.parametrize(
    "now",
    [
        finding(at=5),
        finding(path="moved/multus.yaml"),
        finding(cluster="default"),
        finding(cluster="prod, test"),
    ],
)
def test_what_was_moved_is_old(now: Finding) -> None:
    assert old([now], known(finding())) == [True]


def test_what_moves_within_a_list_is_old() -> None:
    before = finding(route=ARGUMENT)
    after = finding(route=(*ARGUMENT[:4], 1, "args", 7))
    assert old([after], known(before)) == [True]
    assert old([finding(route=(*ARGUMENT[:5], "env", 2))], known(before)) == [False]


def test_a_number_in_a_key_is_no_place_in_a_list() -> None:
    before = finding(route=("data", "v1"))
    assert old([finding(route=("data", "v2"))], known(before)) == [False]


def test_a_file_without_objects_may_move_to_another_folder() -> None:
    before = finding("CNI901", "", "", (), "a/broken.yaml")
    assert old([finding("CNI901", "", "", (), "b/c/broken.yaml")], known(before)) == [True]
    assert old([finding("CNI901", "", "", (), "a/other.yaml")], known(before)) == [False]


def test_one_more_of_the_same_is_new() -> None:
    assert old([finding(), finding(at=3)], known(finding())) == [True, False]
    assert old([finding(), finding(cluster="test")], known(finding())) == [True, False]
    assert old([finding(cluster="test"), finding()], known(finding())) == [False, True]


def test_what_is_there_no_more_is_gone() -> None:
    entries = entries_of([finding(), finding("CNI102"), finding("CNI103", path="old.yaml")])
    now = [finding("CNI103", path="new.yaml"), finding("CNI104")]
    assert gone(now, entries) == [True, True, False]
    assert gone([], entries) == [True, True, True]


FINDINGS = st.lists(
    st.builds(
        finding,
        rule=st.sampled_from(["CNI101", "CNI102"]),
        cluster=st.sampled_from(["default", "prod"]),
        thing=st.sampled_from(["ConfigMap net/multus", ""]),
        route=st.sampled_from([(), ARGUMENT, (*ARGUMENT[:6], 3)]),
        path=st.sampled_from(["a/x.yaml", "b/x.yaml"]),
    ),
    max_size=6,
)


@given(FINDINGS)
def test_nothing_is_new_and_nothing_gone_right_after_writing(found: list[Finding]) -> None:
    assert old(found, known(*found)) == [True] * len(found)
    assert gone(found, entries_of(found)) == [False] * len(found)


@given(FINDINGS, FINDINGS)
def test_no_entry_stands_for_two_findings(now: list[Finding], before: list[Finding]) -> None:
    is_old, is_gone = old(now, known(*before)), gone(now, entries_of(before))
    assert sum(is_old) == is_gone.count(False) <= min(len(now), len(before))


@given(FINDINGS, st.randoms(use_true_random=False))
def test_a_file_is_read_as_it_was_written_in_whatever_order(
    found: list[Finding], random: object
) -> None:
    entries = entries_of(found)
    text = baseline_text(entries)
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert baseline_text(shuffled) == text
    assert json.loads(text)["schema"] == "cnilint.baseline/v1"
    assert text.count("\n") == (len(found) + 5 if found else 4)


def test_reading_gives_what_was_written(tmp_path: Path) -> None:
    entries = entries_of([finding(), finding("CNI102", thing="ConfigMap näh/\ud800")])
    path = tmp_path / "baseline.json"
    path.write_text(baseline_text(entries), encoding="utf-8")
    assert [entry.identity[0] for entry in read(str(path))] == ["CNI101", "CNI102"]
    assert read(str(path))[0] == entries[0]
    assert read(str(path))[0] == BaselineEntry(
        (
            "CNI101",
            "prod",
            "ConfigMap net/multus",
            "/data/daemon-config.json/(json)/multusConfigFile",
        ),
        entries[0].path,
        "at 0",
    )


ENTRY = '{"rule": "CNI101", "cluster": "", "object": "", "route": "", "path": "", "message": ""}'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", ":1 is not JSON"),
        ('{\n"schema": x}', ":2 is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is no baseline of this release"),
        ('{"schema": "cnilint.baseline/v9", "findings": []}', "is no baseline of this release"),
        ('{"schema": "cnilint.baseline/v1"}', "is not complete"),
        ('{"schema": "cnilint.baseline/v1", "findings": [7]}', "1. finding"),
        (f'{{"schema": "cnilint.baseline/v1", "findings": [{ENTRY}, {{}}]}}', "2. finding"),
        ("\ufeff", "is not JSON"),
    ],
)
def test_a_broken_file_is_told_from_a_whole_one(content: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read(str(path))
    assert reason in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no baseline .*: `cnilint baseline write` makes one"):
        read(str(tmp_path / "none.json"))


def test_a_folder_and_a_file_that_is_no_text_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(str(tmp_path))
    (tmp_path / "a").write_bytes(b"\xff\xff")
    with pytest.raises(UsageError, match="cannot be read"):
        read(str(tmp_path / "a"))
