"""A file of an unknown name is a wildcard in the simulation: where it sorts is all that matters."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model import steps
from cnilint.simulation.cluster import cluster
from cnilint.simulation.search import simulate
from cnilint.simulation.shared import Simulations
from cnilint.simulation.unknown_file import CONTENT, NAMES, Stranger, strangers_outcomes
from cnilint.upstream.confdir import encoded
from tests.unit.simulation.actors import (
    DIRECTORY,
    Actor,
    autos,
    made,
    objects,
    pinned,
    plain_names,
    quick,
    read,
    thick,
    thin,
    words,
    writer,
)

FIRST, BEHIND, LAST = NAMES
POD = steps.Actor("Pod x", object="Pod x")
AGENT = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: ops}
spec:
  template:
    spec:
      nodeSelector: {pool: a}
      containers:
      - name: agent
        image: example.com/agent:v1
        volumeMounts: [{name: host, mountPath: /host}]
      volumes: [{name: host, hostPath: {path: PATH}}]
"""


def owning(actors: Sequence[Actor]) -> dict[tuple[str, bool], tuple[str, ...]]:
    """Return who could own the pods: the name, whether through Multus, and the order."""
    programs, reading = made(actors)
    found = strangers_outcomes([POD], programs, {}, reading, Simulations())
    return {(one.master or "", one.through_multus): words(one) for one in found}


def test_each_name_sorts_as_it_says() -> None:
    others = ["-a.conf", "0.conf", "00-kube-ovn.conflist", "00-multus.conf", "00-multus.conflist"]
    others += ["01-x.conflist", "YYY.conf", "z.conf"]
    assert min([*others, FIRST], key=encoded) == FIRST
    assert max([*others, LAST], key=encoded) == LAST
    ranked = sorted([*others, BEHIND], key=encoded)
    assert ranked[ranked.index(BEHIND) - 1] == "00-multus.conflist"


def test_beside_a_primary_alone_it_wins_when_it_sorts_before() -> None:
    assert set(owning([writer("10-c.conflist")])) == {(FIRST, False), (BEHIND, False)}


def test_a_pin_leaves_it_only_the_runtime() -> None:
    assert set(owning([writer("10-c.conflist"), thick("v4.1.4", "10-c.conflist")])) == {
        (FIRST, False)
    }


@pytest.mark.parametrize("multus", [thick("v4.1.4"), thin("v4.1.4")])
def test_without_a_pin_multus_may_take_it_wherever_it_sorts(multus: Actor) -> None:
    found = owning([writer("10-c.conflist"), multus])
    assert {(BEHIND, True), (LAST, True), (FIRST, False)} <= set(found)
    assert any("picks" in step for step in found[(LAST, True)])
    assert found[(LAST, True)][0] == f"Pod x writes {LAST}"


def test_there_is_none_without_a_stranger() -> None:
    programs, reading = made([writer("10-c.conflist"), thick("v4.1.4")])
    assert strangers_outcomes([], programs, {}, reading, Simulations()) == ()


def test_it_writes_once() -> None:
    one = Stranger(POD, f"{DIRECTORY}/{LAST}")
    step = one.step({}, one.start())
    assert step is not None
    assert step.files == {f"{DIRECTORY}/{LAST}": CONTENT}
    assert one.step(step.files, step.memory) is None


@quick
@given(st.lists(st.builds(writer, plain_names), min_size=1, max_size=3), autos | pinned)
def test_whatever_its_name_it_owns_no_pods_that_one_of_three_does_not(
    writers: list[Actor], multus: Actor
) -> None:
    programs, reading = made([*writers, multus])
    ways = {through_multus for _name, through_multus in owning([*writers, multus])}
    for name in ("00-a.conflist", "07-x.conflist", "15-y.conflist", "y.conflist"):
        stranger = Stranger(POD, f"{DIRECTORY}/{name}")
        outcomes = simulate([*programs, stranger], {}, reading).outcomes
        assert {one.through_multus for one in outcomes if one.master == name} <= ways


@pytest.mark.parametrize(
    ("path", "pool", "wild"),
    [
        ("/etc/cni/net.d", "a", True),
        ("/etc", "a", True),
        ("/etc/cni/net.d", "b", False),
        ("/opt/cni/bin", "a", False),
        ("/var/lib/rancher/k3s/agent/etc/cni/net.d", "a", False),
    ],
)
def test_a_class_has_the_outcomes_of_the_strangers_on_its_nodes(
    path: str, pool: str, wild: bool
) -> None:
    installs = objects([writer("10-c.conflist")], {"pool": pool})
    found = cluster("x", [*installs, *read(AGENT.replace("PATH", path))])
    (facts,) = found.classes
    assert bool(facts.wild) is wild
    assert bool(found.wildcards(facts)) is wild
    assert facts.deterministic, "it is no error by itself"
    assert all(words(one)[-1].startswith("DaemonSet ops/agent writes") for one in facts.wild)
