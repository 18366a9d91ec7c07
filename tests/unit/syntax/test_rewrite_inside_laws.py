"""An edit inside a string is the edit of what it holds: editing and holding commute."""

from __future__ import annotations

import json
import os

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from cnilint.model.finding import Edit, Operation
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, string
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import resolve
from cnilint.syntax.rewrite import CannotEdit, apply, rewrite
from tests.unit.syntax.test_rewrite_laws import edits_of, written

EXAMPLES = settings(
    max_examples=int(os.environ.get("CNILINT_EXAMPLES") or 100),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def only(text: str) -> Document:
    (found,) = (one for one in compose(Source("x.yaml", text)) if isinstance(one, Document))
    return found


@st.composite
def inner_documents(draw: st.DrawFn) -> Document:
    """Draw a text of one document, as a string may hold it: line feeds, no byte-order mark."""
    document = draw(written())
    span = document.span
    text = document.source.text[span.start : span.end].replace("\r\n", "\n")
    return only(text.removeprefix("---\n").rstrip("\n") + "\n")


@st.composite
def holding(draw: st.DrawFn, text: str) -> str:
    """Return a document that holds a text in the string `held`."""
    before = draw(st.sampled_from(["", "# é😀 c\n", "a: {b: 1}\n"]))
    after = draw(st.sampled_from(["", "z: 1\n", "# end\n", "z: |\n  text\n"]))
    if draw(st.booleans()):
        return f"{before}held: {json.dumps(text, ensure_ascii=False)}  # c\n{after}"
    indent = " " * draw(st.integers(1, 5))
    lines = "".join(f"{indent}{line}\n" if line else "\n" for line in text.split("\n")[:-1])
    text = f"{before}held: |{draw(st.sampled_from(['', '  # c']))}\n{lines}{after}"
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@EXAMPLES
@given(st.data())
def test_editing_and_holding_commute(data: st.DataObject) -> None:
    inner = data.draw(inner_documents())
    edit = data.draw(edits_of(inner))
    outer = only(data.draw(holding(inner.source.text)))
    assert string(resolve(outer, ("held",))) == inner.source.text
    route = ("held", Embedded.YAML, *edit.route)
    alone = rewrite(inner, [edit])
    found = rewrite(outer, [Edit(outer, route, edit.operation, edit.value, edit.after)])
    note(repr(outer.source.text))
    if isinstance(alone, CannotEdit) or isinstance(found, CannotEdit):
        # what cannot be done in the text cannot be done in the string, and hardly anything else
        assert isinstance(found, CannotEdit)
        assert isinstance(alone, CannotEdit) or _may_refuse(found.reason), found.reason
        return
    text = outer.source.text
    changed = only(apply(text, found))
    assert string(resolve(changed, ("held",))) == apply(inner.source.text, alone)
    start, end = text.index("held"), len(text) - _behind(text)
    assert changed.source.text[:start] == text[:start]
    assert changed.source.text[len(changed.source.text) - (len(text) - end) :] == text[end:]


def _may_refuse(reason: str) -> bool:
    return "folded" in reason or "read as something else" in reason


def _behind(text: str) -> int:
    """Return how long what follows the string is: nothing, or what begins with a known line."""
    for mark in ("\nz: 1", "\n# end", "\nz: |"):
        at = text.rfind(mark)
        if at != -1:
            return len(text) - at - 1
    return 0


@EXAMPLES
@given(st.data())
def test_taking_out_what_was_put_in_restores_the_string(data: st.DataObject) -> None:
    inner = data.draw(inner_documents())
    edit = data.draw(edits_of(inner, Operation.ADD))
    into = resolve(inner, edit.route[:-1])
    if edit.route[-1] == -1 or into is None or string(into) is not None:
        return
    outer = only(data.draw(holding(inner.source.text)))
    there = ("held", Embedded.YAML, *edit.route)
    edits = [
        Edit(outer, there, Operation.ADD, edit.value, edit.after),
        Edit(outer, there, Operation.REMOVE),
    ]
    found = rewrite(outer, edits)
    alone = rewrite(inner, [edit, Edit(inner, edit.route, Operation.REMOVE)])
    if isinstance(found, CannotEdit) or isinstance(alone, CannotEdit):
        return
    restored = apply(inner.source.text, alone)
    assert string(resolve(only(apply(outer.source.text, found)), ("held",))) == restored
