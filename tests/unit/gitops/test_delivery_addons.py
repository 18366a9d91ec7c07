"""EKS add-ons, in each object that can ask for one; and objects of any shape, of every kind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.kube.values import value_text
from tests.unit.gitops.deliveries import delivered, value

ADDONS = [
    (
        "eksctl.io/v1alpha5",
        "ClusterConfig",
        {"addons": [{"name": "x"}, {"name": "vpc-cni", "version": "1.2", "VALUES": ""}]},
        "configurationValues",
        ("addons", 1, "name"),
    ),
    (
        "controlplane.cluster.x-k8s.io/v1beta2",
        "AWSManagedControlPlane",
        {"spec": {"addons": [{"name": "vpc-cni", "version": "1.2", "VALUES": ""}]}},
        "configuration",
        ("spec", "addons", 0, "name"),
    ),
    (
        "eks.services.k8s.aws/v1alpha1",
        "Addon",
        {"spec": {"name": "vpc-cni", "addonVersion": "1.2", "VALUES": ""}},
        "configurationValues",
        ("spec", "name"),
    ),
    *(
        (
            version,
            "Addon",
            {
                "spec": {
                    "forProvider": {"addonName": "vpc-cni", "addonVersion": "1.2", "VALUES": ""}
                }
            },
            "configurationValues",
            ("spec", "forProvider", "addonName"),
        )
        for version in (
            "eks.aws.crossplane.io/v1alpha1",
            "eks.aws.upbound.io/v1beta1",
            "eks.aws.m.upbound.io/v1beta1",
        )
    ),
]


@pytest.mark.parametrize(("version", "kind", "body", "key", "place"), ADDONS)
@pytest.mark.parametrize("text", ['{"env": {"A": "b"}}', "env:\n  A: b\n"])
def test_an_add_on_has_its_values_in_a_string(
    version: str, kind: str, body: object, key: str, place: tuple[str | int, ...], text: str
) -> None:
    filled = json.dumps(body).replace('"VALUES": ""', f"{json.dumps(key)}: {json.dumps(text)}")
    document = {"apiVersion": version, "kind": kind, "metadata": {"name": "a"}}
    found = delivered(json.dumps(document | json.loads(filled)))
    (one,) = [each for each in found if each.name == "vpc-cni"]
    assert (one.kind, one.version, value(one, "env.A")) == ("addon", "1.2", "b")
    assert one.place.route == place


SHAPES = [
    json.loads(json.dumps(part))
    for part in (
        {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease"},
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"},
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet"},
        {"apiVersion": "helm.cattle.io/v1", "kind": "HelmChart"},
        {"apiVersion": "helm.cattle.io/v1", "kind": "HelmChartConfig"},
        {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"},
        {"apiVersion": "eksctl.io/v1alpha5", "kind": "ClusterConfig"},
        {"apiVersion": "eks.aws.upbound.io/v1beta1", "kind": "Addon"},
        {"apiVersion": "controlplane.cluster.x-k8s.io/v1beta2", "kind": "AWSManagedControlPlane"},
    )
]
KEYS = (
    *("spec", "chart", "chartRef", "sourceRef", "kind", "name", "namespace", "version", "values"),
    *("valuesFrom", "valuesKey", "targetPath", "source", "sources", "helm", "valuesObject"),
    *("parameters", "template", "repoURL", "valuesContent", "set", "helmCharts", "valuesInline"),
    *("addons", "forProvider", "addonName", "configurationValues", "configuration", "url", "ref"),
)
wrong = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "a", "{", "a: b", "- x"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(SHAPES), st.dictionaries(st.sampled_from(KEYS), wrong))),
)
def test_whatever_an_object_holds_it_is_read_or_passed_over(
    parts: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    text = "\n---\n".join(json.dumps(body | shape) for shape, body in parts)
    for one in delivered(text):
        assert one.name
        assert one.kind in ("release", "addon")
        found = [value_text(one.values, path) for path in ("name", "a", "values.name")]
        for place in (one.place, *one.unread, *(text.location for text in found if text)):
            assert 0 <= place.span.start <= place.span.end <= len(text)
