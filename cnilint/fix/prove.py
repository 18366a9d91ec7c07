"""Fixes are proven by making them on a copy of what was read, and linting it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from cnilint.engine.evaluate import Surroundings, evaluate
from cnilint.engine.ignores.ignore import UNUSED
from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.engine.text_edits import TextEdits, text_edits_of
from cnilint.model.finding import Applicability, Finding, Fix, Repair, TextEdit
from cnilint.model.text import Source
from cnilint.progress import unseen
from cnilint.syntax.rewrite import CannotEdit, apply

from .handover import handed_over, is_elsewhere, traced
from .options import Options
from .unfold import unfolded

FindingKey = tuple[str, str, str, str]
TextEditsKey = tuple[tuple[str, tuple[TextEdit, ...]], ...]


class Outcome(NamedTuple):
    """What some edits lead to: the inputs with them, what is found there, and how often."""

    inputs: Inputs
    result: Result
    counts: Mapping[FindingKey, int]


class Prover:
    """Grades fixes by making them on a copy of the inputs."""

    def __init__(
        self, inputs: Inputs, surroundings: Surroundings, result: Result, options: Options
    ) -> None:
        """Take what was read and what is found in it."""
        self._inputs = inputs
        self._progress = surroundings.progress
        self._surroundings = surroundings._replace(progress=unseen)
        self._result = result
        self._options = options
        self._before = _counted(result)
        self._after: dict[TextEditsKey, Outcome] = {}

    def offered(self) -> Result:
        """Return the result with every fix graded."""
        fixable = sum(bool(finding.fixes) for finding in self._result.findings)
        done = 0
        findings: list[Finding] = []
        for finding in self._result.findings:
            if finding.fixes:
                self._progress("proving fixes", done, fixable)
                done += 1
                graded = tuple(self.graded(finding, fix) for fix in finding.fixes)
                finding = replace(finding, fixes=graded)  # noqa: PLW2901
            findings.append(finding)
        return replace(self._result, findings=tuple(findings))

    def agree(self, edits: TextEdits) -> bool:
        """Whether fixes that are each proven alone lead to nothing new together."""
        after = self._lint(edits).counts
        return all(after[key] <= self._before[key] for key in after if key[0] != UNUSED)

    def graded(self, finding: Finding, fix: Fix) -> Fix:
        """Return a fix as it may be offered: as it is, or for display with the reason.

        One that is not for the files that were read has what is handed over instead.
        """
        if fix.applicability is Applicability.DISPLAY or not fix.edits:
            return fix
        fix = traced(fix, self._inputs, self._options)
        made = (*fix.edits, *fix.rendered)
        edits = text_edits_of(made)
        if isinstance(edits, CannotEdit) and is_elsewhere(fix, self._options):
            made = unfolded(fix.edits)
            edits = text_edits_of(made)
        if isinstance(edits, CannotEdit):
            return _shown(fix, f"it cannot be edited here: {edits.reason}")
        after = self._lint(edits)
        if reason := self._doubt(finding, fix, after):
            return _shown(fix, reason)
        handed = handed_over(fix, self._result, after.result, after.inputs, self._options)
        return replace(handed, edits=made) if handed.handover is not None else handed

    def _doubt(self, finding: Finding, fix: Fix, after: Outcome) -> str | None:
        """Return why a fix must not be applied, or None when it is proven."""
        counts = after.counts
        if counts.get(key_of(finding), 0) >= self._before[key_of(finding)]:
            return "it does not remove the finding by itself"
        new = sorted({key[0] for key in counts if counts[key] > self._before[key]} - {UNUSED})
        # a repair makes readable what was not: what is then seen was there before
        if new and not all(isinstance(edit, Repair) for edit in fix.edits):
            return f"it leads to {', '.join(new)}"
        return None

    def _lint(self, edits: TextEdits) -> Outcome:
        """Return what some edits lead to; the same edits are made once."""
        key = tuple(sorted(edits.items()))
        if key not in self._after:
            inputs = with_edits(self._inputs, edits)
            result = evaluate(inputs, self._surroundings)
            self._after[key] = Outcome(inputs, result, _counted(result))
        return self._after[key]


def with_edits(inputs: Inputs, edits: TextEdits) -> Inputs:
    """Return inputs with text edits made."""
    for path, made in edits.items():
        source = inputs.source(path)
        assert source is not None  # noqa: S101  an edit is in a text that was read
        inputs = inputs.replaced(Source(path, apply(source.text, made)))
    return inputs


def key_of(finding: Finding) -> FindingKey:
    """Return what makes a finding the same after an edit: no line, no wording."""
    location = finding.location
    return finding.rule, finding.cluster, location.object, location.source.path


def _counted(result: Result) -> Counter[FindingKey]:
    return Counter(key_of(finding) for finding in result.findings)


def _shown(fix: Fix, reason: str) -> Fix:
    return replace(fix, applicability=Applicability.DISPLAY, note=reason)
