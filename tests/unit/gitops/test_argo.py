"""Argo CD: where Applications go, what their sources apply, and what sets make of them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from cnilint.gitops.argo_sets import Expanded, address_of, expanded
from cnilint.gitops.built import BuiltDocument
from cnilint.gitops.files import Files
from cnilint.gitops.go_template import UNKNOWN
from cnilint.gitops.graph import UnreadReason
from cnilint.kube.manifest import Manifest, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, plain
from cnilint.syntax.compose import compose

from .layouts import (
    SELF,
    application,
    applied,
    daemon,
    documents,
    found,
    get,
    kustomization,
    names,
    only,
    reasons,
)
from .layouts import found as found_in


def image(one: Manifest) -> object:
    tree = one.at("spec", "template", "spec", "containers", 0, "image")
    assert tree is not None
    return plain(tree)


def test_each_destination_is_a_cluster() -> None:
    texts = {
        "argo/a.yaml": application("a", {"path": "a"}, cluster="east"),
        "argo/b.yaml": application("b", {"path": "b"}, cluster="west"),
        "argo/c.yaml": application("c", {"path": "c"}),
        "a/a.yaml": daemon("a"),
        "b/b.yaml": daemon("b"),
        "c/c.yaml": daemon("c"),
    }
    assert names(texts) == {"east": ["a"], "west": ["b"], "default": ["c"]}


def test_an_application_of_applications_is_followed() -> None:
    texts = {
        "root.yaml": application("root", {"path": "argo"}),
        "argo/a.yaml": application("a", {"path": "a"}),
        "argo/deep/b.yaml": application("b", {"path": "b"}),
        "a/a.yaml": daemon("a"),
        "b/b.yaml": daemon("b"),
    }
    assert names(texts) == {"default": ["a", "b"]}


def test_applications_of_an_application_go_to_the_clusters_that_they_name() -> None:
    texts = {
        "root.yaml": application("root", {"path": "argo"}),
        "argo/a.yaml": application("a", {"path": "a"}, cluster="east"),
        "argo/b.yaml": application("b", {"path": "b"}, cluster="west"),
        "argo/c.yaml": application("c", {"path": "c"}, cluster="east"),
        "argo/here.yaml": application("here", {"path": "here"}),
        "a/a.yaml": daemon("a"),
        "b/b.yaml": daemon("b"),
        "c/c.yaml": daemon("c"),
        "here/here.yaml": daemon("here"),
    }
    assert names(texts) == {"default": ["here"], "east": ["a", "c"], "west": ["b"]}
    assert found(texts).unapplied == ()


def test_what_goes_to_clusters_that_are_not_known_is_not_left_out() -> None:
    one = only({"set.yaml": application_set({"clusters": {}}, template=SOMEWHERE), **TREE})
    assert UnreadReason.UNKNOWN_CLUSTERS in reasons(one)
    assert applied(one) == []
    left = found({"set.yaml": application_set({"clusters": {}}, template=SOMEWHERE), **TREE})
    assert [each.name for each in left.unapplied] == ["b", "c"]


@pytest.mark.parametrize(
    ("directory", "expected"),
    [
        ({}, ["top"]),
        ({"recurse": True}, ["deep", "top"]),
        ({"recurse": True, "include": "deep/*"}, ["deep"]),
        ({"recurse": True, "exclude": "deep/*"}, ["top"]),
        ({"recurse": True, "include": "{top.yaml,*.none}"}, ["top"]),
        ({"recurse": True, "exclude": "{top.yaml,*.none}"}, ["deep"]),
    ],
)
def test_a_directory_is_read_as_its_options_say(
    directory: Mapping[str, object], expected: list[str]
) -> None:
    texts = {
        "argo/a.yaml": application("a", {"path": "a", "directory": directory}),
        "a/top.yaml": daemon("top"),
        "a/deep/deep.yaml": daemon("deep"),
        "a/notes.txt": daemon("text"),
    }
    assert applied(only(texts)) == expected


def test_a_source_changes_what_a_kustomization_builds() -> None:
    texts = {
        "argo/a.yaml": application(
            "a",
            {
                "path": "a",
                "kustomize": {
                    "namePrefix": "p-",
                    "namespace": "other",
                    "images": ["app=mirror/app:2"],
                },
            },
        ),
        "a/kustomization.yaml": kustomization("a.yaml"),
        "a/a.yaml": daemon("a"),
    }
    a = get(only(texts), "p-a")
    assert (a.namespace, image(a)) == ("other", "mirror/app:2")


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("app:2", "app:2"),
        ("app=other", "other:1"),
        ("app=host.example:5000/app:2", "host.example:5000/app:2"),
        ("app@sha256:" + "0" * 64, "app@sha256:" + "0" * 64),
        ("none:2", "app:1"),
    ],
)
def test_an_image_is_written_as_one_text(override: str, expected: str) -> None:
    texts = {
        "argo/a.yaml": application("a", {"path": "a", "kustomize": {"images": [override]}}),
        "a/kustomization.yaml": kustomization("a.yaml"),
        "a/a.yaml": daemon("a"),
    }
    assert image(get(only(texts), "a")) == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"path": "nowhere"}, UnreadReason.MISSING),
        ({"path": "../outside"}, UnreadReason.OUTSIDE),
        ({"path": "a", "repoURL": "https://git.example/other"}, UnreadReason.OTHER_REPOSITORY),
        ({"path": "a", "plugin": {}}, UnreadReason.GENERATOR_PLUGIN),
    ],
)
def test_what_cannot_be_followed_is_named(
    source: Mapping[str, object], reason: UnreadReason
) -> None:
    texts = {
        "argo/x.yaml": application("x", source),
        "argo/b.yaml": documents(application("b", {"path": "b"}), application("c", {"path": "b"})),
        "a/a.yaml": daemon("a"),
        "b/b.yaml": daemon("b"),
    }
    one = only(texts)
    assert reasons(one) == [reason]
    assert set(applied(one)) == {"b"}


def application_set(
    *generators: object, go: bool = False, template: object = None, name: str = "set"
) -> str:
    path, cluster = ("{{.path.path}}", "{{.cluster}}") if go else ("{{path}}", "{{cluster}}")
    source = {"repoURL": SELF, "path": path}
    base = {
        "metadata": {"name": "{{.name}}" if go else "{{name}}"},
        "spec": {"source": source, "destination": {"name": cluster}},
    }
    return json.dumps(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "ApplicationSet",
            "metadata": {"name": name, "namespace": "argocd"},
            "spec": {"goTemplate": go, "generators": generators, "template": template or base},
        }
    )


def expand(text: str, texts: Mapping[str, str] | None = None) -> Expanded:
    files = Files("", [Source(path, one) for path, one in (texts or {}).items()])
    (document,) = (one for one in compose(Source("set.yaml", text)) if isinstance(one, Document))
    (one,) = manifests(document)
    return expanded(one, files, {address_of(SELF)})


def made(found: Expanded) -> list[tuple[str, object, object]]:
    """Return name, path and cluster of each Application."""
    return [
        (
            one.name,
            text(one, "spec", "source", "path"),
            text(one, "spec", "destination", "name"),
        )
        for one in found.applications
    ]


def text(one: Manifest, *steps: str) -> object:
    tree = one.at(*steps)
    assert tree is not None
    return plain(tree)


SOMEWHERE = {
    "metadata": {"name": "one"},
    "spec": {"source": {"repoURL": SELF, "path": "apps/one"}, "destination": {"name": "{{name}}"}},
}

TREE = {
    "apps/one/a.yaml": daemon("a"),
    "apps/two/b.yaml": daemon("b"),
    "apps/two/deep/c.yaml": daemon("c"),
    "envs/east/config.json": json.dumps({"cluster": "east", "name": "e", "nested": {"a": 1}}),
    "envs/west/config.json": json.dumps({"cluster": "west", "name": "w", "nested": {"a": 2}}),
}


def git(**more: object) -> dict[str, object]:
    return {"git": {"repoURL": f"{SELF}.git", "revision": "main", **more}}


def directories(*paths: str, **exclude: str) -> dict[str, object]:
    listed: list[dict[str, object]] = [{"path": one} for one in paths]
    listed += [{"path": one, "exclude": True} for one in exclude.values()]
    return git(directories=listed)


ELEMENTS = [
    {"name": "a", "path": "apps/one", "cluster": "east"},
    {"name": "b", "path": "apps/two", "cluster": "west"},
]
LIST = {"list": {"elements": ELEMENTS}}


def test_a_list_makes_one_application_for_each_element() -> None:
    expected = [("a", "apps/one", "east"), ("b", "apps/two", "west")]
    assert made(expand(application_set(LIST))) == expected
    assert names({"set.yaml": application_set(LIST), **TREE}) == {"east": ["a"], "west": ["b"]}


FLAT = {
    "metadata": {"name": "{{path.basename}}-{{path[0]}}"},
    "spec": {
        "source": {"repoURL": SELF, "path": "{{path}}"},
        "destination": {"name": "{{path.basenameNormalized}}"},
    },
}
GO = {
    "metadata": {"name": "{{ .path.basename }}-{{index .path.segments 0}}"},
    "spec": {
        "source": {"repoURL": SELF, "path": "{{.path.path}}"},
        "destination": {"name": "{{ .path.basename | upper }}"},
    },
}


@pytest.mark.parametrize(
    ("template", "go", "case"), [(FLAT, False, str.lower), (GO, True, str.upper)]
)
def test_folders_are_those_that_a_pattern_fits(template: object, go: bool, case: object) -> None:
    generator = directories("apps/*", "apps/two/*", no="apps/two/d*")
    found = expand(application_set(generator, go=go, template=template), TREE)
    expected = [("one-apps", "apps/one", "one"), ("two-apps", "apps/two", "two")]
    assert made(found) == [(a, b, case(c)) for a, b, c in expected]  # type: ignore[operator]
    assert not found.unknown


def test_files_give_what_is_in_them() -> None:
    template = {
        "metadata": {"name": "{{name}}-{{nested.a}}"},
        "spec": {
            "source": {"repoURL": SELF, "path": "{{path}}"},
            "destination": {"name": "{{cluster}}"},
        },
    }
    generator = git(files=[{"path": "envs/*/config.json"}])
    assert made(expand(application_set(generator, template=template), TREE)) == [
        ("e-1", "envs/east", "east"),
        ("w-2", "envs/west", "west"),
    ]


def test_a_matrix_crosses_and_the_second_sees_the_first() -> None:
    names = {"list": {"elements": [{"cluster": "east"}, {"cluster": "west"}]}}
    template = {
        "metadata": {"name": "{{cluster}}-{{path.basename}}"},
        "spec": {
            "source": {"repoURL": SELF, "path": "{{path}}"},
            "destination": {"name": "{{cluster}}"},
        },
    }
    crossed = {"matrix": {"generators": [names, directories("envs/{{cluster}}")]}}
    assert made(expand(application_set(crossed, template=template), TREE)) == [
        ("east-east", "envs/east", "east"),
        ("west-west", "envs/west", "west"),
    ]


def test_a_merge_takes_what_later_ones_say_of_the_same_key() -> None:
    more = {"list": {"elements": [{"name": "b", "cluster": "south"}, {"name": "none"}]}}
    merged = {"merge": {"mergeKeys": ["name"], "generators": [LIST, more]}}
    assert made(expand(application_set(merged))) == [
        ("a", "apps/one", "east"),
        ("b", "apps/two", "south"),
    ]


def test_a_union_has_all() -> None:
    union = {"union": {"generators": [LIST, LIST]}}
    assert [name for name, _path, _cluster in made(expand(application_set(union)))] == list("abab")


@pytest.mark.parametrize("kind", ["clusters", "pullRequest", "scmProvider", "plugin"])
def test_what_only_the_running_argo_cd_knows_is_unknown(kind: str) -> None:
    found = expand(application_set({kind: {}}))
    assert found.unknown
    assert len(found.applications) == 1
    layout = found_in({"set.yaml": application_set({kind: {}}, LIST), **TREE})
    hub, east, west = layout.clusters
    assert UnreadReason.UNKNOWN_CLUSTERS in reasons(hub)
    assert (applied(east), applied(west)) == (["a"], ["b"])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{{.name}}", "a"),
        ("x-{{ .name }}-y", "x-a-y"),
        ('{{.none | default "d"}}', "d"),
        ('{{.name | default "d"}}', "a"),
        ("{{.name | upper | lower}}", "a"),
        ('{{index .labels "a/b"}}', "l"),
        ("{{.labels.c}}", "3"),
        ("{{- .name -}}", "a"),
        ("{{ if .name }}x{{ end }}", "x"),
        ("{{ range .name }}x{{ end }}", None),
        ("{{.none}}", None),
        ("{{ .name | sha256sum }}", None),
    ],
)
def test_actions_of_go_are_worked_out_or_unknown(written: str, expected: str | None) -> None:
    element = {"name": "a", "labels": {"a/b": "l", "c": 3}}
    template = {
        "metadata": {"name": "n"},
        "spec": {"source": {"repoURL": SELF, "path": written}, "destination": {}},
    }
    text_of_set = application_set({"list": {"elements": [element]}}, go=True, template=template)
    (one,) = expand(text_of_set).applications
    path = text(one, "spec", "source", "path")
    if expected is None:
        assert isinstance(path, str)
        assert "{{?}}" in path
        assert UNKNOWN not in path
    else:
        assert path == expected


def test_a_set_without_a_template_makes_nothing() -> None:
    found = expand(application_set(LIST, template="none"))
    assert found == Expanded((), unknown=True)


def test_addresses_are_the_same_however_they_are_spelled() -> None:
    spelled = [
        "https://git.example/acme/fleet",
        "https://git.example/acme/fleet.git",
        "https://user@git.example/acme/fleet.git/",
        "git@git.example:acme/fleet.git",
        "ssh://git@git.example/acme/Fleet",
    ]
    assert {address_of(one) for one in spelled} == {"git.example/acme/fleet"}


def patched_set(patch: str, *elements: Mapping[str, object], go: bool = True) -> str:
    """Return a set with a template patch; its template has values of a chart."""
    name, path = ("{{.name}}", "{{.path}}") if go else ("{{name}}", "{{path}}")
    helm = {"valuesObject": {"cni": {"exclusive": True}}, "valueFiles": ["a.yaml"]}
    spec = {
        "source": {"repoURL": SELF, "path": path, "helm": helm},
        "destination": {"name": "west"},
    }
    template = {"metadata": {"name": name}, "spec": spec}
    body = json.loads(
        application_set({"list": {"elements": [*elements]}}, go=go, template=template)
    )
    body["spec"]["templatePatch"] = patch
    return json.dumps(body)


PLAIN = "spec: {destination: {name: '{{.cluster}}'}}"
DECIDING = """
{{- if eq .cluster "east" }}
spec:
  destination:
    name: {{ .cluster }}
{{- end }}
"""
FLAT_PATCH = "spec: {destination: {name: '{{cluster}}'}}"


@pytest.mark.parametrize(("patch", "go"), [(PLAIN, True), (DECIDING, True), (FLAT_PATCH, False)])
def test_a_patch_of_templates_changes_each_application(patch: str, go: bool) -> None:
    found = expand(patched_set(patch, *ELEMENTS, go=go))
    expected = [("a", "apps/one", "east"), ("b", "apps/two", "west")]
    assert made(found) == expected
    assert not found.unpatched
    texts = {"argo/s.yaml": patched_set(patch, *ELEMENTS, go=go), **TREE}
    assert names(texts) == {"east": ["a"], "west": ["b"]}


def test_a_patch_replaces_lists_and_takes_away_what_is_null() -> None:
    patch = """
