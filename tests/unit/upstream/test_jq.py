"""What `jq '.plugins += [...]'` makes of files, by the program itself where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.upstream.jq import MAX_DEPTH, JqError, add_plugin, read

JQ = shutil.which("jq") or ""
PLUGIN: dict[str, object] = {"type": "bandwidth"}


def added(text: str) -> str | None:
    try:
        return add_plugin(text, PLUGIN)
    except JqError:
        return None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {"plugins": [PLUGIN]}),
        ("null", {"plugins": [PLUGIN]}),
        ('{"plugins": null}', {"plugins": [PLUGIN]}),
        (
            '\ufeff{"plugins": [{"snat": true, "n": 01.50}]}',
            {"plugins": [{"snat": True, "n": 1.5}, PLUGIN]},
        ),
        ('{"name": "a", "name": "b\\u00e9"}', {"name": "bé", "plugins": [PLUGIN]}),
        ("[] {}", {"plugins": [PLUGIN]}),
    ],
)
def test_a_plugin_is_added(text: str, value: object) -> None:
    assert json.loads(added(text) or "") == value


@pytest.mark.parametrize(
    "text",
    [
        *(
            "hello",
            "[]",
            "1",
            "true",
            '"x"',
            '{"plugins": {}}',
            '{"plugins": 1}',
            "{} []",
            "// c\n{}",
        ),
        *('{"a": 1,}', "[1,]", "[1 2]", "{1: 2}", '{"a"}', "}", "{", '"', '"\\q"', '"\\ud83d"'),
        *('"\n"', "a: b", '{"a": 1]', "nul", "+", "[" * (MAX_DEPTH + 1)),
    ],
)
def test_what_is_no_list_of_plugins_is_refused(text: str) -> None:
    assert added(text) is None


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_file_stays_one(text: str) -> None:
    assert added(text) == ""


def test_the_second_half_of_a_pair_alone_is_replaced() -> None:
    assert read('["\\udc00", "\\ud83d\\ude00"]') == [["\ufffd", "\U0001f600"]]


def test_numbers_are_those_of_c() -> None:
    largest = 1.7976931348623157e308
    assert read(".5 +1 1. 01 1e2 1E999 -inf NaN") == [0.5, 1, 1, 1, 100, largest, -largest, None]


PIECES = st.sampled_from(
    [
        *(
            "{",
            "}",
            "[",
            "]",
            '"plugins":',
            '"a"',
            ",",
            ":",
            " ",
            "\n",
            "1",
            "01",
            ".5",
            "1.",
            "+1",
        ),
        *("null", "true", "nul", '"\\u0041"', '"\\q"', "//", "[]", "{}", '{"plugins":[]}', "1e999"),
    ]
)


@pytest.mark.skipif(not JQ, reason="jq is not installed")
@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join), st.booleans())
def test_what_is_made_is_what_the_program_makes(text: str, inside: bool) -> None:
    given_text = f'{{"plugins":{text}}}' if inside else text
    program = f".plugins += [{json.dumps(PLUGIN)}]"
    done = subprocess.run(
        [JQ, program], input=given_text.encode(), capture_output=True, check=False
    )
    made = added(given_text)
    assert (made is None) == (done.returncode != 0)
    if made is not None:
        assert "".join(made.split()) == "".join(done.stdout.decode().split())


@given(st.text())
def test_no_text_makes_it_raise_anything_else(text: str) -> None:
    added(text)
