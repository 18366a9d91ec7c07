"""Building a kustomization: the objects it stands for, each value with the text that wrote it.

This is Kustomize's own way of going about it (kubernetes-sigs/kustomize@kustomize/v5.7.1:
api/internal/target/kusttarget.go, api/krusty/kustomizer.go), with one difference: what it refuses
is noted and left out, and the rest is built. Nothing is downloaded and no program is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from cnilint.gitops import kustomize_generators as generators
from cnilint.gitops import kustomize_patches as patches
from cnilint.gitops import kustomize_transformers as transformers
from cnilint.gitops.built import Node, read
from cnilint.gitops.files import Files, joined, leaves
from cnilint.gitops.graph import Build, Edge, NotRead, Reason
from cnilint.gitops.kustomize_addresses import is_remote_file, is_repository
from cnilint.gitops.kustomize_fields import FieldConflictError, Tables, configured, merged
from cnilint.gitops.kustomize_loading import (
    FILE_NAMES,
    Kustomization,
    Loader,
    NotReadError,
    Remote,
    location_of,
    nowhere,
    objects,
)
from cnilint.gitops.kustomize_references import update_names
from cnilint.gitops.kustomize_replacements import replace
from cnilint.gitops.kustomize_resources import (
    LOCAL,
    RefusedError,
    Resource,
    Resources,
    items_of,
    location,
    place_of,
    scalar_text,
    whole,
)
from cnilint.gitops.kustomize_selectors import Selector
from cnilint.gitops.kustomize_sorting import check_unique, in_order
from cnilint.gitops.kustomize_variables import Variable, expand, resolved, variable
from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Location
from cnilint.model.text import Span
from cnilint.model.tree import Document, Mapping, follow

__all__ = ["FILE_NAMES", "Remote", "build", "is_kustomization"]

API_VERSION = "kustomize.config.k8s.io/v1beta1"
COMPONENT_VERSION = "kustomize.config.k8s.io/v1alpha1"

_DEEPEST = 50
"""Kustomizations inside of one another; no real tree comes near it."""

_MOST = 2000
"""Kustomizations that one build reads, each as often as it is named."""

_KEYS = frozenset(
    [
        "apiVersion",
        "kind",
        "metadata",
        "openapi",
        "namePrefix",
        "nameSuffix",
        "namespace",
        "commonLabels",
        "labels",
        "commonAnnotations",
        "patchesStrategicMerge",
        "patchesJson6902",
        "patches",
        "images",
        "imageTags",
        "replacements",
        "replicas",
        "vars",
        "sortOptions",
        "resources",
        "components",
        "crds",
        "bases",
        "configMapGenerator",
        "secretGenerator",
        "helmGlobals",
        "helmCharts",
        "helmChartInflationGenerator",
        "generatorOptions",
        "configurations",
        "generators",
        "transformers",
        "validators",
        "buildMetadata",
    ]
)
"""The members that a kustomization may have; api/types/kustomization.go."""

_LISTS = frozenset(
    [
        "labels",
        "patchesStrategicMerge",
        "patchesJson6902",
        "patches",
        "images",
        "imageTags",
        "replacements",
        "replicas",
        "vars",
        "resources",
        "components",
        "crds",
        "bases",
        "configMapGenerator",
        "secretGenerator",
        "helmCharts",
        "helmChartInflationGenerator",
        "configurations",
        "generators",
        "transformers",
        "validators",
        "buildMetadata",
    ]
)

_PLUGINS = ("generators", "transformers", "validators")
_BY_NAME = {key.lower(): key for key in _KEYS}


def is_kustomization(path: str) -> bool:
    """Whether a file of this path is a kustomization by its name."""
    return path.rpartition("/")[2] in FILE_NAMES


def build(
    files: Files, folder: str, *, more: Node | None = None, remote: Remote | None = None
) -> Build:
    """Return what Kustomize makes of a folder.

    `more` are members that are added to the folder's own kustomization, such as a Flux object's
    `patches`: lists behind those of the file (an image in place of one of the same name), anything
    else in place of it. With it the folder needs no file of its own. `remote` knows what some
    addresses hold.

    The objects stand in Kustomize's order. A kustomization with `helmCharts` follows them as an
    object itself, in the namespace that its releases get. What could not be followed, or what
    Kustomize would refuse, is in `not_read`. Nothing is raised.
    """
    builder = _Builder(files.tracked(), remote)
    folder = joined(".", folder)
    objects_of = tuple(builder.built(folder, more))
    return Build(
        objects_of,
        tuple(builder.edges),
        tuple(builder.not_read),
        frozenset(builder.files.read_paths),
    )


class _Accumulator:
    """What a kustomization has so far; a component adds to that of the one that names it."""

    def __init__(self) -> None:
        self.resources = Resources()
        self.tables = Tables()
        self.charts: list[Manifest] = []
        self.variables: dict[str, Variable] = {}
        self.is_whole = True
        """Whether every source was read: else an object that is missing may be in the others."""

    def take(self, other: _Accumulator) -> Iterator[Resource]:
        """Add what another kustomization has; yield the objects that are there already."""
        for resource in other.resources:
            try:
                self.resources.append(resource)
            except RefusedError:
                yield resource
        self.tables = merged(self.tables, other.tables)
        self.charts += other.charts
        self.variables |= other.variables
        self.is_whole = self.is_whole and other.is_whole


class _Level(NamedTuple):
    """A kustomization that is being built, and the folders of those that it is part of."""

    kustomization: Kustomization
    above: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Where its paths count from."""
        return self.kustomization.folder


