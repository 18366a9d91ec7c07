"""Where an edit goes: its route followed through a text to the smallest change with its effect."""

from __future__ import annotations

import base64

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
    Tree,
    Value,
    child,
)
from cnilint.model.tree import Sequence as Items
from cnilint.start import dataclass, lazy_pattern

from .block_edit import block_add, block_empty, block_remove, block_replace, block_root
from .embedded import HeldText, decoded_base64
from .embedded_text import EmbeddedText, embedded
from .flow_edit import flow_add, flow_remove, flow_replace, flow_root
from .lenient_json import read_json
from .patch import only_document
from .splice import EditRefusedError, apply
from .style import (
    Collection,
    containers,
    escaped_double,
    json_string,
    line_end,
    line_start,
    values_of,
)

_LINE_END = lazy_pattern(r"\n(?!\n)")


def edits_at(path: str, text: str, root: Tree, edit: Edit) -> list[TextEdit]:
    """Return the text edits for an edit of the document with a root, spans in its text.

    RefusedError where it cannot be made safely.
    """
    place = _Place(text, root, edit, shared_values(root), json=_is_json(path, root))
    return place.edits(edit.route)


def written_out(document: Document, held: HeldText, edit: TextEdit) -> TextEdit:
    """Return an edit of a string's text as one of the file; RefusedError if it cannot be made."""
    if not held.exact:
        raise EditRefusedError("it stands in a string whose lines are folded")
    for at in range(len(held.layers) - 1, -1, -1):
        outer = held.layers[at - 1].text if at else document.source.text
        as_json = held.forms[at - 1] is Embedded.JSON if at else _is_json_document(document)
        if held.layers[at].style is Style.SINGLE and "\n" in edit.text:
            raise EditRefusedError("a single-quoted string cannot hold several lines")
        edit = _written_back(outer, held.layers[at], edit, json=as_json)
    return edit


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
                return self._in_embedded(tree, step, route[depth + 1 :])
            if adding and depth == len(route) - 1:
                return self._add(chain, tree, step)
            if not isinstance(tree, Mapping | Items):
                raise EditRefusedError(f"there is no {step!r} in a single value")
            chain.append(tree)
            tree = values_of(tree)[_index(tree, step)]
        self._own(tree)
        if self.edit.operation is Operation.REPLACE:
            return self._replace(chain, tree, self.edit.value)
        if not chain:
            raise EditRefusedError("a whole document can only be replaced")
        index = _position_of(chain[-1], tree)
        if chain[-1].flow:
            return flow_remove(self.text, chain[-1], index)
        if len(values_of(chain[-1])) == 1:
            return block_empty(self.text, chain)
        return block_remove(self.text, chain[-1], index)

    def _own(self, tree: Tree) -> None:
        if isinstance(tree, Alias) or id(tree) in self.shared:
            raise EditRefusedError("the value is shared between an anchor and its aliases")

    def _add(self, chain: list[Collection], tree: Tree, step: str | int) -> list[TextEdit]:
        value, key = self.edit.value, step if isinstance(step, str) else None
        empty = isinstance(tree, Scalar) and tree.value is None
        if isinstance(tree, Mapping | Items):
            if isinstance(tree, Mapping) != (key is not None):
                raise EditRefusedError(f"there is no place {step!r} in a mapping or sequence")
            empty = not values_of(tree)
        if empty:
            if key is None and step not in (0, -1):
                raise EditRefusedError(f"there is no place {step!r}")
            return self._replace(chain, tree, [value] if key is None else {key: value})
        if not isinstance(tree, Mapping | Items):
            raise EditRefusedError(f"there is no place {step!r} in a single value")
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

    def _in_embedded(self, tree: Tree, form: Embedded, route: Route) -> list[TextEdit]:
        if not isinstance(tree, Scalar) or not isinstance(tree.value, str):
            raise EditRefusedError(f"a string was to hold {form.name}")
        if form is Embedded.BASE64:
            return [self._in_base64(tree, route)]
        inner = embedded(Source("", self.text), tree)
        if not inner.exact:
            raise EditRefusedError(f"the {form.name} stands in a string whose lines are folded")
        root = _root(inner.text, form)
        is_json = form is Embedded.JSON or _is_json("", root)
        place = _Place(inner.text, root, self.edit, shared_values(root), json=is_json)
        made = [
            TextEdit(one.span, one.text.replace("\n", line_end(inner.text, one.span.start)))
            for one in place.edits(route)
        ]
        if inner.style is Style.SINGLE and any("\n" in one.text for one in made):
            return [_requoted(tree, apply(inner.text, made), json=self.json)]
        return [_written_back(self.text, inner, one, json=self.json) for one in made]

    def _in_base64(self, tree: Scalar, route: Route) -> TextEdit:
        """Return the edit that encodes anew what a string stands for, as it is after the edit."""
        decoded = decoded_base64(tree.text)
        if decoded is None or tree.style in (Style.LITERAL, Style.FOLDED):
            raise EditRefusedError("a string was to hold Base64 on one line")
        written = f'"{escaped_double(decoded)}"'
        root = only_document(Source("", written)).root
        made = _Place(written, root, self.edit, frozenset(), json=False).edits(route)
        after = only_document(Source("", apply(written, made))).root
        text = after.text if isinstance(after, Scalar) else ""
        encoded = base64.b64encode(text.encode()).decode()
        quote = {Style.SINGLE: "'", Style.DOUBLE: '"'}.get(tree.style, "")
        return TextEdit(tree.span, f"{quote}{encoded}{quote}")


