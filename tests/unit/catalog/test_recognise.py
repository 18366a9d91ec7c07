"""What manifests install; the products' own forms are in tests/catalog."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from cnilint.catalog.catalog import Action, Role
from cnilint.catalog.installer import Installer
from cnilint.catalog.recognise import installers, shows_eks
from cnilint.kube.manifest import ManifestIndex
from cnilint.model.finding import Note
from cnilint.simulation.programs import program
from cnilint.upstream.selector import predict
from tests.unit.simulation.actors import AWS, MOUNT, THICK, daemon_set, read


def install(text: str) -> tuple[list[Installer], list[Note]]:
    found = read(text)
    return installers(found, ManifestIndex(found))


def test_what_is_written_loads_as_the_network_that_it_is() -> None:
    (one,), notes = install(json.dumps(daemon_set(AWS)))
    assert not notes
    assert one.writes is not None
    assert (one.writes.directory, one.writes.name) == ("/etc/cni/net.d", "10-aws.conflist")
    found = predict("containerd", {one.writes.name: one.writes.content})
    assert found.network == "aws-cni"
    assert list(found.plugins or ()) == ["aws-cni", "egress-cni", "portmap"]


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
    assert predict("containerd", {"a.conf": one.writes.content}).plugins == ["flannel"]


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


@pytest.mark.parametrize(
    ("image", "name"),
    [("istio/install-cni:1.27.0", "${FILE}"), ("kumahq/kuma-cni:2.14.0", "{{f}}")],
)
def test_nobody_waits_for_a_file_whose_name_is_filled_in_later(image: str, name: str) -> None:
    container = {
        "name": "install-cni",
        "image": image,
        "env": [
            {"name": "CNI_CONF_NAME", "value": name},
            {"name": "CNI_NETWORK_CONFIG", "value": "${CONFIG}"},
        ],
        "volumeMounts": MOUNT,
    }
    (one,), notes = install(json.dumps(daemon_set(container)))
    assert one.later
    assert program(one) is None
    assert [f"'/etc/cni/net.d/{name}', which is known only after" in n.message for n in notes] == [
        True
    ]
    assert one.variables() == {}


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
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "n", "labels": {"eks.amazonaws.com/nodegroup": "a"}},
        },
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": "c"},
            "spec": {
                "jobTemplate": {
                    "spec": {
                        "template": {
                            "metadata": {"labels": {"eks.amazonaws.com/component": "x"}},
                            "spec": {"containers": []},
                        }
                    }
                }
            },
        },
    ],
)
def test_on_eks_the_vpc_cni_is_taken_as_present(shown: Mapping[str, object]) -> None:
    text = json.dumps(daemon_set(THICK)) + "\n---\n" + json.dumps(shown)
    assert shows_eks(read(text)) is not None
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


FLANNEL = {"name": "kube-flannel", "image": "docker.io/flannel/flannel:v0.24.4"}
CALICO = {
    "name": "install-cni",
    "image": "docker.io/calico/cni:v3.28.0",
    "env": [{"name": "CNI_CONF_NAME", "value": "10-canal.conflist"}],
    "volumeMounts": MOUNT,
}


def test_one_product_may_be_what_makes_another_of_a_workload() -> None:
    found, _notes = install(json.dumps(daemon_set(CALICO, FLANNEL)))
    assert [one.product.id for one in found] == ["canal"]
    # what stands beside it is another container of the same pod
    apart = "\n---\n".join(json.dumps(daemon_set(one)) for one in (CALICO, FLANNEL))
    found, _notes = install(apart)
    assert [one.product.id for one in found] == ["calico"]


def test_nothing_beside_its_workload_is_beaten() -> None:
    others = "\n---\n".join(json.dumps(daemon_set(*one)) for one in ([CALICO, FLANNEL], [CALICO]))
    found, _notes = install(others)
    assert [one.product.id for one in found] == ["canal", "calico"]


def test_an_earlier_recogniser_finds_its_container_wherever_it_stands() -> None:
    image = "kubeovn/kube-ovn:v1.10.7"
    initial = {"name": "install-cni", "image": image, "command": ["/kube-ovn/install-cni.sh"]}
    daemon = {
        "name": "cni-server",
        "image": image,
        "command": ["/kube-ovn/start-cniserver.sh", "--cni-conf-name=05-own.conflist"],
    }
    for containers in ([initial, daemon], [daemon, initial]):
        (one,), _notes = install(json.dumps(daemon_set(*containers)))
        assert one.container is not None
        assert one.container.name == "cni-server"


@pytest.mark.parametrize(
    ("name", "directory"),
    [
        ("/etc/cni/net.d/${NAME}", "/etc/cni/net.d"),
        ("/etc/${CNI}/net.d/10-azure.conflist", None),
        ("/var/cni/net.d/${NAME}", None),
    ],
)
def test_a_directory_is_known_although_a_name_is_not(name: str, directory: str | None) -> None:
    container = {
        "name": "i",
        "image": "${IMAGE}",
        "command": ["/dropgz", "deploy", "azure.conflist", "-o", name],
        "volumeMounts": [{"name": "net", "mountPath": "/etc/cni/net.d"}],
    }
    (one,), notes = install(json.dumps(daemon_set(container)))
    assert (one.directory, one.writes) == (directory, None)
    assert "known only after substitution" in notes[0].message


def test_a_setting_may_stand_in_what_is_written() -> None:
    container = {
        "name": "multus-cni",
        "image": "spidernet-io/spiderpool/spiderpool-agent:v1.0.2",
        "command": ["/home/entrypoint.sh"],
        "env": [{"name": "MULTUS_CLUSTER_NETWORK", "value": "own"}],
        "volumeMounts": MOUNT,
    }
    (one,), _notes = install(json.dumps(daemon_set(container)))
    assert one.writes is not None
    assert json.loads(one.writes.content) == {
        "name": "multus-cni-network",
        "cniVersion": "0.3.1",
        "type": "multus",
        "confDir": "/etc/cni/net.d",
        "clusterNetwork": "own",
    }
