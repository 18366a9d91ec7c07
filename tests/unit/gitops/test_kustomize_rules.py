"""Kustomize's own rules, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.gitops.built import BuiltNode, made
from cnilint.gitops.files import Files
from cnilint.gitops.kustomize import build
from cnilint.gitops.kustomize_addresses import is_remote_file, is_repository
from cnilint.gitops.kustomize_fields import (
    Field,
    FieldConflictError,
    Gvk,
    Tables,
    configured,
    defaults,
    merged_fields,
    split,
)
from cnilint.gitops.kustomize_generators import encoded, file_source, literal
from cnilint.gitops.kustomize_json_patch import patched
from cnilint.gitops.kustomize_merge import merge
from cnilint.gitops.kustomize_resources import KustomizeRefusedError
from cnilint.gitops.kustomize_schema import is_cluster_scoped, member, type_of
from cnilint.gitops.kustomize_selectors import Selector, fits, matches
from cnilint.gitops.kustomize_transformers import ImageChange, is_of_name, parts_of
from cnilint.model.tree import Value

from .kustomizations import DAEMON_SET, built, files, only, value

POD: dict[str, Value] = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}


def after(target: Value, patch: Value) -> Value:
    found = merge(made(target), made(patch))
    return found.plain() if found is not None else None


def containers(*listed: Value) -> Value:
    return {**POD, "spec": {"containers": list(listed)}}


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [
        ([{"name": "a", "x": 1}], [{"name": "a", "y": 2}], [{"name": "a", "x": 1, "y": 2}]),
        ([{"name": "a"}], [{"name": "b"}], [{"name": "b"}, {"name": "a"}]),
        ([{"name": "a"}, {"name": "b"}], [{"name": "a", "$patch": "delete"}], [{"name": "b"}]),
        ([{"name": "a"}], [{"name": "b"}, {"$patch": "replace"}], [{"name": "b"}]),
        ([{"name": "a", "x": 1}], [{"name": "a", "x": None}], [{"name": "a"}]),
        ([{"name": "a", "args": [1]}], [{"name": "a", "args": [2]}], [{"name": "a", "args": [2]}]),
    ],
)
def test_lists_that_are_merged(target: Value, patch: Value, expected: Value) -> None:
    assert isinstance(target, list)
    assert isinstance(patch, list)
    assert isinstance(expected, list)
    assert after(containers(*target), containers(*patch)) == containers(*expected)


def test_lists_of_unknown_kinds_are_replaced() -> None:
    thing: dict[str, Value] = {"apiVersion": "a/v1", "kind": "Thing", "metadata": {"name": "a"}}
    one: Value = {**thing, "spec": {"containers": [{"name": "a"}], "map": {"x": 1}}}
    other: Value = {**thing, "spec": {"containers": [{"name": "b"}], "map": {"y": 2}}}
    expected: Value = {**thing, "spec": {"containers": [{"name": "b"}], "map": {"x": 1, "y": 2}}}
    assert after(one, other) == expected


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"a": {"$patch": "replace", "y": 1}}, {"a": {"y": 1}, "b": 1}),
        ({"a": {"$patch": "delete"}}, {"b": 1}),
        ({"a": {"$patch": "merge", "y": 1}}, {"a": {"x": 1, "y": 1}, "b": 1}),
        ({"a": None}, {"b": 1}),
        ({"c": {"d": None, "e": {"$patch": "delete"}}}, {"a": {"x": 1}, "b": 1, "c": {}}),
        ({"$patch": "delete"}, None),
    ],
)
def test_directives(patch: Value, expected: Value) -> None:
    assert after({"a": {"x": 1}, "b": 1}, patch) == expected


@pytest.mark.parametrize("patch", [{"a": 1}, {"a": []}, {"a": {"$patch": "change"}}])
def test_what_does_not_fit_is_refused(patch: Value) -> None:
    with pytest.raises(KustomizeRefusedError):
        after({"a": {"x": 1}}, patch)


VALUES: st.SearchStrategy[Value] = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=2), VALUES))
def test_an_empty_patch_changes_nothing(value: dict[str, Value]) -> None:
    assert after(dict(value), {}) == value


@given(st.dictionaries(st.text(max_size=2), VALUES))
def test_a_patch_applied_again_changes_nothing(patch: dict[str, Value]) -> None:
    once = after({"a": 1}, patch) if not isinstance(patch.get("a"), dict | list) else None
    if isinstance(once, dict):
        assert after(once, patch) == once


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/a/-", "value": 3}, {"a": [1, 2, 3]}),
        ({"op": "add", "path": "/a/0", "value": 0}, {"a": [0, 1, 2]}),
        ({"op": "remove", "path": "/a/-1"}, {"a": [1]}),
        ({"op": "replace", "path": "/b", "value": 1}, {"a": [1, 2], "b": 1}),
        ({"op": "add", "path": "/x~1y~0z", "value": None}, {"a": [1, 2], "x/y~z": None}),
        ({"op": "move", "from": "/a/0", "path": "/b"}, {"a": [2], "b": 1}),
        ({"op": "copy", "from": "/a", "path": "/b"}, {"a": [1, 2], "b": [1, 2]}),
        ({"op": "test", "path": "/a/0", "value": 1}, {"a": [1, 2]}),
    ],
)
def test_operations(operation: Value, expected: Value) -> None:
    assert patched(made({"a": [1, 2]}), [made(operation)]).plain() == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/b"},
        {"op": "add", "path": "/b/c", "value": 1},
        {"op": "add", "path": "/a/7", "value": 1},
        {"op": "test", "path": "/a/0", "value": True},
        {"op": "replace", "path": "/a/2", "value": 1},
        {"op": "copy", "from": "/b", "path": "/c"},
        {"op": "merge", "path": "/a"},
        {"op": "add", "path": ""},
        "text",
    ],
)
def test_operations_that_are_refused(operation: Value) -> None:
    with pytest.raises(KustomizeRefusedError):
        patched(made({"a": [1, 2]}), [made(operation)])


@pytest.mark.parametrize(
    ("selector", "fitting"),
    [
        ("a=1", True),
        ("a==1,b!=3", True),
        ("a in (1, 2),b notin (1)", True),
        ("a,!c", True),
        ("b>1", True),
        ("c", False),
        ("a!=1", False),
        ("c notin (1)", True),
        ("c in (1)", False),
        ("", True),
    ],
)
def test_label_selectors(selector: str, fitting: bool) -> None:
    assert matches(selector, {"a": "1", "b": "2"}) is fitting


@pytest.mark.parametrize("selector", ["a=1,", "=1", "a in 1", "a b", "(a)"])
def test_no_label_selectors(selector: str) -> None:
    with pytest.raises(KustomizeRefusedError):
        matches(selector, {})


def test_patterns_are_of_the_whole() -> None:
    assert fits("web.*", "web-1")
    assert not fits("web", "web-1")
    assert not fits("eb.*", "web-1")
    with pytest.raises(KustomizeRefusedError):
        fits("(", "web")
    assert Selector(kind="A").names is not None


@pytest.mark.parametrize(
    ("path", "file", "repository"),
    [
        ("https://github.com/acme/app", True, True),
        ("https://example.test/a.yaml", True, False),
        ("http://example.test/acme/app", True, True),
        ("github.com/acme/app//deploy?ref=v1", False, True),
        ("github.com/acme", False, False),
        ("git@github.com:acme/app.git", False, True),
        ("ssh://git@example.test/acme/app", False, True),
        ("git::https://example.test/acme/app", False, True),
        ("https://dev.azure.com/org/project/_git/repo/path", True, True),
        ("https://example.test/acme/app//../../out", True, False),
        ("../base", False, False),
        ("example.test/acme/app", False, False),
        ("/github.com/acme/app", False, False),
        ("file:///srv/app", False, True),
    ],
)
def test_addresses(path: str, file: bool, repository: bool) -> None:
    assert (is_remote_file(path), is_repository(path)) == (file, repository)


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("nginx", ("nginx", "", "")),
        ("nginx:1", ("nginx", "1", "")),
        ("localhost:5000/nginx", ("localhost:5000/nginx", "", "")),
        ("a.test/b:1@sha256:c", ("a.test/b", "1", "sha256:c")),
        ("a.test/b@sha256:c", ("a.test/b", "", "sha256:c")),
    ],
)
def test_images(image: str, parts: tuple[str, str, str]) -> None:
    assert parts_of(image) == parts
    assert is_of_name(image, parts[0])
    assert not is_of_name(f"x{image}", parts[0])
    renewed = ImageChange(parts[0], "new", "", "", "", ()).renewed(image)
    assert renewed == f"new{image[len(parts[0]) :]}"


def test_an_image_with_a_digest_loses_its_tag() -> None:
    assert ImageChange("a", "", "", "", "sha256:d", ()).renewed("a:1") == "a@sha256:d"
    assert ImageChange("a", "", "2", "", "", ()).renewed("a:1@sha256:d") == "a:2"
    assert ImageChange("a", "", "", "-x", "", ()).renewed("a:1") == "a:1-x"


def test_sources_of_generators() -> None:
    assert file_source("a/b.yaml") == ("b.yaml", "a/b.yaml")
    assert file_source("c=a/b.yaml") == ("c", "a/b.yaml")
    assert literal("a='b=c'") == ("a", "b=c")
    assert literal('a="') == ("a", '"')
    for wrong in ("=a", "a=", "a=b=c"):
        with pytest.raises(KustomizeRefusedError):
            file_source(wrong)


@pytest.mark.parametrize("size", [0, 1, 51, 52, 53, 200])
def test_base64_in_lines(size: int) -> None:
    lines = encoded(b"x" * size).split("\n")
    assert all(len(line) == 70 for line in lines[:-2])
    assert (len(lines) == 1) is (size < 52)


def test_the_hash_of_a_generated_map() -> None:
    """As kubernetes-sigs/kustomize@kustomize/v5.7.1:api/krusty/configmaps_test.go has it."""
    texts = {
        "over/kustomization.yaml": """\
