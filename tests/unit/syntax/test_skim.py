"""What is read off a document's text without parsing it is what the parsed document says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, Mapping, members, string
from cnilint.syntax.compose import compose
from cnilint.syntax.skim import Outline, outline
from cnilint.syntax.split import split

LONG = "x" * 99

LINES = (
    "kind: DaemonSet",
    "kind: 'ConfigMap'",
    'kind: "Secret" # a comment',
    "kind: Pod\r",
    "kind:",
    "kind:Pod",
    "kind : Pod",
    "kind: |",
    "kind: &name Pod",
    f"kind: Pod {' ' * 200}# far away",
    f"kind: {'P' * 150}",
    "apiVersion: v1",
    "apiVersion: apps/v1 ",
    "metadata:",
    f"{LONG}: 1",
    f"{LONG}:kind",
    f"{LONG}{LONG}: kind",
    f"# {LONG} kind: Pod",
    f"---{' ' * 120}kind: Pod",
    "---",
    "--- # begins",
    "...",
    "- item",
    "-",
    "-\r",
    "- kind: Pod",
    '"kind": Pod',
    "{kind: Pod}",
    "<<: {kind: Pod}",
    "? kind",
    "*alias",
    "\tkind: Pod",
    "  kind: Pod",
    "  # within",
    "   goes on",
    "",
    "\r",
    " ",
)


def seen(text: str) -> Outline | None:
    """Return the outline of a text that is one document."""
    return outline(text, Span(0, len(text)))


def documents(text: str) -> list[Document]:
    """Return the documents of a text that are mappings."""
    found = [one for one in compose(Source("a.yaml", text)) if isinstance(one, Document)]
    return [one for one in found if isinstance(one.root, Mapping)]


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=8), st.sampled_from(["\n", ""]))
def test_nothing_that_a_document_says_is_missing(lines: list[str], end: str) -> None:
    text = "\n".join(lines) + end
    for span in split(text):
        found = outline(text, span)
        read = documents(text[span.start : span.end]) if found is not None else []
        assert len(read) <= 1
        for one in read:
            assert found is not None
            says_no_more(one, found)


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=8), st.sampled_from(["\n", ""]))
def test_a_text_without_a_marker_is_one_document(lines: list[str], end: str) -> None:
    text = "\n".join(lines) + end
    found = seen(text)
    if found is not None and not found.is_marked:
        assert list(split(text)) == [Span(0, len(text))]


def says_no_more(one: Document, found: Outline) -> None:
    """Assert that a document says nothing that its outline does not show."""
    assert isinstance(one.root, Mapping)
    own = members(one.root)
    assert own.keys() <= found.keys
    for key, among in (("kind", found.kinds), ("apiVersion", found.versions)):
        assert (string(own.get(key)) or "") in {*among, ""}


@pytest.mark.parametrize(
    "text",
    [
        "kind: Pod\n  Template\n",
        "kind: Pod\n\n   \n  Template\n",
        "kind: Pod\r\n\r\n  Template\r\n",
        f"metadata: 1\n---{' ' * 120}kind: Pod\n",
        f"metadata: 1\n{LONG}:kind\n",
        f"metadata: 1\n{LONG}{LONG}: 1\n",
    ],
)
def test_what_may_be_something_else_has_no_outline(text: str) -> None:
    assert seen(text) is None


def test_a_document_shows_its_keys_kinds_and_versions() -> None:
    text = f"---\n# {LONG}\napiVersion: v1\nkind: Pod {' ' * 200}# {LONG}\nmetadata:\n  kind: A\n"
    keys = frozenset({"apiVersion", "kind", "metadata"})
    assert seen(text) == Outline(keys, frozenset({"Pod"}), frozenset({"v1"}), is_marked=False)
    assert seen(text + "---\nkind: Secret\n") == Outline(
        keys, frozenset({"Pod", "Secret"}), frozenset({"v1"}), is_marked=True
    )


def test_a_document_of_many_lines_shows_as_much_as_a_short_one() -> None:
    items = "".join(f"- {number}\n" for number in range(1000))
    assert seen(f"kind: List\nitems:\n{items}") == seen("kind: List\nitems:\n- 1\n")
