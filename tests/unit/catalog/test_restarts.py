"""What a change of a chart's values does to its pods, by what the catalog says of the chart."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from cnilint.catalog.catalog import products
from cnilint.catalog.installer import Installer
from cnilint.catalog.recognise import installers
from cnilint.catalog.restarts import restart
from cnilint.kube.manifest import ManifestIndex
from tests.unit.simulation.actors import read


def release(chart: str, version: str, values: Mapping[str, object]) -> Installer:
    """Return the install by a Flux HelmRelease with some values."""
    chart_of = {"chart": chart, "version": version, "sourceRef": {"kind": "HelmRepository"}}
    manifests = read(
        json.dumps(
            {
                "apiVersion": "helm.toolkit.fluxcd.io/v2",
                "kind": "HelmRelease",
                "metadata": {"name": "net", "namespace": "kube-system"},
                "spec": {"chart": {"spec": chart_of}, "values": values},
            }
        )
    )
    found, _notes = installers(manifests, ManifestIndex(manifests))
    (one,) = found
    return one


SHARED: Mapping[str, object] = {"cni": {"exclusive": False}}
EXCLUSIVE: Mapping[str, object] = {"cni": {"exclusive": True}}


@pytest.mark.parametrize(
    ("chart", "version", "before", "after", "restarts"),
    [
        ("cilium", "1.18.2", SHARED, EXCLUSIVE, False),
        ("cilium", "1.14.0", SHARED, EXCLUSIVE, False),
        ("cilium", "1.13.18", SHARED, EXCLUSIVE, True),
        ("rke2-cilium", "1.18.200", SHARED, EXCLUSIVE, False),
        ("cilium", "1.18.2", {"cni": {"confPath": "/a"}}, {"cni": {"confPath": "/b"}}, True),
        ("cilium", "1.18.2", SHARED, {**EXCLUSIVE, "rollOutCiliumPods": True}, True),
        ("cilium", "1.18.2", {**SHARED, "rollOutCiliumPods": True}, EXCLUSIVE, True),
        ("cilium", "1.18.2", SHARED, {**EXCLUSIVE, "rollOutCiliumPods": False}, False),
        ("cilium", "1.18.2", SHARED, {**EXCLUSIVE, "debug": {"enabled": True}}, None),
        ("cilium", "1.18.2", {}, {"cni": {"chainingMode": "generic-veth"}}, False),
        ("cilium", "1.18.2", {}, {"cni": {"chainingMode": "aws-cni"}}, None),
        ("rke2-cilium", "1.18.200", {}, {"cni": {"chainingMode": "none"}}, None),
        ("aws-vpc-cni", "1.20.3", {}, {"env": {"ENABLE_POD_ENI": "true"}}, True),
        ("istio-cni", "1.27.0", {}, {"cniConfFileName": "10-aws.conflist"}, False),
        ("istio-cni", "1.22.8", {}, {"cni": {"cniConfFileName": "10-aws.conflist"}}, True),
        ("istio-cni", "1.27.0", {}, {"ambient": {"enabled": True}}, True),
        ("linkerd2-cni", "30.12.2", {}, {"destCNINetDir": "/a"}, None),
    ],
)
def test_what_changed_tells_whether_the_pods_restart(
    chart: str,
    version: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    restarts: bool | None,
) -> None:
    one, other = (release(chart, version, values) for values in (before, after))
    assert restart(one, other).restarts is restarts
    assert restart(other, one).restarts is restarts, "it is the same the other way round"


def test_pods_that_hold_a_checksum_restart_with_each_change_of_their_map() -> None:
    one, other = (
        release("cilium", "1.18.2", {**values, "rollOutCiliumPods": True})
        for values in (SHARED, EXCLUSIVE)
    )
    assert restart(one, other) == (True, ("cni.exclusive",))


def test_another_release_is_another_image() -> None:
    one, other = (release("linkerd2-cni", version, {}) for version in ("30.12.1", "30.12.2"))
    assert restart(one, other).restarts


def test_a_chart_from_elsewhere_is_not_known() -> None:
    one, other = release("cni", "1.27.0", {}), release("istio-cni", "1.27.0", {"chained": False})
    assert restart(one, other).restarts is None


def test_every_named_path_is_one_that_decides_or_stands_beside_one() -> None:
    """What is read at a start alone is said of values that are settings, and of no other."""
    for product in products():
        read_from = {place.name for places in product.settings.values() for place in places}
        for one in (*product.charts, *product.addons, *product.objects):
            for changed in one.restarts.start if one.restarts is not None else ():
                assert changed.path in read_from, f"{product.id}: {changed.path}"
