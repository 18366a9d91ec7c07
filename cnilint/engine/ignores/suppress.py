"""Which findings are known: by an ignore beside them, one of the configuration, or their path."""

from __future__ import annotations

import os
from collections.abc import Iterable

from cnilint.engine.inputs import Inputs
from cnilint.engine.policy import Policy
from cnilint.engine.result import Known, Reason
from cnilint.engine.rule import CHANGE
from cnilint.model.finding import Finding, Level
from cnilint.model.globs import fits
from cnilint.model.tree import Document
from cnilint.start import NamedTuple

from .ignore import Ignore, Judged, Scope
from .written import ignores, object_at


class Judgement(NamedTuple):
    """Findings apart from those that are known, and what became of every ignore."""

    kept: list[Finding]
    known: list[tuple[Finding, Reason]]
    ignores: list[Judged]


def judged(findings: Iterable[Finding], inputs: Inputs, policy: Policy) -> Judgement:
    """Tell the findings that an ignore is about from the others.

    The findings are those of single clusters: an entry of the configuration may be about one.
    """
    return _Judge(inputs, policy).judgement(findings)


def ignored_file(finding: Finding, policy: Policy) -> Reason | None:
    """Return why a finding is known if its rule is ignored in its file."""
    for pattern, ids in policy.per_file:
        if finding.rule in ids and fits(pattern, _path(finding, policy)):
            return Reason(Known.CONFIGURATION, f"ignored in {pattern}")
    return None


class _Judge:
    """All ignores of a run, and which of their words were needed."""

    def __init__(self, inputs: Inputs, policy: Policy) -> None:
        self._policy = policy
        self._today = policy.today
        self._documents: dict[str, list[Document]] = {}
        self._all: list[Ignore] = []
        for source, found in zip(inputs.sources, inputs.found, strict=True):
            documents = [one for one in found if isinstance(one, Document)]
            self._documents[source.path] = documents
            self._all += ignores(source, documents, policy.house)
        self._all += policy.ignores
        self._expired = [self._is_over(one.until) for one in self._all]
        self._used: set[tuple[int, int]] = set()
        self._running = {
            rule.id
            for rule in policy.rules
            if policy.level(rule) is not Level.OFF and rule.scope != CHANGE
        }

    def judgement(self, findings: Iterable[Finding]) -> Judgement:
        kept: list[Finding] = []
        known: list[tuple[Finding, Reason]] = []
        for finding in findings:
            reason = self._reason(finding) or ignored_file(finding, self._policy)
            if reason is None:
                kept.append(finding)
            else:
                known.append((finding, reason))
        return Judgement(kept, known, self._outcomes())

    def _reason(self, finding: Finding) -> Reason | None:
        """Return the first reason there is; every ignore that gives one has been of use."""
        reason = None
        for at, one in enumerate(self._all):
            if self._expired[at]:
                continue
            fitting = [n for n, word in enumerate(one.words) if finding.rule in word.rules]
            if fitting and self._covers(one, finding):
                self._used.update((at, n) for n in fitting)
                known = Known.IN_SOURCE if one.in_source else Known.CONFIGURATION
                reason = reason or Reason(known, one.reason, one.location)
        return reason

    def _covers(self, one: Ignore, finding: Finding) -> bool:
        if not one.in_source:
            return self._is_about(one.scope, finding)
        if one.location.source.path != finding.location.source.path:
            return False
        start = finding.location.span.start
        return any(span.start <= start < span.end for span in one.spans)

    def _is_about(self, scope: Scope, finding: Finding) -> bool:
        kind, namespace, name = self._object(finding)
        asked = (
            (scope.kind.lower(), kind.lower()),  # as kubectl takes them
            (scope.name, name),
            (scope.namespace, namespace),
            (scope.cluster, finding.cluster),
        )
        if not all(not pattern or fits(pattern, text) for pattern, text in asked):
            return False
        return not scope.path or fits(scope.path, _path(finding, self._policy))

    def _object(self, finding: Finding) -> tuple[str, str, str]:
        title = finding.location.object
        if not title:
            documents = self._documents.get(finding.location.source.path, ())
            title = object_at(documents, finding.location.span)[1]
        kind, _space, rest = title.partition(" ")
        namespace, _slash, name = rest.rpartition("/")
        return kind, namespace, name

    def _is_over(self, until: str) -> bool:
        if until and not self._today:
            from time import strftime

            self._today = strftime("%Y-%m-%d")
        return bool(until) and until < self._today

    def _outcomes(self) -> list[Judged]:
        """Return every ignore with its words that were of no use.

        A word is of no use only if a rule it stands for ran, which those of a change do not where
        there is none; a comment only if what it stands in could be read; an entry of the
        configuration only if the run saw all that it is about.
        """
        found = []
        for at, one in enumerate(self._all):
            seen = one.location.document is not None if one.in_source else self._policy.whole
            unused = tuple(
                word
                for n, word in enumerate(one.words)
                if seen
                and not self._expired[at]
                and (at, n) not in self._used
                and word.rules & self._running
            )
            found.append(Judged(one, unused, self._expired[at]))
        return found


def _path(finding: Finding, policy: Policy) -> str:
    """Return the path of a finding's source from where patterns count, with forward slashes."""
    return relative_path(finding.location.source.path, policy.base)


def relative_path(path: str, base: str) -> str:
    """Return a path from a folder on, or the whole path where it is not in that folder."""
    if not base or path == "-":
        return path
    whole = os.path.abspath(path)
    start = os.path.join(base, "")
    inside = whole.removeprefix(start)
    return inside.replace(os.sep, "/")
