"""Files that a node's software brings are known by their names, and by those alone."""

from __future__ import annotations

import json

import pytest

from cnilint.catalog.catalog import known_files, runtime_directories
from cnilint.run import host_files
from cnilint.simulation.class_facts import HostFile, named_host_file
from cnilint.simulation.cluster import Circumstances, Cluster, cluster
from cnilint.upstream.selector import predict
from tests.unit.simulation.actors import read

K3S = "/var/lib/rancher/k3s/agent/etc/cni/net.d"
MULTUS = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: multus, namespace: kube-system}}
spec:
  template:
    spec:
      containers:
      - name: kube-multus
        image: ghcr.io/k8snetworkplumbingwg/multus-cni:v4.1.4-thick
        command: [/usr/src/multus-cni/bin/multus-daemon]
        volumeMounts:
        - {{name: net, mountPath: /host/etc/cni/net.d}}
        - {{name: own, mountPath: /etc/cni/net.d/multus.d}}
      volumes:
      - {{name: net, hostPath: {{path: {directory}}}}}
      - {{name: own, configMap: {{name: own}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: own, namespace: kube-system}}
data:
  daemon-config.json: |
    {{"cniVersion": "0.3.1", "multusConfigFile": "auto", "multusMasterCNI": "{pin}",
     "cniConfigDir": "/host/etc/cni/net.d", "multusAutoconfigDir": "/host/etc/cni/net.d"}}
"""
CALICO = """
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: cni, namespace: net}
spec:
  template:
    spec:
      containers:
      - name: install-cni
        image: quay.io/calico/cni:v3.28.0
        command: [/opt/cni/bin/install]
        env: [{name: CNI_CONF_NAME, value: 10-crio-bridge.conflist}]
        volumeMounts: [{name: net, mountPath: /host/etc/cni/net.d}]
      volumes: [{name: net, hostPath: {path: /etc/cni/net.d}}]
"""


def pinned(pin: str, directory: str = "/etc/cni/net.d") -> str:
    return MULTUS.format(pin=pin, directory=directory)


def seen(text: str, *files: str) -> Cluster:
    return cluster("x", read(text), Circumstances(host_files(files)))


@pytest.mark.parametrize("name", known_files())
def test_a_known_file_is_one_that_its_runtime_loads(name: str) -> None:
    known = known_files()[name]
    assert known.directory in runtime_directories()
    assert predict("containerd", {name: known.content}).outcome == "picked"
    assert predict("cri-o", {name: known.content}).outcome == "picked"


def test_the_files_of_crio_and_podman_are_known() -> None:
    titles = {name: known.title for name, known in known_files().items()}
    assert titles["87-podman-bridge.conflist"] == "podman"
    assert titles["10-crio-bridge.conflist"] == titles["100-crio-bridge.conf"] == "CRI-O"


def test_a_host_file_that_is_known_holds_what_it_is_known_to_hold() -> None:
    (file,) = host_files(["87-podman-bridge.conflist"])
    assert json.loads(file.content)["name"] == "podman"


@pytest.mark.parametrize(
    ("file", "writer", "network"),
    [
        ("87-podman-bridge.conflist", "the host (podman)", "podman"),
        ("88-own.conflist", "the host", "88-own"),
    ],
)
def test_who_brings_a_file_is_shown(file: str, writer: str, network: str) -> None:
    (facts,) = seen(pinned(""), file).classes
    (entry,) = [one for one in facts.entries if one.name == file]
    assert entry == (file, (writer,), network, True)


def test_a_file_of_the_same_name_and_other_content_is_no_known_one() -> None:
    own = HostFile("87-podman-bridge.conflist", '{"name": "own", "type": "bridge"}')
    (facts,) = cluster("x", read(pinned("")), Circumstances((own,))).classes
    entry = next(one for one in facts.entries if one.name == own.name)
    assert entry.written_by == ("the host",)


@pytest.mark.parametrize(
    ("pin", "directory", "title"),
    [
        ("10-crio-bridge.conflist", "/etc/cni/net.d", "CRI-O"),
        ("10-flannel.conflist", K3S, "k3s"),
    ],
)
def test_a_pin_on_a_known_file_takes_it_to_be_there(pin: str, directory: str, title: str) -> None:
    found = seen(pinned(pin, directory))
    (facts,) = found.classes
    assert facts.delegates == [pin]
    assert facts.deterministic
    (note,) = found.notes
    assert note.message == (
        f"Multus (thick) is pinned to {pin}, which comes with {title} and with no manifest: it is "
        "taken to be there"
    )
    assert note.location is not None
    assert note.location.source.text[note.location.span.start :].startswith(f'"{pin}"')


def test_what_is_told_of_or_written_is_no_guess() -> None:
    pin = "10-crio-bridge.conflist"
    assert seen(pinned(pin), pin).notes == ()
    found = seen(pinned(pin) + CALICO)
    assert found.notes == ()
    (facts,) = found.classes
    assert [one.written_by for one in facts.entries if one.name == pin] == [("Calico",)]


@pytest.mark.parametrize(
    ("pin", "directory"),
    [
        ("10-flannel.conflist", "/etc/cni/net.d"),
        ("10-crio-bridge.conflist", K3S),
        ("10-aws.conflist", "/etc/cni/net.d"),
        ("", "/etc/cni/net.d"),
    ],
)
def test_another_directory_or_name_is_not_known(pin: str, directory: str) -> None:
    found = seen(pinned(pin, directory))
    assert [named_host_file(one) for one in found.multuses] == [None]
    assert found.notes == ()
    assert found.classes[0].delegates == []


def test_none_is_there_by_itself() -> None:
    (facts,) = seen(pinned("")).classes
    assert {entry.name for entry in facts.entries} & set(known_files()) == set()
