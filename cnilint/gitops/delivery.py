"""Objects that stand for an install made elsewhere: chart releases and EKS add-ons.

What they would render is not in the repository; their chart, version and values are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from cnilint.kube.manifest import Manifest, ManifestIndex
from cnilint.kube.values import Steps, Values, embedded_values, inline_values, text_of
from cnilint.model.finding import Location
from cnilint.model.tree import Document, Embedded, Tree, child, items, plain, string
from cnilint.start import NamedTuple, lazy_pattern

from . import cloudformation
from .built import written_in
from .charts import CHART_FILE, as_object, dependencies, entry_text, file_values

_ARCHIVE = lazy_pattern(r"(?=[^/]*\.tgz$)(.*?)-v?[0-9]")
"""What follows a chart's name in the name of its archive (helm/helm@e9b85e4:pkg/chart/v2)."""


def _chart_name(archive: str) -> str:
    """Return the name of the chart that an archive holds; a name that is no archive's, as it is."""
    found = _ARCHIVE.match(archive)
    return archive if found is None else found[1]


class ValueHolder(NamedTuple):
    """Where an object takes values: in itself, or in a string (`held`) that holds them."""

    steps: Steps
    held: Embedded | None = None


class Release(NamedTuple):
    """The name that a chart is installed under, and its namespace; empty where nothing says so."""

    name: str
    namespace: str


class Chart(NamedTuple):
    """A chart as an object names it: its name or address, its version, where it comes from."""

    name: str
    version: str = ""
    source: str = ""


class Delivery(NamedTuple):
    """A chart release (`kind` is `release`) or an EKS add-on (`addon`) that an object asks for.

    `version` is the chart's or the add-on's as given, `source` the address the chart comes from
    (empty when no object in view says it), `values` what it is given, the last one with the highest
    precedence; `unread` are places that name further values, which are not in view, or patches.
    Values given at `room` count more than those; None where that would not be so. `release` is what
    the chart is installed as.
    """

    kind: str
    manifest: Manifest
    name: str
    version: str
    values: tuple[Values, ...]
    place: Location
    source: str = ""
    unread: tuple[Location, ...] = ()
    room: ValueHolder | None = None
    release: Release = Release("", "")


Reader = Callable[[Manifest, ManifestIndex], Iterator[Delivery]]


def deliveries(manifest: Manifest, index: ManifestIndex) -> Iterator[Delivery]:
    """Yield what an object installs from elsewhere, with what it is installed as.

    Flux HelmRelease (fluxcd/helm-controller@0f61a86:api/v2/helmrelease_types.go), Argo CD
    Application and ApplicationSet (argoproj/argo-cd@37ee009:docs/user-guide/helm.md), k3s and RKE2
    HelmChart and HelmChartConfig (k3s-io/helm-controller@v0.16.10:pkg/apis/helm.cattle.io/v1),
    Kustomization's helmCharts (kubernetes-sigs/kustomize@12f9e63:api/types/helmchartargs.go),
    eksctl ClusterConfig (eksctl-io/eksctl@99984ad:pkg/apis/eksctl.io/v1alpha5/addon.go), ACK's,
    Crossplane's and CloudFormation's Addon, and Cluster API's AWSManagedControlPlane
    (kubernetes-sigs/cluster-api-provider-aws@4d1322e:controlplane/eks/api/v1beta2/types.go).
    """
    if _reader(manifest) is None:
        return iter(())
    return iter(index.once(_all_deliveries, manifest))


def _all_deliveries(manifest: Manifest, index: ManifestIndex) -> tuple[Delivery, ...]:
    reader = _reader(manifest)
    return tuple(
        one._replace(release=_release_of(one)) if one.kind == "release" else one
        for one in (reader(manifest, index) if reader is not None else ())
    )


