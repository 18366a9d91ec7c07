"""What of a rule card of somebody's own is wrong: against its schema, and where no schema can say.

Loading this module loads `jsonschema`: a run without a house card does without it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from cnilint.errors import RuleError, did_you_mean
from cnilint.patterns import PatternError, compiled
from cnilint.start import lazy_pattern
from cnilint.syntax.data import line_of
from cnilint.syntax.schema_faults import Fault, Route, faults

from .jsonpath import find
from .match import OF_MULTUS, OF_OBJECT
from .rule import OWN, SCHEMA, read_card

_OWN_ID = lazy_pattern(rf"{OWN}[1-9][0-9]{{2}}")


def checked_card(path: str, *, house: bool = True) -> dict[str, Any]:
    """Return a rule card as plain values.

    RuleError, with the file, the line and the key, for the first thing that does not fit. A card
    that is not of a `house` comes with cnilint.
    """
    card = read_card(path)
    for route, reason in _faults(path, card, house=house):
        place = ".".join(map(str, route))
        raise RuleError(path, f"line {line_of(path, route)}", f"{place}: {reason}".lstrip(": "))
    return card


def _faults(path: str, card: Mapping[str, Any], *, house: bool) -> Iterator[Fault]:
    found = card.get("id")
    if isinstance(found, str):
        if house and found.rstrip("0123456789") == OWN:
            yield ("id",), f"{OWN} is what the ids of cnilint's own rules begin with"
        if not house and not _OWN_ID.fullmatch(found):
            yield ("id",), f"{found!r} is no id of cnilint's own, such as {OWN}101"
    yield from faults(SCHEMA, card)
    if os.path.splitext(os.path.basename(path))[0] != found:
        yield ("id",), f"a card is named by its id: {found}.yaml"
    entries = _listed(card, "match")
    for route, entry in entries:
        yield from _of_paths(entry, route)
        for at, condition in enumerate(entry.get("where", ())):
            yield from _of_paths(condition, (*route, "where", at))
    yield from _of_message(card["message"], [_words(entry) for _route, entry in entries])


def _listed(card: Mapping[str, Any], key: str) -> list[tuple[Route, Any]]:
    """Return the items of a list with their routes, or a single one; nothing where it is absent."""
    value = card.get(key, [])
    if isinstance(value, list):
        return [((key, at), each) for at, each in enumerate(value)]
    return [((key,), value)]


def _of_paths(entry: Mapping[str, Any], route: Route) -> Iterator[Fault]:
    for key in ("path", "json-in"):
        try:
            find(entry.get(key, "$"), {})
        except ValueError as error:
            yield (*route, key), f"{error}"
    if entry.get("operator") in ("matches", "not-matches"):
        try:
            compiled(entry["value"])
        except PatternError as error:
            yield (*route, "value"), f"{entry['value']!r} is not a regular expression: {error}"


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
