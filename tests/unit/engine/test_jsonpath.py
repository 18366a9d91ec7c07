"""The simple form of JSONPath means what jsonpath-ng makes of it, which has the rest."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.jsonpath import PathPlace, find, places, simple_steps
from cnilint.engine.jsonpath import _find_any as by_library

KEYS = st.sampled_from(["a", "b", "multusMasterCNI", "x-y", "k8s.io", "0", "*", "and"])
VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
STEPS = st.lists(
    st.one_of(
        st.sampled_from([".a", ".b", ".multusMasterCNI", ".*", "[*]", "['k8s.io']", '["x-y"]']),
        st.integers(0, 2).map("[{}]".format),
    ),
    max_size=4,
).map(lambda parts: "$" + "".join(parts))


@given(expression=STEPS, value=VALUES)
def test_what_is_translated_selects_what_the_library_selects(
    expression: str, value: object
) -> None:
    assert simple_steps(expression) is not None

    def plain(found: list[tuple[tuple[str | int, ...], object]]) -> list[str]:
        # `*` is for members and items alike here; the library's `.*` is for members,
        # its `[*]` for items (and a mapping as a whole)
        return sorted(repr(one) for one in found)

    ours, theirs = find(expression, value), by_library(expression, value)
    if "*" not in expression:
        assert plain(ours) == plain(theirs)
    else:
        same = [one for one in theirs if not _whole(one, expression)]
        assert {repr(one) for one in same} <= {repr(one) for one in ours}


def _whole(found: tuple[tuple[str | int, ...], object], expression: str) -> bool:
    """Whether the library let a `*` stand for the value itself, which has fewer steps."""
    return len(found[0]) < len(simple_steps(expression) or ())


@pytest.mark.parametrize(
    "expression",
    ["$..image", "$.a[?(@.b == 1)]", "$.a[0:2]", "$.a,b", "a.b", "$.a.`len`", "$['*']"],
)
def test_everything_else_is_left_to_the_library(expression: str) -> None:
    assert simple_steps(expression) is None


def test_a_filter_finds_its_place() -> None:
    value = {"a": [{"b": 1, "c": "x"}, {"b": 2, "c": "y"}]}
    assert find("$.a[?(@.b == 2)].c", value) == [(("a", 1, "c"), "y")]
    assert find("$..c", value) == [(("a", 0, "c"), "x"), (("a", 1, "c"), "y")]


def test_what_is_no_expression_is_said() -> None:
    with pytest.raises(ValueError, match="not a JSONPath"):
        find("$.a[?(", {})
    with pytest.raises(ValueError, match="Use `&&` instead"):
        find("$.a[?(@.b == 1 & @.c == 2)]", {})
    with pytest.raises(ValueError, match=r"not a JSONPath.*deprecated"):
        find("$.a | $.b", {})


def test_a_simple_expression_does_not_load_the_library() -> None:
    program = (
        "import sys; from cnilint.engine.jsonpath import find;"
        "find('$.a[0].*', {'a': [{'b': 1}]}); sys.exit('jsonpath_ng' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


TREE = {"a": [{"b": {"c": 1}}, {"b": None}, {"x": 2}], "d": {"e": "f"}, "g": []}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$", [PathPlace((), TREE)]),
        ("$.d.e", [PathPlace(("d", "e"), "f")]),
        ("$.d.x.y", [PathPlace(("d",), None, ("x", "y"))]),
        ("$.z", [PathPlace((), None, ("z",))]),
        ("$.a[1].b.c", [PathPlace(("a", 1, "b"), None, ("c",))]),
        ("$.a[9].b", [PathPlace(("a",), None, (9, "b"))]),
        (
            "$.a[*].b.c",
            [
                PathPlace(("a", 0, "b", "c"), 1),
                PathPlace(("a", 1, "b"), None, ("c",)),
                PathPlace(("a", 2), None, ("b", "c")),
            ],
        ),
        ("$.g[*].b", []),
        ("$.z[*].b", []),
        ("$.a[*]['x']", [PathPlace(("a", 0), None, ("x",)), PathPlace(("a", 1), None, ("x",)),
                         PathPlace(("a", 2, "x"), 2)]),
        ("$.a[?(@.x == 2)].b", [PathPlace(("a", 2), None, ("b",))]),
        ("$.a[?(@.x == 2 && @.x > 1)].x", [PathPlace(("a", 2, "x"), 2)]),
        # a descent or two paths in one have no item that could lack anything
        ("$..c", [PathPlace(("a", 0, "b", "c"), 1)]),
        ("$..q", []),
        ("$.d.e,g", [PathPlace(("d", "e"), "f")]),
    ],
)  # fmt: skip
def test_a_path_leads_to_values_and_to_where_there_is_none(
    expression: str, expected: list[PathPlace]
) -> None:
    assert places(expression, TREE) == expected


@given(expression=STEPS, value=VALUES)
def test_places_that_are_there_are_what_is_selected(expression: str, value: object) -> None:
    there = [(place.steps, place.value) for place in places(expression, value) if not place.missing]
    assert there == find(expression, value)


@pytest.mark.parametrize("expression", ["$.a[?(@.b > 1)]", "$.a[?(@.x > 'y')].x", "$.d[?(@.e)].f"])
def test_a_filter_over_values_of_other_types_is_no_fault(expression: str) -> None:
    assert isinstance(places(expression, TREE), list)
