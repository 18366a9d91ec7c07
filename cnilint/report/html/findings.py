"""Findings as HTML: what is wrong, where, how it comes about, and what removes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cnilint.engine.repository import reported_path
from cnilint.engine.result import Result, Suppressed
from cnilint.engine.ruleset import Rule
from cnilint.engine.sentences import heading, step_words
from cnilint.engine.text_edits import text_edits
from cnilint.model.finding import Finding, Fix, Level, Location, Note, Way
from cnilint.report.hunks import hunks
from cnilint.report.markdown import GRADES
from cnilint.report.words import counted, place, why_known
from cnilint.syntax.rewrite import CannotEdit

from .excerpt import marked
from .markup import Markup, joined, tag

GROUPS = (Level.ERROR, Level.WARNING, Level.NOTE)

MOST_OPEN = 10
"""Findings of which each says at once all there is to say."""

SECTIONS = (
    ("what", "What it finds"),
    ("why", "Why it matters"),
    ("fix-safety", "How safe the fix is"),
)


def findings(result: Result, title: str = "Findings", none: str = "Nothing is wrong.") -> Markup:
    """Return every finding, the worst level first; of many, one can look for some.

    `title` is what they are called, `none` what is said where there is none.
    """
    known = {rule.id: rule for rule in result.rules}
    folded = len(result.findings) > MOST_OPEN
    groups = []
    for level in GROUPS:
        of_level = [each for each in result.findings if each.level is level]
        if of_level:
            cards = [_finding(each, result, known, folded=folded) for each in of_level]
            name = tag("h3", f"{level}s".capitalize(), id=f"{level}s")
            groups.append(tag("section", name, *cards, class_="group"))
    found = joined(groups) if groups else tag("p", none, class_="soft")
    return tag(
        "section",
        tag("h2", title, id="findings-title"),
        _search(len(result.findings)) if folded else None,
        found,
        id="findings",
        aria_labelledby="findings-title",
    )


def _search(count: int) -> Markup:
    """Return where a person types what to look for; a script shows it, as nothing works without."""
    return tag(
        "div",
        tag("label", "Only those with", for_="search"),
        tag("input", type="search", id="search", autocomplete="off", spellcheck="false"),
        tag("span", counted(count, "finding"), class_="soft", role="status", data_all=count),
        class_="search",
        role="search",
        hidden=True,
    )


def _finding(
    finding: Finding, result: Result, known: Mapping[str, Rule], *, folded: bool
) -> Markup:
    several = len(result.clusters) > 1
    rule: Markup | str = finding.rule
    if finding.rule in known:
        rule = tag("a", finding.rule, href=f"#{finding.rule}")
    more = joined([*_related(finding), *_details(finding), *_help(finding)])
    if folded and more:
        more = tag("details", tag("summary", "How it comes about"), more, class_="more")
    return tag(
        "article",
        tag(
            "p",
            tag("span", str(finding.level), class_=f"badge {finding.level}"),
            tag("span", rule, class_="rule"),
            tag("span", finding.name, class_="soft"),
            class_="label",
        ),
        tag("h4", finding.message),
        _place(finding.location, finding.cluster if several else ""),
        marked(finding.location.source, finding.location.span),
        more,
        *(part for fix in finding.fixes for part in _fix(fix)),
        class_=f"finding {finding.level}",
    )


def _related(finding: Finding) -> Iterator[Markup]:
    for related in finding.related:
        yield tag("p", related.message, class_="related")
        yield _place(related.location)
        yield marked(related.location.source, related.location.span, "excerpt aside")


def _help(finding: Finding) -> Iterator[Markup]:
    if finding.help:
        yield tag("p", tag("strong", "Help: "), finding.help, class_="help prose")


def _place(location: Location, cluster: str = "") -> Markup:
    about = [each for each in (location.object, cluster and f"cluster {cluster}") if each]
    return tag(
        "p",
        tag("code", place(location), class_="path"),
        *(f" · {each}" for each in about),
        class_="place soft",
    )


def _details(finding: Finding) -> Iterator[Markup]:
    """Yield a finding's details, then its orders, each a list of steps below what it leads to."""
    for line in finding.details:
        yield tag("p", line, class_="detail prose")
    for witness in finding.witnesses:
        yield tag("p", f"{heading(witness)}:", class_="detail prose")
        if witness.steps:
            steps = (tag("li", step_words(step)) for step in witness.steps)
            yield tag("ol", *steps, class_="witness")


