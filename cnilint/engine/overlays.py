"""Fixes that would change a file which other clusters read too: they go into the overlay.

A value of a base is shared. What one cluster needs otherwise is a patch in the nearest text that
brings the base in, and that only the clusters concerned read: a kustomization, a Kustomization of
Flux, or a source of an Application. Whether it does what it should is proven as for any fix.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf

from cnilint.gitops.argo import is_application
from cnilint.gitops.built import BuiltDocument
from cnilint.gitops.files import Files
from cnilint.gitops.flux import is_kustomization
from cnilint.gitops.graph import ClusterObjects, Edge
from cnilint.gitops.kustomization import FILE_NAMES
from cnilint.kube.manifest import Manifest, manifests
from cnilint.model.finding import Applicability, Edit, Finding, Fix, Location, Operation, Repair
from cnilint.model.text import Source
from cnilint.model.tree import Document, Mapping, Route, Value
from cnilint.start import NamedTuple, replace
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import resolve
from cnilint.syntax.rewrite import CannotEdit, apply, rewrite

from .kustomize_patch import patches
from .places import placed
from .sources import named_together

NO_OVERLAY = "and nothing that brings it in is read by this cluster alone"
NO_OBJECT = "and a patch cannot say this"

Pair = tuple[Finding, Finding]
"""A finding as it is in what was built, and as it is in the files."""


class Wanted(NamedTuple):
    """A fix that a cluster needs: as it is in what was built, and as it is in the files."""

    cluster: str
    built: Fix
    here: Fix


Fixes = MappingOf[object, Sequence[Wanted]]
NO_FIXES: Fixes = {}


def confined(found: Sequence[Pair], shared: Shared, others: Fixes = NO_FIXES) -> list[Finding]:
    """Return findings in files, no fix of which changes a cluster that does not have the finding.

    The fix of a finding that several clusters have is one for all of them; `others` are the fixes
    of clusters that are not among those of the findings.
    """
    fixed = {
        key: shared.fix([*others.get(key, ()), *members]) for key, members in grouped(found).items()
    }
    return [
        replace(one, fixes=tuple(fixed[key_of_fix(one, fix)] for fix in one.fixes))
        for _built, one in found
    ]


def grouped(found: Iterable[Pair]) -> dict[object, list[Wanted]]:
    """Return the fixes of findings, those that are one for several clusters together."""
    wanted: dict[object, list[Wanted]] = {}
    for built, here in found:
        for made, fix in zip(built.fixes, here.fixes, strict=True):
            wanted.setdefault(key_of_fix(here, fix), []).append(Wanted(here.cluster, made, fix))
    return wanted


def key_of_fix(one: Finding, fix: Fix) -> object:
    """Return what makes fixes for several clusters the same."""
    edits = [
        (
            edit.document.source.path,
            edit.document.index,
            edit.route,
            edit.operation,
            str(edit.value),
        )
        if isinstance(edit, Edit)
        else (edit.document.source.path, edit.span, edit.text)
        for edit in fix.edits
    ]
    return one.rule, one.location.source.path, one.location.route, fix.title, tuple(edits)


class _Host(NamedTuple):
    """A list of patches: in which document, and where in it."""

    document: Document
    route: Route


class Shared:
    """Which clusters read which files, and where each of them can say something of its own."""

    def __init__(self, clusters: Iterable[ClusterObjects], files: Files) -> None:
        """Take the clusters of a run."""
        self._files = files
        self._clusters = {one.name: one for one in clusters}
        self._order = {name: at for at, name in enumerate(self._clusters)}
        self._names: dict[str, set[str]] = {}
        for name, one in self._clusters.items():
            for path in one.reads:
                self._names.setdefault(path, set()).add(name)
        self._brought: dict[str, dict[str, list[Edge]]] = {}

    def changed(self, clusters: Iterable[ClusterObjects], files: Files) -> Shared:
        """Return the same with some clusters that are made anew, of the same files."""
        from copy import copy

        other: Shared = copy(self)
        other._files, other._brought = files, {}
        other._clusters = self._clusters | {one.name: one for one in clusters}
        return other

    def fix(self, members: Sequence[Wanted]) -> Fix:
        """Return one fix for the clusters that need it, which leaves the others as they are."""
        concerned = {one.cluster for one in members}
        members = sorted(members, key=lambda one: self._order.get(one.cluster, -1))
        fix = members[0].here
        paths = {self._files.path(edit.document.source.path) for edit in fix.edits}
        others = sorted(self._readers(paths) - concerned)
        known = concerned <= self._clusters.keys()
        if fix.applicability is Applicability.DISPLAY or not others or not known:
            return fix
        return self._overlaid(members, concerned, others)

    def _readers(self, paths: Iterable[str]) -> set[str]:
        return {name for path in paths for name in self._names.get(path, ())}

    def _overlaid(
        self, members: Sequence[Wanted], concerned: set[str], others: Sequence[str]
    ) -> Fix:
        """Return a fix as patches in the overlays of the clusters concerned."""
        fix = members[0].here
        names = ", ".join(
            dict.fromkeys(self._files.path(edit.document.source.path) for edit in fix.edits)
        )
        why = f"{named_together(others)} {'reads' if len(others) == 1 else 'read'} {names} as well"
        edits: dict[tuple[str, Route], Edit] = {}
        for cluster, built, here in members:
            entries = _entries(here.edits) or _entries(built.edits)
            if not entries:
                return _shown(fix, f"{why}, {NO_OBJECT}")
            path = self._files.path(here.edits[0].document.source.path)
            host = self._host(self._clusters[cluster], path, concerned)
            if host is None:
                return _shown(fix, f"{why}, {NO_OVERLAY}")
            for edit in _added(host, entries):
                edits.setdefault((edit.document.source.path, (*edit.route, str(edit.value))), edit)
        note = "; ".join(part for part in (fix.note, f"as a patch here: {why}") if part)
        return replace(fix, edits=tuple(edits.values()), note=note)

    def _host(self, cluster: ClusterObjects, path: str, concerned: set[str]) -> _Host | None:
        """Return the nearest list of patches on the way from a file to a cluster's roots."""
        brought = self._brought_in(cluster)
        pending, seen = [path], {path}
        while pending:
            target = pending.pop(0)
            for edge in brought.get(target, ()):
                place = placed(edge.place)
                said = self._files.path(place.source.path)
                host = _patches_at(place, said)
                if host is not None and self._readers([said]) <= concerned:
                    return host
                for up in (said, posixpath.dirname(said) or "."):
                    if up not in seen:
                        seen.add(up)
                        pending.append(up)
        return None

    def _brought_in(self, cluster: ClusterObjects) -> dict[str, list[Edge]]:
        """Return the edges of a cluster by what they lead to."""
        if cluster.name not in self._brought:
            found: dict[str, list[Edge]] = {}
            for edge in cluster.edges:
                found.setdefault(edge.target, []).append(edge)
            self._brought[cluster.name] = found
        return self._brought[cluster.name]