def _release_of(one: Delivery) -> Release:
    """Return what a chart is installed as, by the object that asks for it."""
    manifest, entry = one.manifest, one.place.route[len(one.manifest.route) : -1]
    steps = tuple(step for step in entry if not isinstance(step, Embedded))
    match manifest.kind:
        case "HelmRelease":
            target = _text(manifest.at("spec", "targetNamespace"))
            name = _text(manifest.at("spec", "releaseName")) or (
                f"{target}-{manifest.name}" if target else manifest.name
            )
            return Release(name, target or manifest.namespace)
        case "Application":
            name = _text(manifest.at(*steps, "helm", "releaseName")) or manifest.name
            return Release(name, _text(manifest.at("spec", "destination", "namespace")))
        case "HelmChart":
            return Release(manifest.name, _text(manifest.at("spec", "targetNamespace")))
        case "Kustomization":
            name = _text(manifest.at(*steps, "releaseName"))
            return Release(name, _text(manifest.at(*steps, "namespace")) or manifest.namespace)
        case "Helmfile" | "ClusterConfig" | "Cluster":
            return Release(
                _text(manifest.at(*steps, "name")), _text(manifest.at(*steps, "namespace"))
            )
        case "Chart" if manifest.api_version:
            name = _text(manifest.at("spec", "releaseName")) or manifest.name
            return Release(name, _text(manifest.at("spec", "namespace")))
    return Release("", "")


def _reader(manifest: Manifest) -> Reader | None:
    """Return what reads an object of a kind and group; None where nothing has to be read."""
    group = manifest.api_version.partition("/")[0]
    if manifest.kind == "AWSManagedControlPlane" and group.endswith("cluster.x-k8s.io"):
        return _listed_in_plane
    if manifest.kind == "Addon" and group.startswith("eks."):
        return _addon
    return _READERS.get((manifest.kind, group))


def unused_sources(manifests: Iterable[Manifest], index: ManifestIndex) -> Iterator[Delivery]:
    """Yield the charts whose address is a Flux object that no HelmRelease in view refers to."""
    used = {
        id(referred)
        for one in manifests
        for steps in (("spec", "chartRef"), ("spec", "chart", "spec", "sourceRef"))
        if (referred := _referred(one, index, steps)) is not None
    }
    for one in manifests:
        if one.kind != "OCIRepository" or id(one) in used:
            continue
        address = _text(one.at("spec", "url"))
        version = _text(one.at("spec", "ref", "tag"))
        yield from _release(one, Chart(address, version, address), (), ("spec", "url"))


def _flux(manifest: Manifest, index: ManifestIndex) -> Iterator[Delivery]:
    """Yield a HelmRelease's chart, named by itself or by the object that it refers to."""
    chart = _text(manifest.at("spec", "chart", "spec", "chart"))
    version = _text(manifest.at("spec", "chart", "spec", "version"))
    steps: Steps = ("spec", "chart", "spec", "chart")
    referred = _referred(manifest, index, ("spec", "chart", "spec", "sourceRef"))
    address = _text(referred.at("spec", "url")) if referred is not None else ""
    if not chart:
        steps = ("spec", "chartRef", "name")
        chart = _text(manifest.at(*steps))
        source = _referred(manifest, index, ("spec", "chartRef"))
        if source is not None:
            address = _text(source.at("spec", "url"))
            chart = _text(source.at("spec", "chart")) or address or chart
            version = _text(source.at("spec", "ref", "tag")) or _text(source.at("spec", "version"))
            version = version or _text(source.at("spec", "ref", "semver"))
            repository = _referred(source, index, ("spec", "sourceRef"))
            if repository is not None:
                address = _text(repository.at("spec", "url"))
    values, unread = _values_from(manifest, index)
    if items(manifest.at("spec", "postRenderers")):
        unread += (manifest.location("spec", "postRenderers"),)
    yield from _release(
        manifest,
        Chart(chart, version, address),
        values + inline_values(manifest, ("spec", "values")),
        steps,
        unread,
        ValueHolder(("spec", "values")),
    )


def _values_from(
    manifest: Manifest, index: ManifestIndex
) -> tuple[tuple[Values, ...], tuple[Location, ...]]:
    """Return the values of ConfigMaps in view, and the places of what is not."""
    values: tuple[Values, ...] = ()
    unread: list[Location] = []
    base: Steps = ("spec", "valuesFrom")
    for at, entry in enumerate(items(manifest.at(*base))):
        held: tuple[Values, ...] = ()
        if _text(child(entry, "kind")) == "ConfigMap" and child(entry, "targetPath") is None:
            name = _text(child(entry, "name"))
            source = index.find("ConfigMap", name, manifest.namespace)
            source = source or index.generated("ConfigMap", name, manifest.namespace)
            key = _text(child(entry, "valuesKey")) or "values.yaml"
            held = embedded_values(source, ("data", key)) if source is not None else ()
        if not held:
            unread.append(manifest.location(*base, at))
        values += held
    return values, tuple(unread)


