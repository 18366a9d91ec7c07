"""Charts of the repository itself: what a Chart.yaml brings in by its dependencies.

helm/helm@v3.18.4:pkg/chart/dependency.go, pkg/chartutil/dependencies.go: the values of a dependency
stand below its alias or name; `condition` leaves it out.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence

from cnilint.kube.manifest import Manifest, Texts
from cnilint.kube.values import Values, text_of, value_text
from cnilint.model.finding import Location
from cnilint.model.tree import (
    Document,
    Mapping,
    SyntaxProblem,
    child,
    descend,
    follow,
    items,
    string,
)
from cnilint.start import NamedTuple
from cnilint.syntax.collect import is_helmfile

CHART_FILE = "Chart.yaml"
VALUES_FILE = "values.yaml"


class Dependency(NamedTuple):
    """A chart that another one brings in, with the values that it gets there."""

    name: str
    version: str
    repository: str
    values: tuple[Values, ...]
    place: Location
    manifest: Manifest


def as_object(document: Document, kind: str) -> Manifest | None:
    """Return a document that is no Kubernetes object as one of a kind, if it is a mapping."""
    root = follow(document.root)
    if not isinstance(root, Mapping):
        return None
    name = string(descend(root, "name")) or ""
    return Manifest(document, (), root, "", kind, "", name)


def other_objects(document: Document, is_file: Callable[[str], bool]) -> Iterator[Manifest]:
    """Yield what a document that is no Kubernetes object asks for: a chart, a helmfile, a cluster.

    Or an add-on of EKS.

    A chart that lies among another one's charts is that one's. `is_file` tells of the path that a
    file is reported under whether it is there.
    """
    from . import cloudformation, distributions

    yield from distributions.configurations(document, is_file)
    yield from cloudformation.resources(document)
    folder, name = posixpath.split(document.source.path)
    found = None
    if name == CHART_FILE:
        found = None if is_part(folder, is_file) else as_object(document, "Chart")
    elif is_helmfile(document.source.path):
        found = as_object(document, "Helmfile")
    if found is not None and (found.at("dependencies") or found.at("releases")):
        yield found


def unfilled(one: Document | SyntaxProblem) -> Iterator[Location]:
    """Yield where a document of a helmfile is a template, so that a release of it is not known.

    That is one that does not read without being filled in, and each chart whose name is an action.
    """
    if isinstance(one, SyntaxProblem):
        if one.kind == "template":
            yield Location(one.source, one.span)
        return
    helmfile = as_object(one, "Helmfile")
    if helmfile is not None:
        for at, entry in enumerate(items(helmfile.at("releases"))):
            if "}}" in entry_text(entry, "chart").rpartition("/")[2]:
                yield helmfile.location("releases", at, "chart")


def is_part(folder: str, is_file: Callable[[str], bool]) -> bool:
    """Whether a chart's folder lies among the charts of another one; `is_file` is asked for it."""
    while folder:
        folder, name = posixpath.split(folder)
        if name == "" or (name == "charts" and is_file(posixpath.join(folder, CHART_FILE))):
            return name != ""
    return False


def file_values(documents: Sequence[Document]) -> tuple[Values, ...]:
    """Return what the files of values hold, in their order."""
    found = (as_object(one, "Values") for one in documents)
    return tuple(Values(one.root, (), one) for one in found if one is not None)


def dependencies(chart: Manifest, given: tuple[Values, ...], texts: Texts) -> Iterator[Dependency]:
    """Yield what a Chart.yaml brings in; `given` are values beside its own, the best ones last."""
    own = file_values(texts.beside(chart.document, VALUES_FILE))
    values = (*own, *given)
    for at, entry in enumerate(items(chart.at("dependencies"))):
        name = string(child(entry, "name")) or ""
        alias = string(child(entry, "alias")) or name
        if not name or _is_off(entry_text(entry, "condition"), values):
            continue
        yield Dependency(
            name,
            entry_text(entry, "version"),
            entry_text(entry, "repository"),
            tuple(below for one in values if (below := _below(one, alias)) is not None),
            chart.location("dependencies", at, "name"),
            chart,
        )


def entry_text(entry: object, key: str) -> str:
    """Return a scalar member of a mapping as its text, empty where there is none."""
    tree = child(entry, key)  # type: ignore[arg-type]
    text = text_of(tree) if tree is not None else None
    return text if text is not None and text != "{}" else ""


def _is_off(condition: str, values: tuple[Values, ...]) -> bool:
    """Whether the first of some paths that has a value says that a dependency is left out."""
    for path in condition.split(","):
        text = value_text(values, path.strip()) if path.strip() else None
        if text is not None:
            return text.value == "false"
    return False


def _below(values: Values, name: str) -> Values | None:
    """Return the values that stand below a name."""
    if values.named:
        return None
    tree = child(values.tree, name)
    return None if tree is None else values._replace(tree=tree, route=(*values.route, name))
