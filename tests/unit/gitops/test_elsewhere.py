"""What is applied from other repositories, as far as it is known without reading them."""

from __future__ import annotations

import pytest

from cnilint.catalog.published import Published
from cnilint.catalog.recognise import installers
from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import inputs
from cnilint.gitops.graph import REPOSITORY, UnreadReason
from cnilint.kube.manifest import ManifestIndex
from cnilint.model.finding import Applicability
from cnilint.model.text import Source
from cnilint.model.verdict import VerdictKind
from tests.clusters import VPC
from tests.unit.gitops.trees import products, single

MULTUS = "https://github.com/k8snetworkplumbingwg/multus-cni"
THICK = (
    "https://raw.githubusercontent.com/k8snetworkplumbingwg/multus-cni/v4.3.0/"
    "deployments/multus-daemonset-thick.yml"
)
PIN = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: multus-daemon-config, namespace: kube-system}
data:
  daemon-config.json: |
    {"cniConfigDir": "/host/etc/cni/net.d", "multusAutoconfigDir": "/host/etc/cni/net.d",
     "multusConfigFile": "auto", "multusMasterCNI": "10-aws.conflist"}
"""
KUSTOMIZATION = f"resources: [{THICK}, aws.yaml]\n"


def found(files: dict[str, str]) -> dict[str, str]:
    """Return where each rule finds something: the text at the place."""
    result = evaluate(inputs(Source(path, text) for path, text in files.items()))
    return {
        one.rule: one.location.source.text[one.location.span.start : one.location.span.end]
        for one in result.findings
    }


def test_a_known_address_is_judged_where_it_is_named() -> None:
    assert found({"kustomization.yaml": KUSTOMIZATION, "aws.yaml": VPC})["CNI102"] == THICK


def test_nothing_is_edited_in_another_repository() -> None:
    texts = {"kustomization.yaml": KUSTOMIZATION, "aws.yaml": VPC}
    result = evaluate(inputs(Source(path, text) for path, text in texts.items()))
    fixes = [fix for one in result.findings if one.rule == "CNI102" for fix in one.fixes]
    assert fixes
    assert all(fix.applicability is Applicability.DISPLAY and not fix.edits for fix in fixes)


def test_local_patches_apply_to_it() -> None:
    patched = KUSTOMIZATION + "patches: [{path: pin.yaml}]\n"
    files = {"kustomization.yaml": patched, "aws.yaml": VPC, "pin.yaml": PIN}
    assert "CNI102" not in found(files)


def test_any_other_address_leaves_the_answer_open() -> None:
    def kind(address: str) -> VerdictKind:
        texts = {"kustomization.yaml": f"resources: [{address}, aws.yaml]\n", "aws.yaml": VPC}
        result = evaluate(inputs(Source(path, text) for path, text in texts.items()))
        return result.clusters[0].classes[0].verdict.kind

    assert kind("https://example.com/a.yaml") is VerdictKind.UNDECIDED
    gateway = "https://github.com/kubernetes-sigs/gateway-api/config/crd?ref=v1.2.0"
    assert kind(gateway) is VerdictKind.DETERMINISTIC


APPLICATION = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: multus, namespace: argocd}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: kube-system}}
  source:
    repoURL: {MULTUS}
    path: deployments
    targetRevision: v4.2.2
    OPTIONS
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("directory: {include: multus-daemonset-thick.yml}", ["multus-thick"]),
        ("directory: {exclude: '*thick*'}", ["multus-thin"]),
        ("directory: {include: '{multus-daemonset-thick.yml,x.yml}'}", ["multus-thick"]),
    ],
)
def test_an_application_applies_a_folder_of_another_repository(
    options: str, expected: list[str]
) -> None:
    whole = single({"app.yaml": APPLICATION.replace("OPTIONS", options)})
    assert products(whole) == expected
    assert not whole.not_read


FLUX = f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: multus, namespace: flux-system}}
spec:
  url: {MULTUS}
  ref: {{tag: v4.2.2}}
  ignore: |
    /*
    !/deployments/multus-daemonset-thick.yml
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{url: https://example.com/o/r}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: multus, namespace: flux-system}}
spec:
  path: ./deployments
  sourceRef: {{kind: GitRepository, name: multus}}
  patches:
    - patch: |
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {{name: kube-multus-ds, namespace: kube-system}}
        spec:
          template:
            spec:
              containers:
                - {{name: kube-multus, image: ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.2-thick}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec: {{path: ./apps, sourceRef: {{kind: GitRepository, name: flux-system}}}}
"""


