"""What YAML strings hold: JSON and YAML, read as part of the tree of the document around them.

A daemon configuration is JSON in a ConfigMap, a chart's values are YAML in a string; either may
hold the other in turn. Every value keeps its place in the file, in however many strings it stands.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import lru_cache

from cnilint.model.text import Source, Span
from cnilint.model.tree import (
    Alias,
    Document,
    Embedded,
    EmbeddedProblem,
    Entry,
    Mapping,
    Route,
    Scalar,
    Sequence,
    Style,
    Tree,
    child,
    follow,
)
from cnilint.start import NamedTuple

from .compose import compose
from .embedded_text import EmbeddedText, embedded, opaque
from .lenient_json import JsonProblem, json_problems, read_json
from .style import escaped_double

__all__ = [
    "EmbeddedProblem",
    "EmbeddedText",
    "HeldText",
    "JsonProblem",
    "decoded_base64",
    "embedded",
    "embedded_form",
    "embedded_json",
    "embedded_yaml",
    "held_text",
    "inside",
    "json_problems",
    "resolve",
]

_UNREADABLE = frozenset({"syntax", "word", "trailing-text"})


def embedded_json(document: Document, scalar: Scalar) -> Tree | EmbeddedProblem:
    """Return the tree of the JSON in a scalar, all spans in the file, or why there is none.

    What a strict decoder refuses but a reader can make sense of is read; `json_problems` tells it.
    """
    return _placed(document.source, scalar, Embedded.JSON)


def embedded_yaml(document: Document, scalar: Scalar) -> Tree | EmbeddedProblem:
    """Return the tree of the YAML in a scalar, all spans in the file, or why there is none.

    Of several documents in it the first one counts, as for Helm's values
    (kubernetes-sigs/yaml@v1.4.0:yaml.go Unmarshal).
    """
    return _placed(document.source, scalar, Embedded.YAML)


def embedded_form(text: str) -> Embedded:
    """Return what a string that may hold either is to be taken for: JSON if it is, else YAML."""
    is_json = text.lstrip()[:1] in ("{", "[") and not json_problems(text)
    return Embedded.JSON if is_json else Embedded.YAML


def resolve(document: Document, route: Route) -> Tree | None:
    """Return what stands at a route, spans in the file; None where nothing does."""
    crossings = [at for at, step in enumerate(route) if isinstance(step, Embedded)]
    behind = crossings[-1] + 1 if crossings else 0
    root = inside(document, route[:behind]) if crossings else document.root
    return None if isinstance(root, EmbeddedProblem) else _walked(root, route[behind:])


def _walked(tree: Tree | None, route: Route) -> Tree | None:
    for step in route:
        if tree is None or isinstance(step, Embedded):
            return None
        tree = child(tree, step)
    return tree


def inside(document: Document, route: Route) -> Tree | EmbeddedProblem | None:
    """Return what a string holds into which a route leads with its last step, spans in the file.

    None where no string is; why there is nothing to return where it cannot be read.
    """
    return _followed(document, route)[0]


class HeldText(NamedTuple):
    """A string's text; `layers` are the strings it stands in, outermost first, itself the last.

    `forms` says how each but the last one was read.
    """

    layers: tuple[EmbeddedText, ...]
    forms: tuple[Embedded, ...]

    @property
    def text(self) -> str:
        """The text that the string stands for."""
        return self.layers[-1].text

    @property
    def exact(self) -> bool:
        """Whether a change of the text can be written back in place."""
        return all(layer.exact for layer in self.layers)

    def file_span(self, start: int, end: int) -> Span:
        """Return the span of the file that a stretch of the text covers."""
        return _span(self.layers, start, end)


def held_text(document: Document, route: Route) -> HeldText | None:
    """Return the string at a route, or None if something else stands there."""
    forms = tuple(step for step in route if isinstance(step, Embedded))
    # what the string itself holds does not matter here: any way to read it leads to its text
    layers = _followed(document, (*route, Embedded.JSON))[1]
    return HeldText(layers, forms) if len(layers) == len(forms) + 1 else None


@lru_cache(maxsize=32)
def _followed(
    document: Document, route: Route
) -> tuple[Tree | EmbeddedProblem | None, tuple[EmbeddedText, ...]]:
    """Return what stands at the end of a route, and the strings that it crosses."""
    source = document.source
    found: Tree | None = document.root
    strings: tuple[EmbeddedText, ...] = ()
    for step in route:
        if not isinstance(step, Embedded):
            found = _walked(found, (step,))
            continue
        scalar = follow(found) if found is not None else None
        if not isinstance(scalar, Scalar) or not isinstance(scalar.value, str):
            return None, strings
        held = _held(source, scalar, step)
        strings = (*strings, held.text)
        if isinstance(held.root, EmbeddedProblem):
            return held.root._replace(span=_span(strings, *held.root.span)), strings
        found, source = held.root, held.source
    if found is None:
        return None, strings
    return _moved(found, lambda start, end: _span(strings, start, end)), strings


class _Held(NamedTuple):
    """What a string holds: its spans count in `source`, `text` leads from there to the outside."""

    text: EmbeddedText
    source: Source
    root: Tree | EmbeddedProblem


@lru_cache(maxsize=32)
def _held(source: Source, scalar: Scalar, form: Embedded) -> _Held:
    if form is Embedded.BASE64:
        return _encoded(source, scalar)
    text = embedded(source, scalar)
    inner = Source(source.path, text.text)
    return _Held(text, inner, (_json if form is Embedded.JSON else _yaml)(inner))


def _encoded(source: Source, scalar: Scalar) -> _Held:
    """Return what Base64 stands for as if it were a quoted string; it has one place as a whole."""
    decoded = decoded_base64(scalar.text)
    if decoded is None:
        problem = EmbeddedProblem(Span(0, 0), "no Base64 of a text")
        return _Held(opaque(scalar, ""), source, problem)
    written = f'"{escaped_double(decoded)}"'
    root = Scalar(Span(0, len(written)), decoded, decoded, Style.DOUBLE)
    return _Held(opaque(scalar, written), Source(source.path, written), root)


def decoded_base64(text: str) -> str | None:
    """Return the text that Base64 stands for, line ends in it left out of account; None if none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except ValueError:
        return None


