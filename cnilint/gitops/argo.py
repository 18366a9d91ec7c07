"""Argo CD: which folders its Applications apply, and on which cluster.

argoproj/argo-cd@v3.3.0:pkg/apis/application/v1alpha1/types.go ApplicationSource,
reposerver/repository/repository.go GetAppSourceType, findManifests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

from cnilint.kube.manifest import Manifest, manifests
from cnilint.kube.values import Steps
from cnilint.model.finding import Location
from cnilint.model.tree import child, items, plain, string

from .argo_sets import address_of
from .built import BuiltNode, place_in, read
from .files import Files, joined, leaves
from .graph import Build, Edge, NotRead, UnreadReason
from .kustomization import FILE_NAMES

IN_CLUSTER = frozenset({"https://kubernetes.default.svc", "in-cluster", ""})
"""The destinations that are the cluster which Argo CD itself runs in."""

FIELDS = {
    "patches": "patches",
    "images": "images",
    "components": "components",
    "namePrefix": "namePrefix",
    "nameSuffix": "nameSuffix",
    "namespace": "namespace",
}
"""What a source may add to the kustomization of its folder."""


def is_application(one: Manifest) -> bool:
    """Whether an object is an Application of Argo CD."""
    return one.kind == "Application" and one.api_version.startswith("argoproj.io/")


def is_set(one: Manifest) -> bool:
    """Whether an object is an ApplicationSet of Argo CD."""
    return one.kind == "ApplicationSet" and one.api_version.startswith("argoproj.io/")


def own_addresses(objects: Iterable[Manifest], files: Files) -> frozenset[str]:
    """Return the address that this repository has for its Applications.

    It is the one of which most paths are in the tree; nothing else in a checkout says it.
    """
    counts: Counter[str] = Counter()
    for one in objects:
        for steps in (*source_steps(one), *_generator_steps(one)):
            address = string(one.at(*steps, "repoURL")) or ""
            path = string(one.at(*steps, "path")) or ""
            if not address or one.at(*steps, "chart") is not None:
                continue
            known = (
                "{{" in path
                or not path
                or files.folder(path, files.path(one.location().source.path)) is not None
            )
            counts[address_of(address)] += known
    best = [address for address, count in counts.most_common(1) if count]
    return frozenset(best)


def destination(one: Manifest) -> str:
    """Return the cluster an Application goes to; empty for the one that Argo CD runs in."""
    name = string(one.at("spec", "destination", "name")) or ""
    server = string(one.at("spec", "destination", "server")) or ""
    given = name or server
    return "" if given in IN_CLUSTER else given


def source_steps(one: Manifest) -> list[Steps]:
    """Return the steps to each source of an Application, or of a set's template."""
    base: Steps = ("spec", "template", "spec") if is_set(one) else ("spec",)
    found: list[Steps] = [
        (*base, "sources", at) for at in range(len(items(one.at(*base, "sources"))))
    ]
    if not found and one.at(*base, "source") is not None:
        found = [(*base, "source")]
    if one.at(*base, "sourceHydrator", "drySource") is not None:
        found.append((*base, "sourceHydrator", "drySource"))
    return found


def _generator_steps(one: Manifest) -> Iterator[Steps]:
    pending: list[Steps] = [("spec", "generators")] if is_set(one) else []
    while pending:
        steps = pending.pop()
        for at in range(len(items(one.at(*steps)))):
            entry: Steps = (*steps, at)
            if one.at(*entry, "git") is not None:
                yield (*entry, "git")
            pending += [(*entry, kind, "generators") for kind in ("matrix", "merge", "union")]


def applied(one: Manifest, files: Files, own: frozenset[str]) -> Build:
    """Return what an Application applies of this repository; of a chart nothing is applied here."""
    objects: list[Manifest] = []
    edges: list[Edge] = []
    not_read: list[NotRead] = []
    reads: set[str] = set()
    for steps in source_steps(one):
        if one.at(*steps, "chart") is not None or one.at(*steps, "path") is None:
            continue
        found = _source(one, steps, files, own)
        objects += found.objects
        edges += found.edges
        not_read += found.not_read
        reads |= found.reads
    return Build(tuple(objects), tuple(edges), tuple(not_read), frozenset(reads))


