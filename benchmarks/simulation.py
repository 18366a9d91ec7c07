"""How long it takes to play every order through: 12 installers on 4 classes of nodes.

Prints the median of several runs, and the ratio to composing the manifests they come from, which
is what any linter has to do first. Uses the standard library alone.
"""

from __future__ import annotations

import argparse
import statistics
import time

from cnilint.kube.manifest import Manifest, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.simulation.cluster import cluster
from cnilint.syntax.compose import compose

CLASSES = ("a", "b", "c", "d")
INSTALLERS = 12

WRITER = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: cni-{number}, namespace: kube-system}}
spec:
  template:
    spec:
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
            - matchExpressions:
              - {{key: pool, operator: In, values: [{pools}]}}
      containers:
      - name: install-cni
        image: docker.io/calico/cni:v3.28.0
        command: [/opt/cni/bin/install]
        env:
        - {{name: CNI_CONF_NAME, value: {number:02}-cni.conflist}}
        - {{name: CNI_OLD_CONF_NAME, value: {number:02}-cni.conflist}}
        volumeMounts:
        - {{name: cni, mountPath: /host/etc/cni/net.d}}
      volumes:
      - {{name: cni, hostPath: {{path: /etc/cni/net.d}}}}
"""

MULTUS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: multus-daemon-config, namespace: kube-system}
data:
  daemon-config.json: |
    {"cniVersion": "0.3.1", "multusConfigFile": "auto",
     "cniConfigDir": "/host/etc/cni/net.d", "multusAutoconfigDir": "/host/etc/cni/net.d"}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-multus-ds, namespace: kube-system}
spec:
  template:
    spec:
      containers:
      - name: kube-multus
        image: ghcr.io/k8snetworkplumbingwg/multus-cni:v4.1.4-thick
        command: [/usr/src/multus-cni/bin/multus-daemon]
        volumeMounts:
        - {name: cni, mountPath: /host/etc/cni/net.d}
        - {name: daemon, mountPath: /etc/cni/net.d/multus.d}
      volumes:
      - {name: cni, hostPath: {path: /etc/cni/net.d}}
      - {name: daemon, configMap: {name: multus-daemon-config}}
"""


def text() -> str:
    """Return manifests of 12 installers, of which each class of nodes runs five or six."""
    writers = []
    for number in range(INSTALLERS - 1):
        pools = [CLASSES[(number + step) % len(CLASSES)] for step in range(1 + number % 2)]
        writers.append(WRITER.format(number=number, pools=", ".join(pools)))
    return "---".join([*writers, MULTUS])


def read(source: Source) -> list[Manifest]:
    """Return the objects of a text."""
    documents = (one for one in compose(source) if isinstance(one, Document))
    return [manifest for document in documents for manifest in manifests(document)]


def timed(runs: int) -> tuple[list[float], list[float], str]:
    """Return the seconds of each reading and each simulation, taken in turn, and what came out."""
    source = Source("cluster.yaml", text())
    reading, simulating = [], []
    shown = ""
    for _run in range(runs):
        start = time.perf_counter()
        found = read(source)
        middle = time.perf_counter()
        facts = cluster("benchmark", found)
        end = time.perf_counter()
        reading.append(middle - start)
        simulating.append(end - middle)
        outcomes = sum(len(one.outcomes) for one in facts.classes)
        shown = (
            f"{len(facts.installers)} installers, {len(facts.classes)} classes, {outcomes} outcomes"
        )
    return reading, simulating, shown


def main() -> None:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    reading, simulating, shown = timed(parser.parse_args().runs)
    read_median, simulate_median = statistics.median(reading), statistics.median(simulating)
    print(shown)
    print(f"read       {read_median * 1000:8.1f} ms")
    print(f"simulate   {simulate_median * 1000:8.1f} ms")
    print(f"ratio      {simulate_median / read_median:8.1f}")


if __name__ == "__main__":
    main()
