"""Products that overlap without fighting over a file: policy engines, and executables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from cnilint.cni.cluster import Cluster
from cnilint.cni.form import argument
from cnilint.cni.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.kube.workload import Text
from cnilint.model.finding import Related

AGENT = "aws-network-policy-agent"
VPC = "aws-vpc-cni"


def two_policy_engines(cluster: Cluster) -> Iterator[Hit]:
    """CNI207: the VPC CNI's network policy and another engine's, on one class."""
    seen: set[tuple[int, int]] = set()
    for facts in cluster.classes:
        switched = [(m, text) for m in facts.installers if (text := _policy_switch(m)) is not None]
        others = [m for m in facts.installers if m.product.enforces_policy and m.product.id != VPC]
        for own, text in switched:
            for other in others:
                place = other.location()
                if (id(own), id(other)) in seen or place is None:
                    continue
                seen.add((id(own), id(other)))
                yield Hit(
                    location=text.location,
                    parameters={"other": other.title, "classes": facts.name},
                    related=(Related(place, f"{other.title} enforces policy as well"),),
                )


def conflicting_binaries(cluster: Cluster) -> Iterator[Hit]:
    """CNI210: two installers put an executable of one name into the nodes' plugin directory."""
    seen: set[tuple[int, int]] = set()
    for facts in cluster.classes:
        for one, other in combinations(facts.installers, 2):
            shared = sorted(set(one.product.binaries) & set(other.product.binaries))
            places = [p for m in (one, other) if (p := m.location()) is not None]
            same = one.product.id == other.product.id
            if not shared or same or not places or (id(one), id(other)) in seen:
                continue
            seen.add((id(one), id(other)))
            yield Hit(
                location=places[0],
                parameters={
                    "first": one.title,
                    "second": other.title,
                    "binaries": ", ".join(shared),
                    "classes": facts.name,
                },
                related=tuple(Related(place, "and this one") for place in places[1:]),
            )


def _policy_switch(one: Installer) -> Text | None:
    """Return where the VPC CNI's network policy is switched on, or None if it is not.

    aws/amazon-vpc-cni-k8s@v1.23.1:charts/aws-vpc-cni/templates/daemonset.yaml
    """
    if one.product.id != VPC:
        return None
    if one.workload is None:
        text = one.form.look_up("values", "enableNetworkPolicy")
        return text if text is not None and text.value == "true" else None
    for container in one.workload.containers:
        if not container.image.repository.endswith(f"/{AGENT}"):
            continue
        text = argument(container, "--enable-network-policy")
        if text is not None and text.value.rpartition("=")[2] == "true":
            return text
    return None
