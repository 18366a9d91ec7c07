"""How the parts of a document are reached, as Kubernetes reads them."""

from __future__ import annotations

import pytest

from cnilint.model.text import Span
from cnilint.model.tree import (
    Alias,
    Entry,
    Mapping,
    Scalar,
    ScalarValue,
    Sequence,
    Style,
    Tree,
    Value,
    child,
    descend,
    follow,
    items,
    members,
    plain,
    string,
)

NOWHERE = Span(0, 0)


def leaf(value: ScalarValue, style: Style = Style.PLAIN) -> Scalar:
    return Scalar(NOWHERE, value, "" if value is None else str(value), style)


def mapping(*pairs: tuple[str | Scalar, Tree]) -> Mapping:
    return Mapping(
        NOWHERE,
        tuple(Entry(leaf(key) if isinstance(key, str) else key, value) for key, value in pairs),
    )


def sequence(*found: Tree) -> Sequence:
    return Sequence(NOWHERE, found)


def alias(target: Scalar | Mapping | Sequence) -> Alias:
    return Alias(NOWHERE, target)


BASE = mapping(("x", leaf(1)), ("y", leaf(2)))
OTHER = mapping(("y", leaf(3)), ("z", leaf(4)))

VALUES: list[tuple[Tree, Value]] = [
    (leaf("a"), "a"),
    (leaf(None), None),
    (sequence(leaf(1), sequence(), mapping()), [1, [], {}]),
    (mapping(("a", leaf(1)), ("a", leaf(2))), {"a": 2}),
    (mapping((leaf(12), leaf("x"))), {"12": "x"}),
    (mapping(("a", alias(BASE))), {"a": {"x": 1, "y": 2}}),
    (mapping(("<<", alias(BASE)), ("y", leaf(9))), {"x": 1, "y": 9}),
    (mapping(("y", leaf(9)), ("<<", alias(BASE))), {"x": 1, "y": 2}),
    (mapping(("<<", sequence(alias(BASE), alias(OTHER)))), {"x": 1, "y": 2, "z": 4}),
    (mapping(("<<", mapping(("<<", alias(BASE)), ("x", leaf(0))))), {"x": 0, "y": 2}),
    (mapping((leaf("<<", Style.DOUBLE), BASE)), {"<<": {"x": 1, "y": 2}}),
    (mapping(("<<", leaf(1)), ("a", leaf(2))), {"a": 2}),
    (mapping(("<<", sequence(leaf(1), BASE))), {"x": 1, "y": 2}),
]


@pytest.mark.parametrize(("tree", "value"), VALUES)
def test_plain_values(tree: Tree, value: Value) -> None:
    assert plain(tree) == value


@pytest.mark.parametrize("tree", [tree for tree, _ in VALUES if isinstance(tree, Mapping)])
def test_members_and_children_are_what_plain_says(tree: Mapping) -> None:
    value = plain(tree)
    assert isinstance(value, dict)
    assert members(tree).keys() == value.keys()
    for key, expected in value.items():
        found = child(tree, key)
        assert found is not None
        assert plain(found) == expected


def test_children() -> None:
    tree = mapping(("a", alias(sequence(leaf("x"), leaf("y")))))
    inner = child(tree, "a")
    assert inner is not None
    assert child(inner, 1) == leaf("y")
    assert child(inner, 2) is None
    assert child(inner, -1) is None
    assert child(inner, "a") is None
    assert child(tree, 0) is None
    assert child(tree, "b") is None
    assert child(leaf("a"), "a") is None


def test_descend_goes_through_aliases_and_stops_where_nothing_is() -> None:
    tree = mapping(("a", alias(sequence(BASE))))
    assert descend(tree) is tree
    assert descend(tree, "a", 0, "y") == leaf(2)
    assert descend(tree, "a", 1, "y") is None
    assert descend(tree, "b", 0) is None


def test_follow_stands_for_the_target() -> None:
    assert follow(alias(BASE)) is BASE
    assert follow(BASE) is BASE


def test_string_gives_only_strings() -> None:
    assert string(leaf("a")) == "a"
    assert string(alias(leaf("a"))) == "a"
    assert string(leaf(1)) is None
    assert string(leaf(None)) is None
    assert string(BASE) is None
    assert string(None) is None


def test_items_gives_only_the_items_of_a_sequence() -> None:
    found = sequence(leaf(1))
    assert items(found) == found.items
    assert items(alias(found)) == found.items
    assert items(BASE) == ()
    assert items(None) == ()
