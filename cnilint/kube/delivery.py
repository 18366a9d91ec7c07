"""Objects that stand for an install made elsewhere: chart releases and EKS add-ons.

What they would render is not in the repository; their chart, version and values are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnilint.model.finding import Location
from cnilint.model.text import Source
from cnilint.model.tree import Document, Tree, child, descend, items, string
from cnilint.syntax.compose import compose

from .manifest import Manifest, ManifestIndex

Steps = tuple[str | int, ...]


class Values(NamedTuple):
    """Values given to a chart: a tree, and where it stands.

    `inline` says that the tree is part of the object, so that `steps` lead to each of its members;
    else it was read out of a string at `steps`, and its spans count in that string.
    """

    tree: Tree | None
    steps: Steps
    inline: bool


class Delivery(NamedTuple):
    """A chart release (`kind` is `release`) or an EKS add-on (`addon`) that an object asks for.

    `version` is the chart's or the add-on's as given, `values` what it is given, the last one with
    the highest precedence.
    """

    kind: str
    manifest: Manifest
    name: str
    version: str
    values: tuple[Values, ...]
    place: Location


def deliveries(manifest: Manifest, index: ManifestIndex) -> Iterator[Delivery]:
    """Yield what an object installs from elsewhere.

    Flux HelmRelease (fluxcd/helm-controller@0f61a86:api/v2/helmrelease_types.go), Argo CD
    Application and ApplicationSet (argoproj/argo-cd@37ee009:docs/user-guide/helm.md), k3s and RKE2
    HelmChart and HelmChartConfig, eksctl ClusterConfig
    (eksctl-io/eksctl@99984ad:pkg/apis/eksctl.io/v1alpha5/addon.go), ACK's and Crossplane's Addon,
    and Cluster API's AWSManagedControlPlane.
    """
    group = manifest.api_version.partition("/")[0]
    if manifest.kind == "HelmRelease" and group == "helm.toolkit.fluxcd.io":
        yield from _flux(manifest, index)
    elif manifest.kind in ("Application", "ApplicationSet") and group == "argoproj.io":
        yield from _argo(manifest)
    elif manifest.kind in ("HelmChart", "HelmChartConfig") and group == "helm.cattle.io":
        yield from _cattle(manifest)
    elif manifest.kind == "ClusterConfig" and group == "eksctl.io":
        yield from _listed_addons(manifest, ("addons",), "name", "version")
    elif manifest.kind == "AWSManagedControlPlane":
        yield from _listed_addons(manifest, ("spec", "addons"), "name", "version")
    elif manifest.kind == "Addon" and "eks" in group:
        yield from _addon(manifest)


def embedded_values(manifest: Manifest, steps: Steps) -> Values | None:
    """Return values that stand in a string, as YAML or JSON; None if there are none to read."""
    text = string(manifest.at(*steps))
    if text is None:
        return None
    for found in compose(Source(manifest.document.source.path, text)):
        if isinstance(found, Document):
            return Values(found.root, steps, inline=False)
    return None


def _flux(manifest: Manifest, index: ManifestIndex) -> Iterator[Delivery]:
    chart = string(manifest.at("spec", "chart", "spec", "chart"))
    version = _text(manifest.at("spec", "chart", "spec", "version"))
    steps: Steps = ("spec", "chart", "spec", "chart")
    if chart is None:
        steps = ("spec", "chartRef", "name")
        kind = string(manifest.at("spec", "chartRef", "kind")) or ""
        name = string(manifest.at("spec", "chartRef", "name")) or ""
        space = string(manifest.at("spec", "chartRef", "namespace")) or manifest.namespace
        source = index.find(kind, name, space)
        chart = name
        if source is not None:
            chart = string(source.at("spec", "chart")) or string(source.at("spec", "url")) or name
            version = _text(source.at("spec", "ref", "tag")) or _text(source.at("spec", "version"))
    if chart:
        yield _release(manifest, chart, version, _inline(manifest, ("spec", "values")), steps)


def _argo(manifest: Manifest) -> Iterator[Delivery]:
    base: Steps = ("spec", "template", "spec") if manifest.kind == "ApplicationSet" else ("spec",)
    listed = items(manifest.at(*base, "sources"))
    places: list[Steps] = [(*base, "source")]
    places += [(*base, "sources", at) for at in range(len(listed))]
    for place in places:
        chart = string(manifest.at(*place, "chart"))
        if not chart:
            continue
        # valuesObject wins over values as a whole (docs/user-guide/helm.md)
        values = _inline(manifest, (*place, "helm", "valuesObject"))
        if not values:
            read = embedded_values(manifest, (*place, "helm", "values"))
            values = (read,) if read is not None else ()
        version = _text(manifest.at(*place, "targetRevision"))
        yield _release(manifest, chart, version, values, (*place, "chart"))


def _cattle(manifest: Manifest) -> Iterator[Delivery]:
    chart = manifest.name
    steps: Steps = ("metadata", "name")
    if manifest.kind == "HelmChart":
        chart = string(manifest.at("spec", "chart")) or chart
        steps = ("spec", "chart")
    read = embedded_values(manifest, ("spec", "valuesContent"))
    version = _text(manifest.at("spec", "version"))
    yield _release(manifest, chart, version, (read,) if read is not None else (), steps)


def _addon(manifest: Manifest) -> Iterator[Delivery]:
    """Yield an Addon: Crossplane keeps its fields below `spec.forProvider`, ACK below `spec`."""
    provider = manifest.at("spec", "forProvider") is not None
    base: Steps = ("spec", "forProvider") if provider else ("spec",)
    key = "addonName" if provider else "name"
    name = string(manifest.at(*base, key))
    if name is None:
        return
    read = embedded_values(manifest, (*base, "configurationValues"))
    yield Delivery(
        kind="addon",
        manifest=manifest,
        name=name,
        version=_text(manifest.at(*base, "addonVersion")),
        values=(read,) if read is not None else (),
        place=manifest.location(*base, key),
    )


def _listed_addons(manifest: Manifest, base: Steps, name: str, version: str) -> Iterator[Delivery]:
    for at, tree in enumerate(items(manifest.at(*base))):
        named = string(child(tree, name))
        if named is None:
            continue
        read = embedded_values(manifest, (*base, at, "configurationValues"))
        yield Delivery(
            kind="addon",
            manifest=manifest,
            name=named,
            version=_text(child(tree, version)),
            values=(read,) if read is not None else (),
            place=manifest.location(*base, at, name),
        )


def _release(
    manifest: Manifest, chart: str, version: str, values: tuple[Values, ...], steps: Steps
) -> Delivery:
    """Return a release of a chart, which an OCI address names with its last part."""
    name = chart.rstrip("/").rpartition("/")[2]
    return Delivery("release", manifest, name, version, values, manifest.location(*steps))


def _inline(manifest: Manifest, steps: Steps) -> tuple[Values, ...]:
    tree = manifest.at(*steps)
    return (Values(tree, steps, inline=True),) if tree is not None else ()


def _text(tree: Tree | None) -> str:
    return getattr(tree, "text", "") if tree is not None else ""


def value_at(tree: Tree | None, path: str) -> tuple[Tree, Steps] | None:
    """Return what stands at a dotted path of values, with its steps; a key may hold dots itself."""
    if tree is None:
        return None
    steps = tuple(path.split("."))
    found = descend(tree, *steps)
    return (found, steps) if found is not None else None
