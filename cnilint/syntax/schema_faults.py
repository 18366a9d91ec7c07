"""What of a value does not fit a JSON schema, in our words and with the place of each fault.

`jsonschema` does the looking. This module is loaded only where something of somebody else's is to
be looked at, because loading `jsonschema` takes as long as a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from cnilint.errors import did_you_mean

from .schema import Part, Schema

Route = tuple[str | int, ...]
Fault = tuple[Route, str]
"""Where something does not fit, and why."""

_KINDS = {
    "string": "{!r} is no text",
    "boolean": "{!r} is no truth value",
    "integer": "{!r} is no number",
    "object": "not a mapping",
    "array": "not a list with something in it",
}


def faults(schema: Schema, value: object) -> list[Fault]:
    """Return what does not fit: keys that there are not, what has words of its own, all the rest.

    A part of the schema can say it in words of its own: `errorMessage`, or `patternErrorMessage`
    for what a text that does not fit is not. Editors that know JSON schemas show both.
    """
    validator = Draft202012Validator(
        schema.whole, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    found = [
        (_rank(error), fault)
        for error in _each(validator.iter_errors(value))
        for fault in _of(error, schema)
    ]
    found.sort(key=lambda one: one[0])
    return list(dict.fromkeys(fault for _known, fault in found))


def _rank(error: ValidationError) -> int:
    if error.validator in _CLOSED:
        return 0
    return 1 if isinstance(error.schema, Mapping) and "errorMessage" in error.schema else 2


_CLOSED = ("additionalProperties", "unevaluatedProperties")


def _each(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Yield errors; of a choice, those of the one alternative that is meant."""
    for error in errors:
        meant = _meant(error) if error.validator == "oneOf" else []
        if meant:
            yield from _each(meant)
        else:
            yield error


def _meant(error: ValidationError) -> list[ValidationError]:
    """Return the errors of the first alternative that a value of this type can be."""
    context = error.context or []
    if _alternatives(error):
        return []
    wrong = {e.relative_schema_path[0] for e in context if e.validator == "type" and not e.path}
    branches = {e.relative_schema_path[0]: None for e in context}
    chosen = next((one for one in branches if one not in wrong), next(iter(branches), None))
    return [e for e in context if e.relative_schema_path[0] == chosen]


def _alternatives(error: ValidationError) -> list[str]:
    """Return the keys of which one is to be there, where a choice is about nothing else."""
    options: Any = error.validator_value
    if not all(set(one) == {"required"} for one in options):
        return []
    return [key for one in options for key in one["required"]]


def _of(error: ValidationError, schema: Schema) -> Iterator[Fault]:
    """Yield the faults that an error stands for."""
    route: Route = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        route = (*route, str(error.instance))
    part: Part = error.schema if isinstance(error.schema, Mapping) else {}
    value: Any = error.instance
    wanted: Any = error.validator_value
    if error.validator == "oneOf" and not isinstance(value, Mapping):
        return  # its type is a fault already
    if error.validator in _CLOSED:
        yield from _unknown(value, list(schema.properties(part)), route)
    elif "errorMessage" in part:
        yield route, part["errorMessage"]
    elif error.validator == "pattern" and "patternErrorMessage" in part:
        yield route, f"{value!r} is {part['patternErrorMessage']}"
    elif error.validator == "required":
        yield from ((route, f"no {key}") for key in wanted if key not in value)
    else:
        yield route, _WORDS.get(str(error.validator), _as_it_is)(error)


def _unknown(value: Mapping[str, object], known: list[str], route: Route) -> Iterator[Fault]:
    for key in value:
        if key not in known:
            near = did_you_mean(key, known)
            yield (*route, key), f"no such key; there are {', '.join(known)}{near}"


def _none_of(error: ValidationError) -> str:
    allowed: Any = error.validator_value
    value: Any = error.instance
    near = did_you_mean(value, allowed) if isinstance(value, str) else ""
    return f"{value!r} is none of {', '.join(map(str, allowed))}{near}"


def _not_one(error: ValidationError) -> str:
    keys = _alternatives(error)
    value: Any = error.instance
    chosen = " and ".join(key for key in keys if key in value) or "none"
    return f"one of {', '.join(keys)} must be there, not {chosen}"


def _as_it_is(error: ValidationError) -> str:
    return error.message


_WORDS: Mapping[str, Callable[[ValidationError], str]] = {
    "type": lambda error: _KINDS[str(error.validator_value)].format(error.instance),
    "minItems": lambda _error: _KINDS["array"],
    "minProperties": lambda _error: "nothing in it",
    "enum": _none_of,
    "oneOf": _not_one,
    "format": lambda error: f"{error.instance!r} is not a regular expression",
}
