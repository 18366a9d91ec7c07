"""One JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from cnilint.engine.result import Result
from cnilint.model.finding import Finding, Level, Location, Note
from cnilint.model.text import Source, Span
from cnilint.report.json_ import check_json
from cnilint.report.jsonl import jsonl


def result(*findings: Finding, notes: tuple[Note, ...] = ()) -> Result:
    return Result(findings, notes, (), 1, 1)


def test_the_objects_are_those_of_the_json_report(find: Callable[..., Finding]) -> None:
    said = result(find("multus", '"auto"'), find("aws", "kind", level=Level.NOTE))
    lines = jsonl(said).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(check_json(said))["findings"]


def test_nothing_found_is_no_line() -> None:
    assert jsonl(result(notes=(Note("not decided"),))) == ""


@given(st.lists(st.tuples(*[st.text(st.characters(categories=None))] * 2), min_size=1))
@example([("a\nb\r\n\u2028c\x85\x1c", "half a pair \ud800 }{")])
def test_any_finding_is_one_line_however_lines_are_told_apart(texts: list[tuple[str, str]]) -> None:
    findings = [
        Finding("CNI101", "a", Level.ERROR, message, Location(Source(path, ""), Span(0, 0)))
        for path, message in texts
    ]
    text = jsonl(result(*findings))
    assert text.endswith("\n")
    lines = text.encode("utf-8").decode().splitlines()
    found = [json.loads(line) for line in lines]
    assert [(each["location"]["path"], each["message"]) for each in found] == texts
