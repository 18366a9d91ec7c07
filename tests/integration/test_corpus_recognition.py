"""Real manifests of many projects: ours are recognised, with their file in its place, and no other.

The corpus is not a part of the project: `CNILINT_CORPUS` names it, or it lies beside the checkout.
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest

from cnilint.cni.cluster import cluster
from cnilint.cni.multus_forms import multus
from cnilint.cni.installer import Installer
from cnilint.cni.recognise import installers
from cnilint.kube.manifest import Manifest, ManifestIndex, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CNILINT_CORPUS", ROOT.parent / "shared" / "corpus"))
INDEX = CORPUS / "manifests" / "INDEX.tsv"

PRODUCTS = {
    "amazon-vpc-cni": "aws-vpc-cni",
    "multus-thin": "multus-thin",
    "multus-thick": "multus-thick",
    "istio-cni": "istio-cni",
    "cilium": "cilium",
    "calico": "calico",
    "flannel": "flannel",
    # Canal is Calico's installer (and Flannel's daemon) in one workload: it is shown as Calico.
    "canal": "calico",
}
MULTUS = {"multus-thin", "multus-thick"}


def rows() -> list[dict[str, str]]:
    if not INDEX.is_file():
        return []
    with INDEX.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def identity(row: dict[str, str]) -> str | None:
    """Return the product of ours that a row must be recognised as, or None for no one."""
    forms = {
        "calico(aws policy-only)": None,  # no installer in it
        "istio-cni IstioOperator chained": None,
        "istio-cni IstioOperator multus": None,
        "cilium values": None,
        "cilium chained on kube-ovn (ConfigMap)": None,
    }
    if row["product"] in forms or row["parses_as_yaml"] != "yes":
        return None
    words = re.split(r"[ (]", row["product"], maxsplit=1)
    return PRODUCTS.get(words[0])


ROWS = [pytest.param(row, id=row["local_file"][-70:]) for row in rows()]
needs_corpus = pytest.mark.skipif(not ROWS, reason=f"there is no corpus at {CORPUS}")


def objects(row: dict[str, str]) -> list[Manifest]:
    path = CORPUS / "manifests" / row["local_file"]
    source = Source(row["local_file"], path.read_text("utf-8"))
    return [m for part in compose(source) if isinstance(part, Document) for m in manifests(part)]


def recognised(row: dict[str, str]) -> list[Installer]:
    found = objects(row)
    return installers(found, ManifestIndex(found))[0]


def expected_directory(row: dict[str, str]) -> str:
    _file, _in, directory = row["expected_conf_file"].partition(" in ")
    return directory or "/etc/cni/net.d"


def place_of(installer: Installer) -> tuple[str | None, str | None]:
    """Return the host directory an installer works in and the file it is to put there."""
    one = multus(installer)
    if one is not None:
        return one.conf_host, "00-multus.conf"
    return installer.directory, installer.writes.name if installer.writes else None


@needs_corpus
@pytest.mark.parametrize("row", ROWS)
def test_a_real_manifest_is_what_its_project_calls_it(row: dict[str, str]) -> None:
    found = [one for one in recognised(row) if not one.assumed]
    identified = identity(row)
    assert {one.product.id for one in found} == ({identified} if identified else set())
    for one in found:
        directory, file = place_of(one)
        assert directory == expected_directory(row)
        expected = row["expected_conf_file"].partition(" ")[0]
        assert file == (None if expected.startswith("<") else expected)


@needs_corpus
@pytest.mark.parametrize("row", ROWS)
def test_the_vpc_cni_is_assumed_only_beside_an_image_of_eks(row: dict[str, str]) -> None:
    assumed = [one.product.id for one in recognised(row) if one.assumed]
    eks = identity(row) in MULTUS and "config/multus/" in row["path"]
    assert assumed == (["aws-vpc-cni"] if eks else [])


@needs_corpus
@pytest.mark.parametrize("row", ROWS)
def test_facts_of_a_real_manifest_come_with_an_outcome_on_each_class(row: dict[str, str]) -> None:
    facts = cluster("corpus", objects(row))
    installing = [one for one in facts.installers if one.placement.terms]
    assert bool(facts.classes) is bool(installing)
    for one in facts.classes:
        assert one.simulation.exhausted
        assert one.outcomes
        names = [entry.name for entry in one.entries]
        assert {name for o in one.outcomes for name in (o.runtime, o.master) if name} <= set(names)


@needs_corpus
def test_every_product_and_form_of_ours_is_in_the_corpus() -> None:
    assert {identity(row) for row in rows()} - {None} == set(PRODUCTS.values())
    # a corpus that shrank would let everything above pass
    assert sum(identity(row) is not None for row in rows()) >= 40


def by_file(*parts: str) -> dict[str, str]:
    (row,) = [row for row in rows() if all(part in row["local_file"] for part in parts)]
    return row


@needs_corpus
@pytest.mark.parametrize(
    ("parts", "renames"),
    [
        (("v1.22.0", "privatecilium"), "once"),
        (("v1.28.0", "privatecilium"), "once"),
        (("v1.30.0", "privatecilium-eni"), "always"),
        (("tests__integration__update_cluster__privateciliumadvanced",), "always"),
    ],
)
def test_cilium_takes_the_directory_over_as_its_release_does(
    parts: tuple[str, ...], renames: str
) -> None:
    (one,) = recognised(by_file(*parts))
    assert one.renames == renames
    assert one.suffix == ".cilium_bak"


@needs_corpus
@pytest.mark.parametrize(
    ("part", "pin"),
    [
        ("before-2828", ""),
        ("after-2828", "10-aws.conflist"),
        ("v4.1.4-eksbuild.3", "10-aws.conflist"),
    ],
)
def test_the_pin_of_aws_is_read(part: str, pin: str) -> None:
    one = multus(recognised(by_file("aws__amazon-vpc-cni-k8s", part))[0])
    assert one is not None
    assert (one.family, one.master, one.auto) == ("thick", pin, True)
