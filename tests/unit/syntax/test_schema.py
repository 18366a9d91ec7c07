"""What becomes of plain values by the schema that says their shape."""

from __future__ import annotations

import copy
from enum import Enum
from typing import Any

import pytest

from cnilint.syntax.schema import Record, Schema


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


WHOLE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "allOf": [{"$ref": "#/$defs/shared"}],
    "properties": {
        "name": {"type": "string"},
        "is-on": {"type": "boolean"},
        "size": {"type": "integer", "default": 3},
        "colour": {"$ref": "#/$defs/colour"},
        "words": {"type": "array", "items": {"type": "string"}},
        "texts": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "inner": {"$ref": "#/$defs/inner"},
        "inners": {"type": "object", "additionalProperties": {"$ref": "#/$defs/inner"}},
        "free": {},
    },
    "$defs": {
        "colour": {"enum": ["red", "blue"]},
        "shared": {"properties": {"shared": {"type": "string"}}},
        "inner": {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
    },
}


class Stored(Schema):
    whole = WHOLE


SCHEMA = Stored("none.json", {"colour": Colour})


class Inner(Record, schema=SCHEMA, part="inner"):
    pass


class Outer(Record, schema=SCHEMA, more={"path": "-"}):
    colour: Colour | None


def test_every_key_is_a_field_and_what_is_not_there_is_empty() -> None:
    one = SCHEMA.load({})
    assert isinstance(one, Outer)
    assert one == Outer()
    assert (one.name, one.is_on, one.size, one.shared, one.path) == ("", False, 3, "", "-")
    assert (one.colour, one.words, one.texts, one.inner, one.free) == (None, (), (), None, None)
    assert one.inners == {}


def test_values_become_what_their_part_makes_of_them() -> None:
    one = SCHEMA.load(
        {
            "name": "x",
            "is-on": True,
            "colour": "blue",
            "words": ["a", "b"],
            "texts": "a",
            "inner": {"a": ""},
            "inners": {"k": {"b": 0}},
            "shared": "s",
            "free": [{"a": 1}],
        }
    )
    assert (one.name, one.is_on, one.colour, one.shared) == ("x", True, Colour.BLUE, "s")
    assert (one.words, one.texts, one.free) == (("a", "b"), ("a",), [{"a": 1}])
    assert (one.inner, one.inners) == (Inner(a=""), {"k": Inner(b=0)})
    assert (one.inner.a, one.inner.b) == ("", None)
    assert SCHEMA.load({"texts": ["a", "b"]}).texts == ("a", "b")


def test_a_record_is_a_named_tuple() -> None:
    one = Outer(name="x", words=("a",))
    changed = one._replace(name="y")
    assert (one.name, changed.name, changed.words) == ("x", "y", ("a",))
    assert one == Outer(words=("a",), name="x") != changed
    assert hash(Inner(a="x")) == hash(Inner(a="x"))
    assert copy.deepcopy(changed) == changed
    assert repr(one) == "Outer(name='x', words=('a',))"


def test_a_field_that_there_is_not_is_an_error() -> None:
    with pytest.raises(AttributeError, match="Inner has no c"):
        _ = Inner(a="x").c
    with pytest.raises(TypeError, match="Inner has no c"):
        Inner(c="x")
    with pytest.raises(TypeError, match="Wrong: the schema has no imagined"):

        class Wrong(Record, schema=Stored("none.json"), part="inner"):
            imagined: str
