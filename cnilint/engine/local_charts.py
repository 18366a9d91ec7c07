"""Charts that lie in the repository: rendered with the real Helm, else known by their images.

helm/helm@v3.18.6:pkg/action/install.go; `helm template` fetches nothing where every dependency is
on disk, which is looked at first, and no schema, as none is asked for. It works on a copy of the
chart's own files, so that no link leads it out of the repository.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from functools import lru_cache

from cnilint.catalog.hidden import products_named, products_of_chart
from cnilint.gitops.argo import is_application, source_steps
from cnilint.gitops.built import BuiltNode, Place, read, written_in
from cnilint.gitops.built import document as made_document
from cnilint.gitops.charts import CHART_FILE, VALUES_FILE, as_object, is_part
from cnilint.gitops.clusters import Layout
from cnilint.gitops.delivery import Release, deliveries
from cnilint.gitops.files import Files, joined, leaves
from cnilint.gitops.graph import ROOTS, ClusterObjects, NotRead, UnreadReason
from cnilint.gitops.partition import ONLY
from cnilint.kube.manifest import Manifest, ManifestIndex, Origin, manifests
from cnilint.kube.values import Values, embedded_values, inline_values
from cnilint.model.text import Source
from cnilint.model.tree import Document, SyntaxProblem, child, items, string
from cnilint.start import NamedTuple, replace
from cnilint.syntax.compose import compose

SECONDS = 60
"""What a render may take."""

AUTO, NEVER = "auto", "never"

Render = Callable[["LocalChart", Files], "list[Manifest] | str"]
"""Returns the objects of a chart, or why there are none."""


class LocalChart(NamedTuple):
    """A chart of the repository that is applied: its folder, and what it is given.

    `place` is what is told of, a value of a document. A chart is not `complete` where it is given
    more than is in view.
    """

    folder: str
    release: Release
    values: tuple[Values, ...]
    place: Place
    complete: bool = True


def with_charts(
    found: Layout,
    readers: MappingOf[str, Files],
    files: Files,
    documents: Sequence[Document],
    render: Render | None,
) -> Layout:
    """Return the clusters with what the charts of the repository come to in each.

    `render` makes objects of one; where it is None, or says why it cannot, a chart whose templates
    name the image of a CNI is a source that was not read. `readers` are the files as each cluster
    reads them, by its name.
    """
    clusters = [with_own_charts(one, readers[one.name], render) for one in found.clusters]
    loose = _loose(clusters, files, documents)
    if loose:
        first = clusters[0] if clusters else ClusterObjects(ONLY, (), (), (), (), frozenset())
        alone = render if len(loose) == 1 else None
        clusters = [_with_charts(first, loose, files, alone), *clusters[1:]]
    return found._replace(clusters=tuple(clusters))


def with_own_charts(one: ClusterObjects, files: Files, render: Render | None) -> ClusterObjects:
    """Return a cluster with what the charts of the repository that it asks for come to."""
    return _with_charts(one, _applied(one, files), files, render)


def helm(chart: LocalChart, files: Files) -> list[Manifest] | str:
    """Render a chart with the Helm that is on PATH; why not, as a sentence, if it cannot be."""
    from cnilint.gitops.generic_chart import merged

    if not chart.complete:
        return "it is given values that are not in view"
    missing = _missing_dependency(files, chart.folder)
    if missing:
        return f"its dependency {missing} is not in {chart.folder}/charts"
    paths = (*files.below(chart.folder), ".helmignore")
    contents = ((path, files.content(joined(chart.folder, path))) for path in paths)
    given = tuple((path, content) for path, content in contents if content is not None)
    values = merged(chart.values)
    text = json.dumps(values.plain() if values is not None else {})
    name = chart.release.name or posixpath.basename(chart.folder) or "release"
    done = _template(given, text, name, chart.release.namespace)
    return done.failure or _objects(chart, done.text)


class _Rendered(NamedTuple):
    """What Helm wrote, or why it wrote nothing that counts."""

    text: str
    failure: str = ""


@lru_cache(maxsize=64)
def _template(
    given: tuple[tuple[str, bytes], ...], values: str, name: str, namespace: str
) -> _Rendered:
    """Run `helm template` on a copy of a chart's files, without plugins and settings of its own."""
    import tempfile

    from cnilint.external import run

    with tempfile.TemporaryDirectory(prefix="cnilint-") as folder:
        inside = os.path.join(folder, "chart")
        for path, content in given:
            whole = os.path.join(inside, *path.split("/"))
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, "wb") as file:
                file.write(content)
        with open(os.path.join(folder, "values.json"), "w", encoding="utf-8") as text:
            text.write(values)
        words = ["helm", "template", name, inside, "--values", "values.json"]
        words += ["--skip-tests", "--include-crds", "--skip-schema-validation"]
        words += ["--namespace", namespace] if namespace else []
        homes = {f"HELM_{kind}_HOME": folder for kind in ("CACHE", "CONFIG", "DATA")}
        variables = {**homes, "HELM_PLUGINS": folder, "HOME": folder, "KUBECONFIG": os.devnull}
        try:
            done = run(words, cwd=folder, timeout=SECONDS, variables=variables)
        except TimeoutError:
            return _Rendered("", f"Helm did not end within {SECONDS} s")
        except OSError:
            return _Rendered("", "Helm is not on PATH")
    if done.code:
        return _Rendered("", "Helm refuses it")
    whole_text = done.out.decode("utf-8", "replace")
    found = compose(Source("rendered", whole_text))
    if any(isinstance(one, SyntaxProblem) and one.kind == "syntax" for one in found):
        return _Rendered("", "what Helm writes cannot be read")
    return _Rendered(whole_text)


