"""The answer for a class of nodes as data."""

from __future__ import annotations

from enum import Enum

from cnilint.start import NamedTuple

from .steps import Actor, Cause, Held


class VerdictKind(Enum):
    """What comes of a class of nodes, as one word."""

    NEVER_READY = "never-ready"
    """In some order nothing owns the pods, or an install never comes up."""
    RACE = "race"
    """Who owns the pods depends on the order of events."""
    STALE_OWNER = "stale-owner"
    """In some order a file that no install writes owns the pods."""
    BYPASSED = "bypassed"
    """In some order pods miss a plugin that an install means them to have."""
    UNDECIDED = "undecided"
    """What decides is not among the manifests, was not read, or is not known yet."""
    DETERMINISTIC = "deterministic"
    """One file owns the pods, all that is installed comes up and reaches them."""


RANKS = {kind: rank for rank, kind in enumerate(VerdictKind)}
"""How good a verdict is; where nothing installs a CNI, nothing is decided."""


class Unknown(Enum):
    """What of an install is not known and decides."""

    SETTINGS = "settings"
    """What it is told."""
    FILE = "file"
    """Where it writes."""
    SOURCE = "source"
    """What it brings in: something that was not read, or that is only known by its image."""
    VALUES = "values"
    """Some of the values of its chart."""
    RESTART = "restart"
    """Whether a change of what it is given restarts it."""


class Doubt(NamedTuple):
    """Something that is not known, and the title of the install it is of."""

    unknown: Unknown
    title: str


class Verdict(NamedTuple):
    """What comes of a class of nodes over all orders of events.

    `owners` are the files that own the pods in some order, in byte order. `causes` say why nothing
    does in some order, or what fails although a file owns the pods; `held` are the installs that do
    not come up in some order. `stale` are owners that no install writes. `lost` are titles of
    installs that the pods do not reach in some order, `plugins` the types of their plugins.
    `doubt` is what is not known and decides. `reserved`: a file of an unknown installer may take
    over. `cut`: not every order was looked at.
    """

    kind: VerdictKind
    owners: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    held: tuple[Held, ...] = ()
    stale: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    doubt: Doubt | None = None
    reserved: bool = False
    cut: bool = False

    @property
    def decided(self) -> bool:
        """Whether one file owns the pods in every order, and it is known that no other does."""
        return len(self.owners) == 1 and self.doubt is None and not self.cut

    @property
    def ready(self) -> bool:
        """Whether the pods have an owner that an install writes, and every install comes up."""
        return not self.causes and not self.held and not self.stale and bool(self.owners)

    @property
    def whole(self) -> bool:
        """Whether every plugin and every Multus that is installed is asked for each pod."""
        return not self.lost

    @property
    def good(self) -> bool:
        """Whether it is decided who owns the pods, and nothing fails or is passed over."""
        return self.kind is VerdictKind.DETERMINISTIC

    @property
    def alone(self) -> Verdict:
        """The verdict without the places of those who act in it."""
        held = tuple(one._replace(actor=Actor(one.actor.title)) for one in self.held)
        return self._replace(held=held)

    @property
    def bad(self) -> bool:
        """Whether something is wrong for sure."""
        return self.kind not in (VerdictKind.DETERMINISTIC, VerdictKind.UNDECIDED)
