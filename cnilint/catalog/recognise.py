"""Which CNI products a cluster's manifests install."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

from cnilint.gitops import cloudformation, generic_chart
from cnilint.gitops.delivery import Delivery, deliveries, unused_sources
from cnilint.kube.manifest import Manifest, ManifestIndex
from cnilint.kube.pattern import found_in
from cnilint.kube.scheduling import placement
from cnilint.kube.values import Values, field_text, value_text
from cnilint.kube.workload import INSTALLING_KINDS, TEMPLATE, Container, Workload, workload
from cnilint.model.finding import Location, Note
from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import child, items, members, string
from cnilint.start import replace

from .catalog import Delivered, OperatorObject, Product, Recogniser, products
from .copies import without_copies
from .form import DeliveryForm, Form, ObjectForm, WorkloadForm
from .hidden import hidden_installs
from .installer import Installer, install
from .release import Release, release
from .retagged import release_of

Targets = Mapping[str, Release]
NO_TARGETS: Targets = {}

CONFIGURED = "these manifests configure it and do not show what installs it"
"""Why a product is taken as installed of which only a configuration is in view."""

EKS_LABELS = "eks.amazonaws.com/"

EKS_IMAGES = ("/eks/multus-cni", "/amazon-k8s-cni")
"""The ends of the images of EKS's own registries."""

EKS_KINDS = {
    *("ENIConfig", "SecurityGroupPolicy", "AWSManagedControlPlane", "AWSManagedCluster"),
    *(cloudformation.ADDON, cloudformation.CLUSTER, cloudformation.NODES),
}


def installers(
    manifests: Sequence[Manifest], index: ManifestIndex, targets: Targets = NO_TARGETS
) -> tuple[list[Installer], list[Note]]:
    """Return what the manifests install, with notes on what could not be decided.

    `targets` has the releases of products, by id, where the manifests name none. A product that the
    manifests imply without showing it (aws-vpc-cni on EKS) comes last, marked as assumed.
    """
    found: list[Installer] = []
    notes: list[Note] = []
    present = {(group, m.kind) for m in manifests if (group := _group(m))}
    for manifest in manifests:
        if manifest.kind in INSTALLING_KINDS:
            found.extend(_from_workload(manifest, index, targets, notes))
        else:
            found.extend(_from_object(manifest, present, targets, notes))
            for delivery in deliveries(manifest, index):
                found.extend(_from_delivery(delivery, targets, notes))
    notes.extend(_unused_charts(manifests, index))
    found = without_copies(_without_mere_settings(found))
    found.extend(_assumed(manifests, found, targets))
    return found, notes


def with_workloads(manifest: Manifest, index: ManifestIndex) -> tuple[Manifest, ...]:
    """Return an object, and the workloads and maps that the values of its release say whole."""
    made = (
        each
        for one in deliveries(manifest, index)
        if one.name == generic_chart.CHART
        for each in generic_chart.rendered(one, index.texts)
    )
    return (manifest, *made)


def concerns_cni(manifest: Manifest, index: ManifestIndex) -> bool:
    """Whether an object installs or configures a product by itself."""
    if manifest.kind in TEMPLATE and manifest.kind not in INSTALLING_KINDS:
        return False
    found, _notes = installers(with_workloads(manifest, index), index)
    if any(not one.assumed or one.assumed == CONFIGURED for one in found):
        return True
    return any(True for _one in hidden_installs((manifest,), index))


def shows_eks(manifests: Iterable[Manifest]) -> Location | None:
    """Return the first place that shows a cluster to be EKS, or None.

    Images from EKS's registry paths, objects of the VPC CNI's own kinds and those that make an EKS
    cluster or its add-ons (eksctl, ACK, Crossplane, Cluster API, CloudFormation), and EKS's node
    labels.
    """
    for manifest in manifests:
        place = _eks_text(manifest)
        if place is not None:
            return place
    return None


