"""From inputs to findings: clusters, every rule on each of them, and what was not decided."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from cnilint.catalog.recognise import NO_TARGETS, Targets
from cnilint.engine.ignores.ignore import MARK
from cnilint.errors import RuleError
from cnilint.gitops.clusters import Layout
from cnilint.gitops.kustomization import patch_files
from cnilint.gitops.partition import ONLY
from cnilint.kube.manifest import Manifest, manifests
from cnilint.kube.node_systems import MachineConfiguration, machine_configurations
from cnilint.model.finding import Finding, Level, Note
from cnilint.model.tree import Document
from cnilint.progress import Progress, unseen
from cnilint.simulation.class_facts import HostFile
from cnilint.simulation.cluster import Circumstances, Cluster, cluster
from cnilint.simulation.shared import Simulations

from .checks import CHANGE_CHECKS, CHECKS, IGNORE_CHECKS, INPUT_CHECKS, LAYOUT_CHECKS
from .hit import Hit
from .inputs import Inputs
from .match import matches
from .places import doubted, placed_finding, placed_note
from .policy import EVERYTHING, Policy
from .problems import concerning, unjudged_notes
from .result import Known, Reason, Result, Suppressed
from .ruleset import Rule
from .sources import deciding, problem_notes, sources

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
    (`auto`, `never`, `always`). `simulations` are shared by all that is evaluated in one run.
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
    simulations: Simulations | None = None

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


def evaluate(inputs: Inputs, surroundings: Surroundings = NOTHING_AROUND) -> Result:
    """Return everything the rules find in inputs, ordered by place.

    Where each file is judged by itself, only rules run that can be judged so, what is found lies in
    the inputs, and nothing is said of clusters.
    """
    by_file = surroundings.by_file
    whole, notes = (
        (Layout(()), []) if by_file else sources(inputs, surroundings.paths, surroundings.render)
    )
    parts: list[tuple[str, tuple[Manifest, ...], tuple[str, ...]]]
    parts = [(one.name, one.objects, deciding(one)) for one in whole.clusters]
    if by_file:
        parts = [(name, members, ()) for name, members in _each_file(inputs)]
    if not parts and surroundings.host_files:
        parts = [(ONLY, (), ())]
    found: list[Cluster] = []
    simulations = surroundings.simulations or Simulations()
    machines = list(machine_configurations(inputs.documents))
    for name, members, unread in parts:
        own = tuple(one for one in machines if len(parts) == 1 or _is_of(one, name))
        surroundings.progress("working out clusters", len(found), len(parts))
        found.append(
            cluster(
                name,
                members,
                surroundings.known(name)._replace(machines=own),
                inputs.files,
                unread,
                simulations,
            )
        )
    notes += [note for one in found for note in one.notes]
    notes = [] if by_file else _distinct([placed_note(note) for note in notes])
    notes += [*problem_notes(inputs.problems), *unjudged_notes(inputs, whole)]
    policy = surroundings.policy.of_files() if by_file else surroundings.policy
    stated = [
        finding
        for rule in policy.rules
        if policy.level(rule) is not Level.OFF
        for finding in _findings(rule, inputs, _Facts(found, whole, notes), policy)
    ]
    hits = _in_files(stated, whole, inputs)
    order = {source.path: at for at, source in enumerate(inputs.sources)}
    told = _told_apart(hits, inputs, policy)
    ranked = sorted(
        (one for one in told if not by_file or one[0].location.source.path in order),
        key=lambda one: (order.get(one[0].location.source.path, -1), *_order(one[0])),
    )
    findings, suppressed = _compared(ranked, policy)
    return Result(
        findings=findings,
        notes=tuple(notes),
        clusters=() if by_file else tuple(found),
        sources=len(inputs.sources),
        documents=len(inputs.documents),
        suppressed=suppressed,
        compared=policy.baseline is not None,
        by_file=by_file,
        paths=inputs.paths,
        house=policy.house,
        layout=whole,
    )


def _is_of(one: MachineConfiguration, cluster_name: str) -> bool:
    """Whether a machine configuration lies in a folder of a cluster, by the cluster's name."""
    return f"/{cluster_name}/" in f"/{one.location.source.path}"


