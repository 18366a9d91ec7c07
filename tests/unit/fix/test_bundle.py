"""The folder of patches: a component of its own, or entries in somebody's kustomization."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint.engine.selected import SelectedObject
from cnilint.errors import UsageError
from cnilint.fix.bundle import MARK, bundle
from cnilint.fix.in_place import create
from cnilint.fix.options import Cure, Handout
from tests.clusters import contents, placed

CURE = Cure("CNI101", "master-depends-on-order", "pin the master: 10-aws.conflist")
PATCH = Handout(
    file="configmap-m.yaml",
    text="kind: ConfigMap\n",
    subject="ConfigMap kube-system/m",
    why="built by Kustomize from base/m.yaml",
    cures=(CURE,),
    target=SelectedObject("", "v1", "ConfigMap", "m"),
)
VALUES = Handout(
    file="values-cilium.yaml",
    text="cni:\n  exclusive: false\n",
    subject="values of the chart cilium",
    why="rendered from cilium/templates/x.yaml by Helm, and a value of the chart says this",
    cures=(Cure("CNI202", "exclusive-cni", "exclusive false"),),
    chart="cilium",
)
ENTRY = """\
  - path: configmap-m.yaml
    target:
      version: v1
      kind: ConfigMap
      name: m
"""


def written(folder: Path, *handouts: Handout) -> dict[str, str]:
    create(bundle(handouts, str(folder)))
    return {name: content.decode() for name, content in contents(folder).items()}


def test_patches_become_a_component_with_a_page_that_tells_what_each_does(tmp_path: Path) -> None:
    found = written(tmp_path / "new" / "patches", PATCH, VALUES)
    assert sorted(found) == [
        "README.md",
        "configmap-m.yaml",
        "kustomization.yaml",
        "values-cilium.yaml",
    ]
    assert found["kustomization.yaml"] == (
        f"{MARK}apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n{ENTRY}"
    )
    page = found["README.md"]
    assert "components:\n  - patches\n" in page
    assert "- CNI101 master-depends-on-order: pin the master: 10-aws.conflist\n" in page
    assert "ConfigMap kube-system/m (built by Kustomize from base/m.yaml)." in page
    assert "--values " in page


def test_values_alone_need_no_kustomization(tmp_path: Path) -> None:
    found = written(tmp_path, VALUES)
    assert sorted(found) == ["README.md", "values-cilium.yaml"]
    assert "components:" not in found["README.md"]


def test_nothing_to_hand_over_is_no_folder(tmp_path: Path) -> None:
    assert bundle((), str(tmp_path / "none")) == []


def test_what_cnilint_made_is_made_anew_and_the_same_is_no_change(tmp_path: Path) -> None:
    first = written(tmp_path, PATCH, VALUES)
    assert bundle((PATCH, VALUES), str(tmp_path)) == []
    other = PATCH._replace(file="configmap-n.yaml")
    again = written(tmp_path, other)
    assert "configmap-n.yaml" in again["kustomization.yaml"]
    assert "configmap-m.yaml" not in again["kustomization.yaml"]
    assert again["values-cilium.yaml"] == first["values-cilium.yaml"]


OWN = "resources:\n  - ../base # ours\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OWN, f"{OWN}patches:\n{ENTRY}"),
        (f"{OWN}patches:\n  - path: a.yaml\n", f"{OWN}patches:\n  - path: a.yaml\n{ENTRY}"),
        (f"patches:\n{ENTRY}{OWN}", f"patches:\n{ENTRY}{OWN}"),
    ],
)
def test_somebodys_kustomization_gets_an_entry_and_keeps_the_rest(
    before: str, after: str, tmp_path: Path
) -> None:
    placed(tmp_path, {"kustomization.yml": before, "README.md": "# Ours\n"})
    found = written(tmp_path, PATCH)
    assert found["kustomization.yml"] == after
    assert found["README.md"] == "# Ours\n"
    assert found["cnilint.md"].startswith("# Patches by cnilint\n")


@pytest.mark.parametrize("text", ["{", "patches: &p []\nother: *p\n"])
def test_a_kustomization_that_cannot_be_added_to_is_left_alone(text: str, tmp_path: Path) -> None:
    placed(tmp_path, {"kustomization.yaml": text})
    with pytest.raises(UsageError, match=r"kustomization\.yaml cannot be"):
        bundle((PATCH,), str(tmp_path))
    assert contents(tmp_path) == {"kustomization.yaml": text.encode()}


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "configmap-m.yaml").mkdir()
    with pytest.raises(UsageError, match=r"configmap-m\.yaml cannot be read"):
        bundle((PATCH,), str(tmp_path))
    placed(tmp_path, {"file": "x"})
    with pytest.raises(UsageError, match="cannot be"):
        create(bundle((PATCH,), str(tmp_path / "file" / "below")))
