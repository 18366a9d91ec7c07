"""What a change does, in Markdown for a comment: a table of verdicts, then what matters."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.diff.comparison import ClusterChange, Comparison, InstallChange
from cnilint.model.finding import Finding
from cnilint.report.markdown import (
    MOST_BYTES,
    SYMBOLS,
    Limited,
    cell,
    finding_row,
    folded,
    note_line,
    place_in_code,
)
from cnilint.report.markup import code, prose
from cnilint.report.words import counted, verdict_style
from cnilint.simulation.class_facts import ClassFacts

from .words import (
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
    verdicts,
)


def markdown(found: Comparison, most_bytes: int = MOST_BYTES) -> str:
    """Return the report's text, of no more than some bytes (at least 10,000) as UTF-8."""
    report = Limited(most_bytes)
    report.add(f"## cnilint: {prose(summary(found))}\n\n{prose(compared(found))}\n")
    for one in found.sides.remarks:
        report.add(f"\n- note: {prose(remark_words(one))}")
    if found.sides.remarks:
        report.add("\n")
    _renamed(found, report)
    _verdicts(found, report)
    _findings(found.added, report)
    _installs(found, report)
    if found.notes:
        report.add("\n")
        report.fill(map(note_line, found.notes), len(found.notes), 0.75)
    _gone(found, report)
    several = len(found.after.clusters) > 1
    blocks = (folded(finding, several=several) for finding in found.added)
    report.fill(blocks, len(found.added), 1, " whose details do not fit")
    return report.text()


def _renamed(found: Comparison, report: Limited) -> None:
    """Add the clusters of which nothing changes but the name; others have rows in the tables."""
    only = [one for one in found.clusters if not (one.installs or one.classes)]
    if only:
        report.add("\n")
        lines = (f"- cluster {prose(cluster_title(one))}\n" for one in only)
        report.fill(lines, len(only), 0.1)


def _verdicts(found: Comparison, report: Limited) -> None:
    rows = [(cluster, one) for cluster in found.clusters for one in cluster.classes]
    if not rows:
        return
    report.add("\n| Cluster | Nodes | Before | After |\n| --- | --- | --- | --- |\n")
    lines = []
    for cluster, one in rows:
        before, after = verdicts(cluster, one)
        worse = "**worse:** " if is_worse(cluster, one) else ""
        cells = (
            cell(cluster_title(cluster)),
            cell(class_title(one)),
            f"{_symbol(one.before)} {cell(before)}",
            f"{_symbol(one.after)} {worse}{cell(after)}",
        )
        lines.append(f"| {' | '.join(cells)} |\n")
    report.fill(lines, len(lines), 0.2)


def _symbol(facts: ClassFacts | None) -> str:
    return SYMBOLS[verdict_style(facts.verdict) if facts is not None else "faint"]


def _findings(findings: tuple[Finding, ...], report: Limited) -> None:
    if not findings:
        return
    report.add("\n| Level | Rule | Place | New finding |\n| --- | --- | --- | --- |\n")
    worst_first = sorted(findings, key=lambda finding: -finding.level)
    report.fill(map(finding_row, worst_first), len(worst_first), 0.5)


def _installs(found: Comparison, report: Limited) -> None:
    rows = [(cluster, one) for cluster in found.clusters for one in cluster.installs]
    if not rows:
        return
    report.add("\n| Cluster | Install | Object | What changes |\n| --- | --- | --- | --- |\n")
    lines = (_install(cluster, one) for cluster, one in rows)
    report.fill(lines, len(rows), 0.7)


def _install(cluster: ClusterChange, one: InstallChange) -> str:
    kind = kind_of(one)
    place = install_place(one)
    where = place_in_code(place) if place is not None else ""
    changed = "<br>".join(_settings(one)) or prose(f"{kind}: {install_does(cluster, one)}")
    cells = (
        cell(cluster_title(cluster)),
        f"`{SIGNS[kind]}` {cell(install_title(one))}",
        " ".join(filter(None, (code(install_object(one)), where))),
        changed,
    )
    return f"| {' | '.join(cells)} |\n"


def _settings(one: InstallChange) -> Iterator[str]:
    for each in one.settings:
        at = setting_place(each)
        where = f" ({place_in_code(at)})" if at is not None else ""
        yield f"{prose(setting_name(each))}: {cell(setting_values(each))}{where}"


def _gone(found: Comparison, report: Limited) -> None:
    if not found.gone:
        return
    head = f"{counted(len(found.gone), 'finding')} gone"
    report.add(f"\n<details><summary>{head}</summary>\n\n")
    lines = (f"- {prose(one.rule)} {cell(one.message)}\n" for one in found.gone)
    report.fill(lines, len(found.gone), 0.8)
    report.add("\n</details>\n")
