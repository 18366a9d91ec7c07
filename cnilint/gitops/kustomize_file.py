"""Reading a kustomization's own file: its members by their right names, wrong ones noted."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.gitops.built import BuiltNode, read
from cnilint.gitops.files import joined
from cnilint.gitops.graph import UnreadReason
from cnilint.gitops.kustomize_loading import (
    FILE_NAMES,
    Kustomization,
    Loader,
    location_of,
    nowhere,
)
from cnilint.gitops.kustomize_resources import items_of, scalar_text, whole
from cnilint.gitops.kustomize_state import Journal
from cnilint.model.finding import Location
from cnilint.model.text import Span
from cnilint.model.tree import Document, Mapping, follow

API_VERSION = "kustomize.config.k8s.io/v1beta1"
COMPONENT_VERSION = "kustomize.config.k8s.io/v1alpha1"

Shape = str | list["Shape"] | dict[str, "Shape"]
"""What a value has to be: a scalar of a name, a list of one shape, or members by their names.

The member `*` stands for any, and an empty mapping for whatever there is.
"""

_TEXT, _FLAG, _NUMBER = "text", "flag", "number"
_TEXTS: list[Shape] = [_TEXT]
_PAIRS: dict[str, Shape] = {"*": _TEXT}
_SELECTOR: dict[str, Shape] = dict.fromkeys(
    ("group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"), _TEXT
)
_OPTIONS: dict[str, Shape] = {
    "labels": _PAIRS,
    "annotations": _PAIRS,
    "disableNameSuffixHash": _FLAG,
    "immutable": _FLAG,
}
_GENERATOR: dict[str, Shape] = {
    **dict.fromkeys(("name", "namespace", "behavior", "env"), _TEXT),
    **dict.fromkeys(("literals", "files", "envs"), _TEXTS),
    "options": _OPTIONS,
}
_PATCHES: list[Shape] = [
    {"path": _TEXT, "patch": _TEXT, "target": _SELECTOR, "options": {"*": _FLAG}}
]
_IMAGES: list[Shape] = [dict.fromkeys(("name", "newName", "newTag", "tagSuffix", "digest"), _TEXT)]
_SHAPES: dict[str, Shape] = {
    **dict.fromkeys(("apiVersion", "kind", "namePrefix", "nameSuffix", "namespace"), _TEXT),
    **dict.fromkeys(("resources", "bases", "components", "crds", "configurations"), _TEXTS),
    **dict.fromkeys(("generators", "transformers", "validators", "buildMetadata"), _TEXTS),
    **dict.fromkeys(("commonLabels", "commonAnnotations", "openapi"), _PAIRS),
    **{key: {} for key in ("metadata", "sortOptions", "helmGlobals")},
    "labels": [
        {"pairs": _PAIRS, "includeSelectors": _FLAG, "includeTemplates": _FLAG, "fields": [{}]}
    ],
    "patchesStrategicMerge": _TEXTS,
    "patchesJson6902": _PATCHES,
    "patches": _PATCHES,
    "images": _IMAGES,
    "imageTags": _IMAGES,
    "replacements": [{}],
    "replicas": [{"name": _TEXT, "count": _NUMBER}],
    "vars": [{}],
    "configMapGenerator": [_GENERATOR],
    "secretGenerator": [{**_GENERATOR, "type": _TEXT}],
    "generatorOptions": _OPTIONS,
    "helmCharts": [{}],
    "helmChartInflationGenerator": [{}],
}
"""The members that a kustomization may have; api/types/kustomization.go."""

_BY_NAME = {key.lower(): key for key in _SHAPES}


def wrong_values(node: BuiltNode, shape: Shape) -> Iterator[BuiltNode]:
    """Yield the values that Go's decoder refuses for a shape; null is nothing everywhere."""
    value = node.value
    if value is None or shape == {}:
        return
    if isinstance(shape, list):
        if not isinstance(value, list):
            yield node
        for item in value if isinstance(value, list) else ():
            yield from wrong_values(item, shape[0])
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            yield node
            return
        by_name = {key.lower(): one for key, one in shape.items()}
        for key, member in value.items():
            known = by_name.get(key.lower(), shape.get("*"))
            if known is None:
                yield member
            else:
                yield from wrong_values(member, known)
    elif not _is_of(value, shape):
        yield node


