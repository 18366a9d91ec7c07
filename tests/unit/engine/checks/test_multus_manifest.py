"""What the manifest of Multus is measured by: quantities, flags, programs of images, addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.checks.multus_manifest import bytes_of, nearest
from cnilint.engine.checks.remote import DEFAULT, moving
from cnilint.kube.manifest import ManifestIndex, manifests
from cnilint.kube.workload import Container, workload
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.multus.requirements import absent_program, has_no_shell, image_flavour, lacks
from cnilint.syntax.compose import compose

THICK = "ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4-thick"
THIN = "ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4"
RAW = "https://raw.githubusercontent.com/k8snetworkplumbingwg/multus-cni"


def container(image: str) -> Container:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
        f"spec:\n  containers:\n  - {{name: a, image: '{image}'}}\n"
    )
    (document,) = compose(Source("a.yaml", text))
    assert isinstance(document, Document)
    (manifest,) = manifests(document)
    pods = workload(manifest, ManifestIndex([manifest]))
    assert pods is not None
    return pods.containers[0]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("50Mi", 52428800),
        ("50M", 50000000),
        ("0.5Gi", 536870912),
        ("1e6", 1000000),
        ("1E", 10**18),
        ("64.Ki", 65536),
        ("100m", 0),
        (" 7 ", 7),
        ("", None),
        ("much", None),
        ("50MiB", None),
        ("-1", None),
    ],
)
def test_quantities_are_read_as_kubernetes_reads_them(text: str, size: int | None) -> None:
    assert bytes_of(text) == size


@given(st.integers(0, 10**6), st.sampled_from([("Ki", 2**10), ("Mi", 2**20), ("k", 1000)]))
def test_a_unit_multiplies(number: int, unit: tuple[str, int]) -> None:
    assert bytes_of(f"{number}{unit[0]}") == number * unit[1]


KNOWN = ("namespace-isolation", "global-namespaces", "multus-master-cni-file-name", "cni-version")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("cni-namespace-isolation", "namespace-isolation"),
        ("namespace-isolatoin", "namespace-isolation"),
        ("master-cni-file-name", "multus-master-cni-file-name"),
        ("multus-master-cni-filename", "multus-master-cni-file-name"),
        ("restart-crio", None),
        ("", None),
    ],
)
def test_a_flag_is_near_just_one(given: str, meant: str | None) -> None:
    assert nearest(given, KNOWN) == meant


@given(st.sampled_from(KNOWN), st.integers(0, 30))
def test_a_letter_left_out_is_told(flag: str, at: int) -> None:
    place = at % len(flag)
    assert nearest(flag[:place] + flag[place + 1 :], KNOWN) == flag


@pytest.mark.parametrize(
    ("address", "branch"),
    [
        (f"{RAW}/master/deployments/a.yml", "master"),
        (f"{RAW}/refs/heads/release-4.2/deployments/a.yml", "release-4.2"),
        (f"{RAW}/v4.2.4/deployments/a.yml", ""),
        (f"{RAW}/refs/tags/v4.2.4/a.yml", ""),
        (f"{RAW}/95a0932350f0060cd232096876e24672a1de83fa/a.yml", ""),
        ("https://github.com/a/multus/raw/main/a.yaml", "main"),
        ("https://github.com/a/multus/raw/v1.2.3/a.yaml", ""),
        ("https://github.com/a/multus/releases/latest/download/a.yaml", "the latest release"),
        ("https://github.com/a/multus/releases/download/v1.2.3/a.yaml", ""),
        ("https://github.com/a/multus/deploy?ref=main", "main"),
        ("https://github.com/a/multus/deploy?ref=v1.2.3", ""),
        ("https://github.com/a/multus//deploy?version=v1.2.3&timeout=90s", ""),
        ("github.com/a/multus//deploy", DEFAULT),
        ("git@github.com:a/multus.git//deploy?ref=0123abc", ""),
        ("https://gitlab.example.com/a/multus/-/raw/main/a.yaml", "main"),
        ("https://gitlab.example.com/a/multus/-/raw/v1.0.0/a.yaml", ""),
        ("https://codeberg.org/a/multus/raw/branch/dev/a.yaml", "dev"),
        ("https://example.com/multus.yaml", ""),
    ],
)
def test_an_address_moves_with_its_branch(address: str, branch: str) -> None:
    assert moving(address) == branch


def test_images_are_told_apart_by_name_and_tag() -> None:
    for image, flavour in (
        (THICK, ("thick", True)),
        (THIN, ("thin", True)),
        ("mirror:5000/ghcr.io/k8snetworkplumbingwg/multus-cni:stable-thick", ("thick", True)),
        ("602.dkr.ecr.eu-1.amazonaws.com/eks/multus-cni:v4.1.4-eksbuild.3_thick", ("thick", False)),
        ("rancher/hardened-multus-cni:v4.2.2", None),
    ):
        assert image_flavour(container(image)) == flavour


@pytest.mark.parametrize(
    ("image", "release", "path", "absent"),
    [
        (THICK, (4, 2, 4), "/usr/src/multus-cni/bin/multus-daemon", False),
        (THICK, (4, 2, 4), "/thin_entrypoint", True),
        (THICK, (4, 2, 4), "cp", False),
        (THICK, (4, 1, 4), "/usr/src/multus-cni/bin/passthru", True),
        (THICK, (4, 2, 1), "/usr/src/multus-cni/bin/passthru", False),
        (THIN, (4, 2, 4), "cp", True),
        (THIN, (4, 2, 4), "/bin/sh", True),
        (THIN, (3, 9, 3), "cp", False),
        (THIN, (4, 0, 0), "/entrypoint.sh", True),
        (THIN, (3, 9, 3), "/entrypoint.sh", False),
        (THIN, (3, 9, 3), "/install_multus", True),
        (THIN, (4, 2, 4), "/something/else", False),
        ("rancher/hardened-multus-cni:v4.2.2", (4, 2, 2), "cp", False),
        ("rancher/hardened-multus-cni:v4.2.2", (4, 2, 2), "/entrypoint.sh", False),
    ],
)
def test_programs_are_in_the_image_of_a_release_or_not(
    image: str, release: tuple[int, int, int], path: str, absent: bool
) -> None:
    assert absent_program(container(image), release, path) is absent


@given(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)))
def test_a_program_that_the_image_lacks_came_later_or_went(release: tuple[int, int, int]) -> None:
    for image in (THICK, THIN):
        kept = lacks(container(image), release, "/usr/src/multus-cni/bin/multus-shim")
        assert (kept is None) == (release >= (4, 0, 0))
    assert has_no_shell(container(THIN), release) == (release >= (4, 0, 0))
    assert not has_no_shell(container(THICK), release)
