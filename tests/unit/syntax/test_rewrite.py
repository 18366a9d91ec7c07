"""Edits become the text a person would have written in that place."""

# ruff: noqa: E501 (a case stands on one line)

from __future__ import annotations

import pytest

from cnilint.model.finding import Edit, Operation, TextEdit
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, Embedded, Route, Value
from cnilint.syntax.compose import compose
from cnilint.syntax.rewrite import CannotEdit, apply, prove, rewrite

ADD, REPLACE, REMOVE = Operation.ADD, Operation.REPLACE, Operation.REMOVE
JSON = Embedded.JSON


def document(text: str, path: str = "x.yaml") -> Document:
    return next(one for one in compose(Source(path, text)) if isinstance(one, Document))


def changed(
    text: str,
    operation: Operation,
    route: Route,
    value: Value = None,
    after: str | None = None,
    path: str = "x.yaml",
) -> str | CannotEdit:
    found = document(text, path)
    edits = rewrite(found, [Edit(found, route, operation, value, after)])
    return edits if isinstance(edits, CannotEdit) else apply(text, edits)


DAEMON_CONFIG = """\
---
kind: ConfigMap
apiVersion: v1
metadata:
  name: multus-daemon-config # read by the daemon
data:
  daemon-config.json: |
    {
        "chrootDir": "/hostroot",
        "cniConfigDir": "/host/etc/cni/net.d",
        "multusConfigFile": "auto",
        "multusAutoconfigDir": "/host/etc/cni/net.d"
    }
---
kind: DaemonSet
"""


def test_a_master_is_named_behind_the_last_member() -> None:
    """As AWS did it: two lines change (aws/amazon-vpc-cni-k8s: config/multus)."""
    route = ("data", "daemon-config.json", JSON, "multusMasterCNI")
    for text in (DAEMON_CONFIG, DAEMON_CONFIG.replace("\n", "\r\n")):
        new = changed(text, ADD, route, "10-aws.conflist", "multusAutoconfigDir")
        assert isinstance(new, str)
        before, after = text.splitlines(), new.splitlines()
        assert before[:11] + before[12:] == after[:11] + after[13:]
        assert before[11] == '        "multusAutoconfigDir": "/host/etc/cni/net.d"'
        assert after[11:13] == [
            '        "multusAutoconfigDir": "/host/etc/cni/net.d",',
            '        "multusMasterCNI": "10-aws.conflist"',
        ]
        assert new.count("\r\n") in (0, new.count("\n"))


