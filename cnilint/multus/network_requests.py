"""Which pods ask for networks: annotations of pod templates wherever they stand, and KubeVirt's.

A pod template may lie at any depth: in a controller's object, in the values of a chart, in an
object that another one holds. An annotation with one of Multus's keys is one of pods, unless it
stands in the object's own metadata and the object is none whose annotations its pods get.

Sources: kubevirt/kubevirt@v1.3.0:pkg/network/multus/annotation.go and
pkg/virt-controller/services/template.go (networks of a virtual machine become the annotation of
its pod, the default one as it is written);
knative/serving@v0.41.0:pkg/apis/serving/v1/revision_types.go and
argoproj/argo-rollouts@v1.7.0:pkg/apis/rollouts/v1alpha1/types.go (`spec.template`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from cnilint.gitops.built import BuiltDocument
from cnilint.gitops.delivery import Delivery, deliveries
from cnilint.kube.environment import placeholder
from cnilint.kube.held_place import held_location
from cnilint.kube.manifest import Manifest, ManifestIndex
from cnilint.model.finding import Location
from cnilint.model.tree import (
    Embedded,
    Mapping,
    Route,
    Step,
    Tree,
    child,
    descend,
    follow,
    items,
    members,
    string,
)
from cnilint.model.tree import Sequence as Items
from cnilint.start import NamedTuple
from cnilint.upstream.multus_keys import DEFAULT_NETWORK, NETWORKS
from cnilint.upstream.multus_outcome import FaultPlace

from .network_objects import KEYS, MACHINES

PODS = frozenset({"Pod", "VirtualMachineInstance"})
"""Kinds whose own annotations are those of a pod."""

CHANGES_OTHERS = frozenset(
    {
        *("kyverno.io", "policies.kyverno.io", "mutations.gatekeeper.sh"),
        "kustomize.config.k8s.io",
    }
)
"""Groups of objects that put annotations on the pods of others, whose namespace is not known."""


class NetworkRequest(NamedTuple):
    """An annotation by which pods ask for networks.

    `namespace` is that of the pods, empty where it is not known; `key` and `text` are the
    annotation's. `route` leads from the root of the document to the text; of a virtual machine,
    `named` has the route to the name of each network instead. `template` leads inside the object to
    the pod template, None where it is not in view.
    """

    manifest: Manifest
    namespace: str
    key: str
    text: str
    route: Route
    named: tuple[Route, ...] = ()
    template: tuple[str | int, ...] | None = None

    @property
    def filled_in_later(self) -> bool:
        """Whether what it asks for is known only after substitution."""
        return bool(placeholder(self.text) or placeholder(self.namespace))

    @property
    def location(self) -> Location:
        """The place of the annotation, or of the first name."""
        return held_location(self.manifest, self.named[0] if self.named else self.route)

    def item(self, at: int) -> Location:
        """Return the place of one of the networks of a list, or of the annotation."""
        if self.named:
            return held_location(self.manifest, self.named[at])
        return held_location(self.manifest, self.route, (at,))

    def place(self, where: FaultPlace | None) -> Location:
        """Return the place that a fault of the annotation lies at."""
        if where is None or where.name not in ("", self.key):
            return self.location
        if self.named:
            at = where.route[0] if where.route and isinstance(where.route[0], int) else 0
            return held_location(self.manifest, self.named[at])
        return written_location(self.manifest, self.route, where)


def written_location(manifest: Manifest, route: Route, where: FaultPlace) -> Location:
    """Return the place of a fault in a string, in the file where somebody wrote the string."""
    document = manifest.document
    if isinstance(document, BuiltDocument) and where.span is not None:
        place = document.place(route)
        here = string(_at(document.root, route))
        if place is not None and not document.doubt(route):
            written = Manifest(
                place.document,
                (),
                manifest.root,
                manifest.api_version,
                manifest.kind,
                manifest.namespace,
                manifest.name,
            )
            if here is not None and string(_at(place.document.root, place.route)) == here:
                return held_location(written, place.route, span=where.span)
    return held_location(manifest, route, where.route, where.span)


def network_requests(
    manifests: Sequence[Manifest], index: ManifestIndex
) -> Iterator[NetworkRequest]:
    """Yield the annotations by which pods of some objects ask for networks."""
    holding = [one for one in manifests if _mentions(one)]
    for manifest in holding:
        if not _changes_others(manifest):
            yield from _annotations(manifest)
    for manifest in manifests:
        for delivery in deliveries(manifest, index) if holding else ():
            yield from _held_values(delivery)
        if manifest.kind in MACHINES:
            yield from _of_machine(manifest, MACHINES[manifest.kind])


def _mentions(manifest: Manifest) -> bool:
    return any(map(manifest.mentions, KEYS))


def _changes_others(manifest: Manifest) -> bool:
    return manifest.api_version.partition("/")[0] in CHANGES_OTHERS


class _Within(NamedTuple):
    """A value in an object: the steps to it, and the object around it that is the innermost."""

    tree: Tree
    steps: tuple[str | int, ...]
    own: int
    """How many of the steps lead to that object."""
    kind: str
    namespace: str


def _annotations(manifest: Manifest) -> Iterator[NetworkRequest]:
    """Yield the annotations in an object, at any depth."""
    start = _Within(manifest.root, (), 0, manifest.kind, release_namespace(manifest))
    pending = [start]
    while pending:
        within = pending.pop()
        tree = follow(within.tree)
        if isinstance(tree, Items):
            listed = enumerate(tree.items)
            pending += [within._replace(tree=t, steps=(*within.steps, at)) for at, t in listed]
        if not isinstance(tree, Mapping):
            continue
        within = _inner(within, tree)
        for key, value in members(tree).items():
            text = string(value)
            steps = (*within.steps, key)
            if key in KEYS and text is not None and _is_of_pods(within):
                route = (*manifest.route, *steps)
                template = _template(manifest, within.steps)
                yield NetworkRequest(
                    manifest, within.namespace, key, text, route, template=template
                )
            elif text is None:
                pending.append(within._replace(tree=value, steps=steps))


def _inner(within: _Within, tree: Mapping) -> _Within:
    """Return the same value with itself as the object around it, if it is an object."""
    kind = string(child(tree, "kind"))
    if not within.steps or not kind or string(child(tree, "apiVersion")) is None:
        return within
    namespace = string(descend(tree, "metadata", "namespace")) or ""
    return within._replace(own=len(within.steps), kind=kind, namespace=namespace)


def _is_of_pods(within: _Within) -> bool:
    """Whether annotations that stand at the end of some steps are those of pods."""
    return within.steps[within.own :] != ("metadata", "annotations") or within.kind in PODS


def _template(manifest: Manifest, steps: tuple[str | int, ...]) -> tuple[str | int, ...] | None:
    """Return the steps to the pod template whose annotations lie at the end of others."""
    if steps[-2:] != ("metadata", "annotations"):
        return None
    found = steps[:-2]
    return found if items(manifest.at(*found, "spec", "containers")) else None


def _held_values(delivery: Delivery) -> Iterator[NetworkRequest]:
    """Yield the annotations among values that stand in a string or in another object."""
    asking = delivery.manifest
    for values in delivery.values:
        walked = values.manifest is asking and values.inline and not _changes_others(asking)
        if walked or not _mentions(values.manifest):
            continue
        base = (*values.manifest.route, *values.route)
        for key, text, steps in _keys(values.tree):
            namespace = release_namespace(asking)
            yield NetworkRequest(values.manifest, namespace, key, text, (*base, *steps))


def _keys(tree: Tree) -> Iterator[tuple[str, str, tuple[Step, ...]]]:
    pending: list[tuple[Tree, tuple[Step, ...]]] = [(tree, ())]
    while pending:
        found, steps = pending.pop()
        found = follow(found)
        if isinstance(found, Items):
            pending += [(item, (*steps, at)) for at, item in enumerate(found.items)]
        for key, value in members(found).items() if isinstance(found, Mapping) else ():
            text = string(value)
            if key in KEYS and text is not None:
                yield key, text, (*steps, key)
            elif text is None:
                pending.append((value, (*steps, key)))


def release_namespace(manifest: Manifest) -> str:
    """Return the namespace of what an object makes; empty where that is not known."""
    match manifest.kind:
        case "HelmRelease" | "HelmChart":
            return string(manifest.at("spec", "targetNamespace")) or manifest.namespace
        case "Application":
            return string(manifest.at("spec", "destination", "namespace")) or ""
        case "ApplicationSet":
            steps = ("spec", "template", "spec", "destination", "namespace")
            return string(manifest.at(*steps)) or ""
        case "HelmChartConfig" | "Kustomization":
            return ""
    return manifest.namespace


def _of_machine(manifest: Manifest, steps: tuple[str, ...]) -> Iterator[NetworkRequest]:
    """Yield the annotations of a virtual machine's pod."""
    base = (*steps, "networks")
    asked: list[dict[str, str]] = []
    named: list[Route] = []
    for at, tree in enumerate(items(manifest.at(*base))):
        name = string(descend(tree, "multus", "networkName"))
        if name is None:
            continue
        route = (*manifest.route, *base, at, "multus", "networkName")
        if _is_true(descend(tree, "multus", "default")):
            yield NetworkRequest(
                manifest, manifest.namespace, DEFAULT_NETWORK, name, route, (route,)
            )
            continue
        front, slash, rest = name.partition("/")
        asked.append({"namespace": front, "name": rest} if slash else {"name": name})
        named.append(route)
    if asked:
        text = json.dumps(asked)
        yield NetworkRequest(manifest, manifest.namespace, NETWORKS, text, named[0], tuple(named))


def _is_true(tree: Tree | None) -> bool:
    return tree is not None and getattr(follow(tree), "value", None) is True


def _at(tree: Tree, route: Route) -> Tree | None:
    found: Tree | None = tree
    for step in route:
        if found is None or isinstance(step, Embedded):
            return None
        found = child(found, step)
    return found
