"""Runs the examples of rule cards, as a user would run cnilint on their files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from tempfile import TemporaryDirectory

from cnilint import run
from cnilint.config.location import NAMES
from cnilint.config.options import Settings
from cnilint.config.settings import settings
from cnilint.diff.running_nodes import running_nodes
from cnilint.engine.example import OF_WHOLE_MANIFESTS, SIDES, ExampleTrial, Files, examples_of
from cnilint.engine.rule import CHANGE
from cnilint.engine.ruleset import Rule
from cnilint.errors import CnilintError
from cnilint.model.finding import Finding, Level


def trials(rule: Rule, house: tuple[Rule, ...] = ()) -> Iterator[ExampleTrial]:
    """Yield every example of a rule with what is found in it; `house` are the other rules beside.

    Rules of the house take part as cnilint's own do.
    """
    for example in examples_of(rule):
        trial = ExampleTrial(rule, example)
        try:
            yield trial._replace(
                bad=_found(rule, example.bad, house), good=_found(rule, example.good, house)
            )
        except CnilintError as error:
            yield trial._replace(problem=f"{error}")


def _found(rule: Rule, files: Files, house: tuple[Rule, ...]) -> tuple[Finding, ...]:
    """Return what counts of the findings in some files; their paths are as in the card."""
    with TemporaryDirectory(prefix="cnilint-") as folder, contextlib.chdir(folder):
        for name, text in files.items():
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            with open(name, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        chosen = settings({}, {}, _settings_of(files), house=house)
        of_change = rule.scope == CHANGE
        found = _of_change(chosen) if of_change else run.checked(run.asked((), chosen)).findings
    return tuple(
        finding
        for finding in found
        if finding.rule == rule.id
        or (finding.level > Level.NOTE and finding.rule not in OF_WHOLE_MANIFESTS)
    )


def _of_change(chosen: Settings) -> tuple[Finding, ...]:
    """Return what a change from the folder `before` to `after` does to nodes that already run."""
    runs = [run.asked((side,), chosen) for side in SIDES]
    before, after = (next(iter(run.inspected(one).clusters), None) for one in runs)
    return running_nodes(before, after, runs[1].surroundings.policy).findings


def _settings_of(files: Files) -> str:
    return next((name for name in NAMES if name in files), "")
