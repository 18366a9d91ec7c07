"""Go templates as Argo CD fills them, as far as what they use is known here.

golang/go@go1.24:src/text/template (parse/lex.go, exec.go, funcs.go) and Masterminds/sprig@v3.3.0;
argoproj/argo-cd@v3.3.0:applicationset/utils/utils.go adds `normalize`, `toYaml` and others. What a
value is that only the running Argo CD knows, is not known either; a template that decides by such a
value, or uses what is not modelled here, is not filled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from cnilint.model.tree import Value
from cnilint.start import NamedTuple, lazy_pattern

UNKNOWN = "\0"
"""Stands for what only the running Argo CD knows."""

LONGEST = 1_500_000
"""Of a text that is filled in: the API server takes no larger object."""
MOST_STEPS = 100_000
"""Actions that are looked at to fill one template."""
DEEPEST = 50
"""Of blocks and parentheses inside of each other."""

# What is never closed is found as well, to its end: nothing in it is looked at again.
_ACTION = lazy_pattern(r"\{\{((?:(?!\}\}).)*+)(\}\})?", re.DOTALL)
_TOKEN = lazy_pattern(
    r'\s*+(?:("(?:[^"\\]|\\.)*+")|`([^`]*+)`|(:=|[|(),=])|(\$\w*+(?:\.\w++)*+|(?:\.\w++)++|\.|-?\w++))'
)
_SAID = lazy_pattern(r"[-+]?[0-9]{1,9}")
_NOT_NAME = lazy_pattern(r"[^a-z0-9.-]")


class NotKnownError(Exception):
    """What a template comes to is not known: its value, a function, or a form of it."""


class _Block(NamedTuple):
    """An action with what it governs: `word` is empty for one that only writes a value."""

    word: str
    tokens: Sequence[str]
    body: Sequence[_Block | str] = ()
    otherwise: Sequence[_Block | str] = ()


def filled(text: str, data: Value) -> str:
    """Return a template filled with the data; `UNKNOWN` stands where a value is not known.

    NotKnownError where the template is not one, or where it decides by what is not known.
    """
    pieces = _pieces(text)
    body, ended = _parsed(pieces, 0)
    if ended:
        raise NotKnownError(ended)
    run = _Run(data)
    run.write(body, data, {"$": data})
    return "".join(run.parts)


def scalar(value: Value) -> str:
    """Return a value as a template writes it; UNKNOWN for one whose spelling is not known."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return json.dumps(value)
    # numbers are floats there, which are written with an exponent from a million on
    if isinstance(value, int) and abs(value) < 1_000_000:
        return str(value)
    return UNKNOWN


def normalized(text: str) -> str:
    """Return a text as the name of an object; argo-cd SanitizeName."""
    return _NOT_NAME.sub("-", text.lower())[:253].strip("-.")


def _pieces(text: str) -> Iterator[str | Sequence[str]]:
    """Yield the texts of a template and the tokens of its actions, white space trimmed as asked."""
    at, trim = 0, False
    for found in _ACTION.finditer(text):
        if found[2] is None:
            raise NotKnownError(found[0])
        inner = found[1]
        before = text[at : found.start()]
        before = before.lstrip(" \t\r\n") if trim else before
        left = inner[:1] == "-" and inner[1:2].isspace()
        trim = inner[-1:] == "-" and inner[-2:-1].isspace()
        yield before.rstrip(" \t\r\n") if left else before
        inner = (inner[1:] if left else inner)[: -1 if trim else None].strip()
        if not inner.startswith("/*"):
            yield _tokens(inner)
        at = found.end()
    yield text[at:].lstrip(" \t\r\n") if trim else text[at:]


def _tokens(action: str) -> Sequence[str]:
    """Return the words of an action; a string as JSON has it, behind its quote."""
    found: list[str] = []
    at = 0
    while at < len(action):
        token = _TOKEN.match(action, at)
        if token is None or (token.start(4) == at > 0 and action[at - 1] not in "|(,="):
            raise NotKnownError(action)  # a member of what stands right before it, among others
        if token[1] is not None:
            found.append('"' + _unquoted(token[1]))
        elif token[2] is not None:
            found.append('"' + token[2])
        else:
            found.append(token[3] or token[4])
        at = token.end()
    return found


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError as error:
        raise NotKnownError(text) from error


def _parsed(
    pieces: Iterator[str | Sequence[str]], depth: int
) -> tuple[list[_Block | str], Sequence[str]]:
    """Return blocks up to the `end` or `else` that closes them, and the words of that one."""
    found: list[_Block | str] = []
    if depth > DEEPEST:
        raise NotKnownError("depth")
    for piece in pieces:
        if isinstance(piece, str):
            found.append(piece)
            continue
        word = piece[0] if piece else ""
        if word in ("end", "else"):
            return found, piece
        if word in ("if", "range", "with"):
            found.append(_governing(word, piece[1:], pieces, depth))
        elif word in ("define", "template", "block", "break", "continue", ""):
            raise NotKnownError(word)
        else:
            found.append(_Block("", piece))
    return found, ()


