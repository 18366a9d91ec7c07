"""Small clusters of our own, and findings in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cnilint.engine.result import Result
from cnilint.kube.manifest import manifests
from cnilint.model.finding import Finding, Level, Location, Note
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document
from cnilint.simulation.cluster import Cluster, cluster
from cnilint.syntax.compose import compose

MULTUS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: multus, namespace: net}
data:
  daemon-config.json: |
    {
      "cniVersion": "0.3.1",
      "cniConfigDir": "/host/etc/cni/net.d",
      "multusAutoconfigDir": "/host/etc/cni/net.d",
      "multusConfigFile": "auto"
    }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: multus, namespace: net}
spec:
  template:
    spec:
      containers:
        - name: multus
          image: registry.test/multus-cni:v4.1.4-thick
          command: [/bin/multus-daemon]
          volumeMounts:
            - {name: cni, mountPath: /host/etc/cni/net.d}
            - {name: settings, mountPath: /etc/cni/net.d/multus.d}
      volumes:
        - {name: cni, hostPath: {path: /etc/cni/net.d}}
        - {name: settings, configMap: {name: multus}}
"""

AWS = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: aws-node, namespace: net}
spec:
  template:
    spec:
      containers:
        - name: aws-node
          image: registry.test/amazon-k8s-cni:v1.19.0
          volumeMounts:
            - {name: cni, mountPath: /host/etc/cni/net.d}
      volumes:
        - {name: cni, hostPath: {path: /etc/cni/net.d}}
"""

ISTIO = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: istio, namespace: mesh}
spec:
  template:
    spec:
      containers:
        - name: install-cni
          image: registry.test/istio/install-cni:1.24.0
          env:
            - {name: CHAINED_CNI_PLUGIN, value: "false"}
            - {name: CNI_CONF_NAME, value: 02-istio.conf}
          volumeMounts:
            - {name: cni, mountPath: /host/etc/cni/net.d}
      volumes:
        - {name: cni, hostPath: {path: /etc/cni/net.d}}
"""

NOTHING = "apiVersion: v1\nkind: Namespace\nmetadata: {name: net}\n"

TEXTS = {"multus": MULTUS, "aws": AWS, "istio": ISTIO, "nothing": NOTHING}

Read = Callable[..., Cluster]


@pytest.fixture
def read() -> Read:
    """Return the cluster that some of the manifests above make."""

    def read(*names: str, called: str = "default") -> Cluster:
        sources = [Source(f"{name}.yaml", TEXTS[name]) for name in names]
        documents = [d for source in sources for d in compose(source) if isinstance(d, Document)]
        found = [manifest for document in documents for manifest in manifests(document)]
        return cluster(called, found)

    return read


@pytest.fixture
def find() -> Callable[..., Finding]:
    """Return a finding that marks the first place of a text in one of the manifests above."""

    def find(name: str, marked: str, **more: object) -> Finding:
        source = Source(f"{name}.yaml", TEXTS[name])
        at = source.text.index(marked)
        fields: dict[str, object] = {
            "rule": "CNI101",
            "name": "a-race",
            "level": Level.ERROR,
            "message": "Multus takes whichever network comes first",
            "location": Location(source, Span(at, at + len(marked)), object="ConfigMap net/multus"),
        }
        return Finding(**(fields | more))  # type: ignore[arg-type]

    return find


@pytest.fixture
def told() -> Callable[..., Result]:
    """Return a result of clusters and findings, read from one source a cluster."""

    def told(
        *clusters: Cluster, findings: tuple[Finding, ...] = (), notes: tuple[Note, ...] = ()
    ) -> Result:
        documents = sum(len(each.manifests) for each in clusters)
        return Result(findings, notes, clusters, len(clusters), documents)

    return told
