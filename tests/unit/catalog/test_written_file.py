"""What an installer's file holds is what the manifests have for it, followed to where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cnilint.catalog.catalog import products
from cnilint.catalog.form import Form
from cnilint.catalog.settings import InstallSettings
from cnilint.catalog.written_file import given_content, network_name, usual_content
from cnilint.simulation.cluster import Cluster, cluster
from tests.unit.simulation.actors import failure, read

LIST: dict[str, Any] = {
    "name": "own",
    "cniVersion": "1.0.0",
    "plugins": [{"type": "bridge", "mtu": 1400}],
}
TEXT = json.dumps(LIST)


class Said(InstallSettings):
    """Settings with one text that the manifests give."""

    def __init__(self, text: str) -> None:
        super().__init__(PRODUCT, None, Form())
        self.text = text

    def value(self, name: str) -> str:
        return self.text if name == "network_configuration" else ""


PRODUCT = next(one for one in products() if one.id == "weave")


def given(text: str) -> str | None:
    return given_content(Said(text))


def test_without_a_text_there_is_none() -> None:
    assert given_content(InstallSettings(PRODUCT, None, Form())) is None
    assert given("") is None
    assert given(" \n") is None


def test_a_text_is_taken_over() -> None:
    assert json.loads(given(TEXT) or "") == LIST


@pytest.mark.parametrize("text", ['{"a": "${LATER}"}', '{"a": "{{ .Values.a }}"}'])
def test_what_is_filled_in_elsewhere_is_not_known(text: str) -> None:
    assert given(text) is None


def test_placeholders_of_the_installer_are_filled_in() -> None:
    text = '{"name": "n", "mtu": __CNI_MTU__, "node": "__NODE__", "both": __A____B__}'
    assert json.loads(given(text) or "") == {
        "name": "n",
        "mtu": None,
        "node": "__NODE__",
        "both": None,
    }


@pytest.mark.parametrize("text", ['{"name": "n",}', "name: n", '{"name": "n"', "\x00"])
def test_what_is_no_json_stays_for_the_runtime_to_refuse(text: str) -> None:
    assert given(text) == text


@pytest.mark.parametrize(
    ("content", "name"),
    [(TEXT, "own"), ("{}", ""), ("[]", ""), ("{", ""), ('{"name": 7}', ""), ("[" * 9999, "")],
)
def test_the_name_of_a_network(content: str, name: str) -> None:
    assert network_name(content) == name


def test_the_usual_content_is_a_list_or_one_plugin_as_its_file_is_named() -> None:
    settings = Said("")
    plugins = ({"type": "a", "x": 1}, {"type": "b"})
    listed = usual_content(settings, "n", plugins, "/d/1.conflist")
    assert json.loads(listed) == {"name": "n", "plugins": list(plugins)}
    assert json.loads(usual_content(settings, "n", plugins, "/d/1.conf")) == {
        "name": "n",
        "type": "a",
        "x": 1,
    }


POD = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: cni, namespace: net}}
spec:
  template:
    metadata: {{labels: {{component: antrea-agent}}}}
    spec:
      initContainers:
      - name: install-cni
        image: {image}
        command: {command}
        args: {arguments}
        env: {environment}
        volumeMounts:
        - {{name: cni, mountPath: {directory}}}
        - {{name: own, mountPath: {own}}}
      containers:
      - {{name: main, image: example.com/main:v1}}
      volumes:
      - {{name: cni, hostPath: {{path: /etc/cni/net.d}}}}
      - {{name: own, configMap: {{name: own}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: own, namespace: net}}
data:
  {key}: {text}
"""
HOST = "/host/etc/cni/net.d"
SCRIPT = (
    "if [ ! -f /etc/cni/net.d/10-kuberouter.conflist ]; then cp /etc/kube-router/cni-conf.json "
    "${TMP}; mv ${TMP} /etc/cni/net.d/10-kuberouter.conflist; fi"
)


def pod(text: str, key: str, image: str, **more: object) -> str:
    """Return a DaemonSet and the ConfigMap that has the text of its file."""
    shown = {
        "command": [],
        "arguments": [],
        "environment": [],
        "directory": "/etc/cni/net.d",
        "own": "/etc/own",
        **more,
    }
    filled = {name: json.dumps(value) for name, value in shown.items()}
    return POD.format(text=json.dumps(text), key=key, image=image, **filled)