def _referred(manifest: Manifest, index: ManifestIndex, steps: Steps) -> Manifest | None:
    """Return the object that a reference of kind, name and namespace means, if it is in view."""
    reference = manifest.at(*steps)
    if reference is None:
        return None
    kind, name = _text(child(reference, "kind")), _text(child(reference, "name"))
    return index.find(kind, name, _text(child(reference, "namespace")) or manifest.namespace)


def _argo(manifest: Manifest, index: ManifestIndex) -> Iterator[Delivery]:
    """Yield an Application's charts; of an ApplicationSet, those of its template."""
    base: Steps = ("spec", "template", "spec") if manifest.kind == "ApplicationSet" else ("spec",)
    places: list[Steps] = [(*base, "source"), (*base, "sourceHydrator", "drySource")]
    places += [(*base, "sources", at) for at in range(len(items(manifest.at(*base, "sources"))))]
    named = {_text(manifest.at(*place, "ref")) for place in places} - {""}
    for place in places:
        chart = _text(manifest.at(*place, "chart"))
        address = _text(manifest.at(*place, "repoURL"))
        steps: Steps = (*place, "chart")
        if not chart and address.startswith("oci://"):
            chart, steps = address, (*place, "repoURL")
        helm: Steps = (*place, "helm")
        folder = "" if chart else _text(manifest.at(*place, "path"))
        files, unread = _value_files(manifest, (*helm, "valueFiles"), index, named, folder)
        if items(manifest.at(*helm, "fileParameters")):
            unread += (manifest.location(*helm, "fileParameters"),)
        # valuesObject wins over values as a whole; parameters come on top
        values = inline_values(manifest, (*helm, "valuesObject"))
        room = ValueHolder((*helm, "valuesObject"))
        if not values and string(manifest.at(*helm, "values")):
            values = embedded_values(manifest, (*helm, "values"))
            room = ValueHolder((*helm, "values"), Embedded.YAML)
        values = files + values + inline_values(manifest, (*helm, "parameters"), named=True)
        version = _text(manifest.at(*place, "targetRevision"))
        yield from _release(manifest, Chart(chart, version, address), values, steps, unread, room)
        for document in index.texts.at(f"{folder}/{CHART_FILE}") if folder else ():
            brought = as_object(document, "Chart")
            if brought is not None:
                yield from _chart(brought, values, index)


def _value_files(
    manifest: Manifest, steps: Steps, index: ManifestIndex, named: Collection[str], folder: str
) -> tuple[tuple[Values, ...], tuple[Location, ...]]:
    """Return the values of an Application's files, and the places of those not in view.

    A path counts from the chart's folder, one that begins with `$name` from the top of the source
    of that name, which is taken to be this repository where the file is in it.
    """
    values: tuple[Values, ...] = ()
    unread: tuple[Location, ...] = ()
    for at, item in enumerate(items(manifest.at(*steps))):
        path = string(item) or ""
        reference, _, rest = path.partition("/")
        found: tuple[Document, ...] = ()
        if reference.startswith("$") and reference[1:] in named:
            found = index.texts.at(rest)
        elif folder and "://" not in path:
            found = index.texts.at(path if path.startswith("/") else f"{folder}/{path}")
        read = file_values(found)
        values += read
        unread += () if read else (manifest.location(*steps, at),)
    return values, unread


def _chart(
    manifest: Manifest, given: tuple[Values, ...], index: ManifestIndex
) -> Iterator[Delivery]:
    """Yield what a chart of the repository brings in by its dependencies."""
    for one in dependencies(manifest, given, index.texts):
        name = _chart_name(one.name)
        source = one.repository
        if not source.startswith("file:"):
            yield Delivery(
                "release", one.manifest, name, one.version, one.values, one.place, source
            )


