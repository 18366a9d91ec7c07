"""What of a SARIF log code scanning refuses, and how it tells logs apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cnilint import lint
from cnilint.engine.result import Result
from cnilint.model.finding import Finding, Level, Related
from cnilint.report.sarif import log as module
from cnilint.report.sarif.log import sarif

Find = Callable[..., Finding]
Tell = Callable[..., Result]


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(result: Result) -> Any:  # noqa: ANN401  straight from JSON
    (found,) = json.loads(sarif(result))["runs"]
    return found


def test_a_file_of_too_many_results_keeps_the_worst(
    find: Find, told: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_RESULTS", 2)
    levels = (Level.NOTE, Level.ERROR, Level.NOTE, Level.WARNING)
    found = run(told(findings=tuple(find("aws", "kind", level=level) for level in levels)))
    assert [each["level"] for each in found["results"]] == ["error", "warning"]
    (notification,) = found["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "2 findings more do not fit into this file"


def test_what_is_refused_in_a_result_is_counted(
    find: Find, told: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PLACES", 30)
    place = find("aws", "kind").location
    related = tuple(Related(place, f"place {number}") for number in range(33))
    finding = find("aws", "kind", related=related)
    found = run(told(findings=(finding,)))
    (each,) = found["results"]
    assert len(each["relatedLocations"]) + len(each["locations"]) == 30
    assert [link["id"] for link in each["relatedLocations"]] == list(range(1, 30))
    message = each["message"]["text"].splitlines()
    assert message[20] == "[place 19](20)"
    assert message[21:] == ["and 13 more"]
    (notification,) = found["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == (
        "of CNI101 4 related places more do not fit into a result"
    )


def test_uploads_are_told_apart_by_the_paths_they_are_about(told: Tell) -> None:
    for paths, name in (((".",), "cnilint/"), (("clusters/prod",), "cnilint/clusters/prod/")):
        found = run(replace(told(), paths=paths))
        assert found["automationDetails"] == {"id": name}


def test_the_run_knows_what_it_was_asked_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "clusters").mkdir()
    (tmp_path / "clusters/a.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {}\n")
    monkeypatch.chdir(tmp_path)
    assert run(lint(["clusters"]))["automationDetails"] == {"id": "cnilint/clusters/"}
    assert run(lint([]))["automationDetails"] == {"id": "cnilint/"}
    monkeypatch.chdir(tmp_path / "clusters")
    assert run(lint(["."]))["automationDetails"] == {"id": "cnilint/clusters/"}