def _each_file(inputs: Inputs) -> list[tuple[str, tuple[Manifest, ...]]]:
    """Return the manifests of every file as those of a cluster without a name."""
    patches = patch_files(inputs.documents)
    return [
        ("", tuple(m for one in each if isinstance(one, Document) for m in manifests(one)))
        for source, each in zip(inputs.sources, inputs.found, strict=True)
        if posixpath.normpath(source.path) not in patches
    ]


def _in_files(stated: list[Finding], layout: Layout, inputs: Inputs) -> list[Finding]:
    """Return findings at the texts that decide; their fixes leave other clusters as they are."""
    hits = [placed_finding(one) for one in stated]
    if len(layout.clusters) < 2 or not any(one.fixes for one in hits):
        return hits
    from .overlays import confined

    return confined(list(zip(stated, hits, strict=True)), layout, inputs.files)


def _told_apart(hits: list[Finding], inputs: Inputs, policy: Policy) -> list[Told]:
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
    reasons = {_key(finding): reason for finding, reason in judgement.known}
    return [
        *((finding, None) for finding in _merged(judgement.kept)),
        *((one, reasons[_key(one)]) for one in _merged([one for one, _reason in judgement.known])),
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


class _Facts(NamedTuple):
    """What the checks of a run are about: the clusters, how they were found, and the notes."""

    clusters: Sequence[Cluster]
    layout: Layout
    notes: Sequence[Note]


def _findings(rule: Rule, inputs: Inputs, facts: _Facts, policy: Policy) -> Iterator[Finding]:
    for check in rule.check:
        for hit, one in _hits(check, inputs, facts, rule):
            finding = finding_of(rule, hit, one.name if one is not None else "", policy)
            yield doubted(finding, one) if one is not None else finding
    for entry in rule.match:
        for one in facts.clusters:
            for hit in matches(entry, one):
                yield doubted(finding_of(rule, hit, one.name, policy), one)


def _hits(
    check: str, inputs: Inputs, facts: _Facts, rule: Rule
) -> Iterator[tuple[Hit, Cluster | None]]:
    """Yield what a check finds, each with the cluster it is about, if it is about one.

    The checks of ignores come later, when it is known what was found, and those of a change have no
    place where there is one state alone.
    """
    if check in INPUT_CHECKS:
        problems = concerning(inputs, facts.layout)
        yield from ((hit, None) for hit in INPUT_CHECKS[check](problems, facts.notes))
    elif check in LAYOUT_CHECKS:
        yield from ((hit, None) for hit in LAYOUT_CHECKS[check](facts.layout))
    elif check in CHECKS:
        for one in facts.clusters:
            yield from ((hit, one) for hit in CHECKS[check](one))
    elif check not in IGNORE_CHECKS and check not in CHANGE_CHECKS:
        raise RuleError(f"{rule.id}.yaml", "check", f"there is no check {check!r}")


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
        key = _key(finding)
        found.setdefault(key, finding)
        names.setdefault(key, {})[finding.cluster] = None
    return [
        replace(finding, cluster=", ".join(names[key])) if len(names[key]) > 1 else finding
        for key, finding in found.items()
    ]


def _key(finding: Finding) -> tuple[object, ...]:
    location = finding.location
    return finding.rule, location.source.path, location.span, location.route, finding.message


def _distinct(notes: Sequence[Note]) -> list[Note]:
    """Return notes, each once: what several clusters share is read for each of them."""
    found: dict[tuple[object, ...], Note] = {}
    for note in notes:
        place = note.location
        where = (place.source.path, place.span) if place is not None else (note.cluster,)
        found.setdefault((note.message, *where), note)
    return list(found.values())


def _order(finding: Finding) -> tuple[int, int, str, str]:
    span = finding.location.span
    return (span.start, span.end, finding.rule, finding.message)
