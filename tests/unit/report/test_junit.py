"""JUnit's XML, read back by the standard library's parser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnilint.engine.result import KnownBy, KnownReason, Result, Suppressed
from cnilint.model.finding import Applicability, Finding, Fix, Level, Location, Note, Related
from cnilint.model.text import Source, Span
from cnilint.report.junit import junit
from cnilint.shown import visible
from cnilint.simulation.cluster import Cluster
from tests.unit.report.orders import AWS_WRITES, witness

Find = Callable[..., Finding]
Read = Callable[..., Cluster]
Tell = Callable[..., Result]


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["testcase", "system-out"],
    "testcase": ["skipped", "failure", "system-out"],
}
"""What may stand in what, in that order: junit-10.xsd, and the stricter one before it."""

COUNTS = {"name", "tests", "failures", "errors", "skipped", "time"}
ATTRIBUTES = {
    "testsuites": COUNTS,
    "testsuite": COUNTS,
    "testcase": {"classname", "name", "file", "line", "time"},
    "failure": {"message", "type"},
    "skipped": {"message"},
    "system-out": set[str](),
}
"""Those of the schema, and `file` and `line`."""


def suites(result: Result) -> list[ET.Element]:
    """Return the suites of a report, having looked at its form, its counts and its names."""
    text = junit(result)
    assert text.endswith("</testsuites>\n")
    top = ET.fromstring(text.encode("utf-8"))
    assert top.tag == "testsuites"
    for element in top.iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        order = [CHILDREN[element.tag].index(child.tag) for child in element]
        assert order == sorted(order)
    for count, selector in (
        ("tests", ".//testcase"),
        ("failures", ".//failure"),
        ("skipped", ".//skipped"),
    ):
        for element in (top, *top):
            assert element.get(count) == str(len(element.findall(selector)))
    names = [(case.get("classname"), case.get("name")) for case in top.iter("testcase")]
    assert len(set(names)) == len(names)
    assert all(len(each.findall("testcase")) for each in top)
    return list(top)


def suite(result: Result) -> ET.Element:
    """Return the one suite of a report."""
    (found,) = suites(result)
    return found


def test_a_finding_is_a_failed_test_case(find: Find, told: Tell) -> None:
    other = find("aws", "aws-node").location
    finding = find(
        "multus",
        '"auto"',
        details=("more",),
        witnesses=(witness("10-aws.conflist", AWS_WRITES),),
        related=(Related(other, "it writes here"),),
        help="pin the master",
        fixes=(Fix("pin it", Applicability.SAFE, ()),),
    )
    (case,) = suite(told(findings=(finding,))).findall("testcase")
    assert case.attrib == {
        "classname": "cnilint.CNI101",
        "name": "a-race: ConfigMap net/multus",
        "file": "multus.yaml",
        "line": "10",
        "time": "0",
    }
    (failure,) = case
    assert failure.tag == "failure"
    message = "Multus takes whichever network comes first"
    assert failure.attrib == {"message": message, "type": "error"}
    assert failure.text == (
        f"multus.yaml:10:27: CNI101 {message}\n"
        "aws.yaml:3:18: it writes here\n"
        "\n"
        "more\n"
        "\n"
        "10-aws.conflist on all nodes, first boot:\n"
        "  1. Amazon VPC CNI writes 10-aws.conflist\n"
        "\n"
        "help: pin the master\n"
        "fix (safe): pin it"
    )


def test_a_clean_run_is_a_passed_test_case(read: Read, told: Tell) -> None:
    found = suite(told(read("aws", called="prod"), notes=(Note("not <decided>"),)))
    (case,) = found.findall("testcase")
    assert (case.get("name"), len(case)) == ("no findings", 0)
    assert (found.get("tests"), found.get("failures")) == ("1", "0")
    said = "prod, all nodes: deterministic: 10-aws.conflist\nnote: not <decided>"
    assert found.findtext("system-out") == said


def test_a_note_passes_and_speaks(find: Find, told: Tell) -> None:
    findings = tuple(find("aws", "kind", level=level) for level in (Level.NOTE, Level.WARNING))
    found = suite(told(findings=findings))
    assert (found.get("tests"), found.get("failures")) == ("2", "1")
    passed, failed = found.findall("testcase")
    assert [each.tag for each in passed] == ["system-out"]
    assert [each.get("type") for each in failed] == ["warning"]


def test_no_two_cases_have_one_name(find: Find, told: Tell) -> None:
    bare = Location(Source("a.yaml", ""), Span(0, 0))
    findings = [*[find("aws", "kind")] * 2, find("aws", "kind", location=bare)]
    found = suite(told(findings=(*findings, find("aws", "kind", rule="CNI102"))))
    names = [(case.get("classname"), case.get("name")) for case in found.findall("testcase")]
    assert names == [
        ("cnilint.CNI101", "a-race: ConfigMap net/multus"),
        ("cnilint.CNI101", "a-race: ConfigMap net/multus (2)"),
        ("cnilint.CNI101", "a-race: a.yaml"),
        ("cnilint.CNI102", "a-race: ConfigMap net/multus"),
    ]


def test_each_of_several_clusters_is_a_suite(read: Read, find: Find, told: Tell) -> None:
    findings = (find("aws", "kind", cluster="prod"), find("aws", "kind"))
    clusters = (read("aws", called="prod"), read("istio", called="test"))
    notes = (Note("of test", cluster="test"), Note("of none"))
    found = suites(told(*clusters, findings=findings, notes=notes))
    cases = {
        each.get("name"): [(c.get("classname"), c.get("name")) for c in each.findall("testcase")]
        for each in found
    }
    assert cases == {
        "prod": [("cnilint.CNI101", "a-race: ConfigMap net/multus (cluster prod)")],
        "test": [("cnilint", "no findings (cluster test)")],
        "cnilint": [("cnilint.CNI101", "a-race: ConfigMap net/multus")],
    }
    said = [str(each.findtext("system-out")).splitlines() for each in found]
    assert said[0] == ["prod, all nodes: deterministic: 10-aws.conflist"]
    assert said[1][1:] == ["note: of test"]
    assert said[2] == ["note: of none"]


def test_a_finding_of_several_clusters_is_told_once(read: Read, find: Find, told: Tell) -> None:
    clusters = (read("aws", called="a"), read("aws", called="b"))
    found = suites(told(*clusters, findings=(find("aws", "kind", cluster="a, b"),)))
    assert [each.get("name") for each in found] == ["a", "b", "a, b"]
    assert [each.get("failures") for each in found] == ["0", "0", "1"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (KnownReason(KnownBy.IN_SOURCE, "a <b>"), "ignored where it is, a <b>"),
        (KnownReason(KnownBy.CONFIGURATION), "ignored by the configuration"),
        (KnownReason(KnownBy.BASELINE), "in the baseline"),
    ],
)
def test_what_is_known_is_skipped_and_says_why(
    reason: KnownReason, said: str, find: Find, told: Tell
) -> None:
    known = Suppressed(find("aws", "kind"), reason, 1)
    result = replace(told(findings=(find("multus", '"auto"'),)), suppressed=(known,))
    found = suite(result)
    assert [found.get(key) for key in ("tests", "failures", "skipped")] == ["2", "1", "1"]
    skipped = found.findall("testcase")[1]
    assert [each.tag for each in skipped] == ["skipped", "system-out"]
    assert skipped[0].attrib == {"message": said}


ANY = st.text(st.characters(categories=None) | st.sampled_from("\r\n\t\0]]><&\"'"))


def allowed(text: str) -> str:
    """Return what an XML parser gives back."""
    return "".join(mark if mark in "\t\n\r" else visible(mark) for mark in text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=ANY, thing=ANY, message=ANY, detail=ANY, level=st.sampled_from(Level))
@example(path="a", thing="]]>", message="\r\n\x1b\ufffe\ud800 ]]>", detail="a\r", level=Level.ERROR)
def test_any_text_comes_back(
    path: str, thing: str, message: str, detail: str, level: Level
) -> None:
    place = Location(Source(path, "a\nb"), Span(2, 3), object=thing)
    finding = Finding("CNI101", "name", level, message, place, details=(detail,))
    found = suite(Result((finding,), (Note(message),), (), 1, 1))
    (case,) = found.findall("testcase")
    if thing:
        assert case.get("name") == f"name: {allowed(thing)}"
    (body,) = case
    assert body.text == allowed(f"{path}:2:1: CNI101 {message}\n\n{detail}")
    if level >= Level.WARNING:
        assert body.get("message") == allowed(message)
    assert found.findtext("system-out") == allowed(f"note: {message}")
