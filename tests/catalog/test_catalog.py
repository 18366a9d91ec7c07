"""Every product of the catalog is recognised in each of its forms, and nothing else is.

A folder holds manifests in the shape a product's own have, and `expected.yaml` says, per manifest,
what is found in it: product, role, action, and where the file comes to be on the host.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnilint.catalog.catalog import products
from cnilint.catalog.installer import Installer
from cnilint.catalog.recognise import installers
from cnilint.kube.manifest import Manifest, ManifestIndex, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.multus.forms import multus
from cnilint.syntax.compose import compose
from cnilint.syntax.data import read_mapping

HERE = Path(__file__).parent
EXPECTED = sorted(HERE.glob("*/expected.yaml"))
FORMS = [
    pytest.param(folder.parent / f"{form}.yaml", found, id=f"{folder.parent.name}/{form}")
    for folder in EXPECTED
    for form, found in read_mapping(str(folder)).items()
]

WORKLOADS = [
    form for form in FORMS if "containers:" in Path(str(form.values[0])).read_text("utf-8")
]


def objects(text: str) -> list[Manifest]:
    found = list(compose(Source("cluster.yaml", text)))
    assert all(isinstance(part, Document) for part in found)
    return [m for part in found if isinstance(part, Document) for m in manifests(part)]


def shown(installer: Installer) -> dict[str, Any]:
    """Return what is expected of an installer, leaving out what is empty."""
    one = multus(installer)
    found = {
        "product": installer.product.id,
        "role": installer.role.value,
        "action": installer.action.value,
        "directory": one.conf_host if one else installer.directory,
        "file": installer.writes.name if installer.writes else None,
        "family": one.family if one else None,
        "masters": one.autoconfig_host if one else None,
        "pin": one.master if one else None,
        "target": installer.behaviour.target,
        "network": installer.behaviour.of_network,
        "renames": installer.behaviour.renames,
        "every": installer.behaviour.every,
        "single": installer.behaviour.single.replace("renamed", ""),
        "unless_present": installer.behaviour.unless_present,
        "removes": [name for name in installer.behaviour.removes if name],
        "assumed": bool(installer.assumed),
    }
    return {key: value for key, value in found.items() if value}


@pytest.mark.parametrize(("path", "expected"), FORMS)
def test_each_form_is_recognised(path: Path, expected: list[dict[str, Any]]) -> None:
    found = objects(path.read_text("utf-8"))
    recognised, _notes = installers(found, ManifestIndex(found))
    assert [shown(installer) for installer in recognised] == expected


@pytest.mark.parametrize(("path", "expected"), WORKLOADS)
def test_a_name_alone_is_never_enough(path: Path, expected: list[dict[str, Any]]) -> None:
    """With every program of another kind, nothing is left of a product but its names."""
    text = "\n".join(
        line for line in path.read_text("utf-8").splitlines() if "k8s-app:" not in line
    )
    for program in ("image", "command"):
        text = _replaced(text, program)
    text = text.replace("/etc/kube-flannel/", "/etc/other/")  # a file that it copies is no name
    found = objects(text)
    recognised, _notes = installers(found, ManifestIndex(found))
    # its ConfigMap may speak for itself, by what is in it
    assert [one for one in recognised if one.form.kind == "workload"] == []
    assert expected is not None


def _replaced(text: str, key: str) -> str:
    lines = []
    for line in text.splitlines():
        start, colon, _value = line.partition(f"{key}: ")
        kept = start + colon + ("registry.example/other" if key == "image" else "[/bin/other]")
        lines.append(kept if colon and not start.strip(" -") else line)
    return "\n".join(lines)


@pytest.mark.parametrize(("path", "expected"), FORMS)
def test_no_product_depends_on_the_name_of_its_object(
    path: Path, expected: list[dict[str, Any]]
) -> None:
    text = path.read_text("utf-8")
    for manifest in objects(text):
        if manifest.kind in ("DaemonSet", "Pod", "CronJob", "Deployment") and manifest.name:
            text = text.replace(f"name: {manifest.name}\n", "name: something-else\n", 1)
    found = objects(text)
    recognised, _notes = installers(found, ManifestIndex(found))
    assert [shown(installer) for installer in recognised] == expected


def test_every_product_has_forms_and_every_form_is_expected() -> None:
    folders = {path.parent.name for path in EXPECTED}
    ids = {product.id for product in products()} | {"none"}
    assert folders == ids, "each product has a folder here, with manifests and expected.yaml"
    for folder in EXPECTED:
        forms = {path.stem for path in folder.parent.glob("*.yaml")} - {"expected"}
        assert set(read_mapping(str(folder))) == forms
