"""Clusters of charts, add-ons and operators' objects: who owns the pods on each class of nodes."""

from __future__ import annotations

import pytest

from cnilint.catalog.catalog import Role
from cnilint.simulation.cluster import Cluster, cluster
from tests.unit.catalog.delivered import HOME_OPERATIONS, custom, eksctl, release
from tests.unit.simulation.actors import read
from tests.unit.simulation.test_cluster import VPC, facts, multus

VPC_ADDON = {"name": "vpc-cni", "version": "v1.19.2-eksbuild.1"}
ISTIO = "https://istio-release.storage.googleapis.com/charts"
PLUMBING = "https://k8snetworkplumbingwg.github.io/helm-charts"
CNAO = custom("NetworkAddonsConfig", "networkaddonsoperator.network.kubevirt.io/v1", {"multus": {}})


def owners(found: Cluster) -> dict[str, tuple[bool, list[str]]]:
    """Return, per class, whether its owner is decided, and the files that it can be."""
    return {one.name: (one.deterministic, one.delegates) for one in found.classes}


def home_operations(*arguments: str) -> str:
    return release(
        "multus", "0.1.0", {"extraArgs": list(arguments)}, address=HOME_OPERATIONS, name="m"
    )


def cilium(version: str = "1.18.2", **cni: object) -> str:
    return release("cilium", version, {"cni": cni}, name="c")


def test_releases_of_cilium_and_multus_agree_when_it_is_not_exclusive() -> None:
    found = facts(cilium(exclusive=False), home_operations())
    assert owners(found) == {"all nodes": (True, ["05-cilium.conflist"])}
    (one,) = found.classes
    assert {o.runtime for o in one.outcomes} >= {"00-multus.conf"}
    assert one.written("/etc/cni/net.d") >= {"00-multus.conf", "05-cilium.conflist"}


def test_an_exclusive_cilium_renames_what_a_release_of_multus_writes() -> None:
    (one,) = facts(cilium(), home_operations()).classes
    assert "00-multus.conf.cilium_bak" in one.written("/etc/cni/net.d")
    assert {o.runtime for o in one.outcomes if o.master} == {"05-cilium.conflist"}


def test_a_pin_to_a_file_that_nothing_writes_never_comes_up() -> None:
    pinned = home_operations("--multus-master-cni-file-name=05-cilum.conflist")
    (one,) = facts(cilium(exclusive=False), pinned).classes
    assert {o.runtime for o in one.outcomes} == {"05-cilium.conflist"}
    assert "00-multus.conf" not in one.written("/etc/cni/net.d")


@pytest.mark.parametrize(
    ("arguments", "decided"),
    [((), False), (("--multus-master-cni-file-name=10-aws.conflist",), True)],
)
def test_two_primaries_are_a_race_unless_a_value_pins_one(
    arguments: tuple[str, ...], decided: bool
) -> None:
    multus_release = release("multus", "2.2.0", {}, address=PLUMBING, name="m")
    if arguments:
        values = {"args": {"multusMasterCNIFileName": "10-aws.conflist"}}
        multus_release = release("multus", "2.2.0", values, address=PLUMBING, name="m")
    vpc = release("aws-vpc-cni", "1.20.4", {"affinity": {"nodeAffinity": {}}}, name="v")
    found = facts(cilium(exclusive=False), vpc, multus_release)
    (one,) = [c for c in found.classes if len(c.installers) == 3]
    assert one.deterministic is decided
    assert set(one.delegates) == {"10-aws.conflist"} | (
        set() if decided else {"05-cilium.conflist"}
    )


def test_the_vpc_cni_is_there_by_default_beside_a_cluster_of_eksctl() -> None:
    for text in (eksctl(), eksctl(addons=[{"name": "coredns"}]), eksctl(addons=[VPC_ADDON])):
        found = facts(text, multus("10-aws.conflist", eks=False))
        assert owners(found)["EC2 nodes"] == (True, ["10-aws.conflist"])
        (vpc,) = [one for one in found.installers if one.product.id == "aws-vpc-cni"]
        assert bool(vpc.assumed) is ("vpc-cni" not in text)


