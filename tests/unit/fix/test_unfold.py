"""Edits inside of a string, as one replacement of the string."""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.fix.unfold import unfolded
from cnilint.model.finding import Edit, Operation
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, Route, Value
from cnilint.syntax.compose import compose

TEXT = """\
kind: ConfigMap
data:
  a.json: |
    {"a": 1, "b": 2}
  b.yaml: |
    a: 1  # one
    b: 2
"""


def made(*changes: tuple[Route, Value]) -> Sequence[tuple[Route, object]]:
    (document,) = compose(Source("x.yaml", TEXT))
    assert isinstance(document, Document)
    edits = [Edit(document, route, Operation.REPLACE, value) for route, value in changes]
    return [(one.route, one.value) for one in unfolded(edits) if isinstance(one, Edit)]


def test_edits_in_one_string_become_one_replacement_of_it() -> None:
    json, yaml = ("data", "a.json"), ("data", "b.yaml")
    found = made(
        (("kind",), "Secret"),
        ((*json, Embedded.JSON, "a"), 3),
        ((*yaml, Embedded.YAML, "a"), 4),
        ((*json, Embedded.JSON, "b"), 5),
    )
    assert found == [
        (("kind",), "Secret"),
        (json, '{"a": 3, "b": 5}\n'),
        (yaml, "a: 4  # one\nb: 2\n"),
    ]
