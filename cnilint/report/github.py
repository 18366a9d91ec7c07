"""Annotations of a pull request, as the workflow commands GitHub Actions reads from a log.

The escapes are those of actions/toolkit@main:packages/core/src/command.ts. Of one step GitHub shows
ten annotations a level and drops the rest without a word, so the last one says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cnilint.engine.repository import reported_path
from cnilint.engine.result import Result
from cnilint.engine.sentences import detail_lines
from cnilint.model.finding import Finding, Level, Note
from cnilint.model.text import Source, Span
from cnilint.shown import inert, visible
from cnilint.syntax.collect import STANDARD_INPUT

from .words import counted, undecided

COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
"""The command of each level, worst first."""

MOST_SHOWN = 10
"""Annotations of one level that GitHub shows of one step."""

DATA_ESCAPES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY_ESCAPES = DATA_ESCAPES | str.maketrans({":": "%3A", ",": "%2C"})


def github(result: Result) -> str:
    """Return one command a line, errors first; nothing for a run without findings."""
    return "".join(f"{line}\n" for line in _commands(result))


def _commands(result: Result) -> Iterator[str]:
    by_level = {
        level: [finding for finding in result.findings if finding.level is level]
        for level in COMMANDS
    }
    whole = all(len(findings) <= MOST_SHOWN for findings in by_level.values())
    left_out: dict[Level, int] = {}
    for level, findings in by_level.items():
        # the notice that counts what is left out takes the place of one
        room = MOST_SHOWN - (level is Level.NOTE and not whole)
        for finding in findings[:room]:
            yield _annotation(finding)
        left_out[level] = max(0, len(findings) - room)
    if not whole:
        yield _more(left_out)
    yield from map(_undecided, undecided(result))


def _annotation(finding: Finding) -> str:
    location = finding.location
    properties: dict[str, str | int] = {}
    if location.source.path != STANDARD_INPUT:
        properties["file"] = reported_path(location.source.path)
        properties |= _extent(location.source, location.span)
    properties["title"] = f"{finding.rule} {finding.name}"
    lines = [*finding.message.splitlines()]
    if told := detail_lines(finding):
        lines += ["", *told]
    if finding.help:
        lines += ["", f"help: {finding.help}"]
    return _command(COMMANDS[finding.level], properties, lines)


def _undecided(note: Note) -> str:
    properties: dict[str, str | int] = {}
    if note.location is not None and note.location.source.path != STANDARD_INPUT:
        properties["file"] = reported_path(note.location.source.path)
        properties |= _extent(note.location.source, note.location.span)
    properties["title"] = "not decided"
    return _command("notice", properties, [f"{note.cluster}, {note.message}"])


def _extent(source: Source, span: Span) -> dict[str, str | int]:
    """Return the lines a span touches, and its columns where that is one line: GitHub's rule."""
    start, end = source.position(span.start), source.position(span.end)
    if end.line > start.line and end.column == 1:
        # what ends with a line end touches nothing of the line after it
        end = source.position(span.end - 1)
    found: dict[str, str | int] = {"line": start.line, "endLine": end.line}
    if start.line == end.line:
        found |= {"col": start.column, "endColumn": end.column}
    return found


def _more(left_out: dict[Level, int]) -> str:
    words = [counted(count, str(level)) for level, count in left_out.items() if count]
    text = f"{', '.join(words)} more: GitHub shows {MOST_SHOWN} of each level"
    return _command("notice", {"title": "cnilint"}, [text])


def _command(name: str, properties: dict[str, str | int], lines: Sequence[str]) -> str:
    written = ",".join(
        f"{key}={_escaped(str(value), PROPERTY_ESCAPES)}" for key, value in properties.items()
    )
    data = "%0A".join(_escaped(line, DATA_ESCAPES) for line in lines)
    return f"::{name} {written}::{data}"


def _escaped(text: str, escapes: Mapping[int, str]) -> str:
    """Return a text as the data or the property of a command, without another one inside."""
    return inert(visible(text)).translate(escapes)
