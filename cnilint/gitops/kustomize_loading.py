"""Reading what a kustomization names: its own file, objects, patches and plain files.

Nothing is downloaded, and nothing outside of the repository is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cnilint.gitops.built import BuiltNode, Place, read
from cnilint.gitops.built import document as made_document
from cnilint.gitops.files import Files, joined, leaves
from cnilint.gitops.graph import NotRead, UnreadReason
from cnilint.gitops.kustomize_addresses import is_remote_file
from cnilint.gitops.kustomize_resources import location, place_of, scalar_text, tree_text, whole
from cnilint.kube.manifest import Manifest, manifests
from cnilint.model.finding import Location
from cnilint.model.text import Source, Span
from cnilint.model.tree import (
    Document,
    Embedded,
    Mapping,
    Route,
    Scalar,
    SyntaxProblem,
    Tree,
    child,
    follow,
)
from cnilint.model.tree import Sequence as SequenceTree
from cnilint.start import NamedTuple
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import resolve

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""kubernetes-sigs/kustomize@kustomize/v5.7.1:api/konfig/general.go."""

Remote = Callable[[str], Sequence[Document] | None]
"""What an address holds, as documents, None where that is not known."""


class NotReadError(Exception):
    """Something that could not be followed."""

    def __init__(self, not_read: NotRead | None) -> None:
        """Take what it is, None if that was noted already."""
        super().__init__()
        self.not_read = not_read


class Kustomization(NamedTuple):
    """A kustomization file: `folder` is where it lies, by its real name."""

    folder: str
    path: str
    document: Document | None
    root: BuiltNode

    def items(self, *keys: str) -> Iterator[BuiltNode]:
        """Yield the items of its lists of some names, in that order."""
        for key in keys:
            found = self.root.get(key)
            if found is not None and isinstance(found.value, list):
                yield from found.value

    def text(self, key: str) -> BuiltNode | None:
        """Return a member that is a scalar with some text."""
        found = self.root.get(key)
        return found if found is not None and scalar_text(found) else None


class Loader:
    """Reads what the kustomizations of one build name."""

    def __init__(self, files: Files, remote: Remote | None) -> None:
        """Take the repository, and who knows what addresses hold."""
        self.files = files
        self.remote = remote

    def file_name(self, folder: str) -> list[str]:
        """Return the paths of the kustomization files in a folder: there should be one."""
        names = (joined(folder, name) for name in FILE_NAMES)
        return [path for path in names if self.files.is_file(path)]

    def path(self, folder: str, node: BuiltNode) -> str:
        """Return the file that a scalar names; NotReadError if there is none that may be read."""
        given, place = scalar_text(node), location_of(node)
        if is_remote_file(given):
            raise NotReadError(NotRead(UnreadReason.REMOTE, given, place))
        target = joined(folder, given)
        if leaves(target):
            raise NotReadError(NotRead(UnreadReason.OUTSIDE, given, place))
        if not self.files.is_file(target):
            reason = (
                UnreadReason.MISSING
                if self.files.real(target) is not None
                else UnreadReason.OUTSIDE
            )
            raise NotReadError(NotRead(reason, target, place))
        return target

    def documents(self, path: str) -> tuple[list[Document], NotRead | None]:
        """Return the documents of a file, and the first part of it that cannot be read."""
        documents, problem = [], None
        for one in self.files.found(path):
            if isinstance(one, Document):
                documents.append(one)
            elif problem is None and one.kind != "duplicate-key":
                problem = _unreadable(path, one)
        if problem is None and self.files.source(path) is None:
            place = Location(Source(path, ""), Span(0, 0))
            problem = NotRead(self.files.reason(path), path, place)
        return documents, problem

    def patch(self, folder: str, node: BuiltNode, *, is_path: bool) -> tuple[str, list[BuiltNode]]:
        """Return the file and the documents of a patch, which is a path or its text itself."""
        if not is_path:
            return "", inline(node)
        path = self.path(folder, node)
        documents, problem = self.documents(path)
        if problem is not None:
            raise NotReadError(problem)
        return path, [read(document) for document in documents]


def _unreadable(path: str, problem: SyntaxProblem) -> NotRead:
    reason = UnreadReason.TEMPLATE if problem.kind == "template" else UnreadReason.SYNTAX
    return NotRead(reason, path, Location(problem.source, problem.span), problem.message)


