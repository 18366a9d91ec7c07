"""Which fixes are offered: those that were made on a copy and proven by linting it again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from cnilint.engine.evaluate import Surroundings, evaluate
from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.engine.text_edits import TextEdits, by_document, text_edits
from cnilint.kube.manifest import ORIGIN_ANNOTATION
from cnilint.model.finding import Applicability, Finding, Fix, Repair, TextEdit
from cnilint.model.text import Source
from cnilint.model.tree import Document, descend, string
from cnilint.syntax.rewrite import CannotEdit, apply

from .options import Fixed, Options

MOST_ROUNDS = 10


def offered(inputs: Inputs, surroundings: Surroundings, result: Result, options: Options) -> Result:
    """Return a result whose fixes are proven; one that is not is shown, with the reason."""
    prover = _Prover(inputs, surroundings, result, options)
    findings = tuple(
        replace(finding, fixes=tuple(prover.graded(finding, fix) for fix in finding.fixes))
        if finding.fixes
        else finding
        for finding in result.findings
    )
    return replace(result, findings=findings)


def fixed(inputs: Inputs, surroundings: Surroundings, options: Options) -> Fixed:
    """Apply every fix of a grade, round after round until nothing changes, and lint the outcome.

    In one round, of two fixes that overlap the first is made; the other waits for the next.
    """
    before = {source.path: source for source in inputs.sources}
    applied = 0
    for _round in range(MOST_ROUNDS):
        result = offered(inputs, surroundings, evaluate(inputs, surroundings), options)
        chosen, held_back = _round_edits(result, options)
        if not chosen:
            break
        applied += sum(count for count, _edits in chosen.values())
        for path, (_count, edits) in chosen.items():
            source = next(one for one in inputs.sources if one.path == path)
            inputs = inputs.replaced(Source(path, apply(source.text, edits)))
    else:
        result = offered(inputs, surroundings, evaluate(inputs, surroundings), options)
        _chosen, held_back = _round_edits(result, options)
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
        self._options = options
        self._before = Counter(_key(finding) for finding in result.findings)
        self._after: dict[TextEditsKey, Counter[FindingKey]] = {}

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
        for document, _edits in by_document(fix.edits):
            origin = rendered_from(document)
            if origin and not self._options.rendered:
                return f"this is rendered from {origin}: change it there (--rendered edits it here)"
        edits = text_edits(fix)
        if isinstance(edits, CannotEdit):
            return f"it cannot be edited here: {edits.reason}"
        after = self._lint(edits)
        if after[_key(finding)] >= self._before[_key(finding)]:
            return "it does not remove the finding by itself"
        new = sorted({key[0] for key in after if after[key] > self._before[key]})
        # a repair makes readable what was not: what is then seen was there before
        if new and not all(isinstance(edit, Repair) for edit in fix.edits):
            return f"it leads to {', '.join(new)}"
        return None

    def _lint(self, edits: TextEdits) -> Counter[FindingKey]:
        """Return the findings after some edits, counted; the same edits are made once."""
        key = tuple(sorted(edits.items()))
        if key not in self._after:
            inputs = self._inputs
            for path, made in edits.items():
                source = next(one for one in inputs.sources if one.path == path)
                inputs = inputs.replaced(Source(path, apply(source.text, made)))
            result = evaluate(inputs, self._surroundings)
            self._after[key] = Counter(_key(finding) for finding in result.findings)
        return self._after[key]


FindingKey = tuple[str, str, str, str]
TextEditsKey = tuple[tuple[str, tuple[TextEdit, ...]], ...]


def rendered_from(document: Document) -> str:
    """Return what a document was rendered from, empty for one that was written by hand."""
    if document.source_comment:
        return document.source_comment
    annotation = string(descend(document.root, "metadata", "annotations", ORIGIN_ANNOTATION))
    return " ".join(annotation.split()) if annotation else ""


def _round_edits(
    result: Result, options: Options
) -> tuple[dict[str, tuple[int, tuple[TextEdit, ...]]], list[Finding]]:
    """Return the text edits of one round by path, with how many fixes they are, and what waits."""
    chosen: dict[str, tuple[int, tuple[TextEdit, ...]]] = {}
    held_back = []
    for finding in result.findings:
        fix = next((f for f in finding.fixes if f.applicability >= options.least), None)
        edits = text_edits(fix) if fix is not None and fix.edits else CannotEdit("")
        if isinstance(edits, CannotEdit):
            continue
        here = {path: chosen.get(path, (0, ()))[1] for path in edits}
        if all(set(made) <= set(here[path]) for path, made in edits.items()):
            continue  # another finding's fix is the same
        if any(
            _overlap(one, other) for p, made in edits.items() for one in made for other in here[p]
        ):
            held_back.append(finding)
            continue
        for path, made in edits.items():
            count, before = chosen.get(path, (0, ()))
            chosen[path] = (count + 1, before + made)
    return chosen, held_back


def _overlap(one: TextEdit, other: TextEdit) -> bool:
    """Whether two edits touch; two insertions at one place do."""
    return one.span.start <= other.span.end and other.span.start <= one.span.end


def _key(finding: Finding) -> FindingKey:
    """Return what makes a finding the same after an edit: no line, no wording."""
    location = finding.location
    return finding.rule, finding.cluster, location.object, location.source.path
