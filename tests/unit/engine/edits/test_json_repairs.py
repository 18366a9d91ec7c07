"""Nearly JSON becomes the JSON that it can only be meant to be, and nothing else around it."""

from __future__ import annotations

import json
import textwrap

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from cnilint.engine.edits.json_repairs import repairs
from cnilint.model.finding import Applicability, Fix, Repair, TextEdit
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, Route, child, string
from cnilint.syntax.compose import compose
from cnilint.syntax.rewrite import apply

SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY


def literal(text: str) -> str:
    return (
        "before: 1  # c\nheld: |\n" + textwrap.indent(text, "  ", lambda _line: True) + "\nz: 1\n"
    )


def first(text: str, route: Route = ("held",)) -> tuple[Document, list[Fix | None]]:
    (document,) = compose(Source("x.yaml", text))
    assert isinstance(document, Document)
    return document, [fix for _problem, _span, fix in repairs(document, route)]


def repaired(text: str, route: Route = ("held",)) -> str:
    """Return a text with one repair after the other made, until none is left."""
    for _round in range(30):
        document, fixes = first(text, route)
        fix = next((one for one in fixes if one is not None and one.edits), None)
        if fix is None:
            return text
        made = [TextEdit(e.span, e.text) for e in fix.edits if isinstance(e, Repair)]
        assert len(made) == len(fix.edits)
        text = apply(text, made)
        assert document.source.text != text
    pytest.fail("the repairs do not end")


@pytest.mark.parametrize(
    ("wrong", "right", "grade"),
    [
        ('{"a": 1,}', '{"a": 1}', SAFE),
        ('{\n  "a": [1, 2,],\n}', '{\n  "a": [1, 2]\n}', SAFE),
        ("{'a': 'b\"c'}", '{"a": "b\\"c"}', UNSAFE),
        ('{"a": 1 // why\n}', '{"a": 1\n}', UNSAFE),
        ('{\n  // why\n  "a": 1\n}', '{\n  "a": 1\n}', UNSAFE),
        ('{\n  "a": 1,  # why\n  "b": 2\n}', '{\n  "a": 1,\n  "b": 2\n}', UNSAFE),
        ('{"a": /* why */ 1}', '{"a":  1}', UNSAFE),
        ('{\n  /* why\n     not */\n  "a": 1\n}', '{\n  "a": 1\n}', UNSAFE),
        ('{"a": "x\ty"}', '{"a": "x\\ty"}', UNSAFE),
        ('{"a" 1}', '{"a": 1}', UNSAFE),
        ('{\n  "a": 1\n  "b": 2\n}', '{\n  "a": 1,\n  "b": 2\n}', UNSAFE),
        ('{\n  "a": 1 // no comma\n  "b": 2\n}', '{\n  "a": 1,\n  "b": 2\n}', UNSAFE),
        ('{"a": [1 2 3]}', '{"a": [1, 2, 3]}', UNSAFE),
        ("{a: 1, b-c: 2}", '{"a": 1, "b-c": 2}', UNSAFE),
        ("{\n  a: 'x'\n  b: 'y',\n}", '{\n  "a": "x",\n  "b": "y"\n}', UNSAFE),
    ],
)
def test_what_can_only_mean_one_thing_is_repaired(
    wrong: str, right: str, grade: Applicability
) -> None:
    _document, fixes = first(literal(wrong))
    fix = fixes[0]
    assert fix is not None
    assert fix.applicability is grade
    assert (fix.note != "") == ("comment" in fix.title)
    assert repaired(literal(wrong)) == literal(right)
    json.loads(right)


@pytest.mark.parametrize(
    "text",
    ['{"a": tru}', '{"a": }', '{"a": 1', '{"a": 1}}', '{"a": 01}', '{"a": "x', "{,}", '{"a": \\x}'],
)
def test_what_could_mean_several_things_is_left_to_a_person(text: str) -> None:
    _document, fixes = first(literal(text))
    assert fixes
    assert fixes == [None] * len(fixes)


@pytest.mark.parametrize("text", ['{"a": 1}', "7", '"x"', "[]"])
def test_json_has_nothing_to_repair(text: str) -> None:
    assert first(literal(text))[1] == []


@pytest.mark.parametrize("route", [("before",), ("gone",)])
def test_only_strings_are_looked_at(route: Route) -> None:
    assert first(literal("{}"), route)[1] == []


def test_quotes_around_the_string_are_minded() -> None:
    assert repaired("held: \"{'a': 1,}\"\n") == 'held: "{\\"a\\": 1}"\n'
    assert repaired("held: '{''a'': ''b''}'\n") == 'held: \'{"a": "b"}\'\n'


def test_json_in_yaml_in_a_string() -> None:
    text = "values: |\n  daemonConfig: |\n    {\n      'a': 1,\n    }\n  z: 1\n"
    route = ("values", Embedded.YAML, "daemonConfig")
    assert repaired(text, route) == text.replace("'a': 1,", '"a": 1')


def test_a_folded_string_shows_what_is_to_be_done() -> None:
    _document, fixes = first("held: >\n  {'a':\n  1}\n")
    (fix,) = (one for one in fixes if one is not None)
    assert (fix.applicability, fix.edits) == (DISPLAY, ())
    assert "folded" in fix.note


NAMES = st.sampled_from(["cniVersion", "a-b", "x.y", "multusMasterCNI"])
VALUES = st.recursive(
    st.booleans()
    | st.integers(0, 99)
    | st.sampled_from(["auto", "it's", 'q"', "é😀", "a # b // c"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def nearly(draw: st.DrawFn) -> tuple[object, str]:
    """Draw a value and JSON of it with the slips that people make."""
    value = draw(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4))
    lines = json.dumps(value, indent=2, ensure_ascii=False).split("\n")
    comments = draw(st.booleans())
    for at, line in enumerate(lines):
        slip = draw(st.integers(0, 5))
        body = line.rstrip(",")
        closed = at + 1 < len(lines) and lines[at + 1].strip()[:1] in ("}", "]")
        if slip == 1 and comments:
            lines[at] = f"{line}  // {at}"
        elif slip == 2 and closed and body[-1:] not in ("{", "["):
            lines[at] = f"{body},"
        elif slip == 3 and line.endswith(",") and not comments:
            lines[at] = body
        elif slip == 4 and comments:
            lines[at] = f"{line}\n    # {at}"
    return value, "\n".join(lines)


@settings(max_examples=80, deadline=None)
@given(drawn=nearly())
def test_slips_are_repaired_to_the_value_that_was_meant(drawn: tuple[object, str]) -> None:
    value, text = drawn
    note(text)
    found = repaired(literal(text))
    (document,) = compose(Source("x.yaml", found))
    assert isinstance(document, Document)
    held = string(child(document.root, "held")) or ""
    assert json.loads(held) == value
    assert found.startswith("before: 1  # c\nheld: |\n")
    assert found.endswith("\nz: 1\n")
