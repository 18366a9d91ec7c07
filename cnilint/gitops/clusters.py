"""Which clusters a repository has, and which objects each of them gets.

The evidence, strongest first: the settings; Argo CD's Applications and Flux's Kustomizations, which
say what they apply; documents that name a cluster; kustomizations that nothing refers to; and where
nothing says anything, everything that was given is one cluster, as `kubectl apply` would have it.
"""

from __future__ import annotations

import posixpath
from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from cnilint.kube.manifest import Manifest, ManifestIndex, manifests
from cnilint.model.tree import Document, Value, plain
from cnilint.start import NamedTuple
from cnilint.syntax.collect import is_helmfile

from . import argo, argo_sets, distributions, flux, generic_chart
from .built import written_in
from .charts import other_objects, unfilled
from .delivery import deliveries
from .files import Files, joined
from .graph import Build, ClusterObjects, Edge, NotRead, UnreadReason
from .kustomization import FILE_NAMES, named, patch_files
from .named_clusters import by_cluster, cluster_of, describes_by_name
from .partition import ONLY, Applied, partition
from .workload_clusters import spread

Installs = Callable[[Manifest], bool]
"""Whether an object installs or configures a CNI product: two of these make two clusters."""

Twice = Callable[[Manifest, Manifest], bool]
"""Whether two objects each install the same product, or are rivals for one node."""

GENERIC = frozenset(
    {
        *("apps", "argo", "argocd", "base", "bootstrap", "cluster", "clusters", "config", "deploy"),
        *("flux", "flux-system", "gitops", "infrastructure", "k8s", "kubernetes", "manifests"),
        *("setup",),
    }
)
"""Names of folders that say nothing of which cluster it is."""

CLUSTERS = "clusters"
"""The folder whose folders are clusters, by Flux's own convention."""

PATHS = ("resource", "component")
"""The edges by which a kustomization brings in objects of the tree."""

MOST_OBJECTS = 100_000
"""Objects followed for one cluster: past that the rest is a source that was not read."""


class Layout(NamedTuple):
    """The clusters of a repository, and the objects that none of them gets.

    `repeated` are installs that one cluster gets twice, each with the one that was applied later.
    """

    clusters: tuple[ClusterObjects, ...]
    unapplied: tuple[Manifest, ...] = ()
    repeated: tuple[tuple[Manifest, Manifest], ...] = ()


NO_CLUSTERS = Layout(())


def layout(
    files: Files,
    documents: Sequence[Document],
    installs: Installs,
    paths: Mapping[str, tuple[str, ...]] | None = None,
    twice: Twice = lambda _one, _other: False,
    rivals: Twice = lambda _one, _other: False,
) -> Layout:
    """Return the clusters of the documents that were given, and what they get of the repository.

    `paths` are what settings say that each cluster gets, by its name. Kustomizations that nothing
    refers to are of two clusters where they install a product `twice`. `rivals` are installs of
    which a folder of alternatives offers the one or the other.
    """
    return Survey(files, documents, installs, twice, rivals).layout(paths)


class _Root(NamedTuple):
    """An object that nothing in the repository applies, and that applies things itself."""

    cluster: str
    folder: str
    object: Manifest


class _Begun(NamedTuple):
    """What a cluster begins with: the folders of its roots, and what is applied there first."""

    roots: tuple[str, ...]
    start: tuple[Callable[[Survey], Build], ...]
    assumed: str = ""


class _Name(NamedTuple):
    """What a cluster is called: the name that objects say, and the folder or file that it is of.

    Either may be empty.
    """

    cluster: str
    part: str

    @property
    def whole(self) -> str:
        """Both as one name."""
        return ": ".join(filter(None, self))


