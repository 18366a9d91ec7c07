"""Command lines as a container gets them: variables filled in, and what a shell is told to run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

_REFERENCE = re.compile(r"\$\$|\$\((?P<name>[A-Za-z_.-][A-Za-z0-9_.-]*)\)")
_SHELL = re.compile(r"(?:^|/)(?:ba|da|a|z|k)?sh$")
_RUNS = re.compile(r"-[a-z]*c[a-z]*$")
_TOKEN = re.compile(
    r"""(?P<blank>(?:[ \t]|\\\r?\n)+)
    |(?P<comment>(?:(?<=[\s;&|])|\A)\#[^\n]*)
    |(?P<end>\n|;|&&|\|\||&|\||\(|\)|\{(?=\s)|\}(?=\s|$))
    |(?P<redirection>[0-9]*[<>]+&?[0-9-]*)
    |(?P<word>(?:[^\s;&|<>()'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)""",
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(
    r"'(?P<single>[^']*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\"|\\(?P<escaped>.)", re.DOTALL
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_PLAIN = re.compile(r"[\w@%+=:,./-]+")
_KEYWORDS = frozenset({"if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done"})
_KEYWORDS |= {"case", "esac", "function", "in"}


class ScriptWord(NamedTuple):
    """A word of a script, its quotes taken off, and where it stands in the script's text."""

    value: str
    start: int
    end: int


def expanded(text: str, value_of: Callable[[str], str | None]) -> str:
    """Return a word with each `$(NAME)` replaced by a variable's value; `$$` stands for `$`.

    A variable that is not known stays as it is written
    (kubernetes/kubernetes@v1.31.0:third_party/forked/golang/expansion/expand.go).
    """

    def replaced(match: re.Match[str]) -> str:
        if match["name"] is None:
            return "$"
        value = value_of(match["name"])
        return match[0] if value is None else value

    return _REFERENCE.sub(replaced, text) if "$" in text else text


def script_of(words: Sequence[str]) -> int | None:
    """Return which of some words is a script that a shell is told to run (`sh -c`), or None."""
    if not words or not _SHELL.search(words[0]):
        return None
    for at, word in enumerate(words[1:], 1):
        if _RUNS.match(word):
            rest = [n for n in range(at + 1, len(words)) if words[n] != "--"]
            return rest[0] if rest else None
        if not word.startswith("-"):
            return None
    return None


def last_command(script: str) -> tuple[ScriptWord, ...]:
    """Return the words of the last command of a script, `exec` and assignments before it left out.

    Nothing where the script has constructs beyond a plain row of commands, or cannot be read.
    """
    last: list[ScriptWord] = []
    current: list[ScriptWord] = []
    at = 0
    while at < len(script):
        token = _TOKEN.match(script, at)
        if token is None or token.lastgroup == "redirection":
            return ()
        at = token.end()
        if token.lastgroup == "word":
            current.append(ScriptWord(_unquoted(token[0]), token.start(), token.end()))
        elif token.lastgroup == "end":
            if token[0] not in ("\n", ";", "&&"):
                return ()
            last, current = current or last, []
    found = current or last
    if any(word.value in _KEYWORDS for word in found[:1]):
        return ()
    while found and (found[0].value == "exec" or _ASSIGNMENT.match(found[0].value)):
        found = found[1:]
    return tuple(found)


def is_plain_word(text: str) -> bool:
    """Whether a text means itself in a script, without quotes."""
    return _PLAIN.fullmatch(text) is not None


def with_word(script: str, word: ScriptWord, new: str) -> str:
    """Return a script with a plain word in place of another, in the quotes that one begins with."""
    quote = script[word.start] if script[word.start] in "'\"" else ""
    return f"{script[: word.start]}{quote}{new}{quote}{script[word.end :]}"


def _unquoted(word: str) -> str:
    def part(match: re.Match[str]) -> str:
        if match["double"] is not None:
            return re.sub(r'\\([$`"\\])', r"\1", match["double"])
        return match["single"] if match["single"] is not None else match["escaped"]

    return _PART.sub(part, word)