@pytest.mark.parametrize(
    "cluster_object",
    [
        eksctl(addonsConfig={"disableDefaultAddons": True}),
        eksctl(autoModeConfig={"enabled": True}),
        custom(
            "AWSManagedControlPlane",
            "controlplane.cluster.x-k8s.io/v1beta2",
            {"vpcCni": {"disable": True}},
        ),
        custom("Cluster", "eks.services.k8s.aws/v1alpha1", {"bootstrapSelfManagedAddons": False}),
        custom(
            "Cluster",
            "eks.aws.upbound.io/v1beta1",
            {"forProvider": {"bootstrapSelfManagedAddons": False}},
        ),
    ],
)
def test_a_cluster_that_opts_out_has_no_vpc_cni(cluster_object: str) -> None:
    found = facts(cluster_object, multus("10-aws.conflist", eks=False))
    assert [one.product.id for one in found.installers] == ["multus-thick"]
    assert {c.deterministic for c in found.classes} == {False}
    listed = facts(cluster_object, multus("10-aws.conflist", eks=False), eksctl(addons=[VPC_ADDON]))
    assert "aws-vpc-cni" in [one.product.id for one in listed.installers]


@pytest.mark.parametrize(
    "cluster_object",
    [
        custom("AWSManagedControlPlane", "controlplane.cluster.x-k8s.io/v1beta2", {}),
        custom("Nodegroup", "eks.services.k8s.aws/v1alpha1", {}),
        custom("Addon", "eks.aws.m.upbound.io/v1beta1", {"forProvider": {"addonName": "coredns"}}),
    ],
)
def test_objects_that_make_an_eks_cluster_show_one(cluster_object: str) -> None:
    found = facts(cluster_object, multus("10-aws.conflist", eks=False))
    assert owners(found)["EC2 nodes"] == (True, ["10-aws.conflist"])


def test_an_application_of_the_vpc_cni_is_the_primary() -> None:
    application = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: vpc-cni, namespace: argocd}
