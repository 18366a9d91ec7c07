"""What of a value does not fit a schema, in words and with its place."""

from __future__ import annotations

from typing import Any

import pytest

from cnilint.syntax.schema import Schema
from cnilint.syntax.schema_faults import Route, faults


def schema(whole: dict[str, Any]) -> Schema:
    """Return a schema that stands in no file."""
    found = Schema("none.json")
    found.__dict__["whole"] = whole
    return found


FIELDS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "oneOf": [{"required": ["on"]}, {"required": ["kind"]}],
    "properties": {
        "name": {"type": "string"},
        "count": {"type": "integer"},
        "on": {"type": "boolean"},
        "kind": {"enum": ["first", "second"]},
        "texts": {
            "oneOf": [
                {"type": "string"},
                {"type": "array", "minItems": 1, "items": {"type": "string"}},
            ]
        },
        "path": {"type": "string", "pattern": "^[$]", "patternErrorMessage": "no path"},
        "never": {"not": {}, "errorMessage": "not here"},
        "pattern": {"type": "string", "format": "regex"},
        "each": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[a-z]+$", "errorMessage": "small letters"},
            "additionalProperties": {"type": "boolean"},
        },
    },
}
GOOD: dict[str, Any] = {"name": "x", "kind": "first"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"count": 7},
        {"texts": "x"},
        {"texts": ["x", "y"]},
        {"path": "$.a"},
        {"pattern": "^a"},
        {"each": {"a": True}},
    ],
)
def test_what_fits_has_no_faults(more: dict[str, Any]) -> None:
    assert faults(schema(FIELDS), GOOD | more) == []


@pytest.mark.parametrize(
    ("more", "route", "said"),
    [
        ({"name": 7}, ("name",), "7 is no text"),
        ({"count": "7"}, ("count",), "'7' is no number"),
        ({"count": True}, ("count",), "True is no number"),
        ({"kind": "firts"}, ("kind",), "'firts' is none of first, second, did you mean 'first'?"),
        ({"kind": 7}, ("kind",), "7 is none of first, second"),
        ({"on": True}, (), "one of on, kind must be there, not on and kind"),
        ({"texts": 7}, ("texts",), "7 is no text"),
        ({"texts": []}, ("texts",), "not a list with something in it"),
        ({"texts": ["x", 7]}, ("texts", 1), "7 is no text"),
        ({"path": "a"}, ("path",), "'a' is no path"),
        ({"never": 1}, ("never",), "not here"),
        ({"pattern": "("}, ("pattern",), "'(' is not a regular expression"),
        ({"each": []}, ("each",), "not a mapping"),
        ({"each": {}}, ("each",), "nothing in it"),
        ({"each": {"A": True}}, ("each", "A"), "small letters"),
        ({"each": {"a": 1}}, ("each", "a"), "1 is no truth value"),
    ],
)
def test_each_fault_has_its_place_and_words(more: dict[str, Any], route: Route, said: str) -> None:
    assert faults(schema(FIELDS), GOOD | more) == [(route, said)]


def test_keys_that_there_are_not_come_first() -> None:
    found = faults(schema(FIELDS), {"kind": 7, "nmae": "x"})
    known = ", ".join(FIELDS["properties"])
    assert found == [
        (("nmae",), f"no such key; there are {known}, did you mean 'name'?"),
        ((), "no name"),
        (("kind",), "7 is none of first, second"),
    ]


@pytest.mark.parametrize("value", [[], "x", None])
def test_what_is_no_mapping_has_that_fault_alone(value: object) -> None:
    assert faults(schema(FIELDS), value) == [((), "not a mapping")]


def test_keys_of_a_part_that_is_shared_are_known() -> None:
    shared = {
        "type": "object",
        "allOf": [{"$ref": "#/$defs/shared"}],
        "unevaluatedProperties": False,
        "properties": {"own": {"type": "string"}},
        "$defs": {"shared": {"properties": {"common": {"type": "string"}}}},
    }
    assert faults(schema(shared), {"own": "x", "common": "y"}) == []
    assert faults(schema(shared), {"comon": "y"}) == [
        (("comon",), "no such key; there are own, common, did you mean 'common'?")
    ]
