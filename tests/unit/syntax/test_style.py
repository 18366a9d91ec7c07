"""New text reads back as the value it was written for, in every style."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.text import Source
from cnilint.model.tree import Document, Scalar, ScalarValue, Style, Tree, Value, plain
from cnilint.syntax.compose import compose
from cnilint.syntax.lenient_json import json_problems
from cnilint.syntax.patch import differs
from cnilint.syntax.style import (
    BlockStyle,
    FlowStyle,
    block_lines,
    column,
    end_of_line,
    flow_text,
    json_string,
    line_end,
    line_start,
    literal_lines,
    plain_allowed,
    quote_like,
    scalar_text,
)

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(" -:#,[]{}&*!|>'\"%@`=?~<.\\\n\ta0é€\u2028", max_size=8),
    st.sampled_from(["yes", "NO", "on", "null", "~", "0644", "1e3", "0x1f", "1:30", "2001-01-01"]),
    st.sampled_from(["---", "<<", "=", ".inf", "--", "-x", "a: b", "a #b", "- a", "? a"]),
)
NUMBERS = st.one_of(st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
COLLECTIONS = st.lists(VALUES, min_size=1, max_size=3) | st.dictionaries(
    TEXTS, VALUES, min_size=1, max_size=3
)
QUOTES = st.sampled_from([Style.PLAIN, Style.SINGLE, Style.DOUBLE])


def read(text: str) -> Tree:
    (document,) = compose(Source("x.yaml", text))
    assert isinstance(document, Document), document.message
    return document.root


def value_of(text: str) -> object:
    root = plain(read(text))
    assert isinstance(root, dict)
    return root["k"]


@given(TEXTS)
def test_a_text_that_may_stand_plain_is_read_as_itself(text: str) -> None:
    if plain_allowed(text, flow=False):
        assert value_of(f"k: {text}\n") == text
        assert value_of(f"k:\n- {text} # c\n") == [text]
    if plain_allowed(text, flow=True):
        assert plain_allowed(text, flow=False)
        assert value_of(f"k: [{text}, {text}]\n") == [text, text]


@pytest.mark.parametrize(
    "text",
    ["aws-node", "--multus-conf-file=auto", "/host/etc/cni/net.d", "10-aws.conflist", "a:b", "-x"],
)
def test_words_of_the_field_need_no_quotes(text: str) -> None:
    assert plain_allowed(text, flow=False)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yes", "Off", "null", "~", "0644", "1:30", "2001-01-01", "1_000", "a: b", "a #b"),
        *("- a", "*a", "&a", "{a", "a ", " a", "a:", "%a", "@a", "<<", "=", "---", "a\nb", "?"),
        *("a\x85b", "a\u2028b"),
    ],
)
def test_what_would_be_read_otherwise_is_quoted(text: str) -> None:
    assert not plain_allowed(text, flow=False)
    assert scalar_text(text, Style.PLAIN)[0] == '"'


@given(SCALARS, QUOTES)
def test_a_scalar_reads_back_on_one_line(value: ScalarValue, quote: Style) -> None:
    for flow, frame in ((True, "k: [{}]"), (False, "k:\n- {} # c")):
        text = scalar_text(value, quote, flow=flow)
        assert "\n" not in text
        assert not differs([value], value_of(frame.replace("{}", text)))


@given(TEXTS)
def test_a_json_string_is_good_json_and_good_yaml(text: str) -> None:
    assert json.loads(json_string(text)) == text
    assert value_of(f"k: {json_string(text)}\n") == text


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_an_infinite_number_has_no_text(value: float) -> None:
    with pytest.raises(ValueError, match="infinite"):
        scalar_text(value, Style.PLAIN, json=True)


@given(VALUES, st.sampled_from([None, "  ", "\t", "    "]), st.sampled_from([": ", ":", " : "]))
def test_json_text_is_strict_json(value: Value, unit: str | None, colon: str) -> None:
    text = flow_text(value, FlowStyle(json=True, colon=colon, comma=",", unit=unit))
    assert json_problems(text) == ()
    assert not differs(value, json.loads(text))
    assert ("\n" in text) == (unit is not None and isinstance(value, dict | list) and bool(value))


@given(VALUES, QUOTES, QUOTES, st.sampled_from([None, "  "]), st.sampled_from([": ", ":"]))
def test_flow_text_reads_back(
    value: Value, quote: Style, key_quote: Style, unit: str | None, colon: str
) -> None:
    for tail in ("", ",") if unit else ("",):
        style = FlowStyle(quote=quote, key_quote=key_quote, colon=colon, unit=unit, tail=tail)
        text = flow_text(value, style, "  ")
        assert not differs(value, value_of(f"k:\n  {text}\n"))


@given(COLLECTIONS, st.integers(1, 4), st.integers(0, 4), st.integers(1, 3), QUOTES, QUOTES)
def test_block_lines_read_back(
    value: Value, unit: int, dash: int, gap: int, quote: Style, key_quote: Style
) -> None:
    style = BlockStyle(": ", " " * gap, unit, dash, quote, key_quote)
    text = "\n".join(["k:", *block_lines(value, 2, style), ""])
    assert not differs(value, value_of(text))
    assert not differs(value, value_of(text.replace("\n", "\r\n")))


@given(st.text("ab \n#:\té", max_size=12), st.sampled_from(["  ", "     "]))
def test_a_literal_block_reads_back(text: str, indent: str) -> None:
    lines = literal_lines(text, indent)
    if lines is not None:
        tree = read("\n".join([f"k: {lines[0]}", *lines[1:], "l: 1\n"]))
        assert plain(tree) == {"k": text, "l": 1}
    indicated = literal_lines(text, indent, str(len(indent)))
    assert (indicated is None) == (not text.strip())
    if indicated is not None:
        tree = read("\n".join([f"k: {indicated[0]}", *indicated[1:], "l: 1\n"]))
        assert plain(tree) == {"k": text, "l": 1}


def test_a_new_string_is_quoted_as_the_one_beside_it() -> None:
    root = read("""{a: x, b: 'x', c: "x", d: 1, e: [x]}""")
    beside = {entry.key.text: entry.value for entry in getattr(root, "entries", ())}
    assert quote_like(beside["a"], Style.DOUBLE) is Style.PLAIN
    assert quote_like(beside["b"], Style.DOUBLE) is Style.SINGLE
    assert quote_like(beside["c"], Style.PLAIN) is Style.DOUBLE
    assert quote_like(beside["d"], Style.SINGLE) is Style.SINGLE
    assert quote_like(beside["e"], Style.SINGLE) is Style.SINGLE
    assert quote_like(None, Style.PLAIN) is Style.PLAIN
    assert isinstance(beside["a"], Scalar)


@given(
    st.lists(st.text("ab é", max_size=4), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"])
)
def test_lines_are_found_from_any_offset_in_them(lines: list[str], ending: str) -> None:
    text = "\ufeff" + ending.join(lines)
    start = 1
    for number, line in enumerate(lines):
        for at in range(start, start + len(line) + 1):
            assert line_start(text, at) == start
            assert column(text, at) == at - start
            assert end_of_line(text, at) == start + len(line)
            assert line_end(text, at) == (ending if len(lines) > 1 else "\n")
        start += len(line) + len(ending)
        assert number < len(lines)