CASES: list[tuple[str, Operation, Route, Value, str | None, str]] = [
    # A block mapping: behind the named member, comments stay where they are.
    ("a: 1 # c\nb: 2\n", ADD, ("k",), "x", "a", "a: 1 # c\nk: x\nb: 2\n"),
    ("a: 1\n# end\n", ADD, ("k",), "x", "gone", "a: 1\nk: x\n# end\n"),
    ("a:\n    b: 1", ADD, ("a", "k"), {"x": [1]}, None, "a:\n    b: 1\n    k:\n        x:\n            - 1"),
    ("a:\n- b\nc: 1\n", ADD, ("k",), ["x"], "a", "a:\n- b\nk:\n- x\nc: 1\n"),
    ("a:  '1'\n", ADD, ("k",), "x", None, "a:  '1'\nk:  'x'\n"),
    ('"a": 1\n', ADD, ("k",), True, None, '"a": 1\n"k": true\n'),
    ("a: 1\n", ADD, ("y",), "true", None, 'a: 1\n"y": "true"\n'),
    ("a: 1\n", ADD, ("k",), "x\nz\n", None, "a: 1\nk: |\n  x\n  z\n"),
    ("a: |\n  x\n\nb: 1\n", ADD, ("k",), 1, "a", "a: |\n  x\nk: 1\n\nb: 1\n"),
    ("a: |+\n  x\n\nb: 1\n", ADD, ("k",), 1, "a", "a: |+\n  x\n\nk: 1\nb: 1\n"),
    ("- a: 1\n  b: 2\n- c\n", ADD, (0, "k"), 1, "a", "- a: 1\n  k: 1\n  b: 2\n- c\n"),
    ("a: {}  # c\n", ADD, ("a", "k"), 1, None, "a:  # c\n  k: 1\n"),
    ("a:\nb: 1\n", ADD, ("a", "k"), 1, None, "a:\n  k: 1\nb: 1\n"),
    ("a: null\n", ADD, ("a", -1), 1, None, "a:\n  - 1\n"),
    ("{}\n", ADD, ("k",), 1, None, "k: 1\n"),
    ("a: 1\n", REMOVE, ("a",), None, None, "{}\n"),
    ("a:\n  b: 1 # c\n  # d\ne: 1\n", REMOVE, ("a", "b"), None, None, "a: {}\n  # d\ne: 1\n"),
    ("a: 1\nb: [\n  1]\nc: 2", REMOVE, ("b",), None, None, "a: 1\nc: 2"),
    ("a: 1\r\nb: 2", REMOVE, ("b",), None, None, "a: 1"),
    ("- a: 1\n  # c\n  b: 2\n", REMOVE, (0, "a"), None, None, "-\n  # c\n  b: 2\n"),
    # A block sequence.
    ("a:\n-   x\nb: 1\n", ADD, ("a", -1), "z", None, "a:\n-   x\n-   z\nb: 1\n"),
    ("- x # c\n- z\n", ADD, (1,), {"a": 1, "b": 2}, None, "- x # c\n- a: 1\n  b: 2\n- z\n"),
    ("- name: 'a'\n  k: 1\n", ADD, (0,), {"name": "b", "v": "c"}, None, "- name: 'b'\n  v: c\n- name: 'a'\n  k: 1\n"),
    ("- - a\n  - b\n", ADD, (0, 0), "k", None, "- - k\n  - a\n  - b\n"),
    ("- - a\n  - b\n", REMOVE, (0, 0), None, None, "- - b\n"),
    ("-\n- b\n", REPLACE, (0,), "x", None, "- x\n- b\n"),
    ("- {} # c\n", ADD, (0, "k"), 1, None, "- k: 1 # c\n"),
    ("a:\n  - x\n", REMOVE, ("a", 0), None, None, "a: []\n"),
    # Brackets in YAML.
    ("a: {x: 1, z: 2} # c\n", ADD, ("a", "k"), "s", "x", "a: {x: 1, k: s, z: 2} # c\n"),
    ("a: { x: 1 }\n", ADD, ("a", "k"), 2, None, "a: { x: 1, k: 2 }\n"),
    ("a: ['x','z']\n", ADD, ("a", -1), "z", None, "a: ['x','z','z']\n"),
    ("a: [1, 2]\n", ADD, ("a", 0), 0, None, "a: [0, 1, 2]\n"),
    ("a: [\n  1, # c\n  2, # d\n]\n", ADD, ("a", -1), 3, None, "a: [\n  1, # c\n  2, # d\n  3,\n]\n"),
    ("a: [\n  1, # c\n  2 # d\n]\n", ADD, ("a", -1), 3, None, "a: [\n  1, # c\n  2, # d\n  3\n]\n"),
    ("a: [\n  1, # c\n  2 # d\n]\n", ADD, ("a", 1), 3, None, "a: [\n  1, # c\n  3,\n  2 # d\n]\n"),
    ("a: [\n  1, # c\n  2 # d\n]\n", REMOVE, ("a", 1), None, None, "a: [\n  1 # c\n]\n"),
    ("a: [1, 2, 3]\n", REMOVE, ("a", 1), None, None, "a: [1, 3]\n"),
    ("a: [1, 2,]\n", REMOVE, ("a", 1), None, None, "a: [1,]\n"),
    ("a: [ 1 ]\n", REMOVE, ("a", 0), None, None, "a: []\n"),
    ("a: [\n  1 # c\n]\n", REMOVE, ("a", 0), None, None, "a: [\n]\n"),
    ("a: {x: 1}\n", REPLACE, ("a", "x"), {"z": ["a: b"]}, None, 'a: {x: {z: ["a: b"]}}\n'),
    ("a: {x: , z}\n", REPLACE, ("a", "z"), 1, None, "a: {x: , z: 1}\n"),
    # Values.
    ("a: 'x' # c\n", REPLACE, ("a",), "it's", None, "a: 'it''s' # c\n"),
    ("a: x # c\n", REPLACE, ("a",), "on", None, 'a: "on" # c\n'),
    ("a: &x b # c\n", REPLACE, ("a",), 5, None, "a: &x 5 # c\n"),
    ("a: |2- # c\n   x\n  z\nb: 1\n", REPLACE, ("a",), " z\nw\n", None, "a: |2 # c\n   z\n  w\nb: 1\n"),
    ("a: >-\n  x\n  z\n", REPLACE, ("a",), "z", None, "a: |-\n  z\n"),
    ("a: |\n  x\n", REPLACE, ("a",), 1, None, "a: 1\n"),
    ("a: x # c\n", REPLACE, ("a",), "z\nz", None, "a: |- # c\n  z\n  z\n"),
    ("a: x # c\nb: 1\n", REPLACE, ("a",), {"z": 1}, None, "a: # c\n  z: 1\nb: 1\n"),
    ("a: # c\n  - x\nb: 1\n", REPLACE, ("a",), "z", None, "a: z # c\nb: 1\n"),
    ("a:\n- x\nb: 1\n", REPLACE, ("a",), {"z": 1}, None, "a:\n  z: 1\nb: 1\n"),
    ("a: # c\nb: 1\n", REPLACE, ("a",), "x", None, "a: x # c\nb: 1\n"),
    ("a: 1\n---\nb: 2\n", REPLACE, (), {"c": [1]}, None, "c:\n  - 1\n---\nb: 2\n"),
    # JSON in a string.
    ("a: |\n  {}\n", ADD, ("a", JSON, "k"), [1], None, 'a: |\n  {"k": [1]}\n'),
    ('a: |\n  {"x":1}\n', ADD, ("a", JSON, "k"), {"z": 2}, None, 'a: |\n  {"x":1,"k":{"z":2}}\n'),
    ('a: |-\n\n  {\n  \t"x": {}\n  }', ADD, ("a", JSON, "x", "k"), 1, None, 'a: |-\n\n  {\n  \t"x": {\n  \t\t"k": 1\n  \t}\n  }'),
    ('a: |\n  {\n    "x": 1, // c\n  }\n', ADD, ("a", JSON, "k"), 2, None, 'a: |\n  {\n    "x": 1, // c\n    "k": 2\n  }\n'),
    ("a: '{\"x\": \"z\"}' # c\n", ADD, ("a", JSON, "k"), "it's", None, "a: '{\"x\": \"z\", \"k\": \"it''s\"}' # c\n"),
    ('a: "{\\"x\\":[1,2]}"\n', REMOVE, ("a", JSON, "x", 0), None, None, 'a: "{\\"x\\":[2]}"\n'),
    ('a: "{\\n \\"x\\": 1\\n}"\n', ADD, ("a", JSON, "k"), 2, None, 'a: "{\\n \\"x\\": 1,\\n \\"k\\": 2\\n}"\n'),
    ('a: |\n  {"x": "{\\"z\\": 1}"}\n', REPLACE, ("a", JSON, "x", JSON, "z"), 2, None, 'a: |\n  {"x": "{\\"z\\": 2}"}\n'),
    ('a: |\n  {"x": 1}\n', REPLACE, ("a", JSON), ["é"], None, 'a: |\n  ["é"]\n'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "operation", "route", "value", "after", "expected"), CASES)
