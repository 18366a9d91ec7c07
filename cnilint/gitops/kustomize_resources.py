"""The objects of a kustomization while it is built, each with the identities it has had.

kubernetes-sigs/kustomize@kustomize/v5.7.1: api/resource, api/resmap, kyaml/resid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnilint.gitops import built
from cnilint.gitops.built import BuiltNode, Place
from cnilint.gitops.kustomize_fields import Gvk
from cnilint.gitops.kustomize_schema import is_cluster_scoped
from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Location
from cnilint.model.text import Span
from cnilint.model.tree import Document, Mapping, Scalar, Tree, child, descend, follow, is_merge
from cnilint.start import NamedTuple, replace
from cnilint.syntax.embedded import resolve
from cnilint.syntax.skim import hides

NO_NAMESPACE = "_non_namespaceable_"
"""What the namespace of an object counts as that has none."""

LOCAL = "config.kubernetes.io/local-config"
"""The annotation of an object that is not part of the result."""


class KustomizeRefusedError(Exception):
    """Something that Kustomize refuses to do: `detail` names it, `place` is where, if known."""

    def __init__(self, detail: str, place: Place | None = None) -> None:
        """Take what is wrong, and where if that is not where the step itself is asked for."""
        super().__init__(detail)
        self.detail = detail
        self.place = place


MOST_COPIED = 500_000
"""Values, characters by sixteens, and places that the replacements of a build copy."""


class Copies:
    """What the replacements of one build copy: what doubles what it copies is ended."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._count = 0

    def take(self, node: BuiltNode) -> None:
        """Count what is copied; RefusedError where it comes to too much."""
        pending = [node]
        while pending:
            one = pending.pop()
            self._count += 1 + len(one.places)
            if isinstance(one.value, dict):
                pending += one.value.values()
            elif isinstance(one.value, list):
                pending += one.value
            elif isinstance(one.value, str):
                self._count += len(one.value) // 16
            if self._count > MOST_COPIED:
                raise KustomizeRefusedError(f"more than {MOST_COPIED:,} copied values")


class Identity(NamedTuple):
    """What an object is or was: two objects with one identity are the same.

    `namespace` is the effective one: `default` if there is none, `NO_NAMESPACE` where there cannot
    be one.
    """

    gvk: Gvk
    name: str
    namespace: str

    def __str__(self) -> str:
        scope = "" if self.namespace == NO_NAMESPACE else f"{self.namespace}/"
        return f"{self.gvk.kind} {scope}{self.name}"


