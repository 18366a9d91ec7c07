"""Text edits on a text: applied backwards, and several rounds of them folded into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnilint.model.finding import TextEdit
from cnilint.model.text import Span


class EditRefusedError(Exception):
    """An edit that cannot be made safely; the message is the reason, for a person."""


def apply(text: str, edits: Sequence[TextEdit]) -> str:
    """Return the text with all edits made; spans count in the text as it was.

    Inserts at one offset keep their order. ValueError when two edits overlap or one lies outside.
    """
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if not at <= edit.span.start <= edit.span.end <= len(text):
            raise ValueError(f"the edits overlap or lie outside the text at {edit.span.start}")
        parts += text[at : edit.span.start], edit.text
        at = edit.span.end
    parts.append(text[at:])
    return "".join(parts)


def merged(edits: Iterable[TextEdit]) -> list[TextEdit]:
    """Return the edits in the order of the text, those that touch joined into one."""
    found: list[TextEdit] = []
    for edit in sorted(edits, key=lambda edit: edit.span):
        if found and found[-1].span.end == edit.span.start:
            last = found[-1]
            found[-1] = TextEdit(Span(last.span.start, edit.span.end), last.text + edit.text)
        else:
            found.append(edit)
    return found


def narrowed(text: str, edit: TextEdit) -> TextEdit:
    """Return an edit without what it has in common with the text at its beginning and its end."""
    old, new = text[edit.span.start : edit.span.end], edit.text
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    span = Span(edit.span.start + head, edit.span.end - tail)
    return TextEdit(span, new[head : len(new) - tail])


class Pieces:
    """A text under edit, as stretches of the original and new text between them."""

    def __init__(self, text: str) -> None:
        """Begin with a text nothing of which is changed."""
        self._original = text
        self._pieces: list[Span | str] = [Span(0, len(text))]

    def apply(self, edits: Sequence[TextEdit]) -> None:
        """Make edits whose spans count in the text as it is now."""
        for edit in reversed(sorted(edits, key=lambda edit: edit.span)):  # noqa: C413
            before = self._cut(edit.span.start)
            after = self._cut(edit.span.end)
            self._pieces[before:after] = [edit.text]

    def text(self) -> str:
        """Return the text as it is now."""
        return "".join(
            piece if isinstance(piece, str) else self._original[piece.start : piece.end]
            for piece in self._pieces
        )

    def edits(self) -> tuple[TextEdit, ...]:
        """Return all edits made so far as one set against the original text."""
        found: list[TextEdit] = []
        at = 0
        new: list[str] = []
        for piece in (*self._pieces, Span(len(self._original), len(self._original))):
            if isinstance(piece, str):
                new.append(piece)
                continue
            if piece.start > at or "".join(new):
                found.append(TextEdit(Span(at, piece.start), "".join(new)))
                new = []
            at = piece.end
        return tuple(found)

    def _cut(self, offset: int) -> int:
        """Split the piece that an offset falls into; return the index of the piece behind it."""
        for index, piece in enumerate(self._pieces):
            length = len(piece) if isinstance(piece, str) else piece.end - piece.start
            if offset == 0:
                return index
            if offset < length:
                first: Span | str
                second: Span | str
                if isinstance(piece, str):
                    first, second = piece[:offset], piece[offset:]
                else:
                    middle = piece.start + offset
                    first, second = Span(piece.start, middle), Span(middle, piece.end)
                self._pieces[index : index + 1] = [first, second]
                return index + 1
            offset -= length
        return len(self._pieces)
