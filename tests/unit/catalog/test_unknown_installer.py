"""A workload that can write where a runtime reads is told of, and nothing else is."""

from __future__ import annotations

import pytest

from cnilint.kube.manifest import manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.simulation.cluster import Cluster, cluster
from cnilint.syntax.compose import compose

AGENT = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: agent, namespace: ops}}
spec:
  template:
    spec:
      nodeSelector: {{pool: {pool}}}
      containers:
      - name: agent
        image: example.com/agent:v1
        volumeMounts:
        - {{name: host, mountPath: {path}, readOnly: {read_only}}}
      volumes:
      - {{name: host, {volume}}}
"""

FLANNEL = """
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: flannel, namespace: net}
spec:
  template:
    spec:
      containers:
      - name: install-cni
        image: ghcr.io/flannel-io/flannel:v0.25.0
        command: [cp]
        args: [-f, /etc/kube-flannel/cni-conf.json, /etc/cni/net.d/10-flannel.conflist]
        volumeMounts:
        - {name: cni, mountPath: /etc/cni/net.d}
      volumes:
      - {name: cni, hostPath: {path: /etc/cni/net.d}}
"""


def read(text: str) -> Cluster:
    documents = [one for one in compose(Source("a.yaml", text)) if isinstance(one, Document)]
    return cluster("x", [manifest for each in documents for manifest in manifests(each)])


def agent(
    host: str, *, read_only: bool = False, path: str = "/host", volume: str = "", pool: str = "a"
) -> str:
    return AGENT.format(
        path=path,
        read_only=str(read_only).lower(),
        volume=volume or f"hostPath: {{path: {host}}}",
        pool=pool,
    )


def test_the_root_of_the_host_counts_where_the_container_says_what_for() -> None:
    assert read(agent("/")).unknown == ()
    (one,) = read(agent("/").replace("image: ", "image: registry.example.com/cni-setup # ")).unknown
    assert one.directory == "/etc/cni/net.d"


@pytest.mark.parametrize(
    ("host", "directory"),
    [
        ("/etc/cni/net.d", "/etc/cni/net.d"),
        ("/etc/cni/net.d/", "/etc/cni/net.d"),
        ("/etc/cni", "/etc/cni/net.d"),
        ("/etc", "/etc/cni/net.d"),
        ("/var/lib/rancher/k3s/agent/etc/cni/net.d", "/var/lib/rancher/k3s/agent/etc/cni/net.d"),
    ],
)
def test_a_writable_directory_of_a_runtime_is_told_of(host: str, directory: str) -> None:
    (one,) = read(agent(host)).unknown
    assert one.object == "DaemonSet ops/agent"
    assert one.directory == directory
    assert one.location.source.text[one.location.span.start :].startswith("{name: host, mountPath")


@pytest.mark.parametrize(
    "text",
    [
        agent("/etc/cni/net.d", read_only=True),
        agent("/", read_only=True),
        agent("/etc/cni/net.d/whereabouts.d"),
        agent("/var/lib"),
        agent("/etc/kubernetes"),
        agent("/opt/cni/bin"),
        agent("", volume="emptyDir: {}", path="/etc/cni/net.d"),
        agent("", volume="configMap: {name: x}", path="/etc/cni/net.d"),
    ],
    ids=[
        *("read only", "the root, read only", "below it", "far above", "above another"),
        *("binaries", "emptyDir", "ConfigMap"),
    ],
)
def test_what_cannot_or_would_not_write_there_is_not(text: str) -> None:
    assert read(text).unknown == ()


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "Job"])
def test_what_writes_on_the_nodes_it_happens_to_run_on_is_told_of(kind: str) -> None:
    (one,) = read(agent("/etc/cni/net.d").replace("DaemonSet", kind)).unknown
    assert one.object == f"{kind} ops/agent"


@pytest.mark.parametrize(
    "mounts",
    [
        "[{name: host, mountPath: /x, subPath: cni}]",
        "[{name: host, mountPath: /x, subPath: cni/net.d}]",
        "[{name: host, mountPath: /ro, readOnly: true}, {name: host, mountPath: /rw}]",
    ],
)
@pytest.mark.parametrize("group", ["containers", "initContainers"])
def test_a_part_of_a_volume_and_any_container_counts(mounts: str, group: str) -> None:
    text = (
        agent("/etc").replace("[{name: host", "[]").replace("      containers:", f"      {group}:")
    )
    lines = [line for line in text.splitlines() if "mountPath" not in line]
    at = next(n for n, line in enumerate(lines) if "volumeMounts" in line)
    lines[at] = f"        volumeMounts: {mounts}"
    (one,) = read("\n".join(lines)).unknown
    assert one.directory == "/etc/cni/net.d"


@pytest.mark.parametrize("part", ["kubernetes", "cni/other", "cni/net.d/x"])
def test_another_part_of_a_volume_does_not(part: str) -> None:
    lines = agent("/etc").splitlines()
    at = next(n for n, line in enumerate(lines) if "mountPath" in line)
    lines[at] = f"        - {{name: host, mountPath: /x, subPath: {part}}}"
    assert read("\n".join(lines)).unknown == ()


def test_a_known_product_is_no_unknown_writer() -> None:
    found = read(FLANNEL)
    assert [one.product.id for one in found.installers] == ["flannel"]
    assert found.unknown == ()


def test_it_counts_on_the_nodes_it_runs_on_alone() -> None:
    text = agent("/etc/cni/net.d", pool="a") + FLANNEL
    pinned = text.replace(
        "      containers:\n      - name: install-cni",
        "      nodeSelector: {pool: b}\n      containers:\n      - name: install-cni",
    )
    everywhere, elsewhere = read(text), read(pinned)
    assert [len(elsewhere.wildcards(facts)) for facts in elsewhere.classes] == [0]
    assert everywhere.unknown != ()


def test_where_both_run_the_class_has_a_wildcard() -> None:
    text = agent("/etc/cni/net.d").replace("      nodeSelector: {pool: a}\n", "") + FLANNEL
    found = read(text)
    assert [[one.object for one in found.wildcards(facts)] for facts in found.classes] == [
        ["DaemonSet ops/agent"]
    ]


def test_another_directory_than_the_class_reads_is_no_wildcard_of_it() -> None:
    k3s = "/var/lib/rancher/k3s/agent/etc/cni/net.d"
    text = agent(k3s).replace("      nodeSelector: {pool: a}\n", "") + FLANNEL
    found = read(text)
    assert [found.wildcards(facts) for facts in found.classes] == [[]]
