"""Edits of block mappings and sequences, which are lines held together by indentation.

New lines go behind the line on which the member before them ends, so that a comment there stays
with it; comments on lines of their own stay where they are.
"""

from __future__ import annotations

from collections.abc import Sequence as Chain

from cnilint.model.finding import TextEdit
from cnilint.model.text import Source, Span
from cnilint.model.tree import Entry, Mapping, Scalar, Sequence, Style, Tree, Value
from cnilint.start import dataclass, lazy_pattern

from .embedded_text import embedded
from .splice import EditRefusedError, merged, narrowed
from .style import (
    BlockStyle,
    Collection,
    FlowStyle,
    block_lines,
    column,
    containers,
    end_of_line,
    entry_lines,
    flow_text,
    item_lines,
    line_start,
    literal_lines,
    quote_like,
    scalar_text,
    value_lines,
    values_of,
)

_BLOCK_KEEP = lazy_pattern(r"[|>][1-9]?\+")
_BLANK_LINES = lazy_pattern(r"(?:\r?\n *(?=\r?\n))*")
_HEADER = lazy_pattern(r"[|>][-+]?([1-9]?)[-+]?([^\r\n]*)")
_HEAD = lazy_pattern(r"[ \t]*:(?=\s|\Z)((?:[ \t]+[&!]\S*)*)")
_DASH = lazy_pattern(r"-(?=\s|\Z)((?:[ \t]+[&!]\S*)*)")
_REST = lazy_pattern(r"[ \t]*(?:[ \t]#[^\r\n]*)?")
_COLON = lazy_pattern(r"[ \t]*:[ \t]+")


@dataclass(frozen=True, slots=True)
class _Slot:
    """A member: where it begins, where its value may begin (behind colon or dash), its value."""

    start: int
    head: int
    value: Tree
    key: str | None


def block_add(
    text: str, chain: Chain[Collection], index: int, key: str | None, value: Value
) -> list[TextEdit]:
    """Return the edits that put a member at an index into the last collection of a chain."""
    target = chain[-1]
    slots = _slots(text, target)
    style = block_style(text, chain, min(max(index - 1, 0), len(slots) - 1))
    at = column(text, target.span.start)
    lines = item_lines(value, at, style) if key is None else entry_lines(key, value, at, style)
    if index == 0:
        start = slots[0].start
        new = "\n".join(lines).lstrip(" ") + "\n" + " " * at
        return [TextEdit(Span(start, start), new)]
    end = _line_behind(text, _extent(text, slots[index - 1].value))
    return [TextEdit(Span(end, end), "\n" + "\n".join(lines))]


def block_remove(text: str, target: Collection, index: int) -> list[TextEdit]:
    """Return the edits that take one of several members out, with its lines."""
    slots = _slots(text, target)
    slot = slots[index]
    end = _line_behind(text, _extent(text, slot.value))
    if not text[line_start(text, slot.start) : slot.start].strip(" "):
        return [_without_lines(text, slot.start, end)]
    following = slots[index + 1].start
    if text[end:following].strip():
        end = end_of_line(text, end)
        start = len(text[: slot.start].rstrip(" "))
        return [TextEdit(Span(start, end), "")]
    return [TextEdit(Span(slot.start, following), "")]


def block_empty(text: str, chain: Chain[Collection]) -> list[TextEdit]:
    """Return the edits that take the only member out of the last collection of a chain."""
    target = chain[-1]
    slot = _slots(text, target)[0]
    end = _extent(text, slot.value)
    empty = "{}" if isinstance(target, Mapping) else "[]"
    if len(chain) == 1 or text[line_start(text, slot.start) : slot.start].strip(" "):
        return [TextEdit(Span(slot.start, end), empty)]
    head = next(owner for owner in _slots(text, chain[-2]) if owner.value is target).head
    lines = _without_lines(text, slot.start, _line_behind(text, end))
    return [TextEdit(Span(head, head), " " + empty), lines]


