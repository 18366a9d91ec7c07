"""Kubernetes objects as they stand in documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Protocol, TypeVar

from cnilint.model.finding import Location
from cnilint.model.tree import (
    Document,
    Mapping,
    Route,
    Sequence,
    Tree,
    descend,
    follow,
    items,
    string,
)
from cnilint.start import NamedTuple, dataclass, lazy_pattern
from cnilint.syntax.skim import hides

Given = TypeVar("Given")
Made = TypeVar("Made")

HASH = lazy_pattern(r"-[bcdfghkmt2456789]{10}$")
"""The end of the name of an object that Kustomize makes of what it holds.

kubernetes-sigs/kustomize@kustomize/v5.7.1:api/hasher/hasher.go encode
"""

ORIGIN_ANNOTATION = "config.kubernetes.io/origin"
"""Set by `kustomize build` under `buildMetadata: [originAnnotations]`.

kubernetes-sigs/kustomize@12f9e63:api/resource/origin.go
"""


class Origin(NamedTuple):
    """What a manifest was rendered from: `tool` is `helm` or `kustomize`, `path` its template.

    An object that a generator of Kustomize made has that generator's kind as `generator`, and
    `path` is the kustomization that asks for it.
    """

    tool: str
    path: str
    generator: str = ""


@lru_cache(maxsize=4)
def _has(document: Document, text: str) -> bool:
    """Whether a document may have a text: kept, as a list has thousands of objects in one."""
    source, span = document.source.text, document.span
    return source.find(text, *span) >= 0 or hides(source, span)


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """One Kubernetes object; `route` leads to it inside its document (a list's item has one)."""

    document: Document
    route: Route
    root: Mapping
    api_version: str
    kind: str
    namespace: str
    name: str
    origin: Origin | None = None

    @property
    def title(self) -> str:
        """The object as a person names it: `DaemonSet kube-system/aws-node`."""
        scope = f"{self.namespace}/" if self.namespace else ""
        begun = string(descend(self.root, "metadata", "generateName")) or ""
        name = self.name or (f"{begun}*" if begun else "")
        return f"{self.kind} {scope}{name}".rstrip()

    def mentions(self, text: str) -> bool:
        """Whether a text is somewhere in the document that the object stands in, or may be."""
        return _has(self.document, text)

    def at(self, *steps: str | int) -> Tree | None:
        """Return what stands at the end of some steps inside the object, or None."""
        return descend(self.root, *steps)

    def location(self, *steps: str | int) -> Location:
        """Return the place of the deepest of some steps that exists."""
        tree: Tree = self.root
        route = self.route
        for step in steps:
            found = descend(tree, step)
            if found is None:
                break
            tree, route = found, (*route, step)
        return self.locate(tree, route)

    def locate(self, tree: Tree, route: Route) -> Location:
        """Return a place of this object, given as a tree and its route from the document's root."""
        return Location(self.document.source, tree.span, route, self.document, self.title)


def manifests(document: Document) -> Iterator[Manifest]:
    """Yield the objects of a document: itself, or the items of a list or an array at any depth.

    What has no `apiVersion` and `kind` is no object and yields nothing.
    """
    pending: list[tuple[Tree, Route]] = [(document.root, ())]
    while pending:
        tree, route = pending.pop()
        root = follow(tree)
        if isinstance(root, Sequence):
            pending.extend(reversed([(item, (*route, at)) for at, item in enumerate(root.items)]))
            continue
        kind = string(descend(root, "kind"))
        api_version = string(descend(root, "apiVersion"))
        if not isinstance(root, Mapping) or not kind or not api_version:
            continue
        listed = descend(root, "items")
        if kind.endswith("List") and listed is not None:
            found = [(item, (*route, "items", at)) for at, item in enumerate(items(listed))]
            pending.extend(reversed(found))
            continue
        yield Manifest(
            document=document,
            route=route,
            root=root,
            api_version=api_version,
            kind=kind,
            namespace=string(descend(root, "metadata", "namespace")) or "",
            name=string(descend(root, "metadata", "name")) or "",
            origin=_origin(document, root),
        )


def _origin(document: Document, root: Mapping) -> Origin | None:
    annotation = string(descend(root, "metadata", "annotations", ORIGIN_ANNOTATION))
    if annotation is not None:
        return _kustomize_origin(annotation)
    if document.source_comment:
        return Origin("helm", document.source_comment)
    return None


def _kustomize_origin(annotation: str) -> Origin:
    """Return what an origin annotation says: `path`, else what configured the generator."""
    values: dict[str, str] = {}
    for line in annotation.splitlines():
        key, _, value = line.partition(":")
        values.setdefault(key.strip(), value.strip().strip("'\""))
    repository = values.get("repo", "")
    path = values.get("path") or values.get("configuredIn", "")
    generator = "" if values.get("path") else values.get("kind", "")
    return Origin("kustomize", f"{repository}//{path}" if repository else path, generator)


class Texts(Protocol):
    """The files of a repository, as far as objects refer to them by path."""

    def once(self, work: Callable[[Given], Made], given: Given, about: Manifest) -> Made:
        """Return what a function makes of what is given about an object, made once of the same."""

    def at(self, path: str) -> tuple[Document, ...]:
        """Return the documents of a file by its path from the top of the repository."""

    def beside(self, document: Document, path: str) -> tuple[Document, ...]:
        """Return the documents of a file by its path from the folder of another one."""


class NoTexts:
    """No files at all: what objects refer to is not in view."""

    def once(self, work: Callable[[Given], Made], given: Given, about: Manifest) -> Made:
        """Return what a function makes of what is given: nothing is kept."""
        del about
        return work(given)

    def at(self, path: str) -> tuple[Document, ...]:
        """Return nothing."""
        del path
        return ()

    def beside(self, document: Document, path: str) -> tuple[Document, ...]:
        """Return nothing."""
        del document, path
        return ()


class ManifestIndex:
    """Finds the objects that others refer to by name, and the files they refer to by path."""

    def __init__(self, found: Iterable[Manifest], texts: Texts | None = None) -> None:
        """Index manifests; of objects with one kind, namespace and name the last one counts."""
        self.texts: Texts = texts if texts is not None else NoTexts()
        self._by_name: dict[tuple[str, str], dict[str, Manifest]] = {}
        for manifest in found:
            key = (manifest.kind, manifest.name)
            self._by_name.setdefault(key, {})[manifest.namespace] = manifest
        self._worked_out: dict[tuple[object, int], tuple[Manifest, object]] = {}

    def once(self, work: Callable[[Manifest, ManifestIndex], Made], about: Manifest) -> Made:
        """Return what a function works out of an object beside these, worked out once."""
        key = (work, id(about))
        if key not in self._worked_out:
            self._worked_out[key] = (about, work(about, self))
        found: Made = self._worked_out[key][1]  # type: ignore[assignment]  # by what made it
        return found

    def generated(self, kind: str, name: str, namespace: str) -> Manifest | None:
        """Return the object that a generator made under a name, the hash of its content behind it.

        Kustomize corrects the names in what it knows to refer to them; where it is not told of a
        field, the reference keeps the name without the hash.
        """
        for (one, full), named in self._by_name.items():
            if one == kind and full.startswith(f"{name}-") and HASH.fullmatch(full[len(name) :]):
                return named.get(namespace) or named.get("")
        return None

    def all(self) -> Iterator[Manifest]:
        """Yield every object, each name once."""
        for named in self._by_name.values():
            yield from named.values()

    def find(self, kind: str, name: str, namespace: str) -> Manifest | None:
        """Return the object a reference from `namespace` means, or None.

        Rendered charts often leave the namespace to the apply command, so a missing one on
        either side fits any.
        """
        named = self._by_name.get((kind, name), {})
        if namespace in named:
            return named[namespace]
        if "" in named:
            return named[""]
        if not namespace and len(named) == 1:
            return next(iter(named.values()))
        return None
