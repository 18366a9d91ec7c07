"""Multus that a chart or an operator brings: what it is told, and where it reads and writes."""

from __future__ import annotations

import json

import pytest

from cnilint.multus.configuration import Multus
from cnilint.multus.forms import multus
from cnilint.multus.settings import CONF_DIRECTORY, SCRIPT_MODE
from cnilint.simulation.class_facts import multus_program
from cnilint.upstream.multus_releases import LAST_SCRIPT, NEWEST
from cnilint.upstream.selector import predict
from tests.unit.catalog.delivered import HOME_OPERATIONS, custom, found, release

PLUMBING = "https://k8snetworkplumbingwg.github.io/helm-charts"
ANGELNU = "https://angelnu.github.io/helm-charts"
STARTECHNICA = "https://startechnica.github.io/apps"
BITNAMI = "oci://registry-1.docker.io/bitnamicharts"
K3S = "/var/lib/rancher/k3s/agent/etc/cni/net.d"
PIN = "10-aws.conflist"
DAEMON = {
    "cniVersion": "0.4.0",
    "multusConfigFile": "auto",
    "multusAutoconfigDir": CONF_DIRECTORY,
    "cniConfigDir": CONF_DIRECTORY,
}
LISTS = {
    name: json.dumps({"name": name, "cniVersion": "0.4.0", "plugins": [{"type": "bridge"}]})
    for name in ("05-first.conflist", PIN)
}


def delivered(*texts: str) -> Multus:
    (one,) = [one for each in found(*texts)[0] if (one := multus(each)) is not None]
    assert one.installer.container is None
    assert one.in_view == (one.problem is None)
    return one


def rke2(**configuration: object) -> str:
    return release("rke2-multus", "", {"config": configuration})


def thick(**daemon: object) -> str:
    values = {"thickPlugin": {"enabled": True}, "config": {"daemon_conf": daemon}}
    return release("rke2-multus", "", values)


def network(**spec: object) -> str:
    return custom("Network", "operator.openshift.io/v1", spec)


PINNED = [
    (rke2(cni_conf={"masterCniFilename": PIN}), "config.cni_conf.masterCniFilename"),
    (thick(multusMasterCNI=PIN), "config.daemon_conf.multusMasterCNI"),
    (
        release(
            "multus",
            "0.1.0",
            {"extraArgs": [f"--multus-master-cni-file-name={PIN}"]},
            address=HOME_OPERATIONS,
        ),
        "extraArgs",
    ),
    (
        release("multus", "2.2.0", {"args": {"multusMasterCNIFileName": PIN}}, address=PLUMBING),
        "args.multusMasterCNIFileName",
    ),
    (
        release(
            "multus-cni",
            "2.2.0",
            {"args": ["--multus-conf-file=auto", "--multus-master-cni-file-name", PIN]},
            address=BITNAMI,
        ),
        "args",
    ),
    (
        release(
            "multus-cni",
            "0.1.0",
            {"daemonConfig": json.dumps(DAEMON | {"MULTUSMASTERCNI": PIN})},
            address=STARTECHNICA,
        ),
        "daemonConfig",
    ),
]


@pytest.mark.parametrize(("text", "value"), PINNED, ids=[value for _text, value in PINNED])
def test_the_value_that_names_its_master_is_known_and_read(text: str, value: str) -> None:
    one = delivered(text)
    assert (one.auto, one.master, one.installer.form.pinned_by) == (True, PIN, value)
    given = one.given("master")
    assert given is not None
    assert given.value == PIN
    assert given.location.route[:2] == ("spec", "values")


@pytest.mark.parametrize(("text", "value"), PINNED, ids=[value for _text, value in PINNED])
def test_what_the_values_amount_to_picks_that_master(text: str, value: str) -> None:
    one = delivered(text)
    picked = predict(
        one.selector,
        LISTS,
        args=one.selection_arguments(),
        daemon_config=one.selection_text(),
    )
    assert (value, picked.primary) == (value, PIN)


UNPINNABLE = [
    custom("NetworkAddonsConfig", "networkaddonsoperator.network.kubevirt.io/v1", {"multus": {}}),
    network(),
    release("multus", "5.0.7", address=ANGELNU),
    release("multus", "1.3.3", address="oci://ghcr.io/bjw-s-labs/helm"),
    release("multus", "2.0.0", address="https://k8s-at-home.com/charts/"),
]


@pytest.mark.parametrize("text", UNPINNABLE)
def test_where_no_value_names_a_master_the_entry_says_so(text: str) -> None:
    one = delivered(text)
    assert (one.auto, one.master, one.installer.form.pinned_by) == (True, "", "")
    assert one.given("master") is None
    assert one.given("mode") is None


