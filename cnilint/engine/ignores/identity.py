"""What makes a finding the same from one run to the next, however the lines around it move."""

from __future__ import annotations

import os

from cnilint.engine.policy import Identity
from cnilint.engine.repository import own_path, reported_path
from cnilint.model.finding import Finding, Location
from cnilint.model.tree import Embedded

CROSSING = "(json)"
"""The step of a pointer that leads from a string into the JSON it holds."""


def identity(finding: Finding) -> Identity:
    """Return a finding's rule, cluster, object and the JSON pointer to its place in that.

    There is no line in it, no wording, and no path either, so that a moved file keeps its findings.
    A place without an object has its path instead.
    """
    location = finding.location
    where = location.object or own_path(location.source.path)
    return finding.rule, _cluster(finding.cluster), where, pointer(location)


def pointer(location: Location) -> str:
    """Return a route as a JSON pointer (RFC 6901), empty for a whole document.

    A crossing into the JSON that a string holds is the step `(json)`.
    """
    steps = (CROSSING if isinstance(step, Embedded) else str(step) for step in location.route)
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def _cluster(names: str) -> str:
    """Return clusters' names; those that are whole paths, as they are on any machine."""
    each = names.split(", ")
    return ", ".join(reported_path(name) if os.path.isabs(name) else name for name in each)
