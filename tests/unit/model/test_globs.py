"""Patterns for paths."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.globs import fits

FITS = [
    ("multus.yaml", "multus.yaml"),
    ("multus.yaml", "clusters/prod/multus.yaml"),
    ("*.yaml", "clusters/prod/multus.yaml"),
    ("examples", "examples/a/b.yaml"),
    ("examples", "deep/examples/b.yaml"),
    ("examples/", "examples/b.yaml"),
    ("examples/*", "examples/a/b.yaml"),
    ("./examples/*.yaml", "examples/b.yaml"),
    ("/examples", "examples/b.yaml"),
    ("**/prod/*.yaml", "prod/a.yaml"),
    ("**/prod/*.yaml", "clusters/eu/prod/a.yaml"),
    ("clusters/**/a.yaml", "clusters/a.yaml"),
    ("clusters/**/a.yaml", "clusters/eu/prod/a.yaml"),
    ("clusters/**", "clusters/eu/prod/a.yaml"),
    ("a?.yaml", "ab.yaml"),
    ("a[bc].yaml", "ac.yaml"),
    ("a[!bc].yaml", "ad.yaml"),
    ("a[]].yaml", "a].yaml"),
    ("a[^b", "a[^b"),
    ("a[b-d]", "ac"),
    ("a[-b]", "a-"),
    ("a[--]", "a-"),
    ("a[d-b]", "ad"),
    ("a[]", "a[]"),
    ("a[!]", "a[!]"),
    ("a[!]b]", "ac"),
    ("a[[&&~~||]", "a&"),
    ("kube-*", "kube-system"),
    ("*", "anything"),
]

FITS_NOT = [
    ("multus.yaml", "multus.yaml.bak"),
    ("multus.yaml", "my-multus.yaml"),
    ("examples/", "examples"),
    ("/examples", "deep/examples/b.yaml"),
    ("prod/*.yaml", "clusters/prod/a.yaml"),
    ("clusters/*/a.yaml", "clusters/eu/prod/a.yaml"),
    ("clusters/**/a.yaml", "clusters/eu/prod/b.yaml"),
    ("a?.yaml", "a/.yaml"),
    ("a[!b]c", "a/c"),
    ("a[!bc].yaml", "ab.yaml"),
    ("a.c", "abc"),
    ("", "a"),
]


@pytest.mark.parametrize(("pattern", "path"), FITS)
def test_a_pattern_fits(pattern: str, path: str) -> None:
    assert fits(pattern, path)


@pytest.mark.parametrize(("pattern", "path"), FITS_NOT)
def test_a_pattern_does_not_fit(pattern: str, path: str) -> None:
    assert not fits(pattern, path)


NAMES = st.text(st.characters(exclude_characters="/*?[\n"), min_size=1, max_size=4)
PATHS = st.lists(NAMES.filter(lambda name: name != "."), min_size=1, max_size=4).map("/".join)


@given(PATHS)
def test_a_path_without_wildcards_fits_itself_and_what_lies_in_it(path: str) -> None:
    assert fits(path, path)
    assert fits(path, f"{path}/more")
    assert fits("**", path)
    assert fits("*", path)


@given(st.text(alphabet="ab*?[]!^\\-/.&|~", max_size=8), PATHS)
def test_any_text_is_a_pattern(pattern: str, path: str) -> None:
    try:
        assert fits(pattern, path) in (True, False)
    except re.error as error:
        raise AssertionError(f"{pattern!r}: {error}") from error