class Survey:
    """What the documents of a run are: loose objects, kustomizations, and who refers to which."""

    def __init__(
        self,
        files: Files,
        documents: Sequence[Document],
        installs: Installs,
        twice: Twice,
        rivals: Twice,
    ) -> None:
        """Take the files of a repository, and of the documents in it those that were given."""
        self._files = files
        self._installs = installs
        self._twice = twice
        self._rivals = rivals
        self._is_spread = False
        self._patches = patch_files(documents)
        self._begun: dict[str, _Begun] = {}
        self._made: dict[str, ClusterObjects] = {}
        self._rests_on: dict[str, frozenset[str]] = {}
        self._repeated: dict[str, tuple[tuple[Manifest, Manifest], ...]] = {}
        self._now: dict[int, Manifest] = {}
        self._paths: dict[str, str] = {}
        self.asked_for: set[tuple[str, str]] = set()
        """The kinds and names of objects of whatever place that were looked for."""
        own = [one for one in documents if posixpath.basename(one.source.path) in FILE_NAMES]
        homes = [joined(files.path(one.source.path), "..") for one in own]
        self._homes = frozenset(homes)
        self._folders = sorted(self._homes)
        self._seem_named = frozenset(
            joined(home, path) for home, one in zip(homes, own, strict=True) for path in named(one)
        )
        self._builds: dict[str, Build] = {}
        self._argo_builds: dict[Manifest, Build] = {}
        self._expanded: dict[Manifest, argo_sets.Expanded] = {}
        self._appliers: Mapping[str, Sequence[Manifest]] = {}
        self._elsewhere: list[Manifest] = []
        self._applying: dict[int, frozenset[str]] = {}
        self._loose = [each for one in documents for each in self._loose_in(one)]
        self._named = _by_name(self._loose)
        self._descriptions = [m for m in self._loose if distributions.describes_cluster(m)]
        self._lying: dict[str, list[Manifest]] = {}
        for one in self._loose:
            self._lying.setdefault(self._home(one), []).append(one)
        self._set_files = files.tracked()
        self._sources = flux.sources(self._loose, files)
        self._own = argo.own_addresses(self._loose, files)

    def layout(self, paths: Mapping[str, tuple[str, ...]] | None = None) -> Layout:
        """Return the clusters; `paths` are what settings say that each gets, by its name."""
        if paths:
            found = self._by_settings(paths)
        elif roots := self._roots():
            found = self._by_roots(roots)
        else:
            found = self._by_folders()
        repeated = tuple(pair for each in self._repeated.values() for pair in each)
        clusters = spread(found.clusters, self._installs)
        self._is_spread = clusters != found.clusters
        return found._replace(clusters=clusters, repeated=repeated)

    def repeated(self, name: str) -> tuple[tuple[Manifest, Manifest], ...]:
        """Return the installs that a cluster gets twice, each with the one that counts."""
        return self._repeated.get(name, ())

    def rests_on(self, name: str) -> frozenset[str]:
        """Return the files that a cluster's objects were made of beside those that it reads."""
        return self._rests_on.get(name, frozenset())

    def made(self, name: str) -> ClusterObjects:
        """Return a cluster as it was found, by its name."""
        return self._made[name]

    def changed(
        self,
        files: Files,
        installs: Installs,
        same: Twice,
        texts: Mapping[str, Sequence[Document]],
        names: Iterable[str],
    ) -> Survey | None:
        """Return what is known with other texts at some paths, as far as it is `made` again.

        `same` tells whether an object and its version there install the same. `texts` has the
        documents that are given there, by path. `names` are the clusters that read them: nothing
        else is made again. None where the change
        may be one of who gets what, for which everything has to be looked at.
        """
        from copy import copy

        other: Survey = copy(self)
        other._files, other._installs = files, installs
        other._made, other._rests_on, other._repeated, other._now = {}, {}, {}, {}
        other._elsewhere = []
        paths = frozenset(texts)
        if self._is_spread or not paths.isdisjoint(self._set_files.read_paths):
            return None
        if not other._exchanged(self, same, texts):
            return None
        folders = {folder for path in paths for folder in self._reading.get(path, ())}
        other._builds = {at: one for at, one in self._builds.items() if at not in folders}
        other._argo_builds = {
            one: each for one, each in self._argo_builds.items() if paths.isdisjoint(each.reads)
        }
        for name in names:
            before, now = self._made[name], other._cluster(name, self._begun[name])
            if not _is_alike(before, now, same) or other._is_stale(now, paths):
                return None
        read = {path for name in names for path in self._made[name].reads}
        known = all(
            any(joined(folder, name) in read for name in FILE_NAMES)
            for folder in folders.intersection(self._folders)
        )
        return other if known else None

    @cached_property
    def _reading(self) -> Mapping[str, list[str]]:
        """The folders that were built, by the files that they read."""
        found: dict[str, list[str]] = {}
        for folder, one in self._builds.items():
            for path in one.reads:
                found.setdefault(path, []).append(folder)
        return found

    @cached_property
    def _standing(self) -> Mapping[str, Sequence[Manifest]]:
        """The loose objects by the files that they stand in."""
        return self._by_path(self._loose)

    def _exchanged(
        self, before: Survey, same: Twice, texts: Mapping[str, Sequence[Document]]
    ) -> bool:
        """Take the loose objects of some texts in place of those of before, if they are alike."""
        for path, documents in texts.items():
            old = before._standing.get(path, ())
            new = [each for one in documents for each in self._loose_in(one)]
            if len(old) != len(new):
                return False
            for one, other in zip(old, new, strict=True):
                if not alike(one, other) or (one.kind, one.name) in self.asked_for:
                    return False
                if not same(one, other):
                    return False
                self._now[id(one)] = other
        return True

    def _is_stale(self, one: ClusterObjects, paths: frozenset[str]) -> bool:
        """Whether a cluster has an object that was not made again though its text is another."""
        sources = {path: self._files.source(path) for path in paths}
        return any(
            path in paths and written_in(each.document).source is not sources[path]
            for each in one.objects
            for path in [self._path_in(each)]
        )

    def _loose_in(self, one: Document) -> list[Manifest]:
        path = one.source.path
        if posixpath.basename(path) in FILE_NAMES or posixpath.normpath(path) in self._patches:
            return []
        return [*manifests(one), *other_objects(one, self._is_there)]

    def _is_there(self, path: str) -> bool:
        return self._files.is_file(self._files.path(path))

    def _path_in(self, one: Manifest) -> str:
        """Return the path of the file that an object stands in."""
        shown = written_in(one.document).source.path
        known = self._paths.get(shown)
        if known is None:
            known = self._paths[shown] = self._files.path(shown)
        return known

    def _home(self, one: Manifest) -> str:
        return joined(self._path_in(one), "..")

    def _by_path(self, objects: Iterable[Manifest]) -> dict[str, list[Manifest]]:
        found: dict[str, list[Manifest]] = {}
        for one in objects:
            found.setdefault(self._path_in(one), []).append(one)
        return found

    # What begins a cluster

    def _roots(self) -> list[_Root]:
        """Return the objects of Flux and Argo CD that nothing else in the repository applies."""
        appliers = [one for one in self._loose if _applies(one)]
        if not any(self._leads_somewhere(one) for one in appliers):
            return []
        self._appliers = self._by_path(appliers)
        first = self._without_orphans(self._first(appliers), appliers)
        folders = {id(one): self._home(one) for one in first}
        names = self._joined(first, folders, self._names(first, folders))
        found = []
        for one in first:
            folder = folders[id(one)]
            if argo.is_application(one) or argo.is_set(one):
                found.append(_Root(argo.destination(one) or names[folder], folder, one))
            else:
                found.append(_Root(names[folder], folder, one))
        return found

    def _without_orphans(
        self, first: Sequence[Manifest], appliers: Sequence[Manifest]
    ) -> list[Manifest]:
        """Return the roots without objects of Flux that a tree holds, and nothing applies.

        Such as one in a folder that Flux does apply, whose kustomization leaves the file out; and
        one that lies elsewhere than the clusters' own folders, where there are such.
        """
        ruling = [
            (one, folder)
            for one in appliers
            if flux.is_kustomization(one) or flux.is_instance(one)
            for folder in self._path_of(one)
            if folder != "."
        ]
        left_out = {
            id(one)
            for one in first
            if flux.is_kustomization(one) and self._is_left_out(one, ruling)
        }
        rest = [one for one in first if id(one) not in left_out]
        stems = {_stem(self._home(one)) for one in rest if _is_named(self._home(one))}
        stems |= {_stem(folder) for one in rest for folder in self._synced(one)}
        return [
            one
            for one in rest
            if not stems
            or not flux.is_kustomization(one)
            or self._synced(one)
            or _stem(self._home(one)) in stems
        ]

    def _is_left_out(self, one: Manifest, ruling: Sequence[tuple[Manifest, str]]) -> bool:
        """Whether an object lies in a folder that another one applies, which it does not lead to.

        It applies no folder around that one itself.
        """
        path, own = self._path_in(one), self._synced(one)
        around = [
            other
            for other, folder in ruling
            if _holds(folder, path) and not any(_holds(each, f"{folder}/.") for each in own)
        ]
        return bool(around) and not self._led_to(one).issuperset(map(id, around))

    def _led_to(self, one: Manifest) -> set[int]:
        """Return the ids of an object and of all that it applies, at however many removes."""
        found: set[int] = set()
        pending = [one]
        while pending:
            each = pending.pop()
            if id(each) not in found:
                found.add(id(each))
                reads = self._reads(each)
                for path in reads & self._appliers.keys():
                    pending += self._appliers[path]
        return found

    def _synced(self, one: Manifest) -> list[str]:
        """Return the folders that make a cluster of what applies them.

        Those that apply the object itself, as Flux's bootstrap has it, and the Flux operator's.
        """
        if flux.is_instance(one):
            return self._path_of(one)
        if not flux.is_kustomization(one):
            return []
        path = self._path_in(one)
        holding = [each for each in self._path_of(one) if _holds(each, path)]
        return [each for each in holding if path in self._folder(each).reads]

    def _leads_somewhere(self, one: Manifest) -> bool:
        """Whether an object applies a path of this repository."""
        return bool(self._path_of(one))

    def _path_of(self, one: Manifest) -> list[str]:
        """Return the folders that an object applies, as far as it can be followed."""
        if flux.is_kustomization(one) or flux.is_instance(one):
            found = flux.followed(one, self._sources, self._files)
            return [found.folder] if found.reason is None else []
        edges = [edge for each in self._applications(one) for edge in self._argo(each).edges]
        return [edge.target for edge in edges if edge.kind == "argo-source"]

    def _applications(self, one: Manifest) -> tuple[Manifest, ...]:
        if argo.is_set(one):
            return self._expanded_set(one).applications
        return (one,) if argo.is_application(one) else ()

    def _expanded_set(self, one: Manifest) -> argo_sets.Expanded:
        if one not in self._expanded:
            self._expanded[one] = argo_sets.expanded(one, self._set_files, self._own)
        return self._expanded[one]

    def _argo(self, one: Manifest) -> Build:
        if one not in self._argo_builds:
            self._argo_builds[one] = argo.applied(one, self._files, self._own)
        return self._argo_builds[one]

    def _first(self, appliers: Sequence[Manifest]) -> list[Manifest]:
        """Return those that no other one applies; of a circle that nothing else applies, one."""
        from .circles import circles

        reads = [self._reads(one) for one in appliers]
        paths = [self._path_in(one) for one in appliers]
        holders: dict[str, list[int]] = {}
        for at, path in enumerate(paths):
            holders.setdefault(path, []).append(at)
        below = [
            [to for path in each if path in holders for to in holders[path] if to != at]
            for at, each in enumerate(reads)
        ]
        circle = circles(below)
        applied = {
            circle[to] for at, each in enumerate(below) for to in each if circle[to] != circle[at]
        }
        best: dict[int, int] = {}
        for at in sorted(range(len(appliers)), key=lambda at: self._rank(appliers[at])):
            best.setdefault(circle[at], at)
        return [
            one
            for at, one in enumerate(appliers)
            if circle[at] not in applied and best[circle[at]] == at
        ]

    def _rank(self, one: Manifest) -> tuple[bool, bool, str, str]:
        """Return where an object stands among those that apply each other, the first one lowest.

        It begins with what the Flux operator is told, then with what applies its own folder.
        """
        path = self._path_in(one)
        return (not flux.is_instance(one), path not in self._reads(one), path, one.name)

    def _reads(self, one: Manifest) -> frozenset[str]:
        """Return the files that an object applies, as far as it is known without a cluster."""
        if id(one) not in self._applying:
            found: set[str] = set()
            if flux.is_kustomization(one) or flux.is_instance(one):
                for folder in self._path_of(one):
                    found |= self._folder(folder).reads
            for each in self._applications(one):
                found |= self._argo(each).reads
            self._applying[id(one)] = frozenset(found)
        return self._applying[id(one)]

    def _folder(self, folder: str) -> Build:
        """Return what a folder is when it is applied as it lies."""
        if folder not in self._builds:
            self._builds[folder] = flux.folder_build(self._files, folder)
        return self._builds[folder]

    def _joined(
        self, first: Sequence[Manifest], folders: Mapping[int, str], names: dict[str, str]
    ) -> dict[str, str]:
        """Return names of clusters, one for all where only the folders of Applications differ.

        Argo CD applies to its own cluster what has no other destination, wherever it lies: that is
        one cluster, unless two folders install the same or a rival of it, or lie where clusters do.
        """
        own = [one for one in first if not argo.destination(one)]
        if len({names[folders[id(one)]] for one in own}) < 2:
            return names
        if any(flux.is_kustomization(one) or flux.is_instance(one) for one in first):
            return names
        if any(_is_named(folders[id(one)]) for one in own):
            return names
        found: list[tuple[str, Manifest]] = []
        for one in own:
            name = names[folders[id(one)]]
            for each in (one, *self._installed_by(one)):
                if any(other != name and self._are_apart(each, m) for other, m in found):
                    return names
                found.append((name, each))
        return {**names, **{folders[id(one)]: ONLY for one in own}}

    def _are_apart(self, one: Manifest, other: Manifest) -> bool:
        """Whether two objects are hardly of one cluster: the same object, or rivals."""
        if _identity(one) == _identity(other):
            return True
        return self._installs(one) and self._installs(other) and self._rivals(one, other)

    def _installed_by(self, one: Manifest) -> Iterator[Manifest]:
        """Yield the installs that an object of Argo CD brings to its own cluster."""
        pending, seen = [one], {_work(one)}
        while pending:
            for each in self._applications(pending.pop()):
                if argo.destination(each):
                    continue
                for brought in (each, *self._argo(each).objects):
                    if self._installs(brought):
                        yield brought
                    if _applies(brought) and _work(brought) not in seen:
                        seen.add(_work(brought))
                        pending.append(brought)

    def _names(self, first: Iterable[Manifest], folders: Mapping[int, str]) -> dict[str, str]:
        """Return a name for the cluster of each folder that holds roots.

        A folder below another one with roots is the same cluster. The name is the last part that
        says something, of the folder that is applied if it holds the root itself, else of its own.
        """
        outer: dict[str, str] = {}
        for folder in sorted(set(folders.values()), key=lambda name: (name.count("/"), name)):
            above = (name for name in outer.values() if _holds(name, folder))
            outer[folder] = next(above, folder)
        homes: dict[str, str] = {}
        for one in first:
            folder = outer[folders[id(one)]]
            path = self._path_in(one)
            holding = self._synced(one) or [f for f in self._path_of(one) if _holds(f, path)]
            if holding:
                homes[folder] = min(holding, key=len)
        named = {folder: homes.get(folder, folder) for folder in outer.values()}
        if len(named) == 1 and not homes and not any(map(_is_named, named)):
            return dict.fromkeys(outer, ONLY)
        whole = {folder: _whole(home) for folder, home in named.items()}
        counts = Counter(_short(home) for home in set(whole.values()))
        full = {
            folder: home if _short(home) and counts[_short(home)] > 1 else _short(home)
            for folder, home in whole.items()
        }
        return {folder: full[top] or ONLY for folder, top in outer.items()}

    # What a cluster gets

    def _by_settings(self, paths: Mapping[str, tuple[str, ...]]) -> Layout:
        """Return the clusters that the settings name, each with what its paths apply."""
        found = []
        for name, given in paths.items():
            start = [partial(Survey._path, path=path) for path in given]
            found.append(self._cluster(name, _Begun(given, tuple(start))))
        return Layout(tuple(found), self._left(found))

    def _path(self, path: str) -> Build:
        path = self._files.path(path)
        if self._files.is_folder(path):
            return self._folder(path)
        objects = [manifest for one in self._files.documents(path) for manifest in manifests(one)]
        return Build(tuple(objects), (), (), frozenset({path}))

    def _by_roots(self, roots: Sequence[_Root]) -> Layout:
        """Return a cluster for each name that roots have, or Applications go to."""
        groups: dict[str, list[_Root]] = {}
        for root in roots:
            groups.setdefault(root.cluster, []).append(root)
        described = self._described({name: members[0].folder for name, members in groups.items()})
        sent: dict[str, dict[tuple[str, ...], Manifest]] = {}
        found: dict[str, ClusterObjects] = {}
        pending = list(groups)
        while pending:
            name = pending.pop(0)
            members, more = groups.get(name, []), sent.get(name, {}).values()
            objects = (*(root.object for root in members), *described.get(name, ()), *more)
            folders = tuple(
                dict.fromkeys([root.folder for root in members] or map(self._home, more))
            )
            first = partial(Survey._lone, objects=objects, beside=objects)
            self._elsewhere = []
            found[name] = self._cluster(name, _Begun(folders, (first, *self._around(members))))
            for one in self._elsewhere:
                there = sent.setdefault(argo.destination(one), {})
                if _work(one) not in there:
                    there[_work(one)] = one
                    pending += [argo.destination(one)]
            pending = list(dict.fromkeys(pending))
        clusters = [one for one in found.values() if len(found) == 1 or not _is_only_a_hub(one)]
        return Layout(tuple(clusters), self._left(found.values()))

    def _described(self, folders: Mapping[str, str]) -> dict[str, list[Manifest]]:
        """Return the descriptions of clusters that nothing applies, by the cluster they are of.

        It is the one of the same name, the one whose name the path has, the one in whose folder the
        file lies, or the only one where they describe no more than one.
        """
        found: dict[str, list[Manifest]] = {name: [] for name in folders}
        several = len(set(filter(None, map(cluster_of, self._descriptions)))) > 1
        for one in self._descriptions:
            path = self._path_in(one)
            parts = {*path.split("/")[:-1], posixpath.basename(path).partition(".")[0]}
            fitting = (
                [name for name in folders if one.name and one.name == name]
                or [name for name in folders if name in parts]
                or [name for name, folder in folders.items() if _holds(folder, path)]
            )
            if not fitting and len(folders) == 1 and not several:
                fitting = list(folders)
            for name in fitting[:1]:
                found[name].append(one)
        return found

    def _lone(self, objects: Sequence[Manifest], beside: Sequence[Manifest]) -> Build:
        """Return objects that are applied as they lie; the files of those beside them are read."""
        now = tuple(self._now.get(id(one), one) for one in objects)
        return Build(now, (), (), frozenset(map(self._path_in, beside)))

    def _around(self, members: Sequence[_Root]) -> Iterable[Callable[[Survey], Build]]:
        """Yield what lies beside Kustomizations that begin a cluster: who applies them applies it.

        That is what the kustomization of the folder names, or where it has none, every object.
        """
        roots = frozenset(_identity(root.object) for root in members)
        for folder in dict.fromkeys(
            root.folder
            for root in members
            if flux.is_kustomization(root.object) and not self._synced(root.object)
        ):
            if any(name in FILE_NAMES for name in self._files.names(folder)):
                yield partial(Survey._folder_without, folder=folder, roots=roots)
            else:
                known = {id(one) for one in self._descriptions}
                beside = [one for one in self._lying.get(folder, []) if id(one) not in known]
                others = [one for one in beside if _identity(one) not in roots]
                yield partial(Survey._lone, objects=others, beside=beside)

    def _folder_without(self, folder: str, roots: frozenset[tuple[str, str, str]]) -> Build:
        whole = self._folder(folder)
        objects = tuple(one for one in whole.objects if _identity(one) not in roots)
        return whole._replace(objects=objects)

    def _cluster(self, name: str, begun: _Begun) -> ClusterObjects:
        """Return a cluster: what its roots apply, and what that applies in turn."""
        self._begun[name] = begun
        objects: list[Manifest] = []
        edges: list[Edge] = []
        not_read: list[NotRead] = []
        reads: set[str] = set()
        seen: set[tuple[str, ...]] = set()
        pending = deque(each(self) for each in begun.start)
        while pending:
            one = pending.popleft()
            edges += one.edges
            not_read += one.not_read
            reads |= one.reads
            for each in one.objects:
                objects.append(each)
                key = _work(each)
                if _applies(each) and key not in seen and len(objects) < MOST_OBJECTS:
                    seen.add(key)
                    pending += self._brought(each, objects, name)
        for brought in self._of_machines(objects):
            objects += brought.objects
            edges += brought.edges
            not_read += brought.not_read
        for each in objects:
            edges += flux.chart_edges(each, self._sources, self._asked(objects))
        kept, self._repeated[name] = self._last_ones(distributions.settled(objects))
        rendered, self._rests_on[name] = self._rendered(kept)
        kept += rendered
        self._made[name] = ClusterObjects(
            name,
            tuple(kept),
            tuple(begun.roots),
            tuple(dict.fromkeys(edges)),
            tuple(dict.fromkeys(not_read)),
            frozenset(reads),
            begun.assumed,
        )
        return self._made[name]

    def _asked(self, known: Sequence[Manifest]) -> Callable[[str, str], list[Manifest]]:
        """Return what finds objects by kind and name: loose ones first, then those of a cluster."""

        def asked(kind: str, name: str) -> list[Manifest]:
            self.asked_for.add((kind, name))
            here = [one for one in known if one.kind == kind and one.name == name]
            return [*self._named.get((kind, name), ()), *here]

        return asked

    def _of_machines(self, objects: Sequence[Manifest]) -> list[Build]:
        """Return what machine configurations apply: what they hold, and what lies at addresses."""
        held = tuple(distributions.inline_objects(objects))
        addresses = [node for _address, node in distributions.addresses(objects)]
        found = [Build(held, (), (), frozenset())] if held else []
        if not addresses:
            return found
        from .kustomize import build_published

        return [*found, build_published(self._files, addresses)]

    def _rendered(self, objects: Sequence[Manifest]) -> tuple[list[Manifest], frozenset[str]]:
        """Return the workloads of releases whose values say the whole of them, and what was read.

        Those are the files of values.
        """
        files = self._files.tracked()
        index = ManifestIndex(objects, files)
        found = [
            made
            for one in objects
            for delivery in deliveries(one, index)
            if delivery.name == generic_chart.CHART
            for made in generic_chart.rendered(delivery, files)
        ]
        return found, frozenset(files.read_paths)

    def _last_ones(
        self, objects: Sequence[Manifest]
    ) -> tuple[list[Manifest], tuple[tuple[Manifest, Manifest], ...]]:
        """Return objects without the installs that are applied again later, and those pairs.

        Two installs are the same one under the same name.
        """
        repeated: list[tuple[Manifest, Manifest]] = []
        last: dict[tuple[str, ...], Manifest] = {}
        kept: list[Manifest] = []
        for one in objects:
            key = (one.kind, one.namespace, one.name)
            before = last.get(key)
            if before is one:
                continue
            if before is not None and one.name and self._installs(one):
                kept = [each for each in kept if each is not before]
                repeated.append((before, one))
            last[key] = one
            kept.append(one)
        return kept, tuple(repeated)

    def _brought(self, one: Manifest, known: Sequence[Manifest], name: str) -> list[Build]:
        """Return what one object of a cluster applies to this cluster."""
        if flux.is_kustomization(one) or flux.is_instance(one):
            return [flux.applied(one, self._sources, self._files, self._asked(known))]
        if argo.is_set(one):
            found = self._expanded_set(one)
            edges = (Edge("applicationset", one.title, one.location("spec", "generators")),)
            reasons = {UnreadReason.UNKNOWN_CLUSTERS: "generators"} if found.unknown else {}
            if found.cut:
                reasons[UnreadReason.TOO_MUCH] = "generators"
            if found.unpatched:
                reasons[UnreadReason.TEMPLATE] = "templatePatch"
            unread = tuple(
                NotRead(reason, one.title, one.location("spec", key))
                for reason, key in reasons.items()
            )
            return [Build(found.applications, edges, unread, frozenset())]
        target = argo.destination(one)
        if "{{" in target:
            unknown = self._argo(one)
            return [Build((), unknown.edges, (), unknown.reads)]
        if target and target != name:
            self._elsewhere.append(one)
            return []
        return [self._argo(one)]

    # Where nothing applies paths

    def _by_folders(self) -> Layout:
        """Return the clusters of kustomizations that nothing refers to, and of loose objects."""
        tops = self._tops
        builds = {folder: one for folder, one in self._builds.items() if folder in self._homes}
        reads = frozenset(path for one in builds.values() for path in one.reads)
        loose = [one for one in self._loose if self._path_in(one) not in reads]
        whole = {folder: self._whole(folder) for folder in tops}
        applied = [Applied(one, whole[folder]) for folder in tops for one in builds[folder].objects]
        built = {id(one.object) for one in applied}
        left: tuple[Manifest, ...] = ()
        helmfiles = [path for path in self._files.paths() if self._helmfile((path,)).not_read]
        if any(edge.kind in PATHS for folder in tops for edge in builds[folder].edges):
            described = [one for one in loose if distributions.describes_cluster(one)]
            others = [one for one in loose if not distributions.describes_cluster(one)]
            left, loose = tuple(one for one in others if self._installs(one)), described
            helmfiles = []
        elif any(_applies(one) for one in loose):
            # where GitOps is done, a chart or helmfile that nothing refers to is nobody's
            others = [one for one in loose if _is_unreferred(one)]
            left = tuple(one for one in others if self._installs(one))
            loose = [one for one in loose if not _is_unreferred(one)]
            helmfiles = []
        alternatives = self._alternatives(loose)
        for one in loose:
            path = self._path_in(one)
            applied.append(
                Applied(one, self._whole(path if path in alternatives else self._home(one)))
            )
        apart = {self._whole(path) for path in alternatives}

        def twice(one: Manifest, other: Manifest) -> bool:
            return {id(one), id(other)} <= built and self._twice(one, other)

        def parted(members: Sequence[Applied]) -> list[tuple[str, list[Applied]]]:
            return partition(members, self._tells_apart, twice, apart)

        found = []
        unread = [folder for folder in tops if not builds[folder].objects]
        unread = [folder for folder in unread if builds[folder].not_read]
        told = list(self._told_apart(applied, built, parted))
        if not told and (unread or helmfiles):
            told = [(_Name("", ONLY), [])]
        parts = [name.part for name, _members in told]
        for name, members in told:
            folders = {one.folder for one in members}
            folders |= {whole[f] for f in unread if _may_be_in(whole[f], name.part, parts)}
            inside = tuple(folder for folder in tops if whole[folder] in folders)
            others = [one.object for one in members if id(one.object) not in built]
            beside = [one.object for one in members]
            more = partial(Survey._lone, objects=others, beside=beside)
            of_others = frozenset(
                _identity(one.object)
                for one in applied
                if one.folder in folders and cluster_of(one.object) not in ("", name.cluster)
            )
            start = [partial(Survey._folder_without, folder=f, roots=of_others) for f in inside]
            own = [
                path
                for path in helmfiles
                if _may_be_in(self._whole(joined(path, "..")), name.part, parts)
            ]
            start += [partial(Survey._helmfile, paths=own)]
            assumed = "files" if name.part in apart else "folders" if name.part else ""
            found.append(self._cluster(name.whole, _Begun(inside, (*start, more), assumed)))
        if len(found) == 1:
            found = [found[0]._replace(assumed="")]
        return Layout(tuple(found), left)

    def _helmfile(self, paths: Sequence[str]) -> Build:
        """Return, of some files, the helmfiles whose templates were not filled in."""
        found = [
            NotRead(UnreadReason.HELMFILE_NOT_RENDERED, path, place)
            for path in paths
            if is_helmfile(path)
            for one in self._files.found(path)
            for place in unfilled(one)
        ]
        return Build((), (), tuple(found), frozenset(paths))

    def _told_apart(
        self,
        applied: Sequence[Applied],
        built: Container[int],
        parted: Callable[[Sequence[Applied]], list[tuple[str, list[Applied]]]],
    ) -> Iterator[tuple[_Name, list[Applied]]]:
        """Yield objects by cluster: those that they name where there are several, else `parted`.

        What is of no certain one of them goes to each, unless it is of several clusters itself.
        `built` are the ids of objects of kustomizations.
        """
        paths = [
            joined(one.folder, FILE_NAMES[0])
            if id(one.object) in built
            else self._path_in(one.object)
            for one in applied
        ]
        named = by_cluster(applied, paths)
        rest = named.pop("")
        if len(named) < 2:
            for part, members in parted(applied):
                yield _Name("", part), members
            return
        parts = parted(rest)
        shared = rest if len(parts) == 1 else []
        for part, members in [] if shared else parts:
            yield _Name("", part), members
        for cluster, own in named.items():
            parts = parted([*own, *shared])
            for part, members in parts:
                yield _Name(cluster, part if len(parts) > 1 else ""), members

    def _alternatives(self, loose: Iterable[Manifest]) -> frozenset[str]:
        """Return the paths of files of which each is an alternative to others in its folder.

        Two files that hold the same install are: a folder of variants of one product has such.
        There, one that has a rival of such an install is an alternative too. What else the folder
        has may go with each of them.
        """
        folders: dict[str, list[Manifest]] = {}
        for one in loose:
            if one.name and self._tells_apart(one):
                folders.setdefault(self._home(one), []).append(one)
        found: set[str] = set()
        for installs in folders.values():
            paths: dict[tuple[str, str, str], set[str]] = {}
            for one in installs:
                paths.setdefault(_identity(one), set()).add(self._path_in(one))
            again = [one for one in installs if len(paths[_identity(one)]) > 1]
            others = [one for one in installs if len(paths[_identity(one)]) == 1]
            chosen = again + [one for one in others if any(self._rivals(one, m) for m in again)]
            found.update(map(self._path_in, chosen))
        return frozenset(found)

    def _whole(self, folder: str) -> str:
        """Return a folder as it compares with others: absolute where some lie outside the top."""
        if not self._has_outside:
            return folder
        return posixpath.normpath(posixpath.join(self._files.top, folder))

    @cached_property
    def _has_outside(self) -> bool:
        outside = any(posixpath.isabs(self._path_in(one)) for one in self._loose)
        return outside and self._files.top != ""

    def _tells_apart(self, one: Manifest) -> bool:
        """Whether an object in two folders makes two clusters: an install, or a cluster's own.

        A machine's file does not.
        """
        if not one.api_version and distributions.describes_cluster(one):
            return False
        return describes_by_name(one) or self._installs(one)

    def _left(self, found: Iterable[ClusterObjects]) -> tuple[Manifest, ...]:
        """Return the installs that no cluster gets, those that kustomizations bring in included."""
        reads = {path for one in found for path in one.reads}
        tops = [f for f in self._tops if not any(joined(f, name) in reads for name in FILE_NAMES)]
        built = [one for folder in tops for one in self._folder(folder).objects]
        reads |= {path for folder in tops for path in self._folder(folder).reads}
        loose = [one for one in self._loose if self._path_in(one) not in reads]
        return tuple(one for one in (*built, *loose) if self._installs(one))

    @cached_property
    def _tops(self) -> list[str]:
        """The folders with a kustomization that no other kustomization refers to.

        What one refers to is not built by itself. So that little of it is, folders that a
        kustomization seems to name come last.
        """
        used: set[str] = set()
        built = []
        for folder in sorted(self._folders, key=lambda one: (one in self._seem_named, one)):
            if not any(joined(folder, name) in used for name in FILE_NAMES):
                built.append(folder)
                used |= {path for path in self._folder(folder).reads if not _is_own(path, folder)}
        return sorted(f for f in built if not any(joined(f, name) in used for name in FILE_NAMES))


