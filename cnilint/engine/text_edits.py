"""Fixes as edits of text: what applies them and what reports them both take them from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cnilint.model.finding import Edit, Fix, Repair, TextEdit
from cnilint.model.tree import Document
from cnilint.syntax.rewrite import CannotEdit, rewrite

TextEdits = Mapping[str, tuple[TextEdit, ...]]
"""Text edits by the path of their source."""


def text_edits(fix: Fix) -> TextEdits | CannotEdit:
    """Return a fix as text edits of the sources it changes, or why that cannot be done."""
    return text_edits_of(fix.edits)


def text_edits_of(wanted: Iterable[Edit | Repair]) -> TextEdits | CannotEdit:
    """Return edits of several documents as text edits, or why that cannot be done."""
    found: dict[str, tuple[TextEdit, ...]] = {}
    for document, edits in _by_document(wanted):
        symbolic = [edit for edit in edits if isinstance(edit, Edit)]
        made: tuple[TextEdit, ...] = ()
        if symbolic:
            rewritten = rewrite(document, symbolic)
            if isinstance(rewritten, CannotEdit):
                return rewritten
            made = rewritten
        made += tuple(TextEdit(e.span, e.text) for e in edits if isinstance(e, Repair))
        path = document.source.path
        found[path] = found.get(path, ()) + made
    return found


def _by_document(edits: Iterable[Edit | Repair]) -> list[tuple[Document, list[Edit | Repair]]]:
    """Return edits with the document they change, in the order the documents are first named."""
    found: dict[int, tuple[Document, list[Edit | Repair]]] = {}
    for edit in edits:
        found.setdefault(id(edit.document), (edit.document, []))[1].append(edit)
    return list(found.values())
