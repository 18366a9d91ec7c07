"""Which of the texts that could not be read concern anybody who looks for CNI installs.

A repository holds more YAML than manifests: values of charts, dashboards, files of CI systems. What
is wrong in those is theirs to say.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cnilint.gitops.clusters import NO_CLUSTERS, Layout
from cnilint.gitops.graph import ROOTS
from cnilint.model.finding import Location, Note
from cnilint.model.text import Source
from cnilint.model.tree import SyntaxProblem
from cnilint.start import lazy_pattern

from .inputs import Inputs
from .sources import named_together

_OBJECT = lazy_pattern(r"""(?:^|[{,])[ \t]*+["']?(?:apiVersion|kind)["']?[ \t]*+:""", re.MULTILINE)
_SEPARATOR = lazy_pattern(r"^---", re.MULTILINE)


def concerning(inputs: Inputs, found: Layout = NO_CLUSTERS) -> list[SyntaxProblem]:
    """Return the problems in Kubernetes objects, in texts that name a CNI, and in named files.

    `found` are the clusters: where they say which files are applied, another one's objects count as
    little as what is no object.
    """
    applied = _applied(found)
    return [one for one in inputs.problems if _concerns(one, inputs, applied)]


def unjudged_notes(inputs: Inputs, judged: Iterable[SyntaxProblem]) -> list[Note]:
    """Return a note that counts the files whose problems are not judged, by why they are not.

    `judged` are those that are: see `concerning`.
    """
    told = set(map(id, judged))
    left = [
        one for one in inputs.problems if one.kind in ("syntax", "limit") and id(one) not in told
    ]
    objects = [one for one in left if _is_object(one)]
    others = [one for one in left if not _is_object(one)]
    notes = [_counted(others, "no Kubernetes object")] if others else []
    return [*notes, _counted(objects, "applied by nothing here")] if objects else notes


def _counted(found: Sequence[SyntaxProblem], what: str) -> Note:
    names = list(dict.fromkeys(one.source.path for one in found))
    files = "1 file that is" if len(names) == 1 else f"{len(names)} files that are"
    message = f"{files} {what} cannot be read: {named_together(names)}"
    return Note(message, Location(found[0].source, found[0].span))


def _applied(found: Layout) -> frozenset[str] | None:
    """Return the paths of the files that clusters get; None where nothing says which they get."""
    if not any(edge.kind in ROOTS for one in found.clusters for edge in one.edges):
        return None
    return frozenset(path for one in found.clusters for path in one.reads)


def _concerns(one: SyntaxProblem, inputs: Inputs, applied: frozenset[str] | None) -> bool:
    named = one.source.path in map(posixpath.normpath, inputs.paths)
    if named or one.is_note or one.kind == "fault" or not one.source.text:
        return True
    if not _is_object(one):
        return _names_a_cni(one.source, *_document(one))
    return applied is None or inputs.files.path(one.source.path) in applied


def _is_object(one: SyntaxProblem) -> bool:
    return _looks_like_an_object(one.source, *_document(one))


@lru_cache(maxsize=1024)
def _looks_like_an_object(source: Source, start: int, end: int) -> bool:
    return len(_OBJECT.findall(source.text[start:end])) > 1


@lru_cache(maxsize=1024)
def _names_a_cni(source: Source, start: int, end: int) -> bool:
    from cnilint.catalog.needles import names_a_cni

    return names_a_cni(source.text[start:end])


@lru_cache(maxsize=256)
def _starts(source: Source) -> list[int]:
    """Return where the documents of a text begin behind the first one."""
    return [found.start() for found in _SEPARATOR.finditer(source.text)]


def _document(one: SyntaxProblem) -> tuple[int, int]:
    """Return where the document begins and ends that a problem stands in."""
    starts = _starts(one.source)
    behind = bisect_right(starts, one.span.start)
    end = starts[behind] if behind < len(starts) else len(one.source.text)
    return (starts[behind - 1] if behind else 0), end
