"""Flux's substitution of variables in the objects that a Kustomization applies.

fluxcd/pkg@kustomize/v1.39.0:kustomize/kustomize_varsub.go writes each object as YAML, substitutes
in the text, and reads it again; the grammar is that of fluxcd/pkg@kustomize/v1.39.0:envsubst/parse:
`${name}` with an operator, nested defaults, and `$$` for a plain dollar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Self

from cnilint.model.text import Source
from cnilint.model.tree import Document, Value, plain
from cnilint.patterns import PatternError, compiled, literally
from cnilint.start import NamedTuple, lazy_pattern
from cnilint.syntax.compose import compose
from cnilint.syntax.resolve import resolve

from .built import BuiltNode, made

DISABLED = "kustomize.toolkit.fluxcd.io/substitute"
"""A label or annotation; `disabled` keeps an object as it is."""

_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_DEPTH = 40
_LONGEST = 1_500_000
"""Of a text behind the substitution: the API server takes no larger object."""


class Variables(NamedTuple):
    """The variables of a Kustomization; those of a source that is not in view are unknown.

    `values` are known, `complete` says that there are no others.
    """

    values: Mapping[str, BuiltNode]
    complete: bool


class _Refused(Exception):  # noqa: N818 - not an error of ours
    """The text is not in the grammar: Flux fails, and nothing is applied."""

    reason = "this is no expression that Flux can substitute"


class _TooLong(_Refused):
    """The text becomes longer than an object may be."""

    reason = "what this comes to is longer than an object may be"


class _Unknown(str):
    """The empty text of a variable that is not in view; `written` is how it stands in a text."""

    __slots__ = ("written",)
    written: str

    def __new__(cls, name: str) -> Self:
        """Return the text for the variable of a name."""
        one = super().__new__(cls)
        one.written = f"${{{name}}}"
        return one


def substituted(root: BuiltNode, variables: Variables) -> BuiltNode:
    """Return an object with its variables substituted; what is not known has a doubt.

    A variable that is not in view stays as it is written, unless its expression has a value for
    one that is not there. A string that is one variable alone has the place where that variable is
    written as its last.
    """
    for kind in ("annotations", "labels"):
        if root.text("metadata", kind, DISABLED) == "disabled":
            return root
    return _each(root, variables)


def _each(node: BuiltNode, variables: Variables) -> BuiltNode:
    value = node.value
    if isinstance(value, dict):
        named = {_key(key, variables): _each(one, variables) for key, one in value.items()}
        if all(named.get(key) is one for key, one in value.items()):
            return node
        return BuiltNode(named, node.places, node.doubt)
    if isinstance(value, list):
        listed = [_each(one, variables) for one in value]
        same = all(one is other for one, other in zip(listed, value, strict=True))
        return node if same else BuiltNode(listed, node.places, node.doubt)
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


def _string(node: BuiltNode, value: str, variables: Variables) -> BuiltNode:
    unknown: list[str] = []
    used: list[BuiltNode] = []

    def variable(name: str) -> str:
        text, source = _value(name, variables)
        if source is not None:
            used.append(source)
        elif not variables.complete:
            unknown.append(name)
            return _Unknown(name)
        return text

    try:
        text = expanded(value, variable)
    except _Refused as refused:
        return BuiltNode(value, node.places, refused.reason)
    if text == value and not unknown:
        return node
    places = node.places
    if len(used) == 1 and _NAME.fullmatch(value.removeprefix("${").removesuffix("}")):
        places = (*places, *used[0].places)
    doubt = f"the value of {' and '.join(dict.fromkeys(unknown))} is not in view" if unknown else ""
    doubt = doubt or next((one.doubt for one in used if one.doubt), node.doubt)
    again = made(_read_again(value, text) if text != value else value, *places)
    again.doubt = doubt
    return again


def _read_again(before: str, text: str) -> Value:
    """Return what a string is read as behind the substitution: one without quotes may change."""
    from cnilint.syntax.style import plain_allowed

    if "\n" in before or not plain_allowed(before, flow=False):
        return text
    if plain_allowed(text, flow=False):
        return resolve(text)
    if not text.strip():
        return None
    documents = [one for one in compose(Source("", text)) if isinstance(one, Document)]
    return plain(documents[0].root) if len(documents) == 1 else text


def _value(name: str, variables: Variables) -> tuple[str, BuiltNode | None]:
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
    at = length = 0
    while (found := text.find("$", at)) != -1:
        parts.append(text[at:found])
        if text.startswith("$$", found):
            parts.append("$")
            at = found + 2
        elif text.startswith("${", found):
            end = _closing(text, found + 2)
            parts.append(_expression(text[found + 2 : end], variable, depth))
            length += len(parts[-1])
            if length > _LONGEST:
                raise _TooLong
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
        return value.written if isinstance(value, _Unknown) else value
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
        glob = expanded(rest[2 if longest else 1 :], variable, depth + 1)
        return _trimmed(value, glob, front=rest[0] == "#", longest=longest)
    if rest[0] == "/":
        return _replaced(value, expanded(rest[1:], variable, depth + 1))
    raise _Refused


def _part(value: str, text: str) -> str:
    """Return a part of a value by where it begins and how long it is; what is no number is not.

    fluxcd/pkg@kustomize/v1.39.0:envsubst/funcs.go toSubstr
    """
    numbers = text.split(":")
    if len(numbers) > 2:
        raise _Refused
    if not all(re.fullmatch(r"[+-]?[0-9]{1,9}", one) for one in numbers):
        return value
    start = int(numbers[0])
    start = max(len(value) + start, 0) if start < 0 else start
    if len(numbers) == 1:
        return value[start:]
    length = int(numbers[1])
    if length < 0 and start + length < len(value):
        raise _Refused
    return value[start : start + length] if length >= 0 else value[start:]


def _trimmed(value: str, glob: str, *, front: bool, longest: bool) -> str:
    """Return a value without what a pattern fits at its front or end; nothing is never cut off.

    The end is looked at by turning both around, as Flux does: a class of characters then fits none.
    """
    if not front:
        value, glob = value[::-1], glob[::-1]
    length = _length(glob, value, longest=longest)
    if length is not None:
        value = value[max(length, 1) :]
    return value if front else value[::-1]


def _length(glob: str, value: str, *, longest: bool) -> int | None:
    """Return how long the part at a value's front is that a shell's pattern fits; None if none.

    fluxcd/pkg@kustomize/v1.39.0:envsubst/path/match.go: as Go's path.Match, and `*` fits a slash.
    """
    parts: list[str] = []
    at = 0
    while at < len(glob):
        found = _PIECE.match(glob, at)
        if found is None:
            return None
        piece = found[0]
        if piece == "*":
            parts.append(".*" if longest else ".*?")
        elif piece == "?":
            parts.append(".")
        elif piece[0] == "[":
            parts.append(piece)
        else:
            parts.append(literally(piece[-1]))
        at = found.end()
    try:
        return compiled(f"(?s){''.join(parts)}").fitting(value)
    except PatternError:
        return None


_PIECE = lazy_pattern(r"[*?]|\\.|\[\^?(?:[^\]\\\[]|\\.)+\]|[^\\\[]", re.DOTALL)
_SLASH = lazy_pattern(r"((?:[^\\/]|\\.)*)/(.*)", re.DOTALL)


def _replaced(value: str, rest: str) -> str:
    """Return a value with a text in place of another one: the first, each, or one at an end."""
    mark = rest[:1] if rest[:1] in ("/", "#", "%") else ""
    found = _SLASH.fullmatch(rest[len(mark) :])
    if found is None:
        raise _Refused
    old, new = (re.sub(r"\\(.)", r"\1", part) for part in found.groups())
    if not old:
        return value
    if mark == "/":
        if value.count(old) * len(new) > _LONGEST:
            raise _TooLong
        return value.replace(old, new)
    if mark == "#":
        return new + value[len(old) :] if new and value.startswith(old) else value
    if mark == "%":
        return value[: -len(old)] + new if new and value.endswith(old) else value
    return value.replace(old, new, 1)
