"""What tells findings apart from one run to the next, as one short text each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from cnilint.engine.ignores.identity import identity
from cnilint.model.finding import Finding

DIGITS = 32
"""Hexadecimal digits of a fingerprint before its ordinal: 128 bits."""


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return each finding's fingerprint, in their order: `<digest>:<ordinal>`, unique among them.

    It is made of the finding's identity: of no line and no wording. Findings that are equal in
    that are counted in their order, from 1.
    """
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        digest = _digest(finding)
        seen[digest] += 1
        found.append(f"{digest}:{seen[digest]}")
    return found


def _digest(finding: Finding) -> str:
    from hashlib import sha256  # a report without fingerprints does not pay for it

    return sha256(json.dumps(identity(finding)).encode()).hexdigest()[:DIGITS]
