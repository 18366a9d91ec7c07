"""Flux: where its roots are, what they apply, and what cannot be followed."""

from __future__ import annotations

import json

import pytest

from cnilint.gitops.built import BuiltDocument, Place
from cnilint.gitops.graph import UnreadReason
from cnilint.model.tree import plain

from .layouts import (
    applied,
    daemon,
    documents,
    flux,
    found,
    get,
    kustomization,
    names,
    only,
    reasons,
    source,
)
from .trees import tree

SYNC = documents(source("flux-system"), flux("flux-system", "./clusters/prod"))


def published(texts: dict[str, str]) -> list[Place]:
    """Return where the objects of a cluster that lie in other repositories are asked for."""
    (one,) = tree(texts).clusters
    return [
        place
        for each in one.objects
        if isinstance(each.document, BuiltDocument) and each.kind == "DaemonSet"
        if (place := each.document.place((*each.route, "metadata", "name"))) is not None
    ]


def image(one: object) -> object:
    return plain(one.at("spec", "template", "spec", "containers", 0, "image"))  # type: ignore[attr-defined]


def test_bootstrap_applies_the_folder_of_its_cluster_and_what_that_names() -> None:
    texts = {
        "clusters/prod/flux-system/gotk-sync.yaml": SYNC,
        "clusters/prod/flux-system/kustomization.yaml": kustomization("gotk-sync.yaml"),
        "clusters/prod/apps.yaml": flux("apps", "./apps/prod"),
        "apps/prod/a.yaml": daemon("a"),
        "apps/staging/b.yaml": daemon("b"),
    }
    one = only(texts)
    assert (one.name, applied(one)) == ("prod", ["a"])
    assert [each.name for each in found(texts).unapplied] == ["b"]


def test_folders_of_clusters_are_clusters_without_a_sync_of_their_own() -> None:
    texts = {
        "clusters/prod/infra/a.yaml": flux("a", "infra/prod"),
        "clusters/prod/apps/b.yaml": flux("b", "apps"),
        "clusters/dev/a.yaml": flux("a", "infra/dev"),
        "infra/prod/p.yaml": daemon("p"),
        "infra/dev/d.yaml": daemon("d"),
        "apps/s.yaml": daemon("s"),
    }
    assert names(texts) == {"prod": ["p", "s"], "dev": ["d"]}


def test_a_file_that_a_kustomization_leaves_out_is_no_cluster() -> None:
    texts = {
        "flux/cluster/apps.yaml": flux("apps", "apps"),
        "apps/kustomization.yaml": kustomization("on/ks.yaml"),
        "apps/on/ks.yaml": flux("on", "apps/on/app"),
        "apps/on/app/a.yaml": daemon("a"),
        "apps/off/ks.yaml": flux("off", "apps/off/app"),
        "apps/off/app/b.yaml": daemon("b"),
    }
    assert names(texts) == {"default": ["a"]}
    assert [each.name for each in found(texts).unapplied] == ["b"]


def test_what_lies_elsewhere_than_the_clusters_is_none() -> None:
    texts = {
        "clusters/prod/sync.yaml": flux("sync", "clusters/prod"),
        "clusters/prod/a.yaml": daemon("a"),
        "archive/old/ks.yaml": flux("old", "gone"),
        "setup/first.yaml": flux("first", "infra"),
        "infra/b.yaml": daemon("b"),
    }
    assert names(texts) == {"prod": ["a"]}


@pytest.mark.parametrize("length", [2, 3, 4])
def test_a_circle_of_kustomizations_is_one_cluster(length: int) -> None:
    texts = {
        f"part{at}/ks.yaml": documents(
            flux(f"to{at}", f"part{(at + 1) % length}"), daemon(f"d{at}")
        )
        for at in range(length)
    }
    assert names(texts) == {"default": [f"d{at}" for at in range(length)]}