class Resource:
    """An object that is being built; it is read into nodes only when something in it changes."""

    __slots__ = (
        "_manifest",
        "_moved",
        "_root",
        "api_version",
        "behavior",
        "gvk",
        "hashed",
        "kind",
        "name",
        "namespace",
        "prefixes",
        "previous",
        "suffixes",
    )

    def __init__(self, manifest: Manifest | None, root: BuiltNode | None = None) -> None:
        """Take an object of a document as it stands there, or one that was made."""
        self._manifest = manifest
        self._root = root
        self.previous: list[Identity] = []
        """What it was before each of its changes of name, oldest first."""
        self._moved: tuple[str, tuple[Place, ...]] | None = None
        self.prefixes: list[str] = []
        self.suffixes: list[str] = []
        self.hashed = False
        self.behavior = ""
        if manifest is not None:
            self.api_version, self.kind = manifest.api_version, manifest.kind
            self.namespace, self.name = manifest.namespace, manifest.name
            self.gvk = Gvk.of(self.api_version, self.kind)
        else:
            self.synchronise()

    def synchronise(self) -> None:
        """Take over the identity that the nodes have."""
        root = self.root
        self.api_version = scalar_text(root.get("apiVersion"))
        self.kind = scalar_text(root.get("kind"))
        self.gvk = Gvk.of(self.api_version, self.kind)
        self.name = scalar_text(root.get("metadata", "name"))
        self.namespace = scalar_text(root.get("metadata", "namespace"))

    @property
    def is_cluster_scoped(self) -> bool:
        """Whether it is of a kind that is known to have no namespace."""
        return is_cluster_scoped(self.api_version, self.kind)

    @property
    def identity(self) -> Identity:
        """What it is now."""
        if self.is_cluster_scoped:
            return Identity(self.gvk, self.name, NO_NAMESPACE)
        return Identity(self.gvk, self.name, self.namespace or "default")

    @property
    def original(self) -> Identity:
        """What it was when it was read."""
        return self.previous[0] if self.previous else self.identity

    @property
    def was_renamed(self) -> bool:
        """Whether it has had another name."""
        return any(one.name != self.name for one in self.previous)

    def had_name(self, name: str) -> bool:
        """Whether one of its earlier identities had a name."""
        return any(one.name == name for one in self.previous)

    def remember(self) -> None:
        """Note what it is now as what it was before the change that follows."""
        self.previous.append(self.identity)

    def inherit(self, other: Resource) -> None:
        """Take over the history of an object that this one replaces."""
        self.previous = list(other.previous)
        self.prefixes, self.suffixes = list(other.prefixes), list(other.suffixes)

    def become(self, root: BuiltNode) -> None:
        """Be another object from now on, with the history that this one has."""
        self._root = root
        self.synchronise()

    @property
    def root(self) -> BuiltNode:
        """The object as nodes that may be changed; from now on it is no longer as it was read."""
        if self._root is None:
            assert self._manifest is not None  # noqa: S101 - one of the two is always given
            self._root = built.read(
                self._manifest.document, self._manifest.route, self._manifest.root
            )
            if self._moved is not None:
                _set_namespace(self._root, *self._moved)
        return self._root

    def set_namespace(self, namespace: str, places: tuple[Place, ...]) -> None:
        """Give it a namespace. Alone, that changes no more than what the object is called."""
        if namespace == self.namespace:
            return
        self.namespace = namespace
        if self._root is None:
            self._moved = (namespace, places)
        else:
            _set_namespace(self._root, namespace, places)

    def set_name(self, name: str) -> None:
        """Give it a name."""
        metadata = mapping_member(self.root, "metadata")
        before = metadata.get("name")
        metadata["name"] = BuiltNode(name, before.places if before is not None else ())
        self.name = name

    def tree(self, *steps: str) -> Tree | BuiltNode | None:
        """Return what stands at the end of some steps, without reading the object into nodes."""
        if self._root is not None or self._manifest is None:
            return self.root.get(*steps)
        return descend(self._manifest.root, *steps)

    def may_hold(self, text: str) -> bool:
        """Whether a text may stand in the object: it may, unless its document has it nowhere."""
        if self._root is not None or self._manifest is None:
            return True
        source, span = self._manifest.document.source, self._manifest.document.span
        longest = max(text.split("."), key=len) if is_word(text) else ""
        return source.text.find(longest, *span) != -1 or hides(source.text, span)

    def texts(self, name: str) -> dict[str, str]:
        """Return the labels or annotations as texts."""
        found = self.tree("metadata", name)
        if isinstance(found, BuiltNode):
            value = found.value
            return {k: scalar_text(v) for k, v in value.items()} if isinstance(value, dict) else {}
        tree = follow(found) if found is not None else None
        if not isinstance(tree, Mapping):
            return {}
        return {key: tree_text(child(tree, key)) for key in {e.key.text for e in tree.entries}}

    def finish(self) -> None:
        """Write annotations as Kustomize puts them out: as texts, and none where there are none."""
        found = self.tree("metadata", "annotations")
        if found is None or (not isinstance(found, BuiltNode) and _are_texts(found)):
            return
        metadata = mapping_member(self.root, "metadata")
        annotations = metadata["annotations"]
        members = annotations.value if isinstance(annotations.value, dict) else {}
        for node in members.values():
            if not isinstance(node.value, str | dict | list):
                node.value, node.written = scalar_text(node), ""
        if not members:
            del metadata["annotations"]

    def manifest(self, title: str) -> Manifest:
        """Return the finished object; `title` tells its document apart where it has to be made."""
        if self._root is None and self._manifest is not None:
            if self._manifest.namespace == self.namespace:
                return self._manifest
            return replace(self._manifest, namespace=self.namespace)
        document = built.document(self.root, title)
        root = document.root
        assert isinstance(root, Mapping)  # noqa: S101 - an object is a mapping
        names = (self.api_version, self.kind, self.namespace, self.name)
        return Manifest(document, (), root, *names)

    @property
    def place(self) -> Place | None:
        """Where the object was written last, None if the tool made all of it."""
        if self._manifest is not None:
            return Place(self._manifest.document, self._manifest.route)
        return place_of(self.root)


def _are_texts(tree: Tree) -> bool:
    root = follow(tree)
    return (
        isinstance(root, Mapping)
        and bool(root.entries)
        and all(
            isinstance(value := follow(entry.value), Scalar) and isinstance(value.value, str)
            for entry in root.entries
            if not is_merge(entry)
        )
    )


