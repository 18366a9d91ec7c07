"""No pattern of ours keeps anybody waiting: what it takes grows no faster than the text.

Every pattern that a module of the package compiles is tried on texts made from its own parts, in
the way in which the module uses it; and every pattern of a product, as it is looked for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from cnilint.catalog.catalog import products
from cnilint.start import lazy_pattern
from tests.growth import growth

HOUSE = Path(__file__).resolve().parent.parent

WHOLE = {"match", "fullmatch"}
ALL = {"search": "search", "finditer": "finditer", "findall": "finditer", "split": "finditer"}
ALL |= {"sub": "finditer", "subn": "finditer"}
MADE = (re.Pattern, type(lazy_pattern("")))
"""What a module has of a pattern: one that is compiled, or one that is when it is used."""


class Pattern(NamedTuple):
    name: str
    compiled: re.Pattern[str]
    methods: frozenset[str]

    def __str__(self) -> str:
        return self.name


def use(compiled: re.Pattern[str], method: str) -> Callable[[str], object]:
    if method in WHOLE:
        found: Callable[[str], object] = getattr(compiled, method)
        return found
    if method == "search":
        return compiled.search
    return lambda text: sum(1 for _ in compiled.finditer(text))


def patterns() -> Iterator[Pattern]:
    for path in sorted(HOUSE.glob("cnilint/**/*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        name = ".".join(path.relative_to(HOUSE).with_suffix("").parts)
        if name.endswith("__main__"):
            continue
        module = vars(import_module(name.removesuffix(".__init__")))
        named = {key: one for key, one in module.items() if isinstance(one, MADE)}
        for key, one in named.items():
            if isinstance(one.pattern, str):
                compiled = re.compile(one.pattern, one.flags)
                yield Pattern(f"{name}.{key}", compiled, methods_of(tree, key))
        for line, text, method, flags in literal(tree):
            yield Pattern(f"{name}:{line}", re.compile(text, flags), frozenset({method}))


def methods_of(tree: ast.AST, name: str) -> frozenset[str]:
    """Return how a module uses a pattern: by which methods, `search` where that is not seen."""
    found = {
        part.attr
        for part in ast.walk(tree)
        if isinstance(part, ast.Attribute)
        if isinstance(part.value, ast.Name) and part.value.id == name
    }
    return frozenset(ALL.get(one, one) for one in found & {*ALL, *WHOLE}) or frozenset({"search"})


def literal(tree: ast.AST) -> Iterator[tuple[int, str, str, int]]:
    """Yield the patterns that stand in a call such as `re.search("...", text)`."""
    for part in ast.walk(tree):
        match part:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=method),
                args=[ast.Constant(value=str(text)), *_],
            ) if method in ALL or method in WHOLE:
                yield part.lineno, text, ALL.get(method, method), 0


PATTERNS = list(patterns())


@pytest.mark.parametrize("pattern", PATTERNS, ids=str)
def test_the_time_of_a_pattern_grows_as_the_text_does(pattern: Pattern) -> None:
    for method in sorted(pattern.methods):
        worst, text = growth(pattern.compiled, use(pattern.compiled, method))
        assert not worst, f"{method}: {worst:.0f} times the time of a quarter of {text!r}"


def test_there_are_patterns_and_their_uses_are_seen() -> None:
    assert len(PATTERNS) > 150
    methods = {method for one in PATTERNS for method in one.methods}
    assert methods == {"search", "finditer", "match", "fullmatch"}


def texts_of(value: object) -> Iterator[str]:
    """Yield every text of a product's entry that is no plain word: its patterns are among them."""
    if isinstance(value, str):
        if re.search(r"[\\()\[\]*+?|]", value):
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_of(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from texts_of(one)


def of_products() -> dict[str, re.Pattern[str]]:
    found: dict[str, re.Pattern[str]] = {}
    for product in products():
        for text in texts_of(product):
            try:
                found[text] = re.compile(text)
            except re.error:  # a sentence, not a pattern
                continue
    return found


@pytest.mark.parametrize("pattern", of_products().values(), ids=lambda one: one.pattern[:60])
def test_the_time_of_a_products_pattern_grows_as_the_text_does(pattern: re.Pattern[str]) -> None:
    worst, text = growth(pattern, pattern.search)
    assert not worst, f"{worst:.0f} times the time of a quarter of {text!r}"


@pytest.mark.parametrize(
    ("pattern", "method", "linear"),
    [
        (r"(a+)+$", "match", False),
        (r"(?:\{\{.*?\}\}|[^\"])*\"", "match", False),
        (r"\$\(([^)]*)\)", "finditer", False),
        (r"[a-z]+x", "finditer", False),
        (r"(?m)^\s*x", "finditer", False),
        (r"\$\(([^)]*+)(\)?)", "finditer", True),
        (r"(?:a|b)*c", "match", True),
        (r"[a-z]+x", "match", True),
    ],
)
def test_what_grows_faster_is_seen(pattern: str, method: str, linear: bool) -> None:
    compiled = re.compile(pattern)
    worst, _text = growth(compiled, use(compiled, method))
    assert (worst == 0) is linear
