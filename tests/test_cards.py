"""Every rule card shows what it finds: its examples are run, fixed, and printed as pages."""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cnilint.cli.examples import trials
from cnilint.config.schema import schema
from cnilint.config.settings import policy, settings
from cnilint.engine.example import OF_WHOLE_MANIFESTS, ExampleTrial, Files, examples_of
from cnilint.engine.rule import CHANGE, SCHEMA
from cnilint.engine.ruleset import Rule, rules
from cnilint.engine.text_edits import text_edits
from cnilint.model.finding import Applicability
from cnilint.report.rule_page import FAMILIES, INDEX, Page, index_markdown, page_markdown
from cnilint.run import Options, fix
from cnilint.syntax.data import read_mapping
from cnilint.syntax.rewrite import CannotEdit, apply

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "rules"
RULES = rules()
ALL_FIXES = Options(least=Applicability.UNSAFE)

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)

LEFT_OUT = {
    "CNI118": "CNI123",
    "CNI125": "CNI206",
    "CNI206": "CNI125",
    "CNI213": "CNI101",
}
"""Rules whose finding never comes without another one, which their example ignores."""


@cache
def tried(rule_id: str) -> tuple[ExampleTrial, ...]:
    return tuple(trials(next(rule for rule in RULES if rule.id == rule_id)))


def fixed(rule: Rule, files: Files) -> dict[str, str]:
    """Return files as every safe and unsafe fix leaves them, but for what an example leaves out."""
    if rule.scope == CHANGE:
        return changed(rule, files)
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, text in files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, "utf-8")
        chosen = settings({}, {}, ".cnilint.yaml" if ".cnilint.yaml" in files else "")
        wanted = policy(chosen, ())
        wanted = wanted._replace(off=wanted.off | (OF_WHOLE_MANIFESTS - {rule.id}))
        made = fix((), policy=wanted, options=ALL_FIXES)
    return {**files, **{source.path: source.text for source in made.inputs.sources}}


def changed(rule: Rule, files: Files) -> dict[str, str]:
    """Return the files of a change with the fixes of what is found in it."""
    made = dict(files)
    for one in (each for trial in tried(rule.id) for found in trial.bad for each in found.fixes):
        edits = text_edits(one)
        assert not isinstance(edits, CannotEdit)
        made |= {path: apply(files[path], each) for path, each in edits.items()}
    return made


@each_rule
def test_the_bad_example_gives_that_finding_and_the_good_one_none(rule: Rule) -> None:
    assert tried(rule.id), f"{rule.path} has no `examples`"
    for trial in tried(rule.id):
        assert trial.problem == ""
        assert [finding.rule for finding in trial.bad] == [rule.id]
        assert trial.bad[0].level == rule.level or rule.id == "CNI913"
        assert trial.good == ()
        assert trial.passed


@each_rule
def test_where_there_is_a_fix_it_makes_the_good_example_of_the_bad_one(rule: Rule) -> None:
    for example in examples_of(rule):
        made = fixed(rule, example.bad)
        assert made == (example.good if rule.fix in ("safe", "unsafe") else example.bad)


@each_rule
def test_examples_stand_last_so_that_a_run_need_not_read_them(rule: Rule) -> None:
    card = read_mapping(rule.path)
    assert list(card)[-1] == "examples", f"{rule.path}: `examples` stand last"
    without = {key: value for key, value in card.items() if key != "examples"}
    assert read_mapping(rule.path, until="examples") == without


@each_rule
def test_examples_are_small_and_change_little(rule: Rule) -> None:
    for example in examples_of(rule):
        lines = [line for text in example.bad.values() for line in text.splitlines()]
        assert len(lines) <= 75
        assert max(map(len, lines)) <= 110
        assert example.changed or set(example.bad) - set(example.good)


@each_rule
def test_an_example_leaves_out_no_other_rule_but_where_it_must(rule: Rule) -> None:
    for example in examples_of(rule):
        said = example.bad.get(".cnilint.yaml", "")
        left_out = LEFT_OUT.get(rule.id)
        assert said.startswith(f"ignore: {left_out} # ") if left_out else "ignore" not in said


@each_rule
def test_the_settings_of_a_card_are_settings(rule: Rule) -> None:
    concerning = SCHEMA.part("")["properties"]["settings"]["items"]["enum"]
    assert set(rule.settings) <= set(concerning) <= set(schema()["properties"])
    assert list(rule.settings) == sorted(set(rule.settings))
    assert rule.id[:4] in FAMILIES


@each_rule
def test_the_page_is_the_card(rule: Rule) -> None:
    said = schema()["properties"]
    page = Page(rule, tried(rule.id), {name: said[name]["description"] for name in rule.settings})
    file = PAGES / f"{rule.id}.md"
    written = file.read_text("utf-8") if file.exists() else ""
    assert written == page_markdown(page), "run `make docs`"


def test_the_index_is_of_the_cards_and_there_is_no_other_page() -> None:
    assert (PAGES / INDEX).read_text("utf-8") == index_markdown(RULES), "run `make docs`"
    pages = {INDEX, *(f"{rule.id}.md" for rule in RULES)}
    assert {path.name for path in PAGES.iterdir()} == pages, "run `make docs`"
