"""JSON is read as it is meant, and what a strict decoder refuses is told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.text import Span
from cnilint.model.tree import Scalar, Sequence, Style, plain
from cnilint.syntax.lenient_json import DEPTH_LIMIT, json_problems, read_json
from cnilint.syntax.patch import differs


@pytest.mark.parametrize(
    ("text", "offset", "kind"),
    [
        ('{"a": 1,}', 7, "trailing-comma"),
        ('{"a": [1, 2 , ]}', 12, "trailing-comma"),
        ('{"a": 1} // c', 9, "comment"),
        ('{ # c\n"a": 1}', 2, "comment"),
        ('{"a": /* c */ 1}', 6, "comment"),
        ("{'a': 1}", 1, "single-quotes"),
        ('{"a": yes}', 6, "word"),
        ("{a: 1}", 1, "word"),
        ("[NaN]", 1, "word"),
        ("[-Infinity]", 1, "word"),
        ("[007]", 1, "number"),
        ("[+1]", 1, "number"),
        ("[.5]", 1, "number"),
        ("[1e999]", 1, "number"),
        ('["a\tb"]', 3, "control"),
        (r'["\x"]', 2, "escape"),
        (r'["\u12"]', 2, "escape"),
        ("{} {}", 3, "trailing-text"),
        ('{"a" 1}', 5, "syntax"),
        ('{"a": 1 "b": 2}', 8, "syntax"),
        ('["a\n"]', 1, "syntax"),
        ('["a', 1, "syntax"),
        ("[1, , 2]", 4, "syntax"),
        ("[,]", 1, "syntax"),
        ('{"a": 1', 7, "syntax"),
        ('{"a"}', 4, "syntax"),
        ("", 0, "syntax"),
        ("[" * (DEPTH_LIMIT + 2), DEPTH_LIMIT + 1, "syntax"),
    ],
)
def test_what_a_strict_decoder_refuses_is_told(text: str, offset: int, kind: str) -> None:
    assert [(problem.offset, problem.kind) for problem in json_problems(text)] == [(offset, kind)]


@given(st.lists(st.sampled_from([*'{}[],:"\\u 10.-e\n\t', '"a"', "true", "nan"]), max_size=9))
def test_what_is_refused_is_what_a_strict_decoder_refuses(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        value = json.loads(text)
    except ValueError:
        assert json_problems(text)
        return
    tree, problems = read_json(text)
    assert problems == ()
    assert tree is not None
    assert not differs(value, plain(tree))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(JSON_VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_good_json_is_read_as_it_is(value: object, indent: int | str | None, ascii_: bool) -> None:
    try:
        text = json.dumps(value, indent=indent, ensure_ascii=ascii_, allow_nan=False)
    except ValueError:
        text = json.dumps(value, indent=indent, ensure_ascii=ascii_)
        assert {problem.kind for problem in json_problems(text)} == {"word"}
        return
    tree, problems = read_json(text)
    assert problems == ()
    assert tree is not None
    assert not differs(json.loads(text), plain(tree))


def test_what_is_only_refused_is_read_all_the_same() -> None:
    text = "{ # c\n 'a': [1, 2,], \"b\": 007, }"
    tree, problems = read_json(text)
    assert tree is not None
    assert plain(tree) == {"a": [1, 2], "b": 7.0}
    assert [problem.kind for problem in problems] == [
        "comment",
        "single-quotes",
        "trailing-comma",
        "number",
        "trailing-comma",
    ]
    assert tree.span == Span(0, len(text))


def test_half_a_surrogate_pair_is_replaced_as_go_does() -> None:
    tree, problems = read_json(r'["\ud83d\ude00", "\ud83d", "\ud83d\u0041"]')
    assert tree is not None
    assert plain(tree) == ["😀", "\ufffd", "\ufffdA"]
    assert problems == ()
    assert isinstance(tree, Sequence)
    assert all(isinstance(item, Scalar) and item.style is Style.DOUBLE for item in tree.items)
