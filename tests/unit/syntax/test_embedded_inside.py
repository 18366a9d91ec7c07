"""What strings hold, in strings that hold strings: every value has its place in the file."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.model.text import Source, Span
from cnilint.model.tree import Alias, Document, Embedded, Mapping, Route, Scalar, child, plain
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import (
    EmbeddedProblem,
    decoded_base64,
    embedded_form,
    embedded_yaml,
    held_text,
    inside,
    resolve,
)

JSON, YAML, BASE64 = Embedded.JSON, Embedded.YAML, Embedded.BASE64

TEXT = """\
# é😀
literal: |-
  cni:   # ours
    exclusive: true

    words: [--a=1, "b"]
  anchored: &x {k: v}
  again: *x
  daemon: |
    {
      "pin": "10-aws.conflist",
      "more": ["x"]
    }
  quoted: '{"pin": "single"}'
double: "a: 1\\ncni:\\n  mode: \\"none\\"\\n"
single: 'cni: {exclusive: ''yes''}'
folded: >
  cni:
    {exclusive: true}
plain: text
number: 7
broken: "a: [1"
several: "a: 1\\n---\\nb: 2\\n"
empty: ""
comment: |
  # nothing
encoded: eyJwaW4iOiAieCJ9
"""


def document(text: str = TEXT) -> Document:
    (found,) = compose(Source("x.yaml", text))
    assert isinstance(found, Document)
    return found


def shown(route: Route, text: str = TEXT) -> str | None:
    """Return the text of the file that stands at a route."""
    found = resolve(document(text), route)
    return None if found is None else text[found.span.start : found.span.end]


@pytest.mark.parametrize(
    ("route", "written"),
    [
        (("literal", YAML, "cni", "exclusive"), "true"),
        (("literal", YAML, "cni", "words", 1), '"b"'),
        (("literal", YAML, "again"), "*x"),
        (("literal", YAML, "anchored", "k"), "v"),
        (("literal", YAML, "daemon", JSON, "pin"), '"10-aws.conflist"'),
        (("literal", YAML, "daemon", JSON, "more", 0), '"x"'),
        (("literal", YAML, "quoted", JSON, "pin"), '"single"'),
        (("double", YAML, "a"), "1"),
        (("double", YAML, "cni", "mode"), '\\"none\\"'),
        (("single", YAML, "cni", "exclusive"), "''yes''"),
        (("folded", YAML, "cni", "exclusive"), "true"),
        (("several", YAML, "a"), "1"),
        (("encoded", BASE64, JSON, "pin"), "eyJwaW4iOiAieCJ9"),
    ],
)
def test_a_value_stands_where_it_is_written(route: Route, written: str) -> None:
    assert shown(route) == written
    assert shown(route, TEXT.replace("\n", "\r\n")) == written


@pytest.mark.parametrize(
    "route",
    [
        ("literal", YAML, "gone"),
        ("literal", YAML, "cni", YAML),
        ("literal", "cni"),
        ("number", YAML),
        ("gone", YAML, "a"),
        ("broken", YAML),
        ("empty", YAML),
        ("comment", YAML),
        ("several", YAML, "b"),
        ("plain", JSON),
        ("plain", BASE64),
        ("encoded", JSON),
    ],
)
def test_where_nothing_can_be_read_nothing_stands(route: Route) -> None:
    assert shown(route) is None


def test_what_aliases_share_is_shared_inside_a_string_too() -> None:
    root = resolve(document(), ("literal", YAML))
    assert isinstance(root, Mapping)
    alias = next(entry.value for entry in root.entries if entry.key.text == "again")
    assert isinstance(alias, Alias)
    assert alias.target is child(root, "anchored")


@pytest.mark.parametrize(
    ("route", "message", "at"),
    [
        (("broken", YAML), "expected", "a: [1"),
        (("literal", YAML, "cni", "words", 0, JSON), "value", "--a=1"),
        (("plain", JSON), "not a JSON value", "text"),
        (("plain", BASE64), "no Base64", "text"),
        (("empty", YAML), "no YAML value", '""'),
    ],
)
def test_what_cannot_be_read_says_why_and_where(route: Route, message: str, at: str) -> None:
    found = inside(document(), route)
    if found is None:
        pytest.fail("a string stands there")
    if message.startswith("no YAML"):
        scalar = resolve(document(), route[:-1])
        assert isinstance(scalar, Scalar)
        found = embedded_yaml(document(), scalar)
    assert isinstance(found, EmbeddedProblem)
    assert message in found.message
    line = TEXT.count("\n", 0, found.span.start)
    assert at in TEXT.split("\n")[line]


def test_where_no_string_is_there_is_nothing_to_say() -> None:
    assert inside(document(), ("number", YAML)) is None
    assert inside(document(), ("gone", JSON)) is None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('{"a": 1}', JSON),
        (' \n{"a": [1]}\n', JSON),
        ("[1]", JSON),
        ('{"a": 1,}', YAML),
        ("{a: 1}", YAML),
        ("a: 1", YAML),
        ("7", YAML),
        ("", YAML),
    ],
)
def test_what_is_strictly_json_is_json_and_all_else_yaml(text: str, form: Embedded) -> None:
    assert embedded_form(text) is form


def test_a_string_knows_the_strings_it_stands_in() -> None:
    held = held_text(document(), ("literal", YAML, "daemon"))
    assert held is not None
    assert held.exact
    assert held.forms == (YAML,)
    at = held.text.index('"pin"')
    span = held.file_span(at, at + 5)
    assert TEXT[span.start : span.end] == '"pin"'


@pytest.mark.parametrize(
    ("route", "exact"),
    [
        (("literal",), True),
        (("double",), True),
        (("single",), True),
        (("folded",), False),
        (("plain",), False),
        (("literal", YAML, "quoted"), True),
    ],
)
def test_only_what_is_not_folded_can_be_changed_in_place(route: Route, exact: bool) -> None:
    held = held_text(document(), route)
    assert held is not None
    assert held.exact == exact


@pytest.mark.parametrize("route", [("number",), ("gone",), (), ("literal", YAML, "cni")])
def test_only_a_string_holds_text(route: Route) -> None:
    assert held_text(document(), route) is None


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("YQ==", "a"),
        ("Y\n Q=\n=", "a"),
        ("", ""),
        ("Y", None),
        ("a-b_", None),
        ("/w==", None),
        ("8J+YgA==", "😀"),
    ],
)
def test_base64_is_text_or_nothing(text: str, decoded: str | None) -> None:
    assert decoded_base64(text) == decoded


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab😀'\"\\:# ", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("kx", min_size=1), inner),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    value=VALUES,
    forms=st.lists(st.sampled_from([JSON, YAML, BASE64]), max_size=3),
    unit=st.sampled_from([None, 1, 2]),
)
def test_values_survive_any_nesting(value: object, forms: list[Embedded], unit: int | None) -> None:
    """JSON in a string in a string: what is read at the end is what was put in."""
    text = json.dumps({"v": value}, indent=unit)
    route: Route = (JSON, "v")
    for form in forms:
        if form is BASE64:
            text = base64.b64encode(text.encode()).decode()
            route = (BASE64, *route)
            continue
        text = json.dumps({"k": text}, ensure_ascii=False)
        route = (form, "k", *route)
    outer = json.dumps({"top": text})
    found = resolve(document(outer), ("top", *route))
    assert found is not None
    assert plain(found) == value
    assert Span(0, len(outer)).covers(found.span)
