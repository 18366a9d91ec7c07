"""Building a kustomization: the objects it stands for, each value with the text that wrote it.

This is Kustomize's own way of going about it (kubernetes-sigs/kustomize@kustomize/v5.7.1:
api/internal/target/kusttarget.go, api/krusty/kustomizer.go), with one difference: what it refuses
is noted and left out, and the rest is built. Nothing is downloaded and no program is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.gitops import kustomize_generators as generators
from cnilint.gitops.built import BuiltNode, read
from cnilint.gitops.files import Files, joined, leaves
from cnilint.gitops.graph import Build, Edge, NotRead, UnreadReason
from cnilint.gitops.kustomize_addresses import is_remote_file, is_repository
from cnilint.gitops.kustomize_fields import configured, merged
from cnilint.gitops.kustomize_file import API_VERSION, KustomizationReader
from cnilint.gitops.kustomize_loading import (
    FILE_NAMES,
    Loader,
    NotReadError,
    Remote,
    inline,
    location_of,
    named_by,
    nowhere,
    objects,
)
from cnilint.gitops.kustomize_plugins import run
from cnilint.gitops.kustomize_references import update_names
from cnilint.gitops.kustomize_resources import (
    LOCAL,
    KustomizeRefusedError,
    Resource,
    items_of,
    scalar_text,
)
from cnilint.gitops.kustomize_sorting import check_unique, in_order
from cnilint.gitops.kustomize_state import Accumulator, BuildLevel, Journal, lenient, place_of_file
from cnilint.gitops.kustomize_steps import Steps
from cnilint.gitops.kustomize_variables import expand, resolved, variable
from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Location
from cnilint.model.tree import Document, Mapping, follow

__all__ = ["FILE_NAMES", "Remote", "build", "build_published"]

NO_FOLDER = ":published"
"""Where what is known of another repository is put together: no folder has such a name."""

_DEEPEST = 50
"""Kustomizations inside of one another; no real tree comes near it."""

_MOST = 2000
"""Kustomizations that one build reads, each as often as it is named."""


def build_published(
    files: Files, addresses: Sequence[BuiltNode], more: BuiltNode | None = None
) -> Build:
    """Return what files of another repository amount to, as they are known, with `more` added."""
    value = dict(more.value) if more is not None and isinstance(more.value, dict) else {}
    value["resources"] = BuiltNode(list(addresses))
    places = more.places if more is not None else ()
    return build(files, NO_FOLDER, more=BuiltNode(value, places))


def build(
    files: Files, folder: str, *, more: BuiltNode | None = None, remote: Remote | None = None
) -> Build:
    """Return what Kustomize makes of a folder.

    `more` are members that are added to the folder's own kustomization, such as a Flux object's
    `patches`: lists behind those of the file (an image in place of one of the same name), anything
    else in place of it. With it the folder needs no file of its own. `remote` knows what some
    addresses hold, in place of what is known beside the files.

    The objects stand in Kustomize's order. A kustomization with `helmCharts` follows them as an
    object itself, in the namespace that its releases get. What could not be followed, or what
    Kustomize would refuse, is in `not_read`. Nothing is raised.
    """
    builder = _Builder(files.tracked(), remote or files.elsewhere.at)
    folder = joined(".", folder)
    objects_of = tuple(builder.built(folder, more))
    return Build(
        objects_of,
        tuple(builder.journal.edges),
        tuple(builder.journal.not_read),
        frozenset(builder.files.read_paths),
    )


class _Builder:
    """One build: what it found on its way."""

    def __init__(self, files: Files, remote: Remote | None) -> None:
        self.files = files
        self.loader = Loader(files, remote)
        self.journal = Journal()
        self.reader = KustomizationReader(self.loader, self.journal)
        self.steps = Steps(self.loader, self.journal)
        self._count = 0

    def built(self, folder: str, more: BuiltNode | None) -> Iterator[Manifest]:
        """Yield the objects of a folder."""
        resources, charts = self.resources(folder, more)
        for resource in resources:
            with self.journal.step(nowhere(folder), folder):
                yield resource.manifest(f"{folder}: {resource.identity}")
        yield from charts

    def resources(
        self, folder: str, more: BuiltNode | None
    ) -> tuple[list[Resource], list[Manifest]]:
        """Return the finished objects of a folder in order, and its kustomizations with charts."""
        found = Accumulator()
        real = self.files.real(folder)
        if real is None or not (self.files.is_folder(real) or more is not None):
            reason = UnreadReason.OUTSIDE if real is None else UnreadReason.MISSING
            self.journal.note(reason, folder, nowhere(folder))
            return [], []
        kustomization = self.reader.kustomization(real, nowhere(folder), more)
        if kustomization is None:
            return [], []
        with self.journal.step(nowhere(folder), folder):
            self._accumulate(BuildLevel(kustomization, ()), found)
        place = place_of_file(kustomization)
        for resource in found.resources:
            if resource.hashed:
                with self.journal.step(place, folder):
                    resource.remember()
                    resource.set_name(f"{resource.name}-{generators.name_hash(resource)}")
        found.resources.changed()
        for error in update_names(found.resources, found.tables.references):
            with self.journal.step(place, folder):
                raise error
        self._expand(found, place)
        kept = [
            one
            for one in found.resources
            if one.texts("annotations").get(LOCAL, "false") == "false"
        ]
        with self.journal.step(place, folder):
            kept = in_order(kept, kustomization.root.get("sortOptions"))
            check_unique(kept, kustomization.root.get("sortOptions"))
        for resource in kept:
            resource.finish()
        return kept, found.charts

    def _expand(self, found: Accumulator, place: Location) -> None:
        """Put the values of variables where they are asked for."""
        values: dict[str, BuiltNode] = {}
        for name, one in found.variables.items():
            with self.journal.step(location_of(one.said), name):
                values[name] = resolved(one)
        if values:
            with self.journal.step(place, ""):
                expand(found.resources, values, found.tables.variables)

    def _accumulate(self, level: BuildLevel, found: Accumulator) -> None:
        kustomization = level.kustomization
        for node in kustomization.items("resources", "bases"):
            with self.journal.step(location_of(node), scalar_text(node)):
                self._resource(level, node, found)
        self._configurations(level, found)
        common = kustomization.root.get("generatorOptions")
        for kind, key in (("ConfigMap", "configMapGenerator"), ("Secret", "secretGenerator")):
            for entry in kustomization.items(key):
                with self.journal.step(location_of(entry), kustomization.path):
                    self.steps.generate(level, kind, entry, found, common)
        self._charts(level, found)
        self._plugins(level, "generators", found)
        for node in kustomization.items("components"):
            with self.journal.step(location_of(node), scalar_text(node)):
                self._component(level, node, found)
        self.steps.transform(level, found)
        self._plugins(level, "transformers", found)
        for node in kustomization.items("validators"):
            self.journal.note(UnreadReason.GENERATOR_PLUGIN, _name(node), location_of(node))
        for node in kustomization.items("vars"):
            with self.journal.step(location_of(node), kustomization.path):
                if node.text("name") in found.variables:
                    raise KustomizeRefusedError(node.text("name"))
                found.variables[node.text("name")] = variable(found.resources, node)

    def _resource(self, level: BuildLevel, node: BuiltNode, found: Accumulator) -> None:
        """Add the objects of a file, a folder or an address."""
        given = scalar_text(node)
        target = joined(level.folder, given)
        if is_remote_file(given):
            self._remote(given, node, found)
        elif given and not leaves(target) and self.files.is_file(target):
            self._file(target, node, found)
        elif is_repository(given):
            self._remote(given, node, found)
        else:
            self._folder(level, node, found, is_component=False)

    def _remote(self, address: str, node: BuiltNode, found: Accumulator) -> None:
        place = location_of(node)
        self.journal.edges.append(Edge("resource", address, place))
        documents = self.loader.remote(address) if self.loader.remote is not None else None
        if documents is None:
            found.is_whole = False
            raise NotReadError(NotRead(UnreadReason.REMOTE, address, place))
        self._add([named_by(one, node) for one in documents], address, node, found)

    def _file(self, target: str, node: BuiltNode, found: Accumulator) -> None:
        place = location_of(node)
        self.journal.edges.append(Edge("resource", target, place))
        documents, problem = self.loader.documents(target)
        if problem is not None:
            found.is_whole = False
            self.journal.not_read.append(problem)
        self._add(documents, target, node, found)

    def _add(
        self, documents: Sequence[Document], target: str, node: BuiltNode, found: Accumulator
    ) -> None:
        read_objects = objects(documents)
        for place in read_objects.problems:
            self.journal.note(UnreadReason.NOT_BUILT, target, place, "kind, metadata.name")
        for manifest in read_objects.manifests:
            try:
                found.resources.append(Resource(manifest))
            except KustomizeRefusedError as error:
                place = location_of(node)
                self.journal.note(UnreadReason.NOT_BUILT, target, place, error.detail)

    def _folder(
        self, level: BuildLevel, node: BuiltNode, found: Accumulator, *, is_component: bool
    ) -> None:
        """Add the objects of another kustomization, or let a component change these."""
        inner = self._entered(level, node, found, "component" if is_component else "resource")
        kind = inner.kustomization.root.text("kind") or "Kustomization"
        if (kind == "Component") is not is_component:
            path = inner.kustomization.path
            self.journal.note(UnreadReason.NOT_BUILT, path, location_of(node), kind)
        if is_component:
            self._accumulate(inner, found)
            return
        other = Accumulator()
        self._accumulate(inner, other)
        for name in found.variables.keys() & other.variables.keys():
            self.journal.note(UnreadReason.NOT_BUILT, inner.folder, location_of(node), name)
        for resource in found.take(other):
            detail = str(resource.identity)
            place = location_of(node)
            self.journal.note(UnreadReason.NOT_BUILT, inner.folder, place, detail)

    def _entered(
        self, level: BuildLevel, node: BuiltNode, found: Accumulator, kind: str
    ) -> BuildLevel:
        """Return the kustomization that a path leads to; NotReadError if it leads to none."""
        given, place = scalar_text(node), location_of(node)
        target = joined(level.folder, given)
        real = None if leaves(target) else self.files.real(target)
        self.journal.edges.append(Edge(kind, given if leaves(target) else target, place))
        reason = None
        if real is None:
            reason = UnreadReason.OUTSIDE
        elif not given or not self.files.is_folder(real):
            reason = UnreadReason.MISSING
        elif any(_is_in(one, real) for one in (level.folder, *level.above)):
            reason = UnreadReason.CYCLE
        elif len(level.above) >= _DEEPEST:
            reason = UnreadReason.DEPTH
        elif self._count >= _MOST or not self.files.enter():
            reason = UnreadReason.TOO_MUCH
        inner = None
        if real is not None and reason is None:
            self._count += 1
            inner = self.reader.kustomization(real, place)
        if inner is None:
            found.is_whole = False
        if reason is not None:
            raise NotReadError(NotRead(reason, given if leaves(target) else target, place))
        if inner is None:
            raise NotReadError(None)
        return BuildLevel(inner, (level.folder, *level.above))

    def _component(self, level: BuildLevel, node: BuiltNode, found: Accumulator) -> None:
        given = scalar_text(node)
        if is_repository(given):
            found.is_whole = False
            self.journal.edges.append(Edge("component", given, location_of(node)))
            raise NotReadError(NotRead(UnreadReason.REMOTE, given, location_of(node)))
        self._folder(level, node, found, is_component=True)

    def _configurations(self, level: BuildLevel, found: Accumulator) -> None:
        roots: list[BuiltNode] = []
        kustomization = level.kustomization
        for node in kustomization.items("configurations"):
            with self.journal.step(location_of(node), scalar_text(node)):
                path = self.loader.path(level.folder, node)
                self.journal.edges.append(Edge("configuration", path, location_of(node)))
                documents, problem = self.loader.documents(path)
                if problem is not None:
                    raise NotReadError(problem)
                roots += [read(document) for document in documents]
        with self.journal.step(place_of_file(kustomization), kustomization.path):
            found.tables = merged(found.tables, configured(roots))
        for node in kustomization.items("crds"):
            self._unsupported(node, "crds")

    def _unsupported(self, node: BuiltNode, what: str) -> None:
        place = location_of(node)
        self.journal.note(UnreadReason.UNSUPPORTED, scalar_text(node), place, what)

    def _plugins(self, level: BuildLevel, key: str, found: Accumulator) -> None:
        """Do what objects ask for that stand for a generator or transformer each.

        Those of Kustomize's own are known; others are programs.
        """
        for node in level.kustomization.items(key):
            said = Accumulator()
            with self.journal.step(location_of(node), _name(node)):
                if "\n" in scalar_text(node):
                    for root in inline(node):
                        said.resources.append(Resource(None, root))
                else:
                    self._resource(level, node, said)
            for resource in said.resources:
                with self.journal.step(location_of(node), _name(node)), lenient(found):
                    if not run(self.steps, level, resource, found):
                        found.is_whole = False
                        reason = UnreadReason.GENERATOR_PLUGIN
                        self.journal.note(reason, _name(node), location_of(node), resource.kind)

    def _charts(self, level: BuildLevel, found: Accumulator) -> None:
        """Keep a kustomization with charts as what asks for their releases."""
        kustomization = level.kustomization
        document = kustomization.document
        charts = list(kustomization.items("helmCharts", "helmChartInflationGenerator"))
        if not charts:
            return
        found.is_whole = False
        for chart in charts:
            self._chart(level, chart)
        root = follow(document.root) if document is not None else None
        if document is not None and isinstance(root, Mapping):
            names = (API_VERSION, "Kustomization", "", kustomization.root.text("metadata", "name"))
            found.charts.append(Manifest(document, (), root, *names))

    def _chart(self, level: BuildLevel, chart: BuiltNode) -> None:
        name = chart.get("name") or chart.get("chartName") or chart
        self.journal.edges.append(Edge("chart", scalar_text(name), location_of(name)))
        files = [chart.get("valuesFile"), *items_of(chart.get("additionalValuesFiles"))]
        for node in files:
            if node is not None and scalar_text(node):
                with self.journal.step(location_of(node), scalar_text(node)):
                    path = self.loader.path(level.folder, node)
                    self.journal.edges.append(Edge("values", path, location_of(node)))


def _is_in(folder: str, above: str) -> bool:
    return above == "." or folder == above or folder.startswith(f"{above}/")


def _name(node: BuiltNode) -> str:
    """Return a path, or nothing for a text that stands in its place."""
    text = scalar_text(node)
    return "" if "\n" in text else text
