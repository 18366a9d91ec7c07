"""What edits mean, on plain values: the specification that a text edit is proven against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnilint.model.finding import Edit, Operation
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, Route, Value, plain
from cnilint.start import NamedTuple

from .compose import compose
from .embedded import decoded_base64
from .lenient_json import read_json
from .splice import EditRefusedError


class HeldValue(NamedTuple):
    """A string of which only the value counts that it holds, not how that is written."""

    value: Any
    form: Embedded = Embedded.JSON


def patched(value: Value, edits: Sequence[Edit]) -> Any:  # noqa: ANN401
    """Return a plain value with edits made one after another; the value itself is left alone.

    `add` into an absent value (null) makes the mapping or sequence. Where an edit crosses into a
    string, a `HeldValue` stands for that. RefusedError where an edit has no place.
    """
    result: Any = value
    for edit in edits:
        result = _patched(result, edit.route, edit)
    return result


def differs(expected: Any, actual: Any) -> bool:  # noqa: ANN401
    """Whether two plain values differ; `True` is not `1`, and `1` is not `1.0`."""
    if isinstance(expected, HeldValue):
        if not isinstance(actual, str):
            return True
        return differs(expected.value, _decoded(actual, expected.form))
    if type(expected) is not type(actual):
        return True
    if isinstance(expected, dict):
        return expected.keys() != actual.keys() or any(
            differs(expected[key], actual[key]) for key in expected
        )
    if isinstance(expected, list):
        return len(expected) != len(actual) or any(map(differs, expected, actual))
    both_nan = expected != expected and actual != actual
    return bool(expected != actual) and not both_nan


def _patched(value: Any, route: Route, edit: Edit) -> Any:  # noqa: ANN401
    if not route:
        if edit.operation is not Operation.REPLACE:
            raise EditRefusedError("a whole document can only be replaced")
        return edit.value
    step, rest = route[0], route[1:]
    if isinstance(step, Embedded):
        inner = value.value if isinstance(value, HeldValue) else _decoded(value, step)
        return HeldValue(_patched(inner, rest, edit), step)
    if not rest:
        return _member_patched(value, step, edit)
    if isinstance(value, dict) and step in value:
        return {**value, step: _patched(value[str(step)], rest, edit)}
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return [*value[:step], _patched(value[step], rest, edit), *value[step + 1 :]]
    raise EditRefusedError(f"nothing stands at {step!r}")


def _member_patched(value: Any, step: str | int, edit: Edit) -> Any:  # noqa: ANN401
    adding = edit.operation is Operation.ADD
    if value is None and adding:
        value = {} if isinstance(step, str) else []
    if isinstance(value, dict) and isinstance(step, str):
        if adding == (step in value):
            raise EditRefusedError(
                f"{step!r} is there already" if adding else f"there is no {step!r}"
            )
        if edit.operation is Operation.REMOVE:
            return {key: item for key, item in value.items() if key != step}
        return {**value, step: edit.value}
    if isinstance(value, list) and isinstance(step, int):
        at = len(value) if adding and step == -1 else step
        if 0 <= at < len(value) + adding:
            new = [] if edit.operation is Operation.REMOVE else [edit.value]
            return [*value[:at], *new, *value[at + (not adding) :]]
    raise EditRefusedError(f"there is no place {step!r}")


def _decoded(text: object, form: Embedded) -> Any:  # noqa: ANN401
    if not isinstance(text, str):
        raise EditRefusedError(f"a string was to hold {form.name}")
    if form is Embedded.JSON:
        tree, problems = read_json(text)
        if tree is None:
            raise EditRefusedError(f"the JSON cannot be read: {problems[-1].message}")
        return plain(tree)
    if form is Embedded.BASE64:
        decoded = decoded_base64(text)
        if decoded is None:
            raise EditRefusedError("a string was to hold Base64 of a text")
        return decoded
    return plain(only_document(Source("", text)).root)


def only_document(source: Source) -> Document:
    """Return the one document that a text must hold; RefusedError where it is not just one."""
    found = [one for one in compose(source) if getattr(one, "kind", "") != "duplicate-key"]
    if len(found) == 1 and isinstance(found[0], Document):
        return found[0]
    problems = [one.message for one in found if not isinstance(one, Document)]
    several = "there are several documents" if found else "there is nothing"
    raise EditRefusedError(f"the YAML cannot be read: {problems[0] if problems else several}")