def _is_of(value: object, shape: str) -> bool:
    if shape == _TEXT:
        return isinstance(value, str)
    return isinstance(value, bool) if shape == _FLAG else type(value) is int


class KustomizationReader:
    """Reads kustomization files and notes what is wrong with them."""

    def __init__(self, loader: Loader, journal: Journal) -> None:
        """Take what reads files, and where notes go."""
        self.loader = loader
        self.journal = journal

    def kustomization(
        self, folder: str, said: Location, more: BuiltNode | None = None
    ) -> Kustomization | None:
        """Return the kustomization of a folder; None if there is none, which is noted."""
        paths = self.loader.file_name(folder)
        if not paths and more is not None:
            return Kustomization(
                folder, joined(folder, FILE_NAMES[0]), None, _added(BuiltNode({}), more)
            )
        if not paths:
            self.journal.note(UnreadReason.MISSING, joined(folder, FILE_NAMES[0]), said)
            return None
        documents, problem = self.loader.documents(paths[0])
        if len(paths) > 1:
            place = whole(documents[0]) if documents else nowhere(paths[0])
            self.journal.note(UnreadReason.NOT_BUILT, folder, place, paths[1])
        if problem is not None:
            self.journal.not_read.append(problem)
        if not documents:
            if problem is None:
                source = self.loader.files.source(paths[0])
                place = Location(source, Span(0, 0)) if source else nowhere(paths[0])
                self.journal.note(UnreadReason.NOT_BUILT, paths[0], place, "empty")
            return None
        root = self._root(documents[0], paths[0])
        if root is None:
            return None
        return Kustomization(folder, paths[0], documents[0], _added(root, more))

    def _root(self, document: Document, path: str) -> BuiltNode | None:
        """Return the members of a kustomization by their right names; wrong ones are noted."""
        if not isinstance(follow(document.root), Mapping):
            self.journal.note(UnreadReason.NOT_BUILT, path, whole(document), "no mapping")
            return None
        root = read(document)
        assert isinstance(root.value, dict)  # noqa: S101 - a mapping
        members: dict[str, BuiltNode] = {}
        for name, value in root.value.items():
            key = _BY_NAME.get(name.lower())
            wrong = [value] if key is None else list(wrong_values(value, _SHAPES[key]))
            for one in wrong[:1]:
                self.journal.note(UnreadReason.NOT_BUILT, path, location_of(one), name)
            if key is not None and value not in wrong:
                members[key] = value
        if not root.value.keys() - {"apiVersion", "kind"}:
            self.journal.note(UnreadReason.NOT_BUILT, path, whole(document), "empty")
        self._check(members, path)
        return BuiltNode(members, root.places)

    def _check(self, members: dict[str, BuiltNode], path: str) -> None:
        kind, version = members.get("kind"), members.get("apiVersion")
        said = scalar_text(kind) or "Kustomization"
        right = COMPONENT_VERSION if said == "Component" else API_VERSION
        for node, wrong in (
            (kind, said not in ("Kustomization", "Component")),
            (version, scalar_text(version) not in ("", right)),
        ):
            if node is not None and wrong:
                where = location_of(node)
                self.journal.note(UnreadReason.NOT_BUILT, path, where, scalar_text(node))


def _added(root: BuiltNode, more: BuiltNode | None) -> BuiltNode:
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
        members[key] = BuiltNode([*kept, *value.value], before.places)
    return BuiltNode(members, root.places or more.places)