def _objects(chart: LocalChart, text: str) -> list[Manifest]:
    """Return what was rendered, all of it placed where the chart is asked for."""
    found: list[Manifest] = []
    for document in compose(Source(f"{chart.folder}/rendered", text)):
        if not isinstance(document, Document):
            continue
        origin = Origin("helm", document.source_comment or chart.folder)
        for one in manifests(document):
            root = _without_places(read(document, one.route, one.root))
            root.places = (chart.place,)
            title = f"{chart.folder}: {one.title}"
            built = manifests(made_document(root, title))
            found += [replace(each, origin=origin) for each in built]
    return found


def _without_places(node: BuiltNode) -> BuiltNode:
    value = node.value
    if isinstance(value, dict):
        value = {key: _without_places(one) for key, one in value.items()}
    elif isinstance(value, list):
        value = [_without_places(one) for one in value]
    return BuiltNode(value, (), node.doubt, node.written)


def _with_charts(
    one: ClusterObjects, charts: Sequence[LocalChart], files: Files, render: Render | None
) -> ClusterObjects:
    objects, not_read = list(one.objects), list(one.not_read)
    for chart in charts:
        title = _products(files, chart.folder)
        if not title:
            continue
        made = render(chart, files) if render is not None else ""
        if isinstance(made, list):
            objects = [each for each in objects if not _is_template(each, chart, files)]
            objects += made
        else:
            from .places import place_location

            location = place_location(chart.place)
            detail = f"it runs {title}" + (f"; {made}" if made else "")
            not_read.append(
                NotRead(UnreadReason.CHART_NOT_RENDERED, chart.folder, location, detail)
            )
    return one._replace(objects=tuple(objects), not_read=tuple(not_read))


def _is_template(one: Manifest, chart: LocalChart, files: Files) -> bool:
    """Whether an object is a template without actions, which was read as it lies."""
    path = files.path(written_in(one.document).source.path)
    return path.startswith(
        tuple(f"{joined(chart.folder, name)}/" for name in ("templates", "crds"))
    )


def _products(files: Files, folder: str) -> str:
    """Return the titles of the products that a chart installs, as far as its files name them.

    Its templates or values name their images; a chart inside it may be theirs.
    """
    found: dict[str, None] = {}
    for path in files.below(folder):
        home, name = posixpath.split(path)
        if name == CHART_FILE:
            charts = (as_object(one, "Chart") for one in files.documents(joined(folder, path)))
            named = [p for one in charts if one is not None for p in products_of_chart(one.name)]
        elif name == VALUES_FILE or "templates" in home.split("/"):
            source = files.source(joined(folder, path))
            named = products_named(source.text if source is not None else "")
        else:
            continue
        found |= dict.fromkeys(one.title for one in named)
    return " and ".join(found)


