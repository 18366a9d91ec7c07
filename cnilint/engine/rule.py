"""A rule as its card describes it. Which keys a card has is said by its schema alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnilint.model.finding import Level
from cnilint.syntax.data import read_mapping
from cnilint.syntax.schema import Record, Schema

OWN = "CNI"
"""How the ids of the rules that come with cnilint begin."""

CHANGE = "change"
"""The scope of a rule that compares a cluster before a change with the same one after it."""


def _help(said: Mapping[str, str]) -> dict[str, str]:
    """Return every word of the help, an empty one where a house rule says nothing."""
    return {key: said.get(key, "").strip() for key in SCHEMA.part("help")["properties"]}


SCHEMA = Schema("rule.schema.json", {"level": Level.of, "help": _help})


class Example(Record, schema=SCHEMA, part="example"):
    """Files in which a rule finds one thing, and the same files in which it finds nothing."""

    bad: Mapping[str, str]
    good: Mapping[str, str]

    @property
    def changed(self) -> dict[str, str]:
        """The good files that differ from the bad ones."""
        return {name: text for name, text in self.good.items() if self.bad.get(name) != text}


class Rule(Record, schema=SCHEMA, more={"path": ""}):
    """An identity card, from the file at `path`.

    Just one of `check` (names of functions in CHECKS) and `match` (declarative) has something.
    `examples` are read only where they are asked for.
    """

    id: str
    name: str
    level: Level
    summary: str
    message: str
    fix: str
    scope: str
    help: Mapping[str, str]
    links: tuple[str, ...]
    settings: tuple[str, ...]
    check: tuple[str, ...]
    match: tuple[Mapping[str, Any], ...]
    examples: tuple[Example, ...]
    path: str

    @property
    def is_own(self) -> bool:
        """Whether it comes with cnilint."""
        return self.id.rstrip("0123456789") == OWN


def read_card(path: str, *, examples: bool = True) -> dict[str, Any]:
    """Return a rule card as plain values, without its examples if they are not wanted.

    Examples stand last and are most of a card. RuleError for a file that is no mapping.
    """
    card = read_mapping(path, until="" if examples else "examples")
    if card.get("level") is False:
        card["level"] = "off"  # what YAML makes of the bare word
    return card