def _helmfile(manifest: Manifest, index: ManifestIndex) -> Iterator[Delivery]:
    """Yield the releases of a helmfile.

    helmfile/helmfile@v1.1.3:pkg/state/state.go: values are files and mappings in their order, `set`
    comes on top; a file that is a template is not read, and nor is what only helmfile fills in.
    """
    addresses = {
        entry_text(one, "name"): entry_text(one, "url")
        for one in items(manifest.at("repositories"))
    }
    for at, entry in enumerate(items(manifest.at("releases"))):
        place: Steps = ("releases", at)
        if entry_text(entry, "installed") == "false":
            continue
        chart = entry_text(entry, "chart")
        values: tuple[Values, ...] = ()
        unread = [manifest.location(*place, key) for key in _FILLED_IN if _later(entry, key)]
        unread += [
            manifest.location(*place, key) for key in _CHANGING if child(entry, key) is not None
        ]
        for number, item in enumerate(items(child(entry, "values"))):
            path = string(item)
            read = inline_values(manifest, (*place, "values", number))
            if path is not None and not path.endswith(".gotmpl"):
                read = file_values(index.texts.beside(manifest.document, path))
            values += read
            if not read and text_of(item) is not None:
                unread.append(manifest.location(*place, "values", number))
        values += inline_values(manifest, (*place, "set"), named=True)
        source = addresses.get(chart.partition("/")[0], "") if "://" not in chart else chart
        named = Chart(chart, entry_text(entry, "version"), source)
        yield from _release(manifest, named, values, (*place, "chart"), tuple(unread))


_FILLED_IN = ("chart", "version", "installed", "values", "set")
"""What of a release in a helmfile may hold an action of a template."""

_CHANGING = (
    *("condition", "installedTemplate", "versionTemplate", "valuesTemplate", "setTemplate"),
    *("inherit", "jsonPatches", "strategicMergePatches", "transformers", "postRenderer"),
)
"""What changes a release, or leaves it out, by what is only known to helmfile."""


def _later(entry: Tree, key: str) -> bool:
    """Whether a member of a release holds a text that only helmfile fills in."""
    tree = child(entry, key)
    return tree is not None and "{{" in str(plain(tree))


def _proxy(manifest: Manifest) -> Iterator[Delivery]:
    """Yield the release that Cluster API's add-on provider makes in the clusters it selects.

    kubernetes-sigs/cluster-api-addon-provider-helm@v0.3.2:api/v1alpha1/helmchartproxy_types.go
    """
    content: Steps = ("spec", "valuesTemplate")
    text = _text(manifest.at(*content))
    values = embedded_values(manifest, content) if "{{" not in text else ()
    unread = (manifest.location(*content),) if "{{" in text else ()
    yield from _release(
        manifest,
        Chart(
            _text(manifest.at("spec", "chartName")),
            _text(manifest.at("spec", "version")),
            _text(manifest.at("spec", "repoURL")),
        ),
        values,
        ("spec", "chartName"),
        unread,
        ValueHolder(content, Embedded.YAML),
    )


def _k0s(manifest: Manifest, base: Steps) -> Iterator[Delivery]:
    """Yield the charts that k0s installs with a cluster: values are a string or a mapping.

    k0sproject/k0s@v1.30.0:pkg/apis/k0s/v1beta1/extensions.go
    """
    addresses = {
        entry_text(one, "name"): entry_text(one, "url")
        for one in items(manifest.at(*base, "repositories"))
    }
    for at, entry in enumerate(items(manifest.at(*base, "charts"))):
        place: Steps = (*base, "charts", at)
        chart = entry_text(entry, "chartname")
        content: Steps = (*place, "values")
        values = inline_values(manifest, content) or embedded_values(manifest, content)
        room = (
            ValueHolder(content)
            if values and values[0].inline
            else ValueHolder(content, Embedded.YAML)
        )
        source = chart if "://" in chart else addresses.get(chart.partition("/")[0], "")
        named = Chart(chart, entry_text(entry, "version"), source)
        steps: Steps = (*place, "chartname")
        yield from _release(manifest, named, values, steps, (), room)


def _k0s_chart(manifest: Manifest) -> Iterator[Delivery]:
    """Yield the chart of k0s's own object for one.

    k0sproject/k0s@v1.30.0:pkg/apis/helm/v1beta1/chart_types.go ChartSpec
    """
    content: Steps = ("spec", "values")
    chart, version = _text(manifest.at("spec", "chartName")), _text(manifest.at("spec", "version"))
    named = Chart(chart, version, chart if "://" in chart else "")
    values, room = embedded_values(manifest, content), ValueHolder(content, Embedded.YAML)
    yield from _release(manifest, named, values, ("spec", "chartName"), (), room)