def inline(node: BuiltNode) -> list[BuiltNode]:
    """Return the documents of a text inside of a file, each value with its place in there.

    Kustomize takes it without the white space around it, so that no value at its end has a line
    feed. NotReadError if it is no YAML.
    """
    text = scalar_text(node)
    place = place_of(node)
    source = Source(place.document.source.path if place is not None else "", text.rstrip())
    found = [one for one in compose(source) if isinstance(one, Document) or _is_bad(one)]
    for one in found:
        if isinstance(one, SyntaxProblem):
            detail = one.message
            raise NotReadError(NotRead(UnreadReason.SYNTAX, "", location_of(node), detail))
    documents = [one for one in found if isinstance(one, Document)]
    if len(documents) == 1 and place is not None:
        tree = _inside(place, text)
        if tree is not None:
            placed = read(place.document, (*place.route, Embedded.YAML), tree)
            return [_with_places(read(documents[0]), placed)]
    return [_placed(read(one), node.places) for one in documents]


def _is_bad(one: SyntaxProblem) -> bool:
    return one.kind != "duplicate-key"


def _inside(place: Place, text: str) -> Tree | None:
    """Return the tree of what a string holds, if the string is the one at the place."""
    scalar = resolve(place.document, place.route)
    found = follow(scalar) if scalar is not None else None
    if not isinstance(found, Scalar) or found.value != text:
        return None
    return resolve(place.document, (*place.route, Embedded.YAML))


def _with_places(node: BuiltNode, placed: BuiltNode) -> BuiltNode:
    """Return values with the places of the same ones in another text."""
    value = node.value
    if isinstance(value, dict) and isinstance(placed.value, dict):
        value = {key: _with_places(one, placed.value[key]) for key, one in value.items()}
    elif isinstance(value, list) and isinstance(placed.value, list):
        value = list(map(_with_places, value, placed.value))
    return BuiltNode(value, placed.places, placed.doubt, placed.written)


def _placed(node: BuiltNode, places: tuple[Place, ...]) -> BuiltNode:
    """Return nodes that all have the same places."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _placed(one, places) for key, one in value.items()}
    elif isinstance(value, list):
        value = [_placed(one, places) for one in value]
    return BuiltNode(value, places, node.doubt, node.written)


def named_by(document: Document, node: BuiltNode) -> Document:
    """Return a document of another repository, which stands where its address does.

    Nothing in it can be edited: what is to be changed goes into a patch.
    """
    root = _placed(read(document), ())
    root.places = node.places
    return made_document(root, f"{document.source.path}#{document.index}")


def location_of(node: BuiltNode) -> Location:
    """Return where a value was written last; an empty place where the tool made it."""
    place = place_of(node)
    return location(place) if place is not None else nowhere("")


def nowhere(path: str) -> Location:
    """Return the place of something of which there is no text."""
    return Location(Source(path, ""), Span(0, 0))


class Objects(NamedTuple):
    """The objects of some documents in Kustomize's order, and what is no object."""

    manifests: list[Manifest]
    problems: list[Location]


def objects(documents: Sequence[Document]) -> Objects:
    """Return the objects of a file's documents.

    Those of lists come behind the others, unless a list is all there is. What has no kind or name
    is a problem; what is empty is nothing (api/resource/factory.go inlineAnyEmbeddedLists).
    """
    found = Objects([], [])
    pending: list[tuple[Document, Route, Tree]] = [(one, (), one.root) for one in documents]
    known = {
        (id(document), manifest.route): manifest
        for document in documents
        for manifest in manifests(document)
    }
    while pending:
        document, route, tree = pending.pop(0)
        root = follow(tree)
        if isinstance(root, Mapping | SequenceTree) and not _size(root):
            continue
        kind = tree_text(child(root, "kind"))
        if isinstance(root, Mapping) and kind.endswith("List"):
            listed = child(root, "items")
            items = follow(listed) if listed is not None else None
            if isinstance(items, SequenceTree):
                pending += [
                    (document, (*route, "items", at), one) for at, one in enumerate(items.items)
                ]
                continue
            if items is not None:
                continue
        found_one = known.get((id(document), route))
        manifest = found_one if found_one is not None else _manifest(document, route, root)
        if manifest is None or not (manifest.name or kind.endswith("List")):
            place = location(Place(document, route)) if route else whole(document)
            found.problems.append(place)
        else:
            found.manifests.append(manifest)
    return found


def _size(root: Mapping | SequenceTree) -> int:
    return len(root.entries if isinstance(root, Mapping) else root.items)


def _manifest(document: Document, route: Route, root: Tree) -> Manifest | None:
    """Return an object whose identity is not written as Kubernetes would have it."""
    kind = tree_text(child(root, "kind"))
    if not isinstance(root, Mapping) or not kind:
        return None
    metadata = child(root, "metadata")
    name, namespace = (
        tree_text(child(metadata, key)) if metadata is not None else ""
        for key in ("name", "namespace")
    )
    version = tree_text(child(root, "apiVersion"))
    return Manifest(document, route, root, version, kind, namespace, name)
