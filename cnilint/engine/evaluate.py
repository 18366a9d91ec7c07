"""From inputs to findings: clusters, every rule on each of them, and what was not decided."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product

from cnilint.budget import UNLIMITED, Budget, OutOfTimeError
from cnilint.catalog.recognise import NO_TARGETS, Targets
from cnilint.engine.ignores.ignore import MARK
from cnilint.errors import CnilintError, RuleError
from cnilint.gitops.clusters import Layout
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

from .blame import blamed
from .checks import CHANGE_CHECKS, CHECKS, IGNORE_CHECKS, INPUT_CHECKS, LAYOUT_CHECKS
from .hit import Hit
from .inputs import Inputs
from .policy import EVERYTHING, Policy
from .problems import concerning, unjudged_notes
from .result import Known, Reason, Result, Suppressed
from .reuse import known_clusters, same_facts
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


MOST_LEFT_OUT = 20
"""Documents that are left out of a run because cnilint fails on them; with more it gives up."""


def evaluate(
    inputs: Inputs, surroundings: Surroundings = NOTHING_AROUND, like: Result | None = None
) -> Result:
    """Return everything the rules find in inputs, ordered by place.

    The facts of a cluster that is the same in `like`, another run, are taken from there.

    Where each file is judged by itself, only rules run that can be judged so, what is found lies in
    the inputs, and nothing is said of clusters. A document that cnilint fails on is left out, and
    so is one that takes too much: a problem stands in its place, and nothing is decided that it may
    have a say in.
    """
    for _time in range(MOST_LEFT_OUT):
        try:
            return _evaluated(inputs, surroundings, [], like)
        except CnilintError:
            raise
        except Exception as error:
            place = None if isinstance(error, OutOfTimeError) else blamed(error)
            problem = problem_at(error, place or _first(inputs))
            document = place.document if place is not None else None
            less = inputs.without(document, problem) if document is not None else None
            if less is None:
                break
            inputs = less
    return _evaluated(inputs, surroundings, [problem], like, without_clusters=True)


def problem_at(error: Exception, place: Location, doing: str = "") -> SyntaxProblem:
    """Return what is said of a place at which something was not judged."""
    if isinstance(error, LimitError | OutOfTimeError):
        return limit(place.source, place.span, str(error))
    return fault(place.source, place.span, error, doing)


def _first(inputs: Inputs) -> Location:
    """Return the place of what is about no document: the first line that was read."""
    source = next(iter(inputs.sources), Source("", ""))
    return Location(source, Span(0, 0))


def _evaluated(
    inputs: Inputs,
    surroundings: Surroundings,
    unjudged: list[SyntaxProblem],
    like: Result | None,
    *,
    without_clusters: bool = False,
) -> Result:
    """Return what is found; `unjudged` collects what is not about one document alone."""
    by_file = surroundings.by_file
    budget = surroundings.budget
    whole: Layout = Layout(())
    notes: list[Note] = []
    if not by_file and not without_clusters:
        try:
            whole, notes = sources(inputs, surroundings.paths, surroundings.render)
        except OutOfTimeError as error:
            unjudged.append(problem_at(error, _first(inputs)))
    parts: list[tuple[str, tuple[Manifest, ...], tuple[str, ...]]]
    parts = [(one.name, one.objects, deciding(one)) for one in whole.clusters]
    if by_file and not without_clusters:
        parts = [(name, members, ()) for name, members in _each_file(inputs)]
    if not parts and surroundings.host_files and not unjudged:
        parts = [(ONLY, (), ())]
    found: list[Cluster] = []
    simulations = surroundings.simulations or Simulations()
    machines = list(machine_configurations(inputs.documents))
    left_out = tuple(str(_place(one)) for one in concerning(inputs, whole) if one.is_unjudged)
    before = known_clusters(like)
    for name, members, unread in parts:
        own = tuple(one for one in machines if len(parts) == 1 or _is_of(one, name))
        surroundings.progress("working out clusters", len(found), len(parts))
        known = surroundings.known(name)._replace(machines=own, budget=budget)
        missing = (*unread, *left_out)
        try:
            budget.check()
            same = same_facts(before.get(name), members, known, missing, inputs.files)
            texts = inputs.files.tracked()
            found.append(same or cluster(name, members, known, texts, missing, simulations))
        except OutOfTimeError as error:
            unjudged.append(problem_at(error, members[0].location() if members else _first(inputs)))
    notes += [note for one in found for note in one.notes]
    if notes:
        from .places import placed_note

        notes = [] if by_file else _distinct([placed_note(note) for note in notes])
    notes += [*problem_notes(inputs.problems), *unjudged_notes(inputs, whole)]
    policy = surroundings.policy.of_files() if by_file else surroundings.policy
    facts = _Facts(inputs, found, whole, notes, unjudged)
    rules = [rule for rule in policy.rules if policy.level(rule) is not Level.OFF]
    late = [rule for rule in rules if LAST in rule.check]
    stated: list[Finding] = []
    for rule in (*(one for one in rules if one not in late), *late):
        stated += _findings(rule, facts, policy, budget)
    hits = _in_files(stated, whole, inputs)
    order = {source.path: at for at, source in enumerate(inputs.sources)}
    told = _told_apart(hits, inputs, policy, certain=not (unjudged or left_out))
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
        compared=policy.baseline is not None or policy.since is not None,
        by_file=by_file,
        unfinished=bool(unjudged)
        or budget.over
        or any(one.kind == "fault" for one in inputs.problems),
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
    if not stated:
        return []
    from .places import placed_finding

    hits = [placed_finding(one) for one in stated]
    if len(layout.clusters) < 2 or not any(one.fixes for one in hits):
        return hits
    from .overlays import confined

    return confined(list(zip(stated, hits, strict=True)), layout, inputs.files)


def _told_apart(
    hits: list[Finding], inputs: Inputs, policy: Policy, *, certain: bool
) -> list[Told]:
    """Return findings with the reason why they are known, and those about the ignores.

    Only where it is `certain` that all was judged it is said of an ignore that it is not needed.
    """
    if not (policy.ignores or policy.per_file or any(MARK in one.text for one in inputs.sources)):
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
    reasons = {_key(finding): reason for finding, reason in judgement.known}
    return [
        *((finding, None) for finding in merged(judgement.kept)),
        *((one, reasons[_key(one)]) for one in merged([one for one, _reason in judgement.known])),
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


LAST = "limit_reached"
"""The check that tells what the others could not judge."""


def _before(found: Sequence[Finding], policy: Policy) -> list[Reason | None]:
    """Return of each finding why it is known to have been there before; None if it is not."""
    reasons: list[Reason | None] = [None] * len(found)
    for why, known in ((Known.BASELINE, policy.baseline), (Known.BEFORE, policy.since)):
        if known is None:
            continue
        from cnilint.engine.ignores.baseline import old

        rest = [at for at, reason in enumerate(reasons) if reason is None]
        for at, is_old in zip(rest, old([found[at] for at in rest], known), strict=True):
            reasons[at] = Reason(why) if is_old else None
    return reasons


UNUSED_CHECK = "unused_ignore"


class _Facts(NamedTuple):
    """What the checks of a run are about: the clusters, how they were found, and the notes.

    `unjudged` is what could not be judged so far, as it is no matter of one document alone.
    """

    inputs: Inputs
    clusters: Sequence[Cluster]
    layout: Layout
    notes: Sequence[Note]
    unjudged: list[SyntaxProblem]


Work = tuple[Callable[[], Iterable[Hit]], Cluster | None]
"""A check that is to be made, and the cluster it is about, if it is about one."""


def _findings(rule: Rule, facts: _Facts, policy: Policy, budget: Budget) -> Iterator[Finding]:
    """Yield what a rule finds; what it fails on, or has no time for, goes to what is not judged."""
    for work, one in _works(rule, facts):
        try:
            if LAST not in rule.check:
                budget.check()
            for hit in work():
                finding = finding_of(rule, hit, one.name if one is not None else "", policy)
                if one is not None:
                    from .places import doubted

                    finding = doubted(finding, one)
                yield finding
        except CnilintError:
            raise
        except Exception as error:
            members = one.manifests if one is not None else ()
            place = members[0].location() if members else _first(facts.inputs)
            facts.unjudged.append(problem_at(error, blamed(error) or place, rule.id))


def unjudged(problems: Sequence[SyntaxProblem], policy: Policy) -> list[Finding]:
    """Return what is to be said of what was not judged, as far as that is wanted."""
    return [
        finding_of(rule, hit, "", policy)
        for rule in policy.rules
        if LAST in rule.check and policy.level(rule) is not Level.OFF
        for hit in INPUT_CHECKS[LAST](problems, ())
    ]


def _works(rule: Rule, facts: _Facts) -> Iterator[Work]:
    """Yield what a rule has to look at.

    The checks of ignores come later, when it is known what was found, and those of a change have no
    place where there is one state alone.
    """
    for check in rule.check:
        if check in INPUT_CHECKS:
            problems = [*concerning(facts.inputs, facts.layout), *facts.unjudged]
            yield partial(INPUT_CHECKS[check], problems, facts.notes), None
        elif check in LAYOUT_CHECKS:
            yield partial(LAYOUT_CHECKS[check], facts.layout), None
        elif check in CHECKS:
            yield from ((partial(CHECKS[check], one), one) for one in facts.clusters)
        elif check not in IGNORE_CHECKS and check not in CHANGE_CHECKS:
            raise RuleError(f"{rule.id}.yaml", "check", f"there is no check {check!r}")
    for entry, one in product(rule.match, facts.clusters):
        if "of" not in entry or one.multuses:
            from .match import matches

            yield partial(matches, entry, one), one


def _place(one: SyntaxProblem) -> Location:
    return Location(one.source, one.span)


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


def merged(findings: Sequence[Finding]) -> list[Finding]:
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
