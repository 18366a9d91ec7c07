"""The facts of one cluster: classes of nodes, their outcomes, and who writes what."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from cnilint.model.steps import Situation
from cnilint.model.verdict import VerdictKind
from cnilint.simulation.class_facts import ClassFacts, HostFile
from cnilint.simulation.cluster import Circumstances, Cluster, cluster
from tests.unit.simulation.actors import failure, in_words, read, words

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "corpus"
CORPUS = Path(os.environ.get("CNILINT_CORPUS", BESIDE), "manifests")
AWS_MULTUS = CORPUS / (
    "aws__amazon-vpc-cni-k8s/config__multus__v4.1.4-eksbuild.3__multus-daemonset-thick.yml"
)
AWS_NODE = CORPUS / "aws__amazon-vpc-cni-k8s/config__master__aws-k8s-cni.yaml"

PLACED = """
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
            - matchExpressions:
              - {{key: kubernetes.io/os, operator: In, values: [linux]}}
              - {{key: kubernetes.io/arch, operator: In, values: [amd64, arm64]}}
              - {{key: eks.amazonaws.com/compute-type, operator: NotIn, values: [{kinds}]}}
"""
VPC = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: aws-node, namespace: kube-system}
spec:
  template:
    metadata: {labels: {k8s-app: aws-node}}
    spec:
      containers:
      - name: aws-node
        image: registry.example/amazon-k8s-cni:v1.23.0
        volumeMounts: [{name: cni-net-dir, mountPath: /host/etc/cni/net.d}]
      volumes: [{name: cni-net-dir, hostPath: {path: /etc/cni/net.d}}]
""" + PLACED.format(kinds="fargate, hybrid, auto")[1:]
ISTIO = """
apiVersion: v1
kind: ConfigMap
metadata: {name: istio-cni-config, namespace: istio-system}
data: MODE
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: istio-cni-node, namespace: istio-system}
spec:
  template:
    metadata: {labels: {k8s-app: istio-cni-node}}
    spec:
      nodeSelector: {kubernetes.io/os: linux}
      containers:
      - name: install-cni
        image: registry.example/istio/install-cni:1.27.0
        envFrom: [{configMapRef: {name: istio-cni-config}}]
        volumeMounts: [{name: cni-net-dir, mountPath: /host/etc/cni/net.d}]
      volumes: [{name: cni-net-dir, hostPath: {path: /etc/cni/net.d}}]
"""
CHAINED = ISTIO.replace("MODE", '{CHAINED_CNI_PLUGIN: "true"}')
STANDALONE = ISTIO.replace("MODE", '{CHAINED_CNI_PLUGIN: "false"}')
OWNED = ISTIO.replace("MODE", '{ISTIO_OWNED_CNI_CONFIG: "true", AMBIENT_ENABLED: "true"}')
BEHIND_MULTUS = {("Istio CNI", "not-first", "00-multus.conf")}
"""Istio that owns its file is never ready while Multus's own sorts before it."""
MODES = {"none": [], "chained": [CHAINED], "standalone": [STANDALONE], "owned": [OWNED]}


def beside_multus(istio: list[str]) -> VerdictKind:
    """Return what a class comes to on which Multus has one master, and Istio is in some mode.

    From 1.27 on one that names no file stays with the first one that it saw: Multus's own, if that
    was there. Multus writes its file anew beside it, and pods go without the mesh's plugin.
    """
    if istio == [OWNED]:
        return VerdictKind.NEVER_READY
    return VerdictKind.BYPASSED if istio == [CHAINED] else VerdictKind.DETERMINISTIC


def multus(pin: str, *, eks: bool = True, masters: str = "/host/etc/cni/net.d") -> str:
    """Return thick Multus with the daemon configuration that AWS publishes, or upstream's."""
    daemon = {
        "chrootDir": "/hostroot",
        "cniVersion": "0.3.1",
        "logLevel": "verbose",
        "logToStderr": True,
        "cniConfigDir": "/host/etc/cni/net.d",
        "multusAutoconfigDir": masters,
        "multusConfigFile": "auto",
        "socketDir": "/host/run/multus/",
    }
    daemon |= {"multusMasterCNI": pin} if pin else {}
    lines = json.dumps(daemon, indent=4).splitlines()
    text = "\n".join(f"    {line}" for line in lines)
    repository = "registry.example/eks/multus-cni" if eks else "registry.example/multus-cni"
    return f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: multus-daemon-config, namespace: kube-system}}
