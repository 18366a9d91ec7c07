"""What app-template makes of its values, as `helm template` of its 4.1.1 made it."""

from __future__ import annotations

import json

import pytest

from cnilint.gitops.built import BuiltDocument
from cnilint.gitops.generic_chart import rendered
from cnilint.kube.manifest import Manifest, NoTexts
from cnilint.model.tree import Route, Value, plain

from .deliveries import only

POD: tuple[str, ...] = ("spec", "template", "spec")


def made(values: object, version: str = "4.1.1") -> dict[tuple[str, str], Manifest]:
    """Return what a release called multus becomes, by kind and name."""
    spec = {"chart": {"spec": {"chart": "app-template", "version": version}}, "values": values}
    release = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "multus", "namespace": "net"},
        "spec": spec,
    }
    return {(one.kind, one.name): one for one in rendered(only(json.dumps(release)), NoTexts())}


def at(one: Manifest, *steps: str | int) -> Value:
    tree = one.at(*POD, *steps)
    return None if tree is None else plain(tree)


ONE = {"image": {"repository": "r/multus", "tag": "v4"}}


def controller(**more: object) -> dict[str, object]:
    return {"type": "daemonset", "containers": {"app": ONE}, **more}


def test_one_controller_has_the_name_of_the_release_and_several_their_own() -> None:
    assert list(made({"controllers": {"x": controller()}})) == [("DaemonSet", "multus")]
    several = made({"controllers": {"x": controller(), "y": controller(type="deployment")}})
    assert list(several) == [("DaemonSet", "multus-x"), ("Deployment", "multus-y")]
    off = {"x": controller(), "y": controller(enabled=False), "z": controller(type="cronjob")}
    assert list(made({"controllers": off})) == [("DaemonSet", "multus-x"), ("CronJob", "multus-z")]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"global": {"fullnameOverride": "other"}}, "other"),
        ({"fullnameOverride": "other"}, "other"),
        ({}, "multus"),
    ],
)
def test_a_full_name_takes_the_place_of_the_releases(values: object, name: str) -> None:
    assert isinstance(values, dict)
    assert list(made({**values, "controllers": {"x": controller()}})) == [("DaemonSet", name)]


def test_an_identifier_may_be_asked_for_in_every_name() -> None:
    given = {"alwaysAppendIdentifierToResourceName": True}
    found = made({"global": given, "controllers": {"x": controller()}})
    assert list(found) == [("DaemonSet", "multus-x")]


@pytest.mark.parametrize(
    ("version", "maps", "names"),
    [
        ("4.1.1", ["settings"], ["multus"]),
        ("4.1.1", ["settings", "more"], ["multus-settings", "multus-more"]),
        ("3.7.3", ["settings"], ["multus-settings"]),
        ("4.1.1", ["multus", "more"], ["multus", "multus-more"]),
    ],
)
def test_a_config_map_is_found_where_a_volume_names_it(
    version: str, maps: list[str], names: list[str]
) -> None:
    values = {
        "controllers": {"x": controller()},
        "configMaps": {name: {"data": {"a": "b"}} for name in maps},
        "persistence": {name: {"type": "configMap", "identifier": name} for name in maps},
    }
    found = made(values, version)
    assert [name for kind, name in found if kind == "ConfigMap"] == names
    workload = found["DaemonSet", "multus"]
    volumes = at(workload, "volumes")
    assert volumes == [
        {"name": name, "configMap": {"name": called}}
        for name, called in zip(maps, names, strict=True)
    ]


MOUNTS = [
    ({"type": "hostPath", "hostPath": "/opt"}, [{"mountPath": "/opt"}]),
    ({"type": "emptyDir"}, [{"mountPath": "/v"}]),
    (
        {"type": "hostPath", "hostPath": "/opt", "globalMounts": [{"readOnly": True}]},
        [{"mountPath": "/opt", "readOnly": True}],
    ),
    (
        {"type": "emptyDir", "globalMounts": [{"path": "/a"}, {"path": "/b", "subPath": "s"}]},
        [{"mountPath": "/a"}, {"mountPath": "/b", "subPath": "s"}],
    ),
    (
        {"type": "emptyDir", "advancedMounts": {"x": {"app": [{"path": "/a"}]}}},
        [{"mountPath": "/a"}],
    ),
    ({"type": "emptyDir", "advancedMounts": {"x": {"other": [{"path": "/a"}]}}}, []),
    ({"type": "emptyDir", "enabled": False}, []),
    ({"type": "custom", "volumeSpec": {"hostPath": {"path": "/c"}}}, [{"mountPath": "/v"}]),
]


@pytest.mark.parametrize(("volume", "mounts"), MOUNTS)
def test_volumes_are_mounted_where_the_values_say(volume: object, mounts: object) -> None:
    found = made({"controllers": {"x": controller()}, "persistence": {"v": volume}})
    assert isinstance(mounts, list)
    assert at(found["DaemonSet", "multus"], "containers", 0, "volumeMounts") == [
        {"name": "v", **one} for one in mounts
    ]


