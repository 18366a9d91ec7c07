"""Which fixes are offered: those that were made on a copy and proven by linting it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from cnilint.engine.evaluate import Surroundings, evaluate
from cnilint.engine.ignore import UNUSED
from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.engine.text_edits import TextEdits, text_edits
from cnilint.kube.manifest import manifests
from cnilint.model.finding import Applicability, Edit, Finding, Fix, Repair, TextEdit
from cnilint.model.text import Source
from cnilint.syntax.rewrite import CannotEdit, apply

from .options import Fixed, Options

MOST_ROUNDS = 10


def offered(inputs: Inputs, surroundings: Surroundings, result: Result, options: Options) -> Result:
    """Return a result whose fixes are proven; one that is not is shown, with the reason."""
    return _Prover(inputs, surroundings, result, options).offered()


def fixed(inputs: Inputs, surroundings: Surroundings, options: Options) -> Fixed:
    """Apply every fix of a grade, round after round until nothing changes, and lint the outcome.

    In one round, of two fixes that overlap, or that together lead to something new, the first is
    made; the other waits for the next.
    """
    before = {source.path: source for source in inputs.sources}
    applied = 0
    for made in range(MOST_ROUNDS + 1):
        prover = _Prover(inputs, surroundings, evaluate(inputs, surroundings), options)
        result = prover.offered()
        chosen, held_back = _round(result, options, prover)
        if not chosen:
            break
        if made == MOST_ROUNDS:
            held_back = [*(one.finding for one in chosen), *held_back]
            break
        applied += len(chosen)
        inputs = _with(inputs, _together(chosen))
    changed = tuple(
        (before[source.path], source)
        for source in inputs.sources
        if source.text != before[source.path].text
    )
    return Fixed(inputs, result, changed, applied, tuple(held_back))


class _Prover:
    """Grades fixes by making them on a copy of the inputs."""

    def __init__(
        self, inputs: Inputs, surroundings: Surroundings, result: Result, options: Options
    ) -> None:
        self._inputs = inputs
        self._surroundings = surroundings
        self._result = result
        self._options = options
        self._before = Counter(_key(finding) for finding in result.findings)
        self._after: dict[TextEditsKey, Counter[FindingKey]] = {}

    def offered(self) -> Result:
        """Return the result with every fix graded."""
        findings = tuple(
            replace(finding, fixes=tuple(self.graded(finding, fix) for fix in finding.fixes))
            if finding.fixes
            else finding
            for finding in self._result.findings
        )
        return replace(self._result, findings=findings)

    def agree(self, chosen: Sequence[_Choice]) -> bool:
        """Whether fixes that are each proven alone lead to nothing new together."""
        if len(chosen) < 2 or any(map(_repairs, chosen)):
            return True
        after = self._lint(_together(chosen))
        return all(after[key] <= self._before[key] for key in after if key[0] != UNUSED)

    def graded(self, finding: Finding, fix: Fix) -> Fix:
        """Return a fix as it may be offered: as it is, or for display with the reason."""
        if fix.applicability is Applicability.DISPLAY or not fix.edits:
            return fix
        reason = self._doubt(finding, fix)
        if reason is None:
            return fix
        return replace(fix, applicability=Applicability.DISPLAY, note=reason)

    def _doubt(self, finding: Finding, fix: Fix) -> str | None:
        """Return why a fix must not be applied, or None when it is proven."""
        for edit in fix.edits:
            origin = rendered_from(edit)
            if origin and not self._options.rendered:
                return f"this is rendered from {origin}: change it there (--rendered edits it here)"
        edits = text_edits(fix)
        if isinstance(edits, CannotEdit):
            return f"it cannot be edited here: {edits.reason}"
        after = self._lint(edits)
        if after[_key(finding)] >= self._before[_key(finding)]:
            return "it does not remove the finding by itself"
        new = sorted({key[0] for key in after if after[key] > self._before[key]} - {UNUSED})
        # a repair makes readable what was not: what is then seen was there before
        if new and not all(isinstance(edit, Repair) for edit in fix.edits):
            return f"it leads to {', '.join(new)}"
        return None

    def _lint(self, edits: TextEdits) -> Counter[FindingKey]:
        """Return the findings after some edits, counted; the same edits are made once."""
        key = tuple(sorted(edits.items()))
        if key not in self._after:
            inputs = _with(self._inputs, edits)
            result = evaluate(inputs, self._surroundings)
            self._after[key] = Counter(_key(finding) for finding in result.findings)
        return self._after[key]


FindingKey = tuple[str, str, str, str]
TextEditsKey = tuple[tuple[str, tuple[TextEdit, ...]], ...]


class _Choice(NamedTuple):
    """A fix that a round makes."""

    finding: Finding
    fix: Fix
    edits: TextEdits


def rendered_from(edit: Edit | Repair) -> str:
    """Return what the object of an edit was rendered from, empty for one written by hand."""
    for manifest in manifests(edit.document):
        if isinstance(edit, Repair):
            inside = manifest.root.span.covers(edit.span)
        else:
            inside = edit.route[: len(manifest.route)] == manifest.route
        if inside and manifest.origin is not None:
            return manifest.origin.path or manifest.origin.tool
    return ""


def _round(
    result: Result, options: Options, prover: _Prover
) -> tuple[list[_Choice], list[Finding]]:
    """Return the fixes that one round makes, and the findings whose fixes wait."""
    chosen: list[_Choice] = []
    held_back: list[Finding] = []
    for one in _choices(result, options):
        here = _together(chosen)
        if all(set(made) <= set(here.get(path, ())) for path, made in one.edits.items()):
            continue  # another finding's fix is the same
        overlap = any(
            _overlap(mine, other)
            for path, made in one.edits.items()
            for mine in made
            for other in here.get(path, ())
        )
        # what a repair makes readable may change what the others are to do
        if overlap or (chosen and _repairs(one) != _repairs(chosen[0])):
            held_back.append(one.finding)
        else:
            chosen.append(one)
    if not prover.agree(chosen):
        agreed: list[_Choice] = []
        for one in chosen:
            if prover.agree([*agreed, one]):
                agreed.append(one)
            else:
                held_back.append(one.finding)
        chosen = agreed
    return chosen, held_back


def _choices(result: Result, options: Options) -> Iterator[_Choice]:
    """Yield the fix of each finding that has one of the grade."""
    for finding in result.findings:
        fix = next((f for f in finding.fixes if f.applicability >= options.least), None)
        edits = text_edits(fix) if fix is not None and fix.edits else None
        if fix is not None and edits is not None and not isinstance(edits, CannotEdit):
            yield _Choice(finding, fix, edits)


def _repairs(one: _Choice) -> bool:
    return all(isinstance(edit, Repair) for edit in one.fix.edits)


def _together(chosen: Iterable[_Choice]) -> TextEdits:
    found: dict[str, tuple[TextEdit, ...]] = {}
    for one in chosen:
        for path, made in one.edits.items():
            found[path] = found.get(path, ()) + made
    return found


def _with(inputs: Inputs, edits: TextEdits) -> Inputs:
    """Return inputs with text edits made."""
    for path, made in edits.items():
        source = next(one for one in inputs.sources if one.path == path)
        inputs = inputs.replaced(Source(path, apply(source.text, made)))
    return inputs


def _overlap(one: TextEdit, other: TextEdit) -> bool:
    """Whether two edits touch; two insertions at one place do."""
    return one.span.start <= other.span.end and other.span.start <= one.span.end


def _key(finding: Finding) -> FindingKey:
    """Return what makes a finding the same after an edit: no line, no wording."""
    location = finding.location
    return finding.rule, finding.cluster, location.object, location.source.path