def _from_workload(
    manifest: Manifest, index: ManifestIndex, targets: Targets, notes: list[Note]
) -> Iterator[Installer]:
    pods = workload(manifest, index)
    if pods is None:
        return
    found = [(p, c) for p in products() if (c := _shown(p, pods)) is not None]
    beaten = {other for product, _container in found for other in product.beats}
    for product, container in found:
        if product.id not in beaten:
            form = WorkloadForm(pods, container, product.config_maps)
            named = release_of(product, form, notes) or targets.get(product.id)
            yield install(product, form, named, notes)


def _from_object(
    manifest: Manifest, present: Collection[tuple[str, str]], targets: Targets, notes: list[Note]
) -> Iterator[Installer]:
    """Yield what an operator's resource installs; `present` are the groups and kinds in view."""
    values = (Values(manifest.root, (), manifest),)
    last: Product | None = None
    for product, one in _of_kinds().get(manifest.kind, ()):
        if product is last or (one.instead, one.kind) in present:
            continue
        if _is_about(one, manifest) and _all_stand(one, values):
            version = field_text(manifest, one.version) if one.version else None
            found = release(version.value) if version is not None else None
            named = found or targets.get(product.id)
            shown = install(product, ObjectForm(manifest, one), named, notes)
            yield replace(shown, assumed=CONFIGURED) if one.configures else shown
            last = product


@cache
def _of_kinds() -> Mapping[str, Sequence[tuple[Product, OperatorObject]]]:
    """Return the resources of operators by their kinds, those of a product together."""
    found: dict[str, list[tuple[Product, OperatorObject]]] = {}
    for product in products():
        for one in product.objects:
            found.setdefault(one.kind, []).append((product, one))
    return found


def _without_mere_settings(found: Sequence[Installer]) -> list[Installer]:
    """Return installs without the objects that only configure one that is in view.

    Where none is, the first of them stands for it.
    """
    shown = {one.product.id for one in found if one.assumed != CONFIGURED}
    kept = []
    for one in found:
        if one.assumed == CONFIGURED:
            if one.product.id in shown:
                continue
            shown.add(one.product.id)
        kept.append(one)
    return kept


def _from_delivery(delivery: Delivery, targets: Targets, notes: list[Note]) -> Iterator[Installer]:
    """Yield what a chart release or an add-on installs."""
    for product in products():
        for one in product.charts if delivery.kind == "release" else product.addons:
            if _is_from(one, delivery) and _all_stand(one, delivery.values):
                form: Form = DeliveryForm(delivery, one)
                named = release(delivery.version) or targets.get(product.id)
                installed = install(product, form, named, notes)
                notes.extend(_unread(installed, place) for place in delivery.unread)
                yield installed
                break


def _unread(installed: Installer, place: Location) -> Note:
    return Note(
        f"{installed.title} ({installed.object}) is changed by more than the values in view: what "
        "comes of this is not known",
        place,
    )


def _unused_charts(manifests: Sequence[Manifest], index: ManifestIndex) -> Iterator[Note]:
    """Yield notes on products' charts whose address is in view and nothing that installs them."""
    for source in unused_sources(manifests, index):
        for product in products():
            if any(_is_from(one, source) for one in product.charts):
                yield Note(
                    f"{source.manifest.title} has the chart of {product.title}, and no HelmRelease "
                    "in these manifests installs it",
                    source.place,
                )
                break


def _is_from(wanted: Delivered, delivery: Delivery) -> bool:
    """Whether a chart has the name and comes from an address that are asked for."""
    named = wanted.name == delivery.name
    return named and re.search(wanted.repository, delivery.source) is not None


def _group(manifest: Manifest) -> str:
    """Return an object's API group, empty for the core's."""
    return manifest.api_version.rpartition("/")[0]


def _all_stand(wanted: Delivered | OperatorObject, values: tuple[Values, ...]) -> bool:
    """Whether every path of a condition has one of its texts; an empty one stands for nothing."""
    for path, texts in wanted.when.items():
        found = value_text(values, path)
        if (found.value if found is not None else "") not in texts:
            return False
    return True


