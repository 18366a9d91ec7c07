"""The report for people: what is wrong and where, then the answer for each class of nodes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from cnilint.engine.result import Result
from cnilint.engine.rule import OWN
from cnilint.engine.sentences import KINDS, NEWLY, heading, step_words, verdict_line
from cnilint.model.finding import Applicability, Finding, Fix, Level, Location, Related
from cnilint.report.glyphs import columns
from cnilint.report.words import (
    NO_CNI,
    alike,
    counted,
    known_of,
    manifests_read,
    place_in_text,
    verdict_style,
    worst_verdict,
)
from cnilint.shown import visible
from cnilint.simulation.class_facts import ClassFacts
from cnilint.start import replace

from .layout import hanging
from .paint import Line, Paint, spaced

MARKS = {Applicability.SAFE: "[*]", Applicability.UNSAFE: "[~]", Applicability.DISPLAY: "[ ]"}
"""Before a fix: `--fix` makes it, `--unsafe-fixes` adds it, or a person makes it."""

MEANS = {
    Applicability.SAFE: "--fix makes it",
    Applicability.UNSAFE: "--fix --unsafe-fixes makes it",
    Applicability.DISPLAY: "it is yours to make",
}
"""What the marks mean."""

MOST_NOTES = 3

UNRESOLVED = "CNI905"
"""The rule that says of each note what the notes say in one place."""

NAME_COLUMN = 40
"""Verdicts are aligned behind names of classes up to that width."""


def full(result: Result, paint: Paint) -> str:
    """Return findings with excerpts, then notes, the verdicts and a line that sums up."""
    told = [each for each in result.findings if each.rule != UNRESOLVED]
    sections = [list(finding_lines(each, result, paint)) for each in told]
    sections += [list(_newly_ignored(result, paint)), list(_notes(result, paint))]
    sections.append(list(verdicts(result, paint)))
    sections.append([line for line in (legend(result), summary(result)) if line])
    return paint.render(spaced(sections))


def finding_lines(finding: Finding, result: Result, paint: Paint) -> Iterator[Line]:
    """Yield what is wrong, where, with an excerpt, and how to mend it."""
    from .excerpt import MarkStyle, excerpt, gutter_width, margin

    style = str(finding.level)
    location = finding.location
    places = [location, *(each.location for each in finding.related)]
    gutter = max(gutter_width(each.source, each.span) for each in places)
    head = f"{style}[{finding.rule}]: "
    yield from hanging([(head, style)], finding.message, "strong", paint)
    of = f"cluster {finding.cluster}" if finding.cluster and len(result.clusters) > 1 else ""
    yield from _place("-->", location, gutter, of, paint)
    yield margin(gutter)
    look = MarkStyle(style, context=True)
    yield from excerpt(location.source, location.span, paint, gutter, look)
    for related in finding.related:
        yield from _related(related, gutter, paint)
    details = list(_details(finding, replace(paint, width=paint.width - gutter - 3)))
    if details or finding.help or finding.fixes:
        yield margin(gutter)
    bar = margin(gutter)
    yield from ([*bar, *line] for line in details)
    if details and (finding.help or finding.fixes):
        yield bar
    inside = replace(paint, width=paint.width - gutter - 1)
    lines = [hanging([("help: ", "help")], _read_on(finding), "", inside)] if finding.help else []
    for line in chain(*lines, *(_fix(fix, inside) for fix in finding.fixes)):
        yield [(" " * gutter + " ", ""), *line]


def _read_on(finding: Finding) -> str:
    """Return a finding's help, with where to read on if the rule is one of cnilint's own."""
    more = f" More: cnilint rule {finding.rule}." if finding.rule.startswith(OWN) else ""
    return finding.help + more


def _details(finding: Finding, paint: Paint) -> Iterator[Line]:
    """Yield the lines of a finding's details, then those of its orders, blank ones between them."""
    for detail in finding.details:
        yield from hanging([], detail, "strong", paint, paint.width)
    for at, witness in enumerate(finding.witnesses):
        if at or finding.details:
            yield []
        yield from hanging([], f"{heading(witness)}:", "strong", paint, paint.width)
        for number, step in enumerate(witness.steps, 1):
            yield from hanging([(f"  {number}. ", "")], step_words(step), "", paint, paint.width)


def _related(related: Related, gutter: int, paint: Paint) -> Iterator[Line]:
    from .excerpt import MarkStyle, excerpt, margin

    location = related.location
    yield margin(gutter)
    yield from _place(":::", location, gutter, "", paint)
    yield margin(gutter)
    look = MarkStyle("related", "-", related.message)
    yield from excerpt(location.source, location.span, paint, gutter, look)


