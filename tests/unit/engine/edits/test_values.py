"""Where a value goes among those that an object gives to a chart or an add-on: where it counts."""

from __future__ import annotations

import textwrap

import pytest

from cnilint.engine.edits.values import set_path
from cnilint.engine.text_edits import text_edits
from cnilint.gitops.delivery import Delivery, deliveries
from cnilint.kube.manifest import ManifestIndex, manifests
from cnilint.kube.values import value_text
from cnilint.model.finding import Applicability, Fix
from cnilint.model.text import Source
from cnilint.model.tree import Document, Value
from cnilint.syntax.compose import compose
from cnilint.syntax.rewrite import CannotEdit, apply

FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: ns}
spec:
  chart: {spec: {chart: c}}
"""
MAPS = """\
  valuesFrom:
    - {kind: ConfigMap, name: first}
    - {kind: ConfigMap, name: second, valuesKey: v}
"""
HELD = """\
---
apiVersion: v1
kind: ConfigMap
metadata: {name: first, namespace: ns}
data:
  values.yaml: |
    a: {b: 1}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: second, namespace: ns}
data: {v: '{"a": {"b": 2}}'}
"""
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: r, namespace: argocd}
spec:
  source:
    repoURL: https://example.test
    chart: c
"""
K3S = """\
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: c, namespace: kube-system}
spec:
  chart: c
"""
CONFIG = """\
---
apiVersion: helm.cattle.io/v1
kind: HelmChartConfig
metadata: {name: c, namespace: kube-system}
spec:
"""
KUSTOMIZE = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
helmCharts:
  - name: c
"""
EKSCTL = """\
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c}
addons:
  - name: c
"""
ACK = """\
apiVersion: eks.services.k8s.aws/v1alpha1
kind: Addon
metadata: {name: c}
spec:
  name: c
"""
CROSSPLANE = """\
apiVersion: eks.aws.upbound.io/v1beta1
kind: Addon
metadata: {name: c}
spec:
  forProvider:
    addonName: c
