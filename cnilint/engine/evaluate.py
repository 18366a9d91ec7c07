"""From inputs to findings: clusters, every rule on each of them, and what was not decided."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from cnilint.catalog.recognise import NO_TARGETS, Targets
from cnilint.engine.ignores.ignore import MARK
from cnilint.errors import RuleError
from cnilint.gitops.clusters import Layout
from cnilint.gitops.files import Files
from cnilint.gitops.graph import ClusterObjects
from cnilint.gitops.kustomization import patch_files
from cnilint.gitops.partition import ONLY
from cnilint.kube.manifest import Manifest, manifests
from cnilint.kube.node_systems import MachineConfiguration, machine_configurations
from cnilint.model.finding import Finding, Level, Note
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.progress import Progress, unseen
from cnilint.simulation.class_facts import HostFile
from cnilint.simulation.cluster import Circumstances, Cluster, cluster

from .checks import CHANGE_CHECKS, CHECKS, IGNORE_CHECKS, INPUT_CHECKS, LAYOUT_CHECKS, Check
from .hit import Hit
from .inputs import Inputs
from .match import matches
from .places import doubted, placed_finding, placed_note
from .policy import EVERYTHING, Policy
from .problems import concerning, unjudged_notes
from .result import Known, Reason, Result, Suppressed
from .ruleset import Rule
from .sources import Sources, deciding, problem_notes

ELSEWHERE = (INPUT_CHECKS, LAYOUT_CHECKS, IGNORE_CHECKS, CHANGE_CHECKS)
"""Checks that are not about one cluster as it is."""

Told = tuple[Finding, Reason | None]
"""A finding, and why it is known if it is."""


class Described(NamedTuple):
    """What settings say of one cluster: the paths that it gets, and what is known beside them.

    An empty runtime or primary is that of every cluster. `complete` says that the paths have all
    that the cluster gets.
    """

    paths: tuple[str, ...]
    known: Circumstances
    complete: bool = False


class Surroundings(NamedTuple):
    """What is known beside the manifests: what is on the nodes, and what is wanted.

    `primary` is the file of the CNI that is to own the pods, empty where nothing says so; `targets`
    has the releases of products, by id, where the manifests name none. `by_file` asks for each
    file to be judged by itself. `progress` is told what is worked on. `clusters` is what settings
    say of each cluster by its name. `render` is whether Helm is run on charts of the repository
    (`auto`, `never`, `always`).
    """

    host_files: tuple[HostFile, ...] = ()
    runtime: str = "containerd"
    policy: Policy = EVERYTHING
    primary: str = ""
    targets: Targets = NO_TARGETS
    by_file: bool = False
    progress: Progress = unseen
    clusters: Mapping[str, Described] = {}
    render: str = "auto"

    @property
    def paths(self) -> Mapping[str, tuple[str, ...]]:
        """What each cluster gets, where settings say it."""
        return {name: one.paths for name, one in self.clusters.items() if one.paths}

    def known(self, name: str) -> Circumstances:
        """Return what is known of a cluster beside its manifests."""
        of_all = Circumstances(self.host_files, self.runtime, self.primary, self.targets)
        described = self.clusters.get(name)
        if described is None:
            return of_all
        return described.known._replace(
            host_files=(*self.host_files, *described.known.host_files),
            runtime=described.known.runtime or self.runtime,
            primary=described.known.primary or self.primary,
            targets={**self.targets, **described.known.targets},
            complete=described.complete,
        )


NOTHING_AROUND: Surroundings = Surroundings()


class Said(NamedTuple):
    """What a rule says: where the rule and its check stand among all, and of which cluster.

    `cluster` is the place of the cluster among all, -1 where it is about none.
    """

    order: tuple[int, int]
    cluster: int
    finding: Finding


class Looking(NamedTuple):
    """What looks for findings in a cluster: where it stands among all, and the rule it is of."""

    order: tuple[int, int]
    rule: Rule
    find: Check


class Evaluation:
    """Everything that the rules find in inputs, and what it rests on."""

    def __init__(self, inputs: Inputs, surroundings: Surroundings) -> None:
        """Work it out; the findings are ordered by place."""
        self.inputs = inputs
        self.surroundings = surroundings
        by_file = surroundings.by_file
        policy = surroundings.policy.of_files() if by_file else surroundings.policy
        self.policy = policy
        self.looking = looking(policy)
        self.sources: Sources | None = None
        if not by_file:
            self.sources = Sources(inputs, surroundings.paths, surroundings.render)
        self.layout = self.sources.layout if self.sources is not None else Layout(())
        self.reads: list[set[str]] = []
        """The files that each cluster rests on."""
        self.clusters: list[Cluster] = []
        self.said: list[Said] = []
        """What is found in what was built, in the order of the rules."""
        for at, one in enumerate(self._clusters()):
            self.clusters.append(one)
            self.said += said_of(one, at, self.looking, policy)
        notes = []
        if self.sources is not None:
            notes = [*self.sources.all_notes()]
            notes += [note for one in self.clusters for note in one.notes]
            notes = distinct([placed_note(note) for note in notes])
        notes += [*problem_notes(inputs.problems), *unjudged_notes(inputs, self.layout)]
        self.said += _said_of_all(inputs, self.layout, notes, policy)
        self.said.sort(key=lambda one: (one.order, one.cluster))
        self.hits = [placed_finding(one.finding) for one in self.said]
        self.placed = self._confined()
        """The same at the texts that decide."""
        self.result = self._result(notes)

    def _clusters(self) -> Iterator[Cluster]:
        around, inputs = self.surroundings, self.inputs
        if around.by_file:
            for members in _each_file(inputs):
                yield cluster("", members, around.known(""), inputs.files)
            return
        machines = list(machine_configurations(inputs.documents))
        parts = self.layout.clusters
        if not parts and around.host_files:
            parts = (ClusterObjects(ONLY, (), (), (), (), frozenset()),)
        for at, one in enumerate(parts):
            around.progress("working out clusters", at, len(parts))
            own = tuple(each for each in machines if len(parts) == 1 or _is_of(each, one.name))
            files = inputs.files.tracked()
            yield made(one, around, own, files)
            assert self.sources is not None  # noqa: S101  there are sources unless it is by file
            self.reads.append(self.sources.reads(one) | files.read_paths)

    def _confined(self) -> list[Finding]:
        """Return findings at the texts that decide; their fixes leave other clusters as they are.

        That is so where there is one cluster.
        """
        if len(self.layout.clusters) < 2 or not any(one.fixes for one in self.hits):
            return self.hits
        from .overlays import Shared, confined

        pairs = [(one.finding, hit) for one, hit in zip(self.said, self.hits, strict=True)]
        return confined(pairs, Shared(self.layout.clusters, self.inputs.files))

    def _result(self, notes: Sequence[Note]) -> Result:
        inputs, policy, by_file = self.inputs, self.policy, self.surroundings.by_file
        order = {source.path: at for at, source in enumerate(inputs.sources)}
        told = told_apart(self.placed, inputs, policy)
        ranked = sorted(
            (one for one in told if not by_file or one[0].location.source.path in order),
            key=lambda one: (order.get(one[0].location.source.path, -1), *_order(one[0])),
        )
        findings, suppressed = _compared(ranked, policy)
        return Result(
            findings=findings,
            notes=tuple(notes),
            clusters=() if by_file else tuple(self.clusters),
            sources=len(inputs.sources) + inputs.left_out.files,
            documents=len(inputs.documents) + inputs.left_out.documents,
            suppressed=suppressed,
            compared=policy.baseline is not None,
            by_file=by_file,
            paths=inputs.paths,
            house=policy.house,
            layout=self.layout,
        )


def evaluate(inputs: Inputs, surroundings: Surroundings = NOTHING_AROUND) -> Result:
    """Return everything the rules find in inputs, ordered by place.

    Where each file is judged by itself, only rules run that can be judged so, what is found lies in
    the inputs, and nothing is said of clusters.
    """
    return Evaluation(inputs, surroundings).result


def made(
    one: ClusterObjects,
    surroundings: Surroundings,
    machines: tuple[MachineConfiguration, ...],
    files: Files,
) -> Cluster:
    """Return the facts of a cluster, given what it gets and what its nodes are known to run."""
    known = surroundings.known(one.name)._replace(machines=machines)
    return cluster(one.name, one.objects, known, files, deciding(one))


def _is_of(one: MachineConfiguration, cluster_name: str) -> bool:
    """Whether a machine configuration lies in a folder of a cluster, by the cluster's name."""
    return f"/{cluster_name}/" in f"/{one.location.source.path}"