def _may_be_in(folder: str, part: str, parts: Iterable[str]) -> bool:
    """Whether a folder is of the part of a repository that a cluster is, or of no certain one."""
    around = [one for one in parts if folder == one or folder.startswith(f"{one}/")]
    return part in around or not around


def _is_own(path: str, folder: str) -> bool:
    """Whether a path is that of a folder's own kustomization."""
    return joined(path, "..") == folder and posixpath.basename(path) in FILE_NAMES


def _holds(folder: str, path: str) -> bool:
    """Whether a path lies below a folder."""
    return folder == "." or path.startswith(f"{folder}/")


def _applies(one: Manifest) -> bool:
    """Whether an object brings in other objects of a repository."""
    return (
        flux.is_kustomization(one)
        or flux.is_instance(one)
        or argo.is_application(one)
        or argo.is_set(one)
    )


TOOLS = ("toolkit.fluxcd.io", "fluxcd.controlplane.io", "extensions.fluxcd.io", "argoproj.io")
"""The ends of the groups of objects that say what is applied where."""

SAYS_WHAT = frozenset({"patches", "helm", "kustomize"})
"""What of such an object says what its objects are, and not which ones."""


def alike(one: Manifest, other: Manifest) -> bool:
    """Whether two objects are the same to those who tell which objects a cluster gets."""
    if (one.api_version, _identity(one)) != (other.api_version, _identity(other)):
        return False
    group = one.api_version.partition("/")[0]
    leads = group.endswith(TOOLS) and one.kind != "HelmRelease"
    if leads or not group or any(_applies(m) for m in (one, other)):
        return _leading(plain(one.root)) == _leading(plain(other.root))
    if distributions.describes_cluster(one):
        return plain(one.root) == plain(other.root)
    return True


