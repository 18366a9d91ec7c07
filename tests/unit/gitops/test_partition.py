"""Manifests of several clusters in one repository are told apart, and patches are no objects."""

from __future__ import annotations

import pytest

from cnilint.gitops.partition import ONLY, clusters
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose


def documents(files: dict[str, str]) -> list[Document]:
    found = []
    for path, text in files.items():
        found += [one for one in compose(Source(path, text)) if isinstance(one, Document)]
    return found


def daemon_set(name: str, namespace: str = "kube-system") -> str:
    return (
        "apiVersion: apps/v1\nkind: DaemonSet\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\n"
        "spec: {template: {spec: {containers: []}}}\n"
    )


def config_map(name: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{}}\n"


def parted(files: dict[str, str]) -> dict[str, list[str]]:
    found, _notes = clusters(documents(files))
    return {
        name: sorted(f"{m.document.source.path}:{m.name}" for m in members)
        for name, members in found
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
        {"a/x.yaml": daemon_set("x"), "a/again.yaml": daemon_set("x")},
    ],
    ids=["no install", "another namespace", "the same folder"],
)
def test_what_does_not_part_clusters(files: dict[str, str]) -> None:
    assert list(parted(files)) == [ONLY]


def test_absolute_and_relative_paths_go_together() -> None:
    files = {"/srv/a/x.yaml": daemon_set("x"), "b/x.yaml": daemon_set("x")}
    assert parted(files) == {"/srv": ["/srv/a/x.yaml:x"], "b": ["b/x.yaml:x"]}


def test_nothing_is_no_cluster() -> None:
    assert clusters([]) == ([], [])


@pytest.mark.parametrize(
    "key",
    [
        "patches: [{path: patch.yaml}]",
        "patches: [{path: ./patch.yaml, target: {kind: DaemonSet}}]",
        "patchesStrategicMerge: [patch.yaml]",
        "patchesJson6902: [{path: patch.yaml, target: {name: x}}]",
    ],
)
def test_a_patch_file_is_left_out_and_said(key: str) -> None:
    files = {
        "net/kustomization.yaml": f"resources: [x.yaml]\n{key}\n",
        "net/x.yaml": daemon_set("x"),
        "net/patch.yaml": daemon_set("x"),
    }
    found, notes = clusters(documents(files))
    assert [m.document.source.path for _name, members in found for m in members] == ["net/x.yaml"]
    (note,) = notes
    assert "net/patch.yaml" in note.message
    assert "kustomize build" in note.message
    assert note.location is not None
    assert note.location.source.path == "net/kustomization.yaml"


def test_an_inline_patch_names_no_file() -> None:
    files = {
        "kustomization.yaml": "patches:\n- patch: |\n    kind: DaemonSet\n",
        "x.yaml": daemon_set("x"),
    }
    found, notes = clusters(documents(files))
    assert [m.name for _name, members in found for m in members] == ["x"]
    assert notes == []


def test_an_object_that_stands_twice_is_what_stands_last() -> None:
    files = {"a.yaml": daemon_set("x") + "---\n" + daemon_set("w"), "b.yaml": daemon_set("x")}
    found, notes = clusters(documents(files))
    assert [(m.document.source.path, m.name) for _name, members in found for m in members] == [
        ("a.yaml", "w"),
        ("b.yaml", "x"),
    ]
    (note,) = notes
    assert "stands here and again in b.yaml" in note.message
    assert note.location is not None
    assert note.location.source.path == "a.yaml"


def test_what_installs_nothing_may_stand_twice() -> None:
    files = {"a.yaml": config_map("x"), "b.yaml": config_map("x")}
    found, notes = clusters(documents(files))
    assert [m.document.source.path for _n, members in found for m in members] == [
        "a.yaml",
        "b.yaml",
    ]
    assert notes == []
