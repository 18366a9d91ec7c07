"""From inputs to findings: clusters, every rule on each of them, and what was not decided."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from cnilint.budget import UNLIMITED, Budget, OutOfTimeError
from cnilint.catalog.recognise import NO_TARGETS, Targets
from cnilint.engine.ignores.ignore import may_ignore
from cnilint.errors import CnilintError, RuleError
from cnilint.gitops.clusters import Layout
from cnilint.gitops.files import Files
from cnilint.gitops.graph import ClusterObjects
from cnilint.gitops.kustomization import patch_files
from cnilint.gitops.partition import ONLY
from cnilint.kube.manifest import Manifest, manifests
from cnilint.kube.node_systems import MachineConfiguration, machine_configurations
from cnilint.model.faults import LimitError, fault, limit
from cnilint.model.finding import Finding, Level, Location, Note
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.progress import Progress, unseen
from cnilint.simulation.class_facts import HostFile
from cnilint.simulation.cluster import Circumstances, Cluster, cluster
from cnilint.simulation.shared import Simulations
from cnilint.start import NamedTuple, replace

from .assumed_nodes import on_assumed_nodes
from .blame import blamed
from .checks import CHANGE_CHECKS, CHECKS, IGNORE_CHECKS, INPUT_CHECKS, LAYOUT_CHECKS, Check
from .hit import Hit
from .inputs import Inputs
from .policy import EVERYTHING, Identity, Policy
from .problems import concerning, unjudged_notes
from .result import KnownBy, KnownReason, Result, Suppressed
from .reuse import known_clusters, same_facts
from .ruleset import Rule
from .sources import ClusterSources, deciding, problem_notes

ELSEWHERE = (INPUT_CHECKS, LAYOUT_CHECKS, IGNORE_CHECKS, CHANGE_CHECKS)
"""Checks that are not about one cluster as it is."""

Told = tuple[Finding, KnownReason | None]
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
    (`auto`, `never`, `always`). `budget` is what the run may spend, `simulations` are shared by all
    that is evaluated in it.
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
    budget: Budget = UNLIMITED
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


class RuleFinding(NamedTuple):
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


LAST = "limit_reached"
"""The check that tells what the others could not judge."""

UNUSED_CHECK = "unused_ignore"
"""The check that tells which ignores are not needed."""


class Judging(NamedTuple):
    """The policy and the budget of a run, and what could not be judged so far.

    `unjudged` has no problem of one document alone: those are among the inputs.
    """

    policy: Policy
    budget: Budget
    unjudged: list[SyntaxProblem]

    def findings(
        self, rule: Rule, work: Callable[[], Iterable[Hit]], one: Cluster | None, place: Location
    ) -> Iterator[Finding]:
        """Yield what a rule says of what some work finds, in a cluster or in none.

        What it fails on, or has no time for, goes to what is not judged.
        """
        try:
            if LAST not in rule.check:
                self.budget.check()
            for hit in work():
                finding = finding_of(rule, hit, one.name if one is not None else "", self.policy)
                if one is not None:
                    from .places import doubted

                    finding = on_assumed_nodes(doubted(finding, one), hit.classes, one)
                yield finding
        except CnilintError:
            raise
        except Exception as error:
            self.unjudged.append(problem_at(error, blamed(error) or place, rule.id))


class ClusterPart(NamedTuple):
    """What a cluster is made of: what it gets, and the sources whose absence decides nothing."""

    name: str
    members: tuple[Manifest, ...]
    unread: tuple[str, ...] = ()
    objects: ClusterObjects | None = None


class Evaluation:
    """Everything that the rules find in inputs, and what it rests on."""

    def __init__(
        self,
        inputs: Inputs,
        surroundings: Surroundings,
        like: Result | None = None,
        instead: SyntaxProblem | None = None,
    ) -> None:
        """Work it out; the findings are ordered by place.

        The facts of a cluster that is the same in `like`, another run, are taken from there. With a
        problem `instead` no cluster is worked out.
        """
        self.inputs = inputs
        self.surroundings = surroundings
        by_file = surroundings.by_file
        policy = surroundings.policy.of_files() if by_file else surroundings.policy
        self.policy = policy
        self.looking = looking(policy)
        self.simulations = surroundings.simulations or Simulations()
        self.unjudged: list[SyntaxProblem] = [instead] if instead is not None else []
        """What could not be judged, but for documents that are not read."""
        self.sources: ClusterSources | None = None
        if not by_file and instead is None:
            try:
                self.sources = ClusterSources(inputs, surroundings.paths, surroundings.render)
            except OutOfTimeError as error:
                self.unjudged.append(problem_at(error, first_place(inputs)))
        self.layout = self.sources.layout if self.sources is not None else Layout(())
        problems = concerning(inputs, self.layout)
        left_out = [one for one in problems if one.is_unjudged]
        self.left_out = tuple(str(Location(one.source, one.span)) for one in left_out)
        """The places of documents that were not judged and may have a say in a cluster."""
        self.reads: list[set[str]] = []
        """The files that each cluster rests on."""
        self.clusters: list[Cluster] = []
        self.said: list[RuleFinding] = []
        """What is found in what was built, in the order of the rules."""
        judging = Judging(policy, surroundings.budget, self.unjudged)
        parts = self._parts() if instead is None else []
        for part, one in self._clusters(parts, like):
            self.said += said_of(one, len(self.clusters), self.looking, judging, inputs)
            self.clusters.append(one)
            self.reads.append(self._rests_on(part, one))
        notes = []
        if not by_file:
            notes = [*self.sources.all_notes()] if self.sources is not None else []
            notes += [note for one in self.clusters for note in one.notes]
            if notes:
                from .places import placed_note

                notes = distinct([placed_note(note) for note in notes])
        notes += [*problem_notes(inputs.problems, self.layout), *unjudged_notes(inputs, problems)]
        self.said += _said_of_all(inputs, self.layout, problems, notes, judging)
        self.said.sort(key=lambda one: (one.order, one.cluster))
        self.hits = _placed(self.said)
        self.placed = self._confined()
        """The same at the texts that decide."""
        self.result = self._result(notes)

    def known_before(self, known: tuple[Identity, ...]) -> None:
        """Take what was found before a change: it is known, and fails no run."""
        around = self.surroundings
        self.surroundings = around._replace(policy=around.policy._replace(since=known))
        self.policy = self.policy._replace(since=known)
        self.result = self._result(self.result.notes)

    @property
    def is_certain(self) -> bool:
        """Whether all was judged that may have a say."""
        return not (self.unjudged or self.left_out)

    def _parts(self) -> list[ClusterPart]:
        """Return what each cluster is made of."""
        if self.surroundings.by_file:
            return [ClusterPart("", members) for members in _each_file(self.inputs)]
        parts = [
            ClusterPart(one.name, one.objects, deciding(one), one) for one in self.layout.clusters
        ]
        if not parts and self.surroundings.host_files and not self.unjudged:
            return [ClusterPart(ONLY, ())]
        return parts

    def _clusters(
        self, parts: Sequence[ClusterPart], like: Result | None
    ) -> Iterator[tuple[ClusterPart, Cluster]]:
        """Yield the facts of each cluster for which there is time."""
        around, inputs = self.surroundings, self.inputs
        machines = list(machine_configurations(inputs.documents))
        before = known_clusters(like)
        for at, part in enumerate(parts):
            own = tuple(one for one in machines if len(parts) == 1 or _is_of(one, part.name))
            around.progress("working out clusters", at, len(parts))
            known = around.known(part.name)._replace(machines=own, budget=around.budget)
            missing = (*part.unread, *self.left_out)
            members, same = part.members, before.get(part.name)
            try:
                around.budget.check()
                one = same_facts(same, members, known, missing, inputs.files)
                texts = inputs.files.tracked()
                yield (
                    part,
                    one or cluster(part.name, members, known, texts, missing, self.simulations),
                )
            except OutOfTimeError as error:
                place = members[0].location() if members else first_place(inputs)
                self.unjudged.append(problem_at(error, place))

    def _rests_on(self, part: ClusterPart, one: Cluster) -> set[str]:
        """Return the files that a cluster, and what was said of it, was read from."""
        texts = one.index.texts
        read = set(texts.read_paths) if isinstance(texts, Files) else set()
        if self.sources is None or part.objects is None:
            return read
        return self.sources.reads(part.objects) | read

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
        told = told_apart(self.placed, inputs, policy, certain=self.is_certain)
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
            unparsed=inputs.left_out.documents,
            suppressed=suppressed,
            compared=policy.baseline is not None or policy.since is not None,
            by_file=by_file,
            unfinished=bool(self.unjudged)
            or self.surroundings.budget.over
            or any(one.kind == "fault" for one in inputs.problems),
            paths=inputs.paths,
            house=policy.house,
            layout=self.layout,
        )


MOST_LEFT_OUT = 20
"""Documents that are left out of a run because cnilint fails on them; with more it gives up."""


def evaluate(
    inputs: Inputs, surroundings: Surroundings = NOTHING_AROUND, like: Result | None = None
) -> Result:
    """Return everything the rules find in inputs, ordered by place; see `evaluated`."""
    return evaluated(inputs, surroundings, like).result


def evaluated(
    inputs: Inputs, surroundings: Surroundings = NOTHING_AROUND, like: Result | None = None
) -> Evaluation:
    """Return everything the rules find in inputs, ordered by place, with what it rests on.

    The facts of a cluster that is the same in `like`, another run, are taken from there.

    Where each file is judged by itself, only rules run that can be judged so, what is found lies in
    the inputs, and nothing is said of clusters. A document that cnilint fails on is left out, and
    so is one that takes too much: a problem stands in its place, and nothing is decided that it may
    have a say in.
    """
    for _time in range(MOST_LEFT_OUT):
        try:
            return Evaluation(inputs, surroundings, like)
        except CnilintError:
            raise
        except Exception as error:
            place = None if isinstance(error, OutOfTimeError) else blamed(error)
            problem = problem_at(error, place or first_place(inputs))
            document = place.document if place is not None else None
            less = inputs.without(document, problem) if document is not None else None
            if less is None:
                break
            inputs = less
    return Evaluation(inputs, surroundings, like, problem)


def problem_at(error: Exception, place: Location, doing: str = "") -> SyntaxProblem:
    """Return what is said of a place at which something was not judged."""
    if isinstance(error, LimitError | OutOfTimeError):
        return limit(place.source, place.span, str(error))
    return fault(place.source, place.span, error, doing)


def first_place(inputs: Inputs) -> Location:
    """Return the place of what is about no document: the first line that was read."""
    source = next(iter(inputs.sources), Source("", ""))
    return Location(source, Span(0, 0))


def made(
    one: ClusterObjects,
    surroundings: Surroundings,
    machines: tuple[MachineConfiguration, ...],
    files: Files,
) -> Cluster:
    """Return the facts of a cluster, given what it gets and what its nodes are known to run.

    OutOfTimeError once the time of the run is up.
    """
    known = surroundings.known(one.name)._replace(machines=machines, budget=surroundings.budget)
    missing = deciding(one)
    return cluster(one.name, one.objects, known, files, missing, surroundings.simulations)


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


def told_apart(
    hits: Sequence[Finding], inputs: Inputs, policy: Policy, *, certain: bool = True
) -> list[Told]:
    """Return findings with the reason why they are known, and those about the ignores.

    Only where it is `certain` that all was judged it is said of an ignore that it is not needed.
    """
    asked = policy.ignores or policy.per_file
    if not asked and not any(may_ignore(one.text) for one in inputs.sources):
        return [(finding, None) for finding in merged(hits)]
    from cnilint.engine.ignores.suppress import ignored_file, judged

    from .places import placed_finding

    judgement = judged(hits, inputs, policy)
    about = [
        (finding, ignored_file(finding, policy))
        for rule in policy.rules
        if policy.level(rule) is not Level.OFF
        for check in rule.check
        if check in IGNORE_CHECKS and (certain or check != UNUSED_CHECK)
        for finding in (
            placed_finding(finding_of(rule, hit, "", policy))
            for hit in IGNORE_CHECKS[check](judgement.ignores)
        )
    ]
    reasons = {key_of_place(finding): reason for finding, reason in judgement.known}
    known = merged([one for one, _reason in judgement.known])
    return [
        *((finding, None) for finding in merged(judgement.kept)),
        *((one, reasons[key_of_place(one)]) for one in known),
        *about,
    ]


def _compared(
    ranked: Sequence[Told], policy: Policy
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """Return the findings that count, and those that are known: the baseline's among them."""
    found = [finding for finding, reason in ranked if reason is None]
    before = iter(_before(found, policy))
    findings: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding, reason in ranked:
        why = reason or next(before)
        if why is None:
            findings.append(finding)
        else:
            suppressed.append(Suppressed(replace(finding, fixes=()), why, len(findings)))
    return tuple(findings), tuple(suppressed)