data:
  daemon-config.json: |
{text}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: kube-multus-ds, namespace: kube-system}}
spec:
  template:
    spec:
      containers:
      - name: kube-multus
        image: {repository}:v4.1.4-eksbuild.3_thick
        command: [/usr/src/multus-cni/bin/multus-daemon]
        volumeMounts:
        - {{name: cni, mountPath: /host/etc/cni/net.d}}
        - {{name: kept, mountPath: /host/kept}}
        - {{name: multus-daemon-config, mountPath: /etc/cni/net.d/multus.d, readOnly: true}}
      volumes:
      - {{name: cni, hostPath: {{path: /etc/cni/net.d}}}}
      - {{name: kept, hostPath: {{path: /etc/cni/kept}}}}
      - {{name: multus-daemon-config, configMap: {{name: multus-daemon-config}}}}
{PLACED.format(kinds="fargate")[1:]}"""


def network(name: str) -> HostFile:
    content = {"name": f"of-{name}", "cniVersion": "0.4.0", "plugins": [{"type": "bridge"}]}
    return HostFile(name, json.dumps(content))


TWO_MORE = [network("11-bws.conflist"), network("05-first.conflist")]


def facts(*texts: str, host_files: Sequence[HostFile] = (), runtime: str = "containerd") -> Cluster:
    objects = read("\n---\n".join(texts))
    return cluster("test", objects, Circumstances(tuple(host_files), runtime))


def with_vpc(found: Cluster) -> list[ClassFacts]:
    return [c for c in found.classes if any(i.product.id == "aws-vpc-cni" for i in c.installers)]


def waiting(one: ClassFacts) -> set[tuple[str, str, str]]:
    """Return who does not come up in some order, and why."""
    return {(h.actor.title, failure(h.cause), h.cause.subject) for h in one.verdict.held}


def first_boot(one: ClassFacts) -> dict[str | None, tuple[str, ...]]:
    return {o.master: words(o) for o in one.outcomes if o.situation == Situation.FIRST_BOOT}


@pytest.mark.parametrize("istio", MODES.values(), ids=MODES)
@pytest.mark.parametrize("hosted", [[], TWO_MORE], ids=["no host files", "two host files"])
@pytest.mark.parametrize("runtime", ["containerd", "cri-o"])
def test_pinned_to_the_vpc_cni_every_order_ends_with_it(
    istio: list[str], hosted: list[HostFile], runtime: str
) -> None:
    """aws/amazon-vpc-cni-k8s#2767: the experiment that AWS's pin is to pass."""
    pinned = multus("10-aws.conflist")
    found = facts(pinned, VPC, *istio, host_files=hosted, runtime=runtime)
    assert [one.name for one in with_vpc(found)] == ["EC2 nodes"]
    for one in with_vpc(found):
        assert (one.verdict.decided, one.delegates) == (True, ["10-aws.conflist"])
        assert one.verdict.kind is beside_multus(istio)
        assert waiting(one) == (BEHIND_MULTUS if istio == [OWNED] else set())
        assert {o.runtime for o in one.outcomes} <= {"00-multus.conf", "00-multus.conflist"}


@pytest.mark.parametrize("istio", MODES.values(), ids=MODES)
@pytest.mark.parametrize("pin", ["11-bws.conflist", "05-first.conflist"])
def test_pinned_to_another_file_every_order_follows(istio: list[str], pin: str) -> None:
    found = facts(multus(pin), VPC, *istio, host_files=TWO_MORE)
    assert {(c.verdict.decided, *c.delegates) for c in found.classes} == {(True, pin)}
    assert {c.verdict.kind for c in found.classes} == {beside_multus(istio)}