def block_replace(text: str, chain: Chain[Collection], index: int, value: Value) -> list[TextEdit]:
    """Return the edits that give a member of the last collection of a chain another value."""
    slot = _slots(text, chain[-1])[index]
    style = block_style(text, chain, index)
    old, at = slot.value, column(text, chain[-1].span.start)
    begin, end = old.span.start, _extent(text, old)
    below = "\n" in text[slot.head : begin]
    if isinstance(value, dict | list) and value:
        step = style.unit if isinstance(value, dict) or slot.key is None else style.dash
        if slot.key is None and not below:
            lead = style.gap if begin == slot.head else ""
            lines = block_lines(value, column(text, begin) + len(lead), style)
            # A comment behind the old value stays with the dash, not with the first of new lines.
            if len(lines) == 1 or not text[end : _line_behind(text, end)].strip():
                lines[0] = lead + lines[0].lstrip(" ")
                return [TextEdit(Span(begin, end), "\n".join(lines))]
        lines = block_lines(value, at + step, style)
        if below:
            return [TextEdit(Span(line_start(text, begin), end), "\n".join(lines))]
        return _in_line(text, Span(slot.head, end), ["", *lines])
    if isinstance(old, Scalar) and old.style in (Style.LITERAL, Style.FOLDED):
        new = _block_scalar(text, old, value)
        if new is not None:
            return [narrowed(text, TextEdit(Span(begin, end), new))]
    quote = quote_like(old, Style.PLAIN) if isinstance(old, Scalar) else style.quote
    if not isinstance(old, Scalar) or not isinstance(old.value, str):
        quote = style.quotes.get(slot.key or "", style.quote)
    first, *more = value_lines(value, at + style.unit, style, quote)
    if below:
        if more and isinstance(value, str):
            # comments may stand between the key and the value, and would be of the text
            first = scalar_text(value, Style.DOUBLE)
        head = TextEdit(Span(slot.head, slot.head), " " + first)
        return [head, _without_lines(text, begin, end)]
    lead = " " if begin == end and text[begin - 1] not in " \t" else ""
    return _in_line(text, Span(begin, end), [lead + first, *more])


def _in_line(text: str, span: Span, lines: list[str]) -> list[TextEdit]:
    """Put a first line in place of a span, and more lines behind the comment that may follow it."""
    edits = [TextEdit(span, lines[0])]
    if len(lines) > 1:
        end = _line_behind(text, span.end)
        edits.append(TextEdit(Span(end, end), "".join("\n" + line for line in lines[1:])))
    return merged(edits)


def block_root(text: str, root: Tree, value: Value) -> list[TextEdit]:
    """Return the edit that replaces the root of a document."""
    begin, end = root.span.start, _extent(text, root)
    chain = [root] if isinstance(root, Mapping | Sequence) else []
    style = block_style(text, chain, 0)
    alone = not text[line_start(text, begin) : begin].strip(" ")
    if isinstance(value, dict | list) and value:
        if alone:
            lines = block_lines(value, column(text, begin), style)
            return [TextEdit(Span(begin, end), "\n".join(lines).lstrip(" "))]
        return [TextEdit(Span(begin, end), flow_text(value, FlowStyle(quote=Style.PLAIN)))]
    if isinstance(value, dict | list):
        return [TextEdit(Span(begin, end), "{}" if isinstance(value, dict) else "[]")]
    return [TextEdit(Span(begin, end), scalar_text(value, quote_like(root, Style.PLAIN)))]


