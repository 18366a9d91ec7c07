"""What is known of a rule, for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.engine.example import ExampleTrial, Files
from cnilint.engine.rule import CHANGE
from cnilint.model.finding import Level
from cnilint.report.rule_page import FIXES, Page, can_be_ignored_beside, configuration, ignores
from cnilint.report.words import SECTIONS, place

from .layout import hanging
from .paint import Line, Paint

INDENT = ("  ", "")


def page_text(page: Page, paint: Paint) -> str:
    """Return a rule's page, in the columns there are."""
    return paint.render(_lines(page, paint))


def _lines(page: Page, paint: Paint) -> Iterator[Line]:
    rule = page.rule
    level = str(rule.level)
    style = level if rule.level is not Level.OFF else "faint"
    fix = FIXES[rule.fix].replace("`", "")
    head: Line = [(rule.id, "rule"), (" ", ""), (rule.name, "strong"), (" · ", "faint")]
    yield [*head, (level, style), (" · ", "faint"), (f"fix: {fix}", "")]
    yield from hanging([], f"{rule.summary}.", "", paint)
    for key in ("what", "why"):
        yield from _section(SECTIONS[key], rule.help[key], paint)
    for number, each in enumerate(page.examples, 1):
        yield from _example(each, f" {number}" if len(page.examples) > 1 else "", paint)
    if not page.examples:
        yield from _section("Example", "The card has none.", paint)
    yield from _section(SECTIONS["fix"], rule.help["fix"], paint)
    yield from _section(SECTIONS["fix-safety"], rule.help["fix-safety"], paint)
    yield from _configuration(page, paint)
    if rule.links:
        yield from _head("Links")
        yield from ([INDENT, (link, "")] for link in rule.links)


def _head(title: str) -> Iterator[Line]:
    yield []
    yield [(title, "help")]


def _section(title: str, text: str, paint: Paint) -> Iterator[Line]:
    if text:
        yield from _head(title)
        yield from hanging([INDENT], text.lstrip("\n"), "", paint)


def _example(each: ExampleTrial, number: str, paint: Paint) -> Iterator[Line]:
    example = each.example
    yield from _head(f"Example{number}")
    for name, text in example.bad.items():
        places = [one.location for one in each.bad if one.location.source.path == name]
        lines = [place.source.position(place.span.start).line for place in places]
        yield from _file(name, text, dict.fromkeys(lines, "bad"))
    for finding in each.bad:
        yield []
        head = [INDENT, (f"{place(finding.location)}: ", "path"), (finding.rule, "rule"), (" ", "")]
        yield from hanging(head, finding.message, "", paint)
    yield from _head(f"Example{number}, fixed")
    for name, text in example.changed.items():
        yield from _file(name, text, _new(example.bad, name, text))
    removed = [name for name in example.bad if name not in example.good]
    if removed:
        yield [INDENT, (f"without {', '.join(removed)}", "")]
    if len(example.good) > len(example.changed):
        yield []
        yield [INDENT, ("what else there is stays as it is", "faint")]


def _file(name: str, text: str, styles: dict[int, str]) -> Iterator[Line]:
    yield [INDENT, (name, "file")]
    for number, line in enumerate(text.splitlines(), 1):
        yield [INDENT, INDENT, (line.expandtabs(4), styles.get(number, ""))]


def _new(before: Files, name: str, text: str) -> dict[int, str]:
    """Return the lines of a file that are not in the file of that name before."""
    from difflib import SequenceMatcher

    lines = text.splitlines()
    compared = SequenceMatcher(None, before.get(name, "").splitlines(), lines, autojunk=False)
    same = {
        number
        for block in compared.get_matching_blocks()
        for number in range(block.b + 1, block.b + 1 + block.size)
    }
    return {number: "good" for number in range(1, len(lines) + 1) if number not in same}


def _configuration(page: Page, paint: Paint) -> Iterator[Line]:
    rule = page.rule
    yield from _head("Configuration")
    if rule.level is Level.OFF:
        off = "It is off by itself, and runs when it has a level or is named by --select."
        yield from hanging([INDENT], off, "", paint)
    yield [INDENT, (".cnilint.yaml", "file"), (", any of these", "")]
    yield from ([INDENT, INDENT, (line, "")] for line in configuration(rule))
    if can_be_ignored_beside(rule):
        yield [INDENT, ("beside what it is about: a comment, or an annotation of the object", "")]
        yield from ([INDENT, INDENT, (line, "")] for line in ignores(rule))
    if rule.scope == "file":
        yield [INDENT, ("one file is enough to judge by: it runs with --scope file, too", "")]
    if rule.scope == CHANGE:
        yield [INDENT, ("it compares a cluster before a change with after it: cnilint diff", "")]
    if page.settings:
        yield [INDENT, ("what it finds depends on these settings", "")]
    for name, said in page.settings.items():
        yield from hanging([INDENT, INDENT, (f"{name}: ", "strong")], said, "", paint)
