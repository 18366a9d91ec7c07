"""The examples of a rule card: manifests in which the rule fires, and the same ones in order."""

from __future__ import annotations

from collections.abc import Mapping

from cnilint.model.finding import Finding
from cnilint.start import NamedTuple

from .rule import SCHEMA, Example, Rule, read_card

__all__ = ["Example", "ExampleTrial", "Files", "examples_of"]

Files = Mapping[str, str]
"""The texts of files by their names; `.cnilint.yaml` has settings for the others."""

SIDES = ("before", "after")
"""The folders of the files of an example of a rule that compares two states of a cluster."""

OF_WHOLE_MANIFESTS = frozenset({"CNI124", "CNI304", "CNI307", "CNI311"})
"""Rules that speak of what manifests leave out: what Multus needs, and what keeps pods waiting.
Examples are shortened to what they are about, so what these find counts in examples of their own
only."""


class ExampleTrial(NamedTuple):
    """An example, and what is found in its files.

    A finding counts unless it is a note of another rule: what cannot be decided from a few lines
    is noted, and is no fault of them. Nor is what a few lines leave out. `problem` says why nothing
    could be found out.
    """

    rule: Rule
    example: Example
    bad: tuple[Finding, ...] = ()
    good: tuple[Finding, ...] = ()
    problem: str = ""

    @property
    def fires(self) -> bool:
        """Whether the bad files give a finding of the rule and no other."""
        return not self.problem and [finding.rule for finding in self.bad] == [self.rule.id]

    @property
    def passed(self) -> bool:
        """Whether that is so, and the good files give none at all."""
        return self.fires and not self.good


def examples_of(rule: Rule) -> tuple[Example, ...]:
    """Return the examples of a rule's card, which are read only now."""
    examples: tuple[Example, ...] = SCHEMA.load(read_card(rule.path)).examples
    return examples
