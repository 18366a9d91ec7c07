"""Nothing is decided by a sentence of ours: with other words everything is found as before."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cnilint import lint
from cnilint.engine import sentences
from cnilint.engine.edits import json_repairs
from cnilint.engine.result import Result
from cnilint.model.finding import Finding
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded
from cnilint.report.html.orders import steps
from cnilint.report.html.page import headline
from cnilint.report.html.scene import scene
from cnilint.report.sarif.log import sarif
from cnilint.report.words import verdict_style
from cnilint.syntax.compose import compose
from cnilint.syntax.lenient_json import JsonProblem, read_json
from tests.cases import whole_cases
from tests.unit.engine.checks.test_conflict_words import ABOUT_ORDER, bad

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = [
    *sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir()),
    *(whole_cases() / rule / case for rule, case in bad(*ABOUT_ORDER)),
]
KINDS = (".yaml", ".yml", ".json")
QUOTES_A_CAUSE = "CNI120"
"""The rule whose message ends with the words of a cause."""

OTHER_WORDS = "10-aws.conflist stops: a race, but Multus writes 00-multus.conflist"


@cache
def result(folder: Path) -> Result:
    if folder.parent.name == "examples":
        return lint([str(folder)])
    return lint(sorted(str(path) for path in folder.iterdir() if path.suffix in KINDS))


def message(one: Finding) -> str:
    """Return a finding's message, without the cause that it quotes."""
    return one.message.partition(": ")[0] if one.rule == QUOTES_A_CAUSE else one.message


def told(found: Iterable[Finding]) -> list[object]:
    """Return what is found, but for who stands behind the steps."""
    return [
        (
            *(one.rule, one.level, message(one), one.location.source.path, one.location.span),
            [(fix.title, fix.applicability) for fix in one.fixes],
            [
                (each.files, each.situation, [(s.verb, s.files, s.source) for s in each.steps])
                for each in one.witnesses
            ],
        )
        for one in found
    ]


def places(found: Result) -> list[object]:
    """Return the places of the steps in a SARIF report."""
    return [
        step["location"]["physicalLocation"]
        for each in json.loads(sarif(found))["runs"][0]["results"]
        for flow in each.get("codeFlows", ())
        for thread in flow["threadFlows"]
        for step in thread["locations"]
    ]


def drawn(found: Result) -> list[object]:
    """Return who acts in the steps of an HTML report, and how each verdict is shown."""
    shown: list[object] = [headline(found)]
    for cluster in found.clusters:
        for facts in cluster.classes:
            shown.append(verdict_style(facts.verdict))
            seen = scene(facts, cluster.runtime)
            for outcome in facts.outcomes:
                shown += [step.actor for step in steps(outcome, facts, seen)]
    return shown


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_other_words_change_no_finding_and_no_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = result(folder)
    as_before = told(before.findings), places(before), drawn(before)
    tables: tuple[dict[Any, str], ...] = (
        sentences.DOES,
        sentences.GOES_ALONG,
        sentences.CAUSES,
        sentences.KINDS,
        sentences.UNKNOWN,
    )
    for table in tables:
        for key in table:
            monkeypatch.setitem(table, key, OTHER_WORDS)
    monkeypatch.setattr(sentences, "COPIES_FROM_OUTSIDE", OTHER_WORDS)
    after = result.__wrapped__(folder)
    assert (told(after.findings), places(after), drawn(after)) == as_before
    assert as_before[0] or folder.parent.name == "examples"
    orders = [each for one in after.findings for each in one.witnesses if each.steps]
    assert all(OTHER_WORDS in sentences.step_words(step) for each in orders for step in each.steps)


@pytest.mark.parametrize(
    "text", ['{"a": 1 "b": 2}', '{"a" 1}', "{a: 1}", '{"a": [1 2], "b" 3}', '{"a": 1', '{"a": x}']
)
def test_other_words_of_the_reader_change_no_repair(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = f"kind: ConfigMap\ndata:\n  a.json: |\n    {text}\n"
    (document,) = compose(Source("a.yaml", manifest))
    assert isinstance(document, Document)
    route = ("data", "a.json", Embedded.JSON)[:2]
    before = [fix for _problem, _span, fix in json_repairs.repairs(document, route)]

    def reworded(text: str) -> tuple[object, tuple[JsonProblem, ...]]:
        tree, problems = read_json(text)
        return tree, tuple(one._replace(message="a key expected ','") for one in problems)

    monkeypatch.setattr(json_repairs, "read_json", reworded)
    assert [fix for _problem, _span, fix in json_repairs.repairs(document, route)] == before
    assert len(before) == 1
