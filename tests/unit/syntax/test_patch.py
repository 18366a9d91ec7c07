"""What edits mean on plain values."""

from __future__ import annotations

import copy

import pytest

from cnilint.model.finding import Edit, Operation
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, Route, Value
from cnilint.syntax.compose import compose
from cnilint.syntax.patch import HeldValue, differs, patched
from cnilint.syntax.splice import EditRefusedError

ADD, REPLACE, REMOVE = Operation.ADD, Operation.REPLACE, Operation.REMOVE
JSON = Embedded.JSON
VALUE: dict[str, Value] = {"m": {"a": 1, "b": [1, 2]}, "none": None, "text": '{"k": [true]}'}


def edit(operation: Operation, route: Route, value: Value = None) -> Edit:
    (document,) = compose(Source("x.yaml", "a: 1\n"))
    assert isinstance(document, Document)
    return Edit(document, route, operation, value)


@pytest.mark.parametrize(
    ("operation", "route", "value", "expected"),
    [
        (ADD, ("m", "c"), 3, {"m": {"a": 1, "b": [1, 2], "c": 3}}),
        (ADD, ("m", "b", 0), 0, {"m": {"a": 1, "b": [0, 1, 2]}}),
        (ADD, ("m", "b", 2), 3, {"m": {"a": 1, "b": [1, 2, 3]}}),
        (ADD, ("m", "b", -1), 3, {"m": {"a": 1, "b": [1, 2, 3]}}),
        (ADD, ("none", "x"), 1, {"none": {"x": 1}}),
        (ADD, ("none", -1), 1, {"none": [1]}),
        (ADD, ("none", 0), 1, {"none": [1]}),
        (REPLACE, ("m",), "x", {"m": "x"}),
        (REPLACE, ("m", "b", 1), "x", {"m": {"a": 1, "b": [1, "x"]}}),
        (REMOVE, ("m", "a"), None, {"m": {"b": [1, 2]}}),
        (REMOVE, ("m", "b", 0), None, {"m": {"a": 1, "b": [2]}}),
        (ADD, ("text", JSON, "k", -1), 1, {"text": HeldValue({"k": [True, 1]})}),
        (REPLACE, ("text", JSON), [], {"text": HeldValue([])}),
    ],
)
def test_an_edit_changes_its_place(
    operation: Operation, route: Route, value: Value, expected: dict[str, object]
) -> None:
    before = copy.deepcopy(VALUE)
    found = patched(VALUE, [edit(operation, route, value)])
    assert found == {**VALUE, **expected}
    assert before == VALUE


@pytest.mark.parametrize(
    ("operation", "route"),
    [
        (ADD, ()),
        (REMOVE, ()),
        (ADD, ("m", "a")),
        (ADD, ("m", 0)),
        (ADD, ("m", "b", 3)),
        (ADD, ("m", "b", "x")),
        (ADD, ("text", "x")),
        (ADD, ("none", 1)),
        (REPLACE, ("m", "c")),
        (REPLACE, ("m", "b", -1)),
        (REMOVE, ("m", "b", 2)),
        (REMOVE, ("gone", "x")),
        (REPLACE, ("m", JSON, "a")),
        (REMOVE, ("none", "x")),
    ],
)
def test_an_edit_without_a_place_is_refused(operation: Operation, route: Route) -> None:
    with pytest.raises(EditRefusedError):
        patched(VALUE, [edit(operation, route, 1)])


def test_edits_follow_one_another() -> None:
    edits = [
        edit(ADD, ("text", JSON, "new"), 1),
        edit(REMOVE, ("text", JSON, "k")),
        edit(ADD, ("m", "b", 0), 0),
        edit(REMOVE, ("m", "b", 1)),
    ]
    found = patched(VALUE, edits)
    assert found["text"] == HeldValue({"new": 1})
    assert found["m"]["b"] == [0, 2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *((1, True), (1, 1.0), (0, None), ("1", 1), ([], {}), ([1], [1, 2]), ([1, 2], [2, 1])),
        *(({"a": 1}, {"b": 1}), ({"a": 1}, {"a": 2}), (HeldValue(1), "2"), (HeldValue(1), 1)),
    ],
)
def test_values_differ_by_type_too(one: object, other: object) -> None:
    assert differs(one, other)
    assert differs([one], [other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (float("nan"), float("nan")),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (HeldValue({"a": [1]}), ' {"a" : [1] }\n'),
        ({"k": HeldValue(None)}, {"k": "null"}),
    ],
)
def test_how_a_value_is_written_is_no_difference(one: object, other: object) -> None:
    assert not differs(one, other)
