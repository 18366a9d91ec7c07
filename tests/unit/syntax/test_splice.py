"""Text edits: made backwards, refused when they overlap, folded from several rounds into one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.finding import TextEdit
from cnilint.model.text import Span
from cnilint.syntax.splice import Pieces, apply, merged


@st.composite
def texts_and_rounds(draw: st.DrawFn) -> tuple[str, list[list[TextEdit]]]:
    """Draw a text and rounds of edits, each on the text the one before it left."""
    text = current = draw(st.text("abc\n", max_size=12))
    rounds = []
    for _ in range(draw(st.integers(1, 4))):
        cuts = sorted(draw(st.lists(st.integers(0, len(current)), max_size=6)))
        pairs = zip(cuts[::2], cuts[1::2], strict=False)
        rounds.append([TextEdit(Span(*pair), draw(st.text("XY", max_size=3))) for pair in pairs])
        current = apply(current, rounds[-1])
    return text, rounds


@given(texts_and_rounds())
def test_rounds_of_edits_are_one_set_of_edits(drawn: tuple[str, list[list[TextEdit]]]) -> None:
    text, rounds = drawn
    pieces, current = Pieces(text), text
    for edits in rounds:
        pieces.apply(edits)
        current = apply(current, edits)
    assert pieces.text() == current
    assert apply(text, pieces.edits()) == current
    spans = [edit.span for edit in pieces.edits()]
    assert all(a.end < b.start for a, b in pairwise(spans))


@given(texts_and_rounds())
def test_joining_edits_that_touch_changes_nothing(
    drawn: tuple[str, list[list[TextEdit]]],
) -> None:
    text, (edits, *_) = drawn
    joined = merged(edits)
    assert apply(text, joined) == apply(text, edits)
    assert all(a.span.end < b.span.start for a, b in pairwise(joined))


def test_no_edit_is_no_change() -> None:
    assert apply("text", []) == "text"
    assert Pieces("text").edits() == ()


def test_inserts_at_one_place_keep_their_order() -> None:
    edits = [TextEdit(Span(1, 1), "1"), TextEdit(Span(0, 1), "A"), TextEdit(Span(1, 1), "2")]
    assert apply("ab", edits) == "A12b"


@pytest.mark.parametrize(
    "spans",
    [[Span(0, 2), Span(1, 3)], [Span(0, 2), Span(1, 1)], [Span(2, 5)], [Span(-1, 1)], [Span(2, 1)]],
)
def test_edits_that_overlap_or_lie_outside_are_refused(spans: list[Span]) -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply("text", [TextEdit(span, "x") for span in spans])
