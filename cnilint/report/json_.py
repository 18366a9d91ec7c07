"""The reports for programs: one JSON object each, of a schema that is named in it.

A route is a list of keys and indexes; where it crosses from a string into the JSON that the string
holds, it has the step `"(json)"`. Columns count code points from 1; an end is the position behind
the last character.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from cnilint.catalog.installer import Installer
from cnilint.engine.ignores.identity import CROSSING
from cnilint.engine.places import placed
from cnilint.engine.result import KnownBy, Result, Suppressed
from cnilint.engine.sentences import cause_words, detail_lines, heading, step_words, verdict_line
from cnilint.model.finding import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Level,
    Location,
    Note,
    Related,
    Repair,
)
from cnilint.model.steps import Actor, Cause, Failure, Step, Witness
from cnilint.model.text import Source, Span
from cnilint.model.tree import Embedded, Route
from cnilint.model.verdict import Verdict, VerdictKind
from cnilint.report.terminal.statistics import Count, counts
from cnilint.report.words import worst_verdict
from cnilint.shown import json_escaped
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.search import Outcome

CHECK_SCHEMA = "cnilint.check/v1"
INSPECT_SCHEMA = "cnilint.inspect/v1"
CLUSTERS_SCHEMA = "cnilint.clusters/v1"

TOLD_IN_WORDS = frozenset(
    {
        Failure.CLUSTER_NETWORK_UNREADABLE,
        Failure.NETWORK_NOT_FOUND,
        Failure.NO_FILE_TO_CHAIN,
        Failure.NO_FILE_OF_MODE,
        Failure.NOT_FIRST,
        Failure.NOT_MOUNTED,
        Failure.OWN_FILE,
        Failure.READINESS_FILE_MISSING,
        Failure.REFUSED,
        Failure.RESTLESS,
        Failure.STOPS_AFTER_COPYING,
    }
)
"""Causes that an outcome's `cause` has in words; `reason` has each as data."""

JSONObject = dict[str, object]


def check_json(result: Result) -> str:
    """Return everything a run found: findings, fixes, notes and the facts of each cluster."""
    return json_text(
        {
            "schema": CHECK_SCHEMA,
            "summary": _summary(result),
            "clusters": [_cluster(each) for each in result.clusters],
            "findings": [finding_object(each) for each in result.findings],
            "suppressed": [_suppressed(each) for each in result.suppressed],
            "notes": [note_object(each) for each in result.notes],
        }
    )


def inspect_json(result: Result) -> str:
    """Return the facts of each cluster: what is installed, and what comes of it on its nodes."""
    clusters = [_cluster(each) for each in result.clusters]
    return json_text({"schema": INSPECT_SCHEMA, "clusters": clusters})


def clusters_json(result: Result) -> str:
    """Return the clusters: roots, what brings in what, installs, and what was not read."""
    found = [
        {
            "name": objects.name,
            "roots": list(objects.roots),
            "assumed": objects.assumed or None,
            "objects": len(objects.objects),
            "edges": [
                {
                    "kind": one.kind,
                    "target": one.target,
                    "location": location_object(placed(one.place)),
                }
                for one in objects.edges
            ],
            "installs": [installer_object(one) for one in facts.installers],
            "not_read": [
                {
                    "reason": one.reason.value,
                    "target": one.target,
                    "detail": one.detail or None,
                    "location": location_object(placed(one.place)),
                }
                for one in objects.not_read
            ],
        }
        for objects, facts in zip(result.layout.clusters, result.clusters, strict=True)
    ]
    unapplied = [
        {"object": one.title, "location": location_object(placed(one.location()))}
        for one in result.layout.unapplied
    ]
    return json_text({"schema": CLUSTERS_SCHEMA, "clusters": found, "unapplied": unapplied})


def json_text(value: object, indent: int | None = 2) -> str:
    """Return plain values as JSON text that ends its line; see `json_escaped`."""
    return json_escaped(json.dumps(_finite(value), ensure_ascii=False, indent=indent)) + "\n"


