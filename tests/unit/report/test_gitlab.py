"""GitLab's Code Quality report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnilint.engine.repository import reported_path
from cnilint.engine.result import Result
from cnilint.model.finding import Finding, Level, Location, Note
from cnilint.model.text import Source, Span
from cnilint.report.fingerprint import fingerprints
from cnilint.report.gitlab import gitlab
from cnilint.shown import visible

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def result(*findings: Finding) -> Result:
    return Result(findings, (Note("not decided"),), (), 1, 1)


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_entry_has_just_what_gitlab_asks_for(find: Callable[..., Finding]) -> None:
    finding = find("multus", '"auto"')
    assert json.loads(gitlab(result(finding))) == [
        {
            "description": "CNI101: Multus takes whichever network comes first",
            "check_name": "a-race",
            "fingerprint": fingerprints([finding])[0],
            "severity": "critical",
            "location": {"path": "multus.yaml", "lines": {"begin": 10}},
        }
    ]


def test_no_findings_are_an_empty_list() -> None:
    assert gitlab(result()) == "[]\n"


def test_each_level_has_a_severity_of_its_own(find: Callable[..., Finding]) -> None:
    levels = (Level.NOTE, Level.WARNING, Level.ERROR)
    entries = json.loads(gitlab(result(*(find("aws", "kind", level=level) for level in levels))))
    assert [entry["severity"] for entry in entries] == ["info", "major", "critical"]


def test_equal_findings_are_not_dropped_for_their_fingerprint(find: Callable[..., Finding]) -> None:
    entries = json.loads(gitlab(result(*[find("aws", "kind")] * 3)))
    assert len({entry["fingerprint"] for entry in entries}) == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[st.text(st.characters(categories=None))] * 3)))
def test_any_findings_come_back(texts: list[tuple[str, str, str]]) -> None:
    findings = [
        Finding("CNI101", name, Level.ERROR, message, Location(Source(path, "a\nb"), Span(2, 3)))
        for path, name, message in texts
    ]
    text = gitlab(result(*findings))
    assert text.endswith("\n")
    entries: list[dict[str, Any]] = json.loads(text.encode("utf-8"))
    assert [(entry["description"], entry["check_name"]) for entry in entries] == [
        (visible(f"CNI101: {' '.join(message.split())}"), name) for _, name, message in texts
    ]
    assert [entry["location"] for entry in entries] == [
        {"path": reported_path(path), "lines": {"begin": 2}} for path, _, _ in texts
    ]
    assert {entry["severity"] for entry in entries} <= SEVERITIES
