"""What edits lead to, worked out for the clusters that read the edited files and for no others.

Most edits leave it as it is which cluster gets which objects. Then a cluster that reads none of the
edited files is what it was, and so is all that is said of it. Where an edit may change who gets
what, where a text is read otherwise than before, where not all could be judged, or where there is
but one cluster, everything is worked out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from cnilint.budget import OutOfTimeError
from cnilint.errors import CnilintError
from cnilint.gitops.clusters import Layout
from cnilint.gitops.graph import ClusterObjects
from cnilint.kube.node_systems import machine_configurations
from cnilint.model.finding import Finding, Note
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.progress import unseen
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple
from cnilint.syntax.rewrite import apply

from .checks import IGNORE_CHECKS
from .evaluate import (
    Evaluation,
    Judging,
    RuleFinding,
    distinct,
    evaluated,
    key_of_note,
    key_of_place,
    made,
    said_of,
    said_of_notes,
    told_apart,
)
from .inputs import Inputs
from .overlays import Pair, Shared, Wanted, confined, grouped
from .places import placed_finding, placed_note
from .result import Result
from .sources import ClusterSources
from .text_edits import TextEdits


class Trial(NamedTuple):
    """What was there without some edits and is there with them, and the inputs with them.

    Both results have the clusters that the edits can change, and every finding that says of any of
    these clusters what is said of others too. What is in neither is as it was.
    """

    before: Result
    after: Result
    inputs: Inputs


class Trials:
    """Tries edits on what was evaluated."""

    def __init__(self, evaluation: Evaluation) -> None:
        """Take what was found without edits."""
        self._all = evaluation
        around = evaluation.surroundings
        self._around = around._replace(progress=unseen, simulations=evaluation.simulations)

    def of(self, edits: TextEdits) -> Trial:
        """Return what some edits lead to.

        OutOfTimeError once the time of the run is up: what was found by then need not be all.
        """
        inputs = with_edits(self._all.inputs, edits)
        found = self._in_part(inputs, edits)
        if found is None:
            found = Trial(self._all.result, evaluated(inputs, self._around).result, inputs)
        self._around.budget.check()
        return found

    def apart(self, edits: TextEdits) -> list[TextEdits]:
        """Return edits in groups of which none can change a cluster that another one does."""
        found: list[tuple[set[int], TextEdits]] = []
        for path, made_there in edits.items():
            clusters = self._readers([path])
            joined = {path: made_there}
            rest = []
            for other, each in found:
                if clusters and other and clusters.isdisjoint(other):
                    rest.append((other, each))
                else:
                    clusters |= other
                    joined = {**each, **joined}
            found = [*rest, (clusters, joined)]
        return [each for _clusters, each in found]

    def cluster(self, name: str) -> Cluster | None:
        """Return a cluster as it is without edits."""
        return next((one for one in self._all.clusters if one.name == name), None)

    def _readers(self, shown: Iterable[str]) -> set[int]:
        """Return the places of the clusters that rest on files, by their reported paths."""
        files = self._all.inputs.files
        return {at for path in shown for at in self._reading.get(files.path(path), ())}

    @cached_property
    def _reading(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        for at, reads in enumerate(self._all.reads):
            for path in reads:
                found.setdefault(path, []).append(at)
        return found

    def _in_part(self, inputs: Inputs, edits: TextEdits) -> Trial | None:
        """Return what edits lead to in the clusters that they can change; None if it may be more.

        The clusters have to be known by their names. Where cnilint fails on what the edits lead to,
        that is told where everything is worked out.
        """
        if not self._all.is_certain:
            return None
        concerned = sorted(self._readers(edits))
        names = [self._all.clusters[at].name for at in concerned]
        if len(self._names) < max(2, len(self._all.clusters)) or not names:
            return None
        if self._all.sources is None or not self._read_alike(inputs, edits):
            return None
        try:
            sources = self._all.sources.changed(inputs, edits, names)
            return self._tried(inputs, edits, sources, concerned) if sources is not None else None
        except (CnilintError, OutOfTimeError):
            raise
        except Exception:
            return None

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(one.name for one in self._all.clusters)

    def _read_alike(self, inputs: Inputs, edits: TextEdits) -> bool:
        """Whether texts are read as before but for the values in them."""
        for shown in edits:
            old, new = self._all.inputs.found_in(shown), inputs.found_in(shown)
            if list(map(_kind, old)) != list(map(_kind, new)):
                return False
            documents = [one for one in (*old, *new) if isinstance(one, Document)]
            if any(True for _one in machine_configurations(documents)):
                return False
        return True

    def _tried(
        self, inputs: Inputs, edits: TextEdits, sources: ClusterSources, concerned: Sequence[int]
    ) -> Trial | None:
        """Return what is there in some clusters without edits and with them.

        None where something in them could not be judged.
        """
        judging = Judging(self._all.policy, self._around.budget, [])
        before = [self._all.clusters[at] for at in concerned]
        after = [
            made(one, self._around, old.known.machines, inputs.files)
            for one, old in zip(sources.layout.clusters, before, strict=True)
        ]
        said = [
            each
            for at, one in zip(concerned, after, strict=True)
            for each in said_of(one, at, self._all.looking, judging, inputs)
        ]
        if judging.unjudged:
            return None
        new = list(zip(said, self._confined(said, sources, inputs, concerned), strict=True))
        keys = {self._keys[at] for one in concerned for at in self._of_cluster.get(one, ())}
        keys |= {key_of_place(hit) for _said, hit in new}
        old_ones = [self._pairs[at] for at in sorted(a for key in keys for a in self._at(key))]
        kept = [pair for pair in old_ones if pair[0].cluster not in concerned]
        new = sorted([*kept, *new], key=lambda pair: (pair[0].order, pair[0].cluster))
        whose = set(concerned)
        noted = self._noted(self._all.sources, before, whose), self._noted(sources, after, whose)
        return Trial(
            self._result([hit for _s, hit in old_ones], noted[0], before, self._all.inputs, edits),
            self._result([hit for _s, hit in new], noted[1], after, inputs, edits),
            inputs,
        )

    @cached_property
    def _pairs(self) -> Sequence[tuple[RuleFinding, Finding]]:
        return list(zip(self._all.said, self._all.placed, strict=True))

    @cached_property
    def _keys(self) -> Sequence[tuple[object, ...]]:
        return [key_of_place(hit) for hit in self._all.placed]

    @cached_property
    def _by_key(self) -> Mapping[tuple[object, ...], Sequence[int]]:
        found: dict[tuple[object, ...], list[int]] = {}
        for at, key in enumerate(self._keys):
            found.setdefault(key, []).append(at)
        return found

    def _at(self, key: tuple[object, ...]) -> Sequence[int]:
        return self._by_key.get(key, ())

    @cached_property
    def _of_cluster(self) -> Mapping[int, Sequence[int]]:
        found: dict[int, list[int]] = {}
        for at, one in enumerate(self._all.said):
            found.setdefault(one.cluster, []).append(at)
        return found

    def _confined(
        self,
        said: Sequence[RuleFinding],
        sources: ClusterSources,
        inputs: Inputs,
        concerned: Sequence[int],
    ) -> list[Finding]:
        """Return findings at the texts that decide, their fixes confined to their clusters."""
        pairs = [(one.finding, placed_finding(one.finding)) for one in said]
        if not any(here.fixes for _built, here in pairs):
            return [here for _built, here in pairs]
        own = {self._all.clusters[at].name for at in concerned}
        shared = self._shared.changed(sources.layout.clusters, inputs.files)
        others = {
            key: [one for one in self._wanted.get(key, ()) if one.cluster not in own]
            for key in grouped(pairs)
        }
        return confined(pairs, shared, others)

    @cached_property
    def _shared(self) -> Shared:
        return Shared(self._all.layout.clusters, self._all.inputs.files)

    @cached_property
    def _wanted(self) -> Mapping[object, Sequence[Wanted]]:
        pairs: Iterable[Pair] = (
            (one.finding, here) for one, here in zip(self._all.said, self._all.hits, strict=True)
        )
        return grouped(pairs)

    def _noted(
        self, sources: ClusterSources | None, clusters: Sequence[Cluster], concerned: set[int]
    ) -> list[Note]:
        """Return what is noted of clusters and of none but those."""
        assert sources is not None  # noqa: S101  there are sources where clusters are known
        objects = {one.name: one for one in sources.layout.clusters}
        found = distinct([n for one in clusters for n in _notes(sources, objects, one)])
        return [one for one in found if self._noting.get(key_of_note(one), set()) <= concerned]

    @cached_property
    def _noting(self) -> Mapping[tuple[object, ...], set[int]]:
        """The places of the clusters of which something is noted."""
        found: dict[tuple[object, ...], set[int]] = {}
        sources = self._all.sources
        assert sources is not None  # noqa: S101  there are sources where clusters are known
        objects = {one.name: one for one in sources.layout.clusters}
        for at, one in enumerate(self._all.clusters):
            for note in _notes(sources, objects, one):
                found.setdefault(key_of_note(note), set()).add(at)
        return found

    def _result(
        self,
        hits: Sequence[Finding],
        notes: Sequence[Note],
        clusters: Sequence[Cluster],
        inputs: Inputs,
        edits: TextEdits,
    ) -> Result:
        """Return what is found of what hits and notes say; of ignores those in edited files."""
        policy = self._all.policy
        judging = Judging(policy, self._around.budget, [])
        said = said_of_notes(notes, judging, inputs)
        noted = [placed_finding(one.finding) for one in said]
        all_hits = [*hits, *noted]
        around = inputs.of([*edits, *(one.location.source.path for one in all_hits)])
        about = {
            rule.id for rule in policy.rules if any(check in IGNORE_CHECKS for check in rule.check)
        }
        findings = tuple(
            one
            for one, reason in told_apart(all_hits, around, policy)
            if reason is None and (one.rule not in about or one.location.source.path in edits)
        )
        return Result(findings, (), tuple(clusters), 0, 0, house=policy.house, layout=Layout(()))


def with_edits(inputs: Inputs, edits: TextEdits) -> Inputs:
    """Return inputs with text edits made."""
    sources = []
    for path, made_there in edits.items():
        source = inputs.source(path)
        assert source is not None  # noqa: S101  an edit is in a text that was read
        sources.append(source.changed(apply(source.text, made_there)))
    return inputs.exchanged(sources)


def _notes(
    sources: ClusterSources, objects: Mapping[str, ClusterObjects], one: Cluster
) -> list[Note]:
    return [placed_note(note) for note in (*sources.notes(objects[one.name]), *one.notes)]


def _kind(one: Document | SyntaxProblem) -> tuple[str, str]:
    """Return what a document or a problem is, without what the document says."""
    return ("document", "") if isinstance(one, Document) else (one.kind, one.message)