@pytest.mark.parametrize(
    ("listed", "expected"),
    [(None, ["a", "beside"]), (["ks.yaml"], ["a"]), (["x.yaml"], ["a", "x"])],
)
def test_what_lies_beside_a_root_is_applied_as_well(
    listed: list[str] | None, expected: list[str]
) -> None:
    texts = {
        "clusters/prod/ks.yaml": flux("a", "a"),
        "clusters/prod/beside.yaml": daemon("beside"),
        "a/a.yaml": daemon("a"),
    }
    if listed is not None:
        texts["clusters/prod/kustomization.yaml"] = kustomization(*listed)
        texts["clusters/prod/x.yaml"] = daemon("x")
    assert names(texts) == {"prod": expected}


def test_a_kustomization_may_apply_the_whole_repository() -> None:
    one = only({"sync.yaml": flux("all", "./"), "a/a.yaml": daemon("a"), "b.yaml": daemon("b")})
    assert applied(one) == ["a", "b"]


def test_the_path_of_another_repository_is_not_looked_up_here() -> None:
    texts = {
        "clusters/prod/sync.yaml": SYNC,
        "clusters/prod/other.yaml": documents(
            source("other", "https://git.example/acme/other"), flux("other", "deploy", "other")
        ),
        "deploy/a.yaml": daemon("a"),
    }
    one = only(texts)
    assert applied(one) == []
    assert reasons(one) == [UnreadReason.OTHER_REPOSITORY]


def test_the_repository_is_the_one_whose_paths_are_here() -> None:
    texts = {
        "flux/config.yaml": documents(
            source("home"),
            source("tool", "https://git.example/tools/tool"),
            flux("cluster", "apps", "home"),
            flux("infra", "infra", "home"),
            flux("tool", "deploy", "tool"),
        ),
        "apps/a.yaml": daemon("a"),
        "infra/b.yaml": daemon("b"),
        "deploy/c.yaml": daemon("c"),
    }
    one = only(texts)
    assert applied(one) == ["a", "b"]
    assert reasons(one) == [UnreadReason.OTHER_REPOSITORY]


@pytest.mark.parametrize("top", ["", "examples/fleet/"])
def test_paths_count_from_the_folder_above_that_has_them(top: str) -> None:
    """A repository may lie in another one, which has folders of its own."""
    texts = {
        f"{top}clusters/prod/sync.yaml": documents(
            source("home"), flux("all", "./apps/prod", "home")
        ),
        f"{top}clusters/test/sync.yaml": documents(
            source("home"), flux("all", "./apps/test", "home")
        ),
        f"{top}apps/prod/a.yaml": daemon("a"),
        f"{top}apps/test/b.yaml": daemon("b"),
        "elsewhere/apps/prod/c.yaml": daemon("c"),
    }
    each = names(texts)
    assert (each["prod"], each["test"]) == (["a"], ["b"])


def test_a_tenants_repository_is_not_taken_for_this_one() -> None:
    """The only GitRepository in view is not the repository, as others are named that lie here."""
    texts = {
        "clusters/prod/tenants.yaml": flux("tenants", "./tenants/prod"),
        "tenants/base/sync.yaml": documents(
            source("team", "https://git.example/acme/team"), flux("team", "./", "team")
        ),
        "tenants/base/kustomization.yaml": kustomization("sync.yaml"),
        "tenants/prod/kustomization.yaml": kustomization("../base"),
        "clusters/prod/a.yaml": daemon("a"),
    }
    one = only(texts)
    assert one.roots == ("clusters/prod",)
    assert reasons(one) == [UnreadReason.OTHER_REPOSITORY]


def test_an_artifact_may_be_packed_of_a_folder() -> None:
    oci = source("flux-system", "oci://registry.example/fleet", "OCIRepository")
    texts = {
        "kubernetes/clusters/main/ks.yaml": documents(
            oci, flux("apps", "./apps/main", "OCIRepository/flux-system")
        ),
        "kubernetes/apps/main/ks.yaml": flux("a", "./apps/base/a", "OCIRepository/flux-system"),
        "kubernetes/apps/base/a/a.yaml": daemon("a"),
    }
    one = only(texts)
    assert (one.name, applied(one)) == ("main", ["a"])


