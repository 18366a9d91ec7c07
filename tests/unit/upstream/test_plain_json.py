"""JSON that Go decoded without types, as Python reads what Go writes of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream.gojson import parse
from cnilint.upstream.plain_json import number, plain

VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("written", "held"),
    [
        *(("0", 0), ("-0", 0), ("1.0", 1), ("1e3", 1000), ("0.1", 0.1), ("1e-7", 1e-7)),
        ("12345678901234567890", 12345678901234567000),
        ("123456789012345678901", 123456789012345680000),
        ("-1.2345678901234567e19", -12345678901234567000),
        *(("1e20", 10**20), ("1e21", 1e21)),
    ],
)
def test_a_number_is_what_a_float64_holds(written: str, held: float) -> None:
    assert number(written) == held
    assert isinstance(number(written), type(held))


@given(VALUES)
def test_values_are_as_python_reads_them(value: object) -> None:
    text = json.dumps(value)
    assert plain(parse(text)) == json.loads(text)


def test_nesting_is_as_deep_as_go_allows() -> None:
    found = plain(parse("[" * 9999 + "]" * 9999))
    for _ in range(9998):
        (found,) = found
    assert found == []