def _place(
    arrow: str, location: Location, gutter: int, cluster: str, paint: Paint
) -> Iterator[Line]:
    """Yield the place, and behind it (below it where there is no room) what is there."""
    where = f"{' ' * gutter}{arrow} ", place_in_text(location)
    about = [part for part in (location.object, cluster) if part]
    behind = "".join(f" · {part}" for part in about)
    head: Line = [(where[0], "rule"), (where[1], "path")]
    if columns("".join((*where, behind))) <= paint.width:
        yield [*head, (behind, "faint")] if behind else head
        return
    yield head
    yield from ([(f"{' ' * len(where[0])}{part}", "faint")] for part in about)


def _fix(fix: Fix, paint: Paint) -> Iterator[Line]:
    mark = MARKS[fix.applicability]
    text = f"{fix.title} ({fix.remark})" if fix.remark else fix.title
    yield from hanging([(f"{mark} fix: ", "help")], text, "", paint)


def _newly_ignored(result: Result, paint: Paint) -> Iterator[Line]:
    """Yield what a change ignores that was not ignored before it."""
    for finding, reason, _before in result.newly_ignored:
        why = f" ({reason.text})" if reason.text else ""
        where = place_in_text(finding.location)
        text = f"{finding.level}[{finding.rule}] {finding.message}{why} ({where})"
        yield from hanging([(f"{NEWLY}: ", "warning")], text, "", paint)


def _notes(result: Result, paint: Paint) -> Iterator[Line]:
    found: dict[str, list[str]] = {}
    for note in result.notes:
        places = found.setdefault(note.message, [])
        if note.location is not None:
            places.append(place_in_text(note.location))
    for message, places in list(found.items())[:MOST_NOTES]:
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        where = f" ({places[0]}{more})" if places else ""
        yield from hanging([("note: ", "note")], message + where, "", paint)
    if len(found) > MOST_NOTES:
        yield [("note: ", "note"), (f"{len(found) - MOST_NOTES} more are in the JSON report", "")]


def verdicts(result: Result, paint: Paint) -> Iterator[Line]:
    """Yield one line for each class of nodes of each cluster."""
    rows: list[tuple[str, ClassFacts | None]] = []
    for cluster, names in alike(result.clusters):
        prefix = f"{', '.join(names)}, " if len(result.clusters) > 1 else ""
        rows += [(f"{prefix}{facts.name}:", facts) for facts in cluster.classes]
        if not cluster.classes and prefix:
            rows.append((f"{', '.join(names)}:", None))
    shown = [visible(name, symbols=paint.symbols) for name, _ in rows]
    width = max((columns(n) for n in shown if columns(n) <= NAME_COLUMN), default=0)
    for name, (_, facts) in zip(shown, rows, strict=True):
        head = (name + " " * max(width + 1 - columns(name), 1), "strong")
        text = verdict_line(facts.verdict) if facts else NO_CNI
        style = verdict_style(facts.verdict) if facts else "faint"
        yield from hanging([head], text, style, paint)


def legend(result: Result) -> Line:
    """Return what the marks of the fixes mean that are shown; nothing where none is."""
    grades = {fix.applicability for each in result.findings for fix in each.fixes}
    told = [f"{MARKS[grade]} {means}" for grade, means in MEANS.items() if grade in grades]
    return [(", ".join(told), "faint")] if told else []


def summary(result: Result) -> Line:
    """Return how many findings there are; where there is none, what was looked at."""
    levels = (Level.ERROR, Level.WARNING, Level.NOTE)
    told = [finding for finding in result.findings if finding.rule != UNRESOLVED]
    counts = [(sum(each.level is level for each in told), level) for level in levels]
    if not any(count for count, _ in counts):
        return [*_looked_at(result), (known_of(result), "")]
    line: Line = []
    for count, level in counts:
        if count:
            line += [(", ", "")] if line else []
            line.append((counted(count, str(level)), str(level)))
    return [*line, (_fixable(result), ""), (known_of(result), "")]


def _fixable(result: Result) -> str:
    """Return how many findings a fix removes, in the files themselves and in what renders them."""
    told = ""
    for option, in_place in (("--fix", True), ("--patch-dir DIR", False)):
        safe = result.fixable(Applicability.SAFE, in_place=in_place)
        unsafe = result.fixable(Applicability.UNSAFE, in_place=in_place) - safe
        if safe:
            more = f" ([~] {unsafe} more with --unsafe-fixes)" if unsafe else ""
            told += f"; [*] {safe} fixable with {option}{more}"
        elif unsafe:
            told += f"; [~] {unsafe} fixable with {option} --unsafe-fixes"
    return told


def _looked_at(result: Result) -> Line:
    if result.by_file:
        return [(f"{counted(result.sources, 'file')}, each by itself", "")]
    classes = [facts for cluster in result.clusters for facts in cluster.classes]
    installs = sum(len(cluster.installers) for cluster in result.clusters)
    parts = (
        counted(len(result.clusters), "cluster"),
        manifests_read(result),
        counted(installs, "CNI install"),
    )
    looked_at = ", ".join(parts)
    if not classes:
        return [(looked_at, "")]
    worst = worst_verdict(classes)
    return [(f"{looked_at}: ", ""), (KINDS[worst.kind], verdict_style(worst))]