@pytest.mark.parametrize(
    ("copied", "put", "path"),
    [
        # source-watcher puts a folder into `to`, and with /** what is in the folder
        ("@repo/packed/app", "@artifact/here", "./here/app"),
        ("@repo/packed/app/", "@artifact/here/", "./here"),
        ("@repo/packed/app/**", "@artifact/here", "./here"),
        ("@repo/packed/**", "@artifact/", "./app"),
        ("@repo/packed/app/**", "@artifact/", "./"),
    ],
)
def test_an_external_artifact_is_followed_to_what_is_copied_into_it(
    copied: str, put: str, path: str
) -> None:
    generator = {
        "apiVersion": "source.extensions.fluxcd.io/v1beta1",
        "kind": "ArtifactGenerator",
        "metadata": {"name": "parts"},
        "spec": {
            "sources": [{"alias": "repo", "kind": "GitRepository", "name": "flux-system"}],
            "artifacts": [{"name": "app", "copy": [{"from": copied, "to": put}]}],
        },
    }
    texts = {
        "clusters/prod/app.yaml": flux("app", path, "ExternalArtifact/app"),
        "clusters/prod/sync.yaml": flux("sync", "clusters/prod"),
        "clusters/prod/parts.yaml": json.dumps(generator),
        "packed/app/a.yaml": daemon("a"),
    }
    assert "a" in applied(only(texts))


def test_an_external_artifact_of_another_repository_is_not_followed() -> None:
    texts = {
        "clusters/prod/sync.yaml": flux("sync", "clusters/prod"),
        "clusters/prod/app.yaml": flux("app", "./", "ExternalArtifact/app"),
    }
    assert reasons(only(texts)) == [UnreadReason.OTHER_REPOSITORY]


INSTANCE = {
    "apiVersion": "fluxcd.controlplane.io/v1",
    "kind": "FluxInstance",
    "metadata": {"name": "flux"},
    "spec": {"sync": {"kind": "GitRepository", "url": "x", "path": "apps"}},
}

INSTANCE_RELEASE = {
    "apiVersion": "helm.toolkit.fluxcd.io/v2",
    "kind": "HelmRelease",
    "metadata": {"name": "flux-instance"},
    "spec": {"values": {"instance": INSTANCE["spec"]}},
}


@pytest.mark.parametrize("instance", [INSTANCE, INSTANCE_RELEASE])
def test_the_flux_operators_instance_is_a_root(instance: object) -> None:
    texts = {
        "apps/flux/instance/app/instance.yaml": json.dumps(instance),
        "apps/flux/instance/ks.yaml": flux("instance", "apps/flux/instance/app"),
        "apps/flux/kustomization.yaml": kustomization("instance/ks.yaml"),
        "apps/a/ks.yaml": flux("a", "apps/a/app"),
        "apps/a/kustomization.yaml": kustomization("ks.yaml"),
        "apps/a/app/a.yaml": daemon("a"),
    }
    one = only(texts)
    assert one.roots == ("apps/flux/instance/app",)
    assert "a" in applied(one)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("./nowhere", UnreadReason.MISSING),
        ("../../outside", UnreadReason.OUTSIDE),
        ("./apps/${CLUSTER}", UnreadReason.UNKNOWN_VARIABLE),
    ],
)
def test_a_path_that_leads_nowhere_is_named_at_its_place(path: str, reason: UnreadReason) -> None:
    texts = {
        "clusters/prod/sync.yaml": flux("sync", "clusters/prod"),
        "clusters/prod/apps.yaml": flux("apps", path),
    }
    (one,) = only(texts).not_read
    assert one.reason is reason
    assert one.place.source.path == "clusters/prod/apps.yaml"
    assert one.place.route == ("spec", "path")


