"""The faults of a request are those that Multus stops at, and there are no others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cnilint.engine.checks.network_faults import DEPENDS_ON_THE_NODE, judged_requests
from cnilint.simulation.cluster import Cluster, cluster
from cnilint.upstream.multus_keys import NETWORKS
from tests.oracle.test_multus_networks import made, records
from tests.unit.simulation.actors import read

NEWEST = "v4.3.0"
OF_A_DEFINITION = frozenset({"plugin-missing", "cni-version", "config-list", "network-name"})


def given(record: dict[str, Any]) -> Cluster:
    annotations = record["annotations"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "x", "namespace": record["pod_namespace"], "annotations": annotations},
    }
    defined = [
        {
            "apiVersion": "k8s.cni.cncf.io/v1",
            "kind": "NetworkAttachmentDefinition",
            "metadata": {"name": one["name"], "namespace": one["namespace"]},
            "spec": {"config": one["config"]} if one.get("config") else {},
        }
        for one in record["definitions"]
    ]
    return cluster("c", read("---\n".join(json.dumps(one) + "\n" for one in (pod, *defined))))


def plain() -> Iterator[Any]:
    """Yield the recorded annotations that no setting and no definition has a say in."""
    for at, record in enumerate(records("multus-annotations")):
        if set(record["annotations"]) == {NETWORKS} and not record.get("multus_config"):
            yield pytest.param(record, id=str(at))


@pytest.mark.parametrize("record", list(plain()))
def test_a_request_has_faults_just_where_multus_stops(record: dict[str, Any]) -> None:
    result = made(record, NEWEST)
    ends = [stage for stage in (result.load, result.add) if stage is not None]
    kinds = {stage.refused or "panic" for stage in ends if stage.ok is None}
    if "$" in record["annotations"][NETWORKS] or kinds & OF_A_DEFINITION:
        pytest.skip("it is filled in later, or a definition is at fault")
    found = judged_requests(given(record))
    assert bool(found) is bool(kinds - DEPENDS_ON_THE_NODE)
    for judged in found:
        place = judged.request.place(judged.faults[0].where)
        assert place.span.start < place.span.end


def test_every_fault_is_found_at_once() -> None:
    names = [{"namespace": "shop", "name": "lan", "config": '{"type": "macvlan"}'}]
    record = {
        "pod_namespace": "shop",
        "annotations": {NETWORKS: "one, lan, other/two, three, lan@eth0"},
        "definitions": names,
    }
    (judged,) = judged_requests(given(record))
    assert [(one.kind, one.namespace, one.name) for one in judged.faults] == [
        ("not-found", "shop", "one"),
        ("not-found", "other", "two"),
        ("not-found", "shop", "three"),
        ("interface-exists", "", ""),
    ]
