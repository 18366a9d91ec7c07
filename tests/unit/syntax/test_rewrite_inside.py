"""Edits of YAML inside a string: spliced like any other, the string kept as it is written."""

from __future__ import annotations

import base64
import json

import pytest

from cnilint.model.finding import Edit, Operation
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, Route, Value, plain
from cnilint.syntax.compose import compose
from cnilint.syntax.rewrite import CannotEdit, apply, rewrite

ADD, REPLACE, REMOVE = Operation.ADD, Operation.REPLACE, Operation.REMOVE
YAML, JSON, BASE64 = Embedded.YAML, Embedded.JSON, Embedded.BASE64

LITERAL = """\
# é😀
spec:
  values: |  # of the chart
    cni:
      exclusive: true  # why

    # relays
    hubble:
      relay: {enabled: false}
  next: 1
"""


def changed(
    text: str, operation: Operation, route: Route, value: Value = None, path: str = "x.yaml"
) -> str | CannotEdit:
    """Return a text with one edit of its first document made, or why that cannot be."""
    document = next(one for one in compose(Source(path, text)) if isinstance(one, Document))
    found = rewrite(document, [Edit(document, route, operation, value)])
    return found if isinstance(found, CannotEdit) else apply(text, found)


def at(*steps: str | int) -> Route:
    return ("spec", "values", YAML, *steps)


