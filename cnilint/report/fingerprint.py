"""What tells findings apart from one run to the next, however the lines around them move."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence

from cnilint.model.finding import Finding, Location
from cnilint.model.tree import Embedded

from .json_ import CROSSING
from .repository import reported_path

DIGITS = 32
"""Hexadecimal digits of a fingerprint before its ordinal: 128 bits."""


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return each finding's fingerprint, in their order: `<digest>:<ordinal>`, unique among them.

    It is made of the rule, the cluster, the object and the route: of no line, no wording, and no
    path either, so that a moved file keeps its findings. A place without an object has its path
    instead. Findings that are equal in all of these are counted in their order, from 1.
    """
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        digest = _digest(finding)
        seen[digest] += 1
        found.append(f"{digest}:{seen[digest]}")
    return found


def pointer(location: Location) -> str:
    """Return a route as a JSON pointer (RFC 6901), empty for a whole document.

    A crossing into the JSON that a string holds is the step `(json)`.
    """
    steps = (CROSSING if isinstance(step, Embedded) else str(step) for step in location.route)
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def _digest(finding: Finding) -> str:
    from hashlib import sha256  # a report without fingerprints does not pay for it

    location = finding.location
    where = location.object or reported_path(location.source.path)
    parts = [finding.rule, _cluster(finding.cluster), where, pointer(location)]
    return sha256(json.dumps(parts).encode()).hexdigest()[:DIGITS]


def _cluster(names: str) -> str:
    """Return clusters' names; those that are whole paths, as they are on any machine."""
    each = names.split(", ")
    return ", ".join(reported_path(name) if os.path.isabs(name) else name for name in each)
