"""Calico's installer: what it writes from a template, what it removes, and when it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cnilint.upstream.calico_cni import CalicoInstaller
from cnilint.upstream.program import Event, Happening, Status
from cnilint.upstream.replay import replay

INIT = {"SLEEP": "false"}
OWN = "10-calico.conflist"


def lived(version: str, files: dict[str, str], **environment: str) -> dict[str, Any]:
    """Return the state after the start of an init container."""
    settings = {"env": {**INIT, **environment}}
    return replay(f"calico@{version}", [{"op": "start"}], before=files, settings=settings)[0]


@pytest.mark.parametrize("version", ["v3.21.3", "v3.28.0", "v3.31.0", "v3.32.0"])
def test_it_writes_its_file_and_leaves_the_others(version: str) -> None:
    state = lived(version, {"10-aws.conflist": "{}"})
    assert state["status"] == "ready"
    assert sorted(state["files"]) == ["10-aws.conflist", OWN]
    written = json.loads(state["files"][OWN])
    assert written["name"] == "k8s-pod-network"
    assert [one["type"] for one in written["plugins"]] == ["calico", "portmap"]
    assert written["plugins"][0]["mtu"] == 1500


def test_it_removes_the_file_of_its_default_name_under_another_name() -> None:
    files = {OWN: "{}", "10-flannel.conflist": "{}"}
    state = lived("v3.30.0", files, CNI_CONF_NAME="10-canal.conflist")
    assert sorted(state["files"]) == ["10-canal.conflist", "10-flannel.conflist"]
    kept = lived("v3.30.0", files, CNI_CONF_NAME="10-canal.conflist", CNI_OLD_CONF_NAME="none")
    assert OWN in kept["files"]


def test_writing_and_removing_are_two_steps() -> None:
    calico = CalicoInstaller((3, 30, 0), (("CNI_CONF_NAME", "10-canal.conflist"), ("SLEEP", "0")))
    first = calico.step({OWN: "{}"}, calico.start())
    assert first is not None
    assert sorted(first.files) == [OWN, "10-canal.conflist"]
    ours = "10-canal.conflist"
    assert first.events == (Event(Happening.CREATED, ours), Event(Happening.MODIFIED, ours))
    again = calico.step({ours: "{}"}, calico.start())
    assert again is not None
    assert again.events == (Event(Happening.MODIFIED, ours),)
    second = calico.step(first.files, first.memory)
    assert second is not None
    assert sorted(second.files) == ["10-canal.conflist"]
    assert calico.step(second.files, second.memory) is None


def test_its_template_comes_from_a_variable_or_a_file() -> None:
    given = '{"name": "n", "mtu": __CNI_MTU__, "plugins": []}'
    state = lived("v3.30.0", {}, CNI_NETWORK_CONFIG=given, CNI_MTU="9001")
    assert json.loads(state["files"][OWN])["mtu"] == 9001
    environment = (("CNI_NETWORK_CONFIG_FILE", "/t"), ("CNI_NETWORK_CONFIG", given))
    assert CalicoInstaller((3, 30, 0), environment, template_file="{}").content() == "{}"
    assert CalicoInstaller((3, 30, 0), environment).content() is None


FILLED_IN = {
    "LOG_LEVEL": "info",
    "LOG_FILE_PATH": "/var/log/calico/cni/cni.log",
    "LOG_FILE_MAX_SIZE": "100",
    "LOG_FILE_MAX_AGE": "30",
    "LOG_FILE_MAX_COUNT": "10",
    "DATASTORE_TYPE": "kubernetes",
    "CNI_MTU": "1500",
    "KUBERNETES_SERVICE_HOST": "",
    "KUBERNETES_SERVICE_PORT": "",
    "ETCD_ENDPOINTS": "",
    "ETCD_DISCOVERY_SRV": "",
    "CALICO_API_GROUP": "crd.projectcalico.org/v1",
    "REQUIRE_MTU_FILE": "false",
}
"""The variables with a placeholder of their name, and what stands for them where they are not set:
projectcalico/calico@v3.32.0:cni-plugin/pkg/install/install.go writeCNIConfig."""


@pytest.mark.parametrize(("variable", "default"), FILLED_IN.items())
def test_a_placeholder_is_filled_in_by_its_variable(variable: str, default: str) -> None:
    given = {"CNI_NETWORK_CONFIG": f'{{"value": "__{variable}__"}}'}
    for environment, expected in (({}, default), ({variable: "mine"}, "mine")):
        state = lived("v3.32.0", {}, **given, **environment)
        assert json.loads(state["files"][OWN]) == {"value": expected}


def test_placeholders_of_the_node_are_filled_in() -> None:
    given = """{"token": "__SERVICEACCOUNT_TOKEN__", "path": "__KUBECONFIG_FILEPATH__",
        "tls": "__ETCD_CERT_FILE____ETCD_CA_CERT_FILE____ETCD_KEY_FILE__"}"""
    for environment, directory in (({}, "/etc/cni/net.d"), ({"CNI_NET_DIR": "/cni"}, "/cni")):
        state = lived("v3.30.0", {}, CNI_NETWORK_CONFIG=given, **environment)
        written = json.loads(state["files"][OWN])
        assert written["path"] == f"{directory}/calico-kubeconfig"
        assert "__" not in state["files"][OWN]
        assert written["tls"] == ""


@pytest.mark.parametrize(
    ("version", "more"),
    [
        ("v3.30.0", {}),
        ("v3.31.0", {"require_mtu_file": False}),
        (
            "v3.32.0",
            {"require_mtu_file": False, "calico_api_group": "crd.projectcalico.org/v1"},
        ),
    ],
)
def test_without_a_template_it_has_its_own(version: str, more: dict[str, object]) -> None:
    written = json.loads(lived(version, {}, KUBERNETES_NODE_NAME="n1")["files"][OWN])
    assert written == {
        "name": "k8s-pod-network",
        "cniVersion": "0.3.1",
        "plugins": [
            {
                "type": "calico",
                "log_level": "info",
                "log_file_path": "/var/log/calico/cni/cni.log",
                "datastore_type": "kubernetes",
                "nodename": "n1",
                "mtu": 1500,
                "ipam": {"type": "calico-ipam"},
                "policy": {"type": "k8s"},
                "kubernetes": {"kubeconfig": "/etc/cni/net.d/calico-kubeconfig"},
                **more,
            },
            {"type": "portmap", "snat": True, "capabilities": {"portMappings": True}},
        ],
    }


def test_a_placeholder_of_a_newer_release_ends_an_older_one() -> None:
    given = '{"require_mtu_file": __REQUIRE_MTU_FILE__}'
    assert lived("v3.31.0", {}, CNI_NETWORK_CONFIG=given)["status"] == "ready"
    old = lived("v3.30.0", {OWN: "{}"}, CNI_NETWORK_CONFIG=given)
    assert (old["status"], old["files"]) == ("exited", {OWN: "{}"})


@pytest.mark.parametrize("text", ["{oops", "[]", "1"])
def test_what_is_no_object_is_not_written(text: str) -> None:
    state = lived("v3.30.0", {}, CNI_NETWORK_CONFIG=text)
    assert (state["status"], state["files"]) == ("exited", {})


def test_one_that_is_to_go_on_ends_without_a_certificate_to_watch() -> None:
    for certificates, expected in ((True, Status.READY), (False, Status.EXITED)):
        calico = CalicoInstaller((3, 30, 0), certificates=certificates)
        files, memory = dict[str, str](), calico.start()
        while (change := calico.step(files, memory)) is not None:
            files, memory = dict(change.files), change.memory
        assert calico.status(memory) is expected
        assert list(calico.stop(files, memory).files) == [OWN]


@pytest.mark.parametrize("value", ["", "never"])
def test_a_switch_that_go_does_not_read_ends_it(value: str) -> None:
    settings = {"env": {"SLEEP": value}}
    state = replay("calico@v3.30.0", [{"op": "start"}], settings=settings)[0]
    assert (state["status"], state["files"]) == ("exited", {})
