"""Helmfiles: read as far as they are plain YAML, and a source not read where they are not."""

from __future__ import annotations

import pytest

from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import inputs
from cnilint.engine.relevance import Relevance
from cnilint.engine.result import Result
from cnilint.engine.sources import deciding
from cnilint.gitops.graph import UnreadReason
from cnilint.model.text import Source
from cnilint.model.verdict import VerdictKind
from tests.clusters import VPC

CILIUM = """\
releases:
  - name: cilium
    namespace: kube-system
    chart: cilium/cilium
    version: 1.16.1
"""
TEMPLATE = CILIUM + "    values:\n      - cluster: {name: {{ .Environment.Name }}}\n"

FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""


def result(files: dict[str, str]) -> Result:
    sources = [Source(path, text) for path, text in files.items()]
    return evaluate(inputs(sources, sieve=Relevance()))


def kinds(found: Result) -> list[VerdictKind]:
    return [facts.verdict.kind for one in found.clusters for facts in one.classes]


@pytest.mark.parametrize(
    "path", ["helmfile.yaml", "helmfile.yaml.gotmpl", "a/helmfile.d/10-cni.yaml.gotmpl"]
)
def test_a_helmfile_without_templates_is_read_whatever_its_name(path: str) -> None:
    found = result({path: CILIUM})
    assert [one.product.id for one in found.clusters[0].installers] == ["cilium"]
    assert kinds(found) == [VerdictKind.DETERMINISTIC]


@pytest.mark.parametrize(
    "path", ["helmfile.yaml", "helmfile.yaml.gotmpl", "a/helmfile.d/10-cni.yaml.gotmpl"]
)
def test_a_helmfile_that_is_a_template_is_a_source_that_decides(path: str) -> None:
    found = result({"aws-node.yaml": VPC, path: TEMPLATE})
    (one,) = found.layout.clusters
    assert [(each.reason, each.target) for each in one.not_read] == [
        (UnreadReason.HELMFILE_NOT_RENDERED, path)
    ]
    assert deciding(one) == (path,)
    assert kinds(found) == [VerdictKind.UNDECIDED]
    told = "a helmfile whose templates were not filled in is not read: " + path
    assert [note.message for note in found.notes] == [told]
    assert kinds(result({"aws-node.yaml": VPC})) == [VerdictKind.DETERMINISTIC]


def test_a_template_alone_is_a_cluster_of_which_nothing_is_known() -> None:
    found = result({"helmfile.yaml.gotmpl": TEMPLATE})
    assert [len(one.not_read) for one in found.layout.clusters] == [1]
    assert [finding.rule for finding in found.findings] == ["CNI905"]


def test_a_template_is_of_the_cluster_in_whose_folder_it_lies() -> None:
    files = {
        "eu/aws-node.yaml": VPC,
        "us/aws-node.yaml": VPC,
        "us/helmfile.d/10-cni.yaml.gotmpl": TEMPLATE,
    }
    found = result(files)
    unread = {one.name: [each.target for each in one.not_read] for one in found.layout.clusters}
    assert unread == {"eu": [], "us": ["us/helmfile.d/10-cni.yaml.gotmpl"]}


@pytest.mark.parametrize(
    ("name", "unread"),
    [
        ('"{{ .Values.chart }}"', True),
        ('"cilium/{{ .Values.chart }}"', True),
        ('"{{ .Values.repository }}/prometheus"', False),
    ],
)
def test_a_chart_whose_name_is_an_action_may_be_a_cni(name: str, unread: bool) -> None:
    helmfile = f"releases:\n  - name: one\n    chart: {name}\n"
    found = result({"aws-node.yaml": VPC, "helmfile.yaml.gotmpl": helmfile})
    assert bool(found.layout.clusters[0].not_read) is unread
    assert kinds(found) == [VerdictKind.UNDECIDED if unread else VerdictKind.DETERMINISTIC]


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ('installed: "{{ .Values.cilium.enabled }}"', VerdictKind.UNDECIDED),
        ("condition: cilium.enabled", VerdictKind.UNDECIDED),
        ('values: [{cni: {exclusive: "{{ .Values.exclusive }}"}}]', VerdictKind.UNDECIDED),
        ('set: [{name: cni.exclusive, value: "{{ .Values.exclusive }}"}]', VerdictKind.UNDECIDED),
        ('kubeContext: "{{ .Environment.Name }}"', VerdictKind.DETERMINISTIC),
        ("values: [{cni: {exclusive: true}}]", VerdictKind.DETERMINISTIC),
    ],
)
def test_what_only_helmfile_fills_in_is_not_known_of_a_release(
    more: str, kind: VerdictKind
) -> None:
    assert kinds(result({"helmfile.yaml.gotmpl": f"{CILIUM}    {more}\n"})) == [kind]


def test_where_flux_says_what_is_applied_a_template_is_told_of_and_changes_nothing() -> None:
    files = {"clusters/eu/apps.yaml": FLUX, "apps/aws-node.yaml": VPC}
    found = result({**files, "bootstrap/helmfile.yaml.gotmpl": TEMPLATE})
    assert kinds(found) == [VerdictKind.DETERMINISTIC]
    (note,) = found.notes
    assert "check the output of `helmfile template`" in note.message
