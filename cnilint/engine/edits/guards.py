"""What keeps pods off a node until a product's CNI works there, and how to switch it on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnilint.catalog.installer import Installer
from cnilint.engine.edits.manifest import added
from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Applicability, Edit, Fix
from cnilint.model.tree import Value, plain
from cnilint.simulation.cluster import Cluster

TAINTS: Mapping[str, tuple[str, str]] = {
    "cilium": ("node.cilium.io/agent-not-ready", "NoExecute"),
    "istio-cni": ("cni.istio.io/not-ready", "NoSchedule"),
}
"""The taint that a product takes off a node when it is ready there, and its effect.

cilium/cilium@v1.17.5:Documentation/installation/taints.rst,
istio/istio@1.26.2:pilot/pkg/features/experimental.go, tools/istio... PILOT_ENABLE_NODE_UNTAINT
"""

STOPS_PODS = frozenset({"consul-cni", "kuma-cni", "linkerd-cni"})
"""Products whose pods do not start without redirection: a validator of their own ends them.

linkerd/linkerd2@stable-2.14.0:charts/partials/templates/_network-validator.tpl,
kumahq/kuma@2.7.0:pkg/plugins/runtime/k8s/controllers/node_taint_controller.go
"""

TAINTED = ("taints", "startupTaints")
"""The members under which objects that make nodes say which taints these begin with."""

STARTUP = ("spec", "template", "spec", "startupTaints")
"""Where Karpenter's NodePool has them."""


def is_guarded(cluster: Cluster, one: Installer) -> bool:
    """Whether pods that start too early are kept off, stopped or mended."""
    if one.product.id in STOPS_PODS or (one.product.id == "istio-cni" and _is_repaired(one)):
        return True
    taint = TAINTS.get(one.product.id)
    return taint is not None and taint[0] in cluster.once(_taint_keys)


def guard_fixes(cluster: Cluster, one: Installer) -> Iterator[Fix]:
    """Yield the fix that gives new nodes the taint which the product takes off."""
    taint = TAINTS.get(one.product.id)
    if taint is None:
        yield Fix("keep pods off new nodes until it is ready", Applicability.DISPLAY, ())
        return
    key, effect = taint
    title = f"nodes that start with the taint {key}"
    pools = [each for each in cluster.manifests if each.kind == "NodePool"]
    edits = tuple(edit for pool in pools if (edit := _tainted(pool, key, effect)) is not None)
    yield Fix(title, Applicability.UNSAFE if edits else Applicability.DISPLAY, edits)


def _is_repaired(one: Installer) -> bool:
    """Whether Istio mends pods that started before it: for sidecars, unless it is told not to.

    In ambient mode the repair does not help.
    istio/istio@1.26.2:cni/pkg/cmd/root.go (repair-enabled is true by default)
    """
    ambient, repair = one.settings.get("ambient"), one.settings.get("repair")
    if ambient is not None and ambient.value == "true":
        return False
    return repair is None or repair.value != "false"


def _taint_keys(cluster: Cluster) -> frozenset[str]:
    """Return the keys of all taints that objects give nodes."""
    return frozenset(key for one in cluster.manifests for key in _keys_of(plain(one.root)))


def _keys_of(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _keys_of(each)
    elif isinstance(value, dict):
        for name, inner in value.items():
            taints = inner if name in TAINTED and isinstance(inner, list) else ()
            for taint in taints:
                key = taint.get("key") if isinstance(taint, dict) else None
                if isinstance(key, str):
                    yield key
            yield from _keys_of(inner)


def _tainted(pool: Manifest, key: str, effect: str) -> Edit | None:
    """Return the edit that gives the nodes of a pool a taint; None where there is no place."""
    taint: dict[str, Value] = {"key": key, "value": "true", "effect": effect}
    if pool.at(*STARTUP[:-1]) is None:
        return None
    return added(pool.document, (*pool.route, *STARTUP), taint)
