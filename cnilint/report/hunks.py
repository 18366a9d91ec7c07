"""What edits change of a text, line by line, for a person who looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnilint.model.finding import TextEdit
from cnilint.model.text import Source, Span
from cnilint.syntax.splice import apply

CONTEXT = 3
"""Unchanged lines around a change."""


def hunks(source: Source, edits: Iterable[TextEdit]) -> list[str]:
    """Return the lines of a unified diff without its file names; none if nothing changes."""
    found: list[str] = []
    shift = 0
    for group in _groups(source, sorted(edits, key=lambda edit: edit.span)):
        lines, grown = _hunk(source, group, shift)
        found += lines
        shift += grown
    return found


def _groups(source: Source, edits: Iterable[TextEdit]) -> Iterator[list[TextEdit]]:
    """Yield edits that are so near to one another that their lines make one hunk."""
    group: list[TextEdit] = []
    for edit in edits:
        line = source.position(edit.span.start).line
        if group and line - source.position(group[-1].span.end).line > 2 * CONTEXT:
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _hunk(source: Source, edits: list[TextEdit], shift: int) -> tuple[list[str], int]:
    """Return the hunk of some edits, the lines before having grown by `shift`, and its growth."""
    end = max(edit.span.end for edit in edits)
    first, last = source.position(edits[0].span.start).line, source.position(end).line
    start = source.line_start(edits[0].span.start)
    stop = source.text.find("\n", end)
    stop = len(source.text) if stop == -1 else stop
    moved = [
        TextEdit(Span(edit.span.start - start, edit.span.end - start), edit.text) for edit in edits
    ]
    old = source.text[start:stop].split("\n")
    new = apply(source.text[start:stop], moved).split("\n")
    same = _common(old, new)
    first, old, new = first + same, old[same:], new[same:]
    same = _common(old[::-1], new[::-1])
    last, old, new = last - same, old[: len(old) - same], new[: len(new) - same]
    if not old and not new:
        return [], 0
    before = [source.line(number) for number in range(max(1, first - CONTEXT), first)]
    total = source.position(len(source.text)).line - source.text.endswith("\n")
    after = [source.line(n) for n in range(last + 1, min(total, last + CONTEXT) + 1)]
    around = len(before) + len(after)
    at = first - len(before)
    head = f"@@ -{at},{len(old) + around} +{at + shift},{len(new) + around} @@"
    body = [
        *(f" {line}" for line in before),
        *(f"-{line}" for line in old),
        *(f"+{line}" for line in new),
        *(f" {line}" for line in after),
    ]
    return [head, *body], len(new) - len(old)


def _common(one: list[str], other: list[str]) -> int:
    """Return how many lines two lists begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
