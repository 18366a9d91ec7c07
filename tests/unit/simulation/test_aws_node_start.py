"""aws-node in the simulation: where it ends or waits at every start, its file never comes."""

from __future__ import annotations

import pytest

from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import inputs
from cnilint.model.text import Source

OWNED = ["10-aws.conflist"]
NEVER: list[str] = []


@pytest.mark.parametrize(
    ("version", "variables", "owners"),
    [
        # the entrypoint ends
        ("v1.19.2", {"ENABLE_IPv4": "true", "ENABLE_PREFIX_DELEGATION": "true"}, NEVER),
        # ipamd ends, and the entrypoint waits for it
        ("v1.19.2", {"WARM_ENI_TARGET": "1"}, NEVER),
        ("v1.12.0", {"WARM_ENI_TARGET": "1"}, NEVER),
        # ipamd ends, and the entrypoint does not wait
        ("v1.12.1", {"WARM_ENI_TARGET": "1"}, OWNED),
        ("v1.12.6", {"WARM_ENI_TARGET": "1"}, OWNED),
        # families are newer
        ("v1.9.3", {"WARM_ENI_TARGET": "1"}, OWNED),
        ("v1.19.2", {"ENABLE_IPv4": "true"}, OWNED),
        # nothing is said of variables, or not what they are
        ("v1.19.2", {}, OWNED),
        ("v1.19.2", {"ENABLE_IPv4": "${IPV4}"}, OWNED),
        ("stable", {"WARM_ENI_TARGET": "1"}, OWNED),
    ],
)
def test_a_file_comes_where_a_start_writes_it(
    version: str, variables: dict[str, str], owners: list[str]
) -> None:
    given = "".join(f'\n        - {{name: {k}, value: "{v}"}}' for k, v in variables.items())
    environment = f"\n        env:{given}" if given else ""
    manifest = f"""\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: aws-node, namespace: kube-system}}
spec:
  selector: {{matchLabels: {{k8s-app: aws-node}}}}
  template:
    metadata: {{labels: {{k8s-app: aws-node}}}}
    spec:
      containers:
      - name: aws-node
        image: registry.example/amazon-k8s-cni:{version}{environment}
        volumeMounts:
        - {{name: conf, mountPath: /host/etc/cni/net.d}}
      volumes:
      - {{name: conf, hostPath: {{path: /etc/cni/net.d}}}}
"""
    (cluster,) = evaluate(inputs([Source("aws-node.yaml", manifest)])).clusters
    (facts,) = cluster.classes
    assert facts.delegates == owners
