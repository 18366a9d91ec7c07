"""Flux: which folders its Kustomizations apply, and what they make of them.

fluxcd/kustomize-controller@v1.9.3:api/v1/kustomization_types.go; fluxcd/pkg@kustomize/v1.39.0:
kustomize/kustomize_generator.go writes the fields of a Kustomization into the kustomization of its
folder, and one over every manifest below where there is none.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from cnilint.kube.manifest import Manifest, manifests
from cnilint.kube.values import Steps, text_of
from cnilint.model.finding import Location
from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Route, Tree, child, items, members, string
from cnilint.start import NamedTuple

from .argo_sets import address_of
from .built import BuiltNode, as_node, made, place_in, read, rebuilt, written_in
from .files import Files, above, joined, leaves
from .graph import REPOSITORY, Build, Edge, NotRead, UnreadReason
from .kustomization import FILE_NAMES
from .substitution import Variables

GROUP = "kustomize.toolkit.fluxcd.io"
SYNC_FILE = "gotk-sync.yaml"
"""What `flux bootstrap` writes: the repository itself, and the folder of the cluster."""
OWN_NAME = "flux-system"

ARTIFACTS = ("OCIRepository", "Bucket")
"""Sources of which the repository may be no more than a part."""

REFERENCES = ("commit", "name", "semver", "tag", "branch")
"""What a GitRepository may say of the commit to take, the first of which counts."""

SOURCE_KINDS = ("GitRepository", "OCIRepository", "Bucket")
"""What the Flux operator syncs from."""

CHART_SOURCE: Steps = ("spec", "chart", "spec", "sourceRef")
"""Where a HelmRelease names the source of its chart."""

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
    """Whether an object is a Kustomization of Flux (Kustomize's own file has no such group).

    Without a source it is a piece of one, which something else makes a patch of.
    """
    flux = one.kind == "Kustomization" and one.api_version.startswith(f"{GROUP}/")
    return flux and one.at("spec", "sourceRef") is not None


def is_instance(one: Manifest) -> bool:
    """Whether an object makes the Flux operator apply a folder: its own, or its chart's release."""
    return bool(sync_steps(one))


def sync_steps(one: Manifest) -> Steps:
    """Return the steps to what the Flux operator applies by an object, none where there is nothing.

    controlplaneio-fluxcd/flux-operator@v0.33.0:api/v1/fluxinstance_types.go Sync, and
    controlplaneio-fluxcd/charts@0.33.0:charts/flux-instance/templates/instance.yaml, which writes
    the chart's `instance` into the FluxInstance.
    """
    if one.kind == "FluxInstance" and one.api_version.startswith("fluxcd.controlplane.io/"):
        return ("spec", "sync")
    steps: Steps = ("spec", "values", "instance", "sync")
    if one.kind == "HelmRelease" and string(one.at(*steps, "kind")) in SOURCE_KINDS:
        return steps
    return ()


class FluxSources(NamedTuple):
    """The sources that objects of a repository define, by kind and name.

    `own` are those that are this repository, as far as the objects show it. `packed` has the folder
    that an artifact is made of, where paths in it are not those of the repository.
    """

    defined: frozenset[tuple[str, str]]
    own: frozenset[tuple[str, str]]
    artifacts: tuple[Manifest, ...] = ()
    packed: Mapping[tuple[str, str], str] = {}


def sources(objects: Sequence[Manifest], files: Files) -> FluxSources:
    """Return what the objects of a repository say of sources, and which of them it is itself.

    That is what Flux's bootstrap wrote; else, if no source is out of view whose paths lie here, the
    address of which most paths lie here; else the only GitRepository that there is. A repository
    whose content is known by its address is another one, and so is the only one if something that
    is taken of it does not lie here.
    """
    found = [one for one in objects if one.api_version.startswith("source.toolkit.fluxcd.io/")]
    artifacts = [one for one in objects if one.kind == "ArtifactGenerator"]
    defined = frozenset((one.kind, one.name) for one in found)
    synced = {(one.kind, one.name) for one in found if _is_sync(one)}
    if not synced:
        synced = _evident(objects, found, files)
    packed = _packed_folders(objects, files)
    own = frozenset(synced) | packed.keys()
    return FluxSources(defined, own, tuple(artifacts), packed)


def _is_sync(one: Manifest) -> bool:
    """Whether a source is what Flux's bootstrap writes for the repository itself."""
    if one.kind != "GitRepository":
        return False
    return (
        posixpath.basename(written_in(one.document).source.path) == SYNC_FILE
        or one.name == OWN_NAME
    )


def _evident(
    objects: Sequence[Manifest], found: Sequence[Manifest], files: Files
) -> set[tuple[str, str]]:
    """Return the sources of the address of which most paths are folders of this repository."""
    ours = [one for one in found if not files.elsewhere.below(_address(one), "", "")]
    addresses: dict[tuple[str, str], set[str]] = {}
    for one in ours:
        address = address_of(_address(one))
        addresses.setdefault((one.kind, one.name), set()).add(address)
    counts: Counter[str] = Counter()
    for one in objects:
        if not is_kustomization(one) or "$" in _source_of(one)[1]:
            continue
        path = joined(".", (string(one.at("spec", "path")) or ".").lstrip("/"))
        home = files.path(one.location().source.path)
        if path == "." or leaves(path) or files.folder(path, home) is None:
            continue
        if _source_of(one) in {(other.kind, other.name) for other in found} - addresses.keys():
            continue
        for address in addresses.get(_source_of(one), {""}):
            counts[address] += 1
    best = [address for address, _count in counts.most_common(1)]
    if not best:
        repositories = {(one.kind, one.name) for one in ours if one.kind == "GitRepository"}
        if len(repositories) != 1 or _refers_elsewhere(objects, found):
            return set()
        return repositories - {source for one in objects for source in _lacking(one, files)}
    return {key for key, each in addresses.items() if best[0] and best[0] in each}


def _lacking(one: Manifest, files: Files) -> Iterator[tuple[str, str]]:
    """Yield the source of which an object takes a path that does not lie in this repository."""
    if is_kustomization(one):
        source, path = _source_of(one), string(one.at("spec", "path")) or "."
    elif one.kind == "HelmRelease" and (chart := one.at(*CHART_SOURCE)) is not None:
        source = string(child(chart, "kind")) or "", string(child(chart, "name")) or ""
        path = string(one.at("spec", "chart", "spec", "chart")) or "."
    else:
        return
    folder = joined(".", path.lstrip("/"))
    if "$" not in path and not leaves(folder) and not files.is_folder(folder):
        yield source


def _address(source: Manifest) -> str:
    return string(source.at("spec", "url")) or ""


def _packed_folders(objects: Iterable[Manifest], files: Files) -> dict[tuple[str, str], str]:
    """Return the folders that artifacts are made of, by their sources.

    `flux push artifact --path` packs a folder, and paths count from there. It is the only folder of
    the repository in which most paths of a source are, if they are not in its top.
    """
    paths: dict[tuple[str, str], set[str]] = {}
    for one in objects:
        source = _source_of(one)
        if is_kustomization(one) and source[0] in ARTIFACTS:
            path = joined(".", (string(one.at("spec", "path")) or ".").lstrip("/"))
            if path != "." and not leaves(path) and "$" not in path:
                paths.setdefault(source, set()).add(path)
    found = {}
    for source, each in paths.items():
        folders: Counter[str] = Counter()
        for path in each:
            folders.update(_folders_with(path, files))
        ranked = folders.most_common(2)
        if not ranked or 2 * ranked[0][1] <= len(each):
            continue
        if ranked[0][0] != "." and (len(ranked) == 1 or ranked[1][1] < ranked[0][1]):
            found[source] = ranked[0][0]
    return found


def _folders_with(path: str, files: Files) -> list[str]:
    """Return the folders of a repository in which a path leads to a folder."""
    if files.is_folder(path):
        return ["."]
    return [one[: -len(path) - 1] for one in files.folders_below(".") if one.endswith(f"/{path}")]


def _refers_elsewhere(objects: Iterable[Manifest], found: Iterable[Manifest]) -> bool:
    """Whether a Kustomization names a source that no object in view defines."""
    defined = {(one.kind, one.name) for one in found}
    return any(is_kustomization(one) and _source_of(one) not in defined for one in objects)


def _source_of(one: Manifest) -> tuple[str, str]:
    kind = string(one.at("spec", "sourceRef", "kind")) or "GitRepository"
    return kind, string(one.at("spec", "sourceRef", "name")) or ""


Known = Callable[[str, str], Sequence[Manifest]]
"""Returns the objects of a kind and name, the best one last."""


class Followed(NamedTuple):
    """Where a Kustomization leads: a folder of this repository, or why it does not."""

    folder: str
    reason: UnreadReason | None = None


def followed(one: Manifest, around: FluxSources, files: Files) -> Followed:
    """Return the folder that a Kustomization applies; of another repository none is looked up."""
    path = string(one.at("spec", "path")) or "./"
    sync = sync_steps(one)
    if sync:
        return _folder(string(one.at(*sync, "path")) or "./", one, files)
    kind, name = _source_of(one)
    if kind == "ExternalArtifact":
        inside = _in_artifact(name, path, around)
        if inside is None:
            return Followed(path, UnreadReason.OTHER_REPOSITORY)
        return _folder(inside, one, files)
    path = posixpath.join(around.packed.get((kind, name), ""), path.lstrip("/"))
    if (kind, name) in around.defined - around.own:
        return Followed(path, UnreadReason.OTHER_REPOSITORY)
    return _folder(path, one, files)


def _folder(path: str, one: Manifest, files: Files) -> Followed:
    folder = joined(".", path.lstrip("/"))
    if "${" in path:
        return Followed(path, UnreadReason.UNKNOWN_VARIABLE)
    if leaves(folder):
        return Followed(path, UnreadReason.OUTSIDE)
    found = files.folder(folder, files.path(one.location().source.path))
    return Followed(path, UnreadReason.MISSING) if found is None else Followed(found)


class _Copy(NamedTuple):
    """A folder that is copied into an artifact, and where it lies there."""

    source: tuple[str, str]
    taken: str
    put: str


def _in_artifact(name: str, path: str, around: FluxSources) -> str | None:
    """Return the folder of this repository that a path in an external artifact is; None if none.

    A path above all that one copy puts there is that folder as well: Flux applies what is below.
    """
    path = joined(".", path.lstrip("/"))
    copies = [
        copied
        for one in around.artifacts
        for artifact in items(one.at("spec", "artifacts"))
        if string(child(artifact, "name")) == name
        for copied in _copies(one, artifact)
    ]
    for copied in sorted(copies, key=lambda one: -len(one.put)):
        inside = path == copied.put or copied.put == "." or path.startswith(f"{copied.put}/")
        above = path == "." or copied.put.startswith(f"{path}/")
        if not inside and not (above and len(copies) == 1):
            continue
        if copied.source in around.defined - around.own:
            return None
        rest = posixpath.relpath(path, copied.put) if inside else "."
        packed = around.packed.get(copied.source, "")
        return joined(".", posixpath.join(packed, copied.taken, rest))
    return None


def _copies(one: Manifest, artifact: Tree) -> Iterator[_Copy]:
    """Yield the folders that are copied into an artifact: as a whole, or with what is in them.

    fluxcd/source-watcher@v2.2.1:internal/builder/builder.go applyCopyOperation: `from` without a
    pattern puts the folder into `to`, `/**` at its end what is in the folder.
    """
    named = {
        string(child(each, "alias")) or "": (
            string(child(each, "kind")) or "",
            string(child(each, "name")) or "",
        )
        for each in items(one.at("spec", "sources"))
    }
    for each in items(child(artifact, "copy")):
        alias, _, taken = (string(child(each, "from")) or "").removeprefix("@").partition("/")
        put = (string(child(each, "to")) or "").removeprefix("@artifact").strip("/")
        folder, all_below = taken.removesuffix("/**"), taken.endswith("/**") or taken == "**"
        if alias not in named or any(mark in folder.removesuffix("**") for mark in "*?["):
            continue
        folder = joined(".", folder.removesuffix("**"))
        if not all_below:
            put = posixpath.join(put, posixpath.basename(folder))
        yield _Copy(named[alias], folder, joined(".", put))


def applied(one: Manifest, around: FluxSources, files: Files, known: Known) -> Build:
    """Return what a Kustomization applies, its own changes made.

    `known` finds the ConfigMaps of its variables, and its source.
    """
    place = one.location(*(sync_steps(one) or ("spec", "path")))
    found = followed(one, around, files)
    if found.reason is not None:
        published = _published(one, files, known)
        if found.reason is UnreadReason.OTHER_REPOSITORY and published is not None:
            return published
        edges: tuple[Edge, ...] = ()
        if found.reason is UnreadReason.OTHER_REPOSITORY:
            edges = tuple(_elsewhere(known, _source_of(one), found.folder, place))
        return Build((), edges, (NotRead(found.reason, found.folder, place),), frozenset())
    whole = folder_build(files, found.folder, _fields(one))
    edges = (Edge("flux-path", found.folder, place), *whole.edges)
    objects = whole.objects
    variables = _variables(one, known, objects)
    if variables is not None:
        objects = tuple(_substituted(each, variables) for each in objects)
    return Build(objects, edges, whole.not_read, whole.reads)


def chart_edges(one: Manifest, around: FluxSources, known: Known) -> Iterator[Edge]:
    """Yield that a HelmRelease takes its chart from another repository, if it does."""
    chart = one.at(*CHART_SOURCE) if one.kind == "HelmRelease" else None
    if chart is None:
        return
    source = string(child(chart, "kind")) or "", string(child(chart, "name")) or ""
    if source in around.defined - around.own:
        path = string(one.at("spec", "chart", "spec", "chart")) or ""
        yield from _elsewhere(known, source, path, one.location("spec", "chart", "spec", "chart"))


def _elsewhere(known: Known, named: tuple[str, str], path: str, place: Location) -> Iterator[Edge]:
    """Yield the edge to a path in the GitRepository of a kind and name."""
    source = next(iter(known(*named)), None)
    if source is None or named[0] != "GitRepository":
        return
    address = _address(source).removesuffix("/")
    yield Edge(REPOSITORY, f"{address}//{joined('.', path)}?ref={_reference(source)}", place)


def _reference(source: Manifest) -> str:
    """Return what a GitRepository takes: a commit, a name, a range of releases, a tag or a branch.

    fluxcd/source-controller@v1.7.0:api/v1/gitrepository_types.go GitRepositoryRef: in this order,
    and the branch `master` where nothing is said.
    """
    given = (string(source.at("spec", "ref", key)) for key in REFERENCES)
    return next(filter(None, given), "master")


def _published(one: Manifest, files: Files, known: Known) -> Build | None:
    """Return what a path in another repository holds, as far as it is known without reading.

    The source's `ignore` is a list as git has it: what `!` takes back is all that is left where
    everything was left out before.
    """
    from .kustomize import build_published

    kind, name = (string(one.at("spec", "sourceRef", key)) or "" for key in ("kind", "name"))
    source = next(iter(known(kind, name)), None)
    if source is None:
        return None
    address, ref = _address(source), _reference(source)
    path = string(one.at("spec", "path")) or ""
    folder = path.strip("./")
    back = [
        line[1:].strip("/")
        for line in (string(source.at("spec", "ignore")) or "").splitlines()
        if line.startswith("!")
    ]
    taken = [
        BuiltNode(whole, (place_in(one, "spec", "path"),))
        for name, whole in files.elsewhere.below(address, ref, folder).items()
        if not back or any(_is_taken_back(each, joined(folder, name)) for each in back)
    ]
    return build_published(files, taken, _fields(one)) if taken else None


def _is_taken_back(pattern: str, path: str) -> bool:
    """Whether a line of an ignore file is of a path, or of a folder above it."""
    inside = path.startswith(f"{pattern.rstrip('*').rstrip('/')}/")
    return inside or fnmatchcase(path, pattern) or fnmatchcase(posixpath.basename(path), pattern)


def folder_build(files: Files, folder: str, more: BuiltNode | None = None) -> Build:
    """Return what Flux makes of a folder, with `more` added to its kustomization.

    Where it has none, Flux writes one: over every manifest below, and the folders with one of their
    own (fluxcd/pkg@kustomize/v1.39.0:kustomize/kustomize_generator.go generateKustomization).
    """
    from .kustomize import build

    if any(name in FILE_NAMES for name in files.names(folder)):
        return build(files, folder, more=more)
    paths = files.below(folder)
    folders = {posixpath.dirname(path) for path in paths if posixpath.basename(path) in FILE_NAMES}
    own = sorted(one for one in folders if not any(up in folders for up in above(one)))
    taken = (path for path in paths if path.endswith((".yaml", ".yml")))
    scanned = [path for path in taken if not any(up in folders for up in above(path))]
    loose = [path for path in scanned if _holds_objects(files, joined(folder, path))]
    value = dict(more.value) if more is not None and isinstance(more.value, dict) else {}
    places = more.places if more is not None else ()
    value["resources"] = made([*loose, *own], *places)
    found = build(files, folder, more=BuiltNode(value, places))
    return found._replace(reads=found.reads | {joined(folder, path) for path in scanned})


def _holds_objects(files: Files, path: str) -> bool:
    return any(True for one in files.documents(path) for _each in manifests(one))


def _fields(one: Manifest) -> BuiltNode:
    """Return what a Kustomization adds to the kustomization of its folder, with the places."""
    sync = sync_steps(one)
    if sync:
        return BuiltNode({}, (place_in(one, *sync, "path"),))
    found = {
        name: read(one.document, (*one.route, "spec", key), tree)
        for key, name in FIELDS.items()
        if (tree := one.at("spec", key)) is not None
    }
    return BuiltNode(dict(found), (place_in(one, "spec", "path"),))


def _variables(one: Manifest, known: Known, objects: Sequence[Manifest]) -> Variables | None:
    """Return the variables of a Kustomization; None where it substitutes nothing."""
    inline = one.at("spec", "postBuild", "substitute")
    origins = items(one.at("spec", "postBuild", "substituteFrom"))
    values: dict[str, BuiltNode] = {}
    complete = True
    for origin in origins:
        name, kind = string(child(origin, "name")) or "", string(child(origin, "kind"))
        found = None
        if kind == "ConfigMap":
            here = [each for each in objects if (each.kind, each.name) == (kind, name)]
            found = _nearest(one, [*known(kind, name), *here])
        if found is None:
            complete = False
        else:
            values |= _strings(found, found.at("data"), (*found.route, "data"))
    values |= _strings(one, inline, (*one.route, "spec", "postBuild", "substitute"))
    if not values and complete:
        return None
    return Variables(values, complete)


def _strings(one: Manifest, tree: Tree | None, route: Route) -> dict[str, BuiltNode]:
    if tree is None or not isinstance(tree, MappingTree):
        return {}
    return {
        name: read(one.document, (*route, name), value)
        for name, value in members(tree).items()
        if text_of(value) is not None
    }


def _nearest(one: Manifest, found: Sequence[Manifest]) -> Manifest | None:
    """Return the ConfigMap that a Kustomization means: of several, the one nearest to its file."""
    fitting = [m for m in found if m.namespace in ("", one.namespace)]
    home = written_in(one.document).source.path.split("/")

    def nearness(other: Manifest) -> int:
        path = written_in(other.document).source.path.split("/")
        same = [a == b for a, b in zip(home, path, strict=False)]
        return (*same, False).index(False)

    return max(reversed(fitting), key=nearness, default=None)


def _substituted(one: Manifest, variables: Variables) -> Manifest:
    """Return an object with its variables substituted; itself where it has none."""
    from .substitution import substituted

    text = one.document.source.text[one.root.span.start : one.root.span.end]
    if "$" not in text:
        return one
    before = as_node(one)
    after = substituted(before, variables)
    return one if after is before else rebuilt(one, after)
