"""What a check says: facts and places. The wording is the rule card's."""

from __future__ import annotations

from collections.abc import Mapping

from cnilint.model.finding import Fix, Level, Location, Related
from cnilint.model.steps import Witness
from cnilint.simulation.class_facts import ClassFacts
from cnilint.start import dataclass, field


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule fires.

    `parameters` fill the card's message, and as `classes` so do the classes of nodes on which it
    is so, where it is about some; `witnesses` are orders of events that show it, `details`
    further lines for a person; `level` replaces the card's level where the rule has more than one.
    """

    location: Location
    parameters: Mapping[str, str] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    level: Level | None = None
    witnesses: tuple[Witness, ...] = ()
    classes: tuple[ClassFacts, ...] = ()

    @property
    def words(self) -> Mapping[str, str]:
        """What fills the card's message, by the names that stand in it."""
        names = " and ".join(dict.fromkeys(facts.name for facts in self.classes))
        return {"classes": names, **self.parameters}
