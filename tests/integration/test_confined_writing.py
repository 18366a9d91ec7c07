"""A stranger's repository changes no file outside of itself: no link out is followed to write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clusters import PINNED, VPC, cnilint, contents, multus, placed

FIXABLE = {"multus.yaml": multus(), "aws-node.yaml": VPC}


def test_a_report_that_is_a_link_is_replaced(home: Path, checkout: Path) -> None:
    placed(checkout, {"a.yaml": "a: 1\n", ".git/hook": "as it was"})
    for name, target in (("out.txt", home / ".bashrc"), ("in.txt", checkout / ".git/hook")):
        (checkout / name).symlink_to(target)
        before = target.read_text()
        done = cnilint("check", "--output-format", f"json:{name}", folder=checkout)
        assert done.code == 0, done.err
        assert target.read_text() == before
        assert not (checkout / name).is_symlink()
        assert json.loads((checkout / name).read_text())["findings"] == []


def test_a_report_below_a_folder_that_is_a_link_is_refused(home: Path, checkout: Path) -> None:
    placed(checkout, {"a.yaml": "a: 1\n"})
    (checkout / "reports").symlink_to(home)
    before = contents(home)
    for path in ("reports/.bashrc", f"{checkout}/reports/new", "reports/../home/new"):
        done = cnilint("check", "--output-format", f"json:{path}", folder=checkout)
        assert done.code == 2
        assert f"cannot write {path}: a link that leads out of the repository" in done.err
    assert contents(home) == before


@pytest.mark.parametrize("named", ["multus.yaml", "apps/multus.yaml", "inside.yaml"])
def test_a_fix_follows_no_link_out(named: str, home: Path, checkout: Path) -> None:
    placed(home, FIXABLE)
    placed(checkout, {"aws-node.yaml": VPC, ".git/multus.yaml": multus()})
    (checkout / "apps").symlink_to(home)
    (checkout / "multus.yaml").symlink_to(home / "multus.yaml")
    (checkout / "inside.yaml").symlink_to(".git/multus.yaml")
    assert cnilint("check", "--fix", folder=checkout).code == 0
    done = cnilint("check", "--fix", named, "aws-node.yaml", folder=checkout)
    assert done.code == 2
    assert f"{named} cannot be written: a link that leads out of the repository" in done.err
    assert (home / "multus.yaml").read_text() == multus()
    assert (checkout / ".git" / "multus.yaml").read_text() == multus()


def test_a_fix_behind_a_link_within_the_repository_is_made_there(checkout: Path) -> None:
    placed(checkout, {"aws-node.yaml": VPC, "base/multus.txt": multus()})
    (checkout / "multus.yaml").symlink_to("base/multus.txt")
    assert cnilint("check", "--fix", folder=checkout).code == 0
    assert (checkout / "multus.yaml").is_symlink()
    assert (checkout / "base" / "multus.txt").read_text() == multus(PINNED)


def test_patches_follow_no_link_out(home: Path, checkout: Path) -> None:
    rendered = {name: f"# Source: x/templates/{name}\n{text}" for name, text in FIXABLE.items()}
    placed(checkout, rendered)
    (checkout / "patches").symlink_to(home)
    before = contents(home)
    for folder in ("patches", "patches/new"):
        done = cnilint("check", "--patch-dir", folder, folder=checkout)
        assert done.code == 2, done.out
        assert "a link that leads out of the repository" in done.err
    assert contents(home) == before


def test_patches_take_no_text_from_a_link_out(home: Path, checkout: Path) -> None:
    rendered = {name: f"# Source: x/templates/{name}\n{text}" for name, text in FIXABLE.items()}
    placed(checkout, {**rendered, "patches/x": ""})
    placed(home, {"secret.yaml": "kind: Kustomization\nhunter: 2\n"})
    (checkout / "patches" / "kustomization.yaml").symlink_to(home / "secret.yaml")
    done = cnilint("check", "--patch-dir", "patches", folder=checkout)
    assert done.code == 2
    assert "a link that leads out of the repository" in done.err
    assert (home / "secret.yaml").read_text() == "kind: Kustomization\nhunter: 2\n"


def test_pages_and_baselines_follow_no_link_out(home: Path, checkout: Path) -> None:
    placed(checkout, {"a.yaml": "a: 1\na: 2\n"})
    (checkout / "docs").symlink_to(home)
    (checkout / ".cnilint-baseline.json").symlink_to(home / ".bashrc")
    before = contents(home)
    done = cnilint("rules", "--pages", "docs/rules", folder=checkout)
    assert done.code == 2
    assert cnilint("baseline", "write", folder=checkout).code == 0
    assert contents(home) == before
