"""Charts of any name that run a known product's image."""

from __future__ import annotations

import pytest

from cnilint.catalog.hidden import hidden_installs, product_of_image
from cnilint.kube.manifest import ManifestIndex
from cnilint.model.verdict import Unknown, VerdictKind
from tests.unit.catalog.delivered import only, release
from tests.unit.gitops.deliveries import read
from tests.unit.simulation.test_cluster import VPC, facts

MULTUS = "ghcr.io/k8snetworkplumbingwg/multus-cni"


@pytest.mark.parametrize(
    ("reference", "product"),
    [
        (f"{MULTUS}:v4.2.2", "multus-thin"),
        (f"{MULTUS}:v4.2.2-thick", "multus-thick"),
        (MULTUS, "multus-thin"),
        ("quay.io/cilium/cilium:v1.18.2@sha256:00", "cilium"),
        ("registry.example.com:5000/mirror/cilium/cilium", "cilium"),
        ("docker.io/calico/node:v3.30.0", "calico"),
        ("rancher/mirrored-calico-cni:v3.30.0", "calico"),
        ("docker.io/istio/install-cni:1.26.2", "istio-cni"),
        ("602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.20.0", "aws-vpc-cni"),
        ("docker.io/kubeovn/kube-ovn:v1.14.0", "kube-ovn"),
        # others whose names are like these
        ("node:20-alpine", None),
        ("ghcr.io/siderolabs/install-cni:v1.12.0", None),
        ("quay.io/cilium/operator-generic:v1.18.2", None),
        ("quay.io/cilium/hubble-relay:v1.18.2", None),
    ],
)
def test_an_image_names_its_product(reference: str, product: str | None) -> None:
    found = product_of_image(reference)
    assert (found.id if found is not None else None) == product


@pytest.mark.parametrize(
    "values",
    [
        {"image": f"{MULTUS}:v4.2.2-thick"},
        {"main": [{"image": {"repository": MULTUS, "tag": "v4.2.2-thick"}}]},
        {
            "image": {
                "registry": "ghcr.io",
                "repository": "k8snetworkplumbingwg/multus-cni",
                "tag": "v4.2.2-thick",
            }
        },
        {"image": MULTUS, "tag": "snapshot-thick"},
    ],
)
def test_values_name_an_image_as_one_text_or_in_parts(values: dict[str, object]) -> None:
    manifests = read(release("daemon", "1.0.0", values, name="nets"))
    (one,) = hidden_installs(manifests, ManifestIndex(manifests))
    assert (one.product.id, one.object) == ("multus-thick", "HelmRelease kube-system/nets")
    assert MULTUS.rpartition("/")[2] in one.location.source.text[one.location.span.start :]


def test_a_chart_that_is_known_says_more_than_its_images() -> None:
    for chart in ("cilium", "app-template"):
        manifests = read(release(chart, "1.0.0", {"image": "quay.io/cilium/cilium:v1.18.2"}))
        assert not list(hidden_installs(manifests, ManifestIndex(manifests)))


def test_a_product_is_told_of_once_for_each_release() -> None:
    values = {"init": {"image": f"{MULTUS}:v4"}, "main": {"image": f"{MULTUS}:v4"}}
    manifests = read(release("daemon", "1.0.0", values))
    assert len(list(hidden_installs(manifests, ManifestIndex(manifests)))) == 1


def test_nothing_is_decided_where_such_a_chart_runs() -> None:
    alone = facts(VPC)
    (before,) = alone.classes
    assert before.verdict.kind is VerdictKind.DETERMINISTIC
    found = facts(VPC, release("daemon", "1.0.0", {"image": f"{MULTUS}:v4.2.2"}, name="nets"))
    (after,) = found.classes
    assert after.verdict.kind is VerdictKind.UNDECIDED
    assert after.verdict.doubt is not None
    assert after.verdict.doubt.unknown is Unknown.SOURCE
    assert not after.verdict.decided
    assert not after.deterministic
    assert any("Multus (thin) by its image" in note.message for note in found.notes)


def test_istios_chart_over_the_others_brings_its_cni() -> None:
    values = {"cni": {"cniConfFileName": "05-cilium.conflist"}}
    one = only(release("ambient", "1.25.1", values, address="https://example.com/istio"))
    assert (one.product.id, one.behaviour.target) == ("istio-cni", "05-cilium.conflist")
    assert one.settings["ambient"].value == "true"
