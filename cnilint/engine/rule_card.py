"""What a rule card can say: the keys of its file, and the values they take.

`rules/schema/rule.schema.json` says the same for editors, with words; a test holds them equal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from cnilint.catalog.release import in_range
from cnilint.errors import RuleError, did_you_mean
from cnilint.syntax.data import line_of, read_mapping
from cnilint.syntax.shape import ByKey, Each, Fault, Fields, ListOf, OneOrMore, Route, faults

from .jsonpath import find
from .match import OF_MULTUS, OF_OBJECT, OPERATORS
from .rule import HELP, OWN, SCOPES

GRADES = ("safe", "unsafe", "display", "none")
LEVELS = ("error", "warning", "note", "off")
CONCERNING = ("host-files", "primary", "runtime", "targets")
"""The settings that change what a rule finds, beside those that every rule has."""

HOUSE_ID = re.compile(r"[A-Z]{2,8}[0-9]{3,4}")
_OWN_ID = re.compile(rf"{OWN}[1-9][0-9]{{2}}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WITHOUT_VALUE = ("exists", "absent")

CONDITION = Fields(
    {"path": str, "operator": tuple(OPERATORS), "value": object}, required=("path", "operator")
)
OF_ENTRY = Fields(
    {
        "of": ("multus-thick", "multus-thin"),
        "path": str,
        "flag": str,
        "where": ListOf(CONDITION),
        "versions": str,
        "key": str,
        "reason": str,
    },
    required=("of", "key", "reason"),
    exactly_one=("path", "flag"),
)
KIND_ENTRY = Fields(
    {
        "kind": OneOrMore(),
        "api-version": str,
        "json-in": str,
        "path": str,
        "operator": tuple(OPERATORS),
        "value": object,
        "where": ListOf(CONDITION),
        "key": str,
        "reason": str,
    },
    required=("kind", "path"),
)
EXAMPLE = Fields({"bad": Each(str), "good": Each(str)}, required=("bad", "good"))
_KNOWN = {
    "id": str,
    "name": str,
    "level": LEVELS,
    "summary": str,
    "message": str,
    "fix": GRADES,
    "scope": SCOPES,
    "help": Fields(dict.fromkeys(HELP, str)),
    "links": ListOf(str),
    "settings": ListOf(CONCERNING),
    "check": OneOrMore(),
    "match": OneOrMore(ByKey({"of": OF_ENTRY, "kind": KIND_ENTRY})),
    "examples": OneOrMore(EXAMPLE),
}
CARD = Fields(
    {**_KNOWN, "help": Fields(dict.fromkeys(HELP, str), required=HELP)},
    required=("id", "name", "level", "summary", "message", "fix", "help"),
    exactly_one=("check", "match"),
)
HOUSE_CARD = Fields(
    {key: shape for key, shape in _KNOWN.items() if key != "check"} | {"fix": ("none",)},
    required=("id", "name", "level", "summary", "message", "match"),
)
"""A card of somebody's own: it describes what to find, and offers no fix."""


def read_card(path: str, *, house: bool = False, examples: bool = True) -> dict[str, Any]:
    """Return a rule card as plain values, without its examples if they are not wanted.

    Examples stand last and are most of a card. RuleError, with the file, the line and the key, for
    what does not fit.
    """
    card = read_mapping(path, until="" if examples else "examples")
    if card.get("level") is False:
        card["level"] = "off"  # what YAML makes of the bare word
    for route, reason in _faults(path, card, house=house):
        place = ".".join(map(str, route))
        raise RuleError(path, f"line {line_of(path, route)}", f"{place}: {reason}".lstrip(": "))
    return card


def _faults(path: str, card: Mapping[str, Any], *, house: bool) -> Iterator[Fault]:
    if house and "check" in card:
        yield ("check",), "a house rule has no check: describe what to find in 'match'"
    yield from faults(card, HOUSE_CARD if house else CARD)
    yield from _of_names(path, card, house=house)
    entries = _listed(card, "match")
    for route, entry in entries:
        yield from _of_entry(entry, route)
    allowed = [_words(entry) for _route, entry in entries]
    yield from _of_message(card["message"], allowed)
    for route, example in _listed(card, "examples"):
        for kind, files in example.items():
            yield from _of_files(files, (*route, kind))


