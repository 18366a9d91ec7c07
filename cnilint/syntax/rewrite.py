"""Symbolic edits as text edits: spliced into the text, never dumped, and proven.

An edit names its place by a route; here it becomes the smallest change of the text that has its
effect, written as its neighbours are. What cannot be done safely is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cnilint.model.finding import Edit, Operation, TextEdit
from cnilint.model.text import Source, Span
from cnilint.model.tree import (
    Alias,
    Document,
    Embedded,
    Mapping,
    Route,
    Scalar,
    Style,
    SyntaxProblem,
    Tree,
    Value,
    child,
    plain,
)
from cnilint.model.tree import Sequence as Items

from .block_edit import block_add, block_empty, block_remove, block_replace, block_root
from .compose import compose
from .embedded import EmbeddedText, embedded
from .flow_edit import flow_add, flow_remove, flow_replace, flow_root
from .lenient_json import read_json
from .patch import differs, patched
from .splice import Pieces, RefusedError, apply
from .split import split
from .style import Collection, containers, escaped_double, line_end, values_of

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
    position = _position(document)
    try:
        for edit in edits:
            pieces.apply(_text_edits(document.source.path, pieces.text(), position, edit))
    except RefusedError as refused:
        return CannotEdit(str(refused))
    found = tuple(
        TextEdit(Span(edit.span.start + span.start, edit.span.end + span.start), edit.text)
        for edit in pieces.edits()
    )
    reason = prove(document, edits, found)
    return found if reason is None else CannotEdit(reason)


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
    path, position = document.source.path, _position(document)
    try:
        expected = patched(plain(document.root), edits)
    except RefusedError as refused:
        return str(refused)
    old = _read(path, text[span.start : span.end])
    new = _read(path, changed[span.start : span.end + grown])
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
def _read(path: str, text: str) -> tuple[Document | SyntaxProblem, ...]:
    return tuple(compose(Source(path, text)))


def _position(document: Document) -> int:
    """Return which of the things read from the document's own stretch of text it is."""
    span = document.span
    window = document.source.text[span.start : span.end]
    at = document.root.span.start - span.start
    for position, found in enumerate(_read(document.source.path, window)):
        if isinstance(found, Document) and found.root.span.start == at:
            return position
    raise ValueError("the document does not stand where its span says")


def _text_edits(path: str, text: str, position: int, edit: Edit) -> list[TextEdit]:
    """Return the text edits for one edit of a text's document, line ends as the text has them."""
    read = _read(path, text)
    current = read[position] if position < len(read) else None
    if not isinstance(current, Document):
        raise RefusedError("the edits before it left no document")
    root = current.root
    place = _Place(text, root, edit, _shared(root), json=_is_json(path, root))
    found = place.edits(edit.route)
    for one in found:
        if "{{" in text[one.span.start : one.span.end]:
            raise RefusedError("a template expression stands in the text to be changed")
    return [
        TextEdit(one.span, one.text.replace("\n", line_end(text, one.span.start))) for one in found
    ]


