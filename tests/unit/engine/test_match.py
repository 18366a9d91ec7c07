"""The simple form of JSONPath means what jsonpath-ng makes of it, which has the rest."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.match import OPERATORS, find, simple_steps
from cnilint.engine.match import _find_any as by_library

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


def test_a_simple_expression_does_not_load_the_library() -> None:
    program = (
        "import sys; from cnilint.engine.match import find;"
        "find('$.a[0].*', {'a': [{'b': 1}]}); sys.exit('jsonpath_ng' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("operator", "found", "value", "holds"),
    [
        ("exists", ["auto"], None, True),
        ("exists", [], None, False),
        ("absent", [], None, True),
        ("absent", [None], None, False),
        ("equals", ["auto"], "auto", True),
        ("equals", ["AUTO"], "auto", False),
        ("equals", [1], True, False),
        ("equals", [], "auto", False),
        ("not-equals", ["x"], "auto", True),
        ("not-equals", [], "auto", True),
        ("not-equals", ["auto"], "auto", False),
        ("in", ["b"], ["a", "b"], True),
        ("in", ["c"], ["a", "b"], False),
        ("not-in", ["c"], ["a", "b"], True),
        ("not-in", ["a"], ["a", "b"], False),
        ("matches", ["/etc/cni"], "^/etc/", True),
        ("matches", ["x"], "^/etc/", False),
        ("not-matches", ["x"], "^/etc/", True),
        ("not-matches", ["/etc/cni"], "^/etc/", False),
    ],
)
def test_operators(operator: str, found: list[object], value: object, holds: bool) -> None:
    assert OPERATORS[operator](found, value) is holds


def test_there_are_eight_operators() -> None:
    assert len(OPERATORS) == 8
