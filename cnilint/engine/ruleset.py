"""The rule cards: one data file per rule, with everything about it but how it is checked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from cnilint.errors import RuleError
from cnilint.model.finding import Level
from cnilint.resources import rules_folder
from cnilint.syntax.data import read_mapping
from cnilint.syntax.data_cache import kept

REQUIRED = ("id", "name", "level", "summary", "message", "fix", "help")
HELP = ("what", "why", "fix", "fix-safety")
GRADES = ("safe", "unsafe", "display", "none")
SCOPES = ("cluster", "file")


class Rule(NamedTuple):
    """An identity card.

    Just one of `checks` (names of functions in CHECKS) and `match` (declarative) has something;
    `fix` is the best grade of fix the rule can have; `message` is a template. `scope` is `file` for
    a rule whose findings in one file hold whatever the other files say, else `cluster`.
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
    scope: str = SCOPES[0]


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, by id.

    RuleError names the card and what is wrong with it.
    """
    folder = rules_folder()
    names = sorted(n for n in os.listdir(folder) if n.startswith("CNI") and n.endswith(".yaml"))
    paths = [os.path.join(folder, name) for name in names]
    return tuple(_rule(card) for card in kept("rules", paths, _card))


def _card(path: str) -> dict[str, Any]:
    card = read_mapping(path)
    for key, reason in _faults(path, card):
        raise RuleError(path, _line(path, key), reason)
    return card


def _rule(card: Mapping[str, Any]) -> Rule:
    return Rule(
        id=card["id"],
        name=card["name"],
        level=Level.of(card["level"]),
        summary=card["summary"],
        message=card["message"],
        fix=card["fix"],
        help={key: text.strip() for key, text in card["help"].items()},
        links=tuple(card.get("links", ())),
        checks=_several(card.get("check")),
        match=_several(card.get("match")),
        scope=card.get("scope", SCOPES[0]),
    )


def _several(value: Any) -> tuple[Any, ...]:  # noqa: ANN401  straight from YAML
    """Return the items of a list, or a single value as one; nothing for None."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def _faults(path: str, card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a card: the key where it is (empty: none) and the reason."""
    missing = [f"no {key!r}" for key in REQUIRED if key not in card]
    if missing:
        yield "", ", ".join(missing)
    for key in sorted(set(card) - {*REQUIRED, "check", "match", "links", "scope"}):
        yield key, f"unknown key {key!r}"
    if ("check" in card) == ("match" in card):
        yield "match" if "match" in card else "", "a card has either 'check' or 'match'"
    for key in REQUIRED:
        if key != "help" and not isinstance(card[key], str):
            yield key, f"{key} is a string"
    if os.path.basename(path) != f"{card['id']}.yaml":
        yield "id", "a card is named by its id"
    try:
        Level.of(card["level"])
    except ValueError as error:
        yield "level", f"{error}"
    if card["fix"] not in GRADES:
        yield "fix", f"fix is one of {', '.join(GRADES)}"
    if card.get("scope", SCOPES[0]) not in SCOPES:
        yield "scope", f"scope is one of {', '.join(SCOPES)}"
    if not isinstance(card["help"], dict) or set(card["help"]) != set(HELP):
        yield "help", f"help has just {', '.join(HELP)}"
    if not all(isinstance(text, str) for text in card["help"].values()):
        yield "help", "help is text"
    if not _all_are(str, card.get("links", [])) or isinstance(card.get("links"), str):
        yield "links", "links is a list of addresses"
    if not _all_are(str, card.get("check", "")):
        yield "check", "check is the name of a check, or a list of names"
    if not _all_are(dict, card.get("match", {})):
        yield "match", "match is a list of entries"


def _all_are(kind: type, value: object) -> bool:
    """Whether a value is of a kind, or a list of such values."""
    return isinstance(value, kind) or (
        isinstance(value, list) and all(isinstance(item, kind) for item in value)
    )


def _line(path: str, key: str) -> str:
    """Return the line of a card's key, for a person; nothing if it is not there."""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if key and line.startswith(f"{key}:"):
                return f"line {number}"
    return ""
