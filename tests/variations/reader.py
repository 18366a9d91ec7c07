"""The second reader: what a text holds by PyYAML's own parser, which cnilint does not use.

PyYAML's reader, scanner, parser and composer in Python are taken as they are, but for one thing:
a tab may stand wherever a space separates, as YAML allows and libyaml has it, of which Kubernetes'
reader is a port. What a plain scalar stands for is said here as Kubernetes reads it
(kubernetes-sigs/yaml@v1.4.0:goyaml.v2/resolve.go): no times, no numbers to the base of sixty, and
no `=`, which PyYAML has. Keys are texts, a later one counts, and `<<` brings what it names.
"""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

Data = Any
"""What JSON can say."""

Step = str | int
_TAG = "tag:yaml.org,2002:"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class UnreadError(Exception):
    """A text that the second reader does not read, and why."""


class _Resolver(BaseResolver):  # type: ignore[misc]  # PyYAML has no types
    """What plain scalars stand for."""


_PLAIN = {
    "bool": (
        "yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
        "yYnNtTfFoO",
    ),
    "int": (
        r"[-+]?0b[0-1_]+|[-+]?0o?[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+",
        "-+0123456789",
    ),
    "float": (
        r"[-+]?(?:(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|\.inf|\.Inf|\.INF)",
        "-+0123456789.",
    ),
    "float of none": (r"\.nan|\.NaN|\.NAN", "."),
    "merge": ("<<", "<"),
    "null": ("~|null|Null|NULL|", ("~", "n", "N", "")),
}
for _name, (_pattern, _first) in _PLAIN.items():
    _whole = re.compile(f"^(?:{_pattern})$")
    _Resolver.add_implicit_resolver(_TAG + _name.split()[0], _whole, list(_first))


class _Scanner(Scanner):  # type: ignore[misc]
    """PyYAML's scanner, for which a tab separates as a space does."""

    allow_simple_key: bool

    def scan_to_next_token(self) -> None:
        """Go on to the next token, over spaces, tabs that do not indent, comments and line ends."""
        if self.index == 0 and self.peek() == "\ufeff":
            self.forward()
        while True:
            while self.peek() == " " or (
                self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)
            ):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0\r\n\x85\u2028\u2029":
                    self.forward()
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True


class _Loader(Reader, _Scanner, Parser, Composer, _Resolver):  # type: ignore[misc]
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        _Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        _Resolver.__init__(self)


class Written(NamedTuple):
    """A document: its data, where it begins in the text, and where its scalars stand."""

    data: Data
    start: int
    strings: tuple[tuple[tuple[int, int], tuple[Step, ...]], ...]