def test_unpinned_beside_standalone_istio_is_a_race_of_two() -> None:
    (one,) = with_vpc(facts(multus("", eks=False), VPC, STANDALONE))
    assert first_boot(one) == {
        "10-aws.conflist": (
            "Amazon VPC CNI writes 10-aws.conflist",
            "Multus picks 10-aws.conflist as its master and writes 00-multus.conf",
            "Istio CNI writes YYY-istio-cni.conf",
        ),
        "YYY-istio-cni.conf": (
            "Istio CNI writes YYY-istio-cni.conf",
            "Multus picks YYY-istio-cni.conf as its master and writes 00-multus.conf",
            "Amazon VPC CNI writes 10-aws.conflist",
        ),
    }
    assert not one.deterministic
    assert one.shortest("11-bws.conflist") is None
    witness = one.shortest("YYY-istio-cni.conf")
    assert witness is not None
    assert words(witness) == first_boot(one)["YYY-istio-cni.conf"]


def test_unpinned_beside_istios_own_file_is_a_race_of_two() -> None:
    (one,) = with_vpc(facts(multus("", eks=False), VPC, OWNED))
    orders = first_boot(one)
    assert set(orders) == {"10-aws.conflist", "02-istio-cni.conflist"}
    written = "Amazon VPC CNI writes 10-aws.conflist"
    copied = "Istio CNI writes 02-istio-cni.conflist, a copy of "
    assert orders["10-aws.conflist"] == (
        written,
        "Multus picks 10-aws.conflist as its master and writes 00-multus.conf",
        f"{copied}00-multus.conf",
    )
    assert orders["02-istio-cni.conflist"] == (
        written,
        f"{copied}10-aws.conflist",
        "Multus picks 02-istio-cni.conflist as its master and writes 00-multus.conf",
    )


@pytest.mark.parametrize("istio", [[], [CHAINED]])
def test_unpinned_beside_the_vpc_cni_alone_is_decided(istio: list[str]) -> None:
    (one,) = with_vpc(facts(multus("", eks=False), VPC, *istio))
    assert (one.verdict.kind, one.delegates) == (beside_multus(istio), ["10-aws.conflist"])


def test_where_the_vpc_cni_does_not_run_its_pin_never_comes_up() -> None:
    found = facts(multus("10-aws.conflist"), VPC)
    assert [one.name for one in found.classes] == [
        "EC2 nodes",
        "EKS hybrid and EKS Auto Mode nodes",
    ]
    other = found.classes[1]
    assert {(o.runtime, o.master, failure(o.cause)) for o in other.outcomes} == {
        (None, None, "master-missing")
    }
    assert not other.deterministic
    assert other.delegates == []


def test_the_vpc_cni_that_eks_brings_counts_like_one_with_a_manifest() -> None:
    shown, implied = facts(multus("10-aws.conflist"), VPC), facts(multus("10-aws.conflist"))
    assert [c.name for c in implied.classes] == [c.name for c in shown.classes]
    for one, other in zip(implied.classes, shown.classes, strict=True):
        assert set(in_words(one.outcomes)) == set(in_words(other.outcomes))
    assert [i.assumed != "" for i in implied.installers] == [False, True]


@pytest.mark.skipif(not AWS_MULTUS.is_file(), reason=f"there is no corpus at {CORPUS}")
@pytest.mark.parametrize("istio", MODES.values(), ids=MODES)
@pytest.mark.parametrize("pin", ["10-aws.conflist", "11-bws.conflist"])
def test_the_manifests_that_aws_publishes_pass_the_same_experiments(
    istio: list[str], pin: str
) -> None:
    published = AWS_MULTUS.read_text("utf-8").replace("10-aws.conflist", pin)
    node = AWS_NODE.read_text("utf-8")
    (one,) = with_vpc(facts(published, node, *istio, host_files=TWO_MORE))
    assert one.name == "EC2 nodes"
    assert one.verdict.decided
    assert one.verdict.kind is beside_multus(istio)
    assert one.delegates == [pin]
    (alone,) = with_vpc(facts(AWS_MULTUS.read_text("utf-8"), node))
    assert (alone.name, alone.deterministic) == ("EC2 nodes", True)


def test_masters_may_be_kept_in_a_directory_of_their_own() -> None:
    apart = VPC.replace("path: /etc/cni/net.d", "path: /etc/cni/kept")
    found = facts(multus("", masters="/host/kept"), apart, host_files=[network("05-x.conflist")])
    (one,) = with_vpc(found)
    assert one.directory == "/etc/cni/net.d"
    assert one.deterministic
    assert one.delegates == ["10-aws.conflist"]
    assert {o.files for o in one.outcomes} == {("00-multus.conf", "05-x.conflist")}
    assert one.written("/etc/cni/kept") == {"10-aws.conflist"}