def block_style(text: str, chain: Chain[Collection], index: int) -> BlockStyle:
    """Return how lines beside a member of the last collection of a chain are written."""
    unit = dash = None
    for outer in reversed(chain):
        for tree in containers(outer):
            for entry in tree.entries if isinstance(tree, Mapping) and not tree.flow else ():
                step = column(text, entry.value.span.start) - column(text, entry.key.span.start)
                if unit is None and isinstance(entry.value, Mapping) and not entry.value.flow:
                    unit = step
                if dash is None and isinstance(entry.value, Sequence) and not entry.value.flow:
                    dash = step
        if unit is not None and dash is not None:
            break
    target = chain[-1] if chain else None
    neighbour = target
    beside: Tree | None = None
    colon = gap = None
    key_quote = Style.PLAIN
    if target is not None and not target.flow:
        beside = values_of(target)[index]
        if isinstance(target, Mapping):
            entry = target.entries[index]
            found = _COLON.fullmatch(text, entry.key.span.end, entry.value.span.start)
            colon = found.group() if found else None
            key_quote = quote_like(entry.key, Style.PLAIN)
        else:
            neighbour = beside if isinstance(beside, Mapping) else None
            blank = text[target.span.start + 1 : values_of(target)[0].span.start]
            gap = blank if blank and not blank.strip(" ") else None
    quote = quote_like(beside, Style.PLAIN)
    quotes = {}
    if isinstance(neighbour, Mapping):
        quotes = {
            entry.key.text: quote_like(entry.value, quote)
            for entry in neighbour.entries
            if isinstance(entry.value, Scalar) and isinstance(entry.value.value, str)
        }
    unit = unit or 2
    return BlockStyle(
        colon or ": ", gap or " ", unit, unit if dash is None else dash, quote, key_quote, quotes
    )


def _slots(text: str, target: Collection) -> list[_Slot]:
    if isinstance(target, Mapping):
        return [_entry_slot(text, entry) for entry in target.entries]
    slots: list[_Slot] = []
    at, dash = column(text, target.span.start), target.span.start
    for item in target.items:
        if slots:
            dash = _dash_before(text, item.span.start, at)
        found = _DASH.match(text, dash)
        head = found.end() if found and found.end() <= item.span.start else dash + 1
        slots.append(_Slot(dash, head, item, None))
    return slots


def _entry_slot(text: str, entry: Entry) -> _Slot:
    found = _HEAD.match(text, entry.key.span.end)
    if found is None:
        raise EditRefusedError(f"the key {entry.key.text!r} is not followed by its colon")
    head = found.end() if found.end() <= entry.value.span.start else found.start(1)
    return _Slot(entry.key.span.start, head, entry.value, entry.key.text)


def _dash_before(text: str, before: int, at: int) -> int:
    """Return the last dash in a sequence's column before an offset, where an item begins."""
    start = line_start(text, before)
    while text[start : start + at].strip(" ") or not text.startswith("-", start + at, before):
        if start == line_start(text, 0):
            raise EditRefusedError("an item of the sequence without its dash")
        start = line_start(text, start - 1)
    return start + at


def _extent(text: str, tree: Tree) -> int:
    """Return where a value ends, the blank lines that a block scalar keeps included."""
    while isinstance(tree, Mapping | Sequence) and not tree.flow:
        tree = values_of(tree)[-1]
    end = tree.span.end
    if isinstance(tree, Scalar) and _BLOCK_KEEP.match(text, tree.span.start, end):
        blank = _BLANK_LINES.match(text, end)
        end = blank.end() if blank else end
    return end


def _line_behind(text: str, end: int) -> int:
    """Return the end of a value's last line, on which only a comment may follow."""
    found = end_of_line(text, end)
    if not _REST.fullmatch(text, end, found):
        raise EditRefusedError("something else follows on the line")
    return found


def _without_lines(text: str, start: int, end: int) -> TextEdit:
    """Return the edit that takes out the lines from one offset's to the other's."""
    begin = line_start(text, start)
    if end < len(text):
        after = end + (2 if text.startswith("\r\n", end) else 1)
        return TextEdit(Span(begin, after), "")
    return TextEdit(Span(len(text[:begin].removesuffix("\n").removesuffix("\r")), end), "")


def _block_scalar(text: str, old: Scalar, value: Value) -> str | None:
    """Return a block scalar with the header and indentation of an old one; None if impossible."""
    header = _HEADER.match(text, old.span.start)
    if not isinstance(value, str) or header is None:
        return None
    indent = embedded(Source("", text), old).indent
    lines = literal_lines(value, indent, header[1]) if indent else None
    if lines is None:
        return None
    return "\n".join([lines[0] + header[2], *lines[1:]])
