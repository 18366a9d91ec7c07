"""Every character of an embedded text is found again in the file, and JSON in it is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnilint.model.text import Source
from cnilint.model.tree import (
    Document,
    Embedded,
    Mapping,
    Scalar,
    Sequence,
    Tree,
    plain,
)
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import (
    EmbeddedProblem,
    EmbeddedText,
    embedded,
    embedded_json,
    resolve,
)
from cnilint.syntax.style import escaped_double

JSON = Embedded.JSON


def document(text: str) -> Document:
    (found,) = compose(Source("x.yaml", text))
    assert isinstance(found, Document), found.message
    return found


def scalar_at(found: Document, *route: str) -> Scalar:
    tree = resolve(found, route)
    assert isinstance(tree, Scalar)
    return tree


def held(text: str) -> tuple[str, EmbeddedText]:
    found = document(text)
    return text, embedded(found.source, scalar_at(found, "k"))


def assert_mapped(file: str, inner: EmbeddedText) -> None:
    """Each character stands where the map says, and both directions agree."""
    places = [inner.file_offset(at) for at in range(len(inner.text) + 1)]
    assert places == sorted(places)
    for at, character in enumerate(inner.text):
        span = inner.file_span(at, at + 1)
        written = file[span.start : span.end]
        assert inner.text_offset(places[at]) == at or character == "\n"
        assert written == character or written[:1] in "\\'\r\n \t", (at, character, written)


LINES = st.lists(st.text("ab é{}:\"'\\#", max_size=6), min_size=1, max_size=5)


@given(LINES, st.integers(1, 8), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "-", "+"]))
def test_a_literal_block_maps_line_by_line(
    lines: list[str], indent: int, ending: str, chomping: str
) -> None:
    assume(lines[0].strip() and lines[0][0] != " " and lines[-1].strip())
    written = [f"ü: 1{ending}k: |{chomping} # why"]
    written += [" " * indent + line if line else "" for line in lines]
    file, inner = held(ending.join([*written, "l: 2", ""]))
    assert inner.exact
    assert inner.indent == " " * indent
    assert inner.text.rstrip("\n") == "\n".join(lines)
    for at, character in enumerate(inner.text):
        span = inner.file_span(at, at + 1)
        assert file[span.start : span.end] == (ending if character == "\n" else character)
        assert inner.text_offset(inner.file_offset(at)) == at


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_a_double_quoted_scalar_maps_its_escapes(text: str) -> None:
    file, inner = held(f'k: "{escaped_double(text)}"\n')
    assert inner.exact
    assert inner.text == text
    for at, character in enumerate(text):
        span = inner.file_span(at, at + 1)
        assert file[span.start : span.end] == escaped_double(character)
        assert inner.text_offset(inner.file_offset(at)) == at
    assert inner.file_offset(len(text)) == len(file) - 2


@given(st.text("ab'é{}\": #", max_size=10))
def test_a_single_quoted_scalar_maps_its_quotes(text: str) -> None:
    file, inner = held("k: '" + text.replace("'", "''") + "'\n")
    assert inner.exact
    for at, character in enumerate(text):
        span = inner.file_span(at, at + 1)
        assert file[span.start : span.end] == ("''" if character == "'" else character)


@pytest.mark.parametrize(
    ("scalar", "text"),
    [
        ("a b", "a b"),
        ("a\n  b\n\n\n  c d", "a b\n\nc d"),
        ("'a  \n\n  b''c\n  d'", "a\nb'c d"),
        ('"a \\\n   b\\n\n  c\\\n  \\ d"', "a b\n c d"),
        (">\n  a\n  b\n\n  c\n", "a b\nc\n"),
        (">-\n  a\n\n    more\n    lines\n\n\n  b", "a\n\n  more\n  lines\n\n\nb"),
        (">2+\n    a\n  b\n\n", "  a\nb\n\n"),
        ("|2\n    a\n  b\n", "  a\nb\n"),
    ],
)
def test_other_scalars_are_mapped_too(scalar: str, text: str) -> None:
    for ending in ("\n", "\r\n"):
        file, inner = held(f"k: {scalar}".replace("\n", ending))
        assert inner.text == text
        assert inner.exact == scalar.startswith("|")
        assert_mapped(file, inner)
        for letter in "abcd":
            if letter in text:
                assert file[inner.file_offset(text.index(letter))] == letter


def test_a_place_that_cannot_be_told_is_the_whole_scalar() -> None:
    # A line separator folds in a way of its own: what the reader decoded is not what we count.
    file, inner = held('k: "a\u2028b"\n')
    assert "a" in inner.text
    assert not inner.exact
    span = inner.file_span(0, len(inner.text))
    assert file[span.start : span.end] == '"a\u2028b"'


CONFIG_MAP = """\
kind: ConfigMap
data:
  daemon-config.json: |
    {
        "chrootDir": "/hostroot", "depth": -1.5e3,
        "plugins": [ {"type": "aws-cni"}, null, true ], // why
    }
  annotation: '{"it''s": "q"}'
  escaped: "{\\"a\\": [1,\\n \\"b\\"]}"
  calico: '{"mtu": __CNI_MTU__}'
  text: hello
  broken: |
    {"a": 1
     "b": 2}
