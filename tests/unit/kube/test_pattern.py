"""A shortcut finds what the regular expression would find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.catalog.catalog import products
from cnilint.kube.pattern import found_in

NAMES = st.text(alphabet="ab/.-", max_size=6)
PIECES = [
    *("(^|/)", "a", "b", "(a|b)", "(a|", ")", r"\.", ".", "-", "(a)?", "[ab]", "|", "$", "b$"),
    *("(a|b)?", "(|b)", "(?:a)", "?", "*"),
]


@given(st.sampled_from(["(^|/)", "^"]), st.lists(st.sampled_from(PIECES), max_size=4), NAMES)
def test_a_pattern_is_found_as_a_regular_expression_is(
    begins: str, pieces: list[str], name: str
) -> None:
    pattern = "".join([begins, *pieces, "$"])
    try:
        expected = re.search(pattern, name) is not None
    except re.error:
        return
    assert found_in(pattern, name) is expected


def test_each_pattern_of_the_catalog_is_found_as_a_regular_expression_is() -> None:
    patterns = {r.image or r.command for each in products() for r in each.recognise}
    names = {re.sub(r"[\\^$()?]", "", part) for each in patterns for part in each.split("|")}
    for pattern in patterns:
        for name in (*names, *(f"registry.test{each}" for each in names), *patterns):
            assert found_in(pattern, name) is (re.search(pattern, name) is not None)


@pytest.mark.parametrize(
    ("pattern", "found", "not_found"),
    [
        ("(^|/)amazon-k8s-cni$", ("amazon-k8s-cni", "a/b/amazon-k8s-cni"), ("x-amazon-k8s-cni",)),
        ("(^|/)(multus-cni|multus)$", ("multus", "x/multus-cni"), ("multus-cni|multus", "")),
        (r"(^|/)entrypoint\.sh$", ("/entrypoint.sh",), ("/entrypointxsh", r"/entrypoint\.sh")),
        ("(^|/)a|b$", ("a", "xb", "/a/c"), ("c",)),
        ("^$", ("",), ("a",)),
        ("^(a|b)-c$", ("a-c", "b-c"), ("x/a-c", "-c")),
        ("(^|/)a(-b)?(c|d)$", ("ac", "x/a-bd"), ("a-b", "a-bdx")),
        ("thick", ("v4.1.4-thick", "thick_x"), ("v4.1.4",)),
    ],
)
def test_patterns(pattern: str, found: tuple[str, ...], not_found: tuple[str, ...]) -> None:
    assert all(found_in(pattern, name) for name in found)
    assert not any(found_in(pattern, name) for name in not_found)