def test_a_kustomization_changes_what_its_folder_builds() -> None:
    texts = {
        "clusters/prod/sync.yaml": flux("sync", "clusters/prod"),
        "clusters/prod/a.yaml": flux(
            "a",
            "a",
            targetNamespace="other",
            namePrefix="p-",
            nameSuffix="-s",
            images=[{"name": "app", "newName": "mirror/app", "newTag": "2"}],
            components=["../c"],
            patches=[
                {
                    "patch": "- {op: add, path: /metadata/labels, value: {a: b}}",
                    "target": {"kind": "DaemonSet"},
                }
            ],
        ),
        "a/a.yaml": daemon("a"),
        "c/kustomization.yaml": json.dumps(
            {
                "apiVersion": "kustomize.config.k8s.io/v1alpha1",
                "kind": "Component",
                "resources": ["c.yaml"],
            }
        ),
        "c/c.yaml": daemon("c"),
    }
    one = only(texts)
    a = get(one, "p-a-s")
    assert (a.namespace, image(a)) == ("other", "mirror/app:2")
    labels = a.at("metadata", "labels")
    assert labels is not None
    assert plain(labels) == {"a": "b"}
    assert isinstance(a.document, BuiltDocument)
    place = a.document.place(("spec", "template", "spec", "containers", 0, "image"))
    assert place is not None
    assert place.document.source.path == "clusters/prod/a.yaml"
    assert get(one, "p-c-s").namespace == "other"


def test_a_folder_without_a_kustomization_gets_one_over_all_that_is_below() -> None:
    texts = {
        "clusters/prod/sync.yaml": flux("sync", "clusters/prod"),
        "clusters/prod/a.yaml": flux("a", "a"),
        "a/one.yaml": daemon("one"),
        "a/deep/er/two.yml": daemon("two"),
        "a/own/kustomization.yaml": kustomization("three.yaml"),
        "a/own/three.yaml": daemon("three"),
        "a/own/not.yaml": daemon("not"),
        "a/values.yaml": "replicas: 2\n",
        "a/read.json": "{}",
    }
    assert applied(only(texts)) == ["one", "three", "two"]


def variables(name: str, namespace: str = "flux-system", **data: str) -> str:
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": namespace},
            "data": data,
        }
    )


def test_variables_come_from_config_maps_in_their_order_and_inline_last() -> None:
    texts = {
        "clusters/prod/sync.yaml": flux("sync", "clusters/prod"),
        "clusters/prod/vars.yaml": documents(
            variables("first", A="1", B="1", C="1"), variables("second", B="2", C="2")
        ),
        "clusters/prod/a.yaml": flux(
            "a",
            "a",
            postBuild={
                "substitute": {"C": "3"},
                "substituteFrom": [
                    {"kind": "ConfigMap", "name": "first"},
                    {"kind": "ConfigMap", "name": "second"},
                ],
            },
        ),
        "a/a.yaml": daemon("a", "app:${A}${B}${C}${D:-4}"),
    }
    a = get(only(texts), "a")
    assert image(a) == "app:1234"
    assert isinstance(a.document, BuiltDocument)
    assert a.document.doubts == {}


@pytest.mark.parametrize(
    "origin", [{"kind": "Secret", "name": "s"}, {"kind": "ConfigMap", "name": "not-here"}]
)
def test_a_default_is_doubted_where_variables_are_not_in_view(origin: object) -> None:
    texts = {
        "clusters/prod/sync.yaml": flux("sync", "clusters/prod"),
        "clusters/prod/a.yaml": flux("a", "a", postBuild={"substituteFrom": [origin]}),
        "a/a.yaml": daemon("a", "app:${D:=4}"),
    }
    a = get(only(texts), "a")
    assert image(a) == "app:4"
    assert isinstance(a.document, BuiltDocument)
    assert "D" in a.document.doubt(("spec", "template", "spec", "containers", 0, "image"))


def test_each_cluster_has_the_variables_of_its_own_folder() -> None:
    texts = {
        f"clusters/{name}/{file}": text
        for name in ("east", "west")
        for file, text in {
            "vars.yaml": variables("settings", WHERE=name),
            "sync.yaml": flux("sync", f"clusters/{name}"),
            "a.yaml": flux(
                "a",
                "a",
                postBuild={"substituteFrom": [{"kind": "ConfigMap", "name": "settings"}]},
            ),
        }.items()
    } | {"a/a.yaml": daemon("a", "app:${WHERE}")}
    layout = found(texts)
    assert {one.name: image(get(one, "a")) for one in layout.clusters} == {
        "east": "app:east",
        "west": "app:west",
    }


def test_without_variables_nothing_is_substituted() -> None:
    texts = {
        "clusters/prod/sync.yaml": flux("sync", "clusters/prod"),
        "clusters/prod/a.yaml": flux("a", "a"),
        "a/a.yaml": daemon("a", "app:${D:=4}"),
    }
    assert image(get(only(texts), "a")) == "app:${D:=4}"


