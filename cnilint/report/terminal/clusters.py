"""The clusters of a repository as a tree: roots, what brings in what, and what is not read."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence

from cnilint.engine.places import placed
from cnilint.engine.result import Result
from cnilint.engine.sources import counted_sources, named_source
from cnilint.gitops.graph import ClusterObjects, Edge, NotRead, UnreadReason
from cnilint.model.location import Location
from cnilint.report.words import counted
from cnilint.simulation.cluster import Cluster

from .paint import Line, Paint

ASSUMED = {
    "folders": "assumed, as each of these folders installs the same",
    "files": "assumed, as this file and others of its folder install the same or take its place",
    "selector": "any that is selected so, as none is in this repository",
}
"""Why clusters are told apart where only an assumption does it."""

BRINGS = {
    "argo-source": "Argo CD applies",
    "applicationset": "makes Applications",
    "chart": "chart",
    "cluster-selector": "selects",
    "component": "component",
    "flux-path": "Flux applies",
    "generator": "generates from",
    "patch": "patch",
    "resource": "resource",
    "values": "values",
}
"""What an edge does, for people; another kind is said as it is called."""


def clusters_text(result: Result, paint: Paint) -> str:
    """Return each cluster with its roots, what they bring in, its installs, what was not read."""
    lines: list[Line] = []
    for objects, facts in zip(result.layout.clusters, result.clusters, strict=True):
        lines += [[]] if lines else []
        lines += _cluster(objects, facts)
    if result.layout.unapplied:
        installs = counted(len(result.layout.unapplied), "install")
        lines += [[], [(f"{installs} that nothing here applies", "warning")]]
        for one in result.layout.unapplied:
            lines.append([("  ", ""), (one.title, ""), (f"  {_where(one.location())}", "faint")])
    return paint.render(lines or [[("no cluster: there is no Kubernetes object here", "faint")]])


def _cluster(objects: ClusterObjects, facts: Cluster) -> Iterator[Line]:
    installs = counted(len(facts.installers), "CNI install")
    why = f" ({ASSUMED[objects.assumed]})" if objects.assumed in ASSUMED else ""
    count = counted(len(objects.objects), "object")
    yield [(objects.name, "strong"), (f"  {count}, {installs}{why}", "faint")]
    places = [place for one in facts.installers if (place := one.location()) is not None]
    told = {placed(place).source.path for place in places}
    within = _within(objects.edges)
    branches: list[list[Line]] = [
        [_head(root), *_below(root, objects, within, told)] for root in objects.roots
    ]
    branches += [
        [
            [
                ("installs ", "good"),
                (f"{one.title}  ", ""),
                (f"{one.object}  {_where(place) if place is not None else one.assumed}", "faint"),
            ]
        ]
        for one in facts.installers
        for place in (one.location(),)
    ]
    branches += [[line] for line in _not_read(objects.not_read)]
    yield from _branched(branches)


def _head(root: str) -> Line:
    return [("root ", "strong"), (root, "")]


def _within(edges: Sequence[Edge]) -> Mapping[str, Sequence[Edge]]:
    """Return edges by the files and by the folders in which they are said."""
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        path = placed(edge.place).source.path
        for key in (path, posixpath.dirname(path) or "."):
            found.setdefault(key, []).append(edge)
    return found


def _below(
    root: str,
    objects: ClusterObjects,
    within: Mapping[str, Sequence[Edge]],
    told: Collection[str],
) -> list[Line]:
    """Return what a root brings in, each below what brings it in.

    Of a large cluster that is what leads to a text that is told of; the rest is counted.
    """
    shown: set[int] = set()

    def inside(folder: str) -> tuple[list[list[Line]], int]:
        branches: list[list[Line]] = []
        others = 0
        for edge in within.get(folder, ()):
            if id(edge) in shown:
                continue
            shown.add(id(edge))
            deeper, more = inside(edge.target) if edge.kind in FOLLOWED else ([], 0)
            if deeper or len(objects.edges) <= MOST_EDGES or _leads(edge, told):
                branches.append([_edge(edge), *_branched(deeper)])
                others += more
            else:
                others += 1 + more
        return branches, others

    branches, others = inside(root)
    if others:
        branches.append(
            [[(f"and {counted(others, 'more source')} without a CNI install", "faint")]]
        )
    return list(_branched(branches))


MOST_EDGES = 24
"""Sources of a cluster that are all shown; of more, only those that lead to what is told of."""

MOST_SOURCES = 6
"""Sources that were not read for one reason which are all named; JSON names every one."""

FOLLOWED = ("flux-path", "argo-source", "resource", "component")
"""The edges that lead to a file or folder which may bring in more."""


def _leads(edge: Edge, told: Collection[str]) -> bool:
    """Whether a source is a text that is told of."""
    return edge.target in told or placed(edge.place).source.path in told


def _edge(edge: Edge) -> Line:
    words = BRINGS.get(edge.kind, edge.kind)
    return [(f"{words} ", "faint"), (edge.target, ""), (f"  {_where(edge.place)}", "faint")]


def _not_read(found: Sequence[NotRead]) -> Iterator[Line]:
    groups: dict[UnreadReason, list[NotRead]] = {}
    for one in found:
        groups.setdefault(one.reason, []).append(one)
    for reason, members in groups.items():
        words = counted_sources(reason, len(members))
        for at, one in enumerate(members[:MOST_SOURCES]):
            head = f"not read: {words}: " if at == 0 else "          "
            place = f"  {_where(one.place)}"
            yield [(head, "warning"), (named_source(one), ""), (place, "faint")]
        if len(members) > MOST_SOURCES:
            yield [("          ", ""), (f"and {len(members) - MOST_SOURCES} more", "faint")]


def _branched(branches: Sequence[Sequence[Line]]) -> Iterator[Line]:
    """Yield branches of a tree, each with its first line at the trunk."""
    for number, branch in enumerate(branches):
        last = number == len(branches) - 1
        for at, line in enumerate(branch):
            mark = ("╰ " if last else "├ ") if at == 0 else ("  " if last else "│ ")
            yield [(mark, "rule"), *line]


def _where(place: Location) -> str:
    return str(placed(place))
