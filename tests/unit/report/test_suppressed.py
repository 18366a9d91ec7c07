"""Findings that are known, in each report that tells of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cnilint.engine.result import KnownBy, KnownReason, Result, Suppressed
from cnilint.model.finding import Finding, Level
from cnilint.report.fingerprint import fingerprints
from cnilint.report.github import github
from cnilint.report.gitlab import gitlab
from cnilint.report.json_ import check_json
from cnilint.report.jsonl import jsonl
from cnilint.report.markdown import markdown
from cnilint.report.sarif.log import sarif
from cnilint.report.terminal.findings import full
from cnilint.report.terminal.paint import Paint
from tests.unit.report.schema import complaints

Find = Callable[..., Finding]
Tell = Callable[..., Result]

PLAIN = Paint(color=False, width=100)


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def result(find: Find, told: Tell) -> Result:
    """One that counts, before it one of a comment, behind it the configuration's and an old one."""
    known = [
        KnownReason(KnownBy.IN_SOURCE, "see [here](elsewhere)", find("multus", "auto").location),
        KnownReason(KnownBy.CONFIGURATION, "ignored in examples/**"),
        KnownReason(KnownBy.BASELINE),
    ]
    rules = ("CNI102", "CNI103", "CNI104")
    suppressed = tuple(
        Suppressed(find("multus", '"auto"', rule=rule), reason, before)
        for rule, reason, before in zip(rules, known, (0, 1, 1), strict=True)
    )
    told_of = told(findings=(find("multus", '"auto"', rule="CNI101"),))
    return replace(told_of, suppressed=suppressed, compared=True)


def results(result: Result) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(sarif(result))["runs"][0]["results"]
    return found


def test_sarif_keeps_what_is_known_in_its_place(result: Result) -> None:
    found = results(result)
    assert [one["ruleId"] for one in found] == ["CNI102", "CNI101", "CNI103", "CNI104"]
    assert [one["baselineState"] for one in found] == ["new", "new", "new", "unchanged"]


def test_sarif_says_who_suppressed_a_result_and_why(result: Result) -> None:
    in_source, counts, external, old = (one["suppressions"] for one in results(result))
    assert counts == []
    assert isinstance(in_source, list)
    assert in_source[0]["kind"] == "inSource"
    assert in_source[0]["justification"] == "see [here] (elsewhere)"
    region = in_source[0]["location"]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (10, 28)
    accepted = {"kind": "external", "status": "accepted"}
    assert external == [accepted | {"justification": "ignored in examples/**"}]
    assert old == [accepted | {"justification": "it was there before"}]


def test_sarif_has_suppressions_of_every_result_or_of_none(result: Result, told: Tell) -> None:
    assert all("suppressions" in one for one in results(result))
    bare = results(told(findings=result.findings))
    assert bare
    assert not any("suppressions" in one or "baselineState" in one for one in bare)


def test_the_schema_accepts_it(result: Result) -> None:
    assert complaints(json.loads(sarif(result))) == []


def test_a_fingerprint_stays_when_an_equal_finding_is_ignored(find: Find, told: Tell) -> None:
    twins = (find("multus", '"auto"'), find("multus", "cniConfigDir"))
    before = [one["partialFingerprints"] for one in results(told(findings=twins))]
    first = Suppressed(twins[0], KnownReason(KnownBy.IN_SOURCE), 0)
    after = results(replace(told(findings=twins[1:]), suppressed=(first,)))
    assert [one["partialFingerprints"] for one in after] == before
    assert len(set(fingerprints(twins))) == 2


def test_gitlab_has_only_what_counts_and_its_fingerprint_stays(find: Find, told: Tell) -> None:
    twins = (find("multus", '"auto"'), find("multus", "cniConfigDir"))
    _first, before = (one["fingerprint"] for one in json.loads(gitlab(told(findings=twins))))
    known = Suppressed(twins[0], KnownReason(KnownBy.IN_SOURCE), 0)
    (after,) = json.loads(gitlab(replace(told(findings=twins[1:]), suppressed=(known,))))
    assert after["fingerprint"] == before


def test_a_summary_and_annotations_are_of_what_counts(result: Result) -> None:
    head, *rest = markdown(result).splitlines()
    assert head == "## cnilint: 1 error; 2 ignored, 1 in the baseline"
    assert not any("CNI102" in line for line in rest)
    assert len(github(result).splitlines()) == 1


def test_json_lists_them_apart_with_their_reasons(result: Result) -> None:
    report = json.loads(check_json(result))
    assert [one["rule"] for one in report["findings"]] == ["CNI101"]
    assert report["summary"]["suppressed"] == 3
    found = {one["rule"]: one["suppression"] for one in report["suppressed"]}
    assert found["CNI102"]["by"] == "source"
    assert found["CNI102"]["location"]["line"] == 10
    assert found["CNI103"] == {
        "by": "configuration",
        "reason": "ignored in examples/**",
        "location": None,
        "new": False,
    }
    baseline = {"by": "baseline", "reason": None, "location": None, "new": False}
    assert found["CNI104"] == baseline


def test_json_lines_have_only_what_counts(result: Result) -> None:
    assert [json.loads(line)["rule"] for line in jsonl(result).splitlines()] == ["CNI101"]


def test_a_person_is_told_how_many_there_are(result: Result, told: Tell) -> None:
    assert full(result, PLAIN).splitlines()[-1] == "1 error; 2 ignored, 1 in the baseline"
    clean = replace(result, findings=())
    assert full(clean, PLAIN).splitlines()[-1].endswith("; 2 ignored, 1 in the baseline")
    assert "ignored" not in full(told(findings=result.findings), PLAIN)


def test_what_is_known_is_no_failure_of_its_level(result: Result) -> None:
    assert result.count(Level.ERROR) == 1
    assert [finding.rule for finding, suppressed in result.everything() if suppressed] == [
        "CNI102",
        "CNI103",
        "CNI104",
    ]
