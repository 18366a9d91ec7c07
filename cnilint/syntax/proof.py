"""The proof of a text edit: what it makes of a text is read again and compared as a value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from cnilint.model.finding import Edit, TextEdit
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem, plain

from .compose import compose
from .patch import differs, patched
from .splice import EditRefusedError, apply
from .split import split


def prove(document: Document, edits: Sequence[Edit], text_edits: Sequence[TextEdit]) -> str | None:
    """Return None if text edits have exactly the effect of edits of a document, else why not.

    The changed text is read again. Its documents must be what they were, the edited one what it
    was with the edits made; JSON that an edit went into is compared as JSON. What stands between
    other document markers is not read again: it is the same text within the same borders.
    """
    span, text = document.span, document.source.text
    if not all(span.covers(edit.span) for edit in text_edits):
        return "the change reaches beyond the document"
    try:
        changed = apply(text, text_edits)
    except ValueError as overlap:
        return str(overlap)
    grown = len(changed) - len(text)
    if list(split(changed)) != [_moved(one, span, grown) for one in split(text)]:
        return "the change would move the border of a document"
    path, position = document.source.path, position_in_window(document)
    try:
        expected = patched(plain(document.root), edits)
    except EditRefusedError as refused:
        return str(refused)
    old = read_documents(path, text[span.start : span.end])
    new = read_documents(path, changed[span.start : span.end + grown])
    if len(old) != len(new):
        return "the changed text would hold other documents or problems than before"
    for index, (before, after) in enumerate(zip(old, new, strict=True)):
        if isinstance(before, SyntaxProblem) or isinstance(after, SyntaxProblem):
            if type(before) is not type(after):
                return f"the changed text could not be read: {getattr(after, 'message', '')}"
            continue
        wanted = expected if index == position else plain(before.root)
        if differs(wanted, plain(after.root)):
            return "the changed text would be read as something else than intended"
    return None


def _moved(span: Span, edited: Span, grown: int) -> Span:
    """Return where a span is when another one has grown."""
    behind = span.start >= edited.end
    return Span(span.start + grown * behind, span.end + grown * (behind or span.covers(edited)))


@lru_cache(maxsize=2)
def read_documents(path: str, text: str) -> tuple[Document | SyntaxProblem, ...]:
    """Return what a text holds; that of the last few texts is kept."""
    return tuple(compose(Source(path, text)))


def position_in_window(document: Document) -> int:
    """Return which of the things read from the document's own stretch of text it is."""
    span = document.span
    window = document.source.text[span.start : span.end]
    at = document.root.span.start - span.start
    for position, found in enumerate(read_documents(document.source.path, window)):
        if isinstance(found, Document) and found.root.span.start == at:
            return position
    raise ValueError("the document does not stand where its span says")
