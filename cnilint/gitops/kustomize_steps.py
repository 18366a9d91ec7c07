"""What a kustomization adds to its objects and does to them, step by step.

kubernetes-sigs/kustomize@kustomize/v5.7.1:api/internal/target/kusttarget_configplugin.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.gitops import kustomize_generators as generators
from cnilint.gitops import kustomize_patches as patches
from cnilint.gitops import kustomize_transformers as transformers
from cnilint.gitops.built import BuiltNode
from cnilint.gitops.files import joined
from cnilint.gitops.graph import Edge
from cnilint.gitops.kustomize_loading import Kustomization, Loader, location_of
from cnilint.gitops.kustomize_replacements import replace
from cnilint.gitops.kustomize_resources import (
    Copies,
    KustomizeRefusedError,
    items_of,
    place_of,
    scalar_text,
)
from cnilint.gitops.kustomize_selectors import Selector
from cnilint.gitops.kustomize_state import Accumulator, BuildLevel, Journal, lenient, moved


class Steps:
    """The generators and transformers of kustomizations."""

    def __init__(self, loader: Loader, journal: Journal) -> None:
        """Take what reads files, and where notes go."""
        self.copies = Copies()
        self.loader = loader
        self.journal = journal

    def generate(
        self,
        level: BuildLevel,
        kind: str,
        entry: BuiltNode,
        found: Accumulator,
        common: BuiltNode | None = None,
    ) -> None:
        """Add the object that an entry of a generator stands for; `common` are all ones' options.

        RefusedError if Kustomize refuses to.
        """
        pairs = list(self._pairs(level, entry))
        options = [one for one in (entry.get("options"), common) if one is not None]
        resource = generators.resource_of(kind, entry, options, pairs)
        try:
            generators.absorb(found.resources, resource)
        except KustomizeRefusedError:
            if found.is_whole:
                raise
            found.resources.append(resource)

    def _pairs(self, level: BuildLevel, entry: BuiltNode) -> Iterator[generators.GeneratedPair]:
        alone = entry.get("env")
        envs = items_of(entry.get("envs")) + (
            [alone] if alone is not None and scalar_text(alone) else []
        )
        for node in envs:
            with self.journal.step(location_of(node), scalar_text(node)):
                path = self.loader.path(level.folder, node)
                self.journal.edges.append(Edge("generator", path, location_of(node)))
                source = self.loader.files.source(path)
                if source is not None:
                    yield from generators.variables(source)
        for node in items_of(entry.get("literals")):
            with self.journal.step(location_of(node), level.kustomization.path):
                key, text = generators.literal(scalar_text(node))
                literal = text.encode(errors="surrogateescape")
                yield generators.GeneratedPair(key, literal, place_of(node))
        for node in items_of(entry.get("files")):
            with self.journal.step(location_of(node), scalar_text(node)):
                key, given = generators.file_source(scalar_text(node))
                path = self.loader.path(level.folder, BuiltNode(given, node.places))
                self.journal.edges.append(Edge("generator", path, location_of(node)))
                content = self.loader.files.content(path)
                if content is not None:
                    yield generators.GeneratedPair(
                        key, content, generators.content_place(self.loader.files, path)
                    )

    def transform(self, level: BuildLevel, found: Accumulator) -> None:
        """Apply what a kustomization does to its objects, in Kustomize's order.

        api/internal/target/kusttarget_configplugin.go configureBuiltinTransformers
        """
        kustomization, resources = level.kustomization, found.resources
        for node in kustomization.items("patchesStrategicMerge"):
            self.old_patch(level, node, found)
        for entry in kustomization.items("patches"):
            self.patch(level, entry, found, is_old=False)
        namespace = kustomization.text("namespace")
        if namespace is not None:
            with self.journal.step(location_of(namespace), kustomization.path):
                found.charts = [moved(one, scalar_text(namespace)) for one in found.charts]
                transformers.set_namespace(resources, namespace, found.tables)
        for key, fields, suffix in (
            ("namePrefix", found.tables.name_prefix, False),
            ("nameSuffix", found.tables.name_suffix, True),
        ):
            affix = kustomization.text(key)
            if affix is not None:
                with self.journal.step(location_of(affix), kustomization.path):
                    transformers.add_affix(resources, affix, fields, suffix=suffix)
        self._labels(kustomization, found)
        for entry in kustomization.items("patchesJson6902"):
            self.patch(level, entry, found, is_old=True)
        for entry in kustomization.items("replicas"):
            with self.journal.step(location_of(entry), kustomization.path), lenient(found):
                transformers.set_replicas(resources, entry, found.tables.replicas)
        for entry in kustomization.items("images", "imageTags"):
            with self.journal.step(location_of(entry), kustomization.path):
                image = transformers.ImageChange.of(entry)
                transformers.set_image(resources, image, found.tables.images)
        for entry in kustomization.items("replacements"):
            self.replacement(level, entry, found)

    def _labels(self, kustomization: Kustomization, found: Accumulator) -> None:
        for label in kustomization.items("labels"):
            pairs = label.get("pairs")
            with self.journal.step(location_of(label), kustomization.path):
                fields = transformers.label_fields(label, found.tables)
                if pairs is not None:
                    transformers.set_texts(found.resources, pairs, fields)
        for key, table in (
            ("commonLabels", found.tables.common_labels),
            ("commonAnnotations", found.tables.common_annotations),
        ):
            texts = kustomization.root.get(key)
            if texts is not None:
                with self.journal.step(location_of(texts), kustomization.path):
                    transformers.set_texts(found.resources, texts, table)

    def old_patch(self, level: BuildLevel, node: BuiltNode, found: Accumulator) -> None:
        """Apply an item of `patchesStrategicMerge`: a path, or the patch itself."""
        with self.journal.step(location_of(node), scalar_text(node)), lenient(found):
            is_path = "\n" not in scalar_text(node).strip() and ":" not in scalar_text(node)
            path, pieces = self.loader.patch(level.folder, node, is_path=is_path)
            if path:
                self.journal.edges.append(Edge("patch", path, location_of(node)))
            if not pieces:
                raise KustomizeRefusedError(scalar_text(node))
            patches.merge_named(found.resources, pieces)

    def patch(
        self, level: BuildLevel, entry: BuiltNode, found: Accumulator, *, is_old: bool
    ) -> None:
        """Apply an item of `patches` or of `patchesJson6902`."""
        text, file = entry.get("patch"), entry.get("path")
        by_path = scalar_text(file)
        target = joined(level.folder, by_path) if by_path else level.kustomization.path
        with self.journal.step(location_of(entry), target), lenient(found):
            if bool(scalar_text(text).strip()) is bool(by_path):
                raise KustomizeRefusedError("patch, path")
            given = file if by_path else text
            assert given is not None  # noqa: S101 - one of them has a text
            path, pieces = self.loader.patch(level.folder, given, is_path=bool(by_path))
            if path:
                self.journal.edges.append(Edge("patch", path, location_of(given)))
            selected = entry.get("target")
            selector = Selector.of(selected) if selected is not None else None
            if not is_old:
                patches.apply(found.resources, pieces, selector, patches.options_of(entry))
            elif selector is None or not selector.name or not pieces:
                raise KustomizeRefusedError("target")
            else:
                operations = items_of(pieces[0])
                patches.operate(found.resources, operations, selector, remember=False)

    def replacement(self, level: BuildLevel, entry: BuiltNode, found: Accumulator) -> None:
        """Apply an item of `replacements`, or those of the file that it names."""
        file = entry.get("path")
        with self.journal.step(location_of(entry), scalar_text(file)), lenient(found):
            listed = [entry]
            if file is not None and scalar_text(file):
                path, documents = self.loader.patch(level.folder, file, is_path=True)
                self.journal.edges.append(Edge("replacement", path, location_of(file)))
                root = documents[0] if documents else BuiltNode({})
                listed = items_of(root) or [root]
            for one in listed:
                replace(found.resources, one, self.copies)