def _leading(value: Value) -> Value:
    """Return a value of an object without what only changes the objects that it leads to."""
    if isinstance(value, dict):
        return {key: _leading(one) for key, one in value.items() if key not in SAYS_WHAT}
    return [_leading(one) for one in value] if isinstance(value, list) else value


def _is_alike(before: ClusterObjects, now: ClusterObjects, same: Twice) -> bool:
    """Whether a cluster gets the same objects from the same sources, whatever they say."""
    if before.reads != now.reads or len(before.objects) != len(now.objects):
        return False
    if bool(before.not_read) != bool(now.not_read):
        return False
    if [(one.kind, one.target) for one in before.edges] != [
        (one.kind, one.target) for one in now.edges
    ]:
        return False
    return all(
        one is other or (alike(one, other) and same(one, other))
        for one, other in zip(before.objects, now.objects, strict=True)
    )


def _by_name(objects: Iterable[Manifest]) -> dict[tuple[str, str], list[Manifest]]:
    """Return objects by their kind and name."""
    found: dict[tuple[str, str], list[Manifest]] = {}
    for one in objects:
        found.setdefault((one.kind, one.name), []).append(one)
    return found


def _work(one: Manifest) -> tuple[str, ...]:
    """Return what makes two objects of a GitOps tool the same piece of work."""
    return (*_identity(one), _path_text(one))