def _each_file(inputs: Inputs) -> list[tuple[Manifest, ...]]:
    """Return the manifests of every file, as those of a cluster."""
    patches = patch_files(inputs.documents)
    return [
        tuple(m for one in each if isinstance(one, Document) for m in manifests(one))
        for source, each in zip(inputs.sources, inputs.found, strict=True)
        if posixpath.normpath(source.path) not in patches
    ]


def told_apart(hits: Sequence[Finding], inputs: Inputs, policy: Policy) -> list[Told]:
    """Return findings with the reason why they are known, and those about the ignores."""
    if not (policy.ignores or policy.per_file or any(MARK in one.text for one in inputs.sources)):
        return [(finding, None) for finding in _merged(hits)]
    from cnilint.engine.ignores.suppress import ignored_file, judged

    judgement = judged(hits, inputs, policy)
    about = [
        (finding, ignored_file(finding, policy))
        for rule in policy.rules
        if policy.level(rule) is not Level.OFF
        for check in rule.check
        if check in IGNORE_CHECKS
        for finding in (
            placed_finding(finding_of(rule, hit, "", policy))
            for hit in IGNORE_CHECKS[check](judgement.ignores)
        )
    ]
    reasons = {key_of_place(finding): reason for finding, reason in judgement.known}
    known = _merged([one for one, _reason in judgement.known])
    return [
        *((finding, None) for finding in _merged(judgement.kept)),
        *((one, reasons[key_of_place(one)]) for one in known),
        *about,
    ]


