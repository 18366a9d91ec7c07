"""Source texts as HTML, with a mark in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.text import Source, Span
from cnilint.report.html.excerpt import MOST_CHARACTERS, marked
from tests.unit.report.html.page import Element, page

LINES = "".join(f"line {number}\n" for number in range(1, 21))


def excerpt(text: str, start: int, end: int) -> Element:
    return page(marked(Source("a.yaml", text), Span(start, end))).one("pre")


def numbers(found: Element) -> list[str]:
    return [each.text for each in found.all("span", "number")]


def test_a_mark_in_a_line_has_its_neighbours_around_it() -> None:
    found = excerpt("one\ntwo words\nthree\n", 8, 13)
    assert numbers(found) == ["1", "2", "3"]
    assert found.one("mark").text == "words"
    assert found.text == "1one\n2two words\n3three\n"
    assert found.attributes["aria-label"] == "a.yaml, line 2"


def test_every_line_of_a_longer_mark_is_marked_and_the_middle_left_out() -> None:
    found = excerpt(LINES, LINES.index("line 3"), LINES.index("line 15") + 4)
    assert numbers(found) == ["2", "3", "4", "5", "15", "16"]
    assert [mark.text for mark in found.all("mark")] == ["line 3", "line 4", "line 5", "line"]
    assert found.one("span", "left-out").text == "… 9 lines\n"


def test_a_long_line_is_cut_on_both_sides_of_the_mark() -> None:
    found = excerpt("a" * 5000 + "here" + "b" * 5000, 5000, 5004)
    line = f"…{'a' * MOST_CHARACTERS}here{'b' * MOST_CHARACTERS}…"
    assert found.text == f"1{line}\n"
    assert found.one("mark").text == "here"


def test_a_place_without_a_width_is_still_seen() -> None:
    assert excerpt("key:\n", 4, 4).one("mark").text == " "


@given(
    text=st.text(st.sampled_from("ab \n\r\ufeff\t"), max_size=60),
    start=st.integers(-3, 70),
    width=st.integers(-3, 70),
)
def test_any_span_of_any_text_is_marked(text: str, start: int, width: int) -> None:
    found = excerpt(text, start, start + width)
    assert found.all("mark")
    whole = Source("a.yaml", text)
    total = whole.position(len(text)).line
    listed = [int(number) for number in numbers(found)]
    assert listed == sorted(set(listed))
    assert set(listed) <= set(range(1, total + 1))
