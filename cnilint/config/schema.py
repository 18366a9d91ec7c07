"""The JSON schema of a file of settings, made from the table, and the values that fit into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from cnilint.errors import did_you_mean

from .frozen import Frozen
from .options import Steps, Texts, in_file

Fault = tuple[Steps, str]
Schema = Mapping[str, Any]

_PLAIN: Mapping[object, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    float: {"type": "number", "minimum": 0},
    Texts: {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
}

_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "text"),
    "array": ((list,), "a list"),
    "object": ((dict,), "a mapping"),
    "boolean": ((bool,), "true or false"),
    "number": ((int, float), "a number"),
}
"""The types of JSON: as Python's, and as people say them."""


def schema(*, exposed: bool = False) -> Schema:
    """Return the schema of a file of settings; on request without what nothing tells of yet."""
    whole = _whole()
    if not exposed:
        return whole
    told = {k: v for k, v in whole["properties"].items() if in_file()[k].option.exposed}
    return {**whole, "properties": told}


@cache
def _whole() -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "config.schema.json",
        "title": "Configuration of cnilint",
        "description": "In .cnilint.yaml, cnilint.yaml or [tool.cnilint] of pyproject.toml. Paths "
        "and patterns count from the folder of that file; paths stay within its repository.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            key: {
                "description": entry.option.help,
                **shape(entry.option.shape or entry.type),
                "default": list(entry.default)
                if isinstance(entry.default, tuple)
                else entry.default,
            }
            for key, entry in in_file().items()
        },
    }


def shape(kind: Any) -> Schema:  # noqa: ANN401  types have no type
    """Return the schema of what a type is written as: a class is a mapping of its fields.

    TypeError for a type that no setting has.
    """
    if hasattr(kind, "__metadata__"):
        return {"description": kind.__metadata__[0], **shape(kind.__origin__)}
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is tuple:
        return {"type": "array", "items": shape(inner[0])}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": shape(inner[1])}
    if type(None) in inner:
        return shape(inner[0])
    if not (isinstance(kind, type) and issubclass(kind, Frozen)):
        raise TypeError(f"no setting has the type {kind}: see what `shape` knows")
    fields = get_type_hints(kind, include_extras=True)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [_key(name) for name in fields if not hasattr(kind, name)],
        "properties": {_key(name): shape(each) for name, each in fields.items()},
    }


def loaded(value: Any, kind: Any) -> Any:  # noqa: ANN401  any value of any type
    """Return a value that fits into the schema of a type as one of that type."""
    if kind is float:
        return float(value)
    if kind == Texts:
        return (value,) if isinstance(value, str) else tuple(value)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple(loaded(each, inner[0]) for each in value)
    if origin is Mapping:
        return {key: loaded(each, inner[1]) for key, each in value.items()}
    if isinstance(kind, type) and issubclass(kind, Frozen):
        fields = {_key(name): (name, each) for name, each in get_type_hints(kind).items()}
        return kind(**{fields[k][0]: loaded(each, fields[k][1]) for k, each in value.items()})
    return value


def within(shape: Schema, step: str | int) -> Schema:
    """Return the schema of what a step leads to; an empty one where there is none."""
    for each in shape.get("anyOf", [shape]):
        if isinstance(step, int):
            found = each.get("items")
        else:
            found = each.get("properties", {}).get(step) or each.get("additionalProperties")
        if found:
            return dict(found)
    return {}


def faults(value: object, shape: Schema | None = None, at: Steps = ()) -> Iterator[Fault]:
    """Yield where a value does not fit into a schema (by itself: that of a file), and why."""
    shape = schema() if shape is None else shape
    name = next((repr(step) for step in reversed(at) if isinstance(step, str)), "this")
    if "enum" in shape:
        if value not in shape["enum"]:
            words = ", ".join(shape["enum"])
            hint = did_you_mean(value, shape["enum"]) if isinstance(value, str) else ""
            yield at, f"{name} is one of {words}, not {_shown(value)}{hint}"
        return
    shapes = shape.get("anyOf", [shape])
    fitting = next((one for one in shapes if _is_a(value, one["type"])), None)
    if fitting is None:
        wanted = " or ".join(_KINDS[one["type"]][1] for one in shapes)
        yield at, f"{name} is {wanted}, not {_shown(value)}"
    elif isinstance(value, dict):
        yield from _of_mapping(value, fitting, at)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from faults(each, fitting["items"], (*at, number))
    elif isinstance(value, int | float) and not value >= fitting.get("minimum", value):
        yield at, f"{name} is at least {fitting['minimum']}, not {value}"


def _of_mapping(value: Mapping[str, object], shape: Schema, at: Steps) -> Iterator[Fault]:
    known = shape.get("properties", {})
    others = shape["additionalProperties"]
    for key, each in value.items():
        if key in known:
            yield from faults(each, known[key], (*at, key))
        elif others:
            yield from faults(each, others, (*at, key))
        else:
            yield (*at, key), f"unknown key {key!r}{did_you_mean(key, known)}"
    for key in shape.get("required", ()):
        if key not in value:
            yield at, f"an entry of {at[0]!r} needs {key!r}"


def _is_a(value: object, kind: str) -> bool:
    return isinstance(value, _KINDS[kind][0]) and (kind == "boolean" or not isinstance(value, bool))


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    for kind in ("array", "object"):
        if _is_a(value, kind):
            return _KINDS[kind][1]
    return repr(value) if isinstance(value, str) else f"{value}"


def _key(name: str) -> str:
    return name.replace("_", "-")