def _before(found: Sequence[Finding], policy: Policy) -> list[KnownReason | None]:
    """Return of each finding why it is known to have been there before; None if it is not."""
    reasons: list[KnownReason | None] = [None] * len(found)
    for why, known in ((KnownBy.BASELINE, policy.baseline), (KnownBy.BEFORE, policy.since)):
        if known is None:
            continue
        from cnilint.engine.ignores.baseline import old

        rest = [at for at, reason in enumerate(reasons) if reason is None]
        for at, is_old in zip(rest, old([found[at] for at in rest], known), strict=True):
            reasons[at] = KnownReason(why) if is_old else None
    return reasons


def unjudged(problems: Sequence[SyntaxProblem], policy: Policy) -> list[Finding]:
    """Return what is to be said of what was not judged, as far as that is wanted."""
    return [
        finding_of(rule, hit, "", policy)
        for _number, rule in _running(policy)
        if LAST in rule.check
        for hit in INPUT_CHECKS[LAST](problems, ())
    ]


def said_of(
    one: Cluster, at: int, looking: Sequence[Looking], judging: Judging, inputs: Inputs
) -> list[RuleFinding]:
    """Return what the rules say of a cluster, which stands at a place among all."""
    place = one.manifests[0].location() if one.manifests else first_place(inputs)
    return [
        RuleFinding(order, at, finding)
        for order, rule, find in looking
        for finding in judging.findings(rule, partial(find, one), one, place)
    ]


