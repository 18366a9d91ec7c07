"""Real manifests of products that do more than write a file: what they do, and what comes of it.

The corpus is not a part of the project: `CNILINT_CORPUS` names it, or it lies beside the checkout.
"""

from __future__ import annotations

import csv
import json

import pytest

from cnilint.catalog.catalog import Action, Role
from cnilint.catalog.installer import Installer
from cnilint.kube.manifest import Manifest, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.simulation.cluster import Cluster, cluster
from cnilint.syntax.compose import compose
from tests.corpus import CORPUS, MANIFESTS

INDEX = MANIFESTS / "INDEX.tsv"
HOST = "/etc/cni/net.d"


def names() -> list[str]:
    if not INDEX.is_file():
        return []
    with INDEX.open(encoding="utf-8", newline="") as lines:
        return [row["local_file"] for row in csv.DictReader(lines, delimiter="\t")]


pytestmark = pytest.mark.skipif(not names(), reason=f"there is no corpus at {CORPUS}")


def facts(*parts: str) -> Cluster:
    """Return the facts of the one corpus file whose path has all the parts."""
    (name,) = [name for name in names() if all(part in name for part in parts)]
    source = Source(name, (MANIFESTS / name).read_text("utf-8"))
    found: list[Manifest] = []
    for part in compose(source):
        assert isinstance(part, Document)
        found.extend(manifests(part))
    return cluster("corpus", found)


def shown(one: Installer) -> tuple[str, str, str | None, str | None]:
    return (
        one.product.id,
        one.role.value,
        one.directory,
        one.writes.name if one.writes is not None else None,
    )


WRITTEN = [
    (("calico__manifests__canal.yaml",), "canal", "primary", "10-canal.conflist"),
    (("manifests__canal-etcd",), "canal", "primary", "10-canal.conflist"),
    (("weave-daemonset",), "weave", "primary", "10-weave.conflist"),
    (("privateweave",), "weave", "primary", "10-weave.conflist"),
    (("build__yamls__antrea.yml",), "antrea", "primary", "10-antrea.conflist"),
    (("io__antrea/build__yamls__antrea-eks",), "antrea", "chained", "05-antrea.conflist"),
    (("antrea-aks",), "antrea", "chained", "05-antrea.conflist"),
    (("kubeadm-kuberouter",), "kube-router", "primary", "10-kuberouter.conflist"),
    (("kube-router-firewall",), "kube-router", "primary", "10-kuberouter.conflist"),
    (("generic-kuberouter",), "kube-router", "primary", "10-kuberouter.conflist"),
    (("privatekindnet",), "kindnet", "primary", "10-kindnet.conflist"),
    (("cni-installer-v1",), "azure-cni", "primary", "10-azure.conflist"),
    (("netd.yaml",), "gke-netd", "primary", "10-gke-ptp.conflist"),
    (("genie-plugin",), "cni-genie", "meta", "00-genie.conf"),
]


@pytest.mark.parametrize(("parts", "product", "role", "file"), WRITTEN)
def test_a_writer_is_read_as_its_project_ships_it(
    parts: tuple[str, ...], product: str, role: str, file: str
) -> None:
    found = facts(*[part.replace("calico__", "calico/") for part in parts])
    (one,) = found.installers
    assert shown(one) == (product, role, HOST, file)
    (nodes,) = found.classes
    if one.action is Action.WRITE:
        assert nodes.delegates == [file]
        assert nodes.deterministic
    else:
        # it copies another one's file, and there is none
        assert nodes.delegates == []


@pytest.mark.parametrize(
    ("parts", "product", "role"),
    [
        (("daemonset-install",), "whereabouts", "ipam"),
        (("manifests__whereabouts",), "whereabouts", "ipam"),
        (("ovs-cni.yml",), "ovs-cni", "binaries"),
    ],
)
def test_what_writes_no_configuration_leaves_the_directory_alone(
    parts: tuple[str, ...], product: str, role: str
) -> None:
    found = facts(*parts)
    (one,) = found.installers
    assert shown(one) == (product, role, None, None)
    assert one.action is Action.NONE
    assert all(o.files == () for nodes in found.classes for o in nodes.outcomes)


