"""Whatever stands in a manifest, reading it never raises."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnilint.multus.forms import multus
from cnilint.simulation.class_facts import HostFile
from cnilint.simulation.cluster import Circumstances, cluster
from tests.unit.simulation.actors import AWS, THICK, daemon_set, read

WORDS = st.sampled_from(
    [
        *("containers", "initContainers", "volumes", "name", "image", "command", "args", "env"),
        *("envFrom", "value", "valueFrom", "configMapRef", "configMapKeyRef", "key", "prefix"),
        *("volumeMounts", "mountPath", "subPath", "readOnly", "hostPath", "path", "configMap"),
        *("items", "projected", "sources", "affinity", "nodeAffinity", "nodeSelector", "labels"),
        *("nodeSelectorTerms", "matchExpressions", "operator", "values", "lifecycle", "data"),
        *("requiredDuringSchedulingIgnoredDuringExecution", "metadata", "postStart", "exec"),
        *("template", "spec", "k8s-app", "annotations", "namespace", "daemon-config.json"),
    ]
)
TEXTS = st.sampled_from(
    [
        *("aws-node", "cilium", "cilium-agent", "istio-cni-node", "install-cni", "kube-multus"),
        *("r/amazon-k8s-cni:v1", "calico/cni:v3.28.0", "istio/install-cni", "flannel:v0.28.9"),
        *(
            "multus-cni:v4.1.4-thick",
            "multus-cni:v3.9-thick",
            "multus-cni:v4.0.2",
            "cilium:v1.18.1",
        ),
        *("/usr/src/multus-cni/bin/multus-daemon", "/thin_entrypoint", "/entrypoint.sh", "a:" * 9),
        *("/host/etc/cni/net.d", "/etc/cni/net.d", "net", "CNI_CONF_NAME", "Gt", "In", "NotIn"),
        *("--multus-conf-file=auto", "-config", "/", "//", "..", "", "{}", '{"multusMasterCNI":1}'),
        *(
            "eks.amazonaws.com/compute-type",
            "fargate",
            "kubernetes.io/os",
            "linux",
            "cilium-config",
        ),
        *("10-aws.conflist", "{path}", "$(NODE)", "{{ .x }}", "\x00", "\ud83d\ude00", "9" * 30),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=25,
)
RECOGNISED = st.sampled_from([AWS, THICK, {"name": "install-cni", "image": "istio/install-cni"}])
CONTAINERS = st.builds(
    lambda base, odd: base | odd, RECOGNISED, st.dictionaries(WORDS, TREES, max_size=4)
)


def all_read(text: str) -> None:
    facts = cluster(
        "odd", read(text), Circumstances((HostFile("50-x.conf", "{"), HostFile("", "")))
    )
    for one in facts.installers:
        found = multus(one)
        if found is not None:
            _ = (found.auto, found.master, found.autoconfig_host, found.selection_text())
            assert found.place("mode", "master").source.path == "cluster.yaml"
        assert one.object
    for facts_of_class in facts.classes:
        assert facts_of_class.outcomes


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(WORDS, TREES, max_size=5))
def test_no_pod_specification_makes_it_raise(spec: dict[str, object]) -> None:
    all_read(json.dumps(daemon_set() | {"spec": {"template": {"spec": spec}}}))
    all_read(json.dumps(daemon_set() | {"spec": spec}))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(CONTAINERS | TREES, max_size=3),
    TREES,
    st.dictionaries(WORDS, TREES, max_size=3),
    TREES,
)
def test_no_recognised_container_with_odd_members_makes_it_raise(
    containers: list[object], volumes: object, odd: dict[str, object], data: object
) -> None:
    found = daemon_set() | {
        "spec": {"template": {"spec": {"containers": containers, "volumes": volumes} | odd}}
    }
    config_map = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "net"},
        "data": data,
    }
    all_read(json.dumps(found) + "\n---\n" + json.dumps(config_map))


@pytest.mark.parametrize(
    "change",
    [
        {"volumeMounts": None},
        {"volumeMounts": {"name": "net"}},
        {"volumeMounts": [None, 7, "net", {}, {"mountPath": None}]},
        {"env": {"CNI_CONF_NAME": "x"}},
        {"env": [None, [], {"name": 7}]},
        {"envFrom": "istio-cni-config"},
        {"args": 7},
        {"args": [7, None, {}, [], True]},
        {"command": "/usr/src/multus-cni/bin/multus-daemon"},
        {"command": []},
        {"lifecycle": {"postStart": {"exec": {"command": "x"}}}},
        {"image": None},
        {"image": ["a"]},
        {"image": "multus-cni:v" + "9" * 5000 + ".1"},
        {"name": None},
    ],
)
@pytest.mark.parametrize("base", [AWS, THICK])
def test_wrong_types_are_read_past(base: dict[str, object], change: dict[str, object]) -> None:
    all_read(json.dumps(daemon_set(base | change)))
    all_read(json.dumps(daemon_set(base | change, volumes={})))
