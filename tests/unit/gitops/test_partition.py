"""Manifests of several clusters in one repository are told apart, and patches are no objects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.gitops.clusters import Layout, layout
from cnilint.gitops.files import Files
from cnilint.gitops.partition import ONLY
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose


def laid_out(files: dict[str, str]) -> Layout:
    sources = [Source(path, text) for path, text in files.items()]
    documents = [one for s in sources for one in compose(s) if isinstance(one, Document)]
    return layout(
        Files("", sources),
        documents,
        lambda one: one.kind == "DaemonSet",
        rivals=lambda one, other: one.name[0] == other.name[0] == "x",
    )


def daemon_set(name: str, namespace: str = "kube-system") -> str:
    return (
        "apiVersion: apps/v1\nkind: DaemonSet\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\n"
        "spec: {template: {spec: {containers: []}}}\n"
    )


def config_map(name: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{}}\n"


def parted(files: dict[str, str]) -> dict[str, list[str]]:
    return {
        one.name: sorted(f"{m.document.source.path}:{m.name}" for m in one.objects)
        for one in laid_out(files).clusters
    }


def test_different_objects_are_one_cluster_wherever_they_are() -> None:
    files = {"a/x.yaml": daemon_set("x"), "b/c/w.yaml": daemon_set("w"), "z.yaml": config_map("z")}
    assert parted(files) == {ONLY: ["a/x.yaml:x", "b/c/w.yaml:w", "z.yaml:z"]}


def test_folders_that_repeat_a_daemon_set_are_clusters() -> None:
    files = {
        "clusters/a/net/x.yaml": daemon_set("x"),
        "clusters/b/x.yaml": daemon_set("x"),
        "clusters/b/w.yaml": daemon_set("w"),
        "base/shared.yaml": daemon_set("shared"),
    }
    assert parted(files) == {
        "clusters/a": ["base/shared.yaml:shared", "clusters/a/net/x.yaml:x"],
        "clusters/b": ["base/shared.yaml:shared", "clusters/b/w.yaml:w", "clusters/b/x.yaml:x"],
    }


def test_what_a_folder_repeats_is_not_taken_from_above_as_well() -> None:
    files = {"x.yaml": daemon_set("x"), "w.yaml": daemon_set("w"), "over/x.yaml": daemon_set("x")}
    assert parted(files) == {
        "over": ["over/x.yaml:x", "w.yaml:w"],
        ONLY: ["w.yaml:w", "x.yaml:x"],
    }


@pytest.mark.parametrize(
    "files",
    [
        {"a/x.yaml": config_map("x"), "b/x.yaml": config_map("x")},
        {"a/x.yaml": daemon_set("x", "one"), "b/x.yaml": daemon_set("x", "two")},
        {"a/x.yaml": daemon_set("x") + "---\n" + daemon_set("x")},
        {"a/x.yaml": config_map("x"), "a/again.yaml": config_map("x")},
    ],
    ids=["no install", "another namespace", "the same file", "no install in one folder"],
)
def test_what_does_not_part_clusters(files: dict[str, str]) -> None:
    assert list(parted(files)) == [ONLY]


def test_absolute_and_relative_paths_go_together() -> None:
    files = {"/srv/a/x.yaml": daemon_set("x"), "b/x.yaml": daemon_set("x")}
    assert parted(files) == {"/srv": ["/srv/a/x.yaml:x"], "b": ["b/x.yaml:x"]}


def test_nothing_is_no_cluster() -> None:
    assert laid_out({}).clusters == ()


def test_an_object_that_stands_twice_is_what_stands_last() -> None:
    text = "---\n".join([daemon_set("x"), daemon_set("w"), daemon_set("x")])
    found = laid_out({"a.yaml": text})
    (only,) = found.clusters
    ((before, after),) = found.repeated
    assert [m.name for m in only.objects] == ["w", "x"]
    assert only.objects[1] is after
    assert before.root.span.start < after.root.span.start


def test_files_of_one_folder_that_hold_the_same_install_are_alternatives() -> None:
    files = {
        "deploy/thin.yaml": daemon_set("x"),
        "deploy/thick.yaml": daemon_set("x") + "---\n" + config_map("settings"),
        "deploy/primary.yaml": daemon_set("w"),
        "more/m.yaml": config_map("m"),
    }
    beside = ["deploy/primary.yaml:w", "more/m.yaml:m"]
    assert parted(files) == {
        "deploy/thick.yaml": sorted([*beside, "deploy/thick.yaml:settings", "deploy/thick.yaml:x"]),
        "deploy/thin.yaml": sorted([*beside, "deploy/thin.yaml:x"]),
    }
    assert {one.assumed for one in laid_out(files).clusters} == {"files"}


def test_a_rival_of_an_alternative_is_one_as_well() -> None:
    files = {
        "a.yaml": daemon_set("x"),
        "b.yaml": daemon_set("x"),
        "rival.yaml": daemon_set("x-of-another-name"),
        "friend.yaml": daemon_set("w"),
    }
    assert {name: len(each) for name, each in parted(files).items()} == {
        "a.yaml": 2,
        "b.yaml": 2,
        "rival.yaml": 2,
    }


def test_rivals_alone_are_no_alternatives() -> None:
    files = {"a.yaml": daemon_set("x-one"), "b.yaml": daemon_set("x-two")}
    assert list(parted(files)) == [ONLY]


def test_folders_beside_one_of_alternatives_get_none_of_them() -> None:
    files = {
        "manifests/a.yaml": daemon_set("x"),
        "manifests/b.yaml": daemon_set("x"),
        "manifests/rival.yaml": daemon_set("x-of-another-name"),
        "manifests/openshift/x.yaml": daemon_set("x"),
        "manifests/openshift/more.yaml": config_map("m"),
    }
    assert parted(files) == {
        "manifests/a.yaml": ["manifests/a.yaml:x"],
        "manifests/b.yaml": ["manifests/b.yaml:x"],
        "manifests/rival.yaml": ["manifests/rival.yaml:x-of-another-name"],
        "manifests/openshift": ["manifests/openshift/more.yaml:m", "manifests/openshift/x.yaml:x"],
    }


def test_what_a_root_applies_is_one_cluster_though_files_repeat_an_install() -> None:
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: all}\n"
        "spec: {destination: {name: prod}, source: {repoURL: https://a.example/a, path: deploy}}\n"
    )
    files = {
        "app.yaml": application,
        "deploy/a.yaml": daemon_set("x"),
        "deploy/b.yaml": daemon_set("x"),
    }
    assert list(parted(files)) == ["prod"]


FOLDERS = st.sampled_from([".", "a", "a/b", "c"])
PLACED = st.dictionaries(
    st.tuples(FOLDERS, st.sampled_from(["1.yaml", "2.yaml", "3.yaml"])),
    st.lists(st.sampled_from(["x", "x-more", "w", "v"]), min_size=1, max_size=2, unique=True),
    min_size=1,
    max_size=8,
)


@given(placed=PLACED)
def test_no_cluster_takes_a_name_from_two_files_and_none_is_lost(
    placed: dict[tuple[str, str], list[str]],
) -> None:
    files = {
        f"{folder}/{name}".removeprefix("./"): "---\n".join(map(daemon_set, held))
        for (folder, name), held in placed.items()
    }
    found = parted(files)
    for objects in found.values():
        names = [one.rpartition(":")[2] for one in objects]
        assert len(names) == len(set(names))
    told = {one for objects in found.values() for one in objects}
    assert told == {
        f"{folder}/{name}".removeprefix("./") + f":{one}"
        for (folder, name), held in placed.items()
        for one in held
    }


def test_what_installs_nothing_may_stand_twice() -> None:
    files = {"a.yaml": config_map("x"), "b.yaml": config_map("x")}
    (only,) = laid_out(files).clusters
    assert [m.document.source.path for m in only.objects] == ["a.yaml", "b.yaml"]


def kustomized(folder: str, *names: str) -> dict[str, str]:
    """Return a folder with a kustomization of DaemonSets."""
    listed = "".join(f"- {name}.yaml\n" for name in names)
    files = {f"{folder}/{name}.yaml": daemon_set(name) for name in names}
    return {**files, f"{folder}/kustomization.yaml": f"resources:\n{listed}"}


def told_apart(files: dict[str, str], *products: str) -> list[str]:
    """Return the clusters where objects are of one product whose names begin alike."""
    sources = [Source(path, text) for path, text in files.items()]
    documents = [one for s in sources for one in compose(s) if isinstance(one, Document)]
    found = layout(
        Files("", sources),
        documents,
        lambda one: one.kind == "DaemonSet",
        None,
        lambda one, other: any(one.name[0] == other.name[0] == each for each in products),
    )
    return sorted(one.name for one in found.clusters)


def test_kustomizations_that_install_one_product_under_two_names_are_two_clusters() -> None:
    files = {**kustomized("a", "c-one", "m"), **kustomized("b", "c-two"), **kustomized("d", "x")}
    assert told_apart(files, "c") == ["a", "b"]
    assert told_apart(files) == [ONLY]


def test_one_kustomization_that_installs_a_product_twice_is_one_cluster() -> None:
    assert told_apart(kustomized("a", "c-one", "c-two"), "c") == [ONLY]


def test_loose_files_that_install_a_product_twice_are_one_cluster() -> None:
    files = {"a/c-one.yaml": daemon_set("c-one"), "b/c-two.yaml": daemon_set("c-two")}
    assert told_apart(files, "c") == [ONLY]
