"""What objects install by a chart: its name, version and address, and the values it is given."""

from __future__ import annotations

import json

import pytest

from cnilint.kube.values import value_text
from cnilint.model.tree import Embedded
from tests.unit.gitops.deliveries import delivered, only, value

FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: ns}
spec:
  chart: {spec: {chart: cilium, version: 1.18.2, sourceRef: {kind: HelmRepository, name: c}}}
  valuesFrom:
    - {kind: ConfigMap, name: base}
    - {kind: ConfigMap, name: keyed, valuesKey: cilium.yaml}
    - {kind: Secret, name: hidden}
    - {kind: ConfigMap, name: gone, optional: true}
    - {kind: ConfigMap, name: base, targetPath: cni.exclusive}
  values: {cni: {exclusive: false}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: c, namespace: ns}
spec: {url: https://helm.cilium.io}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: base, namespace: ns}
data: {values.yaml: "cni: {exclusive: true, chainingMode: aws-cni}\\neni: {enabled: false}"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: keyed, namespace: ns}
data: {cilium.yaml: "eni: {enabled: true}"}
"""


def test_a_flux_release_has_its_chart_and_its_values_in_their_order() -> None:
    one = only(FLUX)
    assert (one.kind, one.name, one.version) == ("release", "cilium", "1.18.2")
    assert one.source == "https://helm.cilium.io"
    assert one.place.route == ("spec", "chart", "spec", "chart")
    assert value(one, "cni.exclusive") == "false"
    assert value(one, "cni.chainingMode") == "aws-cni"
    assert value(one, "eni.enabled") == "true"
    # a Secret, a map that is not there, and one that goes to a path of its own
    assert [place.route[-1] for place in one.unread] == [2, 3, 4]


def test_patches_of_what_is_rendered_are_not_read() -> None:
    patched = FLUX.replace(
        "  values:", "  postRenderers: [{kustomize: {patches: []}}]\n  values:", 1
    )
    assert only(patched).unread[-1].route == ("spec", "postRenderers")


def test_a_value_of_a_config_map_is_placed_there() -> None:
    found = value_text(only(FLUX).values, "eni.enabled")
    assert found is not None
    assert found.location.object == "ConfigMap ns/keyed"
    route = ("data", "cilium.yaml", Embedded.YAML, "eni", "enabled")
    assert found.location.route == route
    source, span = found.location.source, found.location.span
    assert source.text[span.start : span.end] == found.value


REFERENCE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: ns}
spec:
  chartRef: {kind: KIND, name: chart}
"""


@pytest.mark.parametrize(
    ("kind", "source", "expected"),
    [
        (
            "OCIRepository",
            "{url: oci://ghcr.io/home-operations/charts-mirror/cilium, ref: {tag: 1.18.2}}",
            ("cilium", "1.18.2", "oci://ghcr.io/home-operations/charts-mirror/cilium"),
        ),
        (
            "OCIRepository",
            "{url: oci://ghcr.io/charts/multus/, ref: {semver: 1.x}}",
            ("multus", "1.x", "oci://ghcr.io/charts/multus/"),
        ),
        (
            "HelmChart",
            "{chart: cilium, version: 1.17.1, sourceRef: {kind: HelmRepository, name: c}}",
            ("cilium", "1.17.1", "https://helm.cilium.io"),
        ),
        # without the object, its name is all there is
        ("ExternalArtifact", None, ("chart", "", "")),
    ],
)
def test_a_chart_that_is_referred_to_is_named_by_its_object(
    kind: str, source: str | None, expected: tuple[str, str, str]
) -> None:
    text = REFERENCE.replace("KIND", kind)
    if source is not None:
        text += f"---\napiVersion: x/v1\nkind: {kind}\nmetadata: {{name: chart}}\nspec: {source}\n"
    text += "---\n" + FLUX.split("---\n")[1]
    one = only(text)
    assert (one.name, one.version, one.source) == expected
    assert one.place.route == ("spec", "chartRef", "name")


ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a, namespace: argocd}
spec: SPEC
"""
HELM = {
    "valuesObject": {"a": {"b": 1}},
    "values": "a: {b: 2}\nc: 3",
    "parameters": [{"name": "d.e", "value": "4"}, {"name": "a.f", "value": "5"}],
    "valueFiles": ["values.yaml"],
}
SOURCE = {"chart": "cilium", "repoURL": "https://helm.cilium.io", "targetRevision": "1.18.2"}


def argo(spec: object, kind: str = "Application") -> str:
    return ARGO.replace("SPEC", json.dumps(spec)).replace("kind: Application", f"kind: {kind}")


@pytest.mark.parametrize(
    ("without", "expected"),
    [
        # valuesObject is taken in the place of values, parameters on top of either
        ((), {"a.b": "1", "c": None, "d.e": "4", "a.f": "5"}),
        (("valuesObject",), {"a.b": "2", "c": "3", "d.e": "4", "a.f": "5"}),
        (("valuesObject", "parameters"), {"a.b": "2", "c": "3", "d.e": None}),
        (("parameters",), {"a.b": "1", "c": None, "a.f": None}),
    ],
)
def test_values_of_an_application_count_as_argo_cd_has_it(
    without: tuple[str, ...], expected: dict[str, str | None]
) -> None:
    helm = {key: found for key, found in HELM.items() if key not in without}
    one = only(argo({"source": SOURCE | {"helm": helm}}))
    assert {path: value(one, path) for path in expected} == expected
    assert [place.route[-2:] for place in one.unread] == [("valueFiles", 0)]


def test_an_application_may_have_several_sources() -> None:
    values = {"ref": "values", "repoURL": "https://git.example/values"}
    git = {"repoURL": "https://git.example/app", "path": "charts/multus"}
    oci = {"repoURL": "oci://ghcr.io/charts/multus", "targetRevision": "0.1.0", "path": "."}
    found = delivered(argo({"sources": [values, SOURCE, git, oci]}))
    assert [(one.name, one.version) for one in found] == [("cilium", "1.18.2"), ("multus", "0.1.0")]
    assert [one.place.route for one in found] == [
        ("spec", "sources", 1, "chart"),
        ("spec", "sources", 3, "repoURL"),
    ]


def test_a_set_of_applications_is_what_its_template_says() -> None:
    template = {"spec": {"source": SOURCE | {"helm": {"values": "a: 1"}}}}
    one = only(argo({"generators": [], "template": template}, "ApplicationSet"))
    assert (one.name, value(one, "a")) == ("cilium", "1")
    assert one.place.route == ("spec", "template", "spec", "source", "chart")
    hydrated = only(argo({"sourceHydrator": {"drySource": SOURCE}}))
    assert hydrated.name == "cilium"


CATTLE = """\
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: cilium, namespace: kube-system}
spec:
  chart: CHART
  version: 1.18.2
  repo: https://helm.cilium.io
  valuesContent: |-
    a: {b: 1}
    c: 1
    d: 1
  set: {d: 3, e.f: 3}
