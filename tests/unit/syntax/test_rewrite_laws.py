"""Laws of editing, over generated documents in every style a person may write them in."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import given, note, settings
from hypothesis import strategies as st

from cnilint.model.finding import Edit, Operation
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, Mapping, Route, Sequence, Style, Value, plain
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import resolve
from cnilint.syntax.patch import HeldValue, differs, patched
from cnilint.syntax.rewrite import CannotEdit, apply, prove, rewrite
from cnilint.syntax.style import end_of_line, scalar_text

JSON = Embedded.JSON
EXAMPLES = settings(max_examples=int(os.environ.get("CNILINT_EXAMPLES") or 100))
ENDINGS = st.sampled_from(["\n", "\r\n"])
KINDS = st.lists(st.sampled_from(["block", "literal", "quoted"]), min_size=1, unique=True)
QUOTES = [Style.PLAIN, Style.SINGLE, Style.DOUBLE]
COMMENT = re.compile(r"(?:#|//) c\d+")
KEYS = ["a", "cniVersion", "x.y/z", "on", "é", "1"]
WORDS = [
    "",
    "auto",
    "true",
    "10-aws.conflist",
    "it's",
    'q"',
    "a: b",
    "é€😀",
    "--x=y",
    "two\nlines\n",
]
SCALARS: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 900), st.sampled_from(WORDS)
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=9,
)
MEMBERS: st.SearchStrategy[Value] = st.dictionaries(
    st.sampled_from(KEYS), VALUES, min_size=1, max_size=4
)


@dataclass
class Writer:
    """Writes values as a person of changing taste does; `value` is what was written."""

    draw: st.DrawFn
    unit: int
    dash: int
    ending: str
    comments: int = 0
    lines: list[str] = field(default_factory=list)

    def chance(self, of: int = 3) -> bool:
        return self.draw(st.integers(1, of)) == 1

    def comment(self, mark: str = "#") -> str:
        if not self.chance(4):
            return ""
        self.comments += 1
        return f"  {mark} c{self.comments}"

    def own_line(self, at: int) -> None:
        comment = self.comment()
        if comment:
            self.lines.append(" " * at + comment.strip())

    def block(self, value: Value, at: int) -> None:
        """Write the members of a mapping or sequence, which has some."""
        first = len(self.lines)
        for key, item in value.items() if isinstance(value, dict) else []:
            self.own_line(at)
            quote = self.draw(st.sampled_from(QUOTES))
            self.member(" " * at + scalar_text(key, quote) + ":", item, at)
        for item in value if isinstance(value, list) else []:
            self.own_line(at)
            head = " " * at + "-"
            compact = isinstance(item, dict | list) and item and self.chance(2)
            if compact:
                before = len(self.lines)
                self.block(item, at + 2)
                if self.lines[before].lstrip().startswith("#"):
                    self.lines.insert(before, head)
                else:
                    self.lines[before] = head + " " + self.lines[before].lstrip(" ")
            else:
                self.member(head, item, at)
        assert len(self.lines) > first

    def member(self, head: str, value: Value, at: int) -> None:
        if isinstance(value, dict | list) and value and not self.chance(4):
            below = self.dash if isinstance(value, list) and head[-1] == ":" else self.unit
            self.lines.append(head + self.comment())
            self.block(value, at + below)
        elif isinstance(value, str) and value.endswith("\n"):
            self.lines.append(f"{head} |{self.comment()}")
            self.lines += [" " * (at + self.unit) + line for line in value.splitlines()]
        elif value is None and self.chance(2):
            self.lines.append(head + self.comment())
        else:
            self.lines.append(f"{head} {self.flow(value)}{self.comment()}")

    def flow(self, value: Value) -> str:
        if isinstance(value, dict):
            inner = [f"{self.flow(key)}: {self.flow(item)}" for key, item in value.items()]
            return "{" + ", ".join(inner) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.flow, value)) + "]"
        return scalar_text(value, self.draw(st.sampled_from(QUOTES)), flow=True)

    def literal(self, key: str, value: Value, unit: int | str | None) -> None:
        """Write JSON as a literal block, with a comment at the end of some lines."""
        self.lines.append(f"{key}: |{self.draw(st.sampled_from(['', '-', '+']))}")
        for line in json.dumps(value, indent=unit, ensure_ascii=False).split("\n"):
            comment = self.comment("//") if unit is not None else ""
            self.lines.append(" " * self.unit + line + comment)

    def quoted(self, key: str, value: Value) -> None:
        """Write JSON as a quoted string on one line."""
        text = json.dumps(value, separators=self.draw(st.sampled_from([(", ", ": "), (",", ":")])))
        quote = self.draw(st.sampled_from(QUOTES[1:]))
        self.lines.append(f"{key}: {scalar_text(text, quote)}{self.comment()}")


@st.composite
def written(draw: st.DrawFn) -> Document:
    """Draw a source of up to three documents; return one that is to be edited."""
    unit = draw(st.integers(1, 4))
    writer = Writer(
        draw, unit, draw(st.sampled_from([0, unit])), draw(st.sampled_from(["\n", "\r\n"]))
    )
    wanted: dict[str, Value] = {}
    for name in draw(
        st.lists(st.sampled_from(["block", "literal", "quoted"]), min_size=1, unique=True)
    ):
        members = draw(MEMBERS)
        wanted[name] = members if name == "block" else HeldValue(members)  # type: ignore[assignment]
        if name == "block":
            writer.member("block:", members, 0)
        elif name == "literal":
            writer.literal(name, members, draw(st.sampled_from([None, 1, 4, "\t"])))
        else:
            writer.quoted(name, members)
    writer.own_line(0)
    before = draw(st.sampled_from(["", "é: 😀 # c0\n---\n", "---\n", "# c0\n"]))
    after = draw(st.sampled_from(["", "\n", "\n---\nlast: {a: 1}\n", "\n...\n"]))
    text = (before + "\n".join(writer.lines) + after).replace("\n", writer.ending)
    source = Source("x.yaml", draw(st.sampled_from(["", "\ufeff"])) + text)
    found = [one for one in compose(source) if isinstance(one, Document)]
    document = found[1 if before.startswith("é") else 0]
    note(repr(text))
    assert not after or not differs(wanted, plain(document.root))
    return document


def places(value: Value, route: Route = ()) -> Iterator[tuple[Route, Value]]:
    yield route, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*route, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*route, index))
    elif isinstance(value, str) and value.startswith("{"):
        yield from places(json.loads(re.sub(r"  // c\d+", "", value)), (*route, JSON))


@st.composite
def edits_of(draw: st.DrawFn, document: Document, operation: Operation | None = None) -> Edit:
    operation = operation or draw(st.sampled_from(list(Operation)))
    every = list(places(plain(document.root)))
    value = draw(VALUES)
    if operation is Operation.ADD:
        into = [
            (route, found)
            for route, found in every
            if found is None or isinstance(found, dict | list)
        ]
        route, found = draw(st.sampled_from(into))
        if isinstance(found, list):
            step: str | int = draw(st.integers(-1, len(found)))
            return Edit(document, (*route, step), operation, value)
        after = draw(st.sampled_from([None, *(found or [])]))
        return Edit(document, (*route, "inserted"), operation, value, after)
    route, _ = draw(st.sampled_from([one for one in every if one[0] and one[0][-1] is not JSON]))
    return Edit(document, route, operation, value)


def refusal_is_due(document: Document, reason: str) -> bool:
    """Whether a refusal is one of the two that a generated document can deserve.

    A block scalar that ends with the file would gain a line end from lines put behind it.
    """
    one_line = "a single-quoted string cannot hold several lines"
    return reason == one_line or not document.source.text.endswith("\n")


@EXAMPLES
@given(st.data())
def test_an_edit_has_its_effect_and_no_other(data: st.DataObject) -> None:
    document = data.draw(written())
    edit = data.draw(edits_of(document))
    found = rewrite(document, [edit])
    if isinstance(found, CannotEdit):
        assert refusal_is_due(document, found.reason), found.reason
        return
    text = document.source.text
    new = apply(text, found)
    assert prove(document, [edit], found) is None
    assert new[: document.span.start] == text[: document.span.start]
    behind = len(text) - document.span.end
    assert new[len(new) - behind :] == text[document.span.end :]
    assert new.endswith("\n") == text.endswith("\n")
    assert ("\r\n" in new) <= ("\r\n" in text)
    assert new.count("\r") == (new.count("\n") if "\r" in text else 0)
    again = [one for one in compose(Source("x.yaml", new)) if isinstance(one, Document)]
    assert not differs(patched(plain(document.root), [edit]), plain(again[document.index].root))


@EXAMPLES
@given(st.data())
def test_comments_stay_but_inside_what_is_taken_out(data: st.DataObject) -> None:
    document = data.draw(written())
    edit = data.draw(edits_of(document))
    found = rewrite(document, [edit])
    if isinstance(found, CannotEdit):
        return
    text, route = document.source.text, edit.route
    new = apply(text, found)
    kept = COMMENT.findall(new)
    if edit.operation is Operation.ADD:
        assert sorted(kept) == sorted(COMMENT.findall(text))
        return
    tree, parent = resolve(document, route), resolve(document, route[:-1])
    assert tree is not None
    start = tree.span.start
    if isinstance(parent, Sequence) and not parent.flow:
        start = text.rfind("-", 0, start)
    elif isinstance(parent, Mapping):
        start = next(one.key.span.start for one in parent.entries if one.value is tree)
    outside = text[:start] + text[end_of_line(text, tree.span.end) :]
    assert set(COMMENT.findall(outside)) <= set(kept) <= set(COMMENT.findall(text))
    assert len(kept) == len(set(kept))


@EXAMPLES
@given(st.data())
def test_taking_out_what_was_put_in_restores_the_text(data: st.DataObject) -> None:
    """Byte for byte, unless it was put into an absent value, which becomes `{}` or `[]`.

    An empty collection comes back in its usual form: behind one blank on its key's line, with
    nothing between the brackets. Those that are written otherwise are not drawn here.
    """
    document = data.draw(written())
    edit = data.draw(edits_of(document, Operation.ADD))
    route = edit.route
    into = resolve(document, route[:-1])
    assert into is not None
    holder = plain(into)
    if route[-1] == -1:
        route = (*route[:-1], len(holder) if isinstance(holder, list) else 0)
    found = rewrite(document, [edit, Edit(document, route, Operation.REMOVE)])
    if isinstance(found, CannotEdit) or holder is None:
        return
    restored = apply(document.source.text, found)
    note(
        apply(document.source.text, one)
        if not isinstance(one := rewrite(document, [edit]), CannotEdit)
        else ""
    )
    assert restored == document.source.text


@EXAMPLES
@given(st.data())
def test_several_edits_are_made_one_after_another(data: st.DataObject) -> None:
    document = data.draw(written())
    every = [data.draw(edits_of(document)) for _ in range(3)]
    found = rewrite(document, every)
    if isinstance(found, CannotEdit):
        return
    new = Source("x.yaml", apply(document.source.text, found))
    again = [one for one in compose(new) if isinstance(one, Document)]
    assert not differs(patched(plain(document.root), every), plain(again[document.index].root))