def test_an_edit_looks_like_its_neighbours(
    text: str, operation: Operation, route: Route, value: Value, after: str | None, expected: str
) -> None:
    assert changed(text, operation, route, value, after) == expected
    if not text.endswith("\n"):
        return
    around = f"# é😀\n\n---\n{text}\n---\nlast: 1\n"
    found = list(compose(Source("x.yaml", "first: 1\n" + around)))[1]
    assert isinstance(found, Document)
    edits = rewrite(found, [Edit(found, route, operation, value, after)])
    assert not isinstance(edits, CannotEdit), edits
    wanted = "first: 1\n" + around.replace(text, expected)
    assert apply(found.source.text, edits) == wanted
    assert prove(found, [Edit(found, route, operation, value, after)], edits) is None


def test_a_json_file_stays_json() -> None:
    text = '{\n\t"a": [],\n\t"b": "x"\n}\n'
    new = changed(text, ADD, ("n",), {"y": "on"}, "a", "10-a.conflist")
    assert new == '{\n\t"a": [],\n\t"n": {\n\t\t"y": "on"\n\t},\n\t"b": "x"\n}\n'
    assert changed("{}", ADD, ("n",), "x", None, "x.json") == '{"n": "x"}'


@pytest.mark.parametrize(
    ("text", "operation", "route", "reason"),
    [
        ("a: &x {b: 1}\nc: *x\n", REPLACE, ("c", "b"), "anchor"),
        ("a: &x {b: 1}\nc: *x\n", REPLACE, ("c",), "anchor"),
        ("a: &x {b: 1}\nc: *x\n", ADD, ("a", "n"), "anchor"),
        ("a: &x {b: 1}\nc: *x\n", REPLACE, ("a", "b"), "anchor"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", REPLACE, ("c", "b"), "merge key"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", REMOVE, ("c", "<<"), "merge key"),
        ("a: 1\na: 2\n", REPLACE, ("a",), "twice"),
        ("a: 1\n", ADD, ("a",), "already"),
        ("a: 1\n", REPLACE, ("b",), "no key"),
        ("a: 1\n", REPLACE, ("a", "b"), "single value"),
        ("a: 1\n", ADD, ("a", "b"), "single value"),
        ("a: [1]\n", ADD, ("a", "b"), "no place"),
        ("a: [1]\n", ADD, ("a", 3), "no place"),
        ("a: []\n", ADD, ("a", 1), "no place"),
        ("a: [1]\n", REPLACE, ("a", 1), "no item"),
        ("a: 1\n", REMOVE, (), "only be replaced"),
        ("a: 'x {{ y }}'\n", REPLACE, ("a",), "template"),
        ('a: \'{"x": "{{ y }}"}\'\n', REMOVE, ("a", JSON, "x"), "template"),
        ('a: >\n  {"x": 1}\n', ADD, ("a", JSON, "n"), "folded"),
        ('a: "{\\"x\\":\n  1}"\n', ADD, ("a", JSON, "n"), "folded"),
        ("a: |\n  {x\n", ADD, ("a", JSON, "n"), "JSON cannot be read"),
        ("a: 1\n", ADD, ("a", JSON, "n"), "a string was to hold JSON"),
        ("? a\n: b\n", ADD, ("n",), "colon"),
        ("a: [&x 1, !y 2]\n", ADD, ("a", -1), "between two members"),
    ],
)
def test_what_cannot_be_done_safely_is_refused_with_its_reason(
    text: str, operation: Operation, route: Route, reason: str
) -> None:
    found = changed(text, operation, route, 1)
    assert isinstance(found, CannotEdit)
    assert reason in found.reason


