"""Real manifests of many projects: each is what its project calls it, with its file in its place.

The corpus is not a part of the project: `CNILINT_CORPUS` names it, or it lies beside the checkout.
"""

from __future__ import annotations

import csv
import re

import pytest

from cnilint.catalog.catalog import Role, products
from cnilint.catalog.installer import Installer
from cnilint.catalog.recognise import installers
from cnilint.kube.manifest import Manifest, ManifestIndex, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.multus.forms import multus
from cnilint.simulation.cluster import cluster
from cnilint.syntax.compose import compose
from tests.corpus import CORPUS, MANIFESTS

INDEX = MANIFESTS / "INDEX.tsv"

PRODUCTS = {
    "amazon-vpc-cni": "aws-vpc-cni",
    "eksctl ClusterConfig": "aws-vpc-cni",
    "crossplane Addon vpc-cni": "aws-vpc-cni",
    "flux HelmRelease cilium": "cilium",
    "flux HelmRelease multus": "multus-thin",
    "calico-operator": "calico",
    "cnao": "multus-thick",
    "azure-cns": "azure-cns",
    "flux OCIRepository multus": "multus-thin",
    **{
        name: name
        for name in (
            *("antrea", "azure-cni", "calico", "canal", "cilium", "cni-genie", "flannel"),
            *(
                "gke-netd",
                "istio-cni",
                "kindnet",
                "kopeio",
                "kube-router",
                "kuma-cni",
                "linkerd-cni",
            ),
            *("multus-thick", "multus-thin", "ovs-cni", "weave", "whereabouts"),
        )
    },
}
"""What a row's product begins with: the entry of the catalog that it is an install of."""

VALUES = "cilium values"
"""A values file without what it is meant for: no object, and so nothing to recognise."""

ROLES = {
    "policy-only": "policy",
    "policy-only-but-writes": "primary",
    "writes-anyway": "primary",
    "meta(operator CR)": "meta",
    "chained-all": "chained",
    "standalone/secondary": "secondary",
    "secondary(NAD)": "secondary",
    "binary-only": "binaries",
    "no-conf": "primary",
}
"""The roles of the index that have another word here."""

SOURCE_ROLES = {"aws-vpc-cni": "primary", "cilium": "primary", "multus-thin": "meta"}


def rows() -> list[dict[str, str]]:
    if not INDEX.is_file():
        return []
    with INDEX.open(encoding="utf-8", newline="") as lines:
        found = csv.DictReader(lines, delimiter="\t")
        return [row for row in found if row["parses_as_yaml"] == "yes"]


def identity(row: dict[str, str]) -> str | None:
    """Return the entry of the catalog that a row must be recognised as, or None for no one."""
    named = row["product"]
    if named.startswith((VALUES, "NEGATIVE")):
        return None
    fitting = [name for name in PRODUCTS if re.match(rf"{re.escape(name)}(?![\w-])", named)]
    return PRODUCTS[max(fitting, key=len)]


def role(row: dict[str, str]) -> str:
    if row["role"] == "source-form":
        return SOURCE_ROLES[identity(row) or ""]
    return ROLES.get(row["role"], row["role"])


ROWS = [pytest.param(row, id=row["local_file"][-70:]) for row in rows()]
needs_corpus = pytest.mark.skipif(not ROWS, reason=f"there is no corpus at {CORPUS}")
every_row = pytest.mark.parametrize("row", ROWS)


def objects(row: dict[str, str]) -> list[Manifest]:
    source = Source(row["local_file"], (MANIFESTS / row["local_file"]).read_text("utf-8"))
    return [m for part in compose(source) if isinstance(part, Document) for m in manifests(part)]


def recognised(row: dict[str, str]) -> list[Installer]:
    found = objects(row)
    return installers(found, ManifestIndex(found))[0]


def is_a_source(row: dict[str, str]) -> bool:
    """Whether a row is the address of a chart, which installs nothing by itself."""
    return "OCIRepository" in row["product"]


