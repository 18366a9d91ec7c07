"""What a run found: the only thing a report gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum

from cnilint.errors import UsageError
from cnilint.gitops.clusters import NO_CLUSTERS, Layout
from cnilint.model.finding import Applicability, Finding, Level, Location, Note, Way
from cnilint.model.verdict import VerdictKind
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple, dataclass, field

from .ruleset import Rule, rules


class KnownBy(Enum):
    """What says that a finding is known."""

    IN_SOURCE = "inSource"
    """A comment or an annotation beside it."""
    CONFIGURATION = "configuration"
    BASELINE = "baseline"
    BEFORE = "before"
    """It is found before the change as well."""


OLD = frozenset({KnownBy.BASELINE, KnownBy.BEFORE})
"""What says that a finding was there before."""


class KnownReason(NamedTuple):
    """Why a finding is known, in the words of who said so, and where it is said."""

    known: KnownBy
    text: str = ""
    location: Location | None = None
    new: bool = False
    """Whether the change says so that is looked at, and not what it is compared with."""


class Suppressed(NamedTuple):
    """A finding that is known: it does not fail a run and has no fix.

    `before` is how many findings that are not known stand before it.
    """

    finding: Finding
    reason: KnownReason
    before: int


@dataclass(frozen=True, slots=True)
class Result:
    """Findings in the order of their places, notes, and the clusters they are about.

    `sources` and `documents` count what was read, `unparsed` the documents among them that no rule
    asks for, of which nothing was parsed. `suppressed` are the findings that are known, in
    the order of their places; `compared` tells that there was a baseline to compare with, or a
    revision, and `by_file` that each file was judged by itself, so that nothing is known of any
    cluster; `unfinished` that something was not judged as cnilint failed on it, or as the time was
    up.
    `paths` are those the run was asked to read, `house` the rules that were there beside
    cnilint's own. `writer` is what writes the JSON report of a result, None where there is none.
    """

    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    clusters: tuple[Cluster, ...]
    sources: int
    documents: int
    suppressed: tuple[Suppressed, ...] = ()
    compared: bool = False
    by_file: bool = False
    unfinished: bool = False
    paths: tuple[str, ...] = ()
    house: tuple[Rule, ...] = ()
    unparsed: int = 0
    layout: Layout = NO_CLUSTERS
    """How the clusters were found."""
    writer: Callable[[Result], str] | None = field(default=None, compare=False)

    def to_json(self) -> str:
        """Return the JSON report, as `cnilint check --output-format json` prints it.

        UsageError for a result that no run returned.
        """
        if self.writer is None:
            raise UsageError("only the result of a run has a report")
        return self.writer(self)

    def __repr__(self) -> str:
        counts = f"findings={len(self.findings)} clusters={len(self.clusters)}"
        return f"<Result {counts} sources={self.sources}>"

    @property
    def newly_ignored(self) -> list[Suppressed]:
        """The findings that are known because the change that is looked at says so."""
        return [one for one in self.suppressed if one.reason.new]

    @property
    def is_undecided(self) -> bool:
        """Whether it is not decided of some nodes who owns their pods."""
        return any(
            facts.verdict.kind is VerdictKind.UNDECIDED
            for one in self.clusters
            for facts in one.classes
        )

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that there was."""
        return (*rules(), *self.house)

    def count(self, level: Level) -> int:
        """Return how many findings have a level."""
        return sum(finding.level is level for finding in self.findings)

    def fixable(self, least: Applicability, *, in_place: bool = True) -> int:
        """Return how many findings have a fix that is at least that applicable.

        Those that are made in the files that were read, or those that are handed to what renders
        them.
        """
        return sum(
            any(
                fix.applicability >= least and (fix.way is Way.IN_PLACE) is in_place
                for fix in finding.fixes
            )
            for finding in self.findings
        )

    def everything(self) -> Iterator[tuple[Finding, Suppressed | None]]:
        """Yield every finding in the order of its place, with what makes it known."""
        following = iter(self.suppressed)
        known = next(following, None)
        for at, finding in enumerate(self.findings):
            while known is not None and known.before <= at:
                yield known.finding, known
                known = next(following, None)
            yield finding, None
        while known is not None:
            yield known.finding, known
            known = next(following, None)

    @property
    def manifests(self) -> int:
        """How many Kubernetes objects were read."""
        return sum(len(cluster.manifests) for cluster in self.clusters)
