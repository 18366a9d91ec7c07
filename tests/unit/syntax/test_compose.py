"""Documents and problems: what is read, what is told, and that neither stops the other."""

from __future__ import annotations

import pytest

from cnilint.model.text import Source
from cnilint.model.tree import Alias, Document, Mapping, SyntaxProblem, Value, plain
from cnilint.syntax.compose import compose
from cnilint.syntax.events import Parser, compiled_parser, pure_parser


@pytest.fixture(params=[compiled_parser, pure_parser], ids=["compiled", "pure"])
def parser(request: pytest.FixtureRequest) -> Parser:
    found = request.param()
    assert isinstance(found, Parser)
    return found


def read(text: str, parser: Parser | None = None) -> list[Value]:
    found = list(compose(Source("x.yaml", text), parser))
    assert all(isinstance(each, Document) for each in found), found
    return [plain(each.root) for each in found if isinstance(each, Document)]


def problems(text: str, parser: Parser | None = None) -> list[SyntaxProblem]:
    found = compose(Source("x.yaml", text), parser)
    return [each for each in found if isinstance(each, SyntaxProblem)]


VALUES: dict[str, list[Value]] = {
    "a: 1\nb:\n- x\n- {c: d}\n": [{"a": 1, "b": ["x", {"c": "d"}]}],
    "a: 0644\nb: on\nc: 1:30\nd: 2001-01-01\ne: =\n": [
        {"a": 420, "b": True, "c": "1:30", "d": "2001-01-01", "e": "="}
    ],
    "a: '1'\nb: \"yes\"\nc: |\n  1\nd: >-\n  ~\n": [{"a": "1", "b": "yes", "c": "1\n", "d": "~"}],
    "a: !!str 1\nb: !!int '2'\nc: !!float 3\nd: !x 4\ne: ! 5\n": [
        {"a": "1", "b": 2, "c": 3.0, "d": "4", "e": "5"}
    ],
    "a:\nb: ~\nc: ''\n": [{"a": None, "b": None, "c": ""}],
    "{a, b: , c: {}}": [{"a": None, "b": None, "c": {}}],
    "[a: b, {c: d}, []]": [[{"a": "b"}, {"c": "d"}, []]],
    "? a\n: b\n? c\n": [{"a": "b", "c": None}],
    "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n": [
        {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}
    ],
    "a: &x 1\nb: &x 2\nc: *x\n": [{"a": 1, "b": 2, "c": 2}],
    "&k a: 1\nb: {*k : 2}\n": [{"a": 1, "b": {"a": 2}}],
    "[http://x, --listen=:80, {image: nginx:1.25}, a:]": [
        ["http://x", "--listen=:80", {"image": "nginx:1.25"}, "a:"]
    ],
    "[a:b, !<tag:yaml.org,2002:str> 1, \"c:d\", 'e:f'] # g:h": [["a:b", "1", "c:d", "e:f"]],
    "--- 1\n--- a\n...\n--- {b: c}\n--- |\n d\n": [1, "a", {"b": "c"}, "d\n"],
    "---\n---\n# nothing\n---\na: 1\n---\n\n...\n": [{"a": 1}],
    "": [],
    "# only a comment\n": [],
    "~": [None],
    "%YAML 1.1\n%TAG ! tag:x,2000:\n---\na: !b 1\n": [{"a": "1"}],
    "a: |\n  ---\n  b\n---\nc: 1\n": [{"a": "---\nb\n"}, {"c": 1}],
    "---apiVersion: v1\nkind: A\n---apiVersion: v2\n": [
        {"apiVersion": "v1", "kind": "A"},
        {"apiVersion": "v2"},
    ],
    "\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\n---\r\nc: 2\r\n": [{"a": 1, "b": "x\ny\n"}, {"c": 2}],
    "a: 1\rb: 2\r---\rc: 3\r": [{"a": 1, "b": 2}, {"c": 3}],
    "---\r# a comment ends where its line does\ra: 1\r": [{"a": 1}],
    "# a\u2028b: 1\n": [{"b": 1}],
    "a: 1\n...\n# an end behind an end\n...\n...\n---\nb: 1\n": [{"a": 1}, {"b": 1}],
    '"\\u00e9\\x41\\U0001f600": 1': [{"éA😀": 1}],
    "é: 😀\n": [{"é": "😀"}],
    "- - - a\n  - - b\n-\n  - c\n": [[[["a"], ["b"]], ["c"]]],
}


