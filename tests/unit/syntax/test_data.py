"""The project's own data files: what they hold, and on which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint.errors import RuleError
from cnilint.syntax.data import line_of, read_mapping

TEXT = """\
# a comment
name: x
list:
- one
-
  two: {three: 3, four: 4}

  five: [6,
    7]
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "data.yaml"
    path.write_text(TEXT, "utf-8")
    return str(path)


def test_a_mapping_is_read_as_plain_values(file: str) -> None:
    assert read_mapping(file) == {
        "name": "x",
        "list": ["one", {"two": {"three": 3, "four": 4}, "five": [6, 7]}],
    }


@pytest.mark.parametrize(
    ("route", "line"),
    [
        ((), 2),
        (("name",), 2),
        (("list",), 3),
        (("list", 0), 4),
        (("list", 1), 6),
        (("list", 1, "two"), 6),
        (("list", 1, "two", "four"), 6),
        (("list", 1, "five"), 8),
        (("list", 1, "five", 0), 8),
        (("list", 1, "five", 1), 9),
        # as far as there is something
        (("list", 1, "six"), 6),
        (("list", 7), 3),
        (("list", "one"), 3),
        (("name", "x"), 2),
        (("other", 1, 2), 2),
    ],
)
def test_a_route_has_the_line_of_its_key_or_item(
    file: str, route: tuple[str | int, ...], line: int
) -> None:
    assert line_of(file, route) == line


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: 1\nb: [\n", "line 2"), ("a: 1\na: 2\n", "line 2"), ("- 1\n", ""), ("", "")],
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "data.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(RuleError) as caught:
        read_mapping(str(path))
    assert (caught.value.path, caught.value.place) == (str(path), place)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe", "can't decode byte 0xff"), (b"a: b\n---\nc: d\n", "line 2: a second document")],
)
def test_a_file_holds_one_text(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(RuleError, match=said):
        read_mapping(str(path))
    with pytest.raises(RuleError, match="No such file"):
        read_mapping(str(tmp_path / "none.yaml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b\nlast:\n  c: d\n", {"a": "b"}),
        ("a: b\nlast: c\ne: f\n", {"a": "b"}),
        ("a: b\nmore: |\n  last: c\n", {"a": "b", "more": "last: c\n"}),
        ("a: b\nlasting: c\n", {"a": "b", "lasting": "c"}),
        ("a: b\n", {"a": "b"}),
    ],
)
def test_what_stands_before_a_key_can_be_all(
    tmp_path: Path, text: str, expected: dict[str, str]
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    assert read_mapping(str(path), until="last") == expected
