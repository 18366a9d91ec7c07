"""Patterns of strangers."""

from __future__ import annotations

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.patterns import PatternError, compiled, literally


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(a|a)*b$", "(.*a){20}$", "a*a*a*a*a*a*a*a*a*b"])
def test_no_pattern_takes_longer_than_the_text_is(pattern: str) -> None:
    start = thread_time()
    assert not compiled(pattern).found_in("a" * 100_000 + "!")
    assert thread_time() - start < 2


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "missing )"),
        ("a**", "bad repetition operator"),
        ("(?=a)", "invalid perl operator"),
        ("((a{1,1000}){1,1000}){1,1000}", "invalid repetition size"),
        ("a" * 3_000_000, "pattern too large - compile failed"),
    ],
)
def test_what_is_no_pattern_is_refused_with_a_reason(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError) as refused:
        compiled(pattern)
    assert str(refused.value) == reason


@given(st.text())
def test_a_text_taken_literally_fits_itself(text: str) -> None:
    assert compiled(literally(text)).fits(text)
    assert not compiled(literally(text)).fits(f"{text}x")


@given(st.text(alphabet="aé\ud800\udcff", min_size=1))
def test_bytes_that_are_no_text_are_one_character_each(text: str) -> None:
    assert compiled(f"^.{{{len(text)}}}$").found_in(text)
    assert compiled(".*").fitting(text) == len(text)


def test_what_begins_otherwise_has_no_fitting_part() -> None:
    assert compiled("b").fitting("ab") is None
    assert compiled("a*?").fitting("ab") == 0
