"""The answer for a class of nodes as data."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from .steps import Cause


class VerdictKind(Enum):
    """What comes of a class of nodes, as one word."""

    NEVER_READY = "never-ready"
    """In no order does anything own the pods."""
    RACE = "race"
    """Who owns the pods, or whether anything does, depends on the order of events."""
    UNDECIDED = "undecided"
    """What decides is not among the manifests, or is not known yet."""
    DETERMINISTIC = "deterministic"
    """One file owns the pods, whatever the order."""


class Unknown(Enum):
    """What of an install is not known and decides."""

    SETTINGS = "settings"
    """What it is told."""
    FILE = "file"
    """Where it writes."""
    SOURCE = "source"
    """What it brings in: something that was not read, or that is only known by its image."""


class Doubt(NamedTuple):
    """Something that is not known, and the title of the install it is of."""

    unknown: Unknown
    title: str


class Verdict(NamedTuple):
    """What comes of a class of nodes over all orders of events.

    `owners` are the files that own the pods in some order, in byte order. `causes` say why nothing
    does in some order, or what fails although one file owns the pods in each. `lost` are titles of
    installs that the pods do not reach in some order. `doubt` is what is not known and decides.
    `reserved`: a file of an unknown installer may take over. `cut`: not every order was looked at.
    """

    kind: VerdictKind
    owners: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    lost: tuple[str, ...] = ()
    doubt: Doubt | None = None
    reserved: bool = False
    cut: bool = False

    @property
    def good(self) -> bool:
        """Whether it is decided who owns the pods, and nothing fails or is passed over."""
        return self.kind is VerdictKind.DETERMINISTIC and not self.causes and not self.lost
