"""Objects that a build puts together, in which each value knows the text that wrote it.

A build (Kustomize, a generic chart, Flux's substitution) works on `BuiltNode`s: a value with its
place in a file. Its result is a `BuiltDocument`: a document whose text nobody wrote, so that
everything that reads documents can read it, with a place for each of its values. What is said of it
is said of those places.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from cnilint.kube.manifest import Manifest
from cnilint.model.text import Source, Span
from cnilint.model.tree import (
    Document,
    Embedded,
    Entry,
    Route,
    Scalar,
    ScalarValue,
    Sequence,
    Style,
    Tree,
    Value,
    follow,
    members,
)
from cnilint.model.tree import Mapping as MappingTree
from cnilint.start import NamedTuple, dataclass

PREFIX = "built:"
"""What the path of a text begins with that nobody wrote."""


class Place(NamedTuple):
    """A value in a document that was read: what is edited to change it."""

    document: Document
    route: Route


class BuiltNode:
    """A value of an object that is being built, with the place of the text that wrote it last.

    `value` is a scalar's value, a list of nodes, or a dict of nodes by name; `written` is the text
    of a scalar that is no string (`1.10`). `places` are the texts that wrote it, the last of them
    last; it has none where the tool itself made it. `doubt` says why the value is not known to be
    the one that a cluster gets (a substitution whose variable is not in view, say), empty where it
    is known.
    """

    __slots__ = ("doubt", "places", "value", "written")

    def __init__(
        self,
        value: ScalarValue | list[BuiltNode] | dict[str, BuiltNode],
        places: tuple[Place, ...] = (),
        doubt: str = "",
        written: str = "",
    ) -> None:
        """Take a value, where it was written, why it may be another one, and its text."""
        self.value = value
        self.places = places
        self.doubt = doubt
        self.written = written

    def get(self, *steps: str | int) -> BuiltNode | None:
        """Return the node at the end of some steps, or None."""
        found: BuiltNode | None = self
        for step in steps:
            value = found.value if found is not None else None
            if isinstance(value, dict) and isinstance(step, str):
                found = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and -1 < step < len(value):
                found = value[step]
            else:
                return None
        return found

    def text(self, *steps: str | int) -> str:
        """Return the string at the end of some steps, empty where there is none."""
        found = self.get(*steps)
        return found.value if found is not None and isinstance(found.value, str) else ""

    def plain(self) -> Value:
        """Return the value without its places."""
        if isinstance(self.value, dict):
            return {key: one.plain() for key, one in self.value.items()}
        if isinstance(self.value, list):
            return [one.plain() for one in self.value]
        return self.value

    def copy(self) -> BuiltNode:
        """Return a node that can be changed without changing this one."""
        value = self.value
        if isinstance(value, dict):
            value = {key: one.copy() for key, one in value.items()}
        elif isinstance(value, list):
            value = [one.copy() for one in value]
        return BuiltNode(value, self.places, self.doubt, self.written)


def read(document: Document, route: Route = (), tree: Tree | None = None) -> BuiltNode:
    """Return what stands at a route of a document; merge keys and aliases are resolved.

    `tree` is what stands there, where the caller has it already. What was built before keeps the
    places and doubts that it has.
    """
    found = follow(document.root if tree is None else tree)
    if isinstance(document, BuiltDocument):
        places, doubt = document.places.get(route, ()), document.doubts.get(route, "")
    else:
        places, doubt = (Place(document, route),), ""
    if isinstance(found, Scalar):
        written = "" if isinstance(found.value, str) else found.text
        return BuiltNode(found.value, places, doubt, written)
    if isinstance(found, Sequence):
        listed = [read(document, (*route, at), item) for at, item in enumerate(found.items)]
        return BuiltNode(listed, places, doubt)
    named = {key: read(document, (*route, key), one) for key, one in members(found).items()}
    return BuiltNode(named, places, doubt)


def as_node(one: Manifest) -> BuiltNode:
    """Return an object as nodes that know their places."""
    return read(one.document, one.route, one.root)


def rebuilt(one: Manifest, root: BuiltNode) -> Manifest:
    """Return an object that was changed, as one of a document of its own."""
    name = root.text("metadata", "name") or root.text("metadata", "generateName")
    namespace = root.text("metadata", "namespace")
    kind = root.text("kind")
    whole = document(root, f"{one.document.source.path}: {kind} {namespace}/{name}")
    tree = whole.root
    assert isinstance(tree, MappingTree)  # noqa: S101  an object is a mapping before and after
    api_version = root.text("apiVersion")
    return Manifest(whole, (), tree, api_version, kind, namespace, name)


def made(value: Value, *places: Place) -> BuiltNode:
    """Return a plain value as nodes that all have the same places."""
    if isinstance(value, dict):
        return BuiltNode({key: made(one, *places) for key, one in value.items()}, places)
    if isinstance(value, list):
        return BuiltNode([made(one, *places) for one in value], places)
    return BuiltNode(value, places)


@dataclass(frozen=True, slots=True, eq=False)
class BuiltDocument(Document):
    """A document that a build put together. `places` and `doubts` are by the routes of its values.

    A value that is missing in `places` was made by the tool, or stands inside one that is there.
    """

    places: Mapping[Route, tuple[Place, ...]] = None  # type: ignore[assignment]  # always given
    doubts: Mapping[Route, str] = None  # type: ignore[assignment]  # always given

    def place(self, route: Route) -> Place | None:
        """Return the place of a value, of a member that is not there, or of something inside.

        It is that of the nearest value around it that was written, followed by the steps from
        there; None where nothing around it was written. What a string holds that is a file as a
        whole is what the file's own document has.
        """
        for depth in range(len(route), -1, -1):
            found = self.places.get(route[:depth])
            if found:
                last = found[-1]
                steps = route[depth:]
                if not last.route and not isinstance(follow(last.document.root), Scalar):
                    while steps and isinstance(steps[0], Embedded):
                        steps = steps[1:]
                return Place(last.document, (*last.route, *steps))
        return None

    def doubt(self, route: Route) -> str:
        """Return why a value, something around it or something inside it is not known for sure."""
        for at, why in self.doubts.items():
            if at == route[: len(at)] or route == at[: len(route)]:
                return why
        return ""


def written_in(document: Document) -> Document:
    """Return the document that an object stands in; of a built one that of its base."""
    places = document.places.get(()) if isinstance(document, BuiltDocument) else None
    return places[0].document if places else document


def place_in(one: Manifest, *steps: str | int) -> Place:
    """Return where a value of an object was written, also where the object was built."""
    route = (*one.route, *steps)
    found = one.document.place(route) if isinstance(one.document, BuiltDocument) else None
    return found or Place(one.document, route)


def document(root: BuiltNode, title: str) -> BuiltDocument:
    """Return an object as a document whose text is YAML. `title` tells it apart from others."""
    writer = _Writer()
    tree = writer.block(root, 0, ())
    source = Source(PREFIX + title, "".join(writer.parts))
    span = Span(0, len(source.text))
    return BuiltDocument(source, 0, span, tree, None, writer.places, writer.doubts)


class _Writer:
    """Writes nodes as YAML: mappings and lists in lines, every string as JSON has it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.places: dict[Route, tuple[Place, ...]] = {}
        self.doubts: dict[Route, str] = {}
        from cnilint.syntax.style import json_string

        self._at = 0
        self._string = json_string

    def block(self, node: BuiltNode, indent: int, route: Route) -> Tree:
        """Write a node, the first line of it where the text now ends; return it as a tree."""
        if node.places:
            self.places[route] = node.places
        if node.doubt:
            self.doubts[route] = node.doubt
        start, value = self._at, node.value
        if isinstance(value, dict) and value:
            entries = tuple(self._entries(value, indent, route))
            return MappingTree(Span(start, entries[-1].value.span.end), entries)
        if isinstance(value, list) and value:
            items = tuple(self._items(value, indent, route))
            return Sequence(Span(start, items[-1].span.end), items)
        if isinstance(value, dict):
            self._write("{}")
            return MappingTree(Span(start, self._at), (), flow=True)
        if isinstance(value, list):
            self._write("[]")
            return Sequence(Span(start, self._at), (), flow=True)
        return self._scalar(value, node.written)

    def _entries(self, value: dict[str, BuiltNode], indent: int, route: Route) -> Iterator[Entry]:
        for number, (name, node) in enumerate(value.items()):
            if number:
                self._write("\n" + " " * indent)
            key = self._scalar(name)
            self._write(":")
            nested = isinstance(node.value, list | dict) and node.value
            self._write(f"\n{' ' * (indent + 2)}" if nested else " ")
            yield Entry(key, self.block(node, indent + 2, (*route, name)))

    def _items(self, value: list[BuiltNode], indent: int, route: Route) -> Iterator[Tree]:
        for number, node in enumerate(value):
            if number:
                self._write("\n" + " " * indent)
            self._write("- ")
            yield self.block(node, indent + 2, (*route, number))

    def _scalar(self, value: ScalarValue, written: str = "") -> Scalar:
        start = self._at
        if isinstance(value, str):
            self._write(self._string(value))
            return Scalar(Span(start, self._at), value, value, Style.DOUBLE)
        text = written or json.dumps(value)
        self._write(text)
        return Scalar(Span(start, self._at), value, text, Style.PLAIN)

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self._at += len(text)