def _of_names(path: str, card: Mapping[str, Any], *, house: bool) -> Iterator[Fault]:
    found = card["id"]
    own = re.match("[A-Z]*", found)
    if house and own is not None and own.group() == OWN:
        yield ("id",), f"{OWN} is what the ids of cnilint's own rules begin with"
    if not (HOUSE_ID if house else _OWN_ID).fullmatch(found):
        yield ("id",), f"{found!r} is no id: capital letters and a number, such as ACME101"
    if os.path.splitext(os.path.basename(path))[0] != found:
        yield ("id",), f"a card is named by its id: {found}.yaml"
    if not _NAME.fullmatch(card["name"]):
        yield ("name",), f"{card['name']!r} is no name: small letters with hyphens between words"


def _listed(card: Mapping[str, Any], key: str) -> list[tuple[Route, Any]]:
    """Return the items of a list with their routes, or a single one; nothing where it is absent."""
    value = card.get(key, [])
    if isinstance(value, list):
        return [((key, at), each) for at, each in enumerate(value)]
    return [((key,), value)]


def _of_entry(entry: Mapping[str, Any], route: Route) -> Iterator[Fault]:
    yield from _of_paths(entry, route)
    try:
        for bound in entry.get("versions", "").split(","):
            in_range(None, bound)
    except ValueError as error:
        yield (*route, "versions"), f"{error}: write it as >=4.0,<4.2.1"
    if "operator" in entry or "value" in entry:
        yield from _of_condition(entry, route)
    for at, condition in enumerate(entry.get("where", ())):
        yield from _of_paths(condition, (*route, "where", at))
        yield from _of_condition(condition, (*route, "where", at))


def _of_paths(entry: Mapping[str, Any], route: Route) -> Iterator[Fault]:
    for key in ("path", "json-in"):
        try:
            if key in entry and not entry[key].startswith("$"):
                yield (*route, key), f"{entry[key]!r} is no JSONPath: it begins with $"
            find(entry.get(key, "$"), {})
        except ValueError as error:
            yield (*route, key), f"{error}"


def _of_condition(condition: Mapping[str, Any], route: Route) -> Iterator[Fault]:
    operator = condition.get("operator")
    if operator is None:
        yield (*route, "value"), "a value, and no operator to compare with it"
    elif operator in _WITHOUT_VALUE:
        if "value" in condition:
            yield (*route, "value"), f"{operator!r} takes no value"
    elif "value" not in condition:
        yield (*route, "operator"), f"{operator!r} needs a value"
    elif operator in ("in", "not-in"):
        if not isinstance(condition["value"], list):
            yield (*route, "value"), f"{operator!r} takes a list"
    elif operator in ("matches", "not-matches"):
        yield from _of_pattern(condition["value"], (*route, "value"))


def _of_pattern(pattern: object, route: Route) -> Iterator[Fault]:
    if not isinstance(pattern, str):
        yield route, f"{pattern!r} is no text"
        return
    try:
        re.compile(pattern)
    except re.error as error:
        yield route, f"not a regular expression: {error}"


def _words(entry: Mapping[str, Any]) -> set[str]:
    """Return what a message can name for an entry."""
    return set(OF_MULTUS) if "of" in entry else {*OF_OBJECT, *({"key", "reason"} & set(entry))}


def _of_message(message: str, allowed: list[set[str]]) -> Iterator[Fault]:
    """Yield what is no `{word}` of every entry; a card with a check is asked for its form alone."""
    known = set.intersection(*allowed) if allowed else None
    try:
        parts = list(Formatter().parse(message))
    except ValueError as error:
        yield ("message",), f"{error}: write {{{{ and }}}} for braces"
        return
    for _text, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion or not re.fullmatch(r"\w+", name):
            yield ("message",), f"{{{name}}} is more than a word in braces"
        elif known is not None and name not in known:
            words = ", ".join(f"{{{word}}}" for word in sorted(known))
            near = did_you_mean(name, known)
            yield ("message",), f"there is no {{{name}}} here; there are {words}{near}"


def _of_files(files: Mapping[str, str], route: Route) -> Iterator[Fault]:
    if not files:
        yield route, "no file"
    for name in files:
        if "\\" in name or any(part in ("", ".", "..") for part in name.split("/")):
            yield (*route, name), "a file is named by its path below the example's folder"