def _compared(
    ranked: Sequence[Told], policy: Policy
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """Return the findings that count, and those that are known: the baseline's among them."""
    found = [finding for finding, reason in ranked if reason is None]
    before = [False] * len(found)
    if policy.baseline is not None:
        from cnilint.engine.ignores.baseline import old

        before = old(found, policy.baseline)
    from_before = iter(before)
    findings: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding, reason in ranked:
        why = reason or (Reason(Known.BASELINE) if next(from_before) else None)
        if why is None:
            findings.append(finding)
        else:
            suppressed.append(Suppressed(replace(finding, fixes=()), why, len(findings)))
    return tuple(findings), tuple(suppressed)


def said_of(one: Cluster, at: int, looking: Sequence[Looking], policy: Policy) -> list[Said]:
    """Return what the rules say of a cluster, which stands at a place among all."""
    return [
        Said(order, at, doubted(finding_of(rule, hit, one.name, policy), one))
        for order, rule, find in looking
        for hit in find(one)
    ]


def said_of_notes(notes: Sequence[Note], policy: Policy) -> list[Said]:
    """Return what the rules say of notes."""
    return _said_of_inputs((), notes, policy)


def _said_of_all(
    inputs: Inputs, layout: Layout, notes: Sequence[Note], policy: Policy
) -> list[Said]:
    """Return what the rules say of the texts, the notes, and how the clusters were found.

    The checks of ignores come later, when it is known what was found, and those of a change have no
    place where there is one state alone.
    """
    return [
        *_said_of_inputs(concerning(inputs, layout), notes, policy),
        *(
            Said((number, at), -1, finding_of(rule, hit, "", policy))
            for number, rule in _running(policy)
            for at, check in enumerate(rule.check)
            if check in LAYOUT_CHECKS
            for hit in LAYOUT_CHECKS[check](layout)
        ),
    ]


def _said_of_inputs(
    problems: Sequence[SyntaxProblem], notes: Sequence[Note], policy: Policy
) -> list[Said]:
    return [
        Said((number, at), -1, finding_of(rule, hit, "", policy))
        for number, rule in _running(policy)
        for at, check in enumerate(rule.check)
        if check in INPUT_CHECKS
        for hit in INPUT_CHECKS[check](problems, notes)
    ]


def _running(policy: Policy) -> Iterator[tuple[int, Rule]]:
    """Yield the rules that run, with their places among all."""
    for number, rule in enumerate(policy.rules):
        if policy.level(rule) is not Level.OFF:
            yield number, rule


def looking(policy: Policy) -> list[Looking]:
    """Return what looks for findings in a cluster; RuleError for a check that there is not."""
    found = []
    for number, rule in _running(policy):
        for at, check in enumerate(rule.check):
            if check in CHECKS:
                found.append(Looking((number, at), rule, CHECKS[check]))
            elif not any(check in each for each in ELSEWHERE):
                raise RuleError(f"{rule.id}.yaml", "check", f"there is no check {check!r}")
        for at, entry in enumerate(rule.match, len(rule.check)):
            found.append(Looking((number, at), rule, partial(matches, entry)))
    return found


def finding_of(rule: Rule, hit: Hit, cluster_name: str, policy: Policy) -> Finding:
    """Return what a rule says of a hit in a cluster, at the level that is wanted."""
    level = hit.level if hit.level is not None else rule.level
    level = policy.severity.get(rule.id, level)
    return _stated(rule, hit, level, cluster_name)


def _stated(rule: Rule, hit: Hit, level: Level, cluster_name: str) -> Finding:
    return Finding(
        rule=rule.id,
        name=rule.name,
        level=level,
        message=rule.message.format_map(hit.parameters),
        location=hit.location,
        cluster=cluster_name,
        details=hit.details,
        witnesses=hit.witnesses,
        help="" if level is Level.NOTE else rule.help["fix"],
        related=hit.related,
        fixes=hit.fixes,
    )


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with those that say the same of several clusters as one."""
    found: dict[tuple[object, ...], Finding] = {}
    names: dict[tuple[object, ...], dict[str, None]] = {}
    for finding in findings:
        key = key_of_place(finding)
        found.setdefault(key, finding)
        names.setdefault(key, {})[finding.cluster] = None
    return [
        replace(finding, cluster=", ".join(names[key])) if len(names[key]) > 1 else finding
        for key, finding in found.items()
    ]


def key_of_place(finding: Finding) -> tuple[object, ...]:
    """Return what findings of several clusters have in common that are one to a reader."""
    location = finding.location
    return finding.rule, location.source.path, location.span, location.route, finding.message


def distinct(notes: Sequence[Note]) -> list[Note]:
    """Return notes, each once: what several clusters share is read for each of them."""
    found: dict[tuple[object, ...], Note] = {}
    for note in notes:
        found.setdefault(key_of_note(note), note)
    return list(found.values())


def key_of_note(note: Note) -> tuple[object, ...]:
    """Return what notes have in common that say the same."""
    place = note.location
    where = (place.source.path, place.span) if place is not None else (note.cluster,)
    return (note.message, *where)


def _order(finding: Finding) -> tuple[int, int, str, str]:
    span = finding.location.span
    return (span.start, span.end, finding.rule, finding.message)
