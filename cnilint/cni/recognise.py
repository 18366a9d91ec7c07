"""Which CNI products a cluster's manifests install, and what each of them does on a node."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cnilint.kube.manifest import Manifest, ManifestIndex
from cnilint.kube.scheduling import Placement, placement
from cnilint.kube.workload import Container, Workload, workload
from cnilint.model.finding import Location, Note

from .catalog import Action, Product, Recogniser, Role, products, runtime_directories
from .release import Release, release
from .settings import Setting, Settings

INSTALLING_KINDS = {"DaemonSet", "Pod"}
"""Kinds that put something on the node they run on. A Deployment or CronJob with a CNI product's
image installs nothing (zalando-incubator/kubernetes-on-aws@93eb84d: aws-node-decommissioner)."""


@dataclass(frozen=True, slots=True, eq=False)
class ConfFile:
    """A CNI configuration that an installer puts on the host: an absolute path and its content."""

    path: str
    network: str
    content: str

    @property
    def directory(self) -> str:
        """The host directory it is in."""
        return posixpath.dirname(self.path)

    @property
    def name(self) -> str:
        """Its file name."""
        return posixpath.basename(self.path)


@dataclass(frozen=True, slots=True, eq=False)
class Installer:
    """A product found in a manifest, or assumed.

    `directory` is the host directory its action works in (None: nothing of it reaches the host);
    `writes` the file it makes there; `target` the file it chains into (empty: the first one).
    """

    product: Product
    role: Role
    action: Action
    object: str
    placement: Placement
    directory: str | None
    writes: ConfFile | None
    target: str
    renames: str
    suffix: str
    removes: tuple[str, ...]
    release: Release | None
    settings: Mapping[str, Setting]
    workload: Workload | None = None
    container: Container | None = None
    assumed: str = ""

    @property
    def title(self) -> str:
        """The product's name for people."""
        return self.product.title

    def location(self) -> Location | None:
        """Return the place of the object that installs it."""
        if self.workload is None or self.container is None:
            return None
        manifest = self.workload.manifest
        return manifest.location("metadata", "name")


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
        if manifest.kind not in INSTALLING_KINDS:
            continue
        pods = workload(manifest, index)
        if pods is None:
            continue
        for product in products():
            container = next((c for c in pods.containers if _is(product, c, pods)), None)
            if container is not None:
                found.append(_installer(product, pods, container, notes))
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


def _eks_text(manifest: Manifest) -> Location | None:
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
    if recogniser.labels:
        labels = pods.labels()
        return all(labels.get(key) == value for key, value in recogniser.labels.items())
    return True


def _installer(
    product: Product, pods: Workload, container: Container, notes: list[Note]
) -> Installer:
    found = release(container.image.tag)
    settings = Settings(product, found, pods, container)
    behaviour = next(b for b in product.behaviours if settings.hold(b.when, b.versions))
    path = settings.fill(behaviour.path)
    if not path and behaviour.action is not Action.NONE:
        path = f"{settings.fill(behaviour.directory)}/{settings.fill(behaviour.file)}"
    host = pods.host_path(container, path) if path and not _filled_in_later(path) else None
    if path and host is None and behaviour.action is not Action.DELEGATE:
        notes.append(_unresolved(product, pods, container, path))
    makes_file = behaviour.action in (Action.WRITE, Action.COPY)
    whole = host.path if host is not None else None
    return Installer(
        product=product,
        role=behaviour.role or product.role,
        action=behaviour.action,
        object=pods.manifest.title,
        placement=placement(pods.specification),
        directory=posixpath.dirname(whole) if whole and makes_file else whole,
        writes=_conf_file(product, settings, whole) if whole and makes_file else None,
        target=settings.fill(behaviour.target),
        renames=behaviour.renames,
        suffix=behaviour.suffix,
        removes=tuple(settings.fill(name) for name in behaviour.removes),
        release=found,
        settings=settings.all(),
        workload=pods,
        container=container,
    )


def _conf_file(product: Product, settings: Settings, path: str) -> ConfFile:
    """Return the file an installer writes, with a content of the shape its real one has.

    A name that ends in `.conflist` holds a list, any other one plugin, as libcni wants it.
    """
    content: dict[str, object] = {"name": product.network}
    version = settings.value("cni_version")
    if version:
        content["cniVersion"] = version
    if path.endswith(".conflist"):
        content["plugins"] = list(product.plugins)
    else:
        content.update(product.plugins[0])
    return ConfFile(path, product.network, json.dumps(content))


def _unresolved(product: Product, pods: Workload, container: Container, path: str) -> Note:
    where = pods.manifest.locate(container.tree, container.route)
    if _filled_in_later(path):
        return Note(
            f"{product.title} ({pods.manifest.title}) writes to {path!r}, which is known only "
            "after substitution",
            where,
        )
    return Note(
        f"{product.title} ({pods.manifest.title}) writes {path} inside its container, and no host "
        "directory is mounted there: nothing of it reaches the node",
        where,
    )


def _filled_in_later(path: str) -> bool:
    return "$" in path or "{{" in path


def _assumed(manifests: Sequence[Manifest], found: Sequence[Installer]) -> Iterator[Installer]:
    present = {installer.product.id for installer in found}
    for product in products():
        assumption = product.assumed
        if assumption is None or product.id in present or not found:
            continue
        if assumption.when == "eks" and shows_eks(manifests) is None:
            continue
        settings = Settings(product, None, None, None)
        behaviour = next(b for b in product.behaviours if settings.hold(b.when, b.versions))
        directory = runtime_directories()[0]
        yield Installer(
            product=product,
            role=product.role,
            action=behaviour.action,
            object=assumption.object,
            placement=assumption.placement,
            directory=directory,
            writes=_conf_file(product, settings, posixpath.join(directory, behaviour.file)),
            target="",
            renames="",
            suffix="",
            removes=(),
            release=None,
            settings=settings.all(),
            assumed=assumption.reason,
        )