@lru_cache(maxsize=32)
def _placed(source: Source, scalar: Scalar, form: Embedded) -> Tree | EmbeddedProblem:
    held = _held(source, scalar, form)
    if not isinstance(held.root, EmbeddedProblem):
        return _moved(held.root, held.text.file_span)
    if held.root.span == Span(0, 0) and not held.root.message:
        return EmbeddedProblem(scalar.span, f"no {form.name} value")
    return held.root._replace(span=held.text.file_span(*held.root.span))


def _json(source: Source) -> Tree | EmbeddedProblem:
    tree, problems = read_json(source.text)
    for problem in problems:
        if problem.kind in _UNREADABLE:
            span = Span(problem.offset, min(problem.offset + 1, len(source.text)))
            return EmbeddedProblem(span, problem.message, problem.kind)
    return tree if tree is not None else EmbeddedProblem(Span(0, 0), "")


def _yaml(source: Source) -> Tree | EmbeddedProblem:
    for found in compose(source):
        if isinstance(found, Document):
            return found.root
        if found.kind != "duplicate-key":
            return EmbeddedProblem(found.span, found.message)
    return EmbeddedProblem(Span(0, 0), "")


def _span(strings: tuple[EmbeddedText, ...], start: int, end: int) -> Span:
    """Return a span of the innermost text as one of the file."""
    for text in reversed(strings):
        start, end = text.file_span(start, end)
    return Span(start, end)


def _moved(tree: Tree, place: Callable[[int, int], Span]) -> Tree:
    """Return a tree with each span where `place` has it; what aliases share stays shared."""
    moved: dict[int, Scalar | Mapping | Sequence] = {}

    def scalar(old: Scalar) -> Scalar:
        return Scalar(place(*old.span), old.value, old.text, old.style)

    def plain(old: Scalar | Mapping | Sequence) -> Scalar | Mapping | Sequence:
        new: Scalar | Mapping | Sequence
        if isinstance(old, Scalar):
            new = scalar(old)
        elif isinstance(old, Mapping):
            entries = tuple(Entry(scalar(one.key), any_tree(one.value)) for one in old.entries)
            new = Mapping(place(*old.span), entries, old.flow)
        else:
            new = Sequence(place(*old.span), tuple(map(any_tree, old.items)), old.flow)
        moved[id(old)] = new
        return new

    def any_tree(old: Tree) -> Tree:
        if isinstance(old, Alias):
            return Alias(place(*old.span), moved.get(id(old.target)) or plain(old.target))
        return plain(old)

    return any_tree(tree)
