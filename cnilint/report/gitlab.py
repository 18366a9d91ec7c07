"""GitLab's Code Quality report: a part of the Code Climate format, as one JSON array.

GitLab needs a description, check_name, fingerprint, severity, path and line of each finding, drops
all but one of those with the same fingerprint, and does not show check_name, so the description
begins with the rule (gitlab-org/gitlab@master:doc/ci/testing/code_quality.md).
"""

from __future__ import annotations

from hashlib import sha256

from cnilint.engine.repository import reported_path
from cnilint.engine.result import Result
from cnilint.model.finding import Finding, Level, Note
from cnilint.shown import one_line, visible

from .fingerprint import fingerprints
from .json_ import JSONObject, json_text
from .words import undecided

SEVERITIES = {
    Level.ERROR: "critical",
    Level.WARNING: "major",
    Level.NOTE: "info",
    Level.OFF: "info",
}


def gitlab(result: Result) -> str:
    """Return the report's text; `[]` for a run without findings."""
    whole = list(result.everything())
    # what is known is counted as well, so that ignoring one of two that are alike keeps the other's
    marks = fingerprints([finding for finding, _known in whole])
    told = zip(whole, marks, strict=True)
    entries = [_entry(finding, mark) for (finding, known), mark in told if known is None]
    return json_text([*entries, *map(_undecided, undecided(result))])


def _undecided(note: Note) -> JSONObject:
    """Return what is not decided as an entry, at the top of a file where it has no place."""
    message, at = f"{note.cluster}, {note.message}", note.location
    path = reported_path(at.source.path) if at is not None else "."
    line = at.source.position(at.span.start).line if at is not None else 1
    return {
        "description": f"undecided: {message}",
        "check_name": "undecided",
        "fingerprint": sha256(message.encode()).hexdigest(),
        "severity": SEVERITIES[Level.NOTE],
        "location": {"path": path, "lines": {"begin": line}},
    }


def _entry(finding: Finding, fingerprint: str) -> JSONObject:
    location = finding.location
    line = location.source.position(location.span.start).line
    return {
        "description": visible(f"{finding.rule}: {one_line(finding.message)}"),
        "check_name": finding.name,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[finding.level],
        "location": {"path": reported_path(location.source.path), "lines": {"begin": line}},
    }