def _finite(value: object) -> object:
    """Return a value with words for the numbers that JSON does not have (`.inf`, `.nan`)."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _summary(result: Result) -> JSONObject:
    classes = [facts for cluster in result.clusters for facts in cluster.classes]
    return {
        "scope": "file" if result.by_file else "cluster",
        "errors": result.count(Level.ERROR),
        "warnings": result.count(Level.WARNING),
        "notes": result.count(Level.NOTE),
        "suppressed": len(result.suppressed),
        "newly_ignored": len(result.newly_ignored),
        "fixable": result.fixable(Applicability.SAFE),
        "fixable_unsafe": result.fixable(Applicability.UNSAFE),
        "fixable_elsewhere": result.fixable(Applicability.SAFE, in_place=False),
        "sources": result.sources,
        "documents": result.documents,
        "unparsed": result.unparsed,
        "manifests": result.manifests,
        "clusters": len(result.clusters),
        "installers": sum(len(cluster.installers) for cluster in result.clusters),
        "node_classes": len(classes),
        "deterministic": _deterministic(classes),
        "verdict": worst_verdict(classes).kind.value if classes else None,
        "rules": [_rule(one) for one in counts(result)],
    }


def _deterministic(classes: Sequence[ClassFacts]) -> bool | None:
    """Return whether all is well on every class that is decided, None where none is."""
    kinds = [facts.verdict.kind for facts in classes]
    decided = [kind for kind in kinds if kind is not VerdictKind.UNDECIDED]
    return all(kind is VerdictKind.DETERMINISTIC for kind in decided) if decided else None


def _rule(one: Count) -> JSONObject:
    return {
        "rule": one.rule,
        "name": one.name,
        "level": str(one.level),
        "count": one.number,
        "fixable": one.fixable,
        "fixable_unsafe": one.fixable + one.unsafe,
    }


def _cluster(cluster: Cluster) -> JSONObject:
    return {
        "name": cluster.name,
        "runtime": cluster.runtime,
        "installers": [installer_object(each) for each in cluster.installers],
        "node_classes": [
            _node_class(each) | {"wildcards": [one.object for one in cluster.wildcards(each)]}
            for each in cluster.classes
        ],
    }


def installer_object(installer: Installer) -> JSONObject:
    """Return an install as plain values."""
    return {
        "product": installer.product.id,
        "title": installer.title,
        "object": installer.object,
        "role": installer.role.value,
        "writes": installer.writes.path if installer.writes is not None else None,
        "assumed": bool(installer.assumed),
        "reason": installer.assumed or None,
    }


def _node_class(facts: ClassFacts) -> JSONObject:
    return {
        "name": facts.name,
        "labels": dict(sorted(facts.node_class.labels.items())),
        "directory": facts.directory,
        "persistent": facts.persistent,
        "installers": [each.object for each in facts.installers],
        "files": [
            {"name": each.name, "written_by": list(each.written_by), "network": each.network}
            for each in facts.entries
        ],
        "outcomes": [_outcome(each) for each in facts.outcomes],
        "wildcard_outcomes": [_outcome(each) for each in facts.wild],
        "exhausted": facts.simulation.exhausted,
        "deterministic": facts.deterministic,
        "decided": facts.decided,
        "verdict": verdict_line(facts.verdict),
        "answer": verdict_object(facts.verdict),
    }


def verdict_object(verdict: Verdict) -> JSONObject:
    """Return a verdict as plain values."""
    doubt = verdict.doubt
    return {
        "kind": verdict.kind.value,
        "decided": verdict.decided,
        "ready": verdict.ready,
        "whole": verdict.whole,
        "owners": list(verdict.owners),
        "causes": [_cause(each) for each in verdict.causes],
        "held": [{"actor": _actor(one.actor), "cause": _cause(one.cause)} for one in verdict.held],
        "stale": list(verdict.stale),
        "lost": list(verdict.lost),
        "plugins": list(verdict.plugins),
        "unknown": {"what": doubt.unknown.value, "title": doubt.title} if doubt else None,
    }


def _cause(cause: Cause) -> JSONObject:
    subject = cause.subject or None
    return {"failure": cause.failure.value, "subject": subject, "words": cause_words(cause)}


def _step(step: Step, *, whole: bool = True) -> JSONObject:
    """Return a step; as part of another one it has neither words nor an actor of its own."""
    found: JSONObject = {"words": step_words(step), "actor": _actor(step.actor)} if whole else {}
    return {
        **found,
        "verb": step.verb.value,
        "files": list(step.files),
        "source": step.source or None,
        "also": [_step(each, whole=False) for each in step.also],
    }


def _actor(actor: Actor) -> JSONObject:
    return {
        "title": actor.title,
        "product": actor.product or None,
        "object": actor.object or None,
    }


def _witness(witness: Witness) -> JSONObject:
    return {
        "words": heading(witness),
        "nodes": witness.nodes,
        "situation": witness.situation.value,
        "ending": witness.ending.value,
        "files": list(witness.files),
        "steps": [_step(each) for each in witness.steps],
    }


def _outcome(outcome: Outcome) -> JSONObject:
    return {
        "situation": outcome.situation.value,
        "order": [step_words(each) for each in outcome.order],
        "steps": [_step(each) for each in outcome.order],
        "files": list(outcome.files),
        "runtime": outcome.runtime,
        "master": outcome.master,
        "plugins": list(outcome.plugins),
        "cause": _cause_text(outcome.cause) if outcome.cause is not None else None,
        "reason": _cause(outcome.cause) if outcome.cause is not None else None,
    }


def _cause_text(cause: Cause) -> str:
    """Return a cause as one text: a word where it is a program's own error, else a clause."""
    return cause_words(cause) if cause.failure in TOLD_IN_WORDS else cause.failure.value