def said_of_notes(notes: Sequence[Note], judging: Judging, inputs: Inputs) -> list[RuleFinding]:
    """Return what the rules say of notes."""
    return [
        RuleFinding(order, -1, finding)
        for order, rule, check in _checking(judging.policy)
        if check in INPUT_CHECKS
        for work in (partial(INPUT_CHECKS[check], (), notes),)
        for finding in judging.findings(rule, work, None, first_place(inputs))
    ]


def _said_of_all(
    inputs: Inputs,
    layout: Layout,
    problems: Sequence[SyntaxProblem],
    notes: Sequence[Note],
    judging: Judging,
) -> list[RuleFinding]:
    """Return what the rules say of the texts, the notes, and how the clusters were found.

    What was not judged is told last. The checks of ignores come later, when it is known what was
    found, and those of a change have no place where there is one state alone.
    """
    said: list[RuleFinding] = []
    checking = sorted(_checking(judging.policy), key=lambda each: LAST in each[1].check)
    for order, rule, check in checking:
        work: Callable[[], Iterable[Hit]]
        if check in INPUT_CHECKS:
            work = partial(INPUT_CHECKS[check], [*problems, *judging.unjudged], notes)
        elif check in LAYOUT_CHECKS:
            work = partial(LAYOUT_CHECKS[check], layout)
        else:
            continue
        found = judging.findings(rule, work, None, first_place(inputs))
        said += [RuleFinding(order, -1, finding) for finding in found]
    return said


def _checking(policy: Policy) -> Iterator[tuple[tuple[int, int], Rule, str]]:
    """Yield the checks of the rules that run, with where the rule and the check stand."""
    for number, rule in _running(policy):
        for at, check in enumerate(rule.check):
            yield (number, at), rule, check


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
            found.append(Looking((number, at), rule, partial(_matching, entry)))
    return found


def _matching(entry: Mapping[str, Any], one: Cluster) -> Iterator[Hit]:
    """Yield what an entry of a card describes; what is of Multus, only where it is installed."""
    if "of" in entry and not one.multuses:
        return
    from .match import matches

    yield from matches(entry, one)


def _placed(said: Sequence[RuleFinding]) -> list[Finding]:
    """Return findings at the places that persons wrote."""
    if not said:
        return []
    from .places import placed_finding

    return [placed_finding(one.finding) for one in said]


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
        message=rule.message.format_map(hit.words),
        location=hit.location,
        cluster=cluster_name,
        details=hit.details,
        witnesses=hit.witnesses,
        help="" if level is Level.NOTE else rule.help["fix"],
        related=hit.related,
        fixes=hit.fixes,
    )


def merged(findings: Sequence[Finding]) -> list[Finding]:
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
