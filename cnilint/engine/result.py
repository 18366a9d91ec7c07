"""What a run found: the only thing a report gets."""

from __future__ import annotations

from dataclasses import dataclass

from cnilint.cni.cluster import Cluster
from cnilint.model.finding import Applicability, Finding, Level, Note


@dataclass(frozen=True, slots=True)
class Result:
    """Findings in the order of their places, notes, and the clusters they are about.

    `sources` and `documents` count what was read.
    """

    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    clusters: tuple[Cluster, ...]
    sources: int
    documents: int

    def count(self, level: Level) -> int:
        """Return how many findings have a level."""
        return sum(finding.level is level for finding in self.findings)

    def fixable(self, least: Applicability) -> int:
        """Return how many findings have a fix that is at least that applicable."""
        return sum(
            any(fix.applicability >= least for fix in finding.fixes) for finding in self.findings
        )

    @property
    def manifests(self) -> int:
        """How many Kubernetes objects were read."""
        return sum(len(cluster.manifests) for cluster in self.clusters)
