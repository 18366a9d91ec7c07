"""Which findings are known: by an ignore beside them, one of the configuration, or their path."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from cnilint.engine.inputs import Inputs
from cnilint.engine.policy import Policy
from cnilint.engine.result import KnownBy, KnownReason
from cnilint.engine.rule import CHANGE
from cnilint.model.finding import Finding, Level
from cnilint.model.globs import fits
from cnilint.model.text import Span
from cnilint.model.tree import Document
from cnilint.start import NamedTuple

from .ignore import Ignore, Judged, Scope
from .written import ObjectsInText, ignores


class Judgement(NamedTuple):
    """Findings apart from those that are known, and what became of every ignore."""

    kept: list[Finding]
    known: list[tuple[Finding, KnownReason]]
    ignores: list[Judged]


def judged(findings: Iterable[Finding], inputs: Inputs, policy: Policy) -> Judgement:
    """Tell the findings that an ignore is about from the others.

    The findings are those of single clusters: an entry of the configuration may be about one.
    """
    return _Judge(inputs, policy).judgement(findings)


def ignored_file(finding: Finding, policy: Policy) -> KnownReason | None:
    """Return why a finding is known if its rule is ignored in its file."""
    for pattern, ids in policy.per_file:
        if finding.rule in ids and fits(pattern, _path(finding, policy)):
            return KnownReason(KnownBy.CONFIGURATION, f"ignored in {pattern}")
    return None


class _Judge:
    """All ignores of a run, and which of their words were needed."""

    def __init__(self, inputs: Inputs, policy: Policy) -> None:
        self._policy = policy
        self._today = policy.today
        self._objects: dict[str, ObjectsInText] = {}
        self._all: list[Ignore] = []
        for source, found in zip(inputs.sources, inputs.found, strict=True):
            documents = [one for one in found if isinstance(one, Document)]
            self._objects[source.path] = ObjectsInText(documents)
            self._all += ignores(source, documents, policy.house)
        self._all += policy.ignores
        self._expired = [self._is_over(one.until) for one in self._all]
        self._used: set[tuple[int, int]] = set()
        self._entries: dict[str, list[int]] = {}
        for at, one in enumerate(self._all):
            if not (one.in_source or self._expired[at]):
                for rule in set().union(*(word.rules for word in one.words)):
                    self._entries.setdefault(rule, []).append(at)
        self._running = {
            rule.id
            for rule in policy.rules
            if policy.level(rule) is not Level.OFF and rule.scope != CHANGE
        }

    def judgement(self, findings: Iterable[Finding]) -> Judgement:
        told = list(findings)
        beside = self._beside(told)
        kept: list[Finding] = []
        known: list[tuple[Finding, KnownReason]] = []
        for finding in told:
            at = beside.get((_file(finding), finding.rule, finding.location.span.start))
            reason = self._configured(finding)
            if at is not None:
                one = self._all[at]
                reason = KnownReason(KnownBy.IN_SOURCE, one.reason, one.location)
            reason = reason or ignored_file(finding, self._policy)
            if reason is None:
                kept.append(finding)
            else:
                known.append((finding, reason))
        return Judgement(kept, known, self._outcomes())

    def _beside(self, findings: Sequence[Finding]) -> dict[tuple[str, str, int], int]:
        """Return the first ignore that stands beside findings, by file, rule and place of these.

        Every ignore that covers one has been of use. The work grows with the number of findings
        and ignores, not with their product: the places of a rule are sorted, and those that an
        ignore covers are passed over by the next.
        """
        places: dict[tuple[str, str], set[int]] = {}
        for finding in findings:
            key = (_file(finding), finding.rule)
            places.setdefault(key, set()).add(finding.location.span.start)
        rows = {key: _Row(starts) for key, starts in places.items()}
        rules: dict[str, list[str]] = {}
        for path, rule in rows:
            rules.setdefault(path, []).append(rule)
        found: dict[tuple[str, str, int], int] = {}
        for at, one in enumerate(self._all):
            path = one.location.source.path
            if self._expired[at] or not one.in_source:
                continue
            for n, word in enumerate(one.words):
                for rule in rules.get(path, ()) if word.rules else ():
                    if rule not in word.rules:
                        continue
                    for span in one.spans:
                        fits, new = rows[path, rule].taken(span)
                        found.update(((path, rule, start), at) for start in new)
                        if fits:
                            self._used.add((at, n))
        return found

    def _configured(self, finding: Finding) -> KnownReason | None:
        """Return the first reason that the configuration has; all that have one were of use."""
        reason = None
        for at in self._entries.get(finding.rule, ()):
            one = self._all[at]
            if self._is_about(one.scope, finding):
                words = (n for n, word in enumerate(one.words) if finding.rule in word.rules)
                self._used.update((at, n) for n in words)
                reason = reason or KnownReason(KnownBy.CONFIGURATION, one.reason, one.location)
        return reason

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
            objects = self._objects.get(finding.location.source.path)
            title = objects.at(finding.location.span)[1] if objects is not None else ""
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


class _Row:
    """Places of findings in one file, each of which is taken once."""

    def __init__(self, places: Iterable[int]) -> None:
        self._places = sorted(places)
        self._free = list(range(len(self._places) + 1))
        """For each place the next one that is not taken, as far as that is known."""

    def taken(self, span: Span) -> tuple[bool, list[int]]:
        """Take the places within a span; return whether there are any, and those that were free."""
        at, end = (bisect_left(self._places, offset) for offset in span)
        there, new = at < end, []
        at = self._next(at)
        while at < end:
            new.append(self._places[at])
            self._free[at] = at + 1
            at = self._next(at)
        return there, new

    def _next(self, at: int) -> int:
        """Return the next place that is not taken, and remember it on the way."""
        found = at
        while self._free[found] != found:
            found = self._free[found]
        while at != found:
            self._free[at], at = found, self._free[at]
        return found


def _file(finding: Finding) -> str:
    return finding.location.source.path


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
