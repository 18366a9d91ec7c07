"""Objects that name their cluster: eksctl's, kops's, and add-ons for several clusters."""

from __future__ import annotations

import json

import pytest

from tests.unit.gitops.layouts import applied, daemon, documents, found, kustomization, names


def cluster(name: str) -> str:
    """Return a ClusterConfig of eksctl."""
    return json.dumps(
        {
            "apiVersion": "eksctl.io/v1alpha5",
            "kind": "ClusterConfig",
            "metadata": {"name": name, "region": "eu-west-1"},
            "addons": [{"name": "vpc-cni"}],
        }
    )


def ack_addon(name: str, of: str) -> str:
    return json.dumps(
        {
            "apiVersion": "eks.services.k8s.aws/v1alpha1",
            "kind": "Addon",
            "metadata": {"name": name},
            "spec": {"name": "vpc-cni", "clusterName": of},
        }
    )


def crossplane_addon(name: str, of: str) -> str:
    return json.dumps(
        {
            "apiVersion": "eks.aws.upbound.io/v1beta1",
            "kind": "Addon",
            "metadata": {"name": name},
            "spec": {"forProvider": {"addonName": "vpc-cni", "clusterNameRef": {"name": of}}},
        }
    )


def kops(name: str) -> str:
    group = {
        "apiVersion": "kops.k8s.io/v1alpha2",
        "kind": "InstanceGroup",
        "metadata": {"name": "nodes", "labels": {"kops.k8s.io/cluster": name}},
    }
    whole = {
        "apiVersion": "kops.k8s.io/v1alpha2",
        "kind": "Cluster",
        "metadata": {"name": name},
        "spec": {"networking": {"cilium": {}}},
    }
    return documents(json.dumps(whole), json.dumps(group))


def test_clusters_of_one_file_are_each_one_with_what_is_for_all() -> None:
    texts = {"eks.yaml": documents(cluster("a"), cluster("b")), "multus.yaml": daemon("multus")}
    assert names(texts) == {"a": ["a", "multus"], "b": ["b", "multus"]}
    assert {one.assumed for one in found(texts).clusters} == {""}


def test_one_cluster_takes_nothing_from_its_name() -> None:
    texts = {"eks.yaml": cluster("a"), "b/multus.yaml": daemon("multus")}
    assert names(texts) == {"default": ["a", "multus"]}


@pytest.mark.parametrize(
    "path",
    ["a/multus.yaml", "clusters/a/net/multus.yaml", "a.yaml", "eks/one/multus.yaml"],
)
def test_what_is_called_like_a_cluster_or_lies_beside_it_alone_is_its_own(path: str) -> None:
    texts = {
        "eks/one/cluster.yaml": cluster("a"),
        "eks/two/cluster.yaml": cluster("b"),
        path: daemon("multus"),
    }
    assert names(texts) == {"a": ["a", "multus"], "b": ["b"]}


@pytest.mark.parametrize("path", ["multus.yaml", "eks/multus.yaml", "base/multus.yaml"])
def test_what_lies_around_several_clusters_is_for_each(path: str) -> None:
    texts = {
        "eks/one/cluster.yaml": cluster("a"),
        "eks/two/cluster.yaml": cluster("b"),
        path: daemon("multus"),
    }
    assert names(texts) == {"a": ["a", "multus"], "b": ["b", "multus"]}


def test_folders_that_are_clusters_under_other_names_are_not_paired_with_them() -> None:
    texts = {
        "eks.yaml": documents(cluster("a"), cluster("b")),
        "k8s/blue/multus.yaml": daemon("multus"),
        "k8s/green/multus.yaml": daemon("multus"),
    }
    assert names(texts) == {
        "a": ["a"],
        "b": ["b"],
        "k8s/blue": ["multus"],
        "k8s/green": ["multus"],
    }


def test_a_cluster_may_have_alternatives_of_its_own() -> None:
    texts = {
        "eks.yaml": documents(cluster("a"), cluster("b")),
        "a/thin.yaml": daemon("multus"),
        "a/thick.yaml": daemon("multus"),
    }
    assert names(texts) == {
        "a: a/thick.yaml": ["a", "multus"],
        "a: a/thin.yaml": ["a", "multus"],
        "b": ["b"],
    }


def test_clusters_of_one_name_in_several_files_are_alternatives() -> None:
    texts = {"one.yaml": cluster("NAME"), "two.yaml": cluster("NAME")}
    assert names(texts) == {"one.yaml": ["NAME"], "two.yaml": ["NAME"]}


def test_clusters_of_one_name_in_several_folders_are_several() -> None:
    texts = {
        "one/kops.yaml": kops("same"),
        "two/kops.yaml": kops("same"),
        "three/kops.yaml": kops("other"),
    }
    assert names(texts) == {
        "same: one": ["nodes", "same"],
        "same: two": ["nodes", "same"],
        "other": ["nodes", "other"],
    }


def test_node_groups_of_kops_go_to_the_cluster_of_their_label() -> None:
    assert names({"kops.yaml": documents(kops("a"), kops("b"))}) == {
        "a": ["a", "nodes"],
        "b": ["b", "nodes"],
    }


@pytest.mark.parametrize("addon", [ack_addon, crossplane_addon])
def test_add_ons_go_to_the_clusters_that_they_name(addon: type) -> None:
    texts = {"addons.yaml": documents(addon("one", "a"), addon("two", "b"), addon("three", "a"))}
    assert names(texts) == {"a": ["one", "three"], "b": ["two"]}


def test_add_ons_of_one_kustomization_go_to_the_clusters_that_they_name() -> None:
    texts = {
        "all/kustomization.yaml": kustomization("addons.yaml", "multus.yaml"),
        "all/addons.yaml": documents(ack_addon("one", "a"), ack_addon("two", "b")),
        "all/multus.yaml": daemon("multus"),
    }
    layout = found(texts)
    assert {one.name: applied(one) for one in layout.clusters} == {
        "a": ["multus", "one"],
        "b": ["multus", "two"],
    }
    assert all(one.roots == ("all",) for one in layout.clusters)
