"""What is said of a finding on nodes of which nothing shows that there are any."""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.model.finding import Finding, Level
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.start import replace


def on_assumed_nodes(finding: Finding, classes: Sequence[ClassFacts], cluster: Cluster) -> Finding:
    """Return a finding about some classes of nodes that is no error where none of them is shown.

    A line says so then.
    """
    if not classes or finding.level is not Level.ERROR:
        return finding
    from cnilint.simulation.shown_nodes import is_shown

    if any(is_shown(cluster, facts) for facts in classes):
        return finding
    from .sentences import ASSUMED_NODES

    return replace(finding, level=Level.WARNING, details=(*finding.details, ASSUMED_NODES))