def _cattle(manifest: Manifest, index: ManifestIndex) -> Iterator[Delivery]:
    """Yield a HelmChart with what its HelmChartConfig adds, or a HelmChartConfig by itself.

    The latter configures a chart that the distribution brings, and has that one's name.
    """
    content: Steps = ("spec", "valuesContent")
    room = ValueHolder(content, Embedded.YAML)
    if manifest.kind == "HelmChartConfig":
        if index.find("HelmChart", manifest.name, manifest.namespace) is None:
            values = embedded_values(manifest, content)
            place: Steps = ("metadata", "name")
            yield from _release(manifest, Chart(manifest.name), values, place, (), room)
        return
    values = embedded_values(manifest, content)
    more = index.find("HelmChartConfig", manifest.name, manifest.namespace)
    if more is not None:
        values += embedded_values(more, content)
    values += inline_values(manifest, ("spec", "set"), named=True)
    chart = _text(manifest.at("spec", "chart"))
    version, address = _text(manifest.at("spec", "version")), _text(manifest.at("spec", "repo"))
    steps: Steps = ("spec", "chart") if chart else ("metadata", "name")
    name, source = chart or manifest.name, address or chart
    yield from _release(manifest, Chart(name, version, source), values, steps, (), room)


def _kustomize(manifest: Manifest, index: ManifestIndex) -> Iterator[Delivery]:
    """Yield the charts of a kustomization, with the values of the files that it names.

    kubernetes-sigs/kustomize@12f9e63:api/internal/builtins/HelmChartInflationGenerator.go: the
    inline values count more than those of `valuesFile`, with `valuesMerge: merge` less, and with
    `replace` alone; those of additional files count most.
    """
    base: Steps = ("helmCharts",)
    for at, entry in enumerate(items(manifest.at(*base))):
        place: Steps = (*base, at)
        inline = inline_values(manifest, (*place, "valuesInline"))
        first, unread = _named_files(manifest, (*place, "valuesFile"), index)
        more, others = _named_files(manifest, (*place, "additionalValuesFiles"), index)
        merge = _text(child(entry, "valuesMerge"))
        values = (*inline, *first) if merge == "merge" else (*first, *inline)
        yield from _release(
            manifest,
            Chart(
                _text(child(entry, "name")),
                _text(child(entry, "version")),
                _text(child(entry, "repo")),
            ),
            (*(inline if merge == "replace" and inline else values), *more),
            (*place, "name"),
            (*unread, *others),
            _room_inline(entry, place),
        )


def _named_files(
    manifest: Manifest, steps: Steps, index: ManifestIndex
) -> tuple[tuple[Values, ...], tuple[Location, ...]]:
    """Return the values of one file or of a list of them, and the places of those not in view."""
    tree = manifest.at(*steps)
    listed = [(*steps, at) for at in range(len(items(tree)))] or ([steps] if tree else [])
    values: tuple[Values, ...] = ()
    unread: tuple[Location, ...] = ()
    home = written_in(manifest.document)
    for one in listed:
        read = file_values(index.texts.beside(home, _text(manifest.at(*one))))
        values += read
        unread += () if read else (manifest.location(*one),)
    return values, unread


def _room_inline(entry: Tree, place: Steps) -> ValueHolder | None:
    """Return the room for a chart's values inline, where they count more than those of files.

    With `valuesMerge: merge` those of the file count more, with `replace` they are left out; those
    of additional files always count most (kubernetes-sigs/kustomize@12f9e63:
    api/internal/builtins/HelmChartInflationGenerator.go createNewMergedValuesFile, AsHelmArgs).
    """
    if items(child(entry, "additionalValuesFiles")):
        return None
    merged = _text(child(entry, "valuesMerge")) in ("", "override")
    return (
        ValueHolder((*place, "valuesInline")) if merged or not child(entry, "valuesFile") else None
    )


def _listed_in_plane(manifest: Manifest, _index: ManifestIndex) -> Iterator[Delivery]:
    return _listed_addons(manifest, ("spec", "addons"), "configuration")