def _governing(
    word: str, tokens: Sequence[str], pieces: Iterator[str | Sequence[str]], depth: int
) -> _Block:
    body, ended = _parsed(pieces, depth + 1)
    otherwise: Sequence[_Block | str] = ()
    if len(ended) > 1 and ended[1] in ("if", "with"):
        otherwise = [_governing(ended[1], ended[2:], pieces, depth + 1)]
    elif ended and ended[0] == "else":
        otherwise, ended = _parsed(pieces, depth + 1)
    if not ended:
        raise NotKnownError(word)
    return _Block(word, tokens, body, otherwise)


class _Run:
    """Fills one template. Variables are by their names with the dollar sign."""

    def __init__(self, data: Value) -> None:
        self.parts: list[str] = []
        self._length = 0
        self._steps = 0
        # what a generator does not know of may have any member
        self._is_open = _mentions_unknown(data)

    def write(self, body: Sequence[_Block | str], dot: Value, variables: dict[str, Value]) -> None:
        """Write some blocks."""
        for one in body:
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise NotKnownError("steps")
            if isinstance(one, str):
                self._put(one)
            elif one.word == "range":
                self._range(one, dot, variables)
            elif one.word:
                inner = dict(variables)
                value = self._pipeline(one.tokens, dot, inner)
                chosen = one.body if _is_true(value) else one.otherwise
                within = value if one.word == "with" and chosen is one.body else dot
                self.write(chosen, within, inner)
            else:
                value = self._pipeline(one.tokens, dot, variables)
                if len(one.tokens) < 2 or one.tokens[1] not in (":=", "="):
                    self._put(UNKNOWN if value is None else scalar(value))

    def _put(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST:
            raise NotKnownError("length")
        self.parts.append(text)

    def _range(self, one: _Block, dot: Value, variables: dict[str, Value]) -> None:
        tokens, names = one.tokens, []
        if ":=" in tokens:
            names = [each for each in tokens[: tokens.index(":=")] if each != ","]
            tokens = tokens[tokens.index(":=") + 1 :]
        value = self._pipeline(tokens, dot, dict(variables))
        pairs: list[tuple[Value, Value]] = []
        if isinstance(value, dict):
            pairs = [(key, value[key]) for key in sorted(value)]
        elif isinstance(value, list):
            pairs = list(enumerate(value))
        elif value is not None:
            raise NotKnownError("range")
        for key, item in pairs:
            given = [key, item][-len(names) :] if names else []
            self.write(one.body, item, {**variables, **dict(zip(names, given, strict=True))})
        if not pairs:
            self.write(one.otherwise, dot, dict(variables))

    def _pipeline(
        self, tokens: Sequence[str], dot: Value, variables: dict[str, Value], depth: int = 0
    ) -> Value:
        if len(tokens) > 1 and tokens[1] in (":=", "="):
            value = self._pipeline(tokens[2:], dot, variables, depth)
            variables[tokens[0]] = value
            return value
        commands: list[list[Value | _Word]] = [[]]
        at = 0
        while at < len(tokens):
            word = tokens[at]
            if word == "|":
                commands.append([])
            elif word == "(":
                end = _closing(tokens, at)
                if depth > DEEPEST:
                    raise NotKnownError(word)
                inner = self._pipeline(tokens[at + 1 : end], dot, variables, depth + 1)
                commands[-1].append(inner)
                at = end
            else:
                commands[-1].append(self._operand(word, dot, variables))
            at += 1
        found = _called(commands[0], [])
        for command in commands[1:]:
            found = _called(command, [found])
        return found

    def _operand(self, token: str, dot: Value, variables: Mapping[str, Value]) -> Value | _Word:
        if token.startswith('"'):
            return token[1:]
        if token.startswith((".", "$")):
            name, _, steps = token.partition(".")
            if name and name not in variables:
                raise NotKnownError(token)
            value = variables[name] if name else dot
            for step in filter(None, steps.split(".")):
                value = self._member(value, step)
            return value
        if _SAID.fullmatch(token):
            return int(token)
        if token in ("true", "false", "nil"):
            return {"true": True, "false": False}.get(token)
        if not token.isidentifier():
            raise NotKnownError(token)
        return _Word(token)

    def _member(self, value: Value, name: str) -> Value:
        if value == UNKNOWN:
            return UNKNOWN
        if isinstance(value, dict):
            found = value.get(name)
            return UNKNOWN if name not in value and self._is_open else found
        if value is None:
            return None
        raise NotKnownError(name)


class _Word(NamedTuple):
    """The name of a function."""

    name: str


def _closing(tokens: Sequence[str], at: int) -> int:
    depth = 0
    for end in range(at, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[end], 0)
        if depth == 0:
            return end
    raise NotKnownError("(")


def _called(command: Sequence[Value | _Word], piped: list[Value]) -> Value:
    """Return what a command gives: a value, or a function of the values behind it."""
    if not command:
        raise NotKnownError("|")
    first, *rest = command
    given = [_value(one) for one in rest]
    if not isinstance(first, _Word):
        if given or piped:
            raise NotKnownError("call")
        return first
    function = _FUNCTIONS.get(first.name)
    if function is None:
        raise NotKnownError(first.name)
    given += piped
    if any(_mentions_unknown(one) for one in given):
        return UNKNOWN
    try:
        return function(*given)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise NotKnownError(first.name) from error


def _value(one: Value | _Word) -> Value:
    if isinstance(one, _Word):
        raise NotKnownError(one.name)
    return one


def _mentions_unknown(value: Value) -> bool:
    if isinstance(value, dict):
        return any(map(_mentions_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_mentions_unknown, value))
    return isinstance(value, str) and UNKNOWN in value


def _is_true(value: Value) -> bool:
    if value == UNKNOWN:
        raise NotKnownError("if")
    return bool(value)


def _index(value: Value, *keys: Value) -> Value:
    for key in keys:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and not isinstance(key, bool):
            if not -1 < key < len(value):
                raise LookupError(key)
            value = value[key]
        else:
            raise TypeError(key)
    return value


def _same(one: Value, *others: Value) -> bool:
    """Return what `eq` says: values of two kinds, and what is no scalar, are refused by Go.

    A number of the data is a float there, one of the template an integer.
    """
    for each in (one, *others):
        if not isinstance(each, str | bool | None):
            raise TypeError(each)
    if any(None not in (one, each) and type(one) is not type(each) for each in others):
        raise TypeError(one)
    return one in others


def _text(value: Value) -> str:
    found = scalar(value)
    if found == UNKNOWN:
        raise TypeError(value)
    return found


def _indented(width: Value, value: Value) -> str:
    if not isinstance(width, int) or not 0 <= width <= 100:
        raise TypeError(width)
    return "\n".join(" " * width + line for line in _text(value).split("\n"))


def _printed(form: Value, *given: Value) -> str:
    """Return what `printf` gives for texts, which are all that is printed alike for any verb."""
    parts = _text(form).replace("%v", "%s").split("%s")
    texts = ["".join(each) for each in given if isinstance(each, str)]
    if len(parts) != len(given) + 1 or len(texts) != len(given) or "%" in "".join(parts):
        raise ValueError(form)
    return "".join(part + text for part, text in zip(parts, [*texts, ""], strict=True))


def _quoted(*given: Value) -> str:
    return " ".join(json.dumps(_text(one), ensure_ascii=False) for one in given if one is not None)


def _as_yaml(value: Value) -> str:
    """Return a value as YAML that is JSON as well: whoever reads it gets the same.

    A text of its own is not: it may be a part of what stands around it.
    """
    if isinstance(value, str):
        raise TypeError(value)
    return json.dumps(value, ensure_ascii=False)


_FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "and": lambda *all_of: next((one for one in all_of if not one), all_of[-1]),
    "or": lambda *any_of: next((one for one in any_of if one), any_of[-1]),
    "not": lambda one: not one,
    "eq": _same,
    "ne": lambda one, other: not _same(one, other),
    "index": _index,
    "len": len,
    "print": _text,
    "printf": _printed,
    "default": lambda usual, one=None: one or usual,
    "coalesce": lambda *given: next((one for one in given if one), None),
    "empty": lambda one: not one,
    "ternary": lambda yes, no, one: yes if one else no,
    "hasKey": lambda one, key: key in one if isinstance(one, dict) else _index(one, key),
    "get": lambda one, key: one.get(key, ""),
    "list": lambda *given: [*given],
    "first": lambda one: one[0] if one else None,
    "last": lambda one: one[-1] if one else None,
    "join": lambda mark, given: _text(mark).join(map(_text, given)),
    "has": lambda one, given: one in given,
    "toString": _text,
    "lower": lambda one: _text(one).lower(),
    "upper": lambda one: _text(one).upper(),
    "trim": lambda one: _text(one).strip(),
    "trimPrefix": lambda mark, one: _text(one).removeprefix(_text(mark)),
    "trimSuffix": lambda mark, one: _text(one).removesuffix(_text(mark)),
    "hasPrefix": lambda mark, one: _text(one).startswith(_text(mark)),
    "hasSuffix": lambda mark, one: _text(one).endswith(_text(mark)),
    "contains": lambda part, one: _text(part) in _text(one),
    "replace": lambda old, new, one: _text(one).replace(_text(old), _text(new)),
    "quote": _quoted,
    "squote": lambda one: f"'{_text(one)}'",
    "indent": _indented,
    "nindent": lambda width, one: "\n" + _indented(width, one),
    "normalize": lambda one: normalized(_text(one)),
    "toJson": lambda one: json.dumps(one, ensure_ascii=False),
    "toYaml": _as_yaml,
}
"""The functions of templates that are modelled, by their names."""