class _Builder:
    """One build: what it found on its way."""

    def __init__(self, files: Files, remote: Remote | None) -> None:
        self.files = files
        self.loader = Loader(files, remote)
        self.edges: list[Edge] = []
        self.not_read: list[NotRead] = []
        self._count = 0

    def built(self, folder: str, more: Node | None) -> Iterator[Manifest]:
        """Yield the objects of a folder."""
        resources, charts = self.resources(folder, more)
        for resource in resources:
            with self._step(nowhere(folder), folder):
                yield resource.manifest(f"{folder}: {resource.identity}")
        yield from charts

    def resources(self, folder: str, more: Node | None) -> tuple[list[Resource], list[Manifest]]:
        """Return the finished objects of a folder in order, and its kustomizations with charts."""
        found = _Accumulator()
        real = self.files.real(folder)
        if real is None or not (self.files.is_folder(real) or more is not None):
            reason = Reason.OUTSIDE if real is None else Reason.MISSING
            self.not_read.append(NotRead(reason, folder, nowhere(folder)))
            return [], []
        kustomization = self._kustomization(real, nowhere(folder), more)
        if kustomization is None:
            return [], []
        with self._step(nowhere(folder), folder):
            self._accumulate(_Level(kustomization, ()), found)
        place = _place_of(kustomization)
        for resource in found.resources:
            if resource.hashed:
                with self._step(place, folder):
                    resource.remember()
                    resource.set_name(f"{resource.name}-{generators.name_hash(resource)}")
        found.resources.changed()
        for error in update_names(found.resources, found.tables.references):
            with self._step(place, folder):
                raise error
        self._expand(found, place)
        kept = [
            one
            for one in found.resources
            if one.texts("annotations").get(LOCAL, "false") == "false"
        ]
        with self._step(place, folder):
            kept = in_order(kept, kustomization.root.get("sortOptions"))
            check_unique(kept, kustomization.root.get("sortOptions"))
        for resource in kept:
            resource.finish()
        return kept, found.charts

    def _expand(self, found: _Accumulator, place: Location) -> None:
        """Put the values of variables where they are asked for."""
        values: dict[str, Node] = {}
        for name, one in found.variables.items():
            with self._step(location_of(one.said), name):
                values[name] = resolved(one)
        if values:
            with self._step(place, ""):
                expand(found.resources, values, found.tables.variables)

    @contextmanager
    def _step(self, place: Location, target: str) -> Iterator[None]:
        """Note what is refused in a step, and go on with the next."""
        try:
            yield
        except NotReadError as error:
            if error.not_read is not None:
                self.not_read.append(error.not_read)
        except RefusedError as error:
            at = location(error.place) if error.place is not None else place
            self.not_read.append(NotRead(Reason.NOT_BUILT, target, at, error.detail))
        except FieldConflictError:
            self.not_read.append(NotRead(Reason.NOT_BUILT, target, place))
        except RecursionError:
            self.not_read.append(NotRead(Reason.DEPTH, target, place))

    def _kustomization(
        self, folder: str, said: Location, more: Node | None = None
    ) -> Kustomization | None:
        """Return the kustomization of a folder; None if there is none, which is noted."""
        paths = self.loader.file_name(folder)
        if not paths and more is not None:
            return Kustomization(
                folder, joined(folder, FILE_NAMES[0]), None, _added(Node({}), more)
            )
        if not paths:
            self.not_read.append(NotRead(Reason.MISSING, joined(folder, FILE_NAMES[0]), said))
            return None
        documents, problem = self.loader.documents(paths[0])
        if len(paths) > 1:
            place = whole(documents[0]) if documents else nowhere(paths[0])
            self.not_read.append(NotRead(Reason.NOT_BUILT, folder, place, paths[1]))
        if problem is not None:
            self.not_read.append(problem)
        if not documents:
            if problem is None:
                source = self.files.source(paths[0])
                place = Location(source, Span(0, 0)) if source else nowhere(paths[0])
                self.not_read.append(NotRead(Reason.NOT_BUILT, paths[0], place, "empty"))
            return None
        root = self._root(documents[0], paths[0])
        if root is None:
            return None
        return Kustomization(folder, paths[0], documents[0], _added(root, more))

    def _root(self, document: Document, path: str) -> Node | None:
        """Return the members of a kustomization by their right names; wrong ones are noted."""
        if not isinstance(follow(document.root), Mapping):
            self.not_read.append(NotRead(Reason.NOT_BUILT, path, whole(document), "no mapping"))
            return None
        root = read(document)
        assert isinstance(root.value, dict)  # noqa: S101 - a mapping
        members: dict[str, Node] = {}
        for name, value in root.value.items():
            key = _BY_NAME.get(name.lower())
            right = key is not None and (key not in _LISTS or _is_list(value))
            if key is not None and right:
                members[key] = value
            else:
                self.not_read.append(NotRead(Reason.NOT_BUILT, path, location_of(value), name))
        if not root.value.keys() - {"apiVersion", "kind"}:
            self.not_read.append(NotRead(Reason.NOT_BUILT, path, whole(document), "empty"))
        self._check(members, path)
        return Node(members, root.places)

    def _check(self, members: dict[str, Node], path: str) -> None:
        kind, version = members.get("kind"), members.get("apiVersion")
        said = scalar_text(kind) or "Kustomization"
        right = COMPONENT_VERSION if said == "Component" else API_VERSION
        for node, wrong in (
            (kind, said not in ("Kustomization", "Component")),
            (version, scalar_text(version) not in ("", right)),
        ):
            if node is not None and wrong:
                where = location_of(node)
                self.not_read.append(NotRead(Reason.NOT_BUILT, path, where, scalar_text(node)))

    def _accumulate(self, level: _Level, found: _Accumulator) -> None:
        kustomization = level.kustomization
        for node in kustomization.items("resources", "bases"):
            with self._step(location_of(node), scalar_text(node)):
                self._resource(level, node, found)
        self._configurations(level, found)
        for kind, key in (("ConfigMap", "configMapGenerator"), ("Secret", "secretGenerator")):
            for entry in kustomization.items(key):
                with self._step(location_of(entry), kustomization.path):
                    self._generate(level, kind, entry, found)
        self._charts(level, found)
        for node in kustomization.items("components"):
            with self._step(location_of(node), scalar_text(node)):
                self._component(level, node, found)
        self._transform(level, found)
        for key in _PLUGINS:
            for node in kustomization.items(key):
                self._plugin(level, node, found)
        for node in kustomization.items("vars"):
            with self._step(location_of(node), kustomization.path):
                if node.text("name") in found.variables:
                    raise RefusedError(node.text("name"))
                found.variables[node.text("name")] = variable(found.resources, node)

    def _resource(self, level: _Level, node: Node, found: _Accumulator) -> None:
        """Add the objects of a file, a folder or an address."""
        given = scalar_text(node)
        target = joined(level.folder, given)
        if is_remote_file(given):
            self._remote(given, node, found)
        elif given and not leaves(target) and self.files.is_file(target):
            self._file(level, target, node, found)
        elif is_repository(given):
            self._remote(given, node, found)
        else:
            self._folder(level, node, found, is_component=False)

    def _remote(self, address: str, node: Node, found: _Accumulator) -> None:
        place = location_of(node)
        self.edges.append(Edge("resource", address, place))
        documents = self.loader.remote(address) if self.loader.remote is not None else None
        if documents is None:
            found.is_whole = False
            raise NotReadError(NotRead(Reason.REMOTE, address, place))
        self._add(documents, address, node, found)

    def _file(self, level: _Level, target: str, node: Node, found: _Accumulator) -> None:
        del level
        place = location_of(node)
        self.edges.append(Edge("resource", target, place))
        documents, problem = self.loader.documents(target)
        if problem is not None:
            found.is_whole = False
            self.not_read.append(problem)
        self._add(documents, target, node, found)

    def _add(
        self, documents: Sequence[Document], target: str, node: Node, found: _Accumulator
    ) -> None:
        read_objects = objects(documents)
        for place in read_objects.problems:
            self.not_read.append(NotRead(Reason.NOT_BUILT, target, place, "kind, metadata.name"))
        for manifest in read_objects.manifests:
            try:
                found.resources.append(Resource(manifest))
            except RefusedError as error:
                place = location_of(node)
                self.not_read.append(NotRead(Reason.NOT_BUILT, target, place, error.detail))

    def _folder(
        self, level: _Level, node: Node, found: _Accumulator, *, is_component: bool
    ) -> None:
        """Add the objects of another kustomization, or let a component change these."""
        inner = self._entered(level, node, found, "component" if is_component else "resource")
        kind = inner.kustomization.root.text("kind") or "Kustomization"
        if (kind == "Component") is not is_component:
            path = inner.kustomization.path
            self.not_read.append(NotRead(Reason.NOT_BUILT, path, location_of(node), kind))
        if is_component:
            self._accumulate(inner, found)
            return
        other = _Accumulator()
        self._accumulate(inner, other)
        for resource in found.take(other):
            detail = str(resource.identity)
            place = location_of(node)
            self.not_read.append(NotRead(Reason.NOT_BUILT, inner.folder, place, detail))

    def _entered(self, level: _Level, node: Node, found: _Accumulator, kind: str) -> _Level:
        """Return the kustomization that a path leads to; NotReadError if it leads to none."""
        given, place = scalar_text(node), location_of(node)
        target = joined(level.folder, given)
        real = None if leaves(target) else self.files.real(target)
        self.edges.append(Edge(kind, given if leaves(target) else target, place))
        reason = None
        if real is None:
            reason = Reason.OUTSIDE
        elif not given or not self.files.is_folder(real):
            reason = Reason.MISSING
        elif any(_is_in(one, real) for one in (level.folder, *level.above)):
            reason = Reason.CYCLE
        elif len(level.above) >= _DEEPEST or self._count >= _MOST:
            reason = Reason.DEPTH
        inner = None
        if real is not None and reason is None:
            self._count += 1
            inner = self._kustomization(real, place)
        if inner is None:
            found.is_whole = False
        if reason is not None:
            raise NotReadError(NotRead(reason, given if leaves(target) else target, place))
        if inner is None:
            raise NotReadError(None)
        return _Level(inner, (level.folder, *level.above))

    def _component(self, level: _Level, node: Node, found: _Accumulator) -> None:
        given = scalar_text(node)
        if is_repository(given):
            found.is_whole = False
            self.edges.append(Edge("component", given, location_of(node)))
            raise NotReadError(NotRead(Reason.REMOTE, given, location_of(node)))
        self._folder(level, node, found, is_component=True)

    def _configurations(self, level: _Level, found: _Accumulator) -> None:
        roots: list[Node] = []
        kustomization = level.kustomization
        for node in kustomization.items("configurations"):
            with self._step(location_of(node), scalar_text(node)):
                path = self.loader.path(level.folder, node)
                self.edges.append(Edge("configuration", path, location_of(node)))
                documents, problem = self.loader.documents(path)
                if problem is not None:
                    raise NotReadError(problem)
                roots += [read(document) for document in documents]
        with self._step(_place_of(kustomization), kustomization.path):
            found.tables = merged(found.tables, configured(roots))
        for node in kustomization.items("crds"):
            self._unsupported(node, "crds")

    def _unsupported(self, node: Node, what: str) -> None:
        place = location_of(node)
        self.not_read.append(NotRead(Reason.UNSUPPORTED, scalar_text(node), place, what))

    def _plugin(self, level: _Level, node: Node, found: _Accumulator) -> None:
        """Note a generator or transformer that is an object of its own."""
        del level
        found.is_whole = False
        target = scalar_text(node) if "\n" not in scalar_text(node) else ""
        self.not_read.append(NotRead(Reason.GENERATOR_PLUGIN, target, location_of(node)))

    def _generate(self, level: _Level, kind: str, entry: Node, found: _Accumulator) -> None:
        pairs = list(self._pairs(level, entry))
        options = [
            one
            for one in (entry.get("options"), level.kustomization.root.get("generatorOptions"))
            if one is not None
        ]
        resource = generators.resource_of(kind, entry, options, pairs)
        try:
            generators.absorb(found.resources, resource)
        except RefusedError:
            if found.is_whole:
                raise
            found.resources.append(resource)

    def _pairs(self, level: _Level, entry: Node) -> Iterator[generators.Pair]:
        alone = entry.get("env")
        envs = items_of(entry.get("envs")) + (
            [alone] if alone is not None and scalar_text(alone) else []
        )
        for node in envs:
            with self._step(location_of(node), scalar_text(node)):
                path = self.loader.path(level.folder, node)
                self.edges.append(Edge("generator", path, location_of(node)))
                source = self.files.source(path)
                if source is not None:
                    yield from generators.variables(source)
        for node in items_of(entry.get("literals")):
            with self._step(location_of(node), level.kustomization.path):
                key, text = generators.literal(scalar_text(node))
                literal = text.encode(errors="surrogateescape")
                yield generators.Pair(key, literal, place_of(node))
        for node in items_of(entry.get("files")):
            with self._step(location_of(node), scalar_text(node)):
                key, given = generators.file_source(scalar_text(node))
                path = self.loader.path(level.folder, Node(given, node.places))
                self.edges.append(Edge("generator", path, location_of(node)))
                content = self.files.content(path)
                if content is not None:
                    yield generators.Pair(key, content, generators.content_place(self.files, path))

    def _charts(self, level: _Level, found: _Accumulator) -> None:
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

    def _chart(self, level: _Level, chart: Node) -> None:
        name = chart.get("name") or chart.get("chartName") or chart
        self.edges.append(Edge("chart", scalar_text(name), location_of(name)))
        files = [chart.get("valuesFile"), *items_of(chart.get("additionalValuesFiles"))]
        for node in files:
            if node is not None and scalar_text(node):
                with self._step(location_of(node), scalar_text(node)):
                    path = self.loader.path(level.folder, node)
                    self.edges.append(Edge("values", path, location_of(node)))

    def _transform(self, level: _Level, found: _Accumulator) -> None:
        """Apply what a kustomization does to its objects, in Kustomize's order.

        api/internal/target/kusttarget_configplugin.go configureBuiltinTransformers
        """
        kustomization, resources = level.kustomization, found.resources
        for node in kustomization.items("patchesStrategicMerge"):
            self._old_patch(level, node, found)
        for entry in kustomization.items("patches"):
            self._patch(level, entry, found, is_old=False)
        namespace = kustomization.text("namespace")
        if namespace is not None:
            with self._step(location_of(namespace), kustomization.path):
                found.charts = [_moved(one, scalar_text(namespace)) for one in found.charts]
                transformers.set_namespace(resources, namespace, found.tables)
        for key, fields, suffix in (
            ("namePrefix", found.tables.name_prefix, False),
            ("nameSuffix", found.tables.name_suffix, True),
        ):
            affix = kustomization.text(key)
            if affix is not None:
                with self._step(location_of(affix), kustomization.path):
                    transformers.add_affix(resources, affix, fields, suffix=suffix)
        self._labels(kustomization, found)
        for entry in kustomization.items("patchesJson6902"):
            self._patch(level, entry, found, is_old=True)
        for entry in kustomization.items("replicas"):
            with self._step(location_of(entry), kustomization.path), _lenient(found):
                transformers.set_replicas(resources, entry, found.tables.replicas)
        for entry in kustomization.items("images", "imageTags"):
            with self._step(location_of(entry), kustomization.path):
                image = transformers.Image.of(entry)
                transformers.set_image(resources, image, found.tables.images)
        for entry in kustomization.items("replacements"):
            self._replacement(level, entry, found)

    def _labels(self, kustomization: Kustomization, found: _Accumulator) -> None:
        for label in kustomization.items("labels"):
            pairs = label.get("pairs")
            with self._step(location_of(label), kustomization.path):
                fields = transformers.label_fields(label, found.tables)
                if pairs is not None:
                    transformers.set_texts(found.resources, pairs, fields)
        for key, table in (
            ("commonLabels", found.tables.common_labels),
            ("commonAnnotations", found.tables.common_annotations),
        ):
            texts = kustomization.root.get(key)
            if texts is not None:
                with self._step(location_of(texts), kustomization.path):
                    transformers.set_texts(found.resources, texts, table)

    def _old_patch(self, level: _Level, node: Node, found: _Accumulator) -> None:
        """Apply an item of `patchesStrategicMerge`: a path, or the patch itself."""
        with self._step(location_of(node), scalar_text(node)), _lenient(found):
            is_path = "\n" not in scalar_text(node).strip() and ":" not in scalar_text(node)
            path, pieces = self.loader.patch(level.folder, node, is_path=is_path)
            if path:
                self.edges.append(Edge("patch", path, location_of(node)))
            if not pieces:
                raise RefusedError(scalar_text(node))
            patches.merge_named(found.resources, pieces)

    def _patch(self, level: _Level, entry: Node, found: _Accumulator, *, is_old: bool) -> None:
        """Apply an item of `patches` or of `patchesJson6902`."""
        text, file = entry.get("patch"), entry.get("path")
        by_path = scalar_text(file)
        target = joined(level.folder, by_path) if by_path else level.kustomization.path
        with self._step(location_of(entry), target), _lenient(found):
            if bool(scalar_text(text).strip()) is bool(by_path):
                raise RefusedError("patch, path")
            given = file if by_path else text
            assert given is not None  # noqa: S101 - one of them has a text
            path, pieces = self.loader.patch(level.folder, given, is_path=bool(by_path))
            if path:
                self.edges.append(Edge("patch", path, location_of(given)))
            selected = entry.get("target")
            selector = Selector.of(selected) if selected is not None else None
            if not is_old:
                patches.apply(found.resources, pieces, selector, patches.options_of(entry))
            elif selector is None or not selector.name or not pieces:
                raise RefusedError("target")
            else:
                operations = items_of(pieces[0])
                patches.operate(found.resources, operations, selector, remember=False)

    def _replacement(self, level: _Level, entry: Node, found: _Accumulator) -> None:
        file = entry.get("path")
        with self._step(location_of(entry), scalar_text(file)), _lenient(found):
            listed = [entry]
            if file is not None and scalar_text(file):
                path, documents = self.loader.patch(level.folder, file, is_path=True)
                self.edges.append(Edge("replacement", path, location_of(file)))
                root = documents[0] if documents else Node({})
                listed = items_of(root) or [root]
            for one in listed:
                replace(found.resources, one)


