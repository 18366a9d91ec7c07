"""An entry of the catalog is read strictly, and as the published schema has it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cnilint.catalog import entry as card
from cnilint.catalog.product import Action, Behaviour, Delivered, Place, Recogniser, Role
from cnilint.errors import RuleError
from cnilint.resources import rules_folder
from cnilint.syntax.data import read_mapping
from cnilint.syntax.shape import faults
from tests.schemas import compare

CARDS = sorted(Path(rules_folder(), "catalog").glob("*.yaml"))
SCHEMA = json.loads(Path(rules_folder(), "schema", "product.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

GOOD = """\
id: own
title: Own
role: primary
sources:
- o/r@c:path
recognise:
- image: own$
settings:
  file:
  - environment: NAME
    not_empty: true
  - value: 10-own.conflist
behaviours:
- action: write
  file: "{file}"
network: {name: own, plugins: [{type: own}]}
"""


def refused(folder: Path, text: str) -> RuleError:
    path = folder / "own.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(RuleError) as caught:
        card.read_card(str(path))
    assert caught.value.path == str(path)
    return caught.value


def test_a_good_card_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(GOOD, "utf-8")
    assert card.read_card(str(path))["settings"]["file"][1] == {"value": "10-own.conflist"}
    assert list(VALIDATOR.iter_errors(read_mapping(str(path)))) == []


BROKEN = [
    ("role: primary", "role: king", 3, "role: 'king' is none of primary"),
    ("role: primary", "role: primary\nroles: primary", 4, "roles: no such key; there are id,"),
    ("- image: own$", "- imagee: own$", 7, "recognise.0.imagee: no such key"),
    ("    not_empty: true", "    not_empty: yes please", 11, "settings.file.0.not_empty: "),
    ("    not_empty: true", "    guess: x", 11, "settings.file.0.guess: no such key"),
    ("    not_empty: true", "    value: x", 10, "must be there, not environment and value"),
    ("- environment: NAME\n    not", "- not", 10, "must be there, not none"),
    ("- value: 10-own.conflist", "- word: first", 12, "settings.file.1.word: 'first' is no number"),
    ("- action: write", "- action: burn", 14, "behaviours.0.action: 'burn' is none of write, copy"),
    ("- action: write\n  file", "- file", 14, "behaviours.0: no action"),
    ('  file: "{file}"', "  file: 7", 15, "behaviours.0.file: 7 is no text"),
    ("sources:\n- o/r@c:path", "sources: []", 4, "sources: not a list with something in it"),
    ("sources:\n- o/r@c:path", "sources: {}", 4, "sources: not a list"),
    ("title: Own\n", "", 1, "no title"),
    ("{name: own, plugins: [{type: own}]}", "{name: own}", 16, "network: no plugins"),
    ("{name: own, plugins: [{type: own}]}", "own", 16, "network: not a mapping"),
    ("[{type: own}]", "[own]", 16, "network.plugins.0: not a mapping"),
]


@pytest.mark.parametrize(("old", "new", "line", "reason"), BROKEN)
def test_what_is_wrong_is_named_with_its_line(
    old: str, new: str, line: int, reason: str, tmp_path: Path
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    error = refused(tmp_path, text)
    assert error.place == f"line {line}"
    assert reason in error.reason
    assert str(error) == f"{error.path}: line {line}: {error.reason}"
    # the schema refuses it as well
    assert list(VALIDATOR.iter_errors(read_mapping(error.path)))


@given(st.sampled_from(CARDS), st.data())
def test_a_key_that_there_is_not_is_refused_wherever_it_stands(
    path: Path, data: st.DataObject
) -> None:
    read: dict[str, Any] = read_mapping(str(path))
    places = [read, *read.get("recognise", ()), *read["behaviours"]]
    places += [place for listed in read.get("settings", {}).values() for place in listed]
    data.draw(st.sampled_from(places))["imagine"] = "x"
    found = list(faults(read, card.CARD))
    assert [route[-1] for route, _reason in found] == ["imagine"]
    assert list(VALIDATOR.iter_errors(read))


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_every_card_is_as_the_schema_says(path: Path) -> None:
    read = read_mapping(str(path))
    assert [f"{list(e.absolute_path)}: {e.message}" for e in VALIDATOR.iter_errors(read)] == []


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_schema_and_loader_know_the_same_keys() -> None:
    compare(card.CARD, SCHEMA, SCHEMA, "card")


def test_a_card_has_words_for_what_the_code_does() -> None:
    delivered = {"name", "group", "when", *Delivered._field_defaults}
    assert {"kind", *delivered} - {"name"} == set(card.OBJECT.known)
    assert set(Behaviour._fields) - {"plugins"} == set(card.BEHAVIOUR.known)
    assert set(Recogniser._fields) == set(card.RECOGNISER.known)
    assert set(Place._fields) - {"kind", "name"} == set(card.PLACE.known) - set(card.PLACES)
    assert set(card.ACTIONS) == {action.value for action in Action}
    # nothing that is in the catalog is unknown
    assert set(card.ROLES) == {role.value for role in Role} - {"unknown"}


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_every_card_says_where_its_facts_were_read(path: Path) -> None:
    sources = read_mapping(str(path))["sources"]
    assert len(set(sources)) == len(sources)
    # a repository with a path in it: a bare commit shows nothing
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+@[\w.-]+:[^\s,]+.*", source) for source in sources)