def test_edits_are_made_one_after_another() -> None:
    text = "a:\n  - 1 # one\n  - 2\nb: {}\n"
    found = document(text)
    edits = [
        Edit(found, ("a", 0), REMOVE),
        Edit(found, ("a", -1), ADD, 3),
        Edit(found, ("b", "x"), ADD, 1),
        Edit(found, ("b", "z"), ADD, 2, "x"),
        Edit(found, ("b", "x"), REMOVE),
    ]
    made = rewrite(found, edits)
    assert not isinstance(made, CannotEdit)
    assert apply(text, made) == "a:\n  - 2\n  - 3\nb:\n  z: 2\n"
    gone = rewrite(found, [*edits, Edit(found, ("a", 2), REMOVE)])
    assert isinstance(gone, CannotEdit)


def test_a_proof_fails_when_anything_else_changes() -> None:
    text = "a: 1 # c\n---\nb: 2\n"
    found = document(text)
    edit = Edit(found, ("a",), REPLACE, 3)
    assert prove(found, [edit], [TextEdit(Span(3, 4), "3")]) is None
    for wrong, reason in [
        ([TextEdit(Span(3, 4), "4")], "something else"),
        ([TextEdit(Span(3, 4), "3\nb: 1")], "something else"),
        ([TextEdit(Span(3, 4), "3"), TextEdit(Span(16, 17), "3")], "beyond"),
        ([TextEdit(Span(3, 9), "3")], "border"),
        ([TextEdit(Span(3, 4), "3\n---\nx: 1")], "border"),
        ([TextEdit(Span(3, 4), "[3")], "could not be read"),
        ([TextEdit(Span(3, 4), "3"), TextEdit(Span(3, 4), "3")], "overlap"),
        ([TextEdit(Span(3, 4), "3\na: 3")], "other documents or problems"),
    ]:
        assert reason in (prove(found, [edit], wrong) or "proven"), wrong


def test_a_document_that_shares_its_stretch_of_text_is_found() -> None:
    text = '{"a": 1}\n{"b": 2}\n'
    found = [one for one in compose(Source("x.json", text)) if isinstance(one, Document)]
    assert len(found) == 2
    edits = rewrite(found[1], [Edit(found[1], ("b",), REPLACE, 3)])
    assert not isinstance(edits, CannotEdit)
    assert apply(text, edits) == '{"a": 1}\n{"b": 3}\n'