def _is_only_a_hub(one: ClusterObjects) -> bool:
    """Whether a cluster has nothing but what applies things to other clusters."""
    return not one.not_read and all(argo.is_application(m) or argo.is_set(m) for m in one.objects)


def _is_unreferred(one: Manifest) -> bool:
    """Whether it is a chart or a helmfile, which nothing applies as it is."""
    return not one.api_version and not distributions.describes_cluster(one)


def _identity(one: Manifest) -> tuple[str, str, str]:
    return one.kind, one.namespace, one.name


def _path_text(one: Manifest) -> str:
    found = one.at("spec", "path")
    return one.document.source.text[found.span.start : found.span.end] if found else ""


def _short(folder: str) -> str:
    """Return the part of a path that tells clusters apart, nothing where none does.

    It is the one below a folder of clusters, else the last one that says something.
    """
    parts = [part for part in folder.split("/") if part not in ("", ".")]
    if _is_named(folder):
        return parts[parts.index(CLUSTERS) + 1]
    telling = [part for part in parts if part.lower() not in GENERIC]
    return telling[-1] if telling else ""


def _is_named(folder: str) -> bool:
    """Whether a folder is one of a cluster by what lies around it."""
    return CLUSTERS in folder.split("/")[:-1]


def _stem(folder: str) -> str:
    """Return the folder around the part of a path that tells clusters apart, empty for none."""
    return posixpath.dirname(_whole(folder)) if _short(folder) else ""


def _whole(folder: str) -> str:
    """Return a path up to the part that tells clusters apart; as it is where none does."""
    parts, name = folder.split("/"), _short(folder)
    if not name:
        return folder
    if _is_named(folder):
        return "/".join(parts[: parts.index(CLUSTERS) + 2])
    return "/".join(parts[: len(parts) - parts[::-1].index(name)])
