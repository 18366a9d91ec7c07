"""Products that overlap without fighting over a file: policy engines, and executables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from cnilint.catalog.aws_node import PRODUCT, aws_node
from cnilint.catalog.catalog import Role
from cnilint.catalog.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.kube.environment import Text
from cnilint.model.finding import Applicability, Fix, Related
from cnilint.simulation.cluster import Cluster

from .aws_node_policy import policy_switch


def two_policy_engines(cluster: Cluster) -> Iterator[Hit]:
    """CNI207: the VPC CNI's network policy and another engine's, on one class."""
    for one in cluster.installers:
        text = _policy_switch(one)
        for other in cluster.installers if text is not None else ():
            classes = _shared(cluster, one, other)
            place = other.location()
            if other.product.id == PRODUCT or not other.product.enforces_policy or not classes:
                continue
            if text is None or place is None:
                continue
            from cnilint.engine.edits.affinity import apart

            yield Hit(
                location=text.location,
                parameters={
                    "product": one.title,
                    "other": other.title,
                    "classes": " and ".join(classes),
                },
                related=(Related(place, f"{other.title} enforces network policy as well"),),
                fixes=(
                    Fix(f"switch off the policy of {one.title}", Applicability.DISPLAY, ()),
                    Fix(f"remove {other.title}", Applicability.DISPLAY, ()),
                    apart(one, other),
                ),
            )


def conflicting_binaries(cluster: Cluster) -> Iterator[Hit]:
    """CNI210: two installers put an executable of one name into the nodes' plugin directory."""
    for one, other in combinations(cluster.installers, 2):
        shared = sorted(set(one.product.binaries) & set(other.product.binaries))
        if not shared or one.product.id == other.product.id or _in_one_pod(one, other):
            continue
        if Role.POLICY in (one.role, other.role):
            continue  # without the installer
        classes = _shared(cluster, one, other)
        places = [p for m in (one, other) if (p := m.location()) is not None]
        if not classes or len(places) < 2:
            continue
        from cnilint.engine.edits.affinity import apart

        yield Hit(
            location=places[0],
            parameters={
                "first": one.title,
                "second": other.title,
                "binaries": ", ".join(shared),
                "classes": " and ".join(classes),
            },
            related=(Related(places[1], f"{other.title} brings {', '.join(shared)} as well"),),
            fixes=(
                Fix(f"let only {one.title} bring it", Applicability.DISPLAY, ()),
                Fix(f"let only {other.title} bring it", Applicability.DISPLAY, ()),
                apart(one, other),
            ),
        )


def _in_one_pod(one: Installer, other: Installer) -> bool:
    """Whether one workload installs both, and so decides between them."""
    manifests = {id(m.workload.manifest) if m.workload else id(m) for m in (one, other)}
    return len(manifests) == 1


def _shared(cluster: Cluster, one: Installer, other: Installer) -> list[str]:
    """Return the names of the classes on which two installs run."""
    return [c.name for c in cluster.classes if one in c.installers and other in c.installers]


def _policy_switch(one: Installer) -> Text | None:
    """Return where the VPC CNI's network policy is switched on, or None if it is not."""
    node = aws_node(one)
    switch = policy_switch(node) if node is not None else None
    return switch.text if switch is not None and switch.on else None