def decoded(content: bytes) -> str:
    """Return the text of a file, its mark included. UnreadError where it is none."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadError(str(error)) from error


@lru_cache(maxsize=64)
def written(text: str) -> tuple[Written, ...]:
    """Return the documents of a text. UnreadError where it is not YAML."""
    try:
        nodes = list(_nodes(text))
        return tuple(
            Written(_data(node, {}), node.start_mark.index, tuple(_strings(node, ())))
            for node in nodes
        )
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadError(str(error)) from error


def documents(text: str) -> list[Data]:
    """Return the data of each document of a text. UnreadError where it is not YAML."""
    return [one.data for one in written(text)]


def _nodes(text: str) -> Iterator[yaml.Node]:
    loader = _Loader(text)
    while loader.check_node():
        node = loader.get_node()
        assert node is not None
        yield node


def _data(node: yaml.Node, known: dict[int, Data]) -> Data:
    if id(node) in known:
        return known[id(node)]
    found: Data
    if isinstance(node, yaml.MappingNode):
        found = _mapping(node, known)
    elif isinstance(node, yaml.SequenceNode):
        found = [_data(one, known) for one in node.value]
    else:
        found = _scalar(node)
    known[id(node)] = found
    return found


def _mapping(node: yaml.MappingNode, known: dict[int, Data]) -> dict[str, Data]:
    found: dict[str, Data] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise UnreadError("a key is no scalar")
        if key.tag == f"{_TAG}merge":
            sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for one in reversed(sources):
                found |= _data(one, known)
        else:
            found[key.value] = _data(value, known)
    return found


def _scalar(node: yaml.Node) -> Data:
    kind, text = node.tag.removeprefix(_TAG), node.value
    bare = text.replace("_", "").lower()
    if kind == "null":
        return None
    if kind == "bool":
        return bare in ("yes", "true", "on")
    if kind == "int":
        octal = re.fullmatch(r"([-+]?)0o?([0-7]+)", bare)
        return int(octal[1] + octal[2], 8) if octal else int(bare, 0)
    if kind == "float":
        return float(bare.replace(".inf", "inf").replace(".nan", "nan"))
    if kind in ("str", "merge", "binary"):
        return text
    raise UnreadError(f"there is no reading of {node.tag}")


def _strings(
    node: yaml.Node, route: tuple[Step, ...]
) -> Iterator[tuple[tuple[int, int], tuple[Step, ...]]]:
    """Yield where each scalar that is a value stands, with its route; one that is shared, once."""
    if isinstance(node, yaml.ScalarNode):
        yield (node.start_mark.index, node.end_mark.index), route
    elif isinstance(node, yaml.SequenceNode):
        for at, one in enumerate(node.value):
            yield from _strings(one, (*route, at))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _strings(value, (*route, key.value))


def scalar_spans(text: str) -> list[tuple[int, int]]:
    """Return where the scalars of a text stand, keys included. UnreadError if it is not YAML."""
    return [
        (token.start_mark.index, token.end_mark.index)
        for token in tokens(text)
        if isinstance(token, yaml.ScalarToken)
    ]


@lru_cache(maxsize=8)
def tokens(text: str) -> tuple[yaml.Token, ...]:
    """Return the tokens of a text. UnreadError if it is not YAML."""
    loader, found = _Loader(text), []
    try:
        while loader.check_token():
            found.append(loader.get_token())
    except yaml.YAMLError as error:
        raise UnreadError(str(error)) from error
    return tuple(found)


_COMMENT = re.compile(r"(?:^|(?<=[\s\x85\u2028\u2029]))#[^\r\n\x85\u2028\u2029]*", re.MULTILINE)


def comments(text: str) -> list[tuple[int, str]]:
    """Return the comments of a text with their offsets, those in strings left out."""
    spans, found, at = scalar_spans(text), [], 0
    for one in _COMMENT.finditer(text):
        while at < len(spans) and spans[at][1] <= one.start():
            at += 1
        header = text[spans[at][0]] in "|>" if at < len(spans) else False
        inside = at < len(spans) and spans[at][0] <= one.start()
        if not inside or (header and "\n" not in text[spans[at][0] : one.start()]):
            found.append((one.start(), one[0]))
    return found


def json_data(text: str) -> Data:
    """Return what JSON in a string holds; with what JSON does not allow, as YAML has it."""
    try:
        return json.loads(text)
    except ValueError:
        return only(text)


def only(text: str) -> Data:
    """Return the data of a text with one document. UnreadError where it has not just one."""
    found = documents(text)
    if len(found) != 1:
        raise UnreadError(f"there are {len(found)} documents in a string")
    return found[0]


def text_of_base64(text: str) -> str:
    """Return the text that Base64 stands for. UnreadError where it stands for none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except ValueError as error:
        raise UnreadError(str(error)) from error


def same(one: Data, other: Data) -> bool:
    """Whether two values are the same, in their kinds of numbers too; the order of keys is free."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or (one != one and other != other)


def difference(one: Data, other: Data, route: Sequence[Step] = ()) -> str:
    """Return the first place at which two values differ, and how, for a person."""
    if type(one) is type(other) and isinstance(one, dict):
        for key in {**one, **other}:
            if key not in one or key not in other or not same(one[key], other[key]):
                return difference(one.get(key), other.get(key), (*route, key))
    if type(one) is type(other) and isinstance(one, list) and len(one) == len(other):
        for at, (mine, its) in enumerate(zip(one, other, strict=True)):
            if not same(mine, its):
                return difference(mine, its, (*route, at))
    place = "/".join(map(str, route))
    return f"at {place}: {str(one)[:200]!r} where {str(other)[:200]!r} was to be"