def finding_object(finding: Finding) -> JSONObject:
    """Return one finding as plain values."""
    return {
        "rule": finding.rule,
        "name": finding.name,
        "level": str(finding.level),
        "message": finding.message,
        "cluster": finding.cluster,
        "location": location_object(finding.location),
        "related": [_related(each) for each in finding.related],
        "details": detail_lines(finding),
        "witnesses": [_witness(each) for each in finding.witnesses],
        "help": finding.help,
        "fixes": [_fix(each) for each in finding.fixes],
    }


def _suppressed(suppressed: Suppressed) -> JSONObject:
    """Return a finding that is known, and who says so: the source, the configuration, a baseline.

    For the baseline there is neither a reason nor a place. `new` tells that the change says so
    that is looked at, and not what it is compared with.
    """
    known, reason, location, new = suppressed.reason
    by: JSONObject = {
        "by": {KnownBy.IN_SOURCE: "source"}.get(known, known.value),
        "reason": reason or None,
        "location": location_object(location) if location is not None else None,
        "new": new,
    }
    return {**finding_object(suppressed.finding), "suppression": by}


def location_object(location: Location) -> JSONObject:
    """Return a place as plain values."""
    return {
        "path": location.source.path,
        **_extent(location.source, location.span),
        "object": location.object,
        "route": _route(location.route),
    }


def _extent(source: Source, span: Span) -> JSONObject:
    start, end = source.position(span.start), source.position(span.end)
    return {
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }


def _route(route: Route) -> list[str | int]:
    return [CROSSING if isinstance(step, Embedded) else step for step in route]


def _related(related: Related) -> JSONObject:
    return {"message": related.message, "location": location_object(related.location)}


def _fix(fix: Fix) -> JSONObject:
    return {
        "title": fix.title,
        "applicability": str(fix.applicability),
        "note": fix.note,
        "way": str(fix.way),
        "why": fix.handover.why if fix.handover is not None else "",
        "text": fix.handover.text if fix.handover is not None else "",
        "edits": [_edit(each) for each in fix.edits],
    }


def _edit(edit: Edit | Repair) -> JSONObject:
    """Return a change; one of text alone has no route, and its place instead."""
    where: JSONObject = {"path": edit.document.source.path, "document": edit.document.index}
    if isinstance(edit, Edit):
        change: JSONObject = {"operation": edit.operation.value, "value": edit.value}
        return {**where, "route": _route(edit.route), **change}
    change = {"operation": "text", "value": edit.text}
    return {**where, "route": None, **change, **_extent(edit.document.source, edit.span)}


def note_object(note: Note) -> JSONObject:
    """Return a note: what is not known of a cluster, and where."""
    return {
        "message": note.message,
        "cluster": note.cluster,
        "location": location_object(note.location) if note.location is not None else None,
    }
