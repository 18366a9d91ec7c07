"""Symbolic edits as text edits: spliced into the text, never dumped, and proven.

An edit names its place by a route; here it becomes the smallest change of the text that has its
effect, written as its neighbours are. What cannot be done safely is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.model.finding import Edit, TextEdit
from cnilint.model.text import Span
from cnilint.model.tree import Document
from cnilint.start import dataclass

from .edit_place import edits_at
from .proof import position_in_window, prove, read_documents
from .splice import EditRefusedError, Pieces, apply
from .style import line_end

__all__ = ["CannotEdit", "apply", "prove", "rewrite"]


@dataclass(frozen=True, slots=True)
class CannotEdit:
    """Edits that cannot be made safely, and why, as a clause for a person."""

    reason: str


def rewrite(document: Document, edits: Sequence[Edit]) -> tuple[TextEdit, ...] | CannotEdit:
    """Return the text edits that make edits of a document, their spans in its source.

    The edits are made one after another, each on what the ones before it left, as in a JSON
    patch; the document that an edit names is not looked at. What is returned is proven.
    """
    span = document.span
    window = document.source.text[span.start : span.end]
    pieces = Pieces(window)
    position = position_in_window(document)
    try:
        for edit in edits:
            pieces.apply(_text_edits(document.source.path, pieces.text(), position, edit))
    except EditRefusedError as refused:
        return CannotEdit(str(refused))
    found = tuple(
        TextEdit(Span(edit.span.start + span.start, edit.span.end + span.start), edit.text)
        for edit in pieces.edits()
    )
    reason = prove(document, edits, found)
    return found if reason is None else CannotEdit(reason)


def _text_edits(path: str, text: str, position: int, edit: Edit) -> list[TextEdit]:
    """Return the text edits for one edit of a text's document, line ends as the text has them."""
    read = read_documents(path, text)
    current = read[position] if position < len(read) else None
    if not isinstance(current, Document):
        raise EditRefusedError("the edits before it left no document")
    found = edits_at(path, text, current.root, edit)
    for one in found:
        if "{{" in text[one.span.start : one.span.end]:
            raise EditRefusedError("a template expression stands in the text to be changed")
    return [
        TextEdit(one.span, one.text.replace("\n", line_end(text, one.span.start))) for one in found
    ]
