"""JSON as Go reads it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream import gojson
from cnilint.upstream.gojson import MAX_DEPTH, Array, JSONError, Number, Object, parse

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), inner)
    ),
    max_leaves=12,
)


def plain(value: gojson.JSON) -> object:
    if isinstance(value, Array):
        return [plain(item) for item in value.items]
    if isinstance(value, Object):
        return {key: plain(item) for key, item in value.members.items()}
    if isinstance(value, Number):
        return json.loads(value)
    return value


@given(PLAIN, st.sampled_from([None, 0, 1]), st.booleans())
def test_what_python_writes_is_read_as_it_was(
    value: object, indent: int | None, ascii_only: bool
) -> None:
    assert plain(parse(json.dumps(value, indent=indent, ensure_ascii=ascii_only))) == value


@given(PLAIN)
def test_an_encoded_value_reads_the_same(value: object) -> None:
    assert json.loads(gojson.encode(parse(json.dumps(value)))) == value


@given(st.text(st.sampled_from('{}[]",:0123-+.eE\\untrfals /\n\t\x00x'), max_size=12))
def test_only_what_python_reads_too_is_json(text: str) -> None:
    try:
        parse(text)
    except JSONError:
        return
    json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "nul", "nullx", "True", "{", "}", "[", "[1", "[1,]", "[,]", "{,}", '{"a"}'),
        *('{"a":}', '{"a":1,}', '{"a" 1}', "{a:1}", "{1:1}", "{'a':1}", '{"a":1}}', "1 2", "[] []"),
        *("01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "-Infinity", "1_0"),
        *('"', '"a', '"\n"', '"\t"', '"\x1f"', r'"\x"', r'"\u12"', r'"\u12g4"', r'"\u+123"'),
        *("// c\n{}", "/* c */ {}", "\ufeff{}", "{}\x00", "{}\xa0", "{}\x0b", "\udcff"),
    ],
)
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(JSONError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"\uD83D\uDE00"', "\U0001f600"),
        (r'"\ud800"', "\ufffd"),
        (r'"\udc00\ud800"', "\ufffd\ufffd"),
        (r'"\ud800\ud83d\ude00"', "\ufffd\U0001f600"),
        (r'"\ud800x"', "\ufffdx"),
        (r'"\\u0041"', "\\u0041"),
        (r'"\/\b\f\n\r\t\"\\"', '/\b\f\n\r\t"\\'),
        ('"\udcff\udcfe"', "\ufffd\ufffd"),
        ('"\x7f\u2028"', "\x7f\u2028"),
        (' \r\n\t"x" \r\n\t', "x"),
    ],
)
def test_strings(text: str, value: str) -> None:
    assert parse(text) == value


def test_the_last_of_two_members_counts_but_both_are_kept() -> None:
    value = parse('{"a": 1, "A": 2, "a": 3}')
    assert isinstance(value, Object)
    assert value.pairs == [("a", "1"), ("A", "2"), ("a", "3")]
    assert value.members == {"a": "3", "A": "2"}
    assert value.encoded_pairs() == [("A", "2"), ("a", "3")]


def test_members_are_encoded_in_the_order_of_their_bytes() -> None:
    value = parse('{"\U00010400": 1, "\uffee": 2, "b": 3, "B": 4}')
    assert isinstance(value, Object)
    assert [key for key, _ in value.encoded_pairs()] == ["B", "b", "\uffee", "\U00010400"]
    assert gojson.encode(value).index("ffee") < gojson.encode(value).index("d801")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_ends_at_ten_thousand(opening: str, closing: str) -> None:
    inner = "1" if closing == "}" else ""
    value = parse(opening * MAX_DEPTH + inner + closing * MAX_DEPTH)
    assert gojson.depth(value) == MAX_DEPTH
    assert gojson.encode(value) == opening * MAX_DEPTH + inner + closing * MAX_DEPTH
    with pytest.raises(JSONError):
        parse(opening * (MAX_DEPTH + 1) + inner + closing * (MAX_DEPTH + 1))


def test_an_overwritten_member_is_not_encoded_and_gives_no_depth() -> None:
    value = parse('{"a": [[[]]], "a": []}')
    assert gojson.depth(value) == 2
    assert gojson.encode(value) == '{"a":[]}'


@pytest.mark.parametrize(
    ("text", "too_large"),
    [
        ("1e308", False),
        ("1e309", True),
        ("-1e309", True),
        ("1e-999", False),
        ("9" * 400, True),
        ('{"a": [0, {"b": 1e999}]}', True),
        ('{"a": 1e999, "a": 1}', True),
        ('"1e999"', False),
    ],
)
def test_a_number_has_to_fit_a_float_only_where_it_is_decoded(text: str, too_large: bool) -> None:
    assert gojson.overflows(parse(text)) is too_large
    if too_large:
        with pytest.raises(JSONError):
            gojson.untyped(text)
    else:
        assert gojson.untyped(text) == parse(text)


def test_a_map_is_an_object_or_nil() -> None:
    assert gojson.as_map("null") is None
    found = gojson.as_map('{"a": null}')
    assert found is not None
    assert found.members == {"a": None}
    for text in ("[]", "1", '"x"', "true"):
        with pytest.raises(JSONError):
            gojson.as_map(text)


def test_setting_a_member_leaves_the_object_as_it_was() -> None:
    value = gojson.as_map('{"a": 1, "b": 2}')
    assert value is not None
    changed = value.with_member("a", "x")
    assert changed.members == {"a": "x", "b": "2"}
    assert value.members == {"a": "1", "b": "2"}


def test_a_number_is_no_string() -> None:
    assert gojson.is_string("1")
    assert not gojson.is_string(Number("1"))
    assert not gojson.is_string(None)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("null", "null"),
        ("1", "a number"),
        ('"1"', "a string"),
        ("true", "a boolean"),
        ("[]", "an array"),
        ("{}", "an object"),
    ],
)
def test_kinds_have_words(text: str, word: str) -> None:
    assert gojson.kind(parse(text)) == word


@pytest.mark.parametrize(
    ("text", "at"),
    [
        *(("", 0), ("{} x", 3), ('{"a": oops}', 6), ("[1 2]", 3), ("{a}", 1), ('{"a" 1}', 5)),
        ("[" * 10_001, 10_000),
    ],
)
def test_an_error_tells_the_character(text: str, at: int) -> None:
    with pytest.raises(JSONError) as error:
        parse(text)
    assert error.value.at == at
