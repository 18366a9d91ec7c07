"""What restarts the pods of a workload, and what of ConfigMaps they read only then."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from cnilint.kube.manifest import Manifest, ManifestIndex, manifests
from cnilint.kube.rollout import (
    ReadAtStart,
    Rollout,
    config_map_texts,
    read_at_start,
    restarts_with,
    rollout,
    same_template,
)
from cnilint.kube.workload import Workload, workload
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

MAP: dict[str, object] = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings"},
    "data": {"a": "1", "b": "2"},
    "binaryData": {"c": "Mw=="},
}


def read(*objects: object) -> list[Manifest]:
    found = compose(Source("a.yaml", "\n---\n".join(map(json.dumps, objects))))
    return [m for part in found if isinstance(part, Document) for m in manifests(part)]


def made(
    spec: dict[str, object] | None = None,
    pod: dict[str, object] | None = None,
    api_version: str = "apps/v1",
    kind: str = "DaemonSet",
    annotations: dict[str, str] | None = None,
    template: dict[str, str] | None = None,
    config_map: Mapping[str, object] = MAP,
) -> tuple[Workload, Manifest]:
    """Return a workload and the ConfigMap beside it."""
    one = {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "one", "annotations": annotations or {}},
        "spec": {
            **(spec or {}),
            "template": {"metadata": {"annotations": template or {}}, "spec": pod or {}},
        },
    }
    found = read(one, config_map)
    result = workload(found[0], ManifestIndex(found))
    assert result is not None
    return result, found[1]


SURGE = {"updateStrategy": {"rollingUpdate": {"maxSurge": "25%"}}}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, Rollout.REPLACES),
        ({"updateStrategy": {"type": "RollingUpdate"}}, Rollout.REPLACES),
        ({"updateStrategy": {"type": "OnDelete"}}, Rollout.WAITS),
        (SURGE, Rollout.STARTS_FIRST),
        ({"updateStrategy": {"rollingUpdate": {"maxSurge": 0}}}, Rollout.REPLACES),
        ({"updateStrategy": {"rollingUpdate": {"maxSurge": "0%"}}}, Rollout.REPLACES),
    ],
)
def test_a_daemon_set_says_how_its_pods_are_replaced(
    spec: dict[str, object], expected: Rollout
) -> None:
    assert rollout(made(spec)[0]) is expected


def test_the_first_daemon_sets_left_pods_alone_and_other_kinds_do_not() -> None:
    assert rollout(made(api_version="extensions/v1beta1")[0]) is Rollout.WAITS
    on_delete: dict[str, object] = {"updateStrategy": {"type": "OnDelete"}}
    assert rollout(made(on_delete, kind="Deployment")[0]) is Rollout.REPLACES


def test_the_pod_template_alone_counts() -> None:
    first, _map = made({"minReadySeconds": 1}, {"hostNetwork": True})
    second, _map = made({"minReadySeconds": 2}, {"hostNetwork": True})
    third, _map = made({"minReadySeconds": 1}, {"hostNetwork": False})
    assert same_template(first, second)
    assert not same_template(first, third)


RELOADER = "reloader.stakater.com"


@pytest.mark.parametrize(
    ("annotations", "template", "expected"),
    [
        ({}, {}, False),
        ({}, {"checksum/config": "abc"}, True),
        ({"checksum/config": "abc"}, {}, False),
        ({f"{RELOADER}/auto": "true"}, {}, True),
        ({f"{RELOADER}/auto": "false"}, {}, False),
        ({}, {f"configmap.{RELOADER}/auto": "true"}, True),
        ({f"configmap.{RELOADER}/reload": "other, settings"}, {}, True),
        ({f"configmap.{RELOADER}/reload": "other"}, {}, False),
        ({f"{RELOADER}/search": "true"}, {}, False),
        ({"wave.pusher.com/update-on-config-change": "true"}, {}, True),
        ({"wave.pusher.com/update-on-config-change": "false"}, {}, False),
    ],
)
def test_annotations_say_who_restarts_the_pods(
    annotations: dict[str, str], template: dict[str, str], expected: bool
) -> None:
    one, config_map = made(annotations=annotations, template=template)
    assert restarts_with(one, config_map) is expected


def test_a_name_with_a_hash_and_a_map_that_is_searched_for_restart_them() -> None:
    hashed = {**MAP, "metadata": {"name": "settings-bcdfghkmt2"}}
    assert restarts_with(*made(config_map=hashed))
    assert not restarts_with(*made(config_map={**MAP, "metadata": {"name": "settings-2024"}}))
    matched = {"name": "settings", "annotations": {f"{RELOADER}/match": "true"}}
    found = made(
        annotations={f"{RELOADER}/search": "true"}, config_map={**MAP, "metadata": matched}
    )
    assert restarts_with(*found)


def keys(pod: dict[str, object]) -> set[str]:
    found = list(read_at_start(made(pod=pod)[0]))
    assert {one.config_map for one in found} <= {"settings"}
    return {one.key for one in found}


def mounted(**more: str) -> dict[str, object]:
    return {"volumeMounts": [{"name": "v", "mountPath": "/m", **more}]}


VOLUME = {"name": "v", "configMap": {"name": "settings"}}
CHOSEN = {"name": "v", "configMap": {"name": "settings", "items": [{"key": "a", "path": "x"}]}}
REFERENCE = {"configMapKeyRef": {"name": "settings", "key": "b"}}


@pytest.mark.parametrize(
    ("container", "initial", "volume", "expected"),
    [
        ({"env": [{"name": "B", "valueFrom": REFERENCE}]}, False, VOLUME, {"b"}),
        ({"env": [{"name": "B", "value": "1"}]}, False, VOLUME, set()),
        ({"envFrom": [{"configMapRef": {"name": "settings"}}]}, False, VOLUME, {"a", "b", "c"}),
        (mounted(), False, VOLUME, set()),
        (mounted(), True, VOLUME, {"a", "b", "c"}),
        (mounted(), True, CHOSEN, {"a"}),
        (
            mounted(subPath="b"),
            False,
            VOLUME,
            {"b"},
        ),
        (
            mounted(subPath="x"),
            False,
            CHOSEN,
            {"a"},
        ),
        (
            mounted(subPath="a"),
            False,
            CHOSEN,
            set(),
        ),
    ],
)
def test_what_a_pod_gets_when_it_starts_and_never_again(
    container: dict[str, object], initial: bool, volume: dict[str, object], expected: set[str]
) -> None:
    group = "initContainers" if initial else "containers"
    pod: dict[str, object] = {group: [{"name": "c", **container}], "volumes": [volume]}
    assert keys(pod) == expected


def test_a_map_that_is_not_in_view_gives_what_is_named_of_it_alone() -> None:
    other = {"configMapKeyRef": {"name": "other", "key": "b"}}
    env = [{"name": "B", "valueFrom": other}]
    container = {"name": "c", "env": env, "envFrom": [{"configMapRef": {"name": "another"}}]}
    found = list(read_at_start(made(pod={"containers": [container]})[0]))
    assert found == [ReadAtStart("other", "b")]


def test_the_texts_of_a_map_are_those_of_both_fields() -> None:
    assert config_map_texts(made()[1]) == {"a": "1", "b": "2", "c": "Mw=="}
