"""Flux: which folders its Kustomizations apply, and what they make of them.

fluxcd/kustomize-controller@v1.9.3:api/v1/kustomization_types.go; fluxcd/pkg@kustomize/v1.39.0:
kustomize/kustomize_generator.go writes the fields of a Kustomization into the kustomization of its
folder, and one over every manifest below where there is none.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from cnilint.kube.manifest import Manifest, manifests
from cnilint.kube.values import text_of
from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Route, Tree, child, items, members, string

from .built import Node, Place, as_node, made, read, rebuilt, written_in
from .files import Files, joined, leaves
from .graph import Build, Edge, NotRead, Reason
from .kustomize import FILE_NAMES, build, build_published
from .substitution import Variables, substituted

GROUP = "kustomize.toolkit.fluxcd.io"
SYNC_FILE = "gotk-sync.yaml"
"""What `flux bootstrap` writes: the repository itself, and the folder of the cluster."""
OWN_NAME = "flux-system"

FIELDS = {
    "patches": "patches",
    "images": "images",
    "components": "components",
    "namePrefix": "namePrefix",
    "nameSuffix": "nameSuffix",
    "targetNamespace": "namespace",
}
"""The fields of a Kustomization that go into the kustomization of its folder, and their names."""


def is_kustomization(one: Manifest) -> bool:
    """Whether an object is a Kustomization of Flux (Kustomize's own file has no such group)."""
    return one.kind == "Kustomization" and one.api_version.startswith(f"{GROUP}/")


def is_instance(one: Manifest) -> bool:
    """Whether an object is the Flux operator's, whose `sync` applies a folder."""
    return one.kind == "FluxInstance" and one.api_version.startswith("fluxcd.controlplane.io/")


class Sources(NamedTuple):
    """The sources that objects of a repository define, by kind and name.

    `own` are the names of the GitRepositories that are this repository, where an object says so.
    """

    defined: frozenset[tuple[str, str]]
    own: frozenset[str]
    artifacts: tuple[Manifest, ...] = ()


def sources(objects: Iterable[Manifest]) -> Sources:
    """Return what the objects of a repository say of sources."""
    found = [one for one in objects if one.api_version.startswith("source.toolkit.fluxcd.io/")]
    artifacts = [one for one in objects if one.kind == "ArtifactGenerator"]
    defined = frozenset((one.kind, one.name) for one in found)
    repositories = [one for one in found if one.kind == "GitRepository"]
    synced = {
        one.name
        for one in repositories
        if posixpath.basename(written_in(one.document).source.path) == SYNC_FILE
        or one.name == OWN_NAME
    }
    if not synced and len({one.name for one in repositories}) == 1:
        synced = {repositories[0].name}
    return Sources(defined, frozenset(synced), tuple(artifacts))


class Followed(NamedTuple):
    """Where a Kustomization leads: a folder of this repository, or why it does not."""

    folder: str
    reason: Reason | None = None


def followed(one: Manifest, around: Sources, files: Files) -> Followed:
    """Return the folder that a Kustomization applies; of another repository none is looked up."""
    path = string(one.at("spec", "path")) or "./"
    if is_instance(one):
        path = string(one.at("spec", "sync", "path")) or "./"
        return _folder(path, files)
    kind = string(one.at("spec", "sourceRef", "kind")) or "GitRepository"
    name = string(one.at("spec", "sourceRef", "name")) or ""
    if kind == "ExternalArtifact":
        packed = _packed(name, around)
        if packed is None:
            return Followed(path, Reason.OTHER_REPOSITORY)
        return _folder(posixpath.join(packed, path), files)
    if (kind, name) in around.defined and not (kind == "GitRepository" and name in around.own):
        return Followed(path, Reason.OTHER_REPOSITORY)
    if kind != "GitRepository" and (kind, name) in around.defined:
        return Followed(path, Reason.OTHER_REPOSITORY)
    return _folder(path, files)


def _folder(path: str, files: Files) -> Followed:
    folder = joined(".", path.lstrip("/"))
    if "${" in path:
        return Followed(path, Reason.UNKNOWN_VARIABLE)
    if leaves(folder):
        return Followed(path, Reason.OUTSIDE)
    if not files.is_folder(folder):
        return Followed(path, Reason.MISSING)
    return Followed(folder)


def _packed(name: str, around: Sources) -> str | None:
    """Return the folder that an ArtifactGenerator packs whole under a name; None if not so.

    fluxcd/source-watcher@v2.0.2:api/v1beta1/artifactgenerator_types.go
    """
    for one in around.artifacts:
        for artifact in items(one.at("spec", "artifacts")):
            copies = items(child(artifact, "copy"))
            if string(child(artifact, "name")) != name or len(copies) != 1:
                continue
            taken = string(child(copies[0], "from")) or ""
            put = string(child(copies[0], "to")) or ""
            if taken.startswith("@") and taken.endswith("/**") and put.strip("/") == "@artifact":
                return taken[:-3].partition("/")[2]
    return None


def applied(one: Manifest, around: Sources, files: Files, known: Iterable[Manifest]) -> Build:
    """Return what a Kustomization applies, its own changes made.

    `known` are objects among which the ConfigMaps of its variables are looked for, best ones last.
    """
    place = one.location("spec", "sync" if is_instance(one) else "path")
    found = followed(one, around, files)
    if found.reason is not None:
        published = _published(one, files, known)
        if found.reason is Reason.OTHER_REPOSITORY and published is not None:
            return published
        return Build((), (), (NotRead(found.reason, found.folder, place),), frozenset())
    whole = folder_build(files, found.folder, _fields(one))
    edges = (Edge("flux-path", found.folder, place), *whole.edges)
    objects = whole.objects
    variables = _variables(one, [*known, *objects])
    if variables is not None:
        objects = tuple(_substituted(each, variables) for each in objects)
    return Build(objects, edges, whole.not_read, whole.reads)


def _published(one: Manifest, files: Files, known: Iterable[Manifest]) -> Build | None:
    """Return what a path in another repository holds, as far as it is known without reading.

    The source's `ignore` is a list as git has it: what `!` takes back is all that is left where
    everything was left out before.
    """
    kind, name = (string(one.at("spec", "sourceRef", key)) or "" for key in ("kind", "name"))
    source = next((m for m in known if (m.kind, m.name) == (kind, name)), None)
    if source is None:
        return None
    address = string(source.at("spec", "url")) or ""
    branch = string(source.at("spec", "ref", "branch")) or ""
    ref = string(source.at("spec", "ref", "tag")) or branch
    path = string(one.at("spec", "path")) or ""
    folder = path.strip("./")
    back = [
        line[1:].strip("/")
        for line in (string(source.at("spec", "ignore")) or "").splitlines()
        if line.startswith("!")
    ]
    taken = [
        Node(whole, (Place(one.document, (*one.route, "spec", "path")),))
        for name, whole in files.elsewhere.below(address, ref, folder).items()
        if not back or any(_is_taken_back(each, joined(folder, name)) for each in back)
    ]
    return build_published(files, taken, _fields(one)) if taken else None


def _is_taken_back(pattern: str, path: str) -> bool:
    """Whether a line of an ignore file is of a path, or of a folder above it."""
    inside = path.startswith(f"{pattern.rstrip('*').rstrip('/')}/")
    return inside or fnmatchcase(path, pattern) or fnmatchcase(posixpath.basename(path), pattern)


def folder_build(files: Files, folder: str, more: Node | None = None) -> Build:
    """Return what Flux makes of a folder, with `more` added to its kustomization.

    Where it has none, Flux writes one: over every manifest below, and the folders with one of their
    own (fluxcd/pkg@kustomize/v1.39.0:kustomize/kustomize_generator.go generateKustomization).
    """
    if any(name in FILE_NAMES for name in files.names(folder)):
        return build(files, folder, more=more)
    paths = files.below(folder)
    folders = {posixpath.dirname(path) for path in paths if posixpath.basename(path) in FILE_NAMES}
    own = sorted(one for one in folders if not any(up in folders for up in _above(one)))
    taken = (path for path in paths if path.endswith((".yaml", ".yml")))
    loose = [path for path in taken if not any(up in folders for up in _above(path))]
    loose = [path for path in loose if _holds_objects(files, joined(folder, path))]
    value = dict(more.value) if more is not None and isinstance(more.value, dict) else {}
    places = more.places if more is not None else ()
    value["resources"] = made([*loose, *own], *places)
    return build(files, folder, more=Node(value, places))


def _above(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in, the nearest first."""
    while "/" in path:
        path = posixpath.dirname(path)
        yield path


def _holds_objects(files: Files, path: str) -> bool:
    return any(True for one in files.documents(path) for _each in manifests(one))


def _fields(one: Manifest) -> Node:
    """Return what a Kustomization adds to the kustomization of its folder, with the places."""
    if is_instance(one):
        return Node({}, (Place(one.document, (*one.route, "spec", "sync", "path")),))
    found = {
        name: read(one.document, (*one.route, "spec", key), tree)
        for key, name in FIELDS.items()
        if (tree := one.at("spec", key)) is not None
    }
    return Node(dict(found), (Place(one.document, (*one.route, "spec", "path")),))


def _variables(one: Manifest, known: Sequence[Manifest]) -> Variables | None:
    """Return the variables of a Kustomization; None where it substitutes nothing."""
    inline = one.at("spec", "postBuild", "substitute")
    origins = items(one.at("spec", "postBuild", "substituteFrom"))
    values: dict[str, Node] = {}
    complete = True
    for origin in origins:
        name, kind = string(child(origin, "name")) or "", string(child(origin, "kind"))
        found = _nearest(one, name, known) if kind == "ConfigMap" else None
        if found is None:
            complete = False
        else:
            values |= _strings(found, found.at("data"), (*found.route, "data"))
    values |= _strings(one, inline, (*one.route, "spec", "postBuild", "substitute"))
    if not values and complete:
        return None
    return Variables(values, complete)


def _strings(one: Manifest, tree: Tree | None, route: Route) -> dict[str, Node]:
    if tree is None or not isinstance(tree, MappingTree):
        return {}
    return {
        name: read(one.document, (*route, name), value)
        for name, value in members(tree).items()
        if text_of(value) is not None
    }


def _nearest(one: Manifest, name: str, known: Sequence[Manifest]) -> Manifest | None:
    """Return the ConfigMap that a Kustomization means: of several, the one nearest to its file."""
    found = [m for m in known if (m.kind, m.name) == ("ConfigMap", name)]
    fitting = [m for m in found if m.namespace in ("", one.namespace)]
    home = written_in(one.document).source.path.split("/")

    def nearness(other: Manifest) -> int:
        path = written_in(other.document).source.path.split("/")
        same = [a == b for a, b in zip(home, path, strict=False)]
        return (*same, False).index(False)

    return max(reversed(fitting), key=nearness, default=None)


def _substituted(one: Manifest, variables: Variables) -> Manifest:
    """Return an object with its variables substituted; itself where it has none."""
    text = one.document.source.text[one.root.span.start : one.root.span.end]
    if "$" not in text:
        return one
    before = as_node(one)
    after = substituted(before, variables)
    return one if after is before else rebuilt(one, after)
