"""A shape of the loader beside the published schema: both say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnilint.syntax.shape import ByKey, Each, Fields, ListOf, OneOrMore

Schema = Mapping[str, Any]

TYPES = {str: "string", bool: "boolean", int: "integer"}


def resolved(schema: Schema, whole: Schema) -> Schema:
    """Return a part of a schema with what it refers to in its place."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found = whole["$defs"][reference.removeprefix("#/$defs/")]
    return {**resolved(found, whole), **schema}


def compare(shape: Any, schema: Schema, whole: Schema, where: str) -> None:  # noqa: ANN401
    """Assert that a shape and a part of the schema say the same, and with words."""
    schema = resolved(schema, whole)
    if isinstance(shape, Fields):
        assert schema["additionalProperties"] is False, where
        assert set(schema["properties"]) == set(shape.known), where
        assert set(schema.get("required", ())) == set(shape.required), where
        chosen = [key for one in schema.get("oneOf", ()) for key in one["required"]]
        assert tuple(chosen) == shape.exactly_one, where
        for key, each in shape.known.items():
            described = resolved(schema["properties"][key], whole)
            assert described.get("description") or "enum" in described, f"{where}.{key}"
            compare(each, schema["properties"][key], whole, f"{where}.{key}")
    elif isinstance(shape, ListOf):
        assert (schema["type"], schema["minItems"]) == ("array", 1), where
        compare(shape.shape, schema["items"], whole, f"{where}[]")
    elif isinstance(shape, Each):
        assert schema["type"] == "object", where
        if shape.shape is not object:
            compare(shape.shape, schema["additionalProperties"], whole, f"{where}.*")
    elif isinstance(shape, OneOrMore):
        compare(shape.shape, schema["oneOf"][0], whole, where)
        compare(ListOf(shape.shape), schema["oneOf"][1], whole, where)
    elif isinstance(shape, ByKey):
        for (key, each), part in zip(shape.shapes.items(), schema["oneOf"], strict=True):
            compare(each, part, whole, f"{where}({key})")
    elif isinstance(shape, tuple):
        assert tuple(schema["enum"]) == shape, where
    elif shape is object:
        assert "type" not in schema, where
    else:
        assert schema["type"] == TYPES[shape], where
