"""What a management cluster installs in others: HelmChartProxies by selectors, and add-ons."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from cnilint.engine.evaluate import evaluate
from cnilint.gitops.graph import UnreadReason
from tests.clusters import read
from tests.unit.gitops.layouts import daemon, documents, found, names, reasons
from tests.unit.gitops.test_named_clusters import ack_addon


def cluster(name: str, namespace: str = "", **labels: str) -> str:
    """Return a Cluster of Cluster API with its control plane and infrastructure."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    references = {
        "controlPlaneRef": {"kind": "KubeadmControlPlane", "name": f"{name}-plane"},
        "infrastructureRef": {"kind": "DockerCluster", "name": f"{name}-infra"},
    }
    group = "infrastructure.cluster.x-k8s.io/v1beta2"
    return documents(
        json.dumps(
            {
                "apiVersion": "cluster.x-k8s.io/v1beta1",
                "kind": "Cluster",
                "metadata": {**metadata, "labels": labels},
                "spec": references,
            }
        ),
        *(
            json.dumps(
                {
                    "apiVersion": group,
                    "kind": one["kind"],
                    "metadata": {**metadata, "name": one["name"]},
                }
            )
            for one in references.values()
        ),
    )


def proxy(
    name: str, selector: Mapping[str, object], chart: str = "cilium", namespace: str = ""
) -> str:
    return json.dumps(
        {
            "apiVersion": "addons.cluster.x-k8s.io/v1alpha1",
            "kind": "HelmChartProxy",
            "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
            "spec": {
                "clusterSelector": selector,
                "repoURL": "https://charts.example.org",
                "chartName": chart,
            },
        }
    )


def labels(**asked: str) -> Mapping[str, object]:
    return {"matchLabels": asked}


def test_each_cluster_gets_what_selects_it_and_the_managing_one_gets_nothing_of_it() -> None:
    texts = {
        "clusters.yaml": documents(cluster("a", cni="cilium"), cluster("b", cni="calico")),
        "proxies.yaml": documents(
            proxy("one", labels(cni="cilium")),
            proxy("two", labels(cni="calico")),
            proxy("all", {}),
            proxy(
                "some",
                {"matchExpressions": [{"key": "cni", "operator": "NotIn", "values": ["calico"]}]},
            ),
        ),
        "own.yaml": daemon("own"),
    }
    assert names(texts) == {
        "default": ["own"],
        "a": ["a", "a-infra", "a-plane", "all", "one", "some"],
        "b": ["all", "b", "b-infra", "b-plane", "two"],
    }
    a = found(texts).clusters[1]
    assert {edge.target for edge in a.edges if edge.kind == "cluster-selector"} == {"Cluster a"}
    assert reasons(a) == []


def test_a_cluster_of_nothing_but_cluster_api_is_no_one_of_its_own() -> None:
    texts = {"a.yaml": documents(cluster("a", cni="x"), proxy("one", labels(cni="x")))}
    assert list(names(texts)) == ["a"]


def test_a_proxy_selects_in_its_own_namespace_alone() -> None:
    texts = {
        "a.yaml": documents(
            cluster("a", "east"), cluster("b", "west"), proxy("one", {}, namespace="east")
        )
    }
    assert names(texts) == {"a": ["a", "a-infra", "a-plane", "one"]}


def test_where_no_cluster_is_in_view_those_that_are_selected_alike_are_one() -> None:
    texts = {
        "proxies.yaml": documents(
            proxy("cilium", labels(cni="cilium")),
            proxy("multus", labels(cni="cilium", multus="yes")),
            proxy("calico", labels(cni="calico")),
            proxy("all", {}),
        )
    }
    assert names(texts) == {
        "cni=cilium,multus=yes": ["all", "cilium", "multus"],
        "cni=calico": ["all", "calico"],
    }
    for one in found(texts).clusters:
        assert set(reasons(one)) == {UnreadReason.CLUSTERS_NOT_IN_VIEW}
        assert one.assumed == "selector"


@pytest.mark.parametrize(
    ("selector", "name"),
    [
        ({}, "every cluster"),
        (labels(a="b", c="d"), "a=b,c=d"),
        (
            {"matchExpressions": [{"key": "k", "operator": "In", "values": ["b", "a"]}]},
            "k in (a,b)",
        ),
        ({"matchExpressions": [{"key": "k", "operator": "NotIn", "values": ["a"]}]}, "k notin (a)"),
        ({"matchExpressions": [{"key": "k", "operator": "Exists"}]}, "k"),
        ({"matchExpressions": [{"key": "k", "operator": "DoesNotExist"}]}, "!k"),
    ],
)
def test_clusters_that_are_not_in_view_are_called_by_the_selector(
    selector: Mapping[str, object], name: str
) -> None:
    assert list(names({"a.yaml": proxy("one", selector)})) == [name]


def test_a_cluster_that_is_found_beside_is_the_same_one() -> None:
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "net"},
        "spec": {
            "destination": {"name": "prod"},
            "source": {"repoURL": "https://git.example/a", "path": "net"},
        },
    }
    managing = {**application, "metadata": {"name": "fleet"}}
    managing["spec"] = {
        "destination": {"name": "fleet"},
        "source": {"repoURL": "https://git.example/a", "path": "fleet"},
    }
    texts = {
        "apps.yaml": documents(json.dumps(application), json.dumps(managing)),
        "net/multus.yaml": daemon("multus"),
        "fleet/prod.yaml": documents(cluster("prod", cni="x"), proxy("one", labels(cni="x"))),
    }
    assert names(texts) == {"prod": ["multus", "one", "prod", "prod-infra", "prod-plane"]}


def test_clusters_of_one_name_that_two_manage_are_two() -> None:
    whole = documents(cluster("a", cni="x"), proxy("one", labels(cni="x")), daemon("own"))
    texts = {"east/a.yaml": whole, "west/a.yaml": whole}
    assert list(names(texts)) == ["east", "east: a", "west", "west: a"]


def test_add_ons_that_a_tool_applies_go_to_the_clusters_that_they_name() -> None:
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "fleet"},
        "spec": {
            "destination": {"name": "hub"},
            "source": {"repoURL": "https://git.example/a", "path": "fleet"},
        },
    }
    texts = {
        "apps.yaml": json.dumps(application),
        "fleet/addons.yaml": documents(ack_addon("one", "a"), ack_addon("two", "b")),
        "fleet/own.yaml": daemon("own"),
    }
    assert names(texts) == {"hub": ["own"], "a": ["one"], "b": ["two"]}


def test_what_installs_no_cni_makes_no_cluster() -> None:
    texts = {
        "a.yaml": documents(
            cluster("a", csi="on"), proxy("nothing", labels(csi="on")), daemon("own")
        ),
        "b.yaml": proxy("nothing", labels(other="on")),
    }
    assert list(names(texts)) == ["default"]


def test_two_clusters_with_a_primary_each_are_no_fight() -> None:
    texts = documents(
        cluster("a", cni="cilium"),
        cluster("b", cni="calico"),
        proxy("one", labels(cni="cilium")),
        proxy("two", labels(cni="calico"), chart="tigera-operator"),
    )
    result = evaluate(read({"a.yaml": texts}))
    assert [one.name for one in result.clusters] == ["a", "b"]
    shown = [[m.title for m in one.installers if not m.assumed] for one in result.clusters]
    assert shown == [["Cilium"], ["Calico"]]
    assert not [one for one in result.findings if one.rule in ("CNI201", "CNI203")]
