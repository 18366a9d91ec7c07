"""What a change does, for people: cluster by cluster, then new findings and those that are gone."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.diff.comparison import ClassChange, ClusterChange, Comparison, InstallChange
from cnilint.model.finding import Finding, Note
from cnilint.report.glyphs import columns
from cnilint.report.terminal.findings import finding_lines
from cnilint.report.terminal.layout import hanging
from cnilint.report.terminal.paint import Line, Paint, spaced
from cnilint.report.words import place_in_text, verdict_style
from cnilint.shown import one_line
from cnilint.simulation.class_facts import ClassFacts
from cnilint.start import replace

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

STYLES = {"added": "good", "removed": "bad", "changed": "warning"}


def full(found: Comparison, paint: Paint) -> str:
    """Return everything that changed; what stayed the same is not in it."""
    sections: list[list[Line]] = [[[(compared(found), "faint")]]]
    sections[0] += [
        line
        for one in found.sides.remarks
        for line in hanging([("note: ", "note")], remark_words(one), "", paint)
    ]
    sections += [list(_cluster(one, paint)) for one in found.clusters]
    sections += [list(finding_lines(one, found.after, paint)) for one in found.added]
    sections.append([line for one in found.gone for line in _gone(one, paint)])
    sections.append([line for one in found.notes for line in _note(one, paint)])
    sections.append([[(summary(found), "strong")]])
    return paint.render(spaced(sections))


def _cluster(one: ClusterChange, paint: Paint) -> Iterator[Line]:
    yield [("cluster ", "strong"), (cluster_title(one), "strong")]
    inside = replace(paint, width=paint.width - 2)
    blocks = [list(_install(one, each, inside)) for each in one.installs]
    blocks += [list(_class(one, each, inside)) for each in one.classes]
    for block in blocks:
        yield from ([("  ", ""), *line] for line in block)


def _install(cluster: ClusterChange, one: InstallChange, paint: Paint) -> Iterator[Line]:
    kind = kind_of(one)
    place = install_place(one)
    where = f"  {place_in_text(place)}" if place is not None else ""
    yield [
        (f"{SIGNS[kind]} ", STYLES[kind]),
        (install_title(one), "strong"),
        (f"  {install_object(one)}", ""),
        (where, "faint"),
    ]
    if kind != "changed":
        does = install_does(cluster, one)
        yield from hanging([("    ", "")], does, "", paint)
    for each in one.settings:
        at = setting_place(each)
        name = f"    {setting_name(each)}: "
        behind = f"  {place_in_text(at)}" if at is not None else ""
        values = setting_values(each)
        if columns(name + values + behind) <= paint.width:
            yield [(name, ""), (values, ""), (behind, "faint")]
        else:
            yield from hanging([(name, "")], values, "", paint, paint.width)
            if behind:
                yield [("    ", ""), (behind, "faint")]


def _class(cluster: ClusterChange, one: ClassChange, paint: Paint) -> Iterator[Line]:
    yield [(class_title(one), "strong")]
    before, after = verdicts(cluster, one)
    heads = ("before: ", "after, worse: " if is_worse(cluster, one) else "after: ")
    width = max(map(len, heads))
    for head, text, facts in zip(heads, (before, after), (one.before, one.after), strict=True):
        yield from hanging([(f"  {head.ljust(width)}", "faint")], text, _style(facts), paint)


def _style(facts: ClassFacts | None) -> str:
    return verdict_style(facts.verdict) if facts is not None else "faint"


def _gone(finding: Finding, paint: Paint) -> Iterator[Line]:
    head = [("gone: ", "good"), (f"{finding.rule} ", "strong")]
    text = f"{one_line(finding.message)} ({place_in_text(finding.location)})"
    yield from hanging(head, text, "", paint)


def _note(note: Note, paint: Paint) -> Iterator[Line]:
    where = f" ({place_in_text(note.location)})" if note.location is not None else ""
    of = f"{note.cluster}, " if note.cluster else ""
    yield from hanging([("note: ", "note")], f"{of}{note.message}{where}", "", paint)