def test_the_directory_says_who_writes_each_file_and_what_network_it_holds() -> None:
    found = facts(multus("10-aws.conflist"), VPC, host_files=[network("11-bws.conflist")])
    (one,) = with_vpc(found)
    assert [(e.name, e.written_by, e.network) for e in one.entries] == [
        ("00-multus.conf", ("Multus (thick)",), "multus-cni-network"),
        ("10-aws.conflist", ("Amazon VPC CNI",), "aws-cni"),
        ("11-bws.conflist", ("the host",), "of-11-bws.conflist"),
    ]
    (mine,) = found.multuses
    assert found.classes_of(mine) == list(found.classes)


def test_a_cluster_without_installers_has_a_class_only_for_its_host_files() -> None:
    assert facts("apiVersion: v1\nkind: Namespace\n").classes == ()
    (one,) = facts("kind: none\n", host_files=[network("10-x.conflist")]).classes
    assert one.deterministic
    assert one.delegates == ["10-x.conflist"]


def test_a_directory_of_another_distribution_is_the_one_that_is_read() -> None:
    k3s = "/var/lib/rancher/k3s/agent/etc/cni/net.d"
    found = facts(VPC.replace("path: /etc/cni/net.d", f"path: {k3s}"))
    (one,) = found.classes
    assert one.directory == k3s
    assert one.delegates == ["10-aws.conflist"]


def test_an_image_without_a_release_is_said() -> None:
    text = multus("10-aws.conflist").replace("v4.1.4-eksbuild.3_thick", "snapshot-thick")
    (note,) = facts(text, VPC).notes
    assert "'snapshot-thick' names no release" in note.message


def test_a_readiness_file_that_nobody_is_known_to_write_is_taken_as_there() -> None:
    readiness = '"readinessindicatorfile": "/host/kept/ready",\n    "socketDir"'
    text = multus("10-aws.conflist").replace('"socketDir"', readiness)
    (one,) = with_vpc(facts(text, VPC))
    assert one.deterministic
    beside = text.replace("/host/kept/ready", "/host/etc/cni/net.d/99-never.conf")
    (waiting,) = with_vpc(facts(beside, VPC))
    assert {(o.runtime, failure(o.cause)) for o in waiting.outcomes} == {
        ("10-aws.conflist", "no-master")
    }


@pytest.mark.parametrize(
    ("release", "waits"), [("v4.0.2", set()), ("v4.1.0", {"readiness-file-missing"})]
)
def test_a_readiness_file_where_nothing_is_mounted_is_waited_for_from_v4_1_on(
    release: str, waits: set[str]
) -> None:
    readiness = '"readinessindicatorfile": "/elsewhere/ready",\n    "socketDir"'
    text = multus("10-aws.conflist", eks=False).replace('"socketDir"', readiness)
    text = text.replace("v4.1.4-eksbuild.3_thick", f"{release}-thick")
    (one,) = with_vpc(facts(text, VPC))
    assert {cause for _, cause, _ in waiting(one)} == waits


def test_multus_is_known_by_the_file_that_it_writes() -> None:
    (one,) = facts(multus("10-aws.conflist"), VPC).multuses
    assert one.installer.writes is not None
    assert one.installer.writes.path == "/etc/cni/net.d/00-multus.conf"


GROUP = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c, region: eu-west-1}
managedNodeGroups:
- {name: g, amiFamily: AmazonLinux2023}
"""


@pytest.mark.parametrize(("family", "stays"), [("AmazonLinux2023", True), ("Bottlerocket", False)])
def test_a_boot_begins_with_what_an_earlier_one_left_where_files_outlive_it(
    family: str, stays: bool
) -> None:
    group = GROUP.replace("AmazonLinux2023", family)
    found = with_vpc(facts(multus("10-aws.conflist"), VPC, group))
    assert found
    for one in found:
        assert (Situation.REBOOT in {o.situation for o in one.outcomes}) is stays
