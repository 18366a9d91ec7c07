"""Edits inside brackets: JSON, and YAML's flow collections.

A member is put in and taken out together with one comma and, where members stand on lines of
their own, with its line. What stands between two members may only be blanks, comments and the
comma; anything else (an anchor, a tag, an explicit key) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Chain
from itertools import pairwise

from cnilint.model.finding import TextEdit
from cnilint.model.text import Span
from cnilint.model.tree import Entry, Mapping, Sequence, Style, Tree, Value
from cnilint.start import lazy_pattern

from .splice import EditRefusedError, merged
from .style import (
    Collection,
    FlowStyle,
    containers,
    end_of_line,
    flow_text,
    indentation,
    line_start,
    member_span,
    member_text,
    quote_like,
    values_of,
)

_COMMENT = r"(?P<comment>#[^\r\n]*+|//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)"
_BETWEEN = lazy_pattern(rf"(?P<blank>\s+)|(?P<comma>,)|{_COMMENT}", re.DOTALL)
_REST = lazy_pattern(rf"[ \t]*+{_COMMENT}?[ \t]*+")
_COLON = lazy_pattern(r"[ \t]*:[ \t]*")
_COMMA = lazy_pattern(r"[ \t]*,[ \t]*")
_DEFAULT_UNIT = "  "


def flow_add(
    text: str, chain: Chain[Collection], index: int, key: str | None, value: Value, *, json: bool
) -> list[TextEdit]:
    """Return the edits that put a member at an index into the last collection of a chain.

    The collection has members already; the chain leads to it from the outermost brackets.
    """
    target = chain[-1]
    gaps = _Gaps(text, target)
    style = flow_style(text, chain, max(index - 1, 0), json=json)
    count = len(gaps.spans)
    last = index == count
    neighbour = 1 if index == 0 and count > 1 else min(index, count - 1)
    lead = gaps.lead(neighbour)
    if "\n" not in lead:
        member = member_text(key, value, style, indentation(text, target.span.start))
        return _add_on_line(gaps, index, member, style)
    indent = lead[lead.rindex("\n") + 1 :]
    indent = indent[: len(indent) - len(indent.lstrip(" \t"))]
    member = member_text(key, value, style, indent)
    if index == 0:
        at = gaps.spans[0].start
        return [TextEdit(Span(at, at), f"{member},\n{indent}")]
    end, comma = gaps.spans[index - 1].end, gaps.commas[index - 1]
    limit = target.span.end - 1 if last else gaps.spans[index].start
    at = end if comma is None else comma + 1
    at = end_of_line(text, at) if _only_comment(text, at, limit) else at
    tail = "" if last and (comma is None or json) else ","
    edits = [TextEdit(Span(at, at), f"\n{indent}{member}{tail}")]
    if comma is None:
        edits.insert(0, TextEdit(Span(end, end), ","))
    return merged(edits)


def flow_remove(text: str, target: Collection, index: int) -> list[TextEdit]:
    """Return the edits that take a member out, with its comma and its own line."""
    gaps = _Gaps(text, target)
    span, comma = gaps.spans[index], gaps.commas[index]
    count = len(gaps.spans)
    inside = Span(target.span.start + 1, target.span.end - 1)
    if count == 1 and not gaps.comments:
        return [TextEdit(inside, "")]
    last = index == count - 1
    limit = inside.end if last else gaps.spans[index + 1].start
    end = span.end if comma is None else comma + 1
    start = line_start(text, span.start)
    own_line = start > target.span.start and not text[start : span.start].strip()
    if not own_line or not _only_comment(text, end, limit):
        return _remove_on_line(text, gaps, index)
    start -= 2 if text[start - 2 : start] == "\r\n" else 1
    edits = [TextEdit(Span(start, end_of_line(text, end)), "")]
    before = gaps.commas[index - 1] if index else None
    if last and comma is None and before is not None:
        edits.insert(0, TextEdit(Span(before, before + 1), ""))
    return merged(edits)


def flow_replace(
    text: str, chain: Chain[Collection], index: int, value: Value, *, json: bool
) -> list[TextEdit]:
    """Return the edit that gives a member of the last collection of a chain another value."""
    target = chain[-1]
    member = (target.entries if isinstance(target, Mapping) else target.items)[index]
    old = member.value if isinstance(member, Entry) else member
    style = flow_style(text, chain, index, json=json, old=old)
    indent = indentation(text, member_span(member).start)
    new = flow_text(value, style, indent)
    if old.span.start < old.span.end:
        return [TextEdit(old.span, new)]
    if not isinstance(member, Entry):
        raise EditRefusedError("the item is written as nothing")
    colon = _COLON.match(text, member.key.span.end)
    at = colon.end() if colon else member.key.span.end
    lead = "" if colon and text[at - 1] in " \t" else " " if colon else ": "
    return [TextEdit(Span(at, at), lead + new)]


def flow_root(text: str, root: Tree, value: Value) -> list[TextEdit]:
    """Return the edit that replaces the root of a JSON text."""
    chain = [root] if isinstance(root, Mapping | Sequence) else []
    style = flow_style(text, chain, json=True, old=root)
    new = flow_text(value, style, indentation(text, root.span.start))
    return [TextEdit(root.span, new)]


def flow_style(
    text: str, chain: Chain[Collection], beside: int = -1, *, json: bool, old: Tree | None = None
) -> FlowStyle:
    """Return how the collections of a chain are written, the innermost first.

    It is for a new member of the last one, beside the member with an index, or for what takes
    the place of `old` in it.
    """
    colon, comma = _separators(text, chain)
    quote = key_quote = Style.DOUBLE
    if not json and chain:
        quote = key_quote = Style.PLAIN
        for tree in reversed(chain):
            if isinstance(tree, Mapping) and tree.entries:
                key = tree.entries[beside if tree is chain[-1] else -1].key
                key_quote = quote_like(key, key_quote)
                break
        for value in (*values_of(chain[-1]), *values_of(chain[-1])[beside:][:1], old):
            quote = quote_like(value, quote)
    unit = _unit(text, chain) if _several_lines(text, chain, old) else None
    tail = "" if json or not any(_comma_at_end(text, tree) for tree in chain) else ","
    return FlowStyle(json, quote, key_quote, colon, comma, unit, tail)


class _Gaps:
    """What stands between the members of a flow collection."""

    def __init__(self, text: str, target: Collection) -> None:
        members = target.entries if isinstance(target, Mapping) else target.items
        self.text = text
        self.open = target.span.start + 1
        self.spans = [member_span(member) for member in members]
        self.commas: list[int | None] = []
        self.comments = False
        starts = [span.start for span in self.spans[1:]]
        self._read(self.open, self.spans[0].start)
        for span, following in zip(self.spans, [*starts, target.span.end - 1], strict=True):
            self.commas.append(self._read(span.end, following))

    def lead(self, index: int) -> str:
        """Return what stands before a member, behind the comma or bracket."""
        comma = self.commas[index - 1] if index else None
        return self.text[self.open if comma is None else comma + 1 : self.spans[index].start]

    def between(self, index: int) -> str:
        """Return what stands between a member and the next one."""
        return self.text[self.spans[index].end : self.spans[index + 1].start]

    def _read(self, at: int, end: int) -> int | None:
        comma = None
        while at < end:
            found = _BETWEEN.match(self.text, at, end)
            if found is None:
                raise EditRefusedError(f"{self.text[at:end].strip()!r} stands between two members")
            if found["comma"]:
                comma = at
            self.comments = self.comments or found["comment"] is not None
            at = found.end()
        return comma


def _add_on_line(gaps: _Gaps, index: int, member: str, style: FlowStyle) -> list[TextEdit]:
    """Put a member into a line between its neighbours."""
    count = len(gaps.spans)
    if index == 0:
        at = gaps.spans[0].start
        return [TextEdit(Span(at, at), member + style.comma)]
    end, comma = gaps.spans[index - 1].end, gaps.commas[index - 1]
    if comma is None:
        return [TextEdit(Span(end, end), style.comma + member)]
    blank = style.comma[style.comma.index(",") + 1 :]
    if index == count:
        tail = "" if style.json else ","
        return [TextEdit(Span(comma + 1, comma + 1), blank + member + tail)]
    between = gaps.between(index - 1)
    if between.strip() == ",":
        return [TextEdit(Span(end, end), between + member)]
    return [TextEdit(Span(comma + 1, comma + 1), blank + member + ",")]


def _remove_on_line(text: str, gaps: _Gaps, index: int) -> list[TextEdit]:
    """Take a member out of a line that it shares."""
    spans = gaps.spans
    span, comma = spans[index], gaps.commas[index]
    before = gaps.commas[index - 1] if index else None
    if len(spans) == 1:
        return [TextEdit(Span(span.start, span.end if comma is None else comma + 1), "")]
    if index == len(spans) - 1:
        start = spans[index - 1].end
        if before is not None and text[start : span.start].strip() != ",":
            cut = [TextEdit(Span(before, before + 1), ""), TextEdit(span, "")]
            return cut if comma is None else [TextEdit(Span(span.start, comma + 1), "")]
        return [TextEdit(Span(start, span.end), "")]
    following = gaps.between(index)
    if following.strip() == "," and ("\n" not in following or index == 0):
        return [TextEdit(Span(span.start, spans[index + 1].start), "")]
    if index and gaps.between(index - 1).strip() == ",":
        return [TextEdit(Span(spans[index - 1].end, span.end), "")]
    if comma is None:
        raise EditRefusedError("two members without a comma between them")
    return [TextEdit(Span(span.start, comma + 1), "")]


def _only_comment(text: str, at: int, limit: int) -> bool:
    """Whether the rest of a line is blank or a comment, and the line ends before a limit."""
    end = end_of_line(text, at)
    return end <= limit and _REST.fullmatch(text, at, end) is not None


def _comma_at_end(text: str, tree: Collection) -> bool:
    values = values_of(tree)
    return bool(values) and text[values[-1].span.end : tree.span.end].lstrip().startswith(",")


def _separators(text: str, chain: Chain[Collection]) -> tuple[str, str]:
    colon = comma = None
    for tree in reversed(chain):
        members = tree.entries if isinstance(tree, Mapping) else tree.items
        spans = [member_span(member) for member in members]
        for entry in tree.entries if isinstance(tree, Mapping) else ():
            between = text[entry.key.span.end : entry.value.span.start]
            if colon is None and _COLON.fullmatch(between):
                colon = between
        for before, behind in pairwise(spans):
            if comma is None and _COMMA.fullmatch(text, before.end, behind.start):
                comma = text[before.end : behind.start]
    colon = colon or ": "
    return colon, comma or (", " if colon.endswith((" ", "\t")) else ",")


def _several_lines(text: str, chain: Chain[Collection], old: Tree | None) -> bool:
    """Whether a new collection among these is spread over several lines, as its neighbours are."""
    if isinstance(old, Mapping | Sequence) and (values_of(old) or old is chain[-1]):
        return "\n" in text[old.span.start : old.span.end]
    if not chain:
        return False
    target = chain[-1]
    beside = [tree for tree in values_of(target) if isinstance(tree, Mapping | Sequence)]
    for tree in [*(tree for tree in reversed(beside) if values_of(tree)), target]:
        return "\n" in text[tree.span.start : tree.span.end]
    return False


def _unit(text: str, chain: Chain[Collection]) -> str:
    """Return what a level is indented by: found in the chain, then anywhere in the brackets."""
    for tree in (*reversed(chain), *containers(chain[0])):
        values = values_of(tree)
        if not values:
            continue
        members = tree.entries if isinstance(tree, Mapping) else tree.items
        first = member_span(members[0]).start
        if line_start(text, first) <= tree.span.start:
            continue
        outer, inner = indentation(text, tree.span.start), indentation(text, first)
        if inner.startswith(outer) and inner != outer:
            return inner[len(outer) :]
    return _DEFAULT_UNIT