spec:
  source:
    helm:
      valuesObject: null
      valueFiles:
      {{- range .files }}
      - {{ . }}
      {{- end }}
"""
    (one,) = expand(patched_set(patch, {**ELEMENTS[0], "files": ["b.yaml", "c.yaml"]})).applications
    assert text(one, "spec", "source", "helm") == {"valueFiles": ["b.yaml", "c.yaml"]}


@pytest.mark.parametrize(
    "patch",
    [
        "spec: {source: {path: '{{.missing}}'}}",
        "spec: {source: {path: '{{ .name | sha256sum }}'}}",
        "{{ if .on }}spec: {}",
        "spec: [",
        "a: b\n---\nc: d",
        "$patch: delete",
        "spec: {source: {helm: {valuesObject: {cni: {exclusive: false}}}}}",
    ],
)
def test_a_patch_that_is_not_worked_out_is_a_source_not_read(patch: str) -> None:
    found = expand(patched_set(patch, ELEMENTS[0]))
    assert found.unpatched
    assert made(found) == [("a", "apps/one", "west")]
    texts = {"argo/s.yaml": patched_set(patch, ELEMENTS[0]), **TREE}
    (unread,) = (one for each in found_in(texts).clusters for one in each.not_read)
    assert unread.reason is UnreadReason.TEMPLATE
    shown = unread.place.source.text[unread.place.span.start : unread.place.span.end]
    assert json.loads(shown) == patch


def test_an_empty_patch_changes_nothing() -> None:
    found = expand(patched_set("{{ if .missing }}spec: {}{{ end }}", ELEMENTS[0]))
    assert (made(found), found.unpatched) == ([("a", "apps/one", "west")], False)


def test_what_a_patch_writes_has_its_place_or_a_doubt() -> None:
    steps = ("spec", "destination", "name")
    for patch, inside in ((PLAIN, True), (DECIDING, False)):
        one, *_rest = expand(patched_set(patch, ELEMENTS[0])).applications
        assert isinstance(one.document, BuiltDocument)
        place = one.document.place(steps)
        assert place is not None
        where = ("spec", "templatePatch")
        assert place.route == ((*where, Embedded.YAML, *steps) if inside else where)
        assert bool(one.document.doubt(steps)) is not inside
        assert one.document.doubt(("spec", "source", "path")) == ""


def test_a_selector_takes_some_of_what_a_generator_gives() -> None:
    for selector, expected in (
        ({"matchLabels": {"cluster": "east"}}, ["a"]),
        (
            {"matchExpressions": [{"key": "cluster", "operator": "NotIn", "values": ["east"]}]},
            ["b"],
        ),
        ({"matchExpressions": [{"key": "none", "operator": "Exists"}]}, []),
        ({}, ["a", "b"]),
    ):
        found = expand(application_set({**LIST, "selector": selector}))
        assert [name for name, _path, _cluster in made(found)] == expected
        assert not found.unknown


def test_a_selector_of_what_is_not_known_leaves_nothing_out() -> None:
    found = expand(application_set({"clusters": {}, "selector": {"matchLabels": {"name": "a"}}}))
    assert (len(found.applications), found.unknown) == (1, True)


def test_a_generator_may_have_a_template_over_that_of_the_set() -> None:
    own = {"metadata": {}, "spec": {"source": {"path": "apps/two"}, "project": ""}}
    (one,) = expand(
        application_set({"list": {"elements": ELEMENTS[:1], "template": own}})
    ).applications
    assert text(one, "spec", "source", "path") == "apps/two"
    assert text(one, "spec", "source", "repoURL") == SELF
    assert one.name == "a"


def test_applications_in_folders_whose_names_say_nothing_are_of_one_cluster() -> None:
    texts = {
        "kubernetes/argocd/a.yaml": application("a", {"path": "a"}),
        "kubernetes/bootstrap/b.yaml": application("b", {"path": "b"}),
        "a/a.yaml": daemon("a"),
        "b/b.yaml": daemon("b"),
    }
    assert names(texts) == {"default": ["a", "b"]}


def in_folders(*paths: str, **more: str) -> dict[str, str]:
    """Return Applications for the cluster of Argo CD, each of a folder that has its name."""
    texts = dict(more)
    for path in paths:
        folder, name = path.split("/")[-2:]
        texts[f"{path}.yaml"] = application(f"{folder}-{name}", {"path": f"m/{folder}/{name}"})
        texts[f"m/{folder}/{name}/a.yaml"] = daemon(name)
    return texts


def test_applications_of_several_folders_are_of_the_cluster_of_argo_cd() -> None:
    assert names(in_folders("apps/net/cilium", "apps/more/multus")) == {
        "default": ["cilium", "multus"]
    }


@pytest.mark.parametrize(
    "paths",
    [
        ("apps/blue/multus", "apps/green/multus"),
        ("clusters/blue/cilium", "clusters/green/multus"),
    ],
    ids=["the same install", "where clusters lie"],
)
def test_folders_of_applications_may_be_clusters(paths: tuple[str, ...]) -> None:
    assert list(names(in_folders(*paths))) == ["blue", "green"]


def test_an_application_that_stands_in_two_folders_is_of_two_clusters() -> None:
    texts = {
        "blue/a.yaml": application("a", {"path": "a"}),
        "green/a.yaml": application("a", {"path": "b"}),
        "a/a.yaml": daemon("a"),
        "b/b.yaml": daemon("b"),
    }
    assert names(texts) == {"blue": ["a"], "green": ["b"]}


def test_what_applications_of_applications_install_tells_folders_apart_too() -> None:
    texts = {
        "blue/a.yaml": application("a", {"path": "more"}),
        "more/b.yaml": application("b", {"path": "b"}),
        "green/c.yaml": application("c", {"path": "c"}),
        "b/b.yaml": daemon("same"),
        "c/c.yaml": daemon("same"),
    }
    assert names(texts) == {"blue": ["same"], "green": ["same"]}
