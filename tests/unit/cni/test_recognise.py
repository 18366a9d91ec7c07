"""What manifests install; the products' own forms are in tests/catalog."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnilint.cni.catalog import Action, Role
from cnilint.cni.cluster import HostFile, cluster
from cnilint.cni.multus import multus
from cnilint.cni.recognise import Installer, installers, shows_eks
from cnilint.cni.selector import predict
from cnilint.kube.manifest import Manifest, ManifestIndex, manifests
from cnilint.model.finding import Note
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose


def objects(text: str) -> list[Manifest]:
    found = compose(Source("cluster.yaml", text))
    return [m for part in found if isinstance(part, Document) for m in manifests(part)]


def install(text: str) -> tuple[list[Installer], list[Note]]:
    found = objects(text)
    return installers(found, ManifestIndex(found))


def daemon_set(
    *containers: object, volumes: object = None, labels: object = None, **spec: object
) -> dict[str, object]:
    host = [{"name": "net", "hostPath": {"path": "/etc/cni/net.d"}}]
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "ds", "namespace": "kube-system"},
        "spec": {
            "template": {
                "metadata": {"labels": labels or {}},
                "spec": {"containers": list(containers), "volumes": volumes or host, **spec},
            }
        },
    }


MOUNT = [{"name": "net", "mountPath": "/host/etc/cni/net.d"}]
AWS = {"name": "c", "image": "r/amazon-k8s-cni:v1.23.0", "volumeMounts": MOUNT}
THICK = {
    "name": "kube-multus",
    "image": "ghcr.io/k8snetworkplumbingwg/multus-cni:v4.1.4-thick",
    "command": ["/usr/src/multus-cni/bin/multus-daemon"],
    "volumeMounts": MOUNT,
}


def test_what_is_written_loads_as_the_network_that_it_is() -> None:
    (one,), notes = install(json.dumps(daemon_set(AWS)))
    assert not notes
    assert one.writes is not None
    assert (one.writes.directory, one.writes.name) == ("/etc/cni/net.d", "10-aws.conflist")
    found = predict("containerd", {one.writes.name: one.writes.content})
    assert (found.network, found.plugins) == ("aws-cni", ("aws-cni", "egress-cni", "portmap"))


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("v1.5.3", None),
        ("v1.9.3", "0.3.1"),
        ("v1.10.2", "0.4.0"),
        ("v1.16.0", "1.0.0"),
        ("v1.16.2", "0.4.0"),
        ("v1.23.0-eksbuild.1", "0.4.0"),
        ("latest", "0.4.0"),
    ],
)
def test_the_vpc_cni_writes_the_cni_version_of_its_release(tag: str, version: str | None) -> None:
    container = AWS | {"image": f"r/amazon-k8s-cni:{tag}"}
    (one,), _notes = install(json.dumps(daemon_set(container)))
    assert one.writes is not None
    assert json.loads(one.writes.content).get("cniVersion") == version


def test_a_file_with_one_plugin_has_no_list() -> None:
    container = {
        "name": "install-cni",
        "image": "flannel:v0.9.1",
        "command": ["cp", "a", "/host/etc/cni/net.d/10-flannel.conf"],
        "volumeMounts": MOUNT,
    }
    (one,), _notes = install(json.dumps(daemon_set(container)))
    assert one.writes is not None
    assert "plugins" not in json.loads(one.writes.content)
    assert predict("containerd", {"a.conf": one.writes.content}).plugins == ("flannel",)


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("10-calico.conflist", "/etc/cni/net.d/10-calico.conflist"),
        # Go joins an absolute name to the directory, too
        ("/05-calico.conflist", "/etc/cni/net.d/05-calico.conflist"),
        ("sub/../05-calico.conflist", "/etc/cni/net.d/05-calico.conflist"),
        ("../../05-calico.conflist", None),
    ],
)
def test_a_name_is_joined_to_its_directory(path: str, host: str | None) -> None:
    container = {
        "name": "i",
        "image": "calico/cni:v3.28.0",
        "env": [{"name": "CNI_CONF_NAME", "value": path}],
        "volumeMounts": MOUNT,
    }
    (one,), notes = install(json.dumps(daemon_set(container)))
    assert (one.writes.path if one.writes else None) == host
    assert bool(notes) is (host is None)


@pytest.mark.parametrize(
    ("volumes", "environment", "said"),
    [
        ([{"name": "net", "emptyDir": {}}], [], "nothing of it reaches the node"),
        ([{"name": "net", "configMap": {"name": "net.d"}}], [], "nothing of it reaches the node"),
        (
            None,
            [{"name": "HOST_CNI_CONFDIR_PATH", "value": "/host/${DIR}"}],
            "known only after substitution",
        ),
        (
            None,
            [{"name": "HOST_CNI_CONFDIR_PATH", "value": "{{ .Values.dir }}"}],
            "known only after substitution",
        ),
    ],
)
def test_what_does_not_reach_the_node_is_said(
    volumes: object, environment: object, said: str
) -> None:
    container = AWS | {"env": environment}
    (one,), notes = install(json.dumps(daemon_set(container, volumes=volumes)))
    assert one.writes is None
    assert one.directory is None
    assert said in notes[0].message
    assert notes[0].location is not None
    assert notes[0].location.object == "DaemonSet kube-system/ds"


def test_each_product_of_a_workload_is_found_once() -> None:
    found, _notes = install(json.dumps(daemon_set(AWS, AWS, THICK)))
    assert [one.product.id for one in found] == ["aws-vpc-cni", "multus-thick"]
    assert {one.object for one in found} == {"DaemonSet kube-system/ds"}
    place = found[0].location()
    assert place is not None
    assert place.route == ("metadata", "name")


@pytest.mark.parametrize(
    "shown",
    [
        {"apiVersion": "crd.k8s.amazonaws.com/v1alpha1", "kind": "ENIConfig"},
        {"apiVersion": "vpcresources.k8s.aws/v1beta1", "kind": "SecurityGroupPolicy"},
        daemon_set({"name": "m", "image": "1.dkr.ecr.eu-west-1.amazonaws.com/eks/multus-cni:v4"}),
        daemon_set({"name": "x"}, nodeSelector={"eks.amazonaws.com/nodegroup": "a"}),
    ],
)
def test_on_eks_the_vpc_cni_is_taken_as_present(shown: Mapping[str, object]) -> None:
    text = json.dumps(daemon_set(THICK)) + "\n---\n" + json.dumps(shown)
    assert shows_eks(objects(text)) is not None
    found, _notes = install(text)
    (assumed,) = [one for one in found if one.assumed]
    assert assumed.product.id == "aws-vpc-cni"
    assert assumed.writes is not None
    assert assumed.writes.path == "/etc/cni/net.d/10-aws.conflist"
    assert assumed.location() is None
    assert not assumed.placement.matches(
        {
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "eks.amazonaws.com/compute-type": "hybrid",
        }
    )


def test_nothing_is_assumed_that_is_there_or_that_no_manifest_shows() -> None:
    eks = {"apiVersion": "crd.k8s.amazonaws.com/v1alpha1", "kind": "ENIConfig"}
    both = json.dumps(daemon_set(AWS)) + "\n---\n" + json.dumps(eks)
    assert not any(one.assumed for one in install(both)[0])
    assert install(json.dumps(eks)) == ([], [])
    assert not any(one.assumed for one in install(json.dumps(daemon_set(THICK)))[0])


def test_a_chained_plugin_that_stands_alone_is_still_chained() -> None:
    labels = {"k8s-app": "istio-cni-node"}
    container = {
        "name": "install-cni",
        "image": "istio/install-cni:1.27.0",
        "env": [{"name": "CHAINED_CNI_PLUGIN", "value": "false"}],
        "volumeMounts": MOUNT,
    }
    (one,), _notes = install(json.dumps(daemon_set(container, labels=labels)))
    assert (one.role, one.action) == (Role.CHAINED, Action.WRITE)
    assert one.writes is not None
    assert one.writes.name == "YYY-istio-cni.conf"


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
    facts = cluster("odd", objects(text), host_files=[HostFile("50-x.conf", "{"), HostFile("", "")])
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
    found = daemon_set(*containers, volumes=volumes, **odd)
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