def _fix(fix: Fix) -> Iterator[Markup]:
    note = f" ({fix.remark})" if fix.remark else ""
    grade = tag("span", GRADES[fix.applicability], class_="grade")
    yield tag("p", tag("strong", "Fix: "), f"{fix.title}{note} ", grade, class_="fix")
    change = fix.handover.text.rstrip("\n") if fix.handover else "\n".join(fix_diff(fix))
    if change:
        what = {Way.IN_PLACE: "diff", Way.KUSTOMIZE: "patch", Way.HELM: "values"}[fix.way]
        as_line = _diff_line if fix.way is Way.IN_PLACE else _plain_line
        lines = (as_line(line) for line in change.split("\n"))
        yield tag(
            "div",
            tag("button", f"Copy the {what}", type="button", class_="copy", hidden=True),
            tag(
                "pre",
                tag("code", *lines),
                class_="diff",
                tabindex=0,
                role="group",
                aria_label=fix.title,
            ),
            tag("span", class_="copied", role="status"),
            class_="change",
        )


def fix_diff(fix: Fix) -> Iterator[str]:
    """Yield the lines of a fix as a unified diff; none where it cannot be made as text."""
    edits = text_edits(fix)
    if isinstance(edits, CannotEdit):
        return
    sources = {edit.document.source.path: edit.document.source for edit in fix.edits}
    for path, made in edits.items():
        if lines := hunks(sources[path], made):
            name = reported_path(path)
            yield from (f"--- a/{name}", f"+++ b/{name}", *lines)


def _diff_line(line: str) -> Markup:
    kinds = {"+": "added", "-": "removed", "@": "hunk"}
    heading = line.startswith(("--- a/", "+++ b/"))
    return tag("span", f"{line}\n", class_="hunk" if heading else kinds.get(line[:1]))


def _plain_line(line: str) -> Markup:
    return tag("span", f"{line}\n")


def suppressed(result: Result) -> Markup | None:
    """Return the findings that are known, folded; None if there are none."""
    head = counted(len(result.suppressed), "known finding")
    items = [tag("li", *_suppressed(each)) for each in result.suppressed]
    return _folded("Known findings", head, items)


def _suppressed(known: Suppressed) -> Iterator[Markup | str]:
    finding, reason = known.finding, known.reason
    yield tag("span", finding.rule, class_="rule")
    yield f" {finding.message} ("
    yield tag("code", place(finding.location), class_="path")
    yield f"): {why_known(reason)}"


def notes(result: Result) -> Markup | None:
    """Return what was not decided, folded; None if there is nothing of it."""
    head = f"{counted(len(result.notes), 'place')} not decided"
    return _folded("Notes", head, [tag("li", *_note(note)) for note in result.notes])


def _folded(title: str, head: str, items: Sequence[Markup]) -> Markup | None:
    if not items:
        return None
    folded = tag("details", tag("summary", head), tag("ul", *items), class_="notes")
    return tag("section", tag("h2", title), folded)


def _note(note: Note) -> Iterator[Markup | str]:
    yield note.message
    if note.location is not None:
        yield joined([" (", tag("code", place(note.location), class_="path"), ")"])


def explained(result: Result) -> Markup | None:
    """Return what the rules that found something say of themselves; None for none."""
    used = {each.rule for each in result.findings}
    cards = [_rule(rule) for rule in result.rules if rule.id in used]
    return tag("section", tag("h2", "Rules in this report"), *cards) if cards else None


def _rule(rule: Rule) -> Markup:
    terms = [
        joined([tag("dt", title), tag("dd", rule.help[key], class_="prose")])
        for key, title in SECTIONS
        if rule.help[key]
    ]
    links = [tag("li", _link(link)) for link in rule.links]
    return tag(
        "article",
        tag("h3", tag("span", rule.id, class_="rule"), f" {rule.name}"),
        tag("dl", *terms),
        tag("ul", *links, class_="links") if links else None,
        id=rule.id,
        class_="card",
    )


def _link(address: str) -> Markup | str:
    """Return an address to follow; only one of the web is a link."""
    if not address.startswith(("https://", "http://")):
        return address
    return tag("a", address, href=address, rel="noreferrer")
