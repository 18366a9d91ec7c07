"""What Kustomize would refuse, and what must not be followed, is one note at the place of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnilint.gitops.files import Files
from cnilint.gitops.graph import UnreadReason
from cnilint.gitops.kustomize import build
from cnilint.model.text import Source

from .kustomizations import DAEMON_SET, built, refused

KUSTOMIZATION = "over/kustomization.yaml"


def said(texts: dict[str, str]) -> tuple[str, str]:
    """Return the reason and the marked text of the one thing that was not read."""
    one = refused(texts)
    place = one.place
    text = place.source.text[place.span.start : place.span.end]
    return one.reason.value, f"{place.source.path}: {text}"


@pytest.mark.parametrize(
    ("kustomization", "reason", "marked"),
    [
        ("resources: [nothing.yaml]", "missing", "nothing.yaml"),
        ("resources: [../../out.yaml]", "outside", "../../out.yaml"),
        ("resources: [/etc/passwd]", "outside", "/etc/passwd"),
        ("resources: ['']", "missing", "''"),
        ("resources: [.]", "cycle", "."),
        ("resources: [..]", "cycle", ".."),
        ("resources: [https://example.test/a.yaml]", "remote", "https://example.test/a.yaml"),
        ("resources:\n  - github.com/a/b?ref=v1", "remote", "github.com/a/b?ref=v1"),
        ("resources: ['git@example.test:acme/app']", "remote", "'git@example.test:acme/app'"),
        ("components: [https://example.test/acme/app]", "remote", "https://example.test/acme/app"),
        ("components: [nothing]", "missing", "nothing"),
        ("resources: nothing.yaml", "not-built", "nothing.yaml"),
        ("resource: [a.yaml]\nnamespace: x", "not-built", "[a.yaml]"),
        ("patches: [{path: nothing.yaml}]", "missing", "nothing.yaml"),
        ("patches: [{target: {kind: A}}]", "not-built", "{target: {kind: A}}"),
        ("patches: [{patch: 'a: [', target: {kind: A}}]", "syntax", "'a: ['"),
        ("patches: [{patch: '[{op: add}]'}]", "not-built", "[{op: add}]"),
        ("replicas: [{name: nobody, count: 2}]", "not-built", "{name: nobody, count: 2}"),
        ("configMapGenerator: [{name: a, files: [b]}]", "missing", "b"),
        ("configMapGenerator: [{name: a, literals: [b]}]", "not-built", "b"),
        ("configMapGenerator: [{literals: [a=b]}]", "not-built", "{literals: [a=b]}"),
        (
            "configMapGenerator: [{name: a, behavior: merge}]",
            "not-built",
            "{name: a, behavior: merge}",
        ),
        ("configMapGenerator: [{name: a, literals: [b=1, b=2]}]", "not-built", "b=2"),
        ("transformers: [t.yaml]", "missing", "t.yaml"),
        ("validators: [t.yaml]", "generator-plugin", "t.yaml"),
        (
            "vars: [{name: A, objref: {kind: B, name: c}}]",
            "not-built",
            "{name: A, objref: {kind: B, name: c}}",
        ),
        ("crds: [crd.json]", "unsupported", "crd.json"),
        ("images: [{name: a, newTag: 1.20}]", "not-built", "1.20"),
        ("commonLabels: {version: 1}", "not-built", "1"),
        ("images: [{name: a, tag: v1}]", "not-built", "v1"),
        ("configMapGenerator: [{name: a, literals: {b: c}}]", "not-built", "{b: c}"),
        ("replicas: []\nnamespace: 1", "not-built", "1"),
        ("kind: Deployment\nnamespace: a", "not-built", "Deployment"),
        ("apiVersion: v1\nnamespace: a", "not-built", "v1"),
        ("sortOptions: {order: random}", "not-built", "{order: random}"),
        ("configurations: [nothing.yaml]", "missing", "nothing.yaml"),
    ],
)
def test_one_note_at_the_place(kustomization: str, reason: str, marked: str) -> None:
    found = said({KUSTOMIZATION: f"{kustomization}\n"})
    assert found == (reason, f"{KUSTOMIZATION}: {marked}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not-built"),
        ("# nothing\n", "not-built"),
        ("kind: Kustomization\n", "not-built"),
        ("- a\n", "not-built"),
        ("text\n", "not-built"),
        ("a: [\n", "syntax"),
        ("a: {{ .Values.a }}\nb: [", "template"),
    ],
)
def test_a_file_that_is_no_kustomization(text: str, reason: str) -> None:
    one = refused({KUSTOMIZATION: text})
    assert (one.reason.value, one.place.source.path) == (reason, KUSTOMIZATION)


def test_a_program_that_would_make_objects() -> None:
    texts = {KUSTOMIZATION: "generators: [g.yaml]\n"}
    texts["over/g.yaml"] = "apiVersion: acme.test/v1\nkind: Maker\nmetadata: {name: a}\n"
    assert said(texts) == ("generator-plugin", f"{KUSTOMIZATION}: g.yaml")
    assert refused(texts).detail == "Maker"


def test_a_folder_without_a_kustomization() -> None:
    assert refused({"over/a.yaml": DAEMON_SET}).reason is UnreadReason.MISSING
    assert refused({"other/a.yaml": DAEMON_SET}).reason is UnreadReason.MISSING
    texts = {KUSTOMIZATION: "resources: [base]\n", "over/base/a.yaml": DAEMON_SET}
    assert said(texts) == ("missing", f"{KUSTOMIZATION}: base")


def test_a_folder_with_two_kustomizations() -> None:
    one = refused({KUSTOMIZATION: "namespace: a\n", "over/Kustomization": "namespace: b\n"})
    assert (one.reason, one.detail) == (UnreadReason.NOT_BUILT, "over/Kustomization")


def test_a_cycle_of_bases() -> None:
    texts = {
        KUSTOMIZATION: "resources: [../base]\n",
        "base/kustomization.yaml": "resources: [../over]\n",
    }
    assert said(texts) == ("cycle", "base/kustomization.yaml: ../over")


def test_more_bases_inside_of_one_another_than_are_followed() -> None:
    texts = {f"d{at}/kustomization.yaml": f"resources: [../d{at + 1}]\n" for at in range(300)}
    (one,) = built(texts, "d0").not_read
    assert one.reason is UnreadReason.DEPTH


def test_more_bases_beside_one_another_than_are_followed() -> None:
    texts = {
        f"d{at}/kustomization.yaml": f"resources: [../d{at + 1}, ../d{at + 1}]\n"
        for at in range(40)
    }
    texts["d40/kustomization.yaml"] = "namespace: a\n"
    found = built(texts, "d0")
    assert {one.reason for one in found.not_read} == {UnreadReason.TOO_MUCH}


def test_values_that_are_nested_too_deep() -> None:
    deep = f"{'[' * 199}{']' * 199}"
    texts = {
        KUSTOMIZATION: "resources: [a.yaml]\npatches: [{path: p.yaml}]\n",
        "over/a.yaml": f"apiVersion: a/v1\nkind: A\nmetadata: {{name: a}}\nspec: {deep}\n",
        "over/p.yaml": "apiVersion: a/v1\nkind: A\nmetadata: {name: a}\nmore: 1\n",
    }
    found = built(texts)
    assert [one.reason for one in found.not_read] in (
        [UnreadReason.SYNTAX],
        [UnreadReason.DEPTH],
        [],
    )


def test_an_object_that_is_there_already() -> None:
    texts = {
        KUSTOMIZATION: "resources: [a.yaml, b.yaml]\n",
        "over/a.yaml": DAEMON_SET,
        "over/b.yaml": DAEMON_SET,
    }
    assert said(texts) == ("not-built", f"{KUSTOMIZATION}: b.yaml")
    assert refused(texts).detail == "DaemonSet kube-system/multus"
    assert len(built(texts).objects) == 1


def test_a_patch_for_an_object_that_is_not_there() -> None:
    piece = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: other}\n"
    texts = {KUSTOMIZATION: "patches: [{path: p.yaml}]\n", "over/p.yaml": piece}
    reason, _place = said(texts)
    one = refused(texts)
    assert (reason, one.target, one.place.source.path) == (
        "not-built",
        "over/p.yaml",
        "over/p.yaml",
    )
    texts[KUSTOMIZATION] += "resources: [https://example.test/multus.yaml]\n"
    assert refused(texts).reason is UnreadReason.REMOTE


def test_a_resource_that_is_no_object() -> None:
    texts = {KUSTOMIZATION: "resources: [a.yaml]\n", "over/a.yaml": "kind: A\nspec: 1\n"}
    assert said(texts) == ("not-built", "over/a.yaml: kind: A")
    texts["over/a.yaml"] = "a: [\n"
    assert refused(texts).reason is UnreadReason.SYNTAX


def test_a_pattern_that_could_take_forever_takes_no_longer_than_another() -> None:
    texts = {
        KUSTOMIZATION: (
            "resources: [a.yaml]\n"
            "patches: [{target: {name: '(a+)+b'}, patch: '[{op: remove, path: /spec}]'}]\n"
        ),
        "over/a.yaml": f"apiVersion: a/v1\nkind: A\nmetadata: {{name: {'a' * 60}}}\n",
    }
    assert built(texts, "over").not_read == ()


def test_a_link_out_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/secret.yaml").write_text(DAEMON_SET, "utf-8")
    (tmp_path / "out/kustomization.yaml").write_text("resources: [secret.yaml]\n", "utf-8")
    top = tmp_path / "top"
    (top / "over").mkdir(parents=True)
    (top / "over/kustomization.yaml").write_text("resources: [link.yaml, folder]\n", "utf-8")
    os.symlink(tmp_path / "out/secret.yaml", top / "over/link.yaml")
    os.symlink(tmp_path / "out", top / "over/folder")
    found = build(Files(str(top), ()), "over")
    assert [one.reason for one in found.not_read] == [UnreadReason.OUTSIDE, UnreadReason.OUTSIDE]
    assert found.objects == ()


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [pipe.yaml]\n", "utf-8")
    os.mkfifo(tmp_path / "pipe.yaml")
    (one,) = build(Files(str(tmp_path), ()), ".").not_read
    assert one.reason is UnreadReason.MISSING


def test_folders_that_all_builds_enter_are_counted_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each folder is built by itself as well: what doubles in one of them doubles in many."""
    monkeypatch.setattr("cnilint.gitops.files.MOST_ENTERED", 50)
    texts = {"0/kustomization.yaml": "commonLabels: {a: b}\n"}
    for at in range(1, 5):
        texts[f"{at}/kustomization.yaml"] = f"resources: [../{at}x, ../{at}y]\n"
        for side in "xy":
            texts[f"{at}{side}/kustomization.yaml"] = f"resources: [../{at - 1}]\n"
    files = Files("", [Source(path, text) for path, text in texts.items()])
    assert not build(files, "3").not_read  # 28 folders
    assert {one.reason for one in build(files, "4").not_read} == {UnreadReason.TOO_MUCH}
