"""CNI213 asks which of its two files Multus wrote last, whoever else touches them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cnilint.engine.checks.runtime import stale_file
from cnilint.model.steps import Actor, Step, Verb
from cnilint.run import lint
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.multus_programs import multus_actor
from tests.cases import whole_cases

CASE = whole_cases() / "CNI213" / "bad-two-primaries"
ISTIO = Actor("Istio CNI", "istio-cni", "DaemonSet istio-system/istio-cni-node")


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    (found,) = lint(sorted(map(str, CASE.glob("*.yaml")))).clusters
    return found


def hits(cluster: Cluster, *after: Step) -> int:
    """Return how often the rule fires with some steps behind each order of a cluster."""
    classes = []
    for facts in cluster.classes:
        outcomes = tuple(one._replace(order=(*one.order, *after)) for one in facts.outcomes)
        simulation = facts.simulation._replace(outcomes=outcomes)
        classes.append(replace(facts, simulation=simulation))
    return len(list(stale_file(replace(cluster, classes=tuple(classes)))))


@pytest.mark.parametrize("verb", [Verb.CHAINS, Verb.WRITES])
def test_what_others_do_to_its_file_is_not_multus_writing(verb: Verb, cluster: Cluster) -> None:
    assert hits(cluster) == 1
    assert hits(cluster, Step(ISTIO, verb, ("00-multus.conf",))) == 1


def test_the_file_that_multus_writes_last_is_the_current_one(cluster: Cluster) -> None:
    multus = multus_actor(cluster.multuses[0])
    again = hits(
        cluster,
        Step(multus, Verb.SWITCHES, ("00-multus.conf",), "x.conf"),
        Step(multus, Verb.RESTARTS, ("00-multus.conflist",)),
        Step(multus._replace(object="DaemonSet x/other"), Verb.PICKS, ("00-multus.conflist",)),
    )
    assert again == 0
