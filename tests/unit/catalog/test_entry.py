"""An entry of the catalog is read strictly, and as the published schema has it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cnilint.catalog.product import SCHEMA, Action, Role
from cnilint.resources import rules_folder
from cnilint.syntax.data import line_of, read_mapping
from cnilint.syntax.schema import Record, Schema
from cnilint.syntax.schema_faults import faults

CARDS = sorted(Path(rules_folder(), "catalog").glob("*.yaml"))

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


def test_a_good_card_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(GOOD, "utf-8")
    read = read_mapping(str(path))
    assert faults(SCHEMA, read) == []
    (behaviour,) = SCHEMA.load(read).behaviours
    assert behaviour.filled(lambda text: text.replace("{file}", "x")).file == "x"


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
    path = tmp_path / "own.yaml"
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    route, said = faults(SCHEMA, read_mapping(str(path)))[0]
    assert line_of(str(path), route) == line
    assert reason in f"{'.'.join(map(str, route))}: {said}"


@settings(deadline=None)  # an entry of hundreds of lines is looked at
@given(st.sampled_from(CARDS), st.data())
def test_a_key_that_there_is_not_is_refused_wherever_it_stands(
    path: Path, data: st.DataObject
) -> None:
    read: dict[str, Any] = read_mapping(str(path))
    places = [read, *read.get("recognise", ()), *read["behaviours"]]
    places += [place for listed in read.get("settings", {}).values() for place in listed]
    data.draw(st.sampled_from(places))["imagine"] = "x"
    assert [route[-1] for route, _reason in faults(SCHEMA, read)] == ["imagine"]


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_every_card_is_as_the_schema_says(path: Path) -> None:
    assert faults(SCHEMA, read_mapping(str(path))) == []


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA.whole)


def test_every_key_of_an_entry_has_words() -> None:
    parts = [SCHEMA.whole, *SCHEMA.whole["$defs"].values()]
    for key, said in [one for part in parts for one in part.get("properties", {}).items()]:
        described = said.get("description") or SCHEMA.resolved(said).get("description")
        assert described or key in ("type", "operator"), key


def test_roles_and_actions_are_those_that_the_code_has_words_for() -> None:
    # nothing that is in the catalog is unknown
    assert set(SCHEMA.part("role")["enum"]) == {role.value for role in Role} - {"unknown"}
    assert set(SCHEMA.part("action")["enum"]) == {action.value for action in Action}


def test_a_key_of_the_schema_is_there_for_every_program(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = json.loads(json.dumps(SCHEMA.whole))
    keys = whole["$defs"]["behaviour"]["properties"]
    keys["waits-for"] = {"description": "A file.", "type": "string"}
    keys["retries"] = {"description": "How it is done again.", "type": "boolean", "default": True}
    extended = Schema("product.schema.json", {"action": Action})
    monkeypatch.setitem(extended.__dict__, "whole", whole)

    class Extended(Record, schema=extended, part="behaviour"):
        pass

    one = Extended.of({"action": "write", "waits-for": "{file}"})
    assert (one.action, one.waits_for, one.retries) == (Action.WRITE, "{file}", True)
    assert Extended.of({"action": "none", "retries": False}).retries is False


SOURCE = SCHEMA.part("")["properties"]["sources"]["items"]["pattern"]


@pytest.mark.parametrize(
    "source",
    [
        "o/r@v1.2.3:cmd/main.go",
        "o/r@0db4024:Makefile",
        "o/r@helm-v1+2:a/b.yaml (which file, and why)",
    ],
)
def test_a_source_is_a_file_at_a_tag(source: str) -> None:
    assert re.search(SOURCE, source)


@pytest.mark.parametrize(
    "source",
    [
        "o/r:cmd/main.go",
        "o/r@v1",
        "r@v1:a",
        "o/r@v1:",
        "o/r@v1:folder/",
        "o/r@v1:a.go and more",
        "o/r@v1:a.go, b.go",
        "o/r@v1:a.go (one) (two)",
        "https://example.test/o/r@v1:a.go",
    ],
)
def test_what_names_no_file_is_no_source(source: str) -> None:
    assert not re.search(SOURCE, source)


WITHOUT_ENDING = {"Makefile", "install_cni", "install_cni_chaining", "weave"}
"""Files whose names have no ending; of any other it is a folder that has none."""


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_the_sources_of_an_entry_are_no_folders(path: Path) -> None:
    for source in read_mapping(str(path))["sources"]:
        name = source.partition(" ")[0].rpartition(":")[2].rpartition("/")[2]
        assert "." in name or name in WITHOUT_ENDING, source
