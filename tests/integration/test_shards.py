"""The shares of several jobs are together what one run reports, each thing in one of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.config.options import DEFAULTS
from cnilint.engine.shards import Shard, shard
from cnilint.errors import UsageError
from cnilint.report.json_ import check_json
from cnilint.run import asked, checked
from tests.clusters import PINNED, STANDALONE, VPC, cnilint, multus, placed

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TREE = {
    **{f"clusters/{name}/vpc.yaml": VPC for name in "abcdef"},
    **{f"clusters/{name}/multus.yaml": multus() for name in "abd"},
    "clusters/c/istio.yaml": STANDALONE,
    "clusters/c/multus.yaml": multus(),
    "clusters/e/multus.yaml": multus(PINNED),
    "broken.yaml": "kind: DaemonSet\napiVersion: apps/v1\nspec: [\n",
}
SHARED = {
    "base/kustomization.yaml": "resources: [vpc.yaml, multus.yaml]\n",
    "base/vpc.yaml": VPC,
    "base/multus.yaml": multus(),
    **{f"clusters/{name}/kustomization.yaml": "resources: [../../base]\n" for name in "abcde"},
}


def reports(folder: Path, count: int, **chosen: object) -> tuple[dict[str, Any], list[Any]]:
    """Return the report of a run, and those of so many shares of it."""
    base = DEFAULTS.replaced(budget=0.0, jobs="1", **chosen)
    shares = ["", *(f"{number}/{count}" for number in range(1, count + 1))]
    whole, *parts = (
        json.loads(check_json(checked(asked([str(folder)], base.replaced(shard=one)))))
        for one in shares
    )
    return whole, parts


def assert_together(whole: dict[str, Any], parts: list[Any]) -> None:
    for key in ("findings", "notes", "clusters", "suppressed"):
        each = [one for part in parts for one in part.get(key, ())]
        assert len(each) == len(whole.get(key, ()))
        assert all(one in each for one in whole.get(key, ()))
        for part in parts:  # in the order of the whole
            at = [whole[key].index(one) for one in part.get(key, ())]
            assert at == sorted(at)
    for key in ("errors", "warnings", "notes", "fixable", "fixable_unsafe", "clusters"):
        assert sum(part["summary"][key] for part in parts) == whole["summary"][key]


@pytest.mark.parametrize("name", ["flux-clusters", "argo-cd-clusters", "eks-multus-istio"])
def test_the_shares_of_an_example_are_the_whole(name: str) -> None:
    assert_together(*reports(EXAMPLES / name, 3))


@pytest.mark.parametrize("files", [TREE, SHARED], ids=["apart", "shared base"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_shares_of_a_tree_are_the_whole(
    files: dict[str, str], count: int, tmp_path: Path
) -> None:
    placed(tmp_path, files)
    whole, parts = reports(tmp_path, count)
    assert whole["findings"]
    assert whole["summary"]["clusters"] >= 5
    assert_together(whole, parts)
    assert count == 1 or sum(bool(part["clusters"]) for part in parts) > 1
    assert_together(*reports(tmp_path, count, scope="file"))


@settings(max_examples=10, deadline=None)
@given(
    names=st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1, max_size=5),
    multuses=st.lists(st.sampled_from([multus(), multus(PINNED), STANDALONE]), min_size=5),
    count=st.integers(1, 4),
)
def test_the_shares_of_a_generated_tree_are_the_whole(
    names: list[str],
    multuses: list[str],
    count: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("tree")
    for name, text in zip(names, multuses, strict=False):
        placed(folder, {f"clusters/{name}/x.yaml": f"{VPC}---\n{text}"})
    assert_together(*reports(folder, count))


@given(st.text(), st.integers(1, 50))
def test_a_name_is_in_one_share_whatever_else_there_is(name: str, count: int) -> None:
    assert sum(Shard(number, count).has(name) for number in range(1, count + 1)) == 1


def test_a_name_stays_in_its_share_from_release_to_release() -> None:
    names = ("dev", "staging", "prod-eu", "prod-us", "prod-ap", "lab")
    held = [[one for one in names if Shard(number, 3).has(one)] for number in (1, 2, 3)]
    assert held == [["dev", "lab"], ["staging", "prod-eu", "prod-us"], ["prod-ap"]]
    assert Shard(1, 3).has("")


@pytest.mark.parametrize("text", ["1", "0/4", "5/4", "a/4", "1/", "/4", "-1/4", "1/4/2", "²/4"])
def test_what_is_no_share_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="--shard takes I/N"):
        shard(text)


@pytest.mark.parametrize("asked_for", [("--fix",), ("--diff",), ("--patch-dir", "x")])
def test_fixes_are_made_in_a_run_that_reports_all(
    asked_for: tuple[str, ...], tmp_path: Path
) -> None:
    placed(tmp_path, TREE)
    done = cnilint("check", "--shard", "1/2", *asked_for, folder=tmp_path)
    assert done.code == 2
    assert f"--shard and {asked_for[0]}: one of them" in done.err
    assert "multusMasterCNI" not in (tmp_path / "clusters/a/multus.yaml").read_text()


def test_a_job_of_a_pipeline_takes_its_share_from_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(tmp_path, TREE)
    lines = []
    for number in (1, 2):
        monkeypatch.setenv("CNILINT_SHARD", f"{number}/2")
        lines += cnilint("check", "--output-format", "concise", folder=tmp_path).out.splitlines()
    monkeypatch.delenv("CNILINT_SHARD")
    whole = cnilint("check", "--output-format", "concise", folder=tmp_path).out.splitlines()
    assert sorted(lines) == sorted(whole)