DIRECTORIES = [
    (rke2(), "/etc/cni/net.d", "/etc/cni/net.d"),
    (rke2(cni_conf={"confDir": K3S}), K3S, K3S),
    (
        rke2(cni_conf={"confDir": "/etc/a", "multusAutoconfigDir": "/etc/b"}),
        "/etc/a",
        "/etc/b",
    ),
    # paths of the container, which the chart mounts the host's directory at
    (thick(multusAutoconfigDir="/etc/cni/multus/net.d"), "/etc/cni/net.d", "/etc/cni/multus/net.d"),
    (
        thick(cniConfigDir="/host/etc/cni/net.d/x", multusAutoconfigDir="/host/etc/cni/net.d"),
        "/etc/cni/net.d/x",
        "/etc/cni/net.d",
    ),
    (release("multus", "5.0.7", address=ANGELNU), K3S, K3S),
    (
        release("multus", "5.0.7", {"cni": {"paths": {"config": "/etc/c"}}}, address=ANGELNU),
        "/etc/c",
        "/etc/c",
    ),
    # its daemon configuration has no cniConfigDir: a directory of the container
    (release("multus-cni", "0.1.0", address=STARTECHNICA), None, "/etc/cni/net.d"),
    (
        release(
            "multus-cni", "2.2.0", {"hostCNINetDir": K3S, "CNIMountPath": "/m"}, address=BITNAMI
        ),
        K3S,
        K3S,
    ),
    (network(), "/etc/kubernetes/cni/net.d", "/var/run/multus/cni/net.d"),
]


@pytest.mark.parametrize(("text", "written", "masters"), DIRECTORIES)
def test_its_directories_are_the_hosts(text: str, written: str | None, masters: str) -> None:
    one = delivered(text)
    assert (one.conf_host, one.autoconfig_host) == (written, masters)
    assert multus_program(one) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (release("rke2-multus", "4.2.2"), NEWEST),
        (release("multus", "5.0.7", address=ANGELNU), (4, 0, 2)),
        (release("multus", "2.0.0", address="https://k8s-at-home.com/charts/"), (3, 7, 1)),
        (release("multus", "1", {"multus": {"image": {"tag": "v4.1.4"}}}), (4, 1, 4)),
        (release("multus", "1", {"image": {"tag": "snapshot"}}), NEWEST),
    ],
)
def test_its_release_is_its_images_not_its_charts(
    text: str, expected: tuple[int, int, int]
) -> None:
    assert delivered(text).release == expected


def test_openshift_waits_for_the_primary_in_a_directory_of_its_own() -> None:
    one = delivered(network())
    configuration = json.loads(one.selection_text() or "")
    assert configuration["multusAutoconfigDir"] == CONF_DIRECTORY
    assert configuration["readinessindicatorfile"] == f"{CONF_DIRECTORY}/10-ovn-kubernetes.conf"
    older = delivered(network(defaultNetwork={"type": "OpenShiftSDN"}))
    assert older.value("readiness").endswith("/80-openshift-network.conf")


def test_flags_of_another_kind_are_handed_on() -> None:
    words = ["--cni-version=0.3.1", "--cni-conf-dir=/x", "--multus-log-level=debug", "--quiet"]
    text = release("multus", "0.1.0", {"extraArgs": words}, address=HOME_OPERATIONS)
    arguments = delivered(text).selection_arguments()
    assert sorted(arguments) == ["--cni-version=0.3.1", "--multus-log-level=debug", "--quiet"]


@pytest.mark.parametrize("broken", ["{", "[]", "7", ""])
def test_a_daemon_configuration_that_does_not_read_says_nothing(broken: str) -> None:
    text = release("multus-cni", "0.1.0", {"daemonConfig": broken}, address=STARTECHNICA)
    one = delivered(text)
    assert (one.auto, one.master) == (True, "")
    assert one.given("master") is None


def test_an_old_chart_refers_to_its_network_by_name() -> None:
    one = delivered(release("multus", "0.2.1", address=PLUMBING))
    assert not one.auto
    assert json.loads(one.copied_text()) == {
        "name": "multus-cni-network",
        "type": "multus",
        "cniVersion": "0.3.1",
        "clusterNetwork": "k8s-pod-network",
        "confDir": "/etc/cni/net.d",
    }


OF_ITS_IMAGE = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-multus-ds, namespace: kube-system}
spec:
  template:
    spec:
      containers:
      - name: kube-multus
        image: IMAGE
        volumeMounts:
        - {name: cni, mountPath: /host/etc/cni/net.d}
        - {name: configuration, mountPath: MOUNT, subPath: cni-conf.json}
      volumes:
      - {name: cni, hostPath: {path: /etc/cni/net.d}}
      - {name: configuration, configMap: {name: multus-cni-config}}
"""


@pytest.mark.parametrize(
    ("image", "mount", "expected"),
    [
        ("nfvpe/multus:latest", SCRIPT_MODE, LAST_SCRIPT),
        ("nfvpe/multus:latest", "/tmp/multus-conf", NEWEST),
        ("registry.example/multus-cni:v4.2.4", SCRIPT_MODE, (4, 2, 4)),
    ],
)
def test_a_file_that_only_the_script_reads_tells_its_release(
    image: str, mount: str, expected: tuple[int, int, int]
) -> None:
    manifest = OF_ITS_IMAGE.replace("IMAGE", image).replace("MOUNT", mount)
    (one,) = [m for each in found(manifest)[0] if (m := multus(each)) is not None]
    assert one.release == expected
    assert one.script is (expected == LAST_SCRIPT)
