"""JSON as Go writes it over several lines."""

from __future__ import annotations

import json
import string

from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream import gojson
from cnilint.upstream.indented import go_indented

JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(string.printable + "é<>&\u2028"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab<é", max_size=3), inner),
)


@given(JSONS)
def test_go_sorts_and_escapes(value: object) -> None:
    written = go_indented(gojson.parse(json.dumps(value)))
    assert json.loads(written) == value
    assert not set("<>&\u2028") & set(written)
    assert written.count("\n") == len(json.dumps(value, indent=2).splitlines())


def test_what_is_nested_deeply_is_written() -> None:
    text = "[" * 9_000 + "]" * 9_000
    assert "".join(go_indented(gojson.parse(text)).split()) == text
