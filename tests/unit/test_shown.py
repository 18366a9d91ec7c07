"""What is shown of any text: no command of a CI system, and nothing that is not seen."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnilint.shown import glyph, inert, json_escaped, visible_lines

TEXTS = st.text(
    st.characters(categories=None) | st.sampled_from(':#[]\n \t\u3000\\"avso'), max_size=40
)
COMMAND = re.compile(r"^[^\S\n]*::(?!:)|##\w*\[", re.MULTILINE)
"""More than CI systems take for a command: any line that begins so."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::a", "<U+003A>:error::a"),
        ("a\n \t::error::b", "a\n \t<U+003A>:error::b"),
        ("a ::error::b", "a ::error::b"),
        ("  ::: a.yaml", "  ::: a.yaml"),
        ("a ##[error]b", "a <U+0023>#[error]b"),
        ("###vso[x]", "#<U+0023>#vso[x]"),
        ("## A title", "## A title"),
        ("std::vector", "std::vector"),
    ],
)
def test_the_first_mark_of_a_command_is_spelled_out(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_what_begins_no_line_is_none() -> None:
    assert inert("::error::a", begins=False) == "::error::a"
    assert inert("::a\n::b", begins=False) == "::a\n<U+003A>:b"


@given(TEXTS)
@example("\n\n::a")
@example("######[")
def test_no_command_is_left_and_nothing_else_changed(text: str) -> None:
    shown = inert(text, lambda mark: {":": "\x01", "#": "\x02"}[mark])
    assert COMMAND.search(shown) is None
    if not {"\x01", "\x02"} & set(text):
        assert shown.replace("\x01", ":").replace("\x02", "#") == text


@given(TEXTS)
def test_lines_have_nothing_that_is_not_seen(text: str) -> None:
    shown = visible_lines(text)
    assert all(mark in "\n\t" or glyph(mark, symbols=True) == mark for mark in shown)
    assert shown.count("\n") == text.count("\n")


@given(st.dictionaries(TEXTS, TEXTS))
def test_json_holds_what_it_held(value: dict[str, str]) -> None:
    plain = json.dumps(value, ensure_ascii=False, indent=2)
    text = json_escaped(plain)
    assert json.loads(text.encode()) == json.loads(json.dumps(value))
    assert all(mark == "\n" or glyph(mark, symbols=True) == mark for mark in text)
    assert COMMAND.search(text) is None


@pytest.mark.parametrize("part", ["\n", " ", "::", "#", "##a", "##", " \n:", "\u3000"])
def test_the_time_grows_with_the_text_and_no_faster(part: str) -> None:
    from time import process_time

    def seconds(count: int) -> float:
        text = f"::##{part * count}"
        begun = process_time()
        inert(text)
        return process_time() - begun

    assert min(seconds(100_000) for _ in range(3)) < 1
