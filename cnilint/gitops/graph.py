"""What a GitOps tool brings together: edges, what could not be followed, builds and clusters.

Only facts stand here. What is said of them is written by the engine and the reports.
"""

from __future__ import annotations

from enum import Enum

from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Location
from cnilint.start import NamedTuple


class UnreadReason(Enum):
    """Why a source was not read."""

    REMOTE = "remote"
    """An address outside of the repository: nothing is ever downloaded."""
    MISSING = "missing"
    """Nothing lies at the path."""
    OUTSIDE = "outside"
    """The path, or what a symbolic link there leads to, is not in the repository."""
    CYCLE = "cycle"
    """It brings in itself."""
    DEPTH = "depth"
    """It is nested deeper than any build is followed."""
    NOT_BUILT = "not-built"
    """The tool itself refuses to build it (a duplicate object, a patch without target)."""
    SYNTAX = "syntax"
    """The file is not readable as what it has to be."""
    UNSUPPORTED = "unsupported"
    """The tool would build it; it is a part of the tool that is not modelled here."""
    GENERATOR_PLUGIN = "generator-plugin"
    """A program of its own would make or change the objects."""
    TEMPLATE = "template"
    """It holds placeholders that only the tool fills."""
    """Its content is a Secret or encrypted."""
    CHART_NOT_RENDERED = "chart-not-rendered"
    """A chart whose templates were not rendered."""
    HELMFILE_NOT_RENDERED = "helmfile-not-rendered"
    """A helmfile whose templates were not filled in."""
    OTHER_REPOSITORY = "other-repository"
    """A path in another repository than this one."""
    UNKNOWN_VARIABLE = "unknown-variable"
    """A substitution whose variable is not in view."""
    UNKNOWN_CLUSTERS = "unknown-clusters"
    """Which clusters there are is only known to the running tool."""
    CLUSTERS_NOT_IN_VIEW = "clusters-not-in-view"
    """It selects clusters by their labels, and none of them is in the repository."""
    TOO_MUCH = "too-much"
    """It comes to more than is followed."""


class Edge(NamedTuple):
    """One thing that brings in another.

    `kind` is what the tool calls it (`resource`, `component`, `patch`, `generator`, `chart`,
    `values`, `flux-path`, `argo-source`, ...), `target` a path in the repository or an address,
    `place` where it is said.
    """

    kind: str
    target: str
    place: Location


REPOSITORY = "repository"
"""The kind of an edge to a path in another repository, which is not followed."""

ROOTS = frozenset({"flux-path", "argo-source", "resource", "component"})
"""The edges of those who say which folders are applied: what lies beside them is not."""


class NotRead(NamedTuple):
    """A source that could not be followed: why, its path or address, and where it is named.

    `detail` tells what exactly is wrong, in the words of the tool or of the file, where the reason
    alone does not (the name of a key, the identity of an object). Nothing is decided by it.
    """

    reason: UnreadReason
    target: str
    place: Location
    detail: str = ""


class Build(NamedTuple):
    """What a tool makes of a folder: the objects, what brought them in, and what it rests on.

    `reads` are the paths of all files that were asked for, those that are not there included.
    """

    objects: tuple[Manifest, ...]
    edges: tuple[Edge, ...]
    not_read: tuple[NotRead, ...]
    reads: frozenset[str]


class ClusterObjects(NamedTuple):
    """What one cluster gets: its objects as they are built, and the roots that apply them.

    `assumed` says why clusters were told apart like this where only an assumption does; it is
    empty where the repository or the settings say it.
    """

    name: str
    objects: tuple[Manifest, ...]
    roots: tuple[str, ...]
    edges: tuple[Edge, ...]
    not_read: tuple[NotRead, ...]
    reads: frozenset[str]
    assumed: str = ""
