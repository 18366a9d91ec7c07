"""Which annotations are those of pods, in which namespace, and where a fault of them lies."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.kube.manifest import ManifestIndex
from cnilint.multus.network_objects import KEYS
from cnilint.multus.network_requests import NetworkRequest, network_requests
from cnilint.upstream.multus_keys import DEFAULT_NETWORK, NETWORKS
from cnilint.upstream.multus_networks import networks
from cnilint.upstream.multus_outcome import FaultHolder, FaultPlace
from tests.unit.simulation.actors import read

ANNOTATED = f'metadata: {{annotations: {{"{NETWORKS}": lan}}}}'


def requests(text: str) -> list[NetworkRequest]:
    found = read(text)
    return list(network_requests(found, ManifestIndex(found)))


def head(kind: str, group: str, rest: str, namespace: str = "shop") -> str:
    of = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: {group}\nkind: {kind}\nmetadata: {{name: x{of}}}\n{rest}"


@pytest.mark.parametrize(
    ("kind", "group", "spec"),
    [
        ("Deployment", "apps/v1", f"template: {{{ANNOTATED}}}"),
        ("StatefulSet", "apps/v1", f"template: {{{ANNOTATED}}}"),
        ("DaemonSet", "apps/v1", f"template: {{{ANNOTATED}}}"),
        ("Job", "batch/v1", f"template: {{{ANNOTATED}}}"),
        ("CronJob", "batch/v1", f"jobTemplate: {{spec: {{template: {{{ANNOTATED}}}}}}}"),
        ("Rollout", "argoproj.io/v1alpha1", f"template: {{{ANNOTATED}}}"),
        ("Service", "serving.knative.dev/v1", f"template: {{{ANNOTATED}}}"),
        ("VirtualMachine", "kubevirt.io/v1", f"template: {{{ANNOTATED}}}"),
        (
            "JobSet",
            "jobset.x-k8s.io/v1",
            f"replicatedJobs: [{{template: {{spec: {{{ANNOTATED}}}}}}}]",
        ),
        (
            "HelmRelease",
            "helm.toolkit.fluxcd.io/v2",
            f'values: {{podAnnotations: {{"{NETWORKS}": lan}}}}',
        ),
    ],
)
def test_a_template_of_pods_may_lie_anywhere(kind: str, group: str, spec: str) -> None:
    (found,) = requests(head(kind, group, f"spec: {{{spec}}}"))
    assert (found.namespace, found.key, found.text) == ("shop", NETWORKS, "lan")
    place = found.location
    assert place.source.text[place.span.start : place.span.end] == "lan"


@pytest.mark.parametrize(
    ("kind", "group", "counts"),
    [("Pod", "v1", True), ("Deployment", "apps/v1", False), ("Namespace", "v1", False)],
)
def test_an_objects_own_annotations_are_those_of_pods_only_for_a_pod(
    kind: str, group: str, counts: bool
) -> None:
    text = head(kind, group, "").replace("name: x", f'name: x, annotations: {{"{NETWORKS}": lan}}')
    assert bool(requests(text)) is counts


@pytest.mark.parametrize("group", ["kyverno.io/v1", "mutations.gatekeeper.sh/v1"])
def test_a_policy_asks_for_nothing_itself(group: str) -> None:
    assert requests(head("ClusterPolicy", group, f"spec: {{template: {{{ANNOTATED}}}}}")) == []


@pytest.mark.parametrize(
    ("text", "namespace"),
    [
        (
            head(
                "HelmRelease", "helm.toolkit.fluxcd.io/v2", "spec: {targetNamespace: there, VALUES}"
            ),
            "there",
        ),
        (
            head(
                "Application",
                "argoproj.io/v1alpha1",
                "spec: {destination: {namespace: there}, VALUES}",
            ),
            "there",
        ),
        (head("Application", "argoproj.io/v1alpha1", "spec: {VALUES}"), ""),
        (
            head(
                "Object",
                "kubernetes.crossplane.io/v1",
                "spec: {forProvider: {manifest: {apiVersion: v1, kind: Pod, "
                "metadata: {namespace: there, annotations: {KEY: lan}}}}}",
            ),
            "there",
        ),
    ],
)
def test_the_namespace_is_that_of_the_pods(text: str, namespace: str) -> None:
    values = f'source: {{helm: {{valuesObject: {{"{NETWORKS}": lan}}}}}}'
    (found,) = requests(text.replace("VALUES", values).replace("KEY", f'"{NETWORKS}"'))
    assert found.namespace == namespace


def test_values_of_a_config_map_count_in_the_namespace_of_the_release() -> None:
    text = f"""\
apiVersion: v1
kind: ConfigMap
metadata: {{name: values, namespace: shop}}
data:
  values.yaml: |
    podAnnotations:
      {NETWORKS}: lan, wan
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: app, namespace: shop}}
spec:
  targetNamespace: there
  chart: {{spec: {{chart: app}}}}
  valuesFrom: [{{kind: ConfigMap, name: values}}]
"""
    (found,) = requests(text)
    assert (found.namespace, found.text) == ("there", "lan, wan")
    place = found.place(FaultPlace(FaultHolder.ANNOTATION, NETWORKS, span=(5, 8)))
    assert place.source.text[place.span.start : place.span.end] == "wan"


def test_networks_of_a_virtual_machine_are_an_annotation_of_its_pod() -> None:
    listed = (
        "[{name: a, pod: {}}, {name: b, multus: {networkName: lan}}, "
        "{name: c, multus: {networkName: other/wan}}, "
        "{name: d, multus: {networkName: main, default: true}}]"
    )
    found = requests(
        head("VirtualMachineInstance", "kubevirt.io/v1", f"spec: {{networks: {listed}}}")
    )
    by_key = {one.key: one for one in found}
    assert set(by_key) == set(KEYS)
    assert json.loads(by_key[NETWORKS].text) == [
        {"name": "lan"},
        {"namespace": "other", "name": "wan"},
    ]
    assert by_key[DEFAULT_NETWORK].text == "main"
    place = by_key[NETWORKS].place(FaultPlace(FaultHolder.ANNOTATION, NETWORKS, (1, "name")))
    assert place.source.text[place.span.start : place.span.end] == "other/wan"


@pytest.mark.parametrize("text", ["${NETS}", "$(NETS)", "{{ .Values.nets }}", "lan,${MORE}"])
def test_what_is_filled_in_later_is_known_as_such(text: str) -> None:
    (found,) = requests(
        head("Pod", "v1", "").replace(
            "name: x", f"name: x, annotations: {{\"{NETWORKS}\": '{text}'}}"
        )
    )
    assert found.filled_in_later


names = st.text("abz09-", min_size=1, max_size=6)
wrong = st.sampled_from(["A", "a.b", "-a", "a_b"])


@given(st.lists(names, max_size=3), wrong, st.lists(names, max_size=3))
def test_the_place_of_a_wrong_name_is_its_text(
    before: list[str], bad: str, after: list[str]
) -> None:
    good = [each.strip("-") or "x" for each in before]
    text = ", ".join([*good, bad, *after])
    (found,) = requests(
        head("Pod", "v1", "").replace(
            "name: x", f'name: x, annotations: {{"{NETWORKS}": "{text}"}}'
        )
    )
    parse = networks("shop", {NETWORKS: text}, (), version="v4.3.0").parse
    assert parse.refused == "name"
    place = found.place(parse.where)
    assert place.source.text[place.span.start : place.span.end] == bad