def _applied(one: ClusterObjects, files: Files) -> list[LocalChart]:
    """Return the charts of the repository that a cluster's objects ask for."""
    asking = [m for m in one.objects if m.kind == "HelmRelease" or is_application(m)]
    if not asking:
        return []
    index = ManifestIndex(one.objects, files)
    found: list[LocalChart] = []
    for manifest in asking:
        if manifest.kind == "HelmRelease":
            found += _of_release(manifest, index, files)
        else:
            found += _of_application(manifest, files)
    return found


def _of_release(manifest: Manifest, index: ManifestIndex, files: Files) -> Iterator[LocalChart]:
    steps = ("spec", "chart", "spec", "chart")
    path = string(manifest.at(*steps)) or ""
    kind = string(manifest.at("spec", "chart", "spec", "sourceRef", "kind"))
    folder = joined(".", path)
    if kind != "GitRepository" or not _is_chart(files, folder):
        return
    for delivery in deliveries(manifest, index):
        place = Place(manifest.document, (*manifest.route, *steps))
        complete = not delivery.unread
        yield LocalChart(folder, delivery.release, delivery.values, place, complete)


def _of_application(manifest: Manifest, files: Files) -> Iterator[LocalChart]:
    for steps in source_steps(manifest):
        folder = joined(".", (string(manifest.at(*steps, "path")) or "").lstrip("/"))
        if manifest.at(*steps, "path") is None or not _is_chart(files, folder):
            continue
        values = inline_values(manifest, (*steps, "helm", "valuesObject"))
        values = values or embedded_values(manifest, (*steps, "helm", "values"))
        more = ("parameters", "fileParameters", "valueFiles")
        complete = not any(items(manifest.at(*steps, "helm", key)) for key in more)
        name = string(manifest.at(*steps, "helm", "releaseName")) or manifest.name
        namespace = string(manifest.at("spec", "destination", "namespace")) or ""
        place = Place(manifest.document, (*manifest.route, *steps, "path"))
        yield LocalChart(folder, Release(name, namespace), values, place, complete)


def _loose(
    clusters: Sequence[ClusterObjects], files: Files, documents: Sequence[Document]
) -> list[LocalChart]:
    """Return the charts that nothing asks for, where nothing says which folders are applied."""
    if len(clusters) > 1 or any(edge.kind in ROOTS for one in clusters for edge in one.edges):
        return []
    asked = {chart.folder for one in clusters for chart in _applied(one, files)}
    found = []
    for document in documents:
        path = files.path(document.source.path)
        folder = joined(path, "..")
        if posixpath.basename(path) != CHART_FILE or folder in asked:
            continue
        if is_part(folder, files.is_file):
            continue
        if _is_chart(files, folder) and _products(files, folder):
            found.append(LocalChart(folder, Release("", ""), (), Place(document, ("name",))))
    return found


def _is_chart(files: Files, folder: str) -> bool:
    if leaves(folder) or not files.is_file(joined(folder, CHART_FILE)):
        return False
    return any(files.is_folder(joined(folder, name)) for name in ("templates", "charts"))


def _missing_dependency(files: Files, folder: str) -> str:
    """Return a dependency of a chart, or of one inside it, that is not on disk."""
    inside = set(files.names(joined(folder, "charts")))
    for document in files.documents(joined(folder, CHART_FILE)):
        chart = as_object(document, "Chart")
        for entry in items(chart.at("dependencies")) if chart is not None else ():
            name = string(child(entry, "name")) or ""
            packed = any(one.startswith(f"{name}-") and one.endswith(".tgz") for one in inside)
            if name not in inside and not packed:
                return name
    for name in sorted(inside):
        within = joined(folder, f"charts/{name}")
        if files.is_file(joined(within, CHART_FILE)):
            missing = _missing_dependency(files, within)
            if missing:
                return missing
    return ""
