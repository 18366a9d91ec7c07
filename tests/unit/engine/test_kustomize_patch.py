"""Patches have the form that fits what they change, and name their object as Kustomize does."""

from __future__ import annotations

from typing import Any

import pytest

from cnilint.engine.kustomize_patch import Patch, patches, target_of
from cnilint.engine.selected import SelectedObject
from cnilint.kube.manifest import Manifest, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document, Value, plain
from cnilint.syntax.compose import compose
from cnilint.syntax.style import BlockStyle, block_lines


def one(whole: dict[str, Value]) -> Manifest:
    text = "".join(f"{line}\n" for line in block_lines(whole, 0, BlockStyle()))
    (document,) = compose(Source("x.yaml", text))
    assert isinstance(document, Document)
    (found,) = manifests(document)
    return found


def daemon_set(specification: dict[str, Value], **more: Value) -> Manifest:
    metadata: dict[str, Value] = {"name": "net", "namespace": "kube-system"}
    template: dict[str, Value] = {"spec": specification}
    head: dict[str, Value] = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata}
    return one({**head, "spec": {"template": template, **more}})


def config_map(data: dict[str, Value], name: str = "m", annotations: str = "") -> Manifest:
    metadata: dict[str, Value] = {"name": name}
    if annotations:
        metadata["annotations"] = {"config.kubernetes.io/origin": annotations}
    return one({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def said(patch: Patch) -> Any:  # noqa: ANN401
    """Return what a patch reads as, below its head where it is a merge."""
    (document,) = compose(Source("patch.yaml", patch.text))
    assert isinstance(document, Document)
    whole = plain(document.root)
    return whole["spec"]["template"]["spec"] if isinstance(whole, dict) else whole  # type: ignore[call-overload,index]


def containers(*found: dict[str, Value]) -> dict[str, Value]:
    return {"containers": list(found)}


def agent(**more: Value) -> dict[str, Value]:
    return {"name": "agent", "image": "i", **more}


def variables(**named: str) -> list[Value]:
    return [{"name": name, "value": value} for name, value in named.items()]


SIDE: dict[str, Value] = {"name": "side", "image": "s"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            containers(SIDE, agent(env=variables(A="1", B="2"))),
            containers(SIDE, agent(env=variables(A="1", B="3"))),
            containers({"name": "agent", "env": variables(B="3")}),
        ),
        (
            containers(agent(env=variables(A="1"))),
            containers(agent(env=variables(A="1", C="3"))),
            containers({"name": "agent", "env": variables(C="3")}),
        ),
        (
            containers(agent(env=variables(A="1", B="2"))),
            containers(agent(env=variables(B="2"))),
            containers({"name": "agent", "env": [{"$patch": "delete", "name": "A"}]}),
        ),
        (
            containers(agent(args=["--a", "--b"])),
            containers(agent(args=["--a", "--b", "--c"])),
            containers({"name": "agent", "args": ["--a", "--b", "--c"]}),
        ),
        (
            {**containers(agent()), "hostPID": True},
            containers(agent(volumeMounts=[{"mountPath": "/x", "name": "v"}])),
            {
                "hostPID": None,
                **containers({"name": "agent", "volumeMounts": [{"mountPath": "/x", "name": "v"}]}),
            },
        ),
        (
            containers(agent()),
            {**containers(agent()), "affinity": {"nodeAffinity": {}}},
            {"affinity": {"nodeAffinity": {}}},
        ),
    ],
)
def test_inside_a_pod_template_things_are_told_by_their_names(
    before: dict[str, Value], after: dict[str, Value], expected: dict[str, Value]
) -> None:
    (patch,) = patches(daemon_set(before), daemon_set(after))
    assert patch.target == SelectedObject("apps", "v1", "DaemonSet", "net")
    assert patch.text.startswith("apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: net\n")
    assert said(patch) == expected


def test_names_that_stand_twice_are_told_by_their_places() -> None:
    before = containers(agent(env=[*variables(A="1"), *variables(A="2")]))
    after = containers(agent(env=[*variables(A="1"), *variables(A="3")]))
    (patch,) = patches(daemon_set(before), daemon_set(after))
    path = "/spec/template/spec/containers/0/env/1/value"
    assert (patch.form, said(patch)) == (
        "json6902",
        [
            {"op": "test", "path": path, "value": "2"},
            {"op": "replace", "path": path, "value": "3"},
        ],
    )


def test_outside_of_it_a_value_is_tested_before_it_is_replaced() -> None:
    before = daemon_set(containers(agent()), minReadySeconds=1)
    after = daemon_set(containers(agent(tty=True)), minReadySeconds=2)
    merge, operations = patches(before, after)
    assert said(merge) == containers({"name": "agent", "tty": True})
    assert said(operations) == [
        {"op": "test", "path": "/spec/minReadySeconds", "value": 1},
        {"op": "replace", "path": "/spec/minReadySeconds", "value": 2},
    ]


def test_outside_of_it_a_value_is_tested_before_it_is_removed() -> None:
    before = daemon_set(containers(agent()), minReadySeconds=1)
    (operations,) = patches(before, daemon_set(containers(agent())))
    assert said(operations) == [
        {"op": "test", "path": "/spec/minReadySeconds", "value": 1},
        {"op": "remove", "path": "/spec/minReadySeconds"},
    ]


def test_a_text_of_a_config_map_is_given_as_a_whole() -> None:
    text = '{\n    "a": 1\n}\n'
    before = config_map({"a.json": text, "b": "x"})
    after = config_map({"a.json": text.replace("1", "2"), "b": "y", "c/d~": "z"})
    merge, operations = patches(before, after)
    assert merge.text.endswith('data:\n  a.json: |\n    {\n        "a": 2\n    }\n')
    assert said(operations) == [
        {"op": "test", "path": "/data/b", "value": "x"},
        {"op": "replace", "path": "/data/b", "value": "y"},
        {"op": "add", "path": "/data/c~1d~0", "value": "z"},
    ]


def test_json_on_one_line_is_a_text_as_well() -> None:
    (patch,) = patches(config_map({"a.json": '{"a": 1}'}), config_map({"a.json": '{"a": 2}'}))
    assert (patch.form, patch.text.splitlines()[-1]) == ("", "  a.json: '{\"a\": 2}'")


def test_nothing_to_patch_and_nothing_to_patch_it_by() -> None:
    before = config_map({"a": "1"})
    assert patches(before, config_map({"a": "1"})) == ()
    nameless = config_map({"a": "1"}, name="")
    assert patches(nameless, config_map({"a": "2"}, name="")) == ()


GENERATED = "configuredIn: kustomization.yaml\nconfiguredBy:\n  kind: ConfigMapGenerator\n"


@pytest.mark.parametrize(
    ("name", "origin", "expected"),
    [
        ("settings-fdc9k6gb7h", GENERATED, "settings"),
        ("settings-fdc9k6gb7h", "path: base/x.yaml\n", "settings-fdc9k6gb7h"),
        ("settings-fdc9k6gb7h", "", "settings-fdc9k6gb7h"),
        ("settings", GENERATED, "settings"),
    ],
)
def test_the_hash_of_a_generated_name_is_left_out(name: str, origin: str, expected: str) -> None:
    assert target_of(config_map({}, name, origin)) == SelectedObject(
        "", "v1", "ConfigMap", expected
    )
