"""Nothing is left half done: every card has its check, its cases and words for all it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from cnilint.config.settings import settings
from cnilint.engine.checks import (
    CHANGE_CHECKS,
    CHECKS,
    IGNORE_CHECKS,
    INPUT_CHECKS,
    LAYOUT_CHECKS,
)
from cnilint.engine.evaluate import Surroundings, evaluate
from cnilint.engine.example import SIDES
from cnilint.engine.hit import Hit
from cnilint.engine.ignores.suppress import judged
from cnilint.engine.jsonpath import find
from cnilint.engine.match import OPERATORS, matches
from cnilint.engine.policy import EVERYTHING
from cnilint.engine.rule import CHANGE
from cnilint.engine.ruleset import Rule, rules
from cnilint.engine.sources import ClusterSources
from cnilint.run import host_files, inspect, load
from cnilint.simulation.running_cluster import running_cluster
from tests.cases import whole_cases

CASES = whole_cases()
RULES = rules()
KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def cases(rule: str, kind: str) -> list[Path]:
    return sorted(path for path in (CASES / rule).glob(f"{kind}-*") if path.is_dir())


def hits(rule: Rule, case: Path) -> Iterator[Hit]:
    """Yield what the rule's check says of a case, before any wording."""
    if rule.scope == CHANGE:
        sides = [inspect(str(case / side)).clusters for side in SIDES]
        change = running_cluster(sides[0][0], sides[1][0])
        yield from (hit for check in rule.check for hit in CHANGE_CHECKS[check](change))
        return
    found = [p for p in case.rglob("*") if p.is_file() and not p.name.startswith(".")]
    left_out = {"expected.txt", "fixed"}
    inputs = load([str(p) for p in found if left_out.isdisjoint(p.relative_to(case).parts)])
    file = case / ".cnilint.yaml"
    chosen = settings({}, {}, str(file) if file.exists() else "")
    around = Surroundings(host_files=host_files(chosen.host_files))
    clusters = evaluate(inputs, around).clusters
    for check in rule.check:
        if check in INPUT_CHECKS:
            notes = [note for one in clusters for note in one.notes]
            yield from INPUT_CHECKS[check](inputs.problems, notes)
        elif check in LAYOUT_CHECKS:
            yield from LAYOUT_CHECKS[check](ClusterSources(inputs, {}).layout)
        elif check in IGNORE_CHECKS:
            yield from IGNORE_CHECKS[check](judged([], inputs, EVERYTHING).ignores)
        else:
            yield from (hit for one in clusters for hit in CHECKS[check](one))
    yield from (hit for entry in rule.match for one in clusters for hit in matches(entry, one))


every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@every_rule
def test_a_rule_is_shown_where_it_fires_and_where_it_does_not(rule: Rule) -> None:
    least = 2 if rule.id < "CNI9" else 1
    for kind in ("bad", "ok"):
        wanted = f"write a case: tests/rules/{rule.id}/{kind}-<what>/"
        assert len(cases(rule.id, kind)) >= least, wanted


def test_every_folder_of_cases_belongs_to_a_card() -> None:
    folders = {
        path.name for path in CASES.iterdir() if path.is_dir() and path.name.startswith("CNI")
    }
    assert folders == {rule.id for rule in RULES}
    kinds = {path.name.partition("-")[0] for path in CASES.glob("CNI*/*")}
    assert kinds == {"bad", "ok"}


def test_every_check_belongs_to_one_card() -> None:
    used = Counter(check for rule in RULES for check in rule.check)
    assert set(used) == {
        *(*CHECKS, *INPUT_CHECKS, *IGNORE_CHECKS),
        *(*LAYOUT_CHECKS, *CHANGE_CHECKS),
    }
    assert set(used.values()) == {1}


@every_rule
def test_a_rule_that_can_fix_shows_it(rule: Rule) -> None:
    folder = "after-fixed" if rule.scope == CHANGE else "fixed"
    shown = any((case / folder).is_dir() for case in cases(rule.id, "bad"))
    assert shown == (rule.fix in ("safe", "unsafe")), (
        f"{rule.id} has `fix: {rule.fix}`: only of a safe or unsafe one a case has {folder}/"
    )


@every_rule
def test_a_message_has_words_for_every_case(rule: Rule) -> None:
    fields = {name for _text, name, _spec, _conversion in Formatter().parse(rule.message) if name}
    found = [hit for case in cases(rule.id, "bad") for hit in hits(rule, case)]
    assert found, f"{rule.id} finds nothing in its bad cases"
    for hit in found:
        assert fields <= set(hit.words)
        assert all(hit.words[name] for name in fields)
        message = rule.message.format_map(hit.words)
        assert "\n" not in message
        assert not message.endswith(".")
        assert "None" not in message


@every_rule
def test_a_card_is_worth_reading(rule: Rule) -> None:
    assert KEBAB_CASE.fullmatch(rule.name)
    assert len(rule.summary) <= 80
    assert not rule.summary.endswith(".")
    assert all(text.endswith(".") for text in rule.help.values())
    assert all(link.startswith("https://github.com/") for link in rule.links)
    assert len(set(rule.links)) == len(rule.links)


def test_names_and_ids_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(re.fullmatch(r"CNI[1-9]\d\d", rule.id) for rule in RULES)


@pytest.mark.parametrize(
    "entry",
    [pytest.param(e, id=f"{r.id}-{at}") for r in RULES for at, e in enumerate(r.match)],
)
def test_a_declarative_entry_can_be_read(entry: dict[str, object]) -> None:
    assert ("path" in entry) != ("flag" in entry)
    assert entry["of"] in ("multus-thick", "multus-thin")
    conditions = entry.get("where", [])
    assert isinstance(conditions, list)
    for condition in conditions:
        assert condition["operator"] in OPERATORS
        assert ("value" in condition) == (condition["operator"] not in ("exists", "absent"))
    paths = [condition["path"] for condition in conditions] + [entry.get("path", "$")]
    assert all(find(path, {}) == [] for path in paths if path != "$")