"""


def helm(text: str) -> str:
    return "    helm:\n" + textwrap.indent(text, "      ")


def delivery(text: str) -> Delivery:
    """Return the only delivery of a text."""
    found = [
        manifest
        for document in compose(Source("x.yaml", text))
        if isinstance(document, Document)
        for manifest in manifests(document)
    ]
    index = ManifestIndex(found)
    (one,) = (each for manifest in found for each in deliveries(manifest, index))
    return one


def after(text: str, path: str = "a.b", value: Value = False) -> str | None:
    """Return a text with a value set; None where there is no edit, the reason where it fails."""
    edits = set_path(delivery(text), path, value)
    if not edits:
        return None
    made = text_edits(Fix("", Applicability.SAFE, edits))
    return made.reason if isinstance(made, CannotEdit) else apply(text, made["x.yaml"])


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        # nothing is given yet
        (FLUX, "c}}\n", "c}}\n  values:\n    a:\n      b: false\n"),
        (
            ARGO,
            "chart: c\n",
            "chart: c\n    helm:\n      valuesObject:\n        a:\n          b: false\n",
        ),
        (K3S, "chart: c\n", "chart: c\n  valuesContent: |-\n    a:\n      b: false\n"),
        (KUSTOMIZE, "name: c\n", "name: c\n    valuesInline:\n      a:\n        b: false\n"),
        (
            EKSCTL,
            "  - name: c\n",
            '  - name: c\n    configurationValues: \'{"a": {"b": false}}\'\n',
        ),
        (ACK, "  name: c\n", '  name: c\n  configurationValues: \'{"a": {"b": false}}\'\n'),
        (
            CROSSPLANE,
            "addonName: c\n",
            'addonName: c\n    configurationValues: \'{"a": {"b": false}}\'\n',
        ),
        # what is given is changed where it stands
        (f"{FLUX}  values: {{a: {{b: true}}}}\n", "{b: true}", "{b: false}"),
        (FLUX + MAPS + HELD, '{"b": 2}', '{"b": false}'),
        (ARGO + helm("valuesObject: {a: {b: 1}}\n"), "{b: 1}", "{b: false}"),
        (ARGO + helm("values: |\n  a:\n    b: 1\n"), "b: 1", "b: false"),
        (ARGO + helm('parameters: [{name: a.b, value: "true"}]\n'), '"true"', '"false"'),
        (f"{K3S}  valuesContent: 'a: {{b: 1}}'\n", "b: 1", "b: false"),
        (f'{K3S}  set: {{a.b: "1"}}\n', '"1"', '"false"'),
        (f"{KUSTOMIZE}    valuesInline: {{a: {{b: 1}}}}\n", "b: 1", "b: false"),
        (f'{EKSCTL}    configurationValues: "{{\\"a\\": {{\\"b\\": 1}}}}"\n', ": 1", ": false"),
        (f"{EKSCTL}    configurationValues: |\n      a:\n        b: 1\n", "b: 1", "b: false"),
        # what is laid over it is where it counts
        (
            f"{FLUX}{MAPS}  values: {{z: 1}}\n{HELD}".replace('"b"', '"c"').replace("b: 1", "c: 1"),
            "{z: 1}",
            "{z: 1, a: {b: false}}",
        ),
        (
            f"{K3S}  valuesContent: |\n    z: 1\n{CONFIG}  valuesContent: |\n    y: 1\n",
            "    y: 1\n",
            "    y: 1\n    a:\n      b: false\n",
        ),
        (
            f"{K3S}  valuesContent: |\n    a: {{b: 1}}\n{CONFIG}  valuesContent: |\n    y: 1\n",
            "{b: 1}",
            "{b: false}",
        ),
        (
            ARGO + helm("values: |\n  z: 1\nparameters: [{name: z, value: x}]\n"),
            "  z: 1\n",
            "  z: 1\n        a:\n          b: false\n",
        ),
        # an object takes the place of the string as a whole
        (
            ARGO + helm("values: |\n  a: {b: 1}\nvaluesObject: {z: 1}\n"),
            "{z: 1}",
            "{z: 1, a: {b: false}}",
        ),
        # an empty place
        (f"{FLUX}  values:\n", "values:\n", "values:\n    a:\n      b: false\n"),
        (f"{FLUX}  values: {{}}\n", "values: {}\n", "values:\n    a:\n      b: false\n"),
        (f'{K3S}  valuesContent: ""\n', '""', "|-\n    a:\n      b: false"),
        (
            f"{KUSTOMIZE}    valuesFile: v.yaml\n",
            "v.yaml\n",
            "v.yaml\n    valuesInline:\n      a:\n        b: false\n",
        ),
    ],
)
def test_a_value_goes_where_it_counts(text: str, old: str, new: str) -> None:
    assert text.count(old) == 1
    found = after(text)
    assert found is not None
    lines = [line for line in found.splitlines() if line not in text.splitlines()]
    assert found == text.replace(old, new), lines
    read = value_text(delivery(found).values, "a.b")
    assert read is not None
    assert read.value == "false"
    span = read.location.span
    assert found[span.start : span.end].strip("'\"\\") == "false"
    assert after(found) == found


@pytest.mark.parametrize(
    "text",
    [
        ARGO + helm("values: 'a: ['\n"),
        ARGO + helm("values: |\n  {{ if .x }}\n  a: 1\n  {{ end }}\n"),
        f"{K3S}  valuesContent: |\n    a: [\n",
        f"{KUSTOMIZE}    valuesFile: v.yaml\n    valuesMerge: merge\n",
        f"{KUSTOMIZE}    valuesFile: v.yaml\n    valuesMerge: replace\n",
        f"{KUSTOMIZE}    additionalValuesFiles: [v.yaml]\n",
        f"{EKSCTL}    configurationValues: '{{'\n",
    ],
)
def test_where_it_cannot_be_told_what_counts_nothing_is_set(text: str) -> None:
    assert after(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{FLUX}  values: text\n", "no place"),
        (f"{K3S}  valuesContent: >\n    z: 1\n", "folded"),
        (ARGO + helm("values: |\n  a: &x {c: 1}\n  d: *x\n"), "shared"),
        (ARGO + helm("values: |\n  a: {b: '{{.x}}'}\n"), "template"),
    ],
)
def test_a_place_that_cannot_be_edited_says_why(text: str, reason: str) -> None:
    found = after(text)
    assert found is not None
    assert reason in found


def test_a_list_cannot_be_given_by_name() -> None:
    text = ARGO + helm("parameters: [{name: a.b, value: x}]\n")
    assert after(text, value=["x"]) is None
