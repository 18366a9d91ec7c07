"""One tree from parser events: iterative, so that no text can exhaust the stack."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Sequenced

from cnilint.budget import MOST_VALUES, Budget
from cnilint.model.text import Span
from cnilint.model.tree import Alias, Entry, Mapping, Scalar, Sequence, Style, Tree
from cnilint.start import lazy_pattern

from .events import DocumentRefusal, LimitReached, ParserEvent
from .resolve import resolve, resolve_tagged

MAX_DEPTH = 200
"""Levels of nesting a document may have; the deepest real ones (schemas in CRDs) have about 40."""

_BETWEEN = 0x3FFF
"""How many values are read before the clock is asked again."""

_STYLES = {
    None: Style.PLAIN,
    "": Style.PLAIN,
    "'": Style.SINGLE,
    '"': Style.DOUBLE,
    "|": Style.LITERAL,
    ">": Style.FOLDED,
}
_PROPERTIES = lazy_pattern(
    r"(?:(?:&[^\s,\[\]{}]+|!<[^>\s]*>|![^\s,\[\]{}]*)(?:\s++|(?<=\s)#[^\n]*+)*+)+"
)


class _Anchor:
    """What an anchor stands for: None while its value is still being read."""

    __slots__ = ("size", "tree")

    def __init__(self) -> None:
        self.tree: Scalar | Mapping | Sequence | None = None
        self.size = 1


class Builder:
    """Builds the trees of one text; `repeating` collects the mappings in which a key recurs."""

    def __init__(self, text: str, base: int, kinds: tuple[type, ...], budget: Budget) -> None:
        """Take the whole text, the offset in it that events count from, and their classes.

        `budget` is what may be spent on reading it.
        """
        self.text = text
        self.base = base
        self.kinds = kinds
        self.budget = budget
        self.repeating: list[Mapping] = []

    def root(self, following: Callable[[], ParserEvent]) -> Tree:
        """Return the root of a document whose start was the last event; Refusal if it has none.

        LimitReached where it has more values than are left, once its aliases are written out.
        """
        scalar, mapping_start, sequence_start, mapping_end, _, alias = self.kinds
        children: list[Tree] = []
        stack: list[tuple[list[Tree], ParserEvent, bool, _Anchor | None, int]] = []
        anchors: dict[str, _Anchor] = {}
        in_mapping = False
        values = 0
        due = min(_BETWEEN, self.budget.values)
        while True:
            event = following()
            kind = event.__class__
            built: Tree
            values += 1
            if values >= due:
                due = values + _BETWEEN
                check(self.budget, values, self._marked(event))
            if kind is scalar:
                built = self._scalar(event, children if in_mapping else ())
                if event.anchor:
                    anchors[event.anchor] = anchor = _Anchor()
                    anchor.tree = built
            elif kind is mapping_start or kind is sequence_start:
                opened = None
                if event.anchor:
                    anchors[event.anchor] = opened = _Anchor()
                if len(stack) == MAX_DEPTH:
                    raise DocumentRefusal(
                        self._marked(event), f"more than {MAX_DEPTH} levels are nested"
                    )
                stack.append((children, event, in_mapping, opened, values))
                children = []
                in_mapping = kind is mapping_start
                continue
            elif kind is alias:
                span = self._marked(event)
                name = event.anchor or ""
                known = anchors.get(name)
                built = _alias(span, name, known)
                values += known.size if known else 0
            else:
                members = children
                children, start, in_mapping, opened, before = stack.pop()
                close = self._mapping if kind is mapping_end else self._sequence
                built = close(members, start, event.end_mark.index + self.base)
                if opened is not None:
                    opened.tree, opened.size = built, values - before
            if not stack:
                check(self.budget, values, built.span)
                self.budget.take(values)
                return built
            children.append(built)

    def _marked(self, event: ParserEvent) -> Span:
        return Span(event.start_mark.index + self.base, event.end_mark.index + self.base)

    def _scalar(self, event: ParserEvent, siblings: Sequenced[Tree]) -> Scalar:
        start = event.start_mark.index + self.base
        end = event.end_mark.index + self.base
        text = event.value
        style = _STYLES[event.style]
        tag = event.tag
        if tag is not None or event.anchor:
            start = self._behind_properties(start, end)
        if style is Style.PLAIN:
            if start == end and len(siblings) % 2 and not event.anchor and tag is None:
                start = end = self._behind_colon(siblings[-1].span.end, end)
            value = resolve(text) if tag is None else text
        else:
            if style is Style.LITERAL or style is Style.FOLDED:
                end = block_end(self.text, start, end, text)
            value = text
        if tag is not None:
            try:
                value = resolve_tagged(tag, text)
            except ValueError as error:
                raise DocumentRefusal(Span(start, end), str(error)) from None
        return Scalar(Span(start, end), value, text, style)

    def _mapping(self, members: list[Tree], event: ParserEvent, end: int) -> Mapping:
        if not members:
            return Mapping(Span(self._start(event), end), (), flow=True)
        keys = [key if isinstance(key, Scalar) else _key(key) for key in members[::2]]
        entries = tuple(map(Entry, keys, members[1::2]))
        flow = event.flow_style
        start = self._start(event) if flow else keys[0].span.start
        if not flow or self.text[start] != "{":
            start, end = keys[0].span.start, members[-1].span.end
        mapping = Mapping(Span(start, end), entries, flow)
        if len({key.text for key in keys}) < len(keys):
            self.repeating.append(mapping)
        return mapping

    def _sequence(self, items: list[Tree], event: ParserEvent, end: int) -> Sequence:
        flow = event.flow_style
        if items and not flow:
            end = items[-1].span.end
        return Sequence(Span(self._start(event), end), tuple(items), flow)

    def _start(self, event: ParserEvent) -> int:
        start: int = event.start_mark.index + self.base
        if event.tag is not None or event.anchor:
            return self._behind_properties(start, len(self.text))
        return start

    def _behind_properties(self, start: int, end: int) -> int:
        properties = _PROPERTIES.match(self.text, start, end)
        return properties.end() if properties else start

    def _behind_colon(self, key_end: int, limit: int) -> int:
        colon = self.text.find(":", key_end, limit)
        return key_end if colon == -1 else colon + 1


def check(budget: Budget, values: int, span: Span) -> None:
    """Raise LimitReached, at a place, if a run may not read so many more values, or for so long."""
    if values > budget.values:
        raise LimitReached(span, f"a run reads no more than {MOST_VALUES:,} values")
    if budget.over:
        raise LimitReached(span, f"the time of the run is up ({budget.seconds:g} seconds)")


def _alias(span: Span, name: str, anchor: _Anchor | None) -> Alias:
    if anchor is None:
        raise DocumentRefusal(span, f"the alias *{name} has no anchor &{name} before it")
    if anchor.tree is None:
        raise DocumentRefusal(span, f"the alias *{name} stands inside the value it repeats")
    return Alias(span, anchor.tree)


def _key(tree: Tree) -> Scalar:
    if isinstance(tree, Alias) and isinstance(tree.target, Scalar):
        return Scalar(tree.span, tree.target.value, tree.target.text, Style.PLAIN)
    raise DocumentRefusal(
        tree.span, "this key is a mapping or a list, and Kubernetes takes only scalars"
    )


def block_end(text: str, start: int, end: int, value: str) -> int:
    """Return where the last content line of a block scalar ends, its line end excluded.

    `end` is where the parser stopped, behind blank lines; `value` is what it read. Blank lines do
    not count, lines of spaces that are part of the value do.
    """
    trimmed = len(text[start:end].rstrip()) + start
    kept = value.rstrip("\n")
    if kept == kept.rstrip():
        return trimmed
    lines = text[start:end].split("\n")
    first = len(kept) - len(kept.lstrip("\n"))
    if first + 1 >= len(lines):  # its line ends are none that count as such
        return trimmed
    indent = _leading_spaces(lines[first + 1]) - _leading_spaces(kept.split("\n")[first])
    while len(lines) > 1 and len(lines[-1].rstrip("\r")) <= indent:
        lines.pop()
    return start + len("\n".join(lines).rstrip("\r"))


def _leading_spaces(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
