"""Text of a stranger in every field of a finding: each format says it, and nothing of it acts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cnilint.engine.result import KnownBy, KnownReason, Result, Suppressed
from cnilint.model.finding import (
    Applicability,
    Finding,
    Fix,
    Handover,
    Level,
    Location,
    Note,
    Related,
    Repair,
    Way,
)
from cnilint.model.steps import Actor, Situation, Step, Verb, Witness
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, Scalar, Style
from cnilint.report.formats import FORMATS, report
from cnilint.report.markup import PARTED
from cnilint.report.terminal.findings import full
from cnilint.report.terminal.paint import Paint
from cnilint.shown import glyph, inert, visible, visible_lines
from tests.unit.report.html.page import page

HOSTILE = (
    "\n::error::a",
    "\n \t\u3000::stop-commands::b",
    "::set-output name=c::d",
    "##[error]e",
    "###[add-mask]f",
    "##vso[task.setvariable variable=g]h",
    "\r\n\x1b[2J\x07\x9b31m",
    "\u202eevil\u2066\u2069\u200b\ufeff",
    "\x00\x1f\x7f\x85\u2028\u2029\ufffe\udfff\ud800\U0010ffff",
    "@name, owner/project#1 and !1 %1 ~bug $1 &1 GH-1 [issue:1]",
    "https://evil.test www.evil.test mail@evil.test",
    "[link](https://evil.test) ![image](//evil.test/a.png) <https://evil.test>",
    "<img src=x onerror=alert(1)> </script><script>alert(1)</script> &lt;b&gt; ]]> -->",
    "`code` **bold** | cell \\| ~~~ ``` $x$",
    "'\"${{ github.token }}$(touch pwned)`touch pwned`",
)

COMMAND_OF_GITHUB = re.compile(r"\s*::(?P<name>[^ :]+)(?: (?P<properties>.*?))?::(?P<data>.*)")
COMMAND_ANYWHERE = re.compile(r"##\w*\[")
ALIVE = re.compile(r"@\w|[#!%~$&^][\w\"']|://|www\.|\bgh-\d|\[[a-z_]+:", re.IGNORECASE)
"""What GitHub and GitLab take for mentions, references and links in the text of a page."""


def finding(text: str) -> Finding:
    """Return a finding with a text in every field that can hold one."""
    source = Source(text, f"a: {text}\nb: 1\n")
    document = Document(source, 0, Span(0, 4), Scalar(Span(0, 1), text, text, Style.PLAIN), text)
    place = Location(source, Span(1, 2), (text,), document, text)
    actor = Actor(text, text, text, place)
    also = Step(actor, Verb.WRITES, (text,), text)
    step = Step(actor, Verb.PICKS, (text,), text, (also,))
    order = Witness(Situation.RESTART, (step,), text, files=(text,))
    edits = (Repair(document, Span(3, 4), text),)
    handover = Handover(Way.HELM, text, text, text, {text: text})
    fixes = (
        Fix(text, Applicability.UNSAFE, edits, text),
        Fix(text, Applicability.SAFE, edits, text, handover, edits),
    )
    about = text, text, Level.ERROR, text, place, text
    return Finding(*about, (text,), text, (Related(place, text),), fixes, (order,))


def texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a value, with the name of the field it is in."""
    if isinstance(value, str):
        yield name, value
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts(getattr(value, each.name), f"{type(value).__name__}.{each.name}")
    elif isinstance(value, tuple):
        names = getattr(value, "_fields", [""] * len(value))
        for key, each in zip(names, value, strict=True):
            yield from texts(each, f"{type(value).__name__}.{key}" if key else name)
    elif isinstance(value, dict):
        for pair in value.items():
            yield from texts(pair, name)
    else:
        assert value is None or isinstance(value, Enum | int | list), (name, value)


def result(text: str) -> Result:
    """Return what a run found: a text in every field of a finding, known and not, and of a note."""
    one = finding(text)
    known = Suppressed(one, KnownReason(KnownBy.IN_SOURCE, text, one.location), 1)
    note = Note(text, one.location, text)
    return Result((one,), (note,), (), 1, 1, (known,), paths=(text,))


def messages(value: object) -> Iterator[str]:
    """Yield the text of every message in a part of SARIF."""
    if isinstance(value, dict):
        if "message" in value:
            yield value["message"]["text"]
        yield from (each for part in value.values() for each in messages(part))
    elif isinstance(value, list):
        yield from (each for part in value for each in messages(part))


def check_nothing_acts(text: str, blank: str = "\n") -> None:
    """Assert of what goes to a terminal or the log of a job that it steers neither."""
    seen = {mark for mark in text if mark in blank or glyph(mark, symbols=True) == mark}
    assert set(text) - seen == set()
    for line in text.split("\n"):
        assert COMMAND_OF_GITHUB.match(line) is None, line
        assert COMMAND_ANYWHERE.search(line) is None, line


def parsed_json(text: str) -> Any:  # noqa: ANN401  straight from JSON
    check_nothing_acts(text)
    text.encode()
    return json.loads(text)


