"""What of a value does not fit a shape, and where."""

from __future__ import annotations

import pytest

from cnilint.syntax.shape import ByKey, Each, Fields, ListOf, OneOrMore, faults

FIELDS = Fields(
    {"name": str, "count": int, "on": bool, "kind": ("a", "b")},
    required=("name",),
    exactly_one=("on", "kind"),
)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("x", str),
        (7, int),
        (True, bool),
        ("a", ("a", "b")),
        (None, object),
        ([1], ListOf(int)),
        ({}, Each(str)),
        ({"x": ["y"]}, Each(ListOf(str))),
        ("x", OneOrMore()),
        (["x", "y"], OneOrMore()),
        ({"name": "x", "kind": "b"}, FIELDS),
        ({"name": "x", "on": False, "count": 3}, FIELDS),
    ],
)
def test_what_fits_has_no_faults(value: object, shape: object) -> None:
    assert list(faults(value, shape)) == []


@pytest.mark.parametrize(
    ("value", "shape", "routes"),
    [
        (7, str, [()]),
        ("7", int, [()]),
        ("true", bool, [()]),
        (1, bool, [()]),
        (True, int, [()]),
        ("c", ("a", "b"), [()]),
        ([], ListOf(int), [()]),
        ("x", ListOf(str), [()]),
        ([1, "x", 2, None], ListOf(int), [(1,), (3,)]),
        ([], Each(str), [()]),
        ({"x": "y", "z": 1}, Each(str), [("z",)]),
        ([], OneOrMore(), [()]),
        (["x", 1], OneOrMore(), [(1,)]),
        (7, OneOrMore(), [()]),
        ("x", FIELDS, [()]),
        ({}, FIELDS, [(), ()]),
        ({"name": "x", "on": True, "kind": "a"}, FIELDS, [()]),
        ({"name": 1, "kind": "c", "other": 1}, FIELDS, [("other",), ("name",), ("kind",)]),
        ({"x": [{"name": 1, "on": True}]}, Each(ListOf(FIELDS)), [("x", 0, "name")]),
    ],
)
def test_each_fault_comes_with_its_route(
    value: object, shape: object, routes: list[tuple[str | int, ...]]
) -> None:
    found = list(faults(value, shape))
    assert [route for route, _reason in found] == routes
    assert all(reason for _route, reason in found)


SHAPES = ByKey({"of": Fields({"of": str, "flag": str}), "kind": Fields({"kind": str, "path": str})})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"of": "x", "flag": "y"}, []),
        ({"kind": "x", "path": "y"}, []),
        ({"kind": "x", "flag": "y"}, [(("flag",), "no such key; there are kind, path")]),
        ({"of": 1}, [(("of",), "1 is no text")]),
        ({}, [((), "one of of, kind must be there, not none")]),
        ({"of": "x", "kind": "y"}, [((), "one of of, kind must be there, not of and kind")]),
        ("x", [((), "not a mapping")]),
        (
            {"kinds": "x"},
            [
                (("kinds",), "no such key; there are of, flag, kind, path, did you mean 'kind'?"),
                ((), "one of of, kind must be there, not none"),
            ],
        ),
    ],
)
def test_one_key_tells_which_fields_there_are(
    value: object, expected: list[tuple[tuple[str, ...], str]]
) -> None:
    assert list(faults(value, SHAPES)) == expected


def test_one_mapping_or_several() -> None:
    shape = OneOrMore(Fields({"a": str}, required=("a",)))
    assert list(faults({"a": "x"}, shape)) == []
    assert list(faults([{"a": "x"}, {"a": "y"}], shape)) == []
    assert list(faults([{"a": "x"}, {}], shape)) == [((1,), "no a")]
    assert list(faults("x", shape)) == [((), "not a mapping")]


@pytest.mark.parametrize(
    ("value", "shape", "hint"),
    [
        ("warnin", ("error", "warning"), "did you mean 'warning'?"),
        ({"nmae": "x"}, Fields({"name": str}), "did you mean 'name'?"),
    ],
)
def test_what_was_meant_is_suggested(value: object, shape: object, hint: str) -> None:
    assert [reason.endswith(hint) for _route, reason in faults(value, shape)] == [True]
    assert "did you mean" not in next(faults({"qqq": "x"}, Fields({"name": str})))[1]
    assert "did you mean" not in next(faults(7, ("error", "warning")))[1]
