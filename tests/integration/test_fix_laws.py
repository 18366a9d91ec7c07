"""Every fix of every rule's cases, and of real manifests, keeps the laws of a fix."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cnilint.engine.evaluate import evaluate
from cnilint.run import load
from tests.cases import whole_cases
from tests.clusters import VPC, cnilint, contents, placed, read
from tests.corpus import CORPUS
from tests.laws import assert_run
from tests.rules.test_rules import name

CASES = whole_cases()
BAD = [path for path in sorted(CASES.glob("CNI*/bad-*")) if path.parent.name != "CNI904"]
"""Those that cnilint does not give up on."""
FIXED = [case for case in BAD if (case / "fixed").is_dir()]


def manifests(case: Path) -> list[str]:
    """Return the files of a case, its settings among them."""
    found = (path for path in case.rglob("*") if path.is_file())
    left_out = {"expected.txt", "fixed"}
    return [str(p) for p in sorted(found) if left_out.isdisjoint(p.relative_to(case).parts)]


@pytest.mark.parametrize("case", BAD, ids=name)
def test_the_cases_of_a_rule(case: Path) -> None:
    inputs = load(manifests(case))
    done = assert_run(inputs)
    assert bool(done.changed) or not (case / "fixed").is_dir()


@pytest.mark.parametrize("case", FIXED, ids=name)
def test_git_makes_of_the_diff_what_the_fix_makes(case: Path, tmp_path: Path) -> None:
    by_git, by_us = tmp_path / "git", tmp_path / "us"
    for folder in (by_git, by_us):
        folder.mkdir()
        for path in manifests(case):
            shutil.copyfile(path, folder / Path(path).name)
    before = contents(by_git)
    diff = cnilint("check", "--diff", "--unsafe-fixes", folder=by_git)
    assert diff.code == 1
    assert contents(by_git) == before
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)}
    subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        cwd=by_git,
        env=environment,
        input=diff.out.encode(),
        check=True,
    )
    assert cnilint("check", "--fix", "--unsafe-fixes", folder=by_us).code in (0, 1)
    assert contents(by_git) == contents(by_us) != before


def files() -> list[Path]:
    found = (CORPUS / kind for kind in ("manifests", "gitops"))
    return sorted(p for folder in found for p in folder.rglob("*.y*ml") if p.is_file())


@pytest.mark.skipif(not files(), reason=f"there is no corpus at {CORPUS}")
def test_real_manifests(tmp_path: Path) -> None:
    """Each file beside the Amazon VPC CNI: where it can be fixed the laws hold and git agrees."""
    changed = 0
    for path in files():
        texts = {"manifest.yaml": path.read_bytes().decode(), "vpc.yaml": VPC}
        inputs = read(texts)
        if not any(finding.fixes for finding in evaluate(inputs).findings):
            continue
        done = assert_run(inputs)
        if not done.changed:
            continue
        changed += 1
        placed(tmp_path, texts)
        flags = ("--unsafe-fixes", "--rendered")
        diff = cnilint("check", "--diff", *flags, folder=tmp_path).out
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff.encode(), check=True)
        after = (tmp_path / "manifest.yaml").read_bytes().decode()
        assert after == done.inputs.sources[0].text != texts["manifest.yaml"]
    print(f"{changed} of {len(files())} real manifests are changed")
    assert changed >= 8
