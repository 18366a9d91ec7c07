"""Objects are found wherever a document keeps them, and each knows its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.kube.manifest import Manifest, ManifestIndex, Origin, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import resolve
from tests.clusters import read


def objects(text: str) -> list[Manifest]:
    found = compose(Source("cluster.yaml", text))
    return [m for part in found if isinstance(part, Document) for m in manifests(part)]


@pytest.mark.parametrize(
    ("value", "mentioned"),
    [
        ("networks", True),
        (r'"net\x77orks"', True),
        ('"net\\\n    works"', True),
        ("works", False),
        (r'"net \n orks"', False),
    ],
)
def test_what_an_escape_hides_may_be_mentioned(value: str, mentioned: bool) -> None:
    (one,) = objects(f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {value}\n")
    assert one.mentions("networks") == mentioned


def test_each_document_is_one_object() -> None:
    found = objects(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: ns}\n---\n"
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: b}\n"
    )
    assert [one.title for one in found] == ["ConfigMap ns/a", "DaemonSet b"]
    assert found[1].api_version == "apps/v1"
    assert found[0].origin is None


def test_lists_are_unrolled_at_any_depth_and_in_order() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n"
        "- apiVersion: v1\n  kind: ConfigMapList\n  items:\n"
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n"
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: d}}\n"
    )
    found = objects(text)
    assert [one.name for one in found] == ["a", "b", "c", "d"]
    assert found[2].route == ("items", 1, "items", 1)
    for one in found:
        place = one.location("metadata", "name")
        assert place.document is not None
        assert resolve(place.document, place.route) is not None
        assert text[place.span.start : place.span.end] == one.name


def test_an_array_of_objects_is_a_list_as_well() -> None:
    pods = ",".join(
        f'{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}"}}}}' for name in "abc"
    )
    found = objects(f"[{pods}, [], 7, [{pods}]]")
    assert [one.name for one in found] == ["a", "b", "c", "a", "b", "c"]
    assert found[4].route == (5, 1)
    assert found[1].location("metadata", "name").route == (1, "metadata", "name")


@pytest.mark.parametrize(
    "text",
    [
        "kind: Pod\n",
        "apiVersion: v1\n",
        "apiVersion: 1\nkind: Pod\n",
        "apiVersion: v1\nkind: [Pod]\n",
        "apiVersion: v1\nkind: ''\n",
        "- apiVersion: v1\n",
        "just text\n",
        "apiVersion: v1\nkind: List\nitems: null\n",
        "apiVersion: v1\nkind: List\nitems: {a: b}\n",
        "apiVersion: v1\nkind: List\nitems: [null, 1, text, []]\n",
    ],
)
def test_what_is_no_object_is_passed_over(text: str) -> None:
    assert objects(text) == []


def test_a_kind_that_ends_in_list_without_items_is_an_object() -> None:
    assert [m.kind for m in objects("apiVersion: example.org/v1\nkind: AllowList\n")] == [
        "AllowList"
    ]


def test_a_place_is_that_of_the_deepest_step_that_exists() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec: {}\n"
    (pod,) = objects(text)
    assert pod.location("metadata", "name", "further").route == ("metadata", "name")
    assert pod.location("metadata", "labels", "app").route == ("metadata",)
    assert pod.location("nothing").route == ()
    assert pod.location().object == "Pod a"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        (
            "# Source: multus/templates/daemonset.yaml\napiVersion: v1\nkind: Pod\n",
            Origin("helm", "multus/templates/daemonset.yaml"),
        ),
        (
            (
                "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n"
                "    config.kubernetes.io/origin: |\n      path: base/pod.yaml\n"
            ),
            Origin("kustomize", "base/pod.yaml"),
        ),
        (
            (
                "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n"
                "    config.kubernetes.io/origin: |\n      repo: https://example.org/r\n"
                "      ref: v1\n      path: 'base/pod.yaml'\n"
            ),
            Origin("kustomize", "https://example.org/r//base/pod.yaml"),
        ),
        (
            (
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n"
                "    config.kubernetes.io/origin: |\n      configuredIn: kustomization.yaml\n"
                "      configuredBy:\n        kind: ConfigMapGenerator\n"
            ),
            Origin("kustomize", "kustomization.yaml", "ConfigMapGenerator"),
        ),
    ],
)
def test_an_object_knows_what_it_was_rendered_from(text: str, origin: Origin) -> None:
    (found,) = objects(text)
    assert found.origin == origin


def config_map(name: str, namespace: str | None) -> Manifest:
    scope = f", namespace: {namespace}" if namespace else ""
    (found,) = objects(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}{scope}}}\n")
    return found


def test_a_name_is_looked_up_in_its_own_namespace_first() -> None:
    here, there, nowhere = config_map("m", "a"), config_map("m", "b"), config_map("m", None)
    index = ManifestIndex([here, there, nowhere])
    assert index.find("ConfigMap", "m", "a") is here
    assert index.find("ConfigMap", "m", "b") is there
    assert index.find("ConfigMap", "m", "c") is nowhere
    assert index.find("ConfigMap", "m", "") is nowhere
    assert index.find("Secret", "m", "a") is None
    assert index.find("ConfigMap", "n", "a") is None


def test_a_missing_namespace_fits_any_unless_there_is_a_choice() -> None:
    here, there = config_map("m", "a"), config_map("m", "b")
    assert ManifestIndex([here]).find("ConfigMap", "m", "") is here
    assert ManifestIndex([here, there]).find("ConfigMap", "m", "") is None
    assert ManifestIndex([here]).find("ConfigMap", "m", "b") is None


def test_of_two_objects_with_one_name_the_last_one_counts() -> None:
    first, last = config_map("m", "a"), config_map("m", "a")
    assert ManifestIndex([first, last]).find("ConfigMap", "m", "a") is last


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_origin_annotation_makes_it_raise(text: str) -> None:
    quoted = "'" + "".join(c for c in text if c.isprintable()).replace("'", "''") + "'"
    (found,) = objects(
        "apiVersion: v1\nkind: Pod\nmetadata: {annotations: "
        f"{{config.kubernetes.io/origin: {quoted}}}}}\n"
    )
    assert found.origin is not None
    assert found.origin.tool == "kustomize"


def test_a_list_is_searched_once_for_all_of_its_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    def hides(text: str, _span: object) -> bool:
        searched.append(text)
        return False

    monkeypatch.setattr("cnilint.kube.manifest.hides", hides)
    item = "{kind: Service, apiVersion: v1, metadata: {name: NAME}}"
    items = ", ".join(item.replace("NAME", f"s{at}") for at in range(50))
    found = read({"a.yaml": f"kind: List\napiVersion: v1\nitems: [{items}]\n"})
    objects = [each for one in found.documents for each in manifests(one)]
    assert len(objects) == 50
    assert not any(one.mentions("nowhere") for one in objects)
    assert len(searched) == 1
