"""One finding is the same one from any working directory and by any spelling of its path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clusters import OWNED, VPC, cnilint, multus, placed

BROKEN = "apiVersion: v1\nkind: [\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    files = {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": OWNED}
    for cluster in ("a", "b"):
        placed(tmp_path / "repo" / "clusters" / cluster, files)
    placed(tmp_path / "repo" / "clusters" / "b", {"broken.yaml": BROKEN})
    (tmp_path / "repo" / ".git").mkdir()
    (tmp_path / "other" / ".git").mkdir(parents=True)
    (tmp_path / "link").symlink_to("repo")
    return tmp_path


def marks(folder: Path, *paths: str) -> tuple[set[str], list[str]]:
    """Return what tells the findings of a run apart, and the names of its clusters."""
    asked = ["--output-format", "sarif:../s", "--output-format", "json:../j"]
    cnilint("check", "--no-config", *asked, *paths, folder=folder)
    (run,) = json.loads((folder.parent / "s").read_text())["runs"]
    found = {each["partialFingerprints"]["cnilintFingerprint/v1"] for each in run["results"]}
    names = [each["name"] for each in json.loads((folder.parent / "j").read_text())["clusters"]]
    return found, names


def test_a_finding_has_one_fingerprint(checkout: Path) -> None:
    whole = str(checkout / "repo")
    expected = marks(checkout / "repo")
    found, names = expected
    assert len(found) == 3
    assert names == ["clusters/a", "clusters/b"]
    for folder, *paths in (
        ("repo", "."),
        ("repo", "clusters"),
        ("repo", "clusters/../clusters/a", "clusters/b/"),
        ("repo", whole),
        ("repo/clusters", "."),
        ("repo/clusters/a", ".", "../b"),
        ("repo/clusters", f"{whole}/clusters"),
        ("link", "."),
        ("link", whole),
        ("repo", "../link"),
        ("other", "../repo"),
        ("other", whole),
        ("", "repo"),
        ("", "./link/clusters"),
    ):
        assert marks(checkout / folder, *paths) == expected, (folder, paths)
