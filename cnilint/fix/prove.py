"""Fixes are proven by making them on a copy of what was read, and linting it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping as Counts

from cnilint.budget import OutOfTimeError
from cnilint.catalog.installer import Installer
from cnilint.engine.evaluate import Surroundings, evaluate, problem_at, unjudged
from cnilint.engine.ignores.ignore import UNUSED
from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.engine.sentences import verdict_line
from cnilint.engine.text_edits import TextEdits, text_edits_of
from cnilint.errors import CnilintError
from cnilint.kube.manifest import Manifest
from cnilint.kube.references import referenced_config_maps
from cnilint.kube.rollout import restarts_with
from cnilint.kube.workload import Workload
from cnilint.model.finding import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Level,
    Location,
    Repair,
    TextEdit,
)
from cnilint.model.text import Source
from cnilint.model.tree import SyntaxProblem
from cnilint.progress import unseen
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple, replace
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
    counts: Counts[FindingKey, int]


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
        failed: list[SyntaxProblem] = []
        findings: list[Finding] = []
        for finding in self._result.findings:
            if finding.fixes:
                self._progress("proving fixes", done, fixable)
                done += 1
                graded = tuple(self._attempted(finding, fix, failed) for fix in finding.fixes)
                finding = replace(finding, fixes=graded)  # noqa: PLW2901
            findings.append(finding)
        findings += unjudged(failed, self._surroundings.policy)
        unfinished = self._result.unfinished or bool(failed)
        return replace(self._result, findings=tuple(findings), unfinished=unfinished)

    def _attempted(self, finding: Finding, fix: Fix, failed: list[SyntaxProblem]) -> Fix:
        """Return a fix as it may be offered, for display alone where cnilint fails to prove it."""
        try:
            self._surroundings.budget.check()
            return self.graded(finding, fix)
        except OutOfTimeError as error:
            return fix.only_shown(f"it was not proven: {error}")
        except CnilintError:
            raise
        except Exception as error:
            failed.append(problem_at(error, finding.location, f"the fix of {finding.rule}"))
            return fix.only_shown("it was not proven: cnilint fails on it")

    def agree(self, edits: TextEdits) -> bool:
        """Whether fixes that are each proven alone lead to nothing new together."""
        try:
            after = self._lint(edits).counts
        except OutOfTimeError:
            return False
        return all(
            after[key] <= self._before[key] for key in after if key[0] not in (UNUSED, WINDOW)
        )

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
            return fix.only_shown(f"it cannot be edited here: {edits.reason}")
        after = self._lint(edits)
        if reason := self._doubt(finding, fix, after):
            return fix.only_shown(reason)
        fix = _with_restart(fix, self._result)
        handed = handed_over(fix, self._result, after.result, after.inputs, self._options)
        return replace(handed, edits=made) if handed.handover is not None else handed

    def _doubt(self, finding: Finding, fix: Fix, after: Outcome) -> str | None:
        """Return why a fix must not be applied, or None when it is proven."""
        counts = after.counts
        if counts.get(key_of(finding), 0) >= self._before[key_of(finding)]:
            return "it does not remove the finding by itself"
        besides = {UNUSED, WINDOW} if finding.level is Level.ERROR else {UNUSED}
        new = sorted({key[0] for key in counts if counts[key] > self._before[key]} - besides)
        if bad := _still_bad(finding, after.result):
            return bad
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
            self._surroundings.budget.check()  # it may not have come to its end
            self._after[key] = Outcome(inputs, result, _counted(result))
        return self._after[key]


def _with_restart(fix: Fix, result: Result) -> Fix:
    """Return a fix that says who has to be restarted to read the ConfigMaps that it changes."""
    readers = dict.fromkeys(
        one.workload.manifest.title
        for cluster in result.clusters
        for one in cluster.installers
        if one.workload is not None and any(_changed_unseen(one.workload, fix))
    )
    if not readers:
        return fix
    said = f"restart {' and '.join(readers)} after it: the ConfigMap is read at the start"
    return replace(fix, note="; ".join(filter(None, (fix.note, said))))


def _changed_unseen(workload: Workload, fix: Fix) -> Iterator[Manifest]:
    """Yield the ConfigMaps that a fix changes and whose readers go on with what they have read."""
    for name in referenced_config_maps(workload):
        found = workload.index.find("ConfigMap", name, workload.manifest.namespace)
        if found is None or restarts_with(workload, found):
            continue
        if any(_is_in(edit, found.location("data")) for edit in fix.edits):
            yield found


def _is_in(edit: Edit | Repair, place: Location) -> bool:
    """Whether an edit changes what stands at a place."""
    if not isinstance(edit, Edit) or edit.document is not place.document:
        return False
    return edit.route[: len(place.route)] == place.route


WINDOW = "CNI124"
"""What the mending of an error may leave: a while at a node's boot. It was worse before."""

OWNING = frozenset(
    {"CNI101", "CNI102", "CNI103", "CNI104", "CNI106", "CNI115", "CNI117", "CNI122", "CNI123"}
)
"""Rules whose fixes say which file is to own the pods."""


def _still_bad(finding: Finding, after: Result) -> str | None:
    """Return what is wrong with the nodes of a finding after its fix, if nothing else mends it.

    Another finding that is left there, with a fix that can be made, is mended by that.
    """
    if finding.rule not in OWNING:
        return None
    for cluster in after.clusters:
        if finding.cluster and cluster.name not in finding.cluster.split(", "):
            continue
        concerned = {
            one.object
            for one in cluster.installers
            if one.object == finding.location.object or _is_configured(cluster, one, finding)
        }
        bad = [
            facts
            for facts in cluster.classes
            if facts.verdict.bad and any(one.object in concerned for one in facts.installers)
        ]
        if not bad or _mended(cluster, bad, after):
            continue
        return f"{bad[0].name} would be {verdict_line(bad[0].verdict)}"
    return None


def _is_configured(cluster: Cluster, one: Installer, finding: Finding) -> bool:
    """Whether a finding is in the configuration of an install of Multus."""
    return any(
        each.installer is one
        and each.configuration is not None
        and each.configuration.location.object == finding.location.object
        for each in cluster.multuses
    )


def _mended(cluster: Cluster, bad: list[ClassFacts], after: Result) -> bool:
    """Whether another finding at something that runs on these nodes has a fix to be made."""
    objects = {one.object for facts in bad for one in facts.installers}
    objects |= {
        one.configuration.location.object
        for facts in bad
        for one in facts.multuses
        if one.configuration is not None
    }
    return any(
        finding.location.object in objects
        and finding.level is Level.ERROR
        and any(fix.applicability > Applicability.DISPLAY for fix in finding.fixes)
        for finding in after.findings
        if cluster.name in finding.cluster or not finding.cluster
    )


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
