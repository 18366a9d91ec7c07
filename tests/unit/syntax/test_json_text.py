"""JSON by its own grammar: exactly what the standard library reads, with a span for each value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.text import Source
from cnilint.model.tree import Document, Mapping, Sequence, SyntaxProblem, Tree, Value, plain
from cnilint.syntax.compose import compose
from cnilint.syntax.json_text import read_json


def read(text: str) -> Tree:
    found = read_json(text, 0, len(text), 200)
    assert found is not None
    root, repeating, behind = found
    assert not repeating
    assert behind == len(text)
    return root


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('ab"\\\n{é😀'), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(
    st.lists(values) | st.dictionaries(st.text("abc"), values),
    st.sampled_from([None, 0, 1, 2, "\t"]),
    st.booleans(),
)
def test_reads_what_was_written(value: Value, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert plain(read(text)) == value


@given(st.dictionaries(st.text("ab"), values), st.booleans())
def test_every_span_holds_its_value(value: Value, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    pending: list[Tree] = [read(text)]
    while pending:
        tree = pending.pop()
        assert json.loads(text[tree.span.start : tree.span.end]) == plain(tree)
        if isinstance(tree, Mapping):
            pending += [part for entry in tree.entries for part in (entry.key, entry.value)]
        elif isinstance(tree, Sequence):
            pending += tree.items


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1,}',
        "[1,]",
        "[1 2]",
        "{a: 1}",
        "{'a': 1}",
        '{"a" 1}',
        '{"a": 1]',
        "[1}",
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[NaN]",
        "[truest]",
        "[1x]",
        '["\\x41"]',
        '["a\nb"]',
        '["a]',
        "[",
        "[,1]",
        '{"a":}',
        "{1: 2}",
        "[1 # c\n]",
        "]",
        '"a"',
        "",
    ],
)
def test_what_is_not_json_is_left_to_yaml(text: str) -> None:
    assert read_json(text, 0, len(text), 200) is None


def test_surrogate_pairs_and_a_lone_surrogate_as_go_reads_them() -> None:
    assert plain(read(r'["\ud83d\ude00", "\ud83d!", "\/"]')) == [
        "😀",
        "\N{REPLACEMENT CHARACTER}!",
        "/",
    ]


def test_depth_is_limited() -> None:
    assert read_json("[" * 5 + "]" * 5, 0, 10, 5) is not None
    assert read_json("[" * 6 + "]" * 6, 0, 12, 5) is None


def texts(text: str) -> list[Value]:
    found = list(compose(Source("x.json", text)))
    return [plain(document.root) for document in found if isinstance(document, Document)]


@pytest.mark.parametrize("between", ["", "\n", " ", "\r\n\r\n"])
def test_values_one_behind_the_other_are_documents(between: str) -> None:
    text = between.join(['{"a": 1}', '{"b": "}{"}', '[{"c": []}]'])
    found = list(compose(Source("x.json", text)))
    assert [plain(each.root) for each in found if isinstance(each, Document)] == [
        {"a": 1},
        {"b": "}{"},
        [{"c": []}],
    ]
    assert [each.index for each in found if isinstance(each, Document)] == [0, 1, 2]
    assert "".join(text[each.span.start : each.span.end] for each in found) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a"\n: 1}', {"a": 1}),
        ('{"' + "k" * 2000 + '": 1}', {"k" * 2000: 1}),
        ('\ufeff{\t"a":\t1}', {"a": 1}),
        ('--- {"a": 1}', {"a": 1}),
        ('{"a": 1} # YAML\n', {"a": 1}),
        ('{"a": 1,}', {"a": 1}),
    ],
)
def test_compose_reads_json_and_what_is_nearly_json(text: str, value: Value) -> None:
    assert texts(text) == [value]


def test_many_values_take_time_in_proportion() -> None:
    assert len(texts('{"kind": "List", "items": []}\n' * 20_000)) == 20_000


def test_a_repeated_key_is_told() -> None:
    text = '{"a": 1, "b": {"c": 1, "c": 2}}'
    document, problem = compose(Source("x.json", text))
    assert isinstance(document, Document)
    assert plain(document.root) == {"a": 1, "b": {"c": 2}}
    assert isinstance(problem, SyntaxProblem)
    assert problem.kind == "duplicate-key"
    assert problem.span.start == text.rindex('"c"')
    assert problem.related is not None
    assert problem.related.start == text.index('"c"')
