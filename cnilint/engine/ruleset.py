"""The rule cards: one data file per rule, with everything about it but how it is checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from cnilint.errors import RuleError
from cnilint.model.finding import Level
from cnilint.resources import rules_folder
from cnilint.syntax.data import read_mapping

REQUIRED = ("id", "name", "level", "summary", "message", "fix", "help")
HELP = ("what", "why", "fix", "fix-safety")
GRADES = ("safe", "unsafe", "display", "none")


class Rule(NamedTuple):
    """An identity card.

    Just one of `checks` (names of functions in CHECKS) and `match` (declarative) has something;
    `fix` is the best grade of fix the rule can have; `message` is a template.
    """

    id: str
    name: str
    level: Level
    summary: str
    message: str
    fix: str
    help: Mapping[str, str]
    links: tuple[str, ...]
    checks: tuple[str, ...]
    match: tuple[Mapping[str, Any], ...]


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, by id.

    RuleError names the card and what is wrong with it.
    """
    folder = rules_folder()
    names = sorted(n for n in os.listdir(folder) if n.startswith("CNI") and n.endswith(".yaml"))
    return tuple(_rule(os.path.join(folder, name)) for name in names)


def _rule(path: str) -> Rule:
    card = read_mapping(path)
    _validate(path, card)
    try:
        level = Level.of(card["level"])
    except ValueError as error:
        raise RuleError(path, "", f"{error}") from None
    return Rule(
        id=card["id"],
        name=card["name"],
        level=level,
        summary=card["summary"],
        message=card["message"],
        fix=card["fix"],
        help={key: text.strip() for key, text in card["help"].items()},
        links=tuple(card.get("links", ())),
        checks=_several(card.get("check")),
        match=_several(card.get("match")),
    )


def _several(value: Any) -> tuple[Any, ...]:  # noqa: ANN401  straight from YAML
    """Return the items of a list, or a single value as one; nothing for None."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def _validate(path: str, card: Mapping[str, Any]) -> None:
    missing = [key for key in REQUIRED if key not in card]
    unknown = sorted(set(card) - {*REQUIRED, "check", "match", "links"})
    if missing or unknown:
        words = [f"no {key!r}" for key in missing] + [f"unknown key {key!r}" for key in unknown]
        raise RuleError(path, "", f"{', '.join(words)}")
    if ("check" in card) == ("match" in card):
        raise RuleError(path, "", "a card has either 'check' or 'match'")
    if card["fix"] not in GRADES:
        raise RuleError(path, "", f"fix is one of {', '.join(GRADES)}")
    if set(card["help"]) != set(HELP):
        raise RuleError(path, "", f"help has just {', '.join(HELP)}")
    if os.path.basename(path) != f"{card['id']}.yaml":
        raise RuleError(path, "", "a card is named by its id")