def whole(text: str) -> str:
    """Return a text in which halves of a surrogate pair that meet are one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def single(text: str) -> str:
    """Return a text as a format of lines shows it."""
    return visible(" ".join(text.split()))


EACH = pytest.mark.parametrize("text", HOSTILE)
ALL = "".join(HOSTILE)
PARTS = st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(categories=None), max_size=6))
ANY = PARTS.map(lambda parts: whole("".join(parts)) or "x").filter("-".__ne__)
FEW = settings(max_examples=30, deadline=None)


def test_no_field_is_left_out() -> None:
    found = dict(texts(finding("\x1b")))
    assert {name for name, text in found.items() if "\x1b" not in text} == set()
    wanted = {f"Finding.{each.name}" for each in fields(Finding)} - {
        f"Finding.{name}" for name in ("level", "location", "related", "fixes", "witnesses")
    }
    assert wanted <= set(found)
    assert {"Fix.title", "Fix.note", "Handover.text", "Related.message", "Step.files"} <= set(found)


@EACH
@pytest.mark.parametrize("name", ["full", *FORMATS])
def test_nothing_acts_in_a_log(name: str, text: str) -> None:
    """Each format may go to the log of a job, where only those of `github` are commands."""
    if name == "full":
        said = full(result(text), Paint(color=False, width=80))
    else:
        said = report(name)(result(text))
    if name == "github":
        said = "\n".join(COMMAND_OF_GITHUB.sub(r"\g<data>", line) for line in said.splitlines())
    if name == "html":
        said = re.sub(r"::(before|after)", "", said)  # of the style sheet
    check_nothing_acts(said, "\n\t" if name in ("html", "junit", "markdown") else "\n")


@EACH
def test_without_symbols_nothing_acts_either(text: str) -> None:
    said = full(result(text), Paint(color=False, width=40, symbols=False))
    assert said.isascii()
    check_nothing_acts(said)


@FEW
@given(ANY)
@example(ALL)
def test_lines_stay_lines(text: str) -> None:
    (line,) = report("concise")(result(text)).splitlines()
    check_nothing_acts(line)
    assert line.endswith(single(text)[-9:])
    (command,) = report("github")(result(text)).splitlines()
    found = COMMAND_OF_GITHUB.fullmatch(command)
    assert found is not None
    assert found["name"] == "error"
    data = found["data"].replace("%0A", "\n").replace("%25", "%")
    check_nothing_acts(data)
    assert inert(f"help: {visible(text)}") in data
    names = [each.partition("=")[0] for each in found["properties"].split(",")]
    assert names == ["file", "line", "endLine", "col", "endColumn", "title"]


@FEW
@given(ANY)
@example(ALL)
def test_json_gives_every_text_back_as_it_is(text: str) -> None:
    found = parsed_json(report("json")(result(text)))
    (line,) = report("jsonl")(result(text)).splitlines()
    assert parsed_json(line) == found["findings"][0]
    (each,) = found["findings"]
    assert [each[name] for name in ("rule", "message", "help", "cluster")] == [text] * 4
    assert each["fixes"][0]["title"] == each["fixes"][0]["note"] == text
    assert each["location"]["path"] == each["location"]["object"] == text
    assert each["location"]["route"] == [text]
    assert each["fixes"][1]["text"] == each["fixes"][0]["edits"][0]["value"] == text
    assert found["notes"][0]["message"] == found["suppressed"][0]["suppression"]["reason"] == text


@FEW
@given(ANY)
@example(ALL)
def test_what_code_scanning_and_gitlab_show_has_no_link_but_its_own(text: str) -> None:
    (run,) = parsed_json(report("sarif")(result(text)))["runs"]
    message = run["results"][0]["message"]["text"]
    assert message.startswith(visible_lines(text).replace("](", "] ("))
    for told in messages(run["results"]):
        assert "](" not in re.sub(r"\\.", "", told).replace("](1)", "")
    change = run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["insertedContent"]["text"] == text
    (entry,) = parsed_json(report("gitlab")(result(text)))
    assert entry["description"] == visible(f"{text}: {' '.join(text.split())}")


@FEW
@given(ANY)
@example(ALL)
def test_xml_gives_every_text_back(text: str) -> None:
    said = report("junit")(result(text))
    check_nothing_acts(said, "\n\t")
    root = ET.fromstring(said.encode())
    assert {each.tag for each in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "skipped", "system-out")
    }
    shown = "".join(mark if mark in "\t\n\r" else visible(mark) for mark in text)
    (failure,) = root.iter("failure")
    assert failure.get("message") == shown
    body = failure.text or ""
    assert f"help: {shown}" in body
    assert f"fix (unsafe): {shown}" in body


TAGS = {"<details>", "</details>", "<summary>", "</summary>", "<b>", "</b>", "<code>", "</code>"}


@FEW
@given(ANY)
@example(ALL)
def test_markdown_has_no_markup_but_its_own_and_nothing_alive(text: str) -> None:
    said = report("markdown")(result(text))
    check_nothing_acts(said, "\n\t")
    shown = ""
    for token in MarkdownIt("commonmark").enable("table").parse(said):
        coded = False
        for part in token.children or ():
            assert part.type not in ("link_open", "image"), part
            if part.type == "html_inline":
                assert part.content in TAGS
                coded = part.content == "<code>"
            elif part.type == "text" and not coded:
                assert ALIVE.search(part.content) is None, part.content
                shown += part.content
        if token.type == "html_block":
            assert set(re.findall(r"<[^>]*>", token.content)) <= TAGS, token.content
    assert single(text)[:400] in shown.replace(PARTED, "")


@FEW
@given(ANY)
@example(ALL)
def test_html_has_no_element_but_its_own(text: str) -> None:
    plain, hostile = (page(report("html")(result(each))) for each in ("plain", text))
    assert [each.text for each in hostile.all("script")] == [
        each.text for each in plain.all("script")
    ]
    assert {each.name for each in hostile.walk()} == {each.name for each in plain.walk()}
    assert visible_lines(text) in hostile.text
