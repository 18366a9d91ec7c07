"""Whether Cilium's file goes when its pod is stopped, by release and by what it is told."""

from __future__ import annotations

import json

import pytest

from cnilint.catalog.installer import Installer
from cnilint.catalog.recognise import installers
from cnilint.kube.manifest import ManifestIndex, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

HOOK = {"preStop": {"exec": {"command": ["/cni-uninstall.sh"]}}}


def found(*objects: object) -> Installer:
    read = compose(Source("a.yaml", "\n---\n".join(map(json.dumps, objects))))
    each = [m for part in read if isinstance(part, Document) for m in manifests(part)]
    (one,), _notes = installers(each, ManifestIndex(each))
    return one


def workload(release: str, told: str | None, *, hook: bool = True) -> Installer:
    mounts = [
        {"name": "cni", "mountPath": "/host/etc/cni/net.d"},
        {"name": "settings", "mountPath": "/tmp/cilium/config-map"},
    ]
    container = {
        "name": "cilium-agent",
        "image": f"quay.io/cilium/cilium:{release}",
        "command": ["cilium-agent"],
        "lifecycle": HOOK if hook else {},
        "volumeMounts": mounts,
    }
    volumes = [
        {"name": "cni", "hostPath": {"path": "/etc/cni/net.d"}},
        {"name": "settings", "configMap": {"name": "cilium-config"}},
    ]
    data = {"write-cni-conf-when-ready": "/host/etc/cni/net.d/05-cilium.conflist"}
    pod = {"containers": [container], "volumes": volumes}
    return found(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "cilium-config"},
            "data": data | ({"cni-uninstall": told} if told is not None else {}),
        },
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "cilium"},
            "spec": {"template": {"spec": pod}},
        },
    )


def release(version: str, told: object = None) -> Installer:
    chart = {"spec": {"chart": "cilium", "version": version}}
    values = {} if told is None else {"cni": {"uninstall": told}}
    return found(
        {
            "apiVersion": "helm.toolkit.fluxcd.io/v2",
            "kind": "HelmRelease",
            "metadata": {"name": "cilium"},
            "spec": {"chart": chart, "values": values},
        }
    )


@pytest.mark.parametrize(
    ("version", "told", "expected"),
    [
        ("v1.8.13", None, True),
        ("v1.10.20", None, True),
        ("v1.11.14", "false", True),  # no such key yet
        ("v1.11.15", "false", False),
        ("v1.11.15", None, False),
        ("v1.12.7", None, True),
        ("v1.12.8", "true", True),
        ("v1.13.0", "false", True),
        ("v1.13.1", "true", True),
        ("v1.13.1", None, False),
        ("v1.18.2", "true", True),
        ("v1.18.2", None, False),
    ],
)
def test_a_workload_is_told_by_its_config_map(
    version: str, told: str | None, expected: bool
) -> None:
    assert workload(version, told).behaviour.takes_its_file is expected
    assert not workload(version, told, hook=False).behaviour.takes_its_file


@pytest.mark.parametrize(
    ("version", "told", "expected"),
    [
        ("1.10.5", None, True),
        ("1.12.3", False, True),  # no such value yet
        ("1.12.8", False, False),
        ("1.13.9", None, True),
        ("1.14.0", None, False),
        ("1.18.2", True, True),
    ],
)
def test_a_chart_has_a_default_of_its_own(version: str, told: object, expected: bool) -> None:
    assert release(version, told).behaviour.takes_its_file is expected
