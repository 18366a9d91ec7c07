"""Flux's substitution of variables in the objects that a Kustomization applies.

fluxcd/pkg@kustomize/v1.39.0:kustomize/kustomize_varsub.go writes each object as YAML, substitutes
in the text, and reads it again; the grammar is that of fluxcd/pkg@kustomize/v1.39.0:envsubst/parse:
`${name}` with an operator, nested defaults, and `$$` for a plain dollar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fnmatch import translate
from typing import NamedTuple

from cnilint.model.tree import ScalarValue
from cnilint.syntax.resolve import resolve
from cnilint.syntax.style import plain_allowed

from .built import Node

DISABLED = "kustomize.toolkit.fluxcd.io/substitute"
"""A label or annotation; `disabled` keeps an object as it is."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DEPTH = 40


class Variables(NamedTuple):
    """The variables of a Kustomization; those of a source that is not in view are unknown.

    `values` are known, `complete` says that there are no others.
    """

    values: Mapping[str, Node]
    complete: bool


class _Refused(Exception):  # noqa: N818 - not an error of ours
    """The text is not in the grammar: Flux fails, and nothing is applied."""


def substituted(root: Node, variables: Variables) -> Node:
    """Return an object with its variables substituted; what is not known has a doubt.

    A string that is one variable alone has the place where that variable is written as its last.
    """
    for kind in ("annotations", "labels"):
        if root.text("metadata", kind, DISABLED) == "disabled":
            return root
    return _each(root, variables)


def _each(node: Node, variables: Variables) -> Node:
    value = node.value
    if isinstance(value, dict):
        named = {_key(key, variables): _each(one, variables) for key, one in value.items()}
        if all(named.get(key) is one for key, one in value.items()):
            return node
        return Node(named, node.places, node.doubt)
    if isinstance(value, list):
        listed = [_each(one, variables) for one in value]
        same = all(one is other for one, other in zip(listed, value, strict=True))
        return node if same else Node(listed, node.places, node.doubt)
    if isinstance(value, str) and "$" in value:
        return _string(node, value, variables)
    return node


def _key(key: str, variables: Variables) -> str:
    if "$" not in key:
        return key
    try:
        return expanded(key, lambda name: _value(name, variables)[0])
    except _Refused:
        return key


def _string(node: Node, value: str, variables: Variables) -> Node:
    unknown: list[str] = []
    used: list[Node] = []

    def variable(name: str) -> str:
        text, source = _value(name, variables)
        if source is not None:
            used.append(source)
        elif not variables.complete:
            unknown.append(name)
        return text

    try:
        text = expanded(value, variable)
    except _Refused:
        return Node(value, node.places, "this is no expression that Flux can substitute")
    if text == value:
        return node
    places = node.places
    if len(used) == 1 and _NAME.fullmatch(value.removeprefix("${").removesuffix("}")):
        places = (*places, *used[0].places)
    doubt = f"the value of {' and '.join(dict.fromkeys(unknown))} is not in view" if unknown else ""
    doubt = doubt or next((one.doubt for one in used if one.doubt), node.doubt)
    return Node(_read_again(value, text), places, doubt)


def _read_again(before: str, text: str) -> ScalarValue:
    """Return what a string is read as behind the substitution: one without quotes may change."""
    if "\n" in before or not plain_allowed(before, flow=False):
        return text
    return resolve(text)


def _value(name: str, variables: Variables) -> tuple[str, Node | None]:
    found = variables.values.get(name)
    if found is None:
        return "", None
    text = found.value if isinstance(found.value, str) else found.written
    return text.replace("\n", ""), found


def expanded(text: str, variable: Callable[[str], str], depth: int = 0) -> str:
    """Return a text with its variables filled in; `variable` gives the value of a name.

    Raises an exception of its own where Flux would refuse the text.
    """
    if depth > _DEPTH:
        raise _Refused
    parts: list[str] = []
    at = 0
    while (found := text.find("$", at)) != -1:
        parts.append(text[at:found])
        if text.startswith("$$", found):
            parts.append("$")
            at = found + 2
        elif text.startswith("${", found):
            end = _closing(text, found + 2)
            parts.append(_expression(text[found + 2 : end], variable, depth))
            at = end + 1
        else:
            parts.append("$")
            at = found + 1
    return "".join((*parts, text[at:]))


def _closing(text: str, start: int) -> int:
    """Return where the brace that was opened before `start` is closed."""
    depth, at = 1, start
    while at < len(text):
        if text.startswith("${", at):
            depth += 1
            at += 2
            continue
        if text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise _Refused


def _expression(inner: str, variable: Callable[[str], str], depth: int) -> str:
    """Return what an expression between braces stands for."""
    if inner.startswith("#"):
        return str(len(variable(_whole_name(inner[1:]))))
    found = _NAME.match(inner)
    if found is None:
        raise _Refused
    value, rest = variable(found[0]), inner[found.end() :]
    if not rest:
        return value
    for operator in (":-", ":=", ":?", ":+", "="):
        if rest.startswith(operator):
            default = expanded(rest[len(operator) :], variable, depth + 1)
            return value or default
    return _changed(value, rest, variable, depth)


def _whole_name(text: str) -> str:
    if _NAME.fullmatch(text) is None:
        raise _Refused
    return text


def _changed(value: str, rest: str, variable: Callable[[str], str], depth: int) -> str:
    """Return a value changed by an operator: its case, a part of it, or text in place of text."""
    cases: dict[str, Callable[[str], str]] = {
        "^": lambda text: text[:1].upper() + text[1:],
        "^^": str.upper,
        ",": lambda text: text[:1].lower() + text[1:],
        ",,": str.lower,
    }
    if rest in cases:
        return cases[rest](value)
    if rest[0] == ":":
        return _part(value, rest[1:])
    if rest[0] in "#%":
        longest = rest[1:2] == rest[0]
        pattern = expanded(rest[2 if longest else 1 :], variable, depth + 1)
        return _trimmed(value, pattern, front=rest[0] == "#", longest=longest)
    if rest[0] == "/":
        return _replaced(value, expanded(rest[1:], variable, depth + 1))
    raise _Refused


def _part(value: str, text: str) -> str:
    numbers = [one.strip() for one in text.split(":")]
    if len(numbers) > 2 or not all(re.fullmatch(r"-?[0-9]{1,9}", one) for one in numbers):
        raise _Refused
    start = int(numbers[0])
    start = max(len(value) + start, 0) if start < 0 else start
    if len(numbers) == 1:
        return value[start:]
    length = int(numbers[1])
    return value[start : start + length] if length >= 0 else value[start : len(value) + length]


def _trimmed(value: str, pattern: str, *, front: bool, longest: bool) -> str:
    matcher = re.compile(translate(pattern))
    lengths = range(len(value) + 1)
    for length in reversed(lengths) if longest else lengths:
        part = value[:length] if front else value[len(value) - length :]
        if matcher.match(part):
            return value[length:] if front else value[: len(value) - length]
    return value


def _replaced(value: str, rest: str) -> str:
    mark = rest[:1] if rest[:1] in ("/", "#", "%") else ""
    old, _, new = rest[len(mark) :].partition("/")
    if not old:
        return value
    if mark == "/":
        return value.replace(old, new)
    if mark == "#":
        return new + value[len(old) :] if value.startswith(old) else value
    if mark == "%":
        return value[: -len(old)] + new if value.endswith(old) else value
    return value.replace(old, new, 1)