def _root(text: str, form: Embedded) -> Tree:
    """Return what a string holds, spans in its text."""
    if form is Embedded.YAML:
        return only_document(Source("", text)).root
    root, problems = read_json(text)
    if root is None:
        raise EditRefusedError(f"the JSON cannot be read: {problems[-1].message}")
    return root


def _requoted(tree: Scalar, text: str, *, json: bool) -> TextEdit:
    """Return the edit that writes a string anew in double quotes, which can hold several lines."""
    return TextEdit(tree.span, json_string(text) if json else f'"{escaped_double(text)}"')


def _written_back(text: str, inner: EmbeddedText, edit: TextEdit, *, json: bool) -> TextEdit:
    """Return an edit of a decoded text as an edit of the text that holds it."""
    start, end = edit.span
    span = Span(inner.file_offset(start), inner.file_offset(end))
    if inner.style is Style.LITERAL:
        whole = start < end and all(at in (0, line_start(inner.text, at)) for at in edit.span)
        if not edit.text and whole:
            # whole lines go with the indentation they have here
            return TextEdit(Span(line_start(text, span.start), line_start(text, span.end)), "")
        return TextEdit(span, _LINE_END.sub(f"\n{inner.indent}", edit.text))
    if inner.style is Style.DOUBLE:
        return TextEdit(span, json_string(edit.text)[1:-1] if json else escaped_double(edit.text))
    return TextEdit(span, edit.text.replace("'", "''"))


def _index(tree: Collection, step: str | int) -> int:
    """Return the index of the one member that a step leads to."""
    if isinstance(tree, Items):
        if isinstance(step, int) and 0 <= step < len(tree.items):
            return step
        raise EditRefusedError(f"there is no item {step!r}")
    found = [index for index, entry in enumerate(tree.entries) if entry.key.text == step]
    if len(found) > 1:
        raise EditRefusedError(f"the key {step!r} is there twice")
    if step == "<<" or (not found and child(tree, step) is not None):
        raise EditRefusedError(f"{step!r} comes from a merge key")
    if not found:
        raise EditRefusedError(f"there is no key {step!r}")
    return found[0]


def _index_to_add(tree: Collection, step: str | int, after: str | None) -> int:
    if isinstance(tree, Mapping):
        keys = [entry.key.text for entry in tree.entries]
        if step in keys:
            raise EditRefusedError(f"the key {step!r} is there already")
        return keys.index(after) + 1 if after in keys else len(keys)
    count = len(tree.items)
    if isinstance(step, int) and -1 <= step <= count:
        return count if step == -1 else step
    raise EditRefusedError(f"there is no place {step!r}")


def _position_of(tree: Collection, value: Tree) -> int:
    return next(index for index, found in enumerate(values_of(tree)) if found is value)


def _flow(chain: list[Collection]) -> list[Collection]:
    return [tree for tree in chain if tree.flow]


def _is_json_document(document: Document) -> bool:
    return _is_json(document.source.path, document.root)


def _is_json(path: str, root: Tree) -> bool:
    """Whether a document is JSON: by its file's name, or its first key's quotes."""
    if isinstance(root, Mapping) and root.flow and root.entries:
        return root.entries[0].key.style is Style.DOUBLE
    return path.endswith(".json")


def shared_values(root: Tree) -> frozenset[int]:
    """Return the identities of the values that aliases stand for."""
    return frozenset(
        id(value.target)
        for tree in containers(root)
        for value in values_of(tree)
        if isinstance(value, Alias)
    )
