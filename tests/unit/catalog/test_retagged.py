"""Tags that a mirror gives, and what a workload shows of its release in spite of them."""

from __future__ import annotations

import json

import pytest

from cnilint.catalog.installer import Installer
from tests.unit.catalog.delivered import found

OWN = "registry.example.com/platform/multus-cni"
UPSTREAM = "ghcr.io/k8snetworkplumbingwg/multus-cni"
MIRROR = "registry.example.com/hub/k8snetworkplumbingwg/multus-cni"
DAEMON = ["/usr/src/multus-cni/bin/multus-daemon"]
FILE = {"daemon-config.json": "{}"}


def workload(
    image: str, command: list[str], *, data: dict[str, str] | None = None, name: str = "c"
) -> str:
    """Return a DaemonSet of one container, with a ConfigMap if it has one."""
    mounts = [{"name": "cni", "mountPath": "/host/etc/cni/net.d"}]
    volumes: list[dict[str, object]] = [{"name": "cni", "hostPath": {"path": "/etc/cni/net.d"}}]
    texts = []
    if data is not None:
        mounts.append({"name": "map", "mountPath": "/etc/cni/net.d/multus.d"})
        volumes.append({"name": "map", "configMap": {"name": "settings"}})
        texts.append({"apiVersion": "v1", "kind": "ConfigMap", "data": data} | named("settings"))
    container = {"name": name, "image": image, "command": command, "volumeMounts": mounts}
    pod = {"containers": [container], "volumes": volumes}
    daemon = {"apiVersion": "apps/v1", "kind": "DaemonSet", "spec": {"template": {"spec": pod}}}
    return "\n---\n".join(map(json.dumps, [*texts, daemon | named("side")]))


def named(name: str) -> dict[str, object]:
    return {"metadata": {"name": name, "namespace": "net"}}


def told(text: str) -> tuple[Installer, list[str]]:
    (one,), notes = found(text)
    return one, [note.message for note in notes]


@pytest.mark.parametrize(
    ("text", "release", "shown"),
    [
        (workload(f"{OWN}:v1.6.0", DAEMON), None, "no multus-daemon before v3.9"),
        (workload(f"{OWN}:v3.9.1", DAEMON, data=FILE), None, "daemon-config.json"),
        (workload(f"{OWN}:v3.9.1", DAEMON), (3, 9, 1), ""),
        (workload(f"{OWN}:v4.1.0", DAEMON, data=FILE), (4, 1, 0), ""),
        (
            workload(f"{OWN}:v7.0.0", [*DAEMON, "-multus-autoconfig-dir=/host/etc/cni/net.d"]),
            (3, 9, 3),
            "a flag of v3.9 alone",
        ),
        (workload(f"{OWN}:v1.0.0", ["/thin_entrypoint"]), None, "no thin_entrypoint before"),
        (workload(f"{OWN}:v7.0.0", ["/entrypoint.sh"]), (3, 9, 3), "entrypoint.sh is gone"),
        # the product's own images are of the release that they say
        (workload(f"{UPSTREAM}:v3.8", DAEMON, data=FILE), (3, 8, 0), ""),
        (workload(f"{MIRROR}:v3.8", DAEMON, data=FILE), (3, 8, 0), ""),
        # a tag that says nothing contradicts nothing
        (workload(f"{OWN}:latest", DAEMON, data=FILE), None, ""),
    ],
)
def test_what_is_seen_counts_more_than_a_mirrors_tag(
    text: str, release: tuple[int, int, int] | None, shown: str
) -> None:
    one, notes = told(text)
    assert one.release == release
    assert [shown in note for note in notes] == ([True] if shown else [])


def test_the_file_that_cilium_is_told_to_write_shows_its_release() -> None:
    data = {"write-cni-conf-when-ready": "/host/etc/cni/net.d/05-cilium.conflist"}
    text = workload("registry.example.com/p/cilium:v1.6.0", ["cilium-agent"]).replace(
        '"volumes": [', '"volumes": [{"name": "m", "configMap": {"name": "cilium-config"}}, '
    )
    config = {"apiVersion": "v1", "kind": "ConfigMap", "data": data} | named("cilium-config")
    one, notes = told("\n---\n".join([json.dumps(config), text]))
    assert (one.product.id, one.release) == ("cilium", None)
    assert any("'v1.6.0' is none of its releases" in note for note in notes)


@pytest.mark.parametrize(
    ("command", "name", "product"),
    [
        (["cilium-agent"], "agent", "cilium"),
        (["/kube-ovn/install-cni.sh"], "agent", "kube-ovn"),
        (
            ["cp", "-f", "/etc/kube-flannel/cni-conf.json", "/etc/cni/net.d/10-flannel.conflist"],
            "install-cni",
            "flannel",
        ),
    ],
)
def test_an_image_of_any_name_is_known_by_what_it_runs(
    command: list[str], name: str, product: str
) -> None:
    one, _notes = told(workload("registry.example.com/p/net:v1.6.0", command, name=name))
    assert one.product.id == product
