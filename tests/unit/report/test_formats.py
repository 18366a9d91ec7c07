"""The table of formats, and what all of them have in common."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnilint import lint
from cnilint.config.options import entries
from cnilint.engine.result import Result
from cnilint.model.finding import Finding, Level, Location, Note
from cnilint.model.steps import Actor, Situation, Step, Verb, Witness
from cnilint.model.text import Source, Span
from cnilint.report.formats import FORMATS, KNOWN, report
from cnilint.simulation.cluster import Cluster

ROOT = Path(__file__).resolve().parents[3]
LINES = {"concise", "jsonl", "github"}

EACH = pytest.mark.parametrize("name", FORMATS)


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_names_are_those_that_users_are_told() -> None:
    (help_,) = (one.option.help for one in entries() if one.name == "output_format")
    told = help_.partition(": ")[2].partition(";")[0].replace(" or ", ", ")
    assert told.split(", ") == [*KNOWN], "name it in cnilint/config/options.py"
    readme = (ROOT / "README.md").read_text("utf-8").partition("`--output-format` is ")[2]
    told = readme.partition("It can be given")[0]
    assert re.findall(r"`(\w+)`", told) == [*KNOWN], "name it in README.md"


@EACH
def test_a_clean_run_says_so_unless_it_is_lines(
    name: str, read: Callable[..., Cluster], told: Callable[..., Result]
) -> None:
    text = report(name)(told(read("aws")))
    assert text == "" if name in LINES else text.endswith("\n")


@EACH
def test_what_is_not_decided_is_in_each_report(
    name: str, read: Callable[..., Cluster], told: Callable[..., Result]
) -> None:
    place = Location(Source("a.yaml", "kind: DaemonSet"), Span(0, 4), (), None, "")
    for where in (place, None):
        note = Note("all nodes: not every order was looked at", where, "east", undecided=True)
        text = report(name)(replace(told(read("aws")), notes=(note,)))
        assert "not every order was looked at" in text
        assert text.endswith("\n")


@EACH
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None
)
@given(texts=st.lists(st.text(st.characters(categories=None)), min_size=5, max_size=5))
def test_any_text_can_be_reported_and_ends_its_line(name: str, texts: list[str]) -> None:
    path, rule, thing, message, detail = texts
    place = Location(Source(path, "text"), Span(1, 2), (detail,), None, thing)
    step = Step(Actor(thing), Verb.PICKS, (rule,), detail)
    order = Witness(Situation.RESTART, (step,), message, files=(path,))
    told = rule, rule, Level.ERROR, message, place
    finding = Finding(*told, details=(detail,), help=detail, witnesses=(order,))
    result = Result((finding,), (Note(message, place),), (), 1, 1)
    text = report(name)(result)
    assert text.endswith("\n")
    assert text == report(name)(result)


@EACH
def test_a_run_over_an_example_names_every_finding(name: str) -> None:
    # without the migrations, with which there are more of a level than GitHub shows
    folders = [path for path in (ROOT / "examples").iterdir() if path.name != "migrations"]
    results = [lint([str(folder)]) for folder in sorted(folders) if folder.is_dir()]
    assert any(result.findings for result in results)
    for result in results:
        text = report(name)(result)
        assert all(finding.rule in text for finding in result.findings)


PRINT_ALL = """
import sys
from cnilint import lint
from cnilint.report.formats import FORMATS, report
result = lint([sys.argv[1]])
sys.stdout.buffer.write("".join(report(name)(result) for name in FORMATS).encode())
"""


def test_another_process_prints_the_same() -> None:
    """No order of a set, no time, no address gets into a report."""
    printed = {
        subprocess.run(
            [sys.executable, "-c", PRINT_ALL, str(ROOT / "examples")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
    assert len(printed.pop()) > 10_000