def is_word(text: str) -> bool:
    """Whether a text is written the same way in any kind of quotes."""
    return all(letter.isalnum() or letter in "._-/" for letter in text)


def _set_namespace(root: BuiltNode, namespace: str, added: tuple[Place, ...]) -> None:
    metadata = mapping_member(root, "metadata")
    before = metadata.get("namespace")
    places = before.places if before is not None else ()
    metadata["namespace"] = BuiltNode(namespace, (*places, *added))


def mapping_member(node: BuiltNode, name: str) -> dict[str, BuiltNode]:
    """Return a member that is a mapping, made where there is none; RefusedError if it is none."""
    if not isinstance(node.value, dict):
        raise KustomizeRefusedError(f"{name}: not in a mapping")
    found = node.value.get(name)
    if found is None or found.value is None:
        found = node.value[name] = BuiltNode({})
    if not isinstance(found.value, dict):
        raise KustomizeRefusedError(f"{name}: no mapping", place_of(found))
    return found.value


def scalar_text(node: BuiltNode | None) -> str:
    """Return a scalar as it is written, empty for anything else."""
    if node is None or isinstance(node.value, dict | list):
        return ""
    if isinstance(node.value, str):
        return node.value
    if node.written or node.value is None:
        return node.written
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return str(node.value)


def place_of(node: BuiltNode) -> Place | None:
    """Return where a value was written last, None if the tool made it."""
    return node.places[-1] if node.places else None


def items_of(node: BuiltNode | None) -> list[BuiltNode]:
    """Return the items of a list, nothing for anything else."""
    return node.value if node is not None and isinstance(node.value, list) else []


def tree_text(tree: Tree | None) -> str:
    """Return a scalar of a document as it is written, empty for anything else."""
    found = follow(tree) if tree is not None else None
    return found.text if isinstance(found, Scalar) else ""


class Resources:
    """The objects of a kustomization in order; no two have one identity."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._listed: list[Resource] = []
        self._present: dict[Identity, int] | None = {}
        self._ever: dict[Identity, list[Resource]] | None = None

    def __iter__(self) -> Iterator[Resource]:
        return iter(tuple(self._listed))

    def __len__(self) -> int:
        return len(self._listed)

    def changed(self) -> None:
        """Say that an object of these has another identity than before."""
        self._present = self._ever = None

    def append(self, resource: Resource) -> None:
        """Add an object; RefusedError if there is one of its identity."""
        identity = resource.identity
        if identity in self._by_identity():
            raise KustomizeRefusedError(str(identity), resource.place)
        self._by_identity()[identity] = len(self._listed)
        self._listed.append(resource)
        if self._ever is not None:
            for one in {identity, *resource.previous}:
                self._ever.setdefault(one, []).append(resource)

    def replace_all(self, resources: Iterable[Resource]) -> None:
        """Keep these objects only, in this order."""
        self._listed = list(resources)
        self.changed()

    def exchange(self, old: Resource, new: Resource) -> None:
        """Put an object in the place of another."""
        self._listed[self._listed.index(old)] = new
        self.changed()

    def with_identity(self, identity: Identity) -> list[Resource]:
        """Return the objects that have an identity or had it."""
        if self._ever is None:
            self._ever = {}
            for resource in self._listed:
                for one in {resource.identity, *resource.previous}:
                    self._ever.setdefault(one, []).append(resource)
        return list(self._ever.get(identity, ()))

    def repeated(self) -> Resource | None:
        """Return an object of whose identity there is another one, if there is any."""
        seen: set[Identity] = set()
        for resource in self._listed:
            identity = resource.identity
            if identity in seen:
                return resource
            seen.add(identity)
        return None

    def _by_identity(self) -> dict[Identity, int]:
        if self._present is None:
            self._present = {one.identity: at for at, one in enumerate(self._listed)}
        return self._present


def location(place: Place) -> Location:
    """Return a place as one that findings have: the deepest part of it that stands in the text."""
    document, route = place
    for depth in range(len(route), -1, -1):
        tree = resolve(document, route[:depth])
        if tree is not None:
            return Location(document.source, tree.span, route[:depth], document)
    return Location(document.source, Span(0, 0), (), document)


def whole(document: Document) -> Location:
    """Return the place of a document as a whole: what its first line says."""
    end = document.source.text.find("\n", document.root.span.start)
    start = document.root.span.start
    return Location(document.source, Span(start, max(start, end)), (), document)
