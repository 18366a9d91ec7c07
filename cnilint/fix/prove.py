"""Fixes are proven by making them on a copy of what was read, and linting it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from cnilint.budget import OutOfTimeError
from cnilint.catalog.installer import Installer
from cnilint.engine.evaluate import Evaluation, problem_at, unjudged
from cnilint.engine.ignores.ignore import UNUSED
from cnilint.engine.result import KnownBy, Result
from cnilint.engine.sentences import verdict_line
from cnilint.engine.text_edits import TextEdits, text_edits_of
from cnilint.engine.trial import Trial, Trials
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
    Handover,
    Level,
    Location,
    Repair,
    TextEdit,
)
from cnilint.model.tree import SyntaxProblem
from cnilint.processes import processes, shared_out
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple, replace
from cnilint.syntax.rewrite import CannotEdit

from .handover import handed_over, is_elsewhere, traced
from .options import Options
from .unfold import unfolded

FindingKey = tuple[str, str, str, str]
TextEditsKey = tuple[tuple[str, tuple[TextEdit, ...]], ...]

Made = TypeVar("Made")


LEAST = 32
"""Fixes for each further process that proves some."""


class Counts(NamedTuple):
    """How often what is found is there without some edits and with them, where they change it."""

    before: Counter[FindingKey]
    after: Counter[FindingKey]


class _Wanted(NamedTuple):
    """A fix to be proven: of which finding, the edits that make it, and the texts they change."""

    finding: Finding
    fix: Fix
    made: tuple[Edit | Repair, ...]
    edits: TextEdits


class _Grade(NamedTuple):
    """What was found of a fix, without the texts that it changes."""

    applicability: Applicability
    note: str
    handover: Handover | None
    unfolded: bool
    """Whether the edits are those that were made, and not those that were proposed."""

    @classmethod
    def read(cls, one: _Wanted, graded: Fix) -> _Grade:
        """Return the grade of a fix that was proven, or not."""
        unfolded = graded.edits is one.made
        return cls(graded.applicability, graded.note, graded.handover, unfolded)

    def of(self, one: _Wanted) -> Fix:
        """Return a fix as it may be offered."""
        return replace(
            one.fix,
            applicability=self.applicability,
            note=self.note,
            handover=self.handover,
            edits=one.made if self.unfolded else one.fix.edits,
        )


class _Tried(NamedTuple):
    """What came of some edits: a grade for each fix that they are, and what was counted.

    Nothing was counted where it was not found out what they lead to. `failed` is what cnilint
    failed on.
    """

    grades: tuple[_Grade, ...]
    counts: Counts | None
    failed: tuple[SyntaxProblem, ...]


class Prover:
    """Grades fixes by making them on a copy of the inputs."""

    def __init__(self, evaluation: Evaluation, options: Options) -> None:
        """Take what was read and what is found in it."""
        self._inputs = evaluation.inputs
        self._progress = evaluation.surroundings.progress
        self._budget = evaluation.surroundings.budget
        self._policy = evaluation.surroundings.policy
        self._trials = Trials(evaluation)
        self._result = evaluation.result
        self._options = options
        self._counts: dict[TextEditsKey, Counts] = {}
        self._known = {
            key_of(one.finding)
            for one in self._result.suppressed
            if one.reason.known in (KnownBy.BASELINE, KnownBy.BEFORE)
        }

    def offered(self) -> Result:
        """Return the result with every fix graded; those that are the same edits are made once.

        The fixes of findings in another share of the run stay as they are.
        """
        findings = self._result.findings
        failed: list[SyntaxProblem] = []
        graded: dict[tuple[int, int], Fix] = {}
        wanted: dict[TextEditsKey, list[tuple[tuple[int, int], _Wanted]]] = {}
        part = self._options.shard
        for at, finding in enumerate(findings):
            for number, fix in enumerate(finding.fixes if part.has_finding(finding) else ()):
                one = self._attempted(finding, fix, partial(self._prepared, finding, fix), failed)
                if isinstance(one, Fix):
                    graded[at, number] = one
                else:
                    wanted.setdefault(_key(one.edits), []).append(((at, number), one))
        groups = [[one for _place, one in members] for members in wanted.values()]
        fixable = sum(bool(finding.fixes) for finding in findings)
        number = processes(self._options.jobs, len(groups), LEAST)

        def tried(at: int) -> _Tried:
            self._progress("proving fixes", min(at, fixable), fixable)
            return self._tried(groups[at])

        done = shared_out(range(len(groups)), tried, number)
        for (key, members), found in zip(wanted.items(), done, strict=True):
            failed += found.failed
            if found.counts is not None:
                self._counts[key] = found.counts
            for (place, asked), grade in zip(members, found.grades, strict=True):
                graded[place] = grade.of(asked)
        offered = (
            replace(one, fixes=tuple(graded[at, n] for n in range(len(one.fixes))))
            if one.fixes and part.has_finding(one)
            else one
            for at, one in enumerate(findings)
        )
        return replace(
            self._result,
            findings=(*offered, *unjudged(failed, self._policy)),
            unfinished=self._result.unfinished or bool(failed) or self._budget.over,
        )

    def _attempted(
        self,
        finding: Finding,
        fix: Fix,
        work: Callable[[], Made],
        failed: list[SyntaxProblem],
    ) -> Made | Fix:
        """Return what work on a fix comes to.

        The fix is for display alone where cnilint fails on it, or where there is no time.
        """
        try:
            self._budget.check()
            return work()
        except OutOfTimeError as error:
            return fix.only_shown(f"it was not proven: {error}")
        except CnilintError:
            raise
        except Exception as error:
            failed.append(problem_at(error, finding.location, f"the fix of {finding.rule}"))
            return fix.only_shown("it was not proven: cnilint fails on it")

    def _tried(self, members: Sequence[_Wanted]) -> _Tried:
        """Return what comes of fixes that are the same edits."""
        known: list[Trial] = []

        def graded(one: _Wanted) -> Fix:
            if not known:
                known.append(self._trials.of(one.edits))
            return self._graded(one, known[0])

        failed: list[SyntaxProblem] = []
        grades = tuple(
            _Grade.read(one, self._attempted(one.finding, one.fix, partial(graded, one), failed))
            for one in members
        )
        return _Tried(grades, _counts(known[0]) if known else None, tuple(failed))

    def agree(self, edits: TextEdits) -> bool:
        """Whether fixes that are each proven alone lead to nothing new together."""
        try:
            return all(map(self._lead_to_nothing, self._trials.apart(edits)))
        except OutOfTimeError:
            return False

    def _lead_to_nothing(self, edits: TextEdits) -> bool:
        key = _key(edits)
        if key not in self._counts:
            self._counts[key] = _counts(self._trials.of(edits))
        before, after = self._counts[key]
        return all(after[one] <= before[one] for one in after if one[0] not in (UNUSED, WINDOW))

    def _prepared(self, finding: Finding, fix: Fix) -> Fix | _Wanted:
        """Return a fix with the texts that it changes; as it may be offered if it changes none."""
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
        return _Wanted(finding, fix, made, edits)

    def _graded(self, one: _Wanted, trial: Trial) -> Fix:
        """Return a fix as it may be offered: as it is, or for display with the reason.

        One that is not for the files that were read has what is handed over instead.
        """
        if reason := self._doubt(one.finding, one.fix, trial):
            return one.fix.only_shown(reason)
        fix = _with_restart(one.fix, trial.before.clusters)
        handed = handed_over(fix, trial.before, trial.after, trial.inputs, self._options)
        return replace(handed, edits=one.made) if handed.handover is not None else handed

    def _doubt(self, finding: Finding, fix: Fix, trial: Trial) -> str | None:
        """Return why a fix must not be applied, or None when it is proven."""
        before, after = _counts(trial)
        if after[key_of(finding)] >= before[key_of(finding)]:
            return "it does not remove the finding by itself"
        besides = {UNUSED, WINDOW} if finding.level is Level.ERROR else {UNUSED}
        new = sorted({key[0] for key in after if after[key] > before[key]} - besides)
        if bad := self._still_bad(finding, trial):
            return bad
        # a repair makes readable what was not: what is then seen was there before
        if new and not all(isinstance(edit, Repair) for edit in fix.edits):
            return f"it leads to {', '.join(new)}"
        return None

    def _still_bad(self, finding: Finding, trial: Trial) -> str | None:
        """Return what is wrong with the nodes of a finding after its fix, if nothing mends it.

        Another finding that is left there, with a fix that can be made, is mended by that.
        """
        if finding.rule not in OWNING:
            return None
        changed = {one.name: one for one in trial.after.clusters}
        found = [one for one in trial.after.findings if key_of(one) not in self._known]
        for name in finding.cluster.split(", ") if finding.cluster else changed:
            cluster = changed.get(name) or self._trials.cluster(name)
            if cluster is None:
                continue
            left = found if name in changed else self._result.findings
            if bad := _bad(finding, cluster, left):
                return bad
        return None


def _with_restart(fix: Fix, clusters: Sequence[Cluster]) -> Fix:
    """Return a fix that says who has to be restarted to read the ConfigMaps that it changes."""
    readers = dict.fromkeys(
        one.workload.manifest.title
        for cluster in clusters
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


def _bad(finding: Finding, cluster: Cluster, left: Sequence[Finding]) -> str | None:
    """Return what is wrong with the nodes of a finding in a cluster, if nothing left mends it."""
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
    if not bad or _mended(cluster, bad, left):
        return None
    return f"{bad[0].name} would be {verdict_line(bad[0].verdict)}"


def _is_configured(cluster: Cluster, one: Installer, finding: Finding) -> bool:
    """Whether a finding is in the configuration of an install of Multus."""
    return any(
        each.installer is one
        and each.configuration is not None
        and each.configuration.location.object == finding.location.object
        for each in cluster.multuses
    )


def _mended(cluster: Cluster, bad: list[ClassFacts], left: Sequence[Finding]) -> bool:
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
        for finding in left
        if cluster.name in finding.cluster or not finding.cluster
    )


def key_of(finding: Finding) -> FindingKey:
    """Return what makes a finding the same after an edit: no line, no wording."""
    location = finding.location
    return finding.rule, finding.cluster, location.object, location.source.path


def _counts(trial: Trial) -> Counts:
    return Counts(_counted(trial.before), _counted(trial.after))


def _counted(result: Result) -> Counter[FindingKey]:
    return Counter(key_of(finding) for finding in result.findings)


def _key(edits: TextEdits) -> TextEditsKey:
    return tuple(sorted(edits.items()))