def expected_place(row: dict[str, str]) -> tuple[str | None, str | None]:
    """Return the directory and the file of the index; of a file that is changed, no name."""
    file, _in, directory = row["expected_conf_file"].partition(" in ")
    if file.startswith("-"):
        return None, None
    # a file that is there already, or one whose name is known only after substitution
    nameless = file.startswith(("<", "$"))
    name = None if nameless else file.partition(" ")[0]
    return directory or "/etc/cni/net.d", name


def place_of(installer: Installer) -> tuple[str | None, str | None]:
    """Return the host directory an installer works in and the file it is to put there."""
    one = multus(installer)
    if one is not None:
        return one.conf_host, "00-multus.conf"
    return installer.directory, installer.writes.name if installer.writes else None


@needs_corpus
@every_row
def test_a_real_manifest_is_what_its_project_calls_it(row: dict[str, str]) -> None:
    everything = [one for one in recognised(row) if one.form.kind != "assumed"]
    identified = identity(row)
    found = [one for one in everything if one.product.id == identified]
    assert bool(found) is (identified is not None and not is_a_source(row))
    # what comes along with it gives no pod a network: a policy agent, a plugin's binary
    assert {one.role for one in everything if one not in found} <= {Role.POLICY, Role.BINARIES}
    for one in found:
        assert one.role.value == role(row)
        assert place_of(one) == expected_place(row)


@needs_corpus
@every_row
def test_the_address_of_a_chart_is_told_of_where_nothing_installs_it(row: dict[str, str]) -> None:
    titles = {product.id: product.title for product in products()}
    found = objects(row)
    notes = [note.message for note in installers(found, ManifestIndex(found))[1]]
    told = [message for message in notes if "has the chart of" in message]
    assert len(told) == is_a_source(row)
    assert all(titles[identity(row) or ""] in message for message in told)


@needs_corpus
@every_row
def test_what_is_not_in_view_is_assumed_only_for_a_reason(row: dict[str, str]) -> None:
    assumed = [one.product.id for one in recognised(row) if one.assumed]
    expected = ["aws-vpc-cni"] if "config/multus/" in row["path"] else []
    configured = "(ConfigMap)" in row["product"]
    assert assumed == ([identity(row)] if configured else expected)


@needs_corpus
@every_row
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
def test_the_corpus_holds_what_it_held() -> None:
    # one that shrank would let everything above pass
    assert len(rows()) >= 80
    assert {identity(row) for row in rows()} - {None} == set(PRODUCTS.values())
    assert [row["product"] for row in rows() if identity(row) is None] == [
        VALUES,
        "NEGATIVE: name has aws-node prefix",
    ]


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
        # their values say `exclusive: false`
        (("onedr0p", "cilium"), ""),
        (("joryirving", "cilium"), ""),
    ],
)
def test_cilium_takes_the_directory_over_as_its_release_and_its_values_say(
    parts: tuple[str, ...], renames: str
) -> None:
    (one,) = recognised(by_file(*parts))
    assert one.behaviour.renames == renames
    assert one.behaviour.suffix == (".cilium_bak" if renames else "")


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


@needs_corpus
def test_a_release_and_the_address_of_its_chart_are_one_install() -> None:
    """onedr0p/home-ops: the chart of home-operations, which its OCIRepository names."""
    parts = [by_file("onedr0p", "multus", file) for file in ("helmrelease", "ocirepository")]
    found = [manifest for row in parts for manifest in objects(row)]
    ((one,), _notes) = installers(found, ManifestIndex(found))
    assert one.form.by == "home-operations"
    assert one.form.pinned_by == "extraArgs"
    assert one.settings["cleanup"].value == "true"


@needs_corpus
def test_values_that_keep_a_release_to_some_nodes_are_followed() -> None:
    (one,) = recognised(by_file("rwlove", "multus"))
    assert one.placement.matches({"node.network/vlan-iot": "true"})
    assert not one.placement.matches({})
