"""Which CNI products a cluster's manifests install."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cnilint.kube.delivery import deliveries, value_at
from cnilint.kube.manifest import Manifest, ManifestIndex
from cnilint.kube.scheduling import placement
from cnilint.kube.workload import Container, Workload, workload
from cnilint.model.finding import Location, Note
from cnilint.model.tree import Scalar, Tree, follow

from .catalog import Delivered, Product, Recogniser, products
from .form import DeliveryForm, Form, ObjectForm, WorkloadForm
from .installer import Installer, install
from .release import release

INSTALLING_KINDS = {"DaemonSet", "Pod"}
"""Kinds that put something on the node they run on. A Deployment or CronJob with a CNI product's
image installs nothing (zalando-incubator/kubernetes-on-aws@93eb84d: aws-node-decommissioner)."""


def installers(
    manifests: Sequence[Manifest], index: ManifestIndex
) -> tuple[list[Installer], list[Note]]:
    """Return what the manifests install, with notes on what could not be decided.

    A product that the manifests imply without showing it (aws-vpc-cni on EKS) comes last,
    marked as assumed.
    """
    found: list[Installer] = []
    notes: list[Note] = []
    for manifest in manifests:
        if manifest.kind in INSTALLING_KINDS:
            found.extend(_from_workload(manifest, index, notes))
        else:
            found.extend(_from_object(manifest, index, notes))
    found.extend(_assumed(manifests, found))
    return found, notes


def shows_eks(manifests: Iterable[Manifest]) -> Location | None:
    """Return the first place that shows a cluster to be EKS, or None.

    Images from EKS's registry paths, objects of the VPC CNI's own kinds, and EKS's node labels.
    """
    for manifest in manifests:
        if manifest.kind in ("ENIConfig", "SecurityGroupPolicy"):
            return manifest.location("kind")
        place = _eks_text(manifest)
        if place is not None:
            return place
    return None


def _from_workload(
    manifest: Manifest, index: ManifestIndex, notes: list[Note]
) -> Iterator[Installer]:
    pods = workload(manifest, index)
    if pods is None:
        return
    for product in products():
        container = next((c for c in pods.containers if _is(product, c, pods)), None)
        if container is not None:
            form = WorkloadForm(pods, container, product.config_maps)
            yield install(product, form, release(container.image.tag), notes)


def _from_object(
    manifest: Manifest, index: ManifestIndex, notes: list[Note]
) -> Iterator[Installer]:
    """Yield what an operator's resource, a chart release or an add-on installs."""
    group = manifest.api_version.partition("/")[0]
    for product in products():
        for one in product.objects:
            fits = one.name == manifest.kind and one.group == group
            if fits and _all_stand(one, [manifest.root]):
                yield install(product, ObjectForm(manifest), None, notes)
                break
    for delivery in deliveries(manifest, index):
        trees = [values.tree for values in delivery.values if values.tree is not None]
        for product in products():
            wanted = product.charts if delivery.kind == "release" else product.addons
            if any(one.name == delivery.name and _all_stand(one, trees) for one in wanted):
                form: Form = DeliveryForm(delivery)
                yield install(product, form, release(delivery.version), notes)


def _all_stand(wanted: Delivered, trees: Sequence[Tree]) -> bool:
    """Whether every path of a condition has one of its texts in the last tree that has it."""
    return all(_stands(path, texts, trees) for path, texts in wanted.when.items())


def _stands(path: str, texts: Sequence[str], trees: Sequence[Tree]) -> bool:
    for tree in reversed(trees):
        found = value_at(tree, path)
        if found is not None:
            scalar = follow(found[0])
            text = scalar.text if isinstance(scalar, Scalar) else "{}"
            return text in texts
    return "" in texts


def _eks_text(manifest: Manifest) -> Location | None:
    if manifest.kind == "ClusterConfig" and manifest.api_version.startswith("eksctl.io/"):
        return manifest.location("kind")
    if manifest.kind not in INSTALLING_KINDS | {"Deployment", "StatefulSet", "Job"}:
        return None
    pods = workload(manifest, ManifestIndex(()))
    if pods is None:
        return None
    for container in pods.containers:
        repository = container.image.repository
        if repository.endswith(("/eks/multus-cni", "/amazon-k8s-cni")):
            return manifest.locate(container.tree, container.route)
    where = placement(pods.specification)
    if any(e.key.startswith("eks.amazonaws.com/") for e in where.expressions()):
        return manifest.location("spec", "template", "spec")
    return None


def _is(product: Product, container: Container, pods: Workload) -> bool:
    return any(_fits(recogniser, container, pods) for recogniser in product.recognisers)


def _fits(recogniser: Recogniser, container: Container, pods: Workload) -> bool:
    """Whether a container shows everything a recogniser asks for."""
    command = container.command[0].value if container.command else ""
    asked = (
        (recogniser.image, container.image.repository),
        (recogniser.tag, container.image.tag),
        (recogniser.command, command),
        (recogniser.container, container.name),
    )
    if any(pattern and not re.search(pattern, text) for pattern, text in asked):
        return False
    if recogniser.environment and pods.environment(container, recogniser.environment) is None:
        return False
    return _labelled(recogniser.labels, pods)


def _labelled(wanted: Mapping[str, str], pods: Workload) -> bool:
    if not wanted:
        return True
    labels = pods.labels()
    return all(labels.get(key) == value for key, value in wanted.items())


def _assumed(manifests: Sequence[Manifest], found: Sequence[Installer]) -> Iterator[Installer]:
    present = {installer.product.id for installer in found}
    for product in products():
        assumption = product.assumed
        if assumption is None or product.id in present or not found:
            continue
        if assumption.when == "eks" and shows_eks(manifests) is None:
            continue
        one = install(product, Form(), None, [])
        yield replace(one, object=assumption.object, assumed=assumption.reason)
