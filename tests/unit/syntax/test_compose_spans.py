"""Every span is the text it says it is, for both parsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cnilint.model.text import Source, Span
from cnilint.model.tree import Alias, Document, Mapping, Scalar, Sequence, Style, Tree
from cnilint.syntax.compose import compose
from cnilint.syntax.events import Parser, compiled_parser, pure_parser


@pytest.fixture(params=[compiled_parser, pure_parser], ids=["compiled", "pure"])
def parser(request: pytest.FixtureRequest) -> Parser:
    found = request.param()
    assert isinstance(found, Parser)
    return found


def walk(tree: Tree) -> Iterator[Tree]:
    yield tree
    if isinstance(tree, Mapping):
        for entry in tree.entries:
            yield entry.key
            yield from walk(entry.value)
    elif isinstance(tree, Sequence):
        for item in tree.items:
            yield from walk(item)


def trees(text: str, parser: Parser) -> list[Tree]:
    (document,) = compose(Source("x.yaml", text), parser)
    assert isinstance(document, Document), document
    return list(walk(document.root))


def written(text: str, span: Span) -> str:
    return text[span.start : span.end]


SCALARS = {
    "a: b\n": ["a", "b"],
    "a: b  # c\n": ["a", "b"],
    'a: \'b\'\n"c" : "d\\"e"\n': ["a", "'b'", '"c"', '"d\\"e"'],
    "a: &x b\n": ["a", "b"],
    "a: !!str b\n": ["a", "b"],
    "a: !t &x b\nc: &y !t 'd'\n": ["a", "b", "c", "'d'"],
    "a: !<tag:x,y> b\n": ["a", "b"],
    "a: &x # c\n  b\n": ["a", "b"],
    "&x a: 1\n": ["a", "1"],
    "a: &x\nb: !!str\nc: 1": ["a", "", "b", "", "c", "1"],
    "a: b\n  c\n\n  d\n\n# e\n": ["a", "b\n  c\n\n  d"],
    "a: |\n  b\n  c\n\n\n# d\ne: f\n": ["a", "|\n  b\n  c", "e", "f"],
    "a: |+ # why\n  b\n\n\nc: d\n": ["a", "|+ # why\n  b", "c", "d"],
    "a: |2-\n    b\n    \n   \n": ["a", "|2-\n    b\n    \n   "],
    "a: |\n  b\n     \n  \nc: d\n": ["a", "|\n  b\n     ", "c", "d"],
    "a: |\r\n  b\r\n\r\nc: d\r\n": ["a", "|\r\n  b", "c", "d"],
    "a: !x &y >-\n  b\n\n  c\n": ["a", ">-\n  b\n\n  c"],
    "a: |1\n   \n": ["a", "|1\n   "],
    "a: |1\n\n   \n \n": ["a", "|1\n\n   "],
    "a: |\n": ["a", "|"],
    "a: |\nb: c\n": ["a", "|", "b", "c"],
    "a: |\n  b  \n": ["a", "|\n  b  "],
    "- |\n b\n- c\n": ["|\n b", "c"],
    "{a: b , c : 'd'}": ["a", "b", "c", "'d'"],
    "😀: é\n\ufeffb: 1\n".replace("\ufeff", ""): ["😀", "é", "b", "1"],
    "\ufeffa: b\n": ["a", "b"],
    "[http://x, a:b]": ["http://x", "a:b"],
}


@pytest.mark.parametrize(("text", "tokens"), SCALARS.items())
def test_scalars(text: str, tokens: list[str], parser: Parser) -> None:
    found = [tree for tree in trees(text, parser) if isinstance(tree, Scalar)]
    assert [written(text, scalar.span) for scalar in found] == tokens


COLLECTIONS = {
    "a: 1\nb:\n  c: 2\n\n# d\n": ["a: 1\nb:\n  c: 2", "c: 2"],
    "a:\n- 1\n- 2\n\nb: 3\n": ["a:\n- 1\n- 2\n\nb: 3", "- 1\n- 2"],
    "a:\n  - - 1\n    - 2\n": ["a:\n  - - 1\n    - 2", "- - 1\n    - 2", "- 1\n    - 2"],
    "a: {b: [c, d], }  # e\n": ["a: {b: [c, d], }", "{b: [c, d], }", "[c, d]"],
    "a: &x\n  - 1\nb: !t &y\n  c: 2\n": ["a: &x\n  - 1\nb: !t &y\n  c: 2", "- 1", "c: 2"],
    "a: &x {}\nb: !!seq []\n": ["a: &x {}\nb: !!seq []", "{}", "[]"],
    "[a: b, c]": ["[a: b, c]", "a: b"],
    "a:\n  b: |\n    c\n\n\nd:\n": ["a:\n  b: |\n    c\n\n\nd:", "b: |\n    c"],
    "- a:\n- b\n-\n": ["- a:\n- b\n-", "a:"],
    "---\n\n# x\n- 1\n...\n": ["- 1"],
    "a:\n- &x b\n- *x\n": ["a:\n- &x b\n- *x", "- &x b\n- *x"],
    "? a\n: b\n": ["a\n: b"],
}


@pytest.mark.parametrize(("text", "tokens"), COLLECTIONS.items())
def test_collections(text: str, tokens: list[str], parser: Parser) -> None:
    found = [tree for tree in trees(text, parser) if isinstance(tree, Mapping | Sequence)]
    assert [written(text, tree.span) for tree in found] == tokens


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a:\nb: 1", 2),
        ("a: \nb: 1", 2),
        ("a: # c\nb: 1", 2),
        ("a :   \n\n", 3),
        ("{a: , b: 1}", 3),
        ("{a:   }", 3),
        ("{'a':}", 5),
        ("{a }", 2),
        ("{a, b: 1}", 2),
        ("? a\n", 3),
        ("-\n- b\n", 1),
        ("-   \n- b\n", 1),
        ("a:\r\nb: 1\r\n", 2),
    ],
)
def test_an_absent_value_stands_right_behind_its_colon_or_dash(
    text: str, offset: int, parser: Parser
) -> None:
    (absent,) = (tree for tree in trees(text, parser) if isinstance(tree, Scalar) and not tree.text)
    assert absent == Scalar(Span(offset, offset), None, "", Style.PLAIN)


def test_aliases_cover_their_star(parser: Parser) -> None:
    text = "a: &x 1\nb: *x  # c\nd: [*x, *x]\n"
    found = [tree for tree in trees(text, parser) if isinstance(tree, Alias)]
    assert [written(text, alias.span) for alias in found] == ["*x", "*x", "*x"]


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("a", Style.PLAIN),
        ("'a'", Style.SINGLE),
        ('"a"', Style.DOUBLE),
        ("|\n a", Style.LITERAL),
        (">\n a", Style.FOLDED),
        ("!!str a", Style.PLAIN),
    ],
)
def test_styles(text: str, style: Style, parser: Parser) -> None:
    (scalar,) = trees(text, parser)
    assert isinstance(scalar, Scalar)
    assert scalar.style is style
    assert scalar.text.rstrip("\n") == "a"


def test_flow_collections_are_marked(parser: Parser) -> None:
    found = [
        tree
        for tree in trees("a: {}\nb: []\nc:\n- d: 1\n", parser)
        if isinstance(tree, Mapping | Sequence)
    ]
    assert [tree.flow for tree in found] == [False, True, True, False, False]


def test_documents_span_their_marker_and_comments() -> None:
    text = "# x\na: 1\n# y\n---\n# z\nb: 2\n...\n"
    found = list(compose(Source("x.yaml", text)))
    assert [written(text, each.span) for each in found] == [
        "# x\na: 1\n# y\n",
        "---\n# z\nb: 2\n...\n",
    ]