@pytest.mark.parametrize(("text", "values"), VALUES.items())
def test_reads(text: str, values: list[Value], parser: Parser) -> None:
    assert read(text, parser) == values


@pytest.mark.parametrize("text", VALUES)
def test_both_parsers_give_identical_trees(text: str) -> None:
    source = Source("x.yaml", text)
    compiled, pure = (list(compose(source, make())) for make in (compiled_parser, pure_parser))
    assert [(each.span, getattr(each, "root", None)) for each in compiled] == [
        (each.span, getattr(each, "root", None)) for each in pure
    ]


def test_tabs_behind_a_key_are_read_as_the_cluster_reads_them() -> None:
    assert read("a:\tb\nc: d\te\n", compiled_parser()) == [{"a": "b", "c": "d\te"}]


BROKEN = {
    "a: [1\n": "did not find",
    "a: b: c\n": "cannot begin here",
    "a:\n\t- b\n": "a tab cannot be used here",
    'a: "b\n': "unexpected end of stream",
    "a: @b\n": "cannot start any token",
    "a: *b\n": "the alias *b has no anchor",
    "a: &b [*b]\n": "inside the value it repeats",
    "&a {b: *a}\n": "inside the value it repeats",
    "a: \x01\n": "U+0001 is not allowed",
    "a: \ud800\n": "U+D800 is not allowed",
    "{a: b}: c\n": "this key is a mapping or a list",
    "? [a]\n: b\n": "this key is a mapping or a list",
    "&a [b]: 1\n": "this key is a mapping or a list",
    "a: !!int b\n": "cannot read 'b' as !!int",
}


@pytest.mark.parametrize(("text", "message"), BROKEN.items())
def test_what_does_not_parse_is_a_problem_at_its_place_and_stops_nothing(
    text: str, message: str
) -> None:
    before, after = "before: 1\n---\n", "---\nafter: 1\n"
    first, problem, last = compose(Source("x.yaml", before + text + after), compiled_parser())
    assert isinstance(first, Document)
    assert isinstance(problem, SyntaxProblem)
    assert isinstance(last, Document)
    assert problem.kind == "syntax"
    assert message in problem.message
    assert len(before) <= problem.span.start < problem.span.end <= len(before + text)
    assert (first.index, last.index) == (0, 2)
    assert plain(last.root) == {"after": 1}


@pytest.mark.parametrize("text", BROKEN)
def test_the_pure_parser_refuses_the_same(text: str) -> None:
    assert [problem.kind for problem in problems(text, pure_parser())] == ["syntax"]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a:\n  - b\n c: d\n", 3, 2),
        ("é: 1\nb: c: d\n", 2, 5),
        ("\ufeffa: b: c\n", 1, 5),
        ("a: 1\n---\nb: *c\n", 3, 4),
        ("a: é\x01\n", 1, 5),
    ],
)
def test_a_problem_is_at_the_line_a_person_counts(text: str, line: int, column: int) -> None:
    source = Source("x.yaml", text)
    (problem,) = (each for each in compose(source) if isinstance(each, SyntaxProblem))
    position = source.position(problem.span.start)
    assert (position.line, position.column) == (line, column)


def test_a_text_that_never_ends_points_back_to_its_start() -> None:
    text = 'a: "b\nc: d\n'
    (problem,) = problems(text)
    assert problem.related is not None
    assert problem.related.start == text.index('"')


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a: 1\na: 2\n", [("a", 5, 0)]),
        ("a: 1\n\"a\": 2\n'a': 3\n", [("a", 5, 0), ("a", 12, 0)]),
        ("b: {a: 1, a: 2}\n", [("a", 10, 4)]),
        ("1: x\n'1': y\n", [("1", 5, 0)]),
        ("'<<': {}\n'<<': {}\n", [("<<", 9, 0)]),
    ],
)
def test_a_repeated_key_is_told_with_the_first_and_the_document_kept(
    text: str, keys: list[tuple[str, int, int]]
) -> None:
    document, *found = compose(Source("x.yaml", text))
    assert isinstance(document, Document)
    told = []
    for each in found:
        assert isinstance(each, SyntaxProblem)
        assert each.kind == "duplicate-key"
        assert each.related is not None
        told.append((each.message.split("`")[1], each.span.start, each.related.start))
    assert told == keys