def test_a_piece_of_a_kustomization_applies_nothing() -> None:
    piece = json.dumps(
        {
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": {"name": "apps", "namespace": "flux-system"},
            "spec": {"wait": True},
        }
    )
    texts = {
        "clusters/prod/flux-system/gotk-sync.yaml": SYNC,
        "clusters/prod/apps.yaml": flux("apps", "./apps/prod"),
        "clusters/dev/flux-system/gotk-sync.yaml": SYNC.replace("prod", "dev"),
        "clusters/dev/apps.yaml": flux("apps", "./apps/dev"),
        "apps/prod/a.yaml": daemon("a"),
        "apps/dev/b.yaml": daemon("b"),
        "local/patches/slow.yaml": piece,
    }
    assert names(texts) == {"prod": ["a"], "dev": ["b"]}


def test_a_patch_that_a_kustomization_names_is_no_kustomization_of_its_own() -> None:
    texts = {
        "clusters/prod/flux-system/gotk-sync.yaml": SYNC,
        "clusters/prod/kustomization.yaml": kustomization(
            "flux-system/gotk-sync.yaml", "../../base", patches=[{"path": "slow.yaml"}]
        ),
        "clusters/prod/slow.yaml": flux("apps", "./apps/slow"),
        "base/kustomization.yaml": kustomization("apps.yaml"),
        "base/apps.yaml": flux("apps", "./apps/prod"),
        "apps/prod/a.yaml": daemon("a"),
        "apps/slow/s.yaml": daemon("s"),
    }
    assert names(texts) == {"prod": ["s"]}


def test_a_kustomization_in_the_folder_that_it_applies_is_a_root_only_if_it_is_applied() -> None:
    texts = {
        "clusters/prod/flux-system/gotk-sync.yaml": SYNC,
        "clusters/prod/apps.yaml": flux("apps", "./apps/prod"),
        "apps/prod/a.yaml": daemon("a"),
        "bases/sso/kustomization.yaml": kustomization("d.yaml"),
        "bases/sso/ks.yaml": flux("sso", "./bases/sso"),
        "bases/sso/d.yaml": daemon("d"),
    }
    assert names(texts) == {"prod": ["a"]}


def test_a_source_whose_name_is_filled_in_is_not_another_repository() -> None:
    texts = {
        "kubernetes/flux/config/cluster.yaml": documents(
            source("home"), flux("cluster", "./kubernetes/flux", "home")
        ),
        "kubernetes/flux/apps.yaml": flux("apps", "./kubernetes/apps", "${REPOSITORY}"),
        "kubernetes/apps/a/ks.yaml": flux("a", "./kubernetes/a", "${REPOSITORY}"),
        "kubernetes/apps/b/ks.yaml": flux("b", "./kubernetes/b", "${REPOSITORY}"),
        "kubernetes/a/a.yaml": daemon("a"),
        "kubernetes/b/b.yaml": daemon("b"),
    }
    one = only(texts)
    assert (applied(one), reasons(one)) == (["a", "b"], [])


def test_what_another_repository_holds_stands_where_somebody_wrote_the_path() -> None:
    texts = {
        "clusters/prod/flux-system/gotk-sync.yaml": SYNC,
        "clusters/prod/kustomization.yaml": kustomization(
            "flux-system/gotk-sync.yaml", "multus.yaml", commonAnnotations={"team": "net"}
        ),
        "clusters/prod/multus.yaml": documents(
            source("multus", "https://github.com/k8snetworkplumbingwg/multus-cni"),
            flux("multus", "./deployments", "multus"),
        ),
    }
    found_places = {each.document.source.path for each in published(texts)}
    assert found_places == {"clusters/prod/multus.yaml"}


def test_a_broken_file_in_a_folder_that_is_applied_is_read() -> None:
    texts = {
        "clusters/prod/flux-system/gotk-sync.yaml": SYNC,
        "clusters/prod/broken.yaml": "apiVersion: v1\nkind: A\n b: c\n",
    }
    assert "clusters/prod/broken.yaml" in only(texts).reads
