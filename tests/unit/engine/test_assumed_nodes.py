"""Findings on nodes of which nothing shows that there are any."""

from __future__ import annotations

import pytest

from cnilint.engine.assumed_nodes import on_assumed_nodes
from cnilint.engine.evaluate import Described, Surroundings, evaluate
from cnilint.engine.inputs import inputs
from cnilint.engine.relevance import Relevance
from cnilint.engine.sentences import ASSUMED_NODES
from cnilint.model.finding import Finding, Level
from cnilint.model.text import Source
from cnilint.simulation.cluster import Circumstances
from cnilint.simulation.shown_nodes import is_shown
from cnilint.start import replace

CILIUM = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cilium, namespace: kube-system}
spec:
  chart: {spec: {chart: cilium, version: 1.16.1}}
  values: {cni: {exclusive: false, confPath: /etc/cni/multus/net.d}}
"""


def multus(architecture: str, selector: str = "") -> str:
    """Return Multus for nodes of one architecture, which looks where Cilium writes."""
    selector = selector or f"nodeSelector: {{kubernetes.io/arch: {architecture}}}"
    return f"""\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: kube-multus-ds-{architecture}, namespace: kube-system}}
spec:
  selector: {{matchLabels: {{name: multus}}}}
  template:
    metadata: {{labels: {{name: multus}}}}
    spec:
      {selector}
      containers:
        - name: kube-multus
          image: ghcr.io/k8snetworkplumbingwg/multus-cni:v3.9.3
          command: [/entrypoint.sh]
          args:
            - --multus-conf-file=auto
            - --multus-autoconfig-dir=/host/etc/cni/multus/net.d
          volumeMounts:
            - {{name: cni, mountPath: /host/etc/cni/net.d}}
            - {{name: masters, mountPath: /host/etc/cni/multus/net.d}}
      volumes:
        - {{name: cni, hostPath: {{path: /etc/cni/net.d}}}}
        - {{name: masters, hostPath: {{path: /etc/cni/multus/net.d}}}}
"""


def asking(selector: str) -> str:
    """Return a workload that asks for nodes."""
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{{selector}, containers: [{{name: web, image: web}}]}}
"""


def affinity(values: str) -> str:
    return (
        "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        "{nodeSelectorTerms: [{matchExpressions: "
        f"[{{key: kubernetes.io/arch, operator: In, values: {values}}}]}}]}}}}}}"
    )


def pool(operator: str) -> str:
    return f"""\
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {{name: arm}}
spec:
  template:
    spec:
      requirements:
        - {{key: kubernetes.io/arch, operator: {operator}, values: [arm64]}}
"""


def never_ready(*texts: str, known: Circumstances | None = None) -> Finding:
    """Return what is said of the nodes on which nothing gives pods a network."""
    sources = [Source(f"{at}.yaml", text) for at, text in enumerate((CILIUM, *texts))]
    around = Surroundings()
    if known is not None:
        around = Surroundings(clusters={"default": Described((), known)})
    found = evaluate(inputs(sources, sieve=Relevance()), around)
    (one,) = [each for each in found.findings if each.rule == "CNI120"]
    assert (ASSUMED_NODES in one.details) is (one.level is Level.WARNING)
    return one


@pytest.mark.parametrize(
    "more",
    ["", asking(affinity("[amd64, arm64]")), pool("NotIn"), asking("nodeSelector: {disk: ssd}")],
)
def test_an_architecture_that_a_manifest_leaves_out_makes_no_error(more: str) -> None:
    found = never_ready(multus("amd64"), *filter(None, [more]))
    assert "on arm64 nodes" in found.message
    assert found.level is Level.WARNING


@pytest.mark.parametrize(
    "more",
    [
        asking("nodeSelector: {kubernetes.io/arch: arm64}"),
        asking(affinity("[arm64]")),
        pool("In"),
    ],
)
def test_nodes_that_something_else_asks_for_are_there(more: str) -> None:
    assert never_ready(multus("amd64"), more).level is Level.ERROR


def test_the_settings_say_which_nodes_there_are() -> None:
    known = Circumstances(node_classes=("amd64", "arm64"))
    assert never_ready(multus("amd64"), known=known).level is Level.ERROR


def test_where_all_is_for_another_architecture_the_usual_one_is_assumed() -> None:
    found = never_ready(multus("arm64"))
    assert "on amd64 nodes" in found.message
    assert found.level is Level.WARNING


def test_nodes_that_any_other_label_tells_apart_are_there() -> None:
    assert never_ready(multus("amd64", "nodeSelector: {multus: 'true'}")).level is Level.ERROR


def test_of_a_finding_on_several_classes_one_that_is_there_is_enough() -> None:
    sources = [Source("0.yaml", CILIUM), Source("1.yaml", multus("amd64"))]
    found = evaluate(inputs(sources))
    (cluster,) = found.clusters
    shown = {facts.name: is_shown(cluster, facts) for facts in cluster.classes}
    assert shown == {"amd64 nodes": True, "arm64 nodes": False}
    (told,) = [one for one in found.findings if one.rule == "CNI120"]
    error = replace(told, level=Level.ERROR, details=())
    assert on_assumed_nodes(error, cluster.classes, cluster) is error
    assert on_assumed_nodes(error, cluster.classes[1:], cluster) == told
    assert on_assumed_nodes(error, (), cluster) is error
