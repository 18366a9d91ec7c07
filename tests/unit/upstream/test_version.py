"""CNI versions as the programs compare them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream.version import SemanticVersion, cni_version, semantic_version

NUMBERS = st.tuples(*[st.integers(0, 2**63 - 1)] * 3)


@given(NUMBERS, NUMBERS)
def test_both_readers_order_plain_versions_by_their_numbers(
    left: tuple[int, int, int], right: tuple[int, int, int]
) -> None:
    texts = [".".join(map(str, numbers)) for numbers in (left, right)]
    first, second = (semantic_version(text) for text in texts)
    assert first is not None
    assert second is not None
    assert (first < second) == (left < right)
    assert [cni_version(text) for text in texts] == [left, right]


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "1.0", "1.0.0.0", "v1.0.0", "1.0.0 ", " 1.0.0", "+1.0.0", "-1.0.0", "1..0", "x"),
        *("01.0.0", "1.00.0", "1.0.00", "1.0.0-", "1.0.0+", "1.0.0-a..b", "1.0.0-01", "1.0.0-a_b"),
        *("1.0.0+a..b", "18446744073709551616.0.0", "1.0.0-18446744073709551616", "1.0.\u0660"),
        "9" * 5000 + ".0.0",
    ],
)
def test_what_is_no_semantic_version(text: str) -> None:
    assert semantic_version(text) is None


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("0.4.0", SemanticVersion(0, 4, 0, released=True)),
        ("0.4.0+build.01", SemanticVersion(0, 4, 0, released=True)),
        ("0.4.0+a-b", SemanticVersion(0, 4, 0, released=True)),
        ("0.4.0-rc.1", SemanticVersion(0, 4, 0, released=False)),
        ("0.4.0-0.10", SemanticVersion(0, 4, 0, released=False)),
        ("0.4.0-0a.x-y+z", SemanticVersion(0, 4, 0, released=False)),
        ("0.0.18446744073709551615", SemanticVersion(0, 0, 2**64 - 1, released=True)),
    ],
)
def test_semantic_versions(text: str, version: SemanticVersion) -> None:
    assert semantic_version(text) == version


def test_a_pre_release_comes_before_its_release() -> None:
    before, release = semantic_version("0.4.0-rc1"), semantic_version("0.4.0")
    assert before is not None
    assert release is not None
    assert before < release
    assert not release < before


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", (0, 1, 0)),
        ("1", (1, 0, 0)),
        ("1.1", (1, 1, 0)),
        ("01.002.0003", (1, 2, 3)),
        ("+1.-2.3", (1, -2, 3)),
        ("9223372036854775807", (2**63 - 1, 0, 0)),
        ("-9223372036854775808", (-(2**63), 0, 0)),
        ("0" * 5000 + "1", (1, 0, 0)),
    ],
)
def test_cni_versions(text: str, numbers: tuple[int, int, int]) -> None:
    assert cni_version(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        *("x", "v1.0.0", "1.0.0-rc1", "1.0.0.0", "1..0", ".", "1.", " 1", "1 ", "1_0", "+", "0x1"),
        *("9223372036854775808", "-9223372036854775809", "9" * 5000, "\u0661"),
    ],
)
def test_what_is_no_cni_version(text: str) -> None:
    assert cni_version(text) is None
