"""Workflow commands, read back as the runner of GitHub Actions reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnilint.engine.result import Result
from cnilint.model.finding import Finding, Level, Location, Note
from cnilint.model.text import Source, Span
from cnilint.report.github import github
from cnilint.shown import inert, visible
from tests.unit.report.orders import AWS_WRITES, witness

Find = Callable[..., Finding]

COMMAND = re.compile(r"::(?P<name>[a-z]+) (?P<properties>.*?)::(?P<data>.*)")
PLACE = ["file", "line", "endLine", "col", "endColumn", "title"]


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


def unescaped(text: str, *, data: bool) -> str:
    """Undo the escapes as actions/runner's ActionCommand does: the percent sign comes last."""
    codes = {"%0D": "\r", "%0A": "\n"} | ({} if data else {"%3A": ":", "%2C": ","})
    for code, character in codes.items():
        text = text.replace(code, character)
    return text.replace("%25", "%")


def commands(text: str) -> list[Command]:
    """Read a log, line by line; every line has to be a command."""
    found = []
    for line in re.split("\r\n|\r|\n", text)[:-1]:
        read = COMMAND.fullmatch(line)
        assert read is not None, line
        pairs = [pair.partition("=") for pair in read["properties"].split(",")]
        properties = {key: unescaped(value, data=False) for key, _, value in pairs}
        found.append(Command(read["name"], properties, unescaped(read["data"], data=True)))
    return found


def result(*findings: Finding) -> Result:
    return Result(findings, (Note("not decided"),), (), 1, 1)


def many(find: Find, level: Level, count: int) -> list[Finding]:
    return [find("aws", "kind", level=level, message=f"{level} {n}") for n in range(count)]


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_annotation_has_its_place_and_says_all(find: Find) -> None:
    order = witness("10-aws.conflist", AWS_WRITES)
    finding = find("multus", '"auto"', witnesses=(order,), help="pin it")
    assert github(result(finding)) == (
        "::error file=multus.yaml,line=10,endLine=10,col=27,endColumn=33,title=CNI101 a-race"
        "::Multus takes whichever network comes first"
        "%0A%0A10-aws.conflist on all nodes, first boot:"
        "%0A  1. Amazon VPC CNI writes 10-aws.conflist"
        "%0A%0Ahelp: pin it\n"
    )


def test_nothing_found_says_nothing() -> None:
    assert github(result()) == ""


@pytest.mark.parametrize(
    ("span", "place"),
    [
        (Span(0, 2), ["1", "1", "1", "3"]),
        # up to the end of a line, its line end included: still that line
        (Span(0, 3), ["1", "1", "1", "3"]),
        (Span(1, 1), ["1", "1", "2", "2"]),
        # over several lines GitHub takes no columns
        (Span(0, 4), ["1", "2"]),
        (Span(0, 6), ["1", "2"]),
    ],
)
def test_columns_are_given_for_one_line_only(span: Span, place: list[str]) -> None:
    finding = Finding("CNI101", "a", Level.ERROR, "", Location(Source("a", "ab\ncd\n"), span))
    (command,) = commands(github(result(finding)))
    assert list(command.properties) == [key for key in PLACE if key in command.properties]
    found = command.properties
    assert [found[key] for key in PLACE[1:-1] if key in found] == place


def test_standard_input_is_no_file(find: Find) -> None:
    finding = find("aws", "kind", location=Location(Source("-", "a"), Span(0, 1)))
    (command,) = commands(github(result(finding)))
    assert command.properties == {"title": "CNI101 a-race"}


def test_errors_come_first_in_their_order(find: Find) -> None:
    mixed = [
        *many(find, Level.NOTE, 1),
        *many(find, Level.WARNING, 2),
        *many(find, Level.ERROR, 2),
    ]
    found = commands(github(result(*mixed)))
    assert [(each.name, each.data) for each in found] == [
        ("error", "error 0"),
        ("error", "error 1"),
        ("warning", "warning 0"),
        ("warning", "warning 1"),
        ("notice", "note 0"),
    ]


def test_ten_of_each_level_fit(find: Find) -> None:
    full = [
        one for level in (Level.ERROR, Level.WARNING, Level.NOTE) for one in many(find, level, 10)
    ]
    assert [each.data for each in commands(github(result(*full)))] == [one.message for one in full]


def test_what_github_would_drop_is_counted_by_the_last_notice(find: Find) -> None:
    found = commands(github(result(*many(find, Level.ERROR, 13), *many(find, Level.WARNING, 11))))
    assert [each.name for each in found] == ["error"] * 10 + ["warning"] * 10 + ["notice"]
    assert found[-1].data == "3 errors, 1 warning more: GitHub shows 10 of each level"
    assert found[-1].properties == {"title": "cnilint"}


@given(errors=st.integers(0, 14), warnings=st.integers(0, 14), notes=st.integers(0, 14))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@example(errors=11, warnings=0, notes=10)
def test_no_annotation_is_dropped_unsaid(
    find: Find, errors: int, warnings: int, notes: int
) -> None:
    counts = {Level.ERROR: errors, Level.WARNING: warnings, Level.NOTE: notes}
    findings = [one for level, count in counts.items() for one in many(find, level, count)]
    found = commands(github(result(*findings)))
    for name in ("error", "warning", "notice"):
        assert sum(each.name == name for each in found) <= 10
    shown = [each for each in found if each.properties["title"] != "cnilint"]
    left_out = sum(
        int(count)
        for each in found
        if each not in shown
        for count in re.findall(r"(\d+) (?:error|warning|note)", each.data)
    )
    assert len(shown) + left_out == len(findings)
    assert len(found) - len(shown) == (left_out > 0)


NASTY = st.text(
    st.characters(categories=None) | st.sampled_from("%:,=\r\n\0\x1b\u2028\ud800🚀"), max_size=12
) | st.sampled_from(["::error::x", "a\n::set-output name=b::c", "%0A", "%250A", "]]>", "##[error]"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=NASTY.filter(lambda path: path != "-"), name=NASTY, message=NASTY, detail=NASTY)
def test_any_text_comes_back_and_gives_no_command_of_its_own(
    path: str, name: str, message: str, detail: str
) -> None:
    place = Location(Source(f"top/{path}/end", "text"), Span(1, 2))
    finding = Finding("CNI101", name, Level.WARNING, message, place, details=(detail,))
    (command,) = commands(github(result(finding)))
    assert command.name == "warning"
    assert list(command.properties) == PLACE
    assert command.properties["title"] == inert(visible(f"CNI101 {name}"))
    said = [*message.splitlines(), "", detail]
    assert command.data == inert("\n".join(map(visible, said)))
    assert command.properties["file"].endswith("end")
    if "/" not in path and path not in (".", "..", ""):
        assert command.properties["file"] == inert(visible(f"top/{path}/end"))