def test_a_flux_kustomization_applies_another_repository_with_its_patches() -> None:
    whole = single({"clusters/lake/multus.yaml": FLUX, "apps/vpc.yaml": VPC})
    found, _notes = installers(whole.objects, ManifestIndex(whole.objects))
    releases = {one.product.id: one.release for one in found}
    assert set(releases) == {"multus-thick", "aws-vpc-cni"}
    assert releases["multus-thick"] == (4, 2, 2)
    assert not whole.not_read


def test_a_path_that_is_not_known_there_is_not_read() -> None:
    whole = single(
        {
            "clusters/lake/multus.yaml": FLUX.replace(MULTUS, "https://example.com/o/x"),
            "apps/vpc.yaml": VPC,
        }
    )
    assert [one.reason for one in whole.not_read] == [UnreadReason.OTHER_REPOSITORY]


def test_manifests_that_talos_fetches_are_known_by_their_addresses() -> None:
    config = (
        "version: v1alpha1\nmachine: {type: controlplane}\n"
        "cluster:\n  network: {cni: {name: custom, urls: [URL]}}\n"
        f"  extraManifests: [{THICK}, https://example.com/x.yaml]\n"
    )
    calico = "https://raw.githubusercontent.com/projectcalico/calico/v3.30.1/manifests/calico.yaml"
    whole = single({"cp.yaml": config.replace("URL", calico)})
    assert products(whole) == ["calico", "multus-thick"]
    assert [(one.reason, one.target) for one in whole.not_read] == [
        (UnreadReason.REMOTE, "https://example.com/x.yaml")
    ]
    assert Published().at(calico) is not None


GIT = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: multus, namespace: flux-system}
spec:
  url: URL
  ref: REF
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: multus, namespace: flux-system}
spec: {path: ./deployments, sourceRef: {kind: GitRepository, name: multus}}
"""


@pytest.mark.parametrize("lies_here", [True, False])
def test_the_only_repository_is_another_one_if_its_content_is_known(lies_here: bool) -> None:
    text = GIT.replace("URL", MULTUS).replace("REF", "{tag: v4.2.2}")
    more = {"deployments/app.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: app}\n"}
    whole = single({"multus.yaml": text, "vpc.yaml": VPC, **(more if lies_here else {})})
    assert "multus-thick" in products(whole)
    assert UnreadReason.MISSING not in [one.reason for one in whole.not_read]


def test_the_only_repository_is_another_one_if_what_is_taken_of_it_does_not_lie_here() -> None:
    text = GIT.replace("URL", "https://example.com/acme/multus").replace("REF", "{branch: main}")
    whole = single({"multus.yaml": text, "vpc.yaml": VPC})
    assert [one.reason for one in whole.not_read] == [UnreadReason.OTHER_REPOSITORY]
    there = "https://example.com/acme/multus//deployments?ref=main"
    assert [(one.kind, one.target) for one in whole.edges] == [(REPOSITORY, there)]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("{branch: main}", "main"),
        ("{branch: main, tag: v1.2.3}", "v1.2.3"),
        ("{tag: v1.2.3, semver: 1.2.x}", "1.2.x"),
        ("{semver: 1.2.x, name: refs/tags/v1.2.3}", "refs/tags/v1.2.3"),
        ("{branch: main, commit: 0123abc}", "0123abc"),
        ("{}", "master"),
    ],
)
def test_what_a_repository_gives_is_what_flux_takes_first(given: str, taken: str) -> None:
    text = GIT.replace("URL", "https://example.com/acme/multus").replace("REF", given)
    (edge,) = single({"multus.yaml": text, "vpc.yaml": VPC}).edges
    assert edge.target.endswith(f"?ref={taken}")


RELEASE = """\
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: multus, namespace: flux-system}
spec: {chart: {spec: {chart: ./charts/multus, sourceRef: {kind: GitRepository, name: multus}}}}
"""


@pytest.mark.parametrize("lies_here", [True, False])
def test_a_chart_is_of_another_repository_unless_it_lies_here(lies_here: bool) -> None:
    source = GIT.partition("---")[0].replace("URL", "https://example.com/acme/multus")
    files = {"multus.yaml": source.replace("REF", "{branch: main}") + RELEASE, "vpc.yaml": VPC}
    files |= {"charts/multus/Chart.yaml": "name: multus\nversion: 1.0.0\n"} if lies_here else {}
    there = "https://example.com/acme/multus//charts/multus?ref=main"
    expected = [] if lies_here else [there]
    assert [one.target for one in single(files).edges if one.kind == REPOSITORY] == expected