@pytest.mark.parametrize("part", ["install-cni-plugin_default", "install_cni_helm_default"])
def test_linkerd_goes_into_every_file(part: str) -> None:
    (one,) = facts(part).installers
    assert shown(one) == ("linkerd-cni", "chained", HOST, None)
    assert (one.action, one.behaviour.every, one.behaviour.target) == (Action.INSERT, True, "")


def test_kuma_as_its_chart_has_it_writes_for_multus_alone() -> None:
    found = facts("kumahq__kuma")
    (one,) = found.installers
    assert shown(one) == ("kuma-cni", "secondary", "/etc/cni/multus/net.d", "kuma-cni.conf")


def test_antrea_before_v1_8_rewrites_the_first_file_once() -> None:
    (one,) = facts("v1.7.0", "antrea-eks").installers
    assert shown(one) == ("antrea", "chained", HOST, None)
    assert (one.action, one.behaviour.once, one.behaviour.single) == (
        Action.INSERT,
        True,
        "unread",
    )


def test_kube_router_removes_what_its_script_says() -> None:
    for part in ("kubeadm-kuberouter", "kube-router-firewall", "generic-kuberouter"):
        (one,) = facts(part).installers
        assert one.behaviour.removes == ("*.conf",)
        assert one.behaviour.unless_present


def test_the_network_policy_agent_hides_nothing() -> None:
    found = facts("aws__amazon-vpc-cni-k8s/config__master__aws-k8s-cni")
    by_product = {one.product.id: one for one in found.installers}
    assert set(by_product) == {"aws-vpc-cni", "aws-network-policy-agent"}
    assert by_product["aws-network-policy-agent"].role is Role.POLICY
    assert [nodes.delegates for nodes in found.classes] == [["10-aws.conflist"]]


def test_a_name_that_is_filled_in_later_is_a_note() -> None:
    found = facts("conflist-installer-byon")
    (one,) = found.installers
    assert shown(one) == ("azure-cni", "primary", HOST, None)
    assert any("${CONFLIST_PRIORITY}-${CONFLIST}" in note.message for note in found.notes)


@pytest.mark.parametrize(
    ("part", "product", "role", "file"),
    [
        ("azurecnidualstackoverlay", "azure-cns", "primary", "15-azure-swift-overlay.conflist"),
        ("cilium-chaining", "cilium", "chained", "05-cilium.conflist"),
    ],
)
def test_a_configuration_alone_stands_for_what_reads_it(
    part: str, product: str, role: str, file: str
) -> None:
    found = facts(part)
    (one,) = found.installers
    assert shown(one) == (product, role, HOST, file)
    assert "configure" in one.assumed
    assert [nodes.delegates for nodes in found.classes] == [[file]]


def test_routes_on_the_host_are_no_file() -> None:
    found = facts("kopeio")
    (one,) = found.installers
    assert shown(one) == ("kopeio", "primary", None, None)
    assert not any(nodes.decided for nodes in found.classes)


@pytest.mark.parametrize(
    ("parts", "version"),
    [
        (("calico/manifests__calico.yaml",), "1.0.0"),
        (("projectcalico", "manifests__canal-etcd"), "1.0.0"),
        (("cluster-provision__k8s__1.35__manifests__cni",), "0.3.1"),
        (("flannel-io__flannel/Documentation",), "0.3.1"),
        (("build__yamls__antrea.yml",), "0.3.0"),
        (("kubeadm-kuberouter",), "0.3.0"),
        (("genie-plugin",), "0.2.0"),
    ],
)
def test_the_content_of_a_file_is_what_its_manifest_has(
    parts: tuple[str, ...], version: str
) -> None:
    (one,) = facts(*parts).installers
    assert one.writes is not None
    assert json.loads(one.writes.content)["cniVersion"] == version