@pytest.mark.parametrize(
    "text", ["a: &a {x: 1}\nb:\n  <<: *a\n  <<: {y: 2}\n", "a: 1\nA: 2\n", "a: {b: 1}\nc: {b: 1}\n"]
)
def test_merge_keys_and_different_keys_are_no_repetition(text: str) -> None:
    assert problems(text) == []


def test_the_last_of_repeated_keys_counts() -> None:
    document, _ = compose(Source("x.yaml", "a: 1\nb: 0\na: 2\n"))
    assert isinstance(document, Document)
    assert plain(document.root) == {"a": 2, "b": 0}


@pytest.mark.parametrize("level", ["- ", "[", "? ", "{a: ", "&a "])
def test_a_hundred_thousand_levels_are_a_problem_and_no_crash(level: str, parser: Parser) -> None:
    (problem,) = problems(level * 100_000, parser)
    assert problem.kind == "syntax"


def test_two_hundred_levels_are_read() -> None:
    (value,) = read("- " * 200 + "a")
    for _ in range(200):
        assert isinstance(value, list)
        (value,) = value
    assert value == "a"
    (problem,) = problems("- " * 201 + "a")
    assert "more than 200 levels" in problem.message


def test_aliases_that_explode_are_refused_and_ordinary_ones_are_not() -> None:
    def laughs(levels: int) -> str:
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
        return "\n".join(lines)

    assert problems(laughs(5)) == []
    (problem,) = problems(laughs(12))
    assert problem.kind == "limit"
    assert "no more than 3,000,000 values" in problem.message


def test_an_alias_refers_to_the_very_tree_of_its_anchor() -> None:
    (document,) = compose(Source("x.yaml", "a: &x [1]\nb: *x\n"))
    assert isinstance(document, Document)
    assert isinstance(document.root, Mapping)
    first, second = document.root.entries
    assert isinstance(second.value, Alias)
    assert second.value.target is first.value


def test_documents_of_a_rendered_chart_carry_their_template() -> None:
    text = (
        "---\n# Source: m/crds/net.yaml\nkind: A\n---\nkind: B\n"
        "---\n# Source: m/templates/c.yaml\nkind: C\n"
        "---\n# Source: m/templates/c.yaml\nkind: D\n"
    )
    found = [each for each in compose(Source("-", text)) if isinstance(each, Document)]
    assert [document.source_comment for document in found] == [
        "m/crds/net.yaml",
        None,
        "m/templates/c.yaml",
        "m/templates/c.yaml",
    ]


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("tsconfig.json", '{\n  // strict\n  "a": {"b": true},\n}\n', "template"),
        ("settings.json", '{ /* ours */ "a": 1,, }', "template"),
        ("manifest.json", '{\n  // strict\n  "kind": "Pod",\n}\n', "syntax"),
        ("broken.json", '{"a": 1, ', "syntax"),
        ("address.json", '{"a": "http://x", ', "syntax"),
        ("x.yaml", '{\n  // strict\n  "a": {"b": true},\n}\n', "syntax"),
    ],
)
def test_settings_in_json_with_comments_are_no_broken_manifest(
    path: str, text: str, kind: str
) -> None:
    (problem,) = compose(Source(path, text))
    assert isinstance(problem, SyntaxProblem)
    assert problem.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\r---\rb: {u: https://x.y}\r",
        "%TAG !e! tag:e.test,2000:\n---\nb: {u: https://x.y}\n",
    ],
)
def test_a_colon_of_a_flow_scalar_is_text_in_every_document(text: str) -> None:
    found = list(compose(Source("a.yaml", text)))
    assert all(isinstance(one, Document) for one in found)
    last = found[-1]
    assert isinstance(last, Document)
    assert plain(last.root) == {"b": {"u": "https://x.y"}}
