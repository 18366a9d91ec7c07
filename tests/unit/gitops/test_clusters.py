"""Which clusters a repository has: their names, what they get, and what none of them gets."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnilint.gitops.flux
from cnilint.gitops.built import BuiltNode
from cnilint.gitops.circles import circles
from cnilint.gitops.files import Files
from cnilint.gitops.flux import folder_build
from cnilint.gitops.graph import Build, UnreadReason

from .layouts import (
    application,
    applied,
    daemon,
    documents,
    flux,
    found,
    kustomization,
    names,
    only,
    reasons,
    written,
)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("clusters/prod", "prod"),
        ("clusters/prod/flux-system", "prod"),
        ("clusters/prod/eu", "prod"),
        ("kubernetes/clusters/prod/config", "prod"),
        ("kubernetes/main/flux", "main"),
        ("kubernetes/flux/cluster", "default"),
        ("flux", "default"),
        ("setup/flux/cluster", "default"),
    ],
)
def test_a_cluster_has_the_name_that_its_folder_tells(folder: str, name: str) -> None:
    texts = {f"{folder}/sync.yaml": flux("sync", folder), f"{folder}/a.yaml": daemon("a")}
    assert names(texts) == {name: ["a"]}


def test_names_that_are_not_unique_are_the_whole_folder() -> None:
    texts = {
        f"{region}/prod/flux/sync.yaml": flux("sync", f"{region}/prod/flux")
        for region in ("eu", "us")
    }
    assert list(names(texts)) == ["eu/prod", "us/prod"]


def test_a_single_folder_of_applications_is_the_only_cluster() -> None:
    texts = {"argo/sets/a.yaml": application("a", {"path": "a"}), "a/a.yaml": daemon("a")}
    assert names(texts) == {"default": ["a"]}


def test_settings_come_before_everything_else() -> None:
    texts = {
        "clusters/prod/sync.yaml": flux("sync", "clusters/prod"),
        "one/a.yaml": daemon("a"),
        "one/kustomization.yaml": kustomization("a.yaml"),
        "two/b.yaml": daemon("b"),
        "three/c.yaml": daemon("c"),
    }
    layout = found(texts, {"left": ("one", "two/b.yaml"), "right": ("two",)})
    assert {one.name: applied(one) for one in layout.clusters} == {
        "left": ["a", "b"],
        "right": ["b"],
    }
    assert [one.name for one in layout.unapplied] == ["c"]


def test_a_folder_that_is_given_is_followed_out_of_it(tmp_path: Path) -> None:
    everything = {
        "clusters/prod/apps.yaml": flux("apps", "./apps/prod"),
        "apps/prod/kustomization.yaml": kustomization("../../base"),
        "base/kustomization.yaml": kustomization("a.yaml"),
        "base/a.yaml": daemon("a"),
        "base/unused.yaml": daemon("unused"),
    }
    written(tmp_path, everything)
    given_only = {str(tmp_path / path): everything[path] for path in ["clusters/prod/apps.yaml"]}
    (one,) = found(given_only, top=str(tmp_path)).clusters
    assert (one.name, applied(one)) == ("prod", ["a"])
    overlay = {str(tmp_path / path): everything[path] for path in ["apps/prod/kustomization.yaml"]}
    (one,) = found(overlay, top=str(tmp_path)).clusters
    assert applied(one) == ["a"]


def test_links_out_of_the_repository_and_in_circles_are_not_followed(tmp_path: Path) -> None:
    top = tmp_path / "repository"
    written(tmp_path, {"outside/a.yaml": daemon("outside")})
    texts = {
        "clusters/prod/apps.yaml": flux("apps", "./apps"),
        "apps/kustomization.yaml": kustomization("out", "loop", "in.yaml"),
        "apps/in.yaml": daemon("in"),
    }
    written(top, texts)
    os.symlink(tmp_path / "outside", top / "apps/out")
    os.symlink(top / "apps", top / "apps/loop")
    (one,) = found({str(top / p): t for p, t in texts.items()}, top=str(top)).clusters
    assert applied(one) == ["in"]
    assert len(one.not_read) == 2
    assert UnreadReason.OUTSIDE in reasons(one)


def test_kustomizations_in_a_circle_end() -> None:
    texts = {
        "clusters/prod/apps.yaml": flux("apps", "./a"),
        "a/kustomization.yaml": kustomization("../b"),
        "b/kustomization.yaml": kustomization("../a", "b.yaml"),
        "b/b.yaml": daemon("b"),
    }
    assert UnreadReason.CYCLE in reasons(only(texts))


def test_the_same_cluster_by_two_ways_is_one() -> None:
    texts = {
        "clusters/prod/infra.yaml": flux("infra", "./infra"),
        "clusters/prod/more/apps.yaml": flux("apps", "./apps"),
        "clusters/prod/sync.yaml": flux("sync", "./clusters/prod"),
        "infra/a.yaml": daemon("a"),
        "apps/b.yaml": daemon("b"),
        "argo/c.yaml": application("c", {"path": "apps"}, cluster="prod"),
    }
    assert list(names(texts)) == ["prod"]


def test_one_install_that_is_applied_twice_is_one() -> None:
    texts = {
        "clusters/prod/sync.yaml": flux("sync", "./clusters/prod"),
        "clusters/prod/first.yaml": flux("first", "./first"),
        "clusters/prod/second.yaml": flux("second", "./second"),
        "first/a.yaml": daemon("a", "app:1"),
        "second/a.yaml": daemon("a", "app:2"),
    }
    layout = found(texts)
    assert applied(layout.clusters[0]) == ["a"]
    ((before, after),) = layout.repeated
    assert before.document.source.path == "first/a.yaml"
    assert after.document.source.path == "second/a.yaml"


def test_without_a_word_about_clusters_all_is_one() -> None:
    assert names({"a.yaml": daemon("a"), "deep/b.yaml": daemon("b")}) == {"default": ["a", "b"]}


def test_folders_that_repeat_an_install_are_clusters_and_that_is_assumed() -> None:
    texts = {
        f"{name}/kustomization.yaml": kustomization("../base", "own.yaml")
        for name in ("east", "west")
    }
    texts |= {f"{name}/own.yaml": daemon(name) for name in ("east", "west")}
    texts |= {"base/kustomization.yaml": kustomization("a.yaml"), "base/a.yaml": daemon("a")}
    layout = found(texts)
    assert {one.name: applied(one) for one in layout.clusters} == {
        "east": ["a", "east"],
        "west": ["a", "west"],
    }
    assert {one.assumed for one in layout.clusters} == {"folders"}


CHART = "name: umbrella\ndependencies:\n  - {name: multus, version: 1.0.0, repository: oci://x}\n"


def test_a_chart_that_nothing_refers_to_counts_where_no_gitops_is_done() -> None:
    alone = found({"charts/multus/Chart.yaml": CHART})
    assert [one.kind for one in alone.clusters[0].objects] == ["Chart"]
    beside = found(
        {
            "charts/multus/Chart.yaml": CHART,
            "argo/remote.yaml": application("remote", {"chart": "web", "targetRevision": "1"}),
        }
    )
    assert [one.kind for one in beside.unapplied] == ["Chart"]
    assert all(one.kind != "Chart" for each in beside.clusters for one in each.objects)


def test_a_repository_of_many_roots_is_found_quickly() -> None:
    """Finding roots does not look at each pair of things in a repository."""
    texts = {}
    for at in range(150):
        texts[f"clusters/c{at}/sync.yaml"] = flux("sync", f"clusters/c{at}")
        texts[f"clusters/c{at}/apps.yaml"] = flux("apps", f"apps/{at}")
        texts[f"apps/{at}/a.yaml"] = documents(daemon("a"), daemon("b"))
    layout = found(texts)
    assert len(layout.clusters) == 150
    assert all(applied(one) == ["a", "b"] for one in layout.clusters)


GRAPHS = st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=8, max_size=8)


@given(GRAPHS)
def test_circles_are_those_that_lead_to_each_other(leads: list[list[int]]) -> None:
    def reached(start: int) -> set[int]:
        seen: set[int] = set()
        pending = [start]
        while pending:
            at = pending.pop()
            if at not in seen:
                seen.add(at)
                pending += leads[at]
        return seen

    numbers = circles(leads)
    below = [reached(at) for at in range(len(leads))]
    for one in range(len(leads)):
        for other in range(len(leads)):
            together = other in below[one] and one in below[other]
            assert (numbers[one] == numbers[other]) is together


def test_a_long_chain_is_no_circle() -> None:
    chain = [[at + 1] for at in range(20_000)] + [[]]
    assert len(set(circles(chain))) == 20_001


def test_what_an_overlay_builds_is_not_built_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    def record(files: Files, folder: str, more: BuiltNode | None = None) -> Build:
        built.append(folder)
        return folder_build(files, folder, more)

    monkeypatch.setattr(cnilint.gitops.flux, "folder_build", record)
    texts = {
        "base/kustomization.yaml": kustomization("a.yaml"),
        "base/a.yaml": daemon("a"),
        "over/kustomization.yaml": kustomization("../base"),
        "part/kustomization.yaml": json.dumps({"kind": "Component", "resources": ["b.yaml"]}),
        "part/b.yaml": daemon("b"),
        "top/kustomization.yaml": kustomization("../over", components=["../part"]),
        "alone/kustomization.yaml": kustomization("c.yaml"),
        "alone/c.yaml": daemon("c"),
    }
    assert names(texts) == {"default": ["a", "b", "c"]}
    assert sorted(set(built)) == ["alone", "top"]


def test_kustomizations_that_bring_in_each_other_are_told_of() -> None:
    texts = {
        "a/kustomization.yaml": kustomization("../b"),
        "b/kustomization.yaml": kustomization("../a"),
    }
    assert UnreadReason.CYCLE in reasons(only(texts))


def test_a_kustomization_of_nothing_but_what_is_not_read_is_told_of() -> None:
    remote = {"net/kustomization.yaml": kustomization("https://example.org/cni.yaml")}
    assert reasons(only(remote)) == [UnreadReason.REMOTE]
    loose = {"own/kustomization.yaml": kustomization("a.yaml"), "own/a.yaml": daemon("a")}
    assert reasons(only({**remote, **loose})) == [UnreadReason.REMOTE]


def test_what_is_not_read_is_of_the_cluster_of_its_folder_or_of_each() -> None:
    remote = kustomization("https://example.org/cni.yaml")
    texts = {
        f"{name}/{part}/kustomization.yaml": text
        for name in ("one", "two")
        for part, text in (("own", kustomization("a.yaml")), ("net", remote))
    }
    texts |= {f"{name}/own/a.yaml": daemon("a") for name in ("one", "two")}
    del texts["two/net/kustomization.yaml"]
    assert {one.name: reasons(one) for one in found(texts).clusters} == {
        "one": [UnreadReason.REMOTE],
        "two": [],
    }
    texts["three/kustomization.yaml"] = remote
    assert {one.name: len(reasons(one)) for one in found(texts).clusters} == {"one": 2, "two": 1}