def _addon(manifest: Manifest, _index: ManifestIndex) -> Iterator[Delivery]:
    """Yield an Addon: Crossplane keeps its fields below `spec.forProvider`, ACK below `spec`."""
    provider = manifest.at("spec", "forProvider") is not None
    base: Steps = ("spec", "forProvider") if provider else ("spec",)
    key = "addonName" if provider else "name"
    version = manifest.at(*base, "addonVersion")
    yield from _add_on(manifest, (*base, key), version, (*base, "configurationValues"))


def _template_addon(manifest: Manifest) -> Iterator[Delivery]:
    """Yield the add-on that a CloudFormation template makes."""
    name, version = cloudformation.NAME, manifest.at(*cloudformation.VERSION)
    content = cloudformation.configuration_steps(manifest) or cloudformation.CONFIGURATION
    values = cloudformation.configuration(manifest)
    for one in _add_on(manifest, name, version, content):
        room = ValueHolder(content) if values and values[0].inline else one.room
        unread = manifest.at(*cloudformation.CONFIGURATION) is not None and not values
        place = manifest.location(*cloudformation.CONFIGURATION)
        yield one._replace(values=values, room=room, unread=(place,) if unread else ())


def _listed_addons(manifest: Manifest, base: Steps, key: str) -> Iterator[Delivery]:
    for at, tree in enumerate(items(manifest.at(*base))):
        place: Steps = (*base, at)
        yield from _add_on(manifest, (*place, "name"), child(tree, "version"), (*place, key))


def _add_on(
    manifest: Manifest, steps: Steps, version: Tree | None, content: Steps
) -> Iterator[Delivery]:
    name = string(manifest.at(*steps))
    if name:
        values = embedded_values(manifest, content)
        given = _text(manifest.at(*content)).strip()
        yield Delivery(
            "addon",
            manifest,
            name,
            _text(version),
            values,
            manifest.location(*steps),
            unread=(manifest.location(*content),) if given and not values else (),
            room=ValueHolder(content, Embedded.JSON),
        )


def _release(
    manifest: Manifest,
    chart: Chart,
    values: tuple[Values, ...],
    steps: Steps,
    unread: tuple[Location, ...] = (),
    room: ValueHolder | None = None,
) -> Iterator[Delivery]:
    """Yield a release of a chart, which an address names with its last part."""
    name = _chart_name(chart.name.rstrip("/").rpartition("/")[2])
    if name:
        place, version = manifest.location(*steps), chart.version
        yield Delivery(
            "release", manifest, name, version, values, place, chart.source, unread, room
        )


def _text(tree: Tree | None) -> str:
    """Return a scalar's text, and an empty one for nothing, null or another kind of value."""
    text = text_of(tree) if tree is not None else None
    return text if text is not None and text != "{}" else ""


_READERS: Mapping[tuple[str, str], Reader] = {
    ("HelmRelease", "helm.toolkit.fluxcd.io"): _flux,
    ("Application", "argoproj.io"): _argo,
    ("ApplicationSet", "argoproj.io"): _argo,
    ("HelmChart", "helm.cattle.io"): _cattle,
    ("HelmChartConfig", "helm.cattle.io"): _cattle,
    ("Kustomization", "kustomize.config.k8s.io"): _kustomize,
    ("Chart", ""): lambda manifest, index: _chart(manifest, (), index),
    ("Helmfile", ""): _helmfile,
    ("HelmChartProxy", "addons.cluster.x-k8s.io"): lambda manifest, _index: _proxy(manifest),
    ("ClusterConfig", "k0s.k0sproject.io"): lambda manifest, _index: _k0s(
        manifest, ("spec", "extensions", "helm")
    ),
    ("Cluster", "k0sctl.k0sproject.io"): lambda manifest, _index: _k0s(
        manifest, ("spec", "k0s", "config", "spec", "extensions", "helm")
    ),
    ("Chart", "helm.k0sproject.io"): lambda manifest, _index: _k0s_chart(manifest),
    (cloudformation.ADDON, ""): lambda manifest, _index: _template_addon(manifest),
    ("ClusterConfig", "eksctl.io"): lambda manifest, _index: _listed_addons(
        manifest, ("addons",), "configurationValues"
    ),
}
"""What reads an object of a kind, by its API group."""