spec:
  source: {repoURL: https://aws.github.io/eks-charts, chart: aws-vpc-cni, targetRevision: 1.20.4}
"""
    found = facts(application, multus("10-aws.conflist", eks=False))
    assert owners(found) == {
        "EC2 nodes": (True, ["10-aws.conflist"]),
        "EKS hybrid and EKS Auto Mode nodes": (False, []),
    }
    assert owners(found) == owners(facts(VPC, multus("10-aws.conflist", eks=False)))


def test_an_add_on_beside_a_release_is_the_same_product_twice() -> None:
    found = facts(eksctl(addons=[VPC_ADDON]), release("aws-vpc-cni", "1.20.4"))
    assert [one.product.id for one in found.installers] == ["aws-vpc-cni"] * 2
    assert {one.form.kind for one in found.installers} == {"addon", "release"}
    assert not any(one.assumed for one in found.installers)


def test_cilium_chained_to_the_vpc_cni_owns_the_pods_with_its_network() -> None:
    found = facts(cilium(chainingMode="aws-cni", exclusive=False), eksctl(addons=[VPC_ADDON]))
    (one,) = [c for c in found.classes if len(c.installers) == 2]
    assert one.deterministic
    assert one.delegates == ["05-cilium.conflist"]
    (entry,) = [entry for entry in one.entries if entry.name == "05-cilium.conflist"]
    assert (entry.network, entry.written_by) == ("aws-cni", ("Cilium",))
    (alone,) = [c for c in found.classes if len(c.installers) == 1]
    assert (alone.deterministic, alone.delegates) == (False, [])


def test_an_exclusive_chained_cilium_reads_what_it_renamed() -> None:
    found = facts(cilium(chainingMode="aws-cni"), eksctl(addons=[VPC_ADDON]))
    (one,) = [c for c in found.classes if len(c.installers) == 2]
    assert (one.deterministic, one.delegates) == (True, ["05-cilium.conflist"])
    assert "10-aws.conflist.cilium_bak" in one.written("/etc/cni/net.d")


def test_multus_of_an_operator_races_between_two_primaries() -> None:
    found = facts(CNAO, cilium(exclusive=False), release("flannel", "v0.27.0", name="f"))
    assert owners(found) == {
        "all nodes": (False, ["05-cilium.conflist", "10-flannel.conflist"]),
    }
    alone = facts(CNAO, custom("Installation", "operator.tigera.io/v1", {}))
    assert owners(alone) == {"all nodes": (True, ["10-calico.conflist"])}


def test_calico_that_enforces_policy_alone_writes_nothing() -> None:
    installation = custom("Installation", "operator.tigera.io/v1", {"kubernetesProvider": "EKS"})
    found = facts(installation, VPC)
    (calico,) = [one for one in found.installers if one.product.id == "calico"]
    assert (calico.role, calico.writes) == (Role.POLICY, None)
    assert {tuple(c.delegates) for c in found.classes} == {("10-aws.conflist",), ()}


@pytest.mark.parametrize("first", [True, False])
def test_openshift_is_decided_whatever_comes_first(first: bool) -> None:
    network = custom("Network", "operator.openshift.io/v1", {})
    copied = custom("Network", "config.openshift.io/v1", {"networkType": "OVNKubernetes"})
    found = facts(*((network, copied) if first else (copied, network)))
    assert [one.product.id for one in found.installers] == ["multus-thick", "ovn-kubernetes"]
    assert owners(found) == {"all nodes": (True, ["10-ovn-kubernetes.conf"])}
    (one,) = found.classes
    assert one.directory == "/etc/kubernetes/cni/net.d"


def test_openshift_without_multus_has_its_primary_where_the_runtime_looks() -> None:
    found = facts(custom("Network", "operator.openshift.io/v1", {"disableMultiNetwork": True}))
    assert owners(found) == {"all nodes": (True, ["10-ovn-kubernetes.conf"])}


def test_a_mesh_given_as_a_chart_owns_nothing_but_its_copy() -> None:
    owned = {
        "istioOwnedCNIConfig": True,
        "ambient": {"enabled": True},
        "cniConfFileName": "05-cilium.conflist",
    }
    mesh = release("cni", "1.27.1", owned, address=ISTIO, name="i")
    (one,) = facts(mesh, cilium(exclusive=False)).classes
    assert one.written("/etc/cni/net.d") == {"05-cilium.conflist", "02-istio-cni.conflist"}
    chained = release("cni", "1.27.1", {}, address=ISTIO, name="i")
    assert owners(facts(chained, cilium(exclusive=False))) == {
        "all nodes": (True, ["05-cilium.conflist"]),
    }


@pytest.mark.parametrize(("name", "decided"), [("k8s-pod-network", True), ("other", False)])
def test_an_old_chart_of_multus_finds_its_network_by_name(name: str, decided: bool) -> None:
    values = {"config": {"cni_conf": {"clusterNetwork": name}}}
    old = release("multus", "0.2.1", values, address=PLUMBING, name="m")
    (one,) = facts(old, custom("Installation", "operator.tigera.io/v1", {})).classes
    through = {o.master for o in one.outcomes if o.runtime == "00-multus.conf"}
    assert through == ({"10-calico.conflist"} if decided else {None})


def test_a_private_directory_for_the_primary_is_followed() -> None:
    private = cilium(exclusive=False, confPath="/etc/cni/multus/net.d")
    values = {
        "thickPlugin": {"enabled": True},
        "config": {"daemon_conf": {"multusAutoconfigDir": "/etc/cni/multus/net.d"}},
    }
    found = facts(private, release("rke2-multus", "", values, name="m"))
    (one,) = found.classes
    assert (one.directory, one.deterministic, one.delegates) == (
        "/etc/cni/net.d",
        True,
        ["05-cilium.conflist"],
    )
    assert {o.files for o in one.outcomes if o.master} == {("00-multus.conf",)}


def test_objects_of_any_shape_are_read() -> None:
    shapes: list[object] = [7, [], "text", {"cni": 7}, {"cni": {"type": []}}, {"values": []}]
    for spec in shapes:
        texts = [
            custom(kind, version, spec)
            for kind, version in (
                ("Installation", "operator.tigera.io/v1"),
                ("IstioCNI", "sailoperator.io/v1"),
                ("Network", "operator.openshift.io/v1"),
                ("NetworkAddonsConfig", "networkaddonsoperator.network.kubevirt.io/v1"),
            )
        ]
        found = cluster("test", read("\n---\n".join(texts)))
        assert {one.object.split()[0] for one in found.installers} >= {"Installation", "IstioCNI"}