def test_a_volume_of_another_controller_is_not_in_the_pod() -> None:
    values = {
        "controllers": {"x": controller(), "y": controller()},
        "persistence": {"v": {"type": "emptyDir", "advancedMounts": {"y": {"app": []}}}},
    }
    assert at(made(values)["DaemonSet", "multus-x"], "volumes") == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"A": 1}, {"name": "A", "value": "1"}),
        ({"A": "x"}, {"name": "A", "value": "x"}),
        ({"A": {"value": "x"}}, {"name": "A", "value": "x"}),
        (
            {"A": {"valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}},
            {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        ),
        (
            {"A": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        ),
        ([{"name": "A", "value": "x"}], {"name": "A", "value": "x"}),
        ({"A": "{{ .Release.Name }}-x"}, {"name": "A", "value": "multus-x"}),
    ],
)
def test_variables_have_each_form_that_the_chart_takes(written: object, expected: object) -> None:
    container = {**ONE, "env": written}
    found = made({"controllers": {"x": {"type": "daemonset", "containers": {"app": container}}}})
    assert at(found["DaemonSet", "multus"], "containers", 0, "env") == [expected]


def test_a_template_that_is_not_worked_out_is_doubted() -> None:
    maps = {"a": {"data": {"k": "{{ .Release.Name }}", "t": "{{ include `x` . }}"}}}
    (one,) = (m for (kind, _n), m in made({"configMaps": maps}).items() if kind == "ConfigMap")
    assert isinstance(one.document, BuiltDocument)
    data = one.at("data")
    assert data is not None
    assert plain(data) == {"k": "multus", "t": "{{ include `x` . }}"}
    assert one.document.doubt(("data", "k")) == ""
    assert one.document.doubt(("data", "t"))


def test_the_oldest_form_has_one_container_at_the_top() -> None:
    values = {
        "controller": {"type": "daemonset"},
        "image": {"repository": "r/multus", "tag": "v3"},
        "args": ["--x"],
        "hostNetwork": True,
        "persistence": {"cni": {"type": "hostPath", "hostPath": "/opt", "mountPath": "/host"}},
    }
    one = made(values, "1.5.1")["DaemonSet", "multus"]
    assert at(one, "containers", 0, "image") == "r/multus:v3"
    assert at(one, "containers", 0, "args") == ["--x"]
    assert at(one, "hostNetwork") is True
    assert at(one, "containers", 0, "volumeMounts") == [{"name": "cni", "mountPath": "/host"}]


def test_options_of_a_pod_are_the_nearest() -> None:
    values = {
        "defaultPodOptions": {"hostNetwork": True, "nodeSelector": {"a": "b"}},
        "controllers": {"x": controller(pod={"nodeSelector": {"c": "d"}})},
    }
    one = made(values)["DaemonSet", "multus"]
    assert (at(one, "hostNetwork"), at(one, "nodeSelector")) == (True, {"c": "d"})


def test_what_is_rendered_is_written_in_the_values() -> None:
    container = {**ONE, "args": ["--first"]}
    found = made({"controllers": {"x": {"type": "daemonset", "containers": {"app": container}}}})
    document = found["DaemonSet", "multus"].document
    assert isinstance(document, BuiltDocument)
    route: Route = (*POD, "containers", 0, "args", 0)
    place = document.place(route)
    assert place is not None
    assert place.route == (
        *("spec", "values", "controllers", "x", "containers", "app", "args"),
        0,
    )


RAW = {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition"}


def raw(**more: object) -> dict[str, object]:
    return {**RAW, "spec": {"spec": {"config": '{"type": "macvlan"}'}}, **more}


def definitions(values: dict[str, object], version: str) -> dict[str, Manifest]:
    found = made({"rawResources": values}, version)
    return {name: one for (kind, name), one in found.items() if kind == RAW["kind"]}


def test_a_raw_resource_has_what_its_spec_holds_at_its_top() -> None:
    off = raw(enabled=False)
    (one,) = definitions({"lan": raw(), "off": off, "none": {"spec": {}}}, "4.1.1").values()
    config = one.at("spec", "config")
    assert (one.namespace, config and plain(config)) == ("net", '{"type": "macvlan"}')


@pytest.mark.parametrize(
    ("version", "values", "names"),
    [
        ("4.1.1", {"lan": raw()}, ["multus"]),
        ("4.1.1", {"lan": raw(), "dmz": raw()}, ["multus-lan", "multus-dmz"]),
        ("4.1.1", {"lan": raw(forceRename="{{ .Release.Name }}-LAN")}, ["multus-lan"]),
        ("4.1.1", {"lan": raw(prefix="a", suffix="z")}, ["a-multus-z"]),
        ("4.1.1", {"lan": raw(nameOverride="home")}, ["multus"]),
        ("3.7.3", {"lan": raw()}, ["multus-lan"]),
        ("3.7.3", {"lan": raw(nameOverride="home")}, ["multus-home"]),
        ("3.7.3", {"lan": raw(forceRename="lan")}, ["lan"]),
    ],
)
def test_a_raw_resource_may_be_named_otherwise(
    version: str, values: dict[str, object], names: list[str]
) -> None:
    assert list(definitions(values, version)) == names


def test_a_config_map_that_is_renamed_is_found_by_its_identifier() -> None:
    maps = {"daemon": {"forceRename": "multus-daemon-config", "data": {"a": "b"}}}
    volume = {"type": "configMap", "identifier": "daemon"}
    given = {"configMaps": maps, "persistence": {"c": volume}, "controllers": {"x": controller()}}
    found = made(given)
    assert ("ConfigMap", "multus-daemon-config") in found
    name = at(found["DaemonSet", "multus"], "volumes", 0, "configMap", "name")
    assert name == "multus-daemon-config"


def test_a_template_in_a_raw_resource_is_doubted() -> None:
    text = {"spec": {"config": ["{{ .Values.network }}"]}}
    (one,) = definitions({"lan": raw(spec=text)}, "4.1.1").values()
    assert isinstance(one.document, BuiltDocument)
    assert one.document.doubts
