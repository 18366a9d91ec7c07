"""Whatever is written, in any style, is read back; and a span is where its value is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnilint.model.text import Source
from cnilint.model.tree import (
    Document,
    Mapping,
    Route,
    Scalar,
    Sequence,
    Style,
    SyntaxProblem,
    Tree,
    Value,
    plain,
)
from cnilint.syntax.compose import compose
from cnilint.syntax.resolve import resolve

Choose = Callable[[list[str]], str]
"""Picks one of some ways to write the same."""

texts = st.text("ab0é😀:#-?'\"\\{}[],&*!|>%@` \n", max_size=8)
scalars = st.none() | st.booleans() | st.integers(-9, 2**64 - 1) | texts
keys = st.text("ab: #'\"😀", min_size=1, max_size=4)
values: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=10,
)


class Writer:
    """Writes a value as YAML, asking `choose` at every turn."""

    def __init__(self, choose: Choose, width: int) -> None:
        self.choose = choose
        self.width = width

    def lines(self, value: Value) -> list[str]:
        """Return a value that stands on lines of its own."""
        if isinstance(value, dict) and value:
            return [line for key in value for line in self.member(self.token(key), value[key])]
        if isinstance(value, list) and value:
            return [line for item in value for line in self.item(item)]
        first, *rest = self.inline(value)
        return [first, *self.deeper(rest)]

    def member(self, key: str, value: Value) -> list[str]:
        if isinstance(value, dict | list) and value and self.choose(["block", "flow"]) == "block":
            below = self.lines(value)
            hanging = isinstance(value, list) and self.choose(["in", "out"]) == "out"
            return [f"{key}:", *(below if hanging else self.deeper(below))]
        first, *rest = self.inline(value)
        return [f"{key}: {first}".rstrip(" "), *self.deeper(rest)]

    def item(self, value: Value) -> list[str]:
        if isinstance(value, dict | list) and value and self.choose(["block", "flow"]) == "block":
            below = self.lines(value)
            if self.choose(["beside", "below"]) == "below":
                return ["-", *self.deeper(below)]
            return [f"- {below[0]}", *[f"  {line}" for line in below[1:]]]
        first, *rest = self.inline(value)
        return [f"- {first}".rstrip(" "), *self.deeper(rest)]

    def deeper(self, lines: list[str]) -> list[str]:
        return [" " * self.width + line for line in lines]

    def inline(self, value: Value) -> list[str]:
        """Return a value that begins behind a key or dash; the lines of a block scalar follow."""
        if (
            isinstance(value, str)
            and value.strip("\n")
            and self.choose(["block", "line"]) == "block"
        ):
            kept = value.rstrip("\n")
            ends = len(value) - len(kept)
            chomping = "-" if ends == 0 else "" if ends == 1 else "+"
            return [f"|{self.width}{chomping}", *kept.split("\n"), *[""] * (ends - 1)]
        token = self.flow(value)
        return [token + self.choose(["", "  # note: [", " "]) if token else ""]

    def flow(self, value: Value) -> str:
        if isinstance(value, dict):
            pairs = [f"{self.token(key)}: {self.flow(value[key])}" for key in value]
            return "{" + ", ".join(pairs) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(item) or "~" for item in value) + "]"
        if isinstance(value, str):
            return self.token(value)
        spellings = {True: ["true", "yes", "On"], False: ["false", "no"], None: ["", "~", "null"]}
        if value is None or isinstance(value, bool):
            return self.choose(spellings[value])
        return self.choose([str(value), f"{value:#x}"])

    def token(self, text: str) -> str:
        styles = ["double"]
        if "\n" not in text:
            styles.append("single")
        if re.fullmatch(r"[ab0é😀][ab0é😀#-]*", text) and resolve(text) == text:
            styles.append("plain")
        style = self.choose(styles)
        if style == "plain":
            return text
        if style == "single":
            return "'" + text.replace("'", "''") + "'"
        escaped = re.sub(r'["\\]', r"\\\g<0>", text).replace("\n", "\\n")
        return f'"{escaped.replace("é", self.choose(["é", chr(92) + "xe9"]))}"'


@st.composite
def writings(draw: st.DrawFn) -> tuple[Value, str]:
    value = draw(values)
    writer = Writer(lambda ways: draw(st.sampled_from(ways)), draw(st.integers(1, 4)))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    start = draw(st.sampled_from(["", "---\n", "\ufeff", "# note\n\n", "%YAML 1.1\n---\n"]))
    lines = writer.lines(value)
    if not isinstance(value, dict | list) or not value:
        start = "---\n"
    return value, (start + "\n".join(lines) + "\n").replace("\n", newline)


def read(text: str) -> Document | None:
    found = [each for each in compose(Source("x.yaml", text)) if isinstance(each, Document)]
    assert len(found) <= 1
    return found[0] if found else None


def leaves(tree: Tree, route: Route = ()) -> Iterator[tuple[Route, Scalar]]:
    if isinstance(tree, Mapping):
        for entry in tree.entries:
            yield from leaves(entry.value, (*route, entry.key.text))
    elif isinstance(tree, Sequence):
        for index, item in enumerate(tree.items):
            yield from leaves(item, (*route, index))
    elif isinstance(tree, Scalar):
        yield route, tree


def replaced(value: Value, route: Route, new: Value) -> Value:
    if not route:
        return new
    step, *rest = route
    if isinstance(value, dict):
        return {
            key: replaced(value[key], tuple(rest), new) if key == step else value[key]
            for key in value
        }
    assert isinstance(value, list)
    return [
        replaced(item, tuple(rest), new) if at == step else item for at, item in enumerate(value)
    ]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(writings())
def test_what_is_written_is_read(writing: tuple[Value, str]) -> None:
    value, text = writing
    document = read(text)
    assert (None if document is None else plain(document.root)) == value


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(writings())
def test_writing_over_a_span_changes_that_value_and_no_other(writing: tuple[Value, str]) -> None:
    value, text = writing
    document = read(text)
    if document is None:
        assert value is None
        return
    for route, scalar in leaves(document.root):
        new = text[: scalar.span.start] + ' "new"' + text[scalar.span.end :]
        changed = read(new)
        assert changed is not None
        assert plain(changed.root) == replaced(value, route, "new")


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(writings())
def test_a_token_on_its_own_is_the_same_value(writing: tuple[Value, str]) -> None:
    _, text = writing
    document = read(text)
    if document is None:
        return
    for _, scalar in leaves(document.root):
        token = text[scalar.span.start : scalar.span.end]
        if scalar.style in (Style.LITERAL, Style.FOLDED) or not token:
            continue
        alone = read(f"--- {token}")
        assert alone is not None
        assert alone.root == Scalar(
            type(scalar.span)(4, 4 + len(token)), scalar.value, scalar.text, scalar.style
        )


SCRAPS = st.sampled_from(
    [
        *("a: ", "- ", "? ", "\n", "\r\n", "  ", "\t", "---\n", "...\n", "{", "}", "[", "]", ","),
        *("&a ", "*a", "!!int ", "|\n", ">-\n", "'", '"', "\\", "# ", "<<: ", "{{ ", "}}", "%"),
        *("b", "1", "é", ":", "\x00", "\u2028", "\ufeff", "|1\n   \n"),
    ]
)


@settings(max_examples=500)
@given(st.lists(SCRAPS, max_size=20).map("".join))
def test_no_text_raises_and_every_span_lies_in_the_text(text: str) -> None:
    for found in compose(Source("x.yaml", text)):
        assert 0 <= found.span.start <= found.span.end <= len(text)
        if isinstance(found, SyntaxProblem):
            assert found.message
            continue
        pending: list[Tree] = [found.root]
        while pending:
            tree = pending.pop()
            inner: list[Tree] = []
            if isinstance(tree, Mapping):
                inner = [part for entry in tree.entries for part in (entry.key, entry.value)]
            elif isinstance(tree, Sequence):
                inner = list(tree.items)
            assert all(tree.span.covers(part.span) for part in inner)
            assert all(one.span.end <= two.span.start for one, two in pairwise(inner))
            pending += inner