@dataclass(frozen=True, slots=True)
class _Place:
    """A tree with the text its spans count in, and the edit that is to be made in it."""

    text: str
    root: Tree
    edit: Edit
    shared: frozenset[int]
    json: bool

    def edits(self, route: Route) -> list[TextEdit]:
        """Return the text edits for the edit at a route from the root."""
        chain: list[Collection] = []
        tree = self.root
        adding = self.edit.operation is Operation.ADD
        for depth, step in enumerate(route):
            self._own(tree)
            if isinstance(step, Embedded):
                return self._in_embedded(tree, route[depth + 1 :])
            if adding and depth == len(route) - 1:
                return self._add(chain, tree, step)
            if not isinstance(tree, Mapping | Items):
                raise RefusedError(f"there is no {step!r} in a single value")
            chain.append(tree)
            tree = values_of(tree)[_index(tree, step)]
        self._own(tree)
        if self.edit.operation is Operation.REPLACE:
            return self._replace(chain, tree, self.edit.value)
        if not chain:
            raise RefusedError("a whole document can only be replaced")
        index = _position_of(chain[-1], tree)
        if chain[-1].flow:
            return flow_remove(self.text, chain[-1], index)
        if len(values_of(chain[-1])) == 1:
            return block_empty(self.text, chain)
        return block_remove(self.text, chain[-1], index)

    def _own(self, tree: Tree) -> None:
        if isinstance(tree, Alias) or id(tree) in self.shared:
            raise RefusedError("the value is shared between an anchor and its aliases")

    def _add(self, chain: list[Collection], tree: Tree, step: str | int) -> list[TextEdit]:
        value, key = self.edit.value, step if isinstance(step, str) else None
        empty = isinstance(tree, Scalar) and tree.value is None
        if isinstance(tree, Mapping | Items):
            if isinstance(tree, Mapping) != (key is not None):
                raise RefusedError(f"there is no place {step!r} in a mapping or sequence")
            empty = not values_of(tree)
        if empty:
            if key is None and step not in (0, -1):
                raise RefusedError(f"there is no place {step!r}")
            return self._replace(chain, tree, [value] if key is None else {key: value})
        if not isinstance(tree, Mapping | Items):
            raise RefusedError(f"there is no place {step!r} in a single value")
        index = _index_to_add(tree, step, self.edit.after)
        if tree.flow:
            return flow_add(self.text, [*_flow(chain), tree], index, key, value, json=self.json)
        return block_add(self.text, [*chain, tree], index, key, value)

    def _replace(self, chain: list[Collection], tree: Tree, value: Value) -> list[TextEdit]:
        if not chain:
            if self.json:
                return flow_root(self.text, tree, value)
            return block_root(self.text, tree, value)
        index = _position_of(chain[-1], tree)
        if chain[-1].flow:
            return flow_replace(self.text, _flow(chain), index, value, json=self.json)
        return block_replace(self.text, chain, index, value)

    def _in_embedded(self, tree: Tree, route: Route) -> list[TextEdit]:
        if not isinstance(tree, Scalar) or not isinstance(tree.value, str):
            raise RefusedError("a string was to hold JSON")
        inner = embedded(Source("", self.text), tree)
        if not inner.exact:
            raise RefusedError("the JSON stands in a string whose lines are folded")
        root, problems = read_json(inner.text)
        if root is None:
            raise RefusedError(f"the JSON cannot be read: {problems[-1].message}")
        place = _Place(inner.text, root, self.edit, frozenset(), json=True)
        return [_written_back(inner, one) for one in place.edits(route)]


def _written_back(inner: EmbeddedText, edit: TextEdit) -> TextEdit:
    """Return an edit of a decoded text as an edit of the text that holds it."""
    span = Span(inner.file_offset(edit.span.start), inner.file_offset(edit.span.end))
    if inner.style is Style.LITERAL:
        return TextEdit(span, edit.text.replace("\n", "\n" + inner.indent))
    if inner.style is Style.DOUBLE:
        return TextEdit(span, escaped_double(edit.text))
    if "\n" in edit.text:
        raise RefusedError("a single-quoted string cannot hold several lines")
    return TextEdit(span, edit.text.replace("'", "''"))


def _index(tree: Collection, step: str | int) -> int:
    """Return the index of the one member that a step leads to."""
    if isinstance(tree, Items):
        if isinstance(step, int) and 0 <= step < len(tree.items):
            return step
        raise RefusedError(f"there is no item {step!r}")
    found = [index for index, entry in enumerate(tree.entries) if entry.key.text == step]
    if len(found) > 1:
        raise RefusedError(f"the key {step!r} is there twice")
    if step == "<<" or (not found and child(tree, step) is not None):
        raise RefusedError(f"{step!r} comes from a merge key")
    if not found:
        raise RefusedError(f"there is no key {step!r}")
    return found[0]


def _index_to_add(tree: Collection, step: str | int, after: str | None) -> int:
    if isinstance(tree, Mapping):
        keys = [entry.key.text for entry in tree.entries]
        if step in keys:
            raise RefusedError(f"the key {step!r} is there already")
        return keys.index(after) + 1 if after in keys else len(keys)
    count = len(tree.items)
    if isinstance(step, int) and -1 <= step <= count:
        return count if step == -1 else step
    raise RefusedError(f"there is no place {step!r}")


def _position_of(tree: Collection, value: Tree) -> int:
    return next(index for index, found in enumerate(values_of(tree)) if found is value)


def _flow(chain: list[Collection]) -> list[Collection]:
    return [tree for tree in chain if tree.flow]


def _is_json(path: str, root: Tree) -> bool:
    """Whether a document is JSON: by its file's name, or its first key's quotes."""
    if isinstance(root, Mapping) and root.flow and root.entries:
        return root.entries[0].key.style is Style.DOUBLE
    return path.endswith(".json")


def _shared(root: Tree) -> frozenset[int]:
    """Return the identities of the values that aliases stand for."""
    return frozenset(
        id(value.target)
        for tree in containers(root)
        for value in values_of(tree)
        if isinstance(value, Alias)
    )
