"""The facts are what sigs.k8s.io/yaml v1.4.0 makes of the same scalars (YAMLToJSON, run in Go)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.tree import ScalarValue
from cnilint.syntax.resolve import resolve, resolve_tagged

BOOLEANS = {
    True: "y Y yes Yes YES true True TRUE on On ON",
    False: "n N no No NO false False FALSE off Off OFF",
}
STRINGS = """
    yEs tRUE oN nO oFF fALSE t f T F nil none Nil NuLL nULL inf nan
    Infinity -Infinity NaN .NaNs .iNF
    +inf -inf +.nan -.nan . .. .e3 -.e3 + - -- +-5 --5 1-2 = <<
    1:30 190:20:30 1:30.5 12:30:45
    2001-01-01 2001-1-2 2001-12-14t21:59:43.10-05:00
    1.2.3 1.2.3.4 10.0.0.0/8 1Mi 100m 0.5Gi 5s 1e3m
    1,000 0x1.8p3 .0x1 0b2 0b 0B 0o 0o8 0O9 0x 0xG 0xfg 0b1f 1d 1f 1i 1p3 .5p3 .5x 5x
    _1 _ ._5 .5_ .5__0
    1e e3 1.5e -1e 0e .5e 1e400 -1e400 .5e1000 0x10000000000000000 -0xffffffffffffffff
    -0b-1 0b+-1 \u0663 \uff11\uff12 0\u0663 1e\u0663 yes! true, ~x null~ ~~
"""
NUMBERS: dict[str, int | float] = {
    "0": 0,
    "-0": 0,
    "+1": 1,
    "-1": -1,
    "00": 0,
    "0644": 420,
    "0755": 493,
    "-0644": -420,
    "0o644": 420,
    "0O644": 420,
    "-0o17": -15,
    "08": 8.0,
    "09": 9.0,
    "08.5": 8.5,
    "0x1F": 31,
    "0X1f": 31,
    "-0x10": -16,
    "+0x10": 16,
    "0b101": 5,
    "0B101": 5,
    "-0b11": -3,
    "0b-11": -3,
    "0b+11": 3,
    "0b_1": 1,
    "1_000": 1000,
    "1__0": 10,
    "1_": 1,
    "0_7": 7,
    "0x_1F": 31,
    "-_1": -1,
    "1.": 1.0,
    "1.5": 1.5,
    "1._5": 1.5,
    "1_0.5": 10.5,
    ".5": 0.5,
    "-.5": -0.5,
    "+.5": 0.5,
    ".5_0": 0.5,
    ".5e3_0": 5e29,
    ".5e3": 500.0,
    "1e3": 1000.0,
    "1E+3": 1000.0,
    "1e-3": 0.001,
    "1_0e1_0": 1e11,
    "1e-400": 0.0,
    "9223372036854775807": 9223372036854775807,
    "18446744073709551615": 18446744073709551615,
    "18446744073709551616": 1.8446744073709552e19,
    "+9223372036854775808": 9.223372036854775808e18,
    "-9223372036854775808": -9223372036854775808,
    "-9223372036854775809": -9.223372036854775809e18,
    "0xffffffffffffffff": 18446744073709551615,
    "02000000000000000000000": 2e21,
    "01777777777777777777777": 18446744073709551615,
}
INFINITIES = {
    math.inf: ".inf .Inf .INF +.inf +.Inf +.INF",
    -math.inf: "-.inf -.Inf -.INF",
}


@pytest.mark.parametrize(
    ("text", "value"), [(text, value) for value, line in BOOLEANS.items() for text in line.split()]
)
def test_booleans_are_those_of_yaml_1_1(text: str, value: bool) -> None:
    assert resolve(text) is value


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nulls(text: str) -> None:
    assert resolve(text) is None


@pytest.mark.parametrize("text", STRINGS.split())
def test_everything_else_is_a_string(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_numbers(text: str, value: float) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [(text, value) for value, line in INFINITIES.items() for text in line.split()],
)
def test_infinities(text: str, value: float) -> None:
    assert resolve(text) == value


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text: str) -> None:
    found = resolve(text)
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("str", "12", "12"),
        ("str", "yes", "yes"),
        ("int", "12", 12),
        ("int", "0x10", 16),
        ("float", "1", 1.0),
        ("float", "0x10", 16.0),
        ("float", "1.5", 1.5),
        ("bool", "yes", True),
        ("null", "", None),
        ("null", "~", None),
        ("binary", "aGk=", "hi"),
        ("binary", "aG\nk=", "hi"),
        ("binary", "/w==", "\N{REPLACEMENT CHARACTER}"),
        ("timestamp", "2001-01-01", "2001-01-01"),
    ],
)
def test_a_tag_decides(tag: str, text: str, value: ScalarValue) -> None:
    found = resolve_tagged(f"tag:yaml.org,2002:{tag}", text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("int", "abc"),
        ("int", "1.5"),
        ("int", "yes"),
        ("float", "abc"),
        ("bool", "1"),
        ("null", "x"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused_by_name(tag: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"cannot read '{text}' as !!{tag}"):
        resolve_tagged(f"tag:yaml.org,2002:{tag}", text)


def test_binary_that_is_not_base64_is_refused() -> None:
    with pytest.raises(ValueError, match="base64"):
        resolve_tagged("tag:yaml.org,2002:binary", "!")


@pytest.mark.parametrize("tag", ["!", "!Ref", "tag:example.com,2000:int"])
def test_tags_of_other_makers_leave_the_text(tag: str) -> None:
    assert resolve_tagged(tag, "12") == "12"


@given(st.integers(-(2**63), 2**64 - 1))
def test_integers_of_64_bits_are_exact_in_every_base(number: int) -> None:
    sign, size = ("-", -number) if number < 0 else ("", number)
    for written in (str(size), f"{size:#x}", f"{size:#b}", f"{size:#o}", f"0{size:o}"):
        assert resolve(sign + written) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_exact(number: float) -> None:
    assert resolve(repr(number)) == number


@given(st.text())
def test_any_text_resolves_and_strings_are_unchanged(text: str) -> None:
    value = resolve(text)
    assert not isinstance(value, str) or value == text


def test_a_number_too_long_for_python_is_still_only_a_number_or_a_string() -> None:
    assert resolve("9" * 5000) == "9" * 5000
    assert resolve("0." + "9" * 5000) == 1.0
