"""What is not known of aws-node is no error and has no safe fix, whichever release it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import inputs
from cnilint.model.finding import Applicability, Finding, Level
from cnilint.model.text import Source
from cnilint.model.verdict import VerdictKind
from cnilint.run import lint
from cnilint.upstream.aws_vpc_cni.variables import VARIABLES

RELEASES = (
    *("v1.7.10", "v1.9.3", "v1.11.4", "v1.12.5", "v1.13.4", "v1.15.5", "v1.17.1", "v1.19.2"),
    *("v1.19.6", "v1.20.3", "v1.23.1"),
)
NAMES = sorted({known.name for known in VARIABLES} | {"DISABLE_TCP_EARLY_DEMUX"})
AGENTS = {"v1.19.2": "v1.1.6", "v1.19.6": "v1.2.2", "v1.20.3": "v1.2.6", "v1.23.1": "v1.4.2"}


def manifest(tag: str, entry: str, *, agent: bool = True) -> str:
    entries = "".join(f"\n        - {entry.replace('NAME', name)}" for name in NAMES)
    beside = f"""
      - name: aws-eks-nodeagent
        image: registry.example/aws-network-policy-agent:{AGENTS.get(tag, "v1.0.0")}
        args: [--enable-ipv6=false, --enable-network-policy=false]"""
    return f"""\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: aws-node, namespace: kube-system}}
spec:
  selector: {{matchLabels: {{k8s-app: aws-node}}}}
  template:
    metadata: {{labels: {{k8s-app: aws-node}}}}
    spec:
      initContainers:
      - name: aws-vpc-cni-init
        image: registry.example/amazon-k8s-cni-init:{tag}
        env:{entries}
      containers:
      - name: aws-node
        image: registry.example/amazon-k8s-cni:{tag}
        env:{entries}
        volumeMounts:
        - {{name: conf, mountPath: /host/etc/cni/net.d}}
        - {{name: bin, mountPath: /host/opt/cni/bin}}
        - {{name: run, mountPath: /var/run/aws-node}}{beside if agent and tag in AGENTS else ""}
      volumes:
      - {{name: conf, hostPath: {{path: /etc/cni/net.d}}}}
      - {{name: bin, hostPath: {{path: /opt/cni/bin}}}}
      - {{name: run, hostPath: {{path: /var/run/aws-node}}}}
"""


def findings(text: str) -> list[Finding]:
    result = evaluate(inputs([Source("aws-node.yaml", text)]))
    return [one for one in result.findings if one.rule.startswith("CNI4")]


@pytest.mark.parametrize("tag", RELEASES)
@pytest.mark.parametrize(
    "entry",
    [
        "{name: NAME, value: '${LATER}'}",
        "{name: NAME, valueFrom: {secretKeyRef: {name: s, key: k}}}",
        "{name: NAME, valueFrom: {configMapKeyRef: {name: elsewhere, key: k}}}",
    ],
)
def test_values_that_are_not_known_lead_to_nothing(tag: str, entry: str) -> None:
    assert findings(manifest(tag, entry)) == []


@pytest.mark.parametrize("value", ["", "yes", "true", "false", "0", " 1", '"', "strict"])
def test_without_a_release_there_is_no_error_and_no_safe_fix(value: str) -> None:
    entry = "{name: NAME, value: '" + value + "'}"
    named = findings(manifest("v1.23.1", entry, agent=False))
    unnamed = findings(manifest("stable", entry, agent=False))
    assert named
    assert all(one.level < Level.ERROR for one in unnamed)
    grades = [fix.applicability for one in unnamed for fix in one.fixes]
    assert all(grade < Applicability.SAFE for grade in grades)


@pytest.mark.parametrize(
    ("tag", "kind", "owners"),
    [
        # ipamd refuses them before a file is written, or although it was written by then
        ("v1.12.0", VerdictKind.NEVER_READY, ()),
        ("v1.12.1", VerdictKind.NEVER_READY, ("10-aws.conflist",)),
        ("v1.12.6", VerdictKind.NEVER_READY, ("10-aws.conflist",)),
        ("v1.13.4", VerdictKind.NEVER_READY, ()),
        ("v1.9.3", VerdictKind.DETERMINISTIC, ("10-aws.conflist",)),
    ],
)
def test_a_file_that_is_there_does_not_make_up_for_refused_settings(
    tag: str, kind: VerdictKind, owners: tuple[str, ...]
) -> None:
    text = manifest(tag, "{name: AWS_VPC_K8S_CNI_EXTERNALSNAT, value: 'false'}")
    result = evaluate(inputs([Source("aws-node.yaml", text)]))
    verdict = result.clusters[0].classes[0].verdict
    assert (verdict.kind, verdict.owners) == (kind, owners)
    assert "CNI120" not in {one.rule for one in result.findings}


PROBED = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: aws-node, namespace: kube-system}
spec:
  template:
    spec:
      containers:
      - name: aws-node
        image: registry.example/amazon-k8s-cni:v1.23.0
        env: [{name: ENABLE_IPv4, value: "true"}]
        livenessProbe:
          exec: {command: [/app/grpc-health-probe, "-addr=unix:///var/run/aws-node/ipamd.sock"]}
        volumeMounts: [{name: conf, mountPath: /host/etc/cni/net.d}]
      volumes: [{name: conf, hostPath: {path: /etc/cni/net.d}}]
"""
OLDER = """\
resources: [aws-node.yaml]
images:
- name: registry.example/amazon-k8s-cni
  newTag: v1.18.0
"""


def test_a_release_that_is_named_elsewhere_than_the_probes_is_shown(tmp_path: Path) -> None:
    (tmp_path / "aws-node.yaml").write_text(PROBED, encoding="utf-8")
    (tmp_path / "kustomization.yaml").write_text(OLDER, encoding="utf-8")
    (found,) = [one for one in lint(tmp_path).findings if one.rule == "CNI401"]
    assert found.location.source.path.endswith("aws-node.yaml")
    (place,) = [one.location for one in found.related]
    assert place.source.path.endswith("kustomization.yaml")
    assert place.source.text[place.span.start : place.span.end] == "v1.18.0"