@contextmanager
def _lenient(found: _Accumulator) -> Iterator[None]:
    """Leave out what has no target where that may be in a source that was not read."""
    try:
        yield
    except patches.NoTargetError:
        if found.is_whole:
            raise


def _is_in(folder: str, above: str) -> bool:
    return above == "." or folder == above or folder.startswith(f"{above}/")


def _is_list(node: Node) -> bool:
    return node.value is None or isinstance(node.value, list)


def _moved(manifest: Manifest, namespace: str) -> Manifest:
    names = (manifest.api_version, manifest.kind, namespace, manifest.name)
    return Manifest(manifest.document, manifest.route, manifest.root, *names)


def _place_of(kustomization: Kustomization) -> Location:
    if kustomization.document is None:
        return nowhere(kustomization.path)
    return whole(kustomization.document)


def _added(root: Node, more: Node | None) -> Node:
    """Return the members of a kustomization with those added that come from elsewhere."""
    if more is None or not isinstance(more.value, dict):
        return root
    members = dict(root.value) if isinstance(root.value, dict) else {}
    for key, value in more.value.items():
        before = members.get(key)
        if not isinstance(value.value, list) or before is None:
            members[key] = value
            continue
        names = {scalar_text(one.get("name")) for one in value.value} if key == "images" else set()
        kept = [
            one
            for one in items_of(before)
            if scalar_text(one.get("name")) not in names or not names
        ]
        members[key] = Node([*kept, *value.value], before.places)
    return Node(members, root.places or more.places)
