"""Objects that a build puts together, and the places of their values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnilint.gitops import built
from cnilint.gitops.built import BuiltDocument, BuiltNode, Place
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, Mapping, Sequence, Tree, Value, plain
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import resolve

VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


def document(text: str, path: str = "a.yaml") -> Document:
    (found,) = compose(Source(path, text))
    assert isinstance(found, Document)
    return found


def spans(tree: Tree) -> list[object]:
    found: list[object] = [tree.span]
    if isinstance(tree, Mapping):
        for entry in tree.entries:
            found += [entry.key.span, *spans(entry.value)]
    elif isinstance(tree, Sequence):
        found += [span for item in tree.items for span in spans(item)]
    return found


@given(VALUES)
def test_the_text_of_a_built_document_reads_as_its_tree(value: Value) -> None:
    written = built.document(built.made(value), "x")
    (again,) = compose(written.source)
    assert isinstance(again, Document)
    assert plain(again.root) == plain(written.root) == value
    assert spans(again.root) == spans(written.root)


def test_a_value_is_where_it_was_written_last() -> None:
    base, patch = document("a: {b: 1, c: 2}\n"), document("b: 3\n", "patch.yaml")
    root = built.read(base)
    changed = built.read(patch).get("b")
    inner = root.get("a")
    assert inner is not None
    assert changed is not None
    assert isinstance(inner.value, dict)
    inner.value["b"] = changed
    written = built.document(root, "x")
    assert written.place(("a", "b")) == Place(patch, ("b",))
    assert written.place(("a", "c")) == Place(base, ("a", "c"))
    assert written.place(("a", "new")) == Place(base, ("a", "new"))
    assert root.plain() == {"a": {"b": 3, "c": 2}}


def test_what_a_string_holds_is_at_the_place_of_the_string() -> None:
    one = document('data:\n  x.json: |\n    {"a": 1}\n')
    written = built.document(built.read(one), "x")
    route = ("data", "x.json", Embedded.JSON, "a")
    assert resolve(written, route) is not None
    assert written.place(route) == Place(one, route)


def test_what_a_tool_made_has_the_place_of_what_it_stands_in_or_none() -> None:
    one = document("a: 1\n")
    assert built.document(BuiltNode({"a": BuiltNode(1)}), "x").place(("a",)) is None
    named = BuiltNode({"a": BuiltNode("hash")}, (Place(one, ()),))
    assert built.document(named, "x").place(("a",)) == Place(one, ("a",))


def test_numbers_keep_their_text_and_merge_keys_are_resolved() -> None:
    one = document("a: &x {v: 1.10}\nb:\n  <<: *x\n  w: ~\n")
    written = built.document(built.read(one), "x")
    assert '"v": 1.10' in written.source.text
    assert built.read(one).plain() == {"a": {"v": 1.1}, "b": {"v": 1.1, "w": None}}
    assert written.place(("b", "v")) == Place(one, ("b", "v"))


def test_a_doubt_is_about_all_around_and_inside() -> None:
    root = BuiltNode({"a": BuiltNode({"b": BuiltNode("x", doubt="why"), "c": BuiltNode(1)})})
    written: BuiltDocument = built.document(root, "x")
    assert written.doubt(("a",)) == written.doubt(("a", "b", Embedded.JSON, "k")) == "why"
    assert written.doubt(("a", "c")) == ""
