"""Values of a chart: which of several counts, and where each stands."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.kube.manifest import Manifest, manifests
from cnilint.kube.values import (
    PRESENT,
    Values,
    embedded_values,
    field_text,
    given_values,
    inline_values,
    value_text,
    value_words,
)
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import resolve

TEXT = """\
apiVersion: v1
kind: Thing
metadata: {name: one}
spec:
  values: &values
    cni: {exclusive: no, confPath: "", mode: ~}
    words: [--first=1, 2, {a: b}, null]
    number: 010
  text: |
    cni:
      exclusive: true
    words: [--other]
  json: '{"cni": {"exclusive": "false"}}'
  again: *values
  modes: "cni: {mode: portmap}"
  broken: '{"cni": '
  scalar: plain
  pairs:
    - {name: cni.exclusive, value: "first"}
    - {name: cni.exclusive, value: second}
    - {name: other}
    - not a pair
  mapping: {cni.exclusive: 1, cni: {exclusive: 2}}
"""

LEAVES = st.one_of(st.none(), st.booleans(), st.sampled_from(["x", "", 1]), st.just([1]))
TREES = st.dictionaries(
    st.sampled_from("ab"),
    LEAVES | st.dictionaries(st.sampled_from("ab"), LEAVES, max_size=2),
    max_size=2,
)
"""Values of two levels."""


@pytest.fixture
def manifest() -> Manifest:
    (document,) = compose(Source("one.yaml", TEXT))
    assert isinstance(document, Document)
    (found,) = manifests(document)
    return found


def inline(manifest: Manifest, key: str, *, named: bool = False) -> tuple[Values, ...]:
    return inline_values(manifest, ("spec", key), named=named)


def text(values: tuple[Values, ...], path: str) -> str | None:
    found = value_text(values, path)
    return found.value if found is not None else None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        # as Kubernetes reads it, and as Helm hands it on
        ("cni.exclusive", "false"),
        ("cni.confPath", ""),
        ("cni.mode", None),
        ("cni", PRESENT),
        ("words", PRESENT),
        ("number", "010"),
        ("cni.exclusive.more", None),
        ("gone", None),
        ("words.0", None),
    ],
)
def test_a_value_is_read_by_its_path(manifest: Manifest, path: str, found: str | None) -> None:
    assert text(inline(manifest, "values"), path) == found
    assert text(inline(manifest, "again"), path) == found


def test_null_takes_away_what_values_before_it_give(manifest: Manifest) -> None:
    before = embedded_values(manifest, ("spec", "modes"))
    assert text(before, "cni.mode") == "portmap"
    assert text((*before, *inline(manifest, "values")), "cni.mode") is None


def test_the_values_given_last_count_where_they_have_the_path(manifest: Manifest) -> None:
    first, last = inline(manifest, "values"), embedded_values(manifest, ("spec", "text"))
    assert text((*first, *last), "cni.exclusive") == "true"
    assert text((*last, *first), "cni.exclusive") == "false"
    assert text((*first, *last), "number") == "010"
    assert [word.value for word in value_words((*first, *last), "words")] == ["--other"]


def test_an_inline_value_has_its_own_place(manifest: Manifest) -> None:
    found = value_text(inline(manifest, "values"), "cni.exclusive")
    assert found is not None
    assert found.location.route == ("spec", "values", "cni", "exclusive")
    start = found.location.span.start
    assert TEXT[start : found.location.span.end] == "no"
    assert found.location.object == "Thing one"


@pytest.mark.parametrize(
    ("key", "form", "written"),
    [("text", Embedded.YAML, "true"), ("json", Embedded.JSON, '"false"')],
)
def test_a_value_in_a_string_has_its_own_place(
    manifest: Manifest, key: str, form: Embedded, written: str
) -> None:
    found = value_text(embedded_values(manifest, ("spec", key)), "cni.exclusive")
    assert found is not None
    assert found.location.route == ("spec", key, form, "cni", "exclusive")
    start = found.location.span.start
    assert TEXT[start : found.location.span.end] == written
    assert resolve(manifest.document, found.location.route) is not None


def test_words_in_a_string_have_their_own_places(manifest: Manifest) -> None:
    (word,) = value_words(embedded_values(manifest, ("spec", "text")), "words")
    span = word.location.span
    assert (word.value, TEXT[span.start : span.end]) == ("--other", "--other")
    assert word.location.route == ("spec", "text", Embedded.YAML, "words", 0)


@pytest.mark.parametrize(
    ("key", "path", "found", "steps"),
    [
        ("pairs", "cni.exclusive", "second", ("pairs", 1, "value")),
        ("pairs", "other", None, ()),
        ("pairs", "cni", None, ()),
        ("mapping", "cni.exclusive", "1", ("mapping", "cni.exclusive")),
    ],
)
def test_pairs_of_name_and_value_are_values_too(
    manifest: Manifest, key: str, path: str, found: str | None, steps: tuple[str | int, ...]
) -> None:
    read = value_text(inline(manifest, key, named=True), path)
    assert (read.value if read is not None else None) == found
    if read is not None:
        assert read.location.route == ("spec", *steps)


def test_words_are_the_scalars_of_a_list_each_in_its_place(manifest: Manifest) -> None:
    words = value_words(inline(manifest, "values"), "words")
    assert [word.value for word in words] == ["--first=1", "2", PRESENT]
    assert words[1].location.route == ("spec", "values", "words", 1)
    assert value_words(inline(manifest, "values"), "cni") == ()
    assert value_words((), "words") == ()


@pytest.mark.parametrize("key", ["scalar", "gone"])
def test_what_holds_no_values_gives_none(manifest: Manifest, key: str) -> None:
    assert inline(manifest, key) == ()
    assert inline(manifest, key, named=True) == ()


@pytest.mark.parametrize("key", ["broken", "values", "gone"])
def test_what_is_no_readable_string_gives_no_values(manifest: Manifest, key: str) -> None:
    assert embedded_values(manifest, ("spec", key)) == ()


def test_a_field_of_an_object_is_read_like_a_value(manifest: Manifest) -> None:
    found = field_text(manifest, "spec.values.cni.exclusive")
    assert found is not None
    assert (found.value, found.location.route) == (
        "false",
        ("spec", "values", "cni", "exclusive"),
    )
    assert field_text(manifest, "status.gone") is None


def test_values_that_are_laid_over_each_other_come_to_one(manifest: Manifest) -> None:
    values = inline(manifest, "values")
    assert given_values(values) == {
        "cni.exclusive": "false",
        "cni.confPath": "",
        "words": ["--first=1", 2, {"a": "b"}, None],
        "number": "010",
    }
    over = (*values, *embedded_values(manifest, ("spec", "text")))
    assert given_values(over)["cni.exclusive"] == "true"
    assert given_values(over)["words"] == ["--other"]
    assert given_values((*over, *inline(manifest, "pairs", named=True)))["cni.exclusive"] == (
        "second"
    )
    mapping = given_values(inline(manifest, "mapping", named=True))
    assert mapping == {"cni.exclusive": "2"}


def laid_over(trees: Sequence[object]) -> tuple[Values, ...]:
    """Return some trees as values of one object, the last one with the highest precedence."""
    text = json.dumps({"apiVersion": "v1", "kind": "T", "metadata": {"name": "t"}, "spec": trees})
    (document,) = compose(Source("one.yaml", text))
    assert isinstance(document, Document)
    (one,) = manifests(document)
    return tuple(each for at in range(len(trees)) for each in inline_values(one, ("spec", at)))


def test_null_takes_a_value_away_and_a_mapping_a_text() -> None:
    trees = [
        {"a": {"b": 1, "c": 2}, "d": 1},
        {"a": {"b": None}, "d": {"e": "x"}},
        {"d": {"e": {"f": "y"}}, "a": {"c": {}}},
    ]
    assert given_values(laid_over(trees[:1])) == {"a.b": "1", "a.c": "2", "d": "1"}
    assert given_values(laid_over(trees[:2])) == {"a.c": "2", "d.e": "x"}
    assert given_values(laid_over(trees)) == {"d.e.f": "y"}


@given(st.lists(TREES, max_size=3))
def test_a_scalar_is_the_text_that_is_looked_up(trees: list[dict[str, object]]) -> None:
    values = laid_over(trees)
    for path, value in given_values(values).items():
        told = value_text(values, path)
        assert told is not None
        assert told.value == (value if isinstance(value, str) else PRESENT)