def _is_about(wanted: OperatorObject, manifest: Manifest) -> bool:
    """Whether an object is of a kind, and its data has the keys that are asked for."""
    if manifest.kind != wanted.kind or _group(manifest) != wanted.group:
        return False
    held = ((string(manifest.at("data", key)), text) for key, text in wanted.holds.items())
    return all(value is not None and re.search(text, value) for value, text in held)


def _eks_text(manifest: Manifest) -> Location | None:
    group = _group(manifest)
    if group == "eksctl.io" or group.startswith("eks.") or manifest.kind in EKS_KINDS:
        return manifest.location("kind")
    template = TEMPLATE.get(manifest.kind, ())
    for steps in (("metadata", "labels"), (*template, "metadata", "labels")):
        labels = manifest.at(*steps)
        for label in members(labels) if isinstance(labels, MappingTree) else ():
            if label.startswith(EKS_LABELS):
                return manifest.location(*steps, label)
    pods = workload(manifest, ManifestIndex(()))
    if pods is None:
        return None
    for container in pods.containers:
        repository = container.image.repository
        if repository.endswith(EKS_IMAGES):
            image = child(container.tree, "image") or container.tree
            return manifest.locate(image, (*container.route, "image"))
    where = placement(pods.specification)
    if any(e.key.startswith(EKS_LABELS) for e in where.expressions()):
        return manifest.location(*template, "spec")
    return None


def _shown(product: Product, pods: Workload) -> Container | None:
    """Return the container that shows a product, by the first recogniser that fits any."""
    for recogniser in product.recognise:
        for container in pods.containers:
            if _fits(recogniser, container, pods):
                return container
    return None


def _fits(recogniser: Recogniser, container: Container, pods: Workload) -> bool:
    """Whether a container shows everything a recogniser asks for."""
    image = container.image
    if recogniser.image and not found_in(recogniser.image, image.repository):
        return False
    if recogniser.tag and not found_in(recogniser.tag, image.tag):
        return False
    if recogniser.container and not found_in(recogniser.container, container.name):
        return False
    if recogniser.command and not container.runs(recogniser.command):
        return False
    words = recogniser.words
    if words and not any(re.search(words, word.value) for word in container.words):
        return False
    if recogniser.environment and not _sets(recogniser.environment, container, pods):
        return False
    if recogniser.beside and not any(
        other is not container and re.search(recogniser.beside, other.image.repository)
        for other in pods.containers
    ):
        return False
    return _labelled(recogniser.labels, pods)


def _sets(name: str, container: Container, pods: Workload) -> bool:
    """Whether a variable is set, be its value in view or not."""
    listed = (string(child(entry, "name")) for entry in items(child(container.tree, "env")))
    return name in listed or pods.environment(container, name) is not None


def _labelled(wanted: Mapping[str, str], pods: Workload) -> bool:
    if not wanted:
        return True
    labels = pods.labels()
    return all(labels.get(key) == value for key, value in wanted.items())


def _assumed(
    manifests: Sequence[Manifest], found: Sequence[Installer], targets: Targets
) -> Iterator[Installer]:
    present = {installer.product.id for installer in found}
    for product in products():
        assumption = product.assumed
        if assumption is None or product.id in present or not found:
            continue
        if assumption.when == "eks" and shows_eks(manifests) is None:
            continue
        if any(_says(manifest, one) for manifest in manifests for one in assumption.unless):
            continue
        one = install(product, Form(), targets.get(product.id), [])
        yield replace(one, object=assumption.object, assumed=assumption.reason)


def _says(manifest: Manifest, wanted: OperatorObject) -> bool:
    """Whether an object is of a kind and has what a condition on its fields names."""
    return _is_about(wanted, manifest) and _all_stand(
        wanted, (Values(manifest.root, (), manifest),)
    )