def _patches_at(place: Location, path: str) -> _Host | None:
    """Return the list of patches of what brings something in at a place, if it can have one."""
    if place.document is None:
        return None
    if posixpath.basename(path) in FILE_NAMES:
        return _Host(place.document, ("patches",))
    for one in manifests(place.document):
        if place.route[: len(one.route)] != one.route:
            continue
        if is_kustomization(one):
            return _Host(place.document, (*one.route, "spec", "patches"))
        if is_application(one) and place.route[-1:] == ("path",):
            return _Host(place.document, (*place.route[:-1], "kustomize", "patches"))
    return None


def _added(host: _Host, entries: Sequence[Value]) -> Iterator[Edit]:
    """Yield the edits that put entries into a list of patches, which may not be there yet."""
    document, route = host
    if resolve(document, route) is not None:
        for entry in entries:
            yield Edit(document, (*route, -1), Operation.ADD, entry)
    elif len(route) == 1 or isinstance(resolve(document, route[:-1]), Mapping):
        yield Edit(document, route, Operation.ADD, list(entries))
    else:
        yield Edit(document, route[:-1], Operation.ADD, {str(route[-1]): list(entries)})


def _entries(edits: Sequence[Edit | Repair]) -> list[Value]:
    """Return what edits make of objects as entries of a list of patches; none if it cannot be."""
    entries: list[Value] = []
    documents = {id(edit.document): edit.document for edit in edits}
    for document in documents.values():
        mine = [edit for edit in edits if edit.document is document]
        after = _edited(document, mine)
        objects = [one for one in manifests(document) if _touched(one, mine)]
        if after is None or not objects:
            return []
        for one in objects:
            now = next((each for each in manifests(after) if each.route == one.route), None)
            made = patches(one, now) if now is not None else ()
            if not made:
                return []
            for patch in made:
                target = {key: value for key, value in patch.target._asdict().items() if value}
                entries.append({"patch": patch.text, "target": target})
    return entries


def _touched(one: Manifest, edits: Iterable[Edit | Repair]) -> bool:
    return any(
        isinstance(edit, Edit) and edit.route[: len(one.route)] == one.route for edit in edits
    )


def _edited(document: Document, edits: Sequence[Edit | Repair]) -> Document | None:
    """Return a document as edits leave it; None where they cannot be made."""
    symbolic = [edit for edit in edits if isinstance(edit, Edit)]
    made = rewrite(document, symbolic) if len(symbolic) == len(edits) else None
    if made is None or isinstance(made, CannotEdit):
        return None
    text = apply(document.source.text, made)
    is_built = isinstance(document, BuiltDocument)
    source = Source("", text) if is_built else document.source.changed(text)
    documents = [one for one in compose(source) if isinstance(one, Document)]
    return next((one for one in documents if one.index == document.index), None)


def _shown(fix: Fix, reason: str) -> Fix:
    return replace(fix.only_shown(reason), edits=())