def reference(variable: str, key: str) -> list[object]:
    return [
        {"name": variable, "valueFrom": {"configMapKeyRef": {"name": "own", "key": key}}},
    ]


def calico(text: str) -> str:
    environment = reference("CNI_NETWORK_CONFIG", "cni_network_config")
    image = "quay.io/calico/cni:v3.30.0"
    return pod(text, "cni_network_config", image, environment=environment, directory=HOST)


def calico_file(text: str) -> str:
    environment = [
        {"name": "CNI_NETWORK_CONFIG", "value": '{"name": "not-this-one"}'},
        {"name": "CNI_NETWORK_CONFIG_FILE", "value": "/etc/own/file"},
    ]
    image = "quay.io/calico/cni:v3.30.0"
    return pod(text, "file", image, environment=environment, directory=HOST)


def flannel(text: str, file: str = "10-flannel.conflist") -> str:
    arguments = ["-f", "/etc/own/cni-conf.json", f"/etc/cni/net.d/{file}"]
    image = "ghcr.io/flannel-io/flannel:v0.26.0"
    return pod(text, "cni-conf.json", image, command=["cp"], arguments=arguments)


def kube_router(text: str) -> str:
    return pod(
        text,
        "cni-conf.json",
        "busybox:1.37",
        command=["/bin/sh", "-c", SCRIPT],
        own="/etc/kube-router",
    )


def antrea(text: str) -> str:
    return pod(
        text,
        "antrea-cni.conflist",
        "antrea/antrea-agent-ubuntu:v2.4.0",
        command=["install_cni"],
        directory=HOST,
        own="/etc/antrea",
    )


def genie(text: str) -> str:
    environment = reference("CNI_NETWORK_CONFIG", "cni_network_config")
    image = "quay.io/huawei-cni-genie/genie-plugin:latest"
    return pod(text, "cni_network_config", image, environment=environment, directory=HOST)


def aws(text: str) -> str:
    image = "602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.20.0"
    return pod(text, "10-aws.conflist", image, directory=HOST, own="/app")


def add_on(text: str) -> str:
    values = json.dumps({"cniConfig": {"enabled": True, "fileContents": text}})
    return f"""
apiVersion: eks.services.k8s.aws/v1alpha1
kind: Addon
metadata: {{name: vpc-cni}}
spec:
  name: vpc-cni
  configurationValues: {json.dumps(values)}
"""


def seen(text: str) -> Cluster:
    return cluster("x", read(text))


@pytest.mark.parametrize(
    "made", [calico, calico_file, flannel, kube_router, antrea, genie, aws, add_on]
)
def test_a_file_holds_the_text_that_its_installer_is_given(made: Callable[[str], str]) -> None:
    found = seen(made(TEXT))
    (one,) = found.installers
    assert one.writes is not None
    assert json.loads(one.writes.content) == LIST
    assert one.writes.network == "own"
    assert [entry.network for facts in found.classes for entry in facts.entries] == ["own"]


def test_a_list_that_is_copied_under_the_name_of_one_plugin_is_refused() -> None:
    """As its manifest has it, but for the name: what the runtime does with that is played out."""
    (good,) = seen(flannel(TEXT)).classes
    assert good.deterministic
    (bad,) = seen(flannel(TEXT, "10-flannel.conf")).classes
    assert [failure(o.cause) for o in bad.outcomes] == ["first-file-invalid"] * len(bad.outcomes)


def test_a_text_that_is_no_json_leaves_the_node_without_a_network() -> None:
    (facts,) = seen(flannel(TEXT[:-1] + ",}")).classes
    assert {failure(outcome.cause) for outcome in facts.outcomes} == {"first-file-invalid"}


def test_a_map_that_is_not_in_view_leaves_the_usual_content() -> None:
    text = calico(TEXT).partition("---")[0]
    (one,) = seen(text).installers
    assert one.writes is not None
    assert one.writes.network == "k8s-pod-network"