---
apiVersion: helm.cattle.io/v1
kind: HelmChartConfig
metadata: {name: cilium, namespace: kube-system}
spec:
  valuesContent: |-
    c: 2
    d: 2
"""


@pytest.mark.parametrize(
    ("chart", "name"),
    [
        ("cilium", "cilium"),
        ("oci://ghcr.io/charts/cilium", "cilium"),
        ("https://%{KUBERNETES_API}%/static/charts/rke2-multus-v4.2.203.tgz", "rke2-multus"),
        ("", "cilium"),
    ],
)
def test_a_chart_and_its_configuration_are_one_release(chart: str, name: str) -> None:
    one = only(CATTLE.replace("CHART", json.dumps(chart)))
    assert one.name == name
    paths = {"a.b": "1", "c": "2", "d": "3", "e.f": "3", "e": None}
    assert {path: value(one, path) for path in paths} == paths


def test_the_configuration_of_a_chart_that_the_distribution_brings_is_a_release() -> None:
    one = only(CATTLE.split("---\n")[1].replace("name: cilium", "name: rke2-cilium"))
    assert (one.name, one.version, one.source, value(one, "c")) == ("rke2-cilium", "", "", "2")
    assert one.place.route == ("metadata", "name")


def test_charts_of_a_kustomization_are_releases() -> None:
    one = only(
        """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
helmCharts:
  - name: cilium
    repo: https://helm.cilium.io
    version: 1.18.2
    valuesInline: {cni: {exclusive: false}}
    additionalValuesFiles: [more.yaml]
"""
    )
    assert (one.name, one.version, one.source) == ("cilium", "1.18.2", "https://helm.cilium.io")
    assert value(one, "cni.exclusive") == "false"
    assert [place.route[-2:] for place in one.unread] == [("additionalValuesFiles", 0)]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: example.com/v1\nkind: HelmRelease\nspec: {chart: {spec: {chart: cilium}}}",
        "apiVersion: example.com/v1\nkind: Addon\nspec: {name: vpc-cni}",
        "apiVersion: example.com/v1\nkind: ClusterConfig\naddons: [{name: vpc-cni}]",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {path: ./apps}",
        argo({"source": {"repoURL": "https://git.example/app", "path": "cilium"}}),
        REFERENCE.split("spec:", maxsplit=1)[0],
    ],
)
def test_other_objects_install_nothing(text: str) -> None:
    assert delivered(text) == []
