"""The orders of events that a finding shows, read from its details."""

from __future__ import annotations

import re
from typing import NamedTuple

from cnilint.model.finding import Finding

STEP = re.compile(r" +\d+\. (.*)", re.DOTALL)


class Witness(NamedTuple):
    """An order of events: what it leads to, on which nodes, in which situation; and its steps."""

    heading: str
    steps: tuple[str, ...]


def witnesses(finding: Finding) -> list[Witness]:
    """Return the orders in a finding's details: a heading, then its numbered steps indented."""
    found: list[tuple[str, list[str]]] = []
    for line in finding.details:
        step = STEP.fullmatch(line)
        if step is None:
            found.append((line.strip().removesuffix(":"), []))
        elif found:
            found[-1][1].append(step[1])
    return [Witness(heading, tuple(steps)) for heading, steps in found if steps]