configMapGenerator:
- name: testing
  literals:
  - |
    initial.txt=greetings
    everyone
  - |
    final.txt=different
    behavior
"""
    }
    assert only(texts).name == "testing-tt4769fb52"


def test_what_a_file_holds_is_kept_to_the_byte(tmp_path: Path) -> None:
    """The names are those that Kustomize 5.7.1 gives."""
    (tmp_path / "crlf.txt").write_bytes(b"a\r\nb\r\n")
    (tmp_path / "bin.dat").write_bytes(b"\x00\xff\x01bin")
    for name, generated in (("crlf.txt", "m-42k8bd56dc"), ("bin.dat", "m-g6ctk2k52h")):
        text = f"configMapGenerator: [{{name: m, files: [{name}]}}]\n"
        (tmp_path / "kustomization.yaml").write_text(text, "utf-8")
        (found,) = build(Files(str(tmp_path), ()), ".").objects
        assert found.name == generated


def test_the_order_of_objects() -> None:
    kinds = ["DaemonSet", "Service", "Namespace", "ConfigMap", "ValidatingWebhookConfiguration"]
    texts = {"over/kustomization.yaml": "resources: [a.yaml]\n"}
    texts["over/a.yaml"] = "---\n".join(
        f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\n" for kind in reversed(kinds)
    )
    found = built(texts)
    assert [one.kind for one in found.objects] == [
        "Namespace",
        "ConfigMap",
        "Service",
        "DaemonSet",
        "ValidatingWebhookConfiguration",
    ]
    texts["over/kustomization.yaml"] += "sortOptions: {order: fifo}\n"
    assert [one.kind for one in built(texts).objects] == kinds[::-1]


def test_the_tables() -> None:
    assert split("metadata/annotations/a.test\\/b") == ("metadata", "annotations", "a.test/b")
    assert split("/a/b") == ("a", "b")
    one, other = Field(Gvk(), ("a",), create=True), Field(Gvk(), ("a",))
    assert merged_fields((one,), (one,)) == (one,)
    with pytest.raises(FieldConflictError):
        merged_fields((one,), (other,))
    assert configured([]) is defaults()
    assert configured([BuiltNode({})]) is defaults()
    own = configured([made({"images": [{"path": "spec/image", "kind": "Thing"}]})])
    assert len(own.images) == len(defaults().images) + 1
    assert own.references == tuple(sorted(defaults().references, key=lambda one: one.target.rank))
    assert Tables() != own


def test_what_is_known_of_kinds() -> None:
    assert member(type_of("v1", "Service"), "spec").type == "v1.ServiceSpec"
    assert member("v1.ServiceSpec", "ports").keys == ("port", "protocol")
    assert member("v1.ObjectMeta", "finalizers").keys == ()
    assert type_of("acme.test/v1", "Service") == ""
    assert is_cluster_scoped("v1", "Namespace")
    assert not is_cluster_scoped("acme.test/v1", "Namespace")


def test_more_members_from_elsewhere() -> None:
    texts = {
        "over/kustomization.yaml": (
            "resources: [a.yaml]\nimages: [{name: ghcr.io/acme/multus, newTag: v8}]\n"
        ),
        "over/a.yaml": DAEMON_SET,
    }
    more = made(
        {
            "namespace": "flux",
            "images": [{"name": "ghcr.io/acme/multus", "newTag": "v9"}],
            "patches": [
                {"target": {"kind": "DaemonSet"}, "patch": "- {op: add, path: /a, value: 1}"}
            ],
        }
    )
    (found,) = build(files(texts), "over", more=more).objects
    assert found.namespace == "flux"
    assert value(found, "a") == 1
    assert str(value(found, "spec", "template", "spec", "containers", 0, "image")).endswith(":v9")
    (loose,) = build(
        files({"x/a.yaml": DAEMON_SET}), "x", more=made({"resources": ["a.yaml"]})
    ).objects
    assert loose.name == "multus"


def test_an_address_whose_content_is_known() -> None:
    address = "https://example.test/multus.yaml"
    texts = {
        "over/kustomization.yaml": f"resources: ['{address}']\nnameSuffix: -end\n",
        "known.yaml": DAEMON_SET,
    }
    repository = files(texts)
    known = {address: repository.documents("known.yaml")}
    found = build(repository, "over", remote=known.get)
    assert [one.name for one in found.objects] == ["multus-end"]
    assert found.not_read == ()


def test_a_kustomization_with_charts_is_an_object_itself() -> None:
    texts = {
        "over/kustomization.yaml": ("resources: [../base]\nnamespace: net\n"),
        "base/kustomization.yaml": (
            "helmCharts:\n  - {name: cilium, repo: 'https://helm.cilium.io', valuesFile: v.yaml}\n"
        ),
        "base/v.yaml": "cni: {exclusive: false}\n",
    }
    found = built(texts)
    (manifest,) = found.objects
    assert (manifest.kind, manifest.namespace) == ("Kustomization", "net")
    assert manifest.document.source.path == "base/kustomization.yaml"
    assert [(edge.kind, edge.target) for edge in found.edges] == [
        ("resource", "base"),
        ("chart", "cilium"),
        ("values", "base/v.yaml"),
    ]
    assert "base/v.yaml" in found.reads
