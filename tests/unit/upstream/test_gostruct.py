"""Go structs that JSON is decoded into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream.gojson import JSONError, parse
from cnilint.upstream.gostruct import (
    ANY,
    BOOLEAN,
    INTEGER,
    STRING,
    ListOf,
    MapOf,
    PointerTo,
    Struct,
    Type,
    folded,
)

CONFIGURATION = Struct(
    {
        "cniVersion": STRING,
        "logToStderr": BOOLEAN,
        "metricsPort": INTEGER,
        "capabilities": MapOf(BOOLEAN),
        "dns": Struct({"search": ListOf(STRING), "domain": STRING}),
        "prevResult": MapOf(ANY),
    }
)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("{}", {}),
        ("null", {}),
        ('{"cniVersion": "1"}', {"cniVersion": "1"}),
        ('{"CNIVERSION": "1"}', {"cniVersion": "1"}),
        ('{"cniVer\\u017fion": "1"}', {"cniVersion": "1"}),
        ('{"cni_version": "1", "cniVersion ": "2"}', {}),
        ('{"cniVersion": "1", "cniversion": "2"}', {"cniVersion": "2"}),
        ('{"cniversion": "1", "cniVersion": "2"}', {"cniVersion": "2"}),
        ('{"cniVersion": "1", "cniVersion": null}', {"cniVersion": "1"}),
        ('{"cniVersion": null}', {"cniVersion": ""}),
        ('{"metricsPort": -0, "logToStderr": true}', {"metricsPort": 0, "logToStderr": True}),
        ('{"metricsPort": 9223372036854775807}', {"metricsPort": 2**63 - 1}),
        ('{"capabilities": {"a": true, "b": null}}', {"capabilities": {"a": True, "b": False}}),
        (
            '{"capabilities": {"a": true}, "Capabilities": {"b": true}}',
            {"capabilities": {"a": True, "b": True}},
        ),
        ('{"capabilities": {"a": true}, "capabilities": null}', {"capabilities": None}),
        ('{"dns": {"domain": "d"}, "dns": null}', {"dns": {"domain": "d"}}),
        (
            '{"dns": {"domain": "d"}, "dns": {"search": ["s", null]}}',
            {"dns": {"domain": "d", "search": ["s", ""]}},
        ),
        ('{"unknown": 1e999}', {}),
    ],
)
def test_what_is_decoded(text: str, fields: dict[str, object]) -> None:
    assert CONFIGURATION.unmarshal(text, {}) == fields


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '"x"',
        "1",
        '{"cniVersion": 1}',
        '{"cniVersion": 1, "cniVersion": "1"}',
        '{"logToStderr": "true"}',
        '{"logToStderr": 1}',
        '{"metricsPort": "1"}',
        '{"metricsPort": 1.0}',
        '{"metricsPort": 1e2}',
        '{"metricsPort": 9223372036854775808}',
        '{"metricsPort": 123456789012345678901234567890}',
        '{"capabilities": []}',
        '{"capabilities": {"a": "true"}}',
        '{"dns": "x"}',
        '{"dns": {"search": "x"}}',
        '{"dns": {"search": [1]}}',
        '{"prevResult": {"a": [1e999]}}',
        '{"cniVersion": "1"',
    ],
)
def test_what_cannot_be_decoded(text: str) -> None:
    with pytest.raises(JSONError):
        CONFIGURATION.unmarshal(text, {})


def test_fields_that_are_absent_keep_their_defaults() -> None:
    start: dict[str, object] = {"cniVersion": "0.3.1", "capabilities": {"a": False}}
    decoded = CONFIGURATION.unmarshal('{"capabilities": {"b": true}}', start)
    assert decoded == {"cniVersion": "0.3.1", "capabilities": {"a": False, "b": True}}
    assert start == {"cniVersion": "0.3.1", "capabilities": {"a": False}}
    assert CONFIGURATION.unmarshal("null", start) == start


@pytest.mark.parametrize(
    ("text", "written", "encoded"),
    [
        ('{"cniVersion": "last", "CNIVERSION": "first"}', "first", "last"),
        ('{"CNIVERSION": "first", "cniVersion": "last"}', "last", "last"),
        ('{"cniVersion": "a", "cniVersion": "b"}', "b", "b"),
    ],
)
def test_encoding_in_between_sorts_the_spellings(text: str, written: str, encoded: str) -> None:
    value = parse(text)
    assert CONFIGURATION.decode(value, {}) == {"cniVersion": written}
    assert CONFIGURATION.decode(value, {}, encoded=True) == {"cniVersion": encoded}


def test_encoding_in_between_drops_an_overwritten_member_at_any_depth() -> None:
    value = parse('{"dns": {"domain": 1, "domain": "d"}, "capabilities": {"a": 1, "a": true}}')
    with pytest.raises(JSONError):
        CONFIGURATION.decode(value, {})
    decoded = CONFIGURATION.decode(value, {}, encoded=True)
    assert decoded == {"dns": {"domain": "d"}, "capabilities": {"a": True}}


@pytest.mark.parametrize("field", [STRING, BOOLEAN, INTEGER, Struct({})])
def test_null_leaves_a_value_as_it_was(field: Type) -> None:
    assert field.decode(None, "old") == "old"


@pytest.mark.parametrize("field", [ListOf(STRING), MapOf(STRING)])
def test_null_empties_a_list_or_a_map(field: Type) -> None:
    assert field.decode(None, {"a": "b"}) is None


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (
            '{"list": [{"a": "1"}], "LIST": [{"b": "2"}, {"b": "3"}]}',
            [{"a": "1", "b": "2"}, {"b": "3"}],
        ),
        ('{"list": [{"a": "1"}, {"a": "2"}], "list": [{}]}', [{"a": "1"}]),
        ('{"list": [{"a": "1"}], "list": [null]}', [None]),
        ('{"list": [{"a": "1"}], "list": null, "list": [{}]}', [{}]),
    ],
)
def test_a_second_list_is_decoded_into_the_first(text: str, items: list[object]) -> None:
    held = Struct({"list": ListOf(PointerTo(Struct({"a": STRING, "b": STRING})))})
    assert held.unmarshal(text, {})["list"] == items


@given(st.text(st.characters(codec="ascii")))
def test_ascii_keys_match_whatever_their_case(key: str) -> None:
    assert folded(key.upper()) == folded(key.lower()) == folded(key.swapcase())


@given(
    st.characters(min_codepoint=128, exclude_characters="\u017f\u212a", exclude_categories=["Cs"])
)
def test_no_other_letter_matches_a_field(letter: str) -> None:
    assert not folded(letter).isascii()


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("{}", None),
        ('{"limit": null}', None),
        ('{"limit": 0}', 0),
        ('{"limit": 5, "LIMIT": null}', None),
        ('{"limit": null, "LIMIT": 5}', 5),
    ],
)
def test_null_makes_a_pointer_nil(text: str, limit: int | None) -> None:
    pointing = Struct({"limit": PointerTo(INTEGER)})
    assert pointing.unmarshal(text, {}).get("limit") == limit


@pytest.mark.parametrize("text", ['{"limit": "5"}', '{"limit": 1.0}', '{"limit": true}'])
def test_a_pointer_holds_what_its_element_does(text: str) -> None:
    with pytest.raises(JSONError):
        Struct({"limit": PointerTo(INTEGER)}).unmarshal(text, {})


RULES = Struct({"rules": ListOf(PointerTo(Struct({"port": INTEGER, "host": STRING})))})


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('{"rules": [null, {}]}', [None, {}]),
        ('{"rules": [{"port": 1}], "rules": [{"host": "h"}]}', [{"port": 1, "host": "h"}]),
        ('{"rules": [{"port": 1}], "rules": [null, {"port": 2}]}', [None, {"port": 2}]),
        ('{"rules": [{"port": 1}, {"port": 2}], "rules": [{}]}', [{"port": 1}]),
        ('{"rules": [{"port": 1}], "rules": null, "rules": [{}]}', [{}]),
    ],
)
def test_a_second_array_is_decoded_into_the_elements_of_the_first(
    text: str, rules: list[object]
) -> None:
    assert RULES.unmarshal(text, {}) == {"rules": rules}


def test_an_error_tells_the_way_to_a_value_of_the_wrong_type() -> None:
    with pytest.raises(JSONError) as wrong:
        RULES.unmarshal('{"x": 1, "RULES": [{}, {"host": "h", "Port": "80"}]}', {})
    assert wrong.value.route == ("RULES", 1, "Port")
    assert wrong.value.at is None
    with pytest.raises(JSONError) as whole:
        RULES.unmarshal("[]", {})
    assert whole.value.route == ()
