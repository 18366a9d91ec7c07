"""GitLab's Code Quality report: a part of the Code Climate format, as one JSON array.

GitLab needs a description, check_name, fingerprint, severity, path and line of each finding, drops
all but one of those with the same fingerprint, and does not show check_name, so the description
begins with the rule (gitlab-org/gitlab@master:doc/ci/testing/code_quality.md).
"""

from __future__ import annotations

from cnilint.engine.repository import reported_path
from cnilint.engine.result import Result
from cnilint.model.finding import Finding, Level
from cnilint.shown import visible

from .fingerprint import fingerprints
from .json_ import JSONObject, json_text

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
    return json_text([_entry(finding, mark) for (finding, known), mark in told if known is None])


def _entry(finding: Finding, fingerprint: str) -> JSONObject:
    location = finding.location
    line = location.source.position(location.span.start).line
    return {
        "description": visible(f"{finding.rule}: {' '.join(finding.message.split())}"),
        "check_name": finding.name,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[finding.level],
        "location": {"path": reported_path(location.source.path), "lines": {"begin": line}},
    }