def _source(one: Manifest, steps: Steps, files: Files, own: frozenset[str]) -> Build:
    from .kustomize import build

    place = one.location(*steps, "path")
    path = string(one.at(*steps, "path")) or ""
    address = string(one.at(*steps, "repoURL")) or ""
    if address_of(address) not in own and (found := _published(one, steps, files)) is not None:
        return found
    if own and address_of(address) not in own:
        return _unread(UnreadReason.OTHER_REPOSITORY, f"{address}//{path}", place)
    if "{{" in path:
        return _unread(UnreadReason.TEMPLATE, path, place)
    if leaves(joined(".", path.lstrip("/"))):
        return _unread(UnreadReason.OUTSIDE, path, place)
    folder = files.folder(path, files.path(one.location().source.path))
    if folder is None:
        return _unread(UnreadReason.MISSING if own else UnreadReason.OTHER_REPOSITORY, path, place)
    edge = Edge("argo-source", folder, place)
    names = files.names(folder)
    if one.at(*steps, "plugin") is not None:
        found = _unread(UnreadReason.GENERATOR_PLUGIN, folder, place)
    elif "Chart.yaml" in names and one.at(*steps, "kustomize") is None:
        # A chart of this repository: what it brings is read where releases are read.
        found = Build((), (), (), frozenset({joined(folder, "Chart.yaml")}))
    elif any(name in names for name in FILE_NAMES):
        found = build(files, folder, more=_fields(one, steps))
    else:
        found = _directory(one, steps, files, folder)
    return found._replace(edges=(edge, *found.edges))


def _published(one: Manifest, steps: Steps, files: Files) -> Build | None:
    """Return what a source in another repository applies, as far as it is known without reading."""
    from .kustomize import build_published

    address, path = (string(one.at(*steps, key)) or "" for key in ("repoURL", "path"))
    ref = string(one.at(*steps, "targetRevision")) or ""
    known = files.elsewhere.below(address, "" if ref == "HEAD" else ref, path)
    wanted = _taken(one, steps)
    place = place_in(one, *steps, "path")
    taken = [BuiltNode(whole, (place,)) for name, whole in known.items() if wanted(name)]
    return build_published(files, taken, _fields(one, steps)) if taken else None


def _unread(reason: UnreadReason, target: str, place: Location) -> Build:
    return Build((), (), (NotRead(reason, target, place),), frozenset())


def _fields(one: Manifest, steps: Steps) -> BuiltNode | None:
    """Return what a source adds to the kustomization of its folder, with the places."""
    base: Steps = (*steps, "kustomize")
    found = {
        name: read(one.document, (*one.route, *base, key), tree)
        for key, name in FIELDS.items()
        if (tree := one.at(*base, key)) is not None
    }
    images = found.get("images")
    if images is not None and isinstance(images.value, list):
        images.value = [_image(image) for image in images.value]
    return BuiltNode(dict(found), (place_in(one, *base),)) if found else None


def _image(image: BuiltNode) -> BuiltNode:
    """Return an image override, which Argo CD writes as one text, as Kustomize has it.

    `[old=]name[:tag|@digest]` (argoproj/argo-cd@v3.3.0:util/kustomize/kustomize.go).
    """
    if not isinstance(image.value, str):
        return image
    old, equals, new = image.value.partition("=")
    new = new if equals else old
    name, at, digest = new.partition("@")
    tag = ""
    if not at and ":" in name.rpartition("/")[2]:
        name, _, tag = name.rpartition(":")
    values = {"name": old if equals else name, "newName": name, "newTag": tag, "digest": digest}
    given = {
        key: BuiltNode(text, image.places, image.doubt) for key, text in values.items() if text
    }
    return BuiltNode(dict(given), image.places)


def _directory(one: Manifest, steps: Steps, files: Files, folder: str) -> Build:
    """Return the manifests of a folder without a kustomization or chart."""
    wanted = _taken(one, steps)
    objects: list[Manifest] = []
    reads: set[str] = set()
    for name in files.below(folder):
        if not wanted(name):
            continue
        path = joined(folder, name)
        reads.add(path)
        for document in files.documents(path):
            objects += manifests(document)
    return Build(tuple(objects), (), (), frozenset(reads))


def _taken(one: Manifest, steps: Steps) -> Callable[[str], bool]:
    """Return which files of a folder a source takes, by their paths in it."""
    options = one.at(*steps, "directory")
    recurse = (
        options is not None and (tree := child(options, "recurse")) is not None and plain(tree)
    )
    include = string(child(options, "include")) if options is not None else ""
    exclude = string(child(options, "exclude")) if options is not None else ""

    def wanted(name: str) -> bool:
        if (not recurse and "/" in name) or not name.endswith((".yaml", ".yml", ".json")):
            return False
        return not (include and not _globs(include, name)) and not (
            exclude and _globs(exclude, name)
        )

    return wanted


def _globs(patterns: str, name: str) -> bool:
    """Whether a name fits one of the patterns in a text such as `{a.yaml,b/*}`."""
    if patterns.startswith("{") and patterns.endswith("}"):
        return any(fnmatchcase(name, one.strip()) for one in patterns[1:-1].split(","))
    return fnmatchcase(name, patterns)
