"""The rules: one card per rule, with everything about it but how it is checked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NoReturn

from cnilint.catalog import catalog
from cnilint.confine import file_behind, opened_file
from cnilint.errors import ReadError, RuleError
from cnilint.resources import rules_folder
from cnilint.syntax.data_cache import kept

from . import asked_for
from .rule import SCHEMA, Rule, read_card

__all__ = ["Rule", "card_files", "house_rules", "rules"]


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule that comes with cnilint, by id.

    RuleError names the card and what is wrong with it.
    """
    return tuple(_rule(card, path) for card, path in zip(_cards(), _paths(), strict=True))


def read_all() -> dict[str, list[dict[str, Any]]]:
    """Return what is kept of every data file and of the code, by the names it is kept under."""
    return {"rules": _cards(), "asked-for": asked_for.modules(), **catalog.read_all()}


def _cards() -> list[dict[str, Any]]:
    return kept("rules", _paths(), _own_card)


def _paths() -> list[str]:
    folder = rules_folder()
    names = sorted(n for n in os.listdir(folder) if n.startswith("CNI") and n.endswith(".yaml"))
    return [os.path.join(folder, name) for name in names]


def house_rules(folders: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules of somebody's own that lie in some folders, by id.

    Every YAML file right in a folder is a card. ReadError for a folder that cannot be read,
    RuleError for one without a card, for a card with a fault, and for an id or a name that another
    rule has.
    """
    found: dict[str, Rule] = {}
    names = {rule.name: f"cnilint's own {rule.id}" for rule in rules()}
    each_once = {os.path.realpath(folder): folder for folder in reversed(folders)}
    for folder in each_once.values():
        if not card_files(folder):
            raise RuleError(folder, "", "there is no rule card in it: no file NAME.yaml")
    for path in [path for folder in each_once.values() for path in card_files(folder)]:
        rule = _house_rule(path, _changed_at(path))
        if rule.id in found:
            _refuse(path, "id", rule.id, found[rule.id].path)
        if rule.name in names:
            _refuse(path, "name", rule.name, names[rule.name])
        found[rule.id] = rule
        names[rule.name] = path
    return tuple(found[key] for key in sorted(found))


def card_files(folder: str) -> list[str]:
    """Return the paths of the cards in a folder; ReadError if it cannot be read."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise ReadError(folder, f"{error.strerror}") from None
    shown = [name for name in names if not name.startswith(".")]
    return [os.path.join(folder, name) for name in shown if name.endswith((".yaml", ".yml"))]


def _changed_at(path: str) -> int:
    """Return when a card was changed; ReadError if it is no file of its repository."""
    try:
        descriptor, _found = opened_file(file_behind(path))
    except OSError as error:
        raise ReadError(path, f"{error.strerror}") from None
    try:
        return os.fstat(descriptor).st_mtime_ns
    finally:
        os.close(descriptor)


@cache
def _house_rule(path: str, _changed: int) -> Rule:
    """Return the rule of a card, which is read again only when the file has changed."""
    from .rule_card import checked_card

    card = checked_card(path)
    card.pop("examples", None)
    return _rule(card, path)


def _own_card(path: str) -> dict[str, Any]:
    return read_card(path, examples=False)


def _refuse(path: str, key: str, value: str, other: str) -> NoReturn:
    from cnilint.syntax.data import line_of

    reason = f"{key}: {value!r} is that of {other} as well"
    raise RuleError(path, f"line {line_of(path, (key,))}", reason)


def _rule(card: Mapping[str, Any], path: str) -> Rule:
    found: Rule = SCHEMA.load(card)
    return found._replace(path=path, scope=found.scope or _scope(found))


def _scope(rule: Rule) -> str:
    """Return the scope of a card that names none: what is found in an object needs no other."""
    alone = bool(rule.match) and all("kind" in entry for entry in rule.match)
    return "file" if alone else "cluster"
