"""sed's substitutions by values that are no plain text, held to sed itself where it is there."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.upstream.sed import SedError, edit, substitution

SED = shutil.which("sed") or ""
VERSION = [SED, "--version"]
IS_GNU = SED and b"GNU sed" in subprocess.run(VERSION, capture_output=True, check=False).stdout
TEXT = "x__MTU__y__MTU__z\nq__MTU__"


def edited(value: str, text: str = TEXT) -> str | None:
    try:
        return edit(text, [substitution("__MTU__", value)])
    except SedError:
        return None


def by_the_program(value: str) -> str | None:
    done = subprocess.run(
        [SED, "-e", f"s~__MTU__~{value}~g"],
        input=TEXT.encode(),
        capture_output=True,
        check=False,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    return done.stdout.decode() if done.returncode == 0 else None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1500", "x1500y1500z\nq1500"),
        ("", "xyz\nq"),
        ("a&b", "xa__MTU__bya__MTU__bz\nqa__MTU__b"),
        (r"a\b", "xabyabz\nqab"),
        (r"a\&\~\\", "xa&~\\ya&~\\z\nqa&~\\"),
        (r"\x41\d066\o103", "xABCyABCz\nqABC"),
        (r"\Uab\Ec\ud", "xABcDyABcDz\nqABcD"),
        (r"\c\\a\ca", "x\x1ca\x01y\x1ca\x01z\nq\x1ca\x01"),
        ("a~#", "xay__MTU__z\nqa"),
        ("a~g#", "xayaz\nqa"),
    ],
)
def test_a_value_is_read_as_a_replacement(value: str, written: str) -> None:
    assert edited(value) == written


@pytest.mark.parametrize("value", ["a~b", "a\n", "a\\", r"\1", "~gg", r"\c\a"])
def test_a_value_that_breaks_the_command_is_refused(value: str) -> None:
    assert edited(value) is None


def test_a_value_can_bring_in_a_later_placeholder() -> None:
    commands = [substitution("__A__", "__B__"), substitution("__B__", "c")]
    assert edit("__A____B__", commands) == "cc"
    assert edit("__A____B__", commands[::-1]) == "__B__c"


PIECES = st.sampled_from(
    [*("\\", "&", "a", "B", "n", "x4", "d06", "o10", "cA", "L", "U", "E", "u", "l", "0", "1", " ")]
)


@pytest.mark.skipif(not IS_GNU, reason="GNU sed is not installed")
@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join))
def test_what_is_written_is_what_the_program_writes(value: str) -> None:
    assert edited(value) == by_the_program(value)


@given(st.text(), st.text())
def test_no_value_makes_it_raise_anything_else(value: str, text: str) -> None:
    edited(value, text)
