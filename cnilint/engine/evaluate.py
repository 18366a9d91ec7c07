"""From inputs to findings: clusters, every rule on each of them, and what was not decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from cnilint.cni.class_facts import HostFile
from cnilint.cni.cluster import Cluster, cluster
from cnilint.errors import RuleError
from cnilint.model.finding import Finding, Level, Location, Note

from .checks import CHECKS, INPUT_CHECKS
from .hit import Hit
from .inputs import Inputs
from .match import matches
from .partition import ONLY, clusters
from .result import Result
from .ruleset import Rule, rules


class Surroundings(NamedTuple):
    """What is known of the nodes beside the manifests: files that are there, and the runtime."""

    host_files: tuple[HostFile, ...] = ()
    runtime: str = "containerd"


NOTHING_AROUND = Surroundings()


def evaluate(inputs: Inputs, surroundings: Surroundings = NOTHING_AROUND) -> Result:
    """Return everything the rules find in inputs, ordered by place."""
    documents = inputs.documents
    parts, notes = clusters(documents)
    if not parts and surroundings.host_files:
        parts = [(ONLY, [])]
    found = [
        cluster(name, members, host_files=surroundings.host_files, runtime=surroundings.runtime)
        for name, members in parts
    ]
    notes = _distinct([*notes, *(note for one in found for note in one.notes)])
    findings = _merged(
        [finding for rule in rules() for finding in _findings(rule, inputs, found, notes)]
    )
    order = {source.path: at for at, source in enumerate(inputs.sources)}
    findings.sort(key=lambda f: (order.get(f.location.source.path, -1), *_order(f)))
    return Result(
        findings=tuple(findings),
        notes=tuple(notes + _template_notes(inputs)),
        clusters=tuple(found),
        sources=len(inputs.sources),
        documents=len(documents),
    )


def _findings(
    rule: Rule, inputs: Inputs, found: Sequence[Cluster], notes: Sequence[Note]
) -> Iterator[Finding]:
    for check in rule.checks:
        if check in INPUT_CHECKS:
            for hit in INPUT_CHECKS[check](inputs.problems, notes):
                yield _finding(rule, hit, "")
        elif check in CHECKS:
            for one in found:
                for hit in CHECKS[check](one):
                    yield _finding(rule, hit, one.name)
        else:
            raise RuleError(f"{rule.id}.yaml", "check", f"there is no check {check!r}")
    for entry in rule.match:
        for one in found:
            for hit in matches(entry, one):
                yield _finding(rule, hit, one.name)


def _finding(rule: Rule, hit: Hit, cluster_name: str) -> Finding:
    level = hit.level if hit.level is not None else rule.level
    return Finding(
        rule=rule.id,
        name=rule.name,
        level=level,
        message=rule.message.format_map(hit.parameters),
        location=hit.location,
        cluster=cluster_name,
        details=hit.details,
        help="" if level is Level.NOTE else rule.help["fix"],
        related=hit.related,
        fixes=hit.fixes,
    )


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with those that say the same of several clusters as one."""
    found: dict[tuple[object, ...], Finding] = {}
    names: dict[tuple[object, ...], dict[str, None]] = {}
    for finding in findings:
        location = finding.location
        key = (finding.rule, location.source.path, location.span, location.route, finding.message)
        found.setdefault(key, finding)
        names.setdefault(key, {})[finding.cluster] = None
    return [
        replace(finding, cluster=", ".join(names[key])) if len(names[key]) > 1 else finding
        for key, finding in found.items()
    ]


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


def _template_notes(inputs: Inputs) -> list[Note]:
    return [
        Note(problem.message, Location(problem.source, problem.span))
        for problem in inputs.problems
        if problem.kind == "template"
    ]
