"""Manifests that products publish, known by their addresses."""

from __future__ import annotations

import pytest

from cnilint.catalog.published import Address, Published, parsed
from cnilint.catalog.recognise import installers
from cnilint.kube.manifest import Manifest, ManifestIndex, manifests

RAW = "https://raw.githubusercontent.com/k8snetworkplumbingwg/multus-cni"
THICK = "deployments/multus-daemonset-thick.yml"


def held(address: str) -> list[Manifest]:
    found = Published().at(address)
    assert found is not None
    return [one for document in found for one in manifests(document)]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://raw.githubusercontent.com/o/r/v1/a/b.yaml", ("o/r", "v1", "a/b.yaml")),
        ("https://raw.githubusercontent.com/o/r/refs/tags/v1/a.yaml", ("o/r", "v1", "a.yaml")),
        ("https://raw.githubusercontent.com/o/r/refs/heads/m/a.yaml", ("o/r", "m", "a.yaml")),
        ("https://github.com/o/r/raw/v1/a/b.yaml", ("o/r", "v1", "a/b.yaml")),
        ("https://github.com/o/r/blob/v1/a.yaml", ("o/r", "v1", "a.yaml")),
        ("https://github.com/o/r/releases/download/v1/a.yaml", ("o/r", "v1", "a.yaml")),
        ("https://github.com/o/r/releases/latest/download/a.yaml", ("o/r", "", "a.yaml")),
        ("https://github.com/o/r//a/b?ref=v1", ("o/r", "v1", "a/b")),
        ("https://github.com/o/r/a/b?timeout=9&ref=v1", ("o/r", "v1", "a/b")),
        ("github.com/o/r//a?ref=v1", ("o/r", "v1", "a")),
        ("git@github.com:o/r.git", ("o/r", "", "")),
        ("ssh://git@github.com/o/r.git", ("o/r", "", "")),
        ("git::https://github.com/o/r.git//a?version=v1", ("o/r", "v1", "a")),
    ],
)
def test_an_address_names_a_repository_a_release_and_a_path(
    address: str, expected: tuple[str, str, str]
) -> None:
    assert parsed(address) == Address(*expected)


def test_other_hosts_name_nothing() -> None:
    assert parsed("https://example.com/o/r/a.yaml") is None
    assert parsed("../base") is None


@pytest.mark.parametrize(
    ("address", "product", "release"),
    [
        (f"{RAW}/v4.3.0/{THICK}", "multus-thick", None),
        (f"{RAW}/master/{THICK}", "multus-thick", None),
        (f"{RAW}/v4.0.2/{THICK}", "multus-thick", None),
        (f"{RAW}/v3.9.3/deployments/multus-daemonset-thick-plugin.yml", "multus-thick", (3, 9, 2)),
        (f"{RAW}/v4.2.2/deployments/multus-daemonset.yml", "multus-thin", None),
        (
            (
                "https://raw.githubusercontent.com/aws/amazon-vpc-cni-k8s/v1.20.0/config/master/"
                "aws-k8s-cni.yaml"
            ),
            "aws-vpc-cni",
            (1, 20, 0),
        ),
        (
            (
                "https://raw.githubusercontent.com/aws/amazon-vpc-cni-k8s/master/config/multus/"
                "v4.1.4-eksbuild.3/multus-daemonset-thick.yml"
            ),
            "multus-thick",
            (4, 1, 4),
        ),
        (
            (
                "https://raw.githubusercontent.com/aws/amazon-vpc-cni-k8s/master/config/multus/"
                "v3.9.2-eksbuild.1/aws-k8s-multus.yaml"
            ),
            "multus-thin",
            (3, 9, 2),
        ),
        (
            "https://github.com/flannel-io/flannel/releases/latest/download/kube-flannel.yml",
            "flannel",
            None,
        ),
        (
            "https://github.com/flannel-io/flannel/releases/download/v0.27.0/kube-flannel.yml",
            "flannel",
            (0, 27, 0),
        ),
        (
            "https://raw.githubusercontent.com/projectcalico/calico/v3.30.1/manifests/calico.yaml",
            "calico",
            (3, 30, 1),
        ),
        ("https://docs.projectcalico.org/manifests/calico.yaml", "calico", None),
        (
            (
                "https://raw.githubusercontent.com/k8snetworkplumbingwg/whereabouts/v0.9.2/doc/crds/"
                "daemonset-install.yaml"
            ),
            "whereabouts",
            (0, 9, 2),
        ),
    ],
)
def test_what_a_product_publishes_is_what_it_installs(
    address: str, product: str, release: tuple[int, int, int] | None
) -> None:
    objects = held(address)
    found, _notes = installers(objects, ManifestIndex(objects))
    (one,) = (each for each in found if not each.assumed)
    assert (one.product.id, one.release) == (product, release)


def test_a_release_ships_what_it_shipped() -> None:
    def mounts(ref: str) -> str:
        return next(one.document.source.text for one in held(f"{RAW}/{ref}/{THICK}") if one.kind)

    assert "mountPath: /opt/cni/bin" in mounts("v4.1.0")
    assert "mountPath: /opt/cni/bin" not in mounts("v4.0.2")
    assert Published().at(f"{RAW}/v3.8/{THICK}") is None


def test_an_operator_alone_installs_nothing_and_others_are_not_known() -> None:
    calico = "https://raw.githubusercontent.com/projectcalico/calico/v3.30.1/manifests"
    assert held(f"{calico}/tigera-operator.yaml") == []
    assert [one.kind for one in held(f"{calico}/custom-resources.yaml")] == ["Installation"]
    assert Published().at(f"{calico}/canal-etcd.yaml") is None
    assert Published().at("https://example.com/a.yaml") is None


def test_some_repositories_are_known_to_bring_no_cni() -> None:
    brings = Published().brings_no_cni
    gateway = "https://github.com/kubernetes-sigs/gateway-api"
    assert brings(f"{gateway}/releases/download/v1.2.0/standard-install.yaml")
    assert brings(f"{gateway}//config/crd?ref=v1.2.0")
    assert not brings("https://raw.githubusercontent.com/o/r/main/a.yaml")
    assert not brings(f"{RAW}/v4.3.0/{THICK}")


def test_the_files_of_a_folder_are_those_of_its_release() -> None:
    names = Published().below("https://github.com/k8snetworkplumbingwg/multus-cni", "v4.2.2", "./")
    assert set(names) == {THICK, "deployments/multus-daemonset.yml"}
    inside = Published().below(
        "git@github.com:k8snetworkplumbingwg/multus-cni.git", "v3.9.3", "deployments"
    )
    assert set(inside) == {"multus-daemonset-thick-plugin.yml"}
    assert all(
        Published().at(address) is not None for address in (*names.values(), *inside.values())
    )
    assert Published().below("https://example.com/o/r", "v1", "") == {}