"""


def spelled(tree: Tree, text: str) -> None:
    """Every string and number of a JSON tree is spelled at its span as it is read."""
    if isinstance(tree, Mapping):
        assert (text[tree.span.start], text[tree.span.end - 1]) == ("{", "}")
        for entry in tree.entries:
            spelled(entry.key, text)
            spelled(entry.value, text)
    elif isinstance(tree, Sequence):
        assert (text[tree.span.start], text[tree.span.end - 1]) == ("[", "]")
        for item in tree.items:
            spelled(item, text)
    elif isinstance(tree, Scalar):
        assert json.loads(text[tree.span.start : tree.span.end]) == tree.value


def test_json_in_a_literal_block_stands_in_the_file() -> None:
    found = document(CONFIG_MAP)
    tree = embedded_json(found, scalar_at(found, "data", "daemon-config.json"))
    assert not isinstance(tree, EmbeddedProblem)
    assert plain(tree) == {
        "chrootDir": "/hostroot",
        "depth": -1500.0,
        "plugins": [{"type": "aws-cni"}, None, True],
    }
    spelled(tree, CONFIG_MAP)


def test_a_route_crosses_into_json() -> None:
    found = document(CONFIG_MAP)
    kind = resolve(found, ("data", "daemon-config.json", JSON, "plugins", 0, "type"))
    assert isinstance(kind, Scalar)
    assert CONFIG_MAP[kind.span.start : kind.span.end] == '"aws-cni"'
    quoted = resolve(found, ("data", "annotation", JSON, "it's"))
    assert isinstance(quoted, Scalar)
    assert CONFIG_MAP[quoted.span.start : quoted.span.end] == '"q"'
    item = resolve(found, ("data", "escaped", JSON, "a", 1))
    assert isinstance(item, Scalar)
    assert CONFIG_MAP[item.span.start : item.span.end] == '\\"b\\"'


@pytest.mark.parametrize(
    "route",
    [
        ("data", "text", JSON),
        ("data", "broken", JSON, "a"),
        ("data", JSON),
        ("data", "annotation", JSON, "none"),
        ("none", "none", JSON),
        ("data", "text", "deeper"),
    ],
)
def test_a_route_to_nothing_leads_to_none(route: tuple[str | Embedded, ...]) -> None:
    assert resolve(document(CONFIG_MAP), route) is None


@pytest.mark.parametrize(
    ("key", "kind", "marked"),
    [("calico", "word", "_"), ("text", "word", "h"), ("broken", "syntax", '"')],
)
def test_what_is_no_json_is_marked_in_the_file(key: str, kind: str, marked: str) -> None:
    found = document(CONFIG_MAP)
    problem = embedded_json(found, scalar_at(found, "data", key))
    assert isinstance(problem, EmbeddedProblem)
    assert problem.kind == kind
    assert CONFIG_MAP[problem.span.start : problem.span.end] == marked
    assert problem.message