@pytest.mark.parametrize(
    ("operation", "route", "value", "old", "new"),
    [
        (REPLACE, at("cni", "exclusive"), False, "exclusive: true", "exclusive: false"),
        (
            ADD,
            at("cni", "mode"),
            "none",
            "true  # why\n",
            "true  # why\n      mode: none\n",
        ),
        (
            ADD,
            at("operator"),
            {"replicas": 1},
            "{enabled: false}\n",
            "{enabled: false}\n    operator:\n      replicas: 1\n",
        ),
        (
            ADD,
            at("hubble", "relay", "port"),
            1,
            "{enabled: false}",
            "{enabled: false, port: 1}",
        ),
        (REMOVE, at("hubble", "relay", "enabled"), None, "{enabled: false}", "{}"),
        (
            REMOVE,
            at("hubble"),
            None,
            "    hubble:\n      relay: {enabled: false}\n",
            "",
        ),
        (
            REMOVE,
            at("cni"),
            None,
            "    cni:\n      exclusive: true  # why\n",
            "",
        ),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_member_in_a_literal_block(
    operation: Operation, route: Route, value: Value, old: str, new: str, ending: str, mark: str
) -> None:
    text = mark + LITERAL.replace("\n", ending)
    expected = mark + LITERAL.replace(old, new).replace("\n", ending)
    assert LITERAL.count(old) == 1
    assert changed(text, operation, route, value) == expected


@pytest.mark.parametrize("text", [LITERAL.removesuffix("  next: 1\n"), LITERAL])
def test_the_last_member_of_a_block_goes_with_its_lines(text: str) -> None:
    found = changed(text, REMOVE, at("hubble"))
    gone = "    hubble:\n      relay: {enabled: false}\n"
    assert found == text.replace(gone, "")


def test_a_block_at_the_end_of_a_file_without_line_end() -> None:
    text = "a: |-\n  cni:\n    x: 1"
    assert changed(text, ADD, ("a", YAML, "cni", "w"), 2) == f"{text}\n    w: 2"
    assert changed(text, ADD, ("a", YAML, "b"), [1]) == f"{text}\n  b:\n    - 1"
    both = changed(f"{text}\n    w: 2", REMOVE, ("a", YAML, "cni", "w"))
    assert both == text


@pytest.mark.parametrize(
    ("held", "operation", "route", "value", "expected"),
    [
        ('"a: 1\\n"', ADD, ("b",), {"c": "d"}, '"a: 1\\nb:\\n  c: d\\n"'),
        ('"a: 1"', REPLACE, ("a",), "é😀", '"a: \\xe9😀"'),
        ('"a: \\"x\\""', REPLACE, ("a",), "y", '"a: \\"y\\""'),
        ("'a: 1'", REPLACE, ("a",), "it's", "'a: it''s'"),
        ("'a: 1'", ADD, ("b",), 2, '"a: 1\\nb: 2"'),
        ("'a: ''x'''", ADD, ("b",), 2, "\"a: 'x'\\nb: 2\""),
        ("'{a: 1}'", ADD, ("b",), 2, "'{a: 1, b: 2}'"),
        ("'{\"a\": 1}'", ADD, ("b",), "x", '\'{"a": 1, "b": "x"}\''),
        ('"{a: 1}"', REMOVE, ("a",), None, '"{}"'),
        ('"a: 1\\r\\n"', ADD, ("b",), 2, '"a: 1\\r\\nb: 2\\r\\n"'),
    ],
)
def test_a_member_in_quotes(
    held: str, operation: Operation, route: Route, value: Value, expected: str
) -> None:
    text, wanted = f"k: {held}  # c\n", f"k: {expected}  # c\n"
    found = changed(text, operation, ("k", YAML, *route), value)
    assert found in (wanted, wanted.replace("\\xe9", "é"))


def test_a_string_of_a_json_file_keeps_json_escapes() -> None:
    text = '{"k": "a: 1\\n", "z": 1}'
    found = changed(text, ADD, ("k", YAML, "b"), "\x7f\x01 é", "x.json")
    assert isinstance(found, str)
    whole = json.loads(found)
    assert whole["z"] == 1
    (inner,) = compose(Source("", whole["k"]))
    assert isinstance(inner, Document)
    assert plain(inner.root) == {"a": 1, "b": "\x7f\x01 é"}


def test_json_in_yaml_in_a_string() -> None:
    text = (
        "v: |\n"
        "  image: {tag: x}\n"
        "  daemonConfig: |-\n"
        "    {\n"
        '      "pin": "a",\n'
        '      "z": 1\n'
        "    }\n"
        "  after: 1\n"
    )
    route = ("v", YAML, "daemonConfig", JSON)
    new = changed(text, ADD, (*route, "auto"), True)
    assert new == text.replace('"z": 1\n', '"z": 1,\n      "auto": true\n')
    assert changed(text, REMOVE, (*route, "pin")) == text.replace('      "pin": "a",\n', "")
    twice = text.replace("\n", "\r\n")
    assert changed(twice, REPLACE, (*route, "z"), 2) == twice.replace('"z": 1', '"z": 2')


def test_base64_is_encoded_anew() -> None:
    inner = '{\n  "pin": "a"\n}\n'
    text = f"k: {base64.b64encode(inner.encode()).decode()}  # c\n"
    found = changed(text, ADD, ("k", BASE64, JSON, "é"), "😀")
    after = '{\n  "pin": "a",\n  "é": "😀"\n}\n'
    assert found == f"k: {base64.b64encode(after.encode()).decode()}  # c\n"
    quoted = f"k: '{base64.b64encode(b'{}').decode()}'\n"
    wanted = f"k: '{base64.b64encode(b'[]').decode()}'\n"
    assert changed(quoted, REPLACE, ("k", BASE64, JSON), []) == wanted


@pytest.mark.parametrize(
    ("text", "route", "reason"),
    [
        ("k: >\n  a:\n  - 1\n", ("a",), "folded"),
        ('k: "a:\n  1"\n', ("a",), "folded"),
        ("k: 1\n", ("a",), "to hold YAML"),
        ("k: 'a: [1'\n", ("a",), "cannot be read"),
        ("k: |\n  a: 1\n  ---\n  a: 2\n", ("a",), "several documents"),
        ("k: ''\n", ("a",), "there is nothing"),
        ("k: |\n  a: &x 1\n  b: *x\n", ("a",), "shared"),
        ("k: |\n  a: &x 1\n  b: *x\n", ("b",), "shared"),
        ("k: |\n  x: &x {a: 1}\n  y:\n    <<: *x\n", ("y", "a"), "merge key"),
        ("k: |\n  a: '{{ .x }}'\n", ("a",), "template"),
        ("k: |\n  a: 1\n  a: 2\n", ("a",), "twice"),
        ("k: |\n  b: 1\n", ("a",), "no key"),
    ],
)
def test_what_cannot_be_done_safely_is_refused_with_the_reason(
    text: str, route: Route, reason: str
) -> None:
    found = changed(text, REPLACE, ("k", YAML, *route), "new")
    assert isinstance(found, CannotEdit)
    assert reason in found.reason


@pytest.mark.parametrize("held", ["|\n  eyJ9\n", ">\n  eyJ9\n", "eyJ\n", "7\n"])
def test_base64_elsewhere_than_on_one_line_is_left_alone(held: str) -> None:
    found = changed(f"k: {held}", REPLACE, ("k", BASE64, JSON), 1)
    assert isinstance(found, CannotEdit)


def test_a_key_that_is_repeated_elsewhere_does_not_matter() -> None:
    text = "k: |\n  a: 1\n  b: 2\n  b: 3\n"
    assert changed(text, REPLACE, ("k", YAML, "a"), 2) == text.replace("a: 1", "a: 2")
