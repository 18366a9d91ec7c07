"""Clusters side by side in every layout of folders that repositories have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.gitops.clusters import Layout, layout
from cnilint.gitops.partition import ONLY
from tests.clusters import read


def laid_out(files: dict[str, str]) -> Layout:
    found = read(files)
    return layout(found.files, found.documents, lambda one: one.kind == "DaemonSet")


def daemon_set(name: str) -> str:
    return (
        "apiVersion: apps/v1\nkind: DaemonSet\n"
        f"metadata: {{name: {name}, namespace: kube-system}}\n"
    )


def config_map(name: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: kube-system}}\n"


def parted(*paths: str) -> dict[str, list[str]]:
    """Return the clusters of files, each of which holds the object it is called after."""
    files = {}
    for path in paths:
        name = path.rpartition("/")[2].removesuffix(".yaml")
        files[path] = (config_map if name.startswith("config") else daemon_set)(name)
    found = laid_out(files)
    assert found.repeated == ()
    assert len({one.name for one in found.clusters}) == len(found.clusters)
    return {one.name: [m.document.source.path for m in one.objects] for one in found.clusters}


def test_a_folder_whose_name_begins_alike_is_another_one() -> None:
    found = parted("a/x.yaml", "b/x.yaml", "ab/y.yaml", "a.b/z.yaml")
    assert found == {
        "a": ["a/x.yaml", "ab/y.yaml", "a.b/z.yaml"],
        "b": ["b/x.yaml", "ab/y.yaml", "a.b/z.yaml"],
    }


def test_regions_below_one_stage_and_another_stage_without() -> None:
    found = parted("prod/eu/x.yaml", "prod/us/x.yaml", "dev/x.yaml", "prod/w.yaml", "v.yaml")
    assert found == {
        "dev": ["dev/x.yaml", "v.yaml"],
        "prod/eu": ["prod/eu/x.yaml", "prod/w.yaml", "v.yaml"],
        "prod/us": ["prod/us/x.yaml", "prod/w.yaml", "v.yaml"],
    }


def test_what_is_shared_may_be_repeated_by_one_of_several() -> None:
    found = parted("prod/w.yaml", "dev/w.yaml", "prod/eu/x.yaml", "prod/us/x.yaml")
    assert found == {
        "dev": ["dev/w.yaml"],
        "prod/eu": ["prod/eu/x.yaml", "prod/w.yaml"],
        "prod/us": ["prod/us/x.yaml", "prod/w.yaml"],
    }


def test_a_base_and_its_overlays_are_three() -> None:
    found = parted("net/x.yaml", "net/overlays/a/x.yaml", "net/overlays/b/x.yaml", "net/w.yaml")
    assert found == {
        "net/overlays/a": ["net/overlays/a/x.yaml", "net/w.yaml"],
        "net/overlays/b": ["net/overlays/b/x.yaml", "net/w.yaml"],
        ONLY: ["net/x.yaml", "net/w.yaml"],
    }


def test_what_stands_above_all_and_is_not_repeated_is_no_cluster_of_its_own() -> None:
    found = parted("w.yaml", "config-w.yaml", "a/x.yaml", "b/x.yaml")
    assert list(found) == ["a", "b"]
    assert all("w.yaml" in members and "config-w.yaml" in members for members in found.values())


def test_a_repeated_config_map_goes_with_the_nearest_one() -> None:
    found = parted("config-x.yaml", "a/config-x.yaml", "a/x.yaml", "b/x.yaml")
    assert found == {
        "a": ["a/config-x.yaml", "a/x.yaml"],
        "b": ["b/x.yaml", "config-x.yaml"],
    }


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (("/a/x.yaml", "/b/x.yaml"), ["/a", "/b"]),
        (("/srv/git/a/x.yaml", "/srv/git/b/c/x.yaml"), ["/srv/git/a", "/srv/git/b"]),
        (("../a/x.yaml", "../b/x.yaml"), ["../a", "../b"]),
        (("../a/x.yaml", "x.yaml"), ["..", ONLY]),
        (("./a/x.yaml", "a/b/x.yaml"), ["a/b", ONLY]),
        (("a//x.yaml", "./a/./x.yaml"), [ONLY]),
        (("one/a/net/x.yaml", "two/a/net/x.yaml"), ["one", "two"]),
    ],
)
def test_clusters_are_named_by_the_folder_that_tells_them_apart(
    paths: tuple[str, ...], names: list[str]
) -> None:
    files = dict.fromkeys(paths, daemon_set("x"))
    assert [one.name for one in laid_out(files).clusters] == names


def test_the_items_of_a_list_stand_in_the_folder_of_their_file() -> None:
    item = "- {apiVersion: apps/v1, kind: DaemonSet, metadata: {name: x, namespace: n}}\n"
    text = f"apiVersion: v1\nkind: List\nitems:\n{item}"
    found = laid_out({"a/all.yaml": text, "b/all.yaml": text})
    assert [one.name for one in found.clusters] == ["a", "b"]


PATCHED = {
    "base/x.yaml": daemon_set("x"),
    "base/kustomization.yaml": "resources: [x.yaml]\n",
    "over/x.yaml": daemon_set("x"),
    "over/kustomization.yaml": "resources: [../base]\npatches:\n- path: ./x.yaml\n",
}


def test_a_patch_makes_no_cluster_of_its_folder() -> None:
    found = laid_out(PATCHED)
    assert [(one.name, len(one.objects)) for one in found.clusters] == [(ONLY, 1)]
    without = laid_out({path: text for path, text in PATCHED.items() if path.endswith("x.yaml")})
    assert [one.name for one in without.clusters] == ["base", "over"]


FOLDERS = st.lists(st.sampled_from("abc"), max_size=3).map("/".join)
NAMES = st.sampled_from(["x", "y", "config-z"])


@given(st.sets(st.tuples(FOLDERS, NAMES), max_size=9))
def test_every_install_is_in_some_cluster_and_no_cluster_has_one_twice(
    places: set[tuple[str, str]],
) -> None:
    paths = [f"{folder}/{name}.yaml" if folder else f"{name}.yaml" for folder, name in places]
    found = parted(*sorted(paths))
    installs = {name: [p for p in members if "config" not in p] for name, members in found.items()}
    assert {p for members in installs.values() for p in members} == {
        path for path in paths if "config" not in path
    }
    for members in installs.values():
        names = [path.rpartition("/")[2] for path in members]
        assert len(set(names)) == len(names), found
