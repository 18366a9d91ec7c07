"""What a change does, as a page: the nodes before and after it side by side, then findings."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.diff.comparison import ClusterChange, Comparison, InstallChange
from cnilint.report.html.findings import explained, findings
from cnilint.report.html.markup import Markup, cell, header, joined, path, table, tag
from cnilint.report.html.nodes import both_sides
from cnilint.report.html.page import framed
from cnilint.report.words import NO_CNI, place
from cnilint.start import replace

from .words import (
    NO_SUCH,
    SIGNS,
    class_title,
    cluster_title,
    compared,
    install_does,
    install_object,
    install_place,
    install_title,
    is_worse,
    kind_of,
    remark_words,
    setting_name,
    setting_place,
    setting_values,
    summary,
)


def html(found: Comparison) -> str:
    """Return the page. The same comparison gives the same text, which can be written as UTF-8."""
    line = summary(found)
    remarks = [tag("p", f"Note: {remark_words(one)}", class_="soft") for one in found.sides.remarks]
    new = replace(found.after, findings=found.added, suppressed=())
    return framed(
        line,
        tag(
            "header",
            tag("p", "cnilint", class_="brand"),
            tag("h1", line[:1].upper() + line[1:]),
            tag("p", compared(found), class_="soft"),
            *remarks,
        ),
        tag(
            "main",
            *_clusters(found),
            findings(new, "New findings", "No finding is new."),
            _gone(found),
            _notes(found),
            explained(new),
        ),
    )


def _clusters(found: Comparison) -> Iterator[Markup]:
    for number, one in enumerate(found.clusters, 1):
        above = f"cluster-{number}"
        title = tag("h2", "Cluster ", path(cluster_title(one)), id=above)
        parts = [_installs(one), *_classes(one, number)]
        yield tag("section", title, joined(parts), aria_labelledby=above)


def _classes(cluster: ClusterChange, number: int) -> Iterator[Markup]:
    known = cluster.after or cluster.before
    runtime = known.runtime if known is not None else ""
    for at, one in enumerate(cluster.classes, 1):
        anchor = f"nodes-{number}-{at}-title"
        worse = is_worse(cluster, one)
        absent = [NO_CNI if side is not None else NO_SUCH for side in cluster[:2]]
        pictures = both_sides(
            (
                ("Before", one.before, absent[0]),
                ("After, worse" if worse else "After", one.after, absent[1]),
            ),
            runtime,
        )
        title = tag("h3", class_title(one), id=anchor)
        yield tag("section", title, pictures, class_="card nodes", aria_labelledby=anchor)


def _installs(cluster: ClusterChange) -> Markup | None:
    if not cluster.installs:
        return None
    heads = ("Install", "Object", "What changes")
    rows = (_install(cluster, one) for one in cluster.installs)
    return table("The installs that change", heads, rows, "installs")


def _install(cluster: ClusterChange, one: InstallChange) -> tuple[Markup, ...]:
    kind, at = kind_of(one), install_place(one)
    where = tag("code", place(at), class_="path") if at is not None else None
    told = list(_settings(one)) or [tag("p", f"{kind}: {install_does(cluster, one)}")]
    return (
        header(f"{SIGNS[kind]} {install_title(one)}"),
        cell(install_object(one), " " if where else None, where),
        cell(*told),
    )


def _settings(one: InstallChange) -> Iterator[Markup]:
    for each in one.settings:
        at = setting_place(each)
        where = tag("code", place(at), class_="path") if at is not None else None
        said = f"{setting_name(each)}: {setting_values(each)}"
        yield tag("p", said, " " if where else None, where)


def _gone(found: Comparison) -> Markup | None:
    if not found.gone:
        return None
    lines = (
        tag("li", tag("span", one.rule, class_="rule"), f" {one.message}") for one in found.gone
    )
    title = tag("h2", "Gone", id="gone-title")
    return tag("section", title, tag("ul", *lines), aria_labelledby="gone-title")


def _notes(found: Comparison) -> Markup | None:
    if not found.notes:
        return None
    lines = (tag("li", one.message) for one in found.notes)
    title = tag("h2", "Also to be known", id="notes-title")
    return tag("section", title, tag("ul", *lines), aria_labelledby="notes-title")
