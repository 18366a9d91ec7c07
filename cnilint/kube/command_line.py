"""Which programs a container's command line runs: seen through shells, `exec`, `env` and inits."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from cnilint.model.faults import LimitError
from cnilint.model.location import Location
from cnilint.model.tree import Scalar, follow
from cnilint.start import NamedTuple, lazy_pattern
from cnilint.syntax.embedded import embedded

from .environment import MOST_WORDS, Text, Variable, filled

SHELLS = frozenset({"sh", "bash", "ash", "dash"})

RUNNERS = frozenset({"exec", "env", "tini", "dumb-init", "catatonit", "nice", "nohup", "sudo"})
"""Programs that run another one in their place, with its words behind their own."""

_TOKEN = lazy_pattern(
    r"""
    (?P<blank>[ \t\r]+|\\\n)
    |(?P<comment>\#[^\n]*)
    |(?P<end>\n|&&|\|\||;;|[;|&](?!>))
    |(?P<word>(?:                     # what is never closed goes on to the end of the script
        \\[\s\S]
        |'[^']*+'?
        |"(?:\\[\s\S]|[^"\\])*+"?
        |\$\{[^}]*+\}?
        |\$\([^)]*+\)?
        |[^\s\\'";|&]
        |&(?=>)|(?<=>)&
        |\\
    )++)
    """,
    re.VERBOSE,
)
_PART = lazy_pattern(
    r"""
    '(?P<single>[^']*+)'?
    |"(?P<double>(?:\\[\s\S]|[^"\\])*+)"?
    |\\(?P<escaped>[\s\S])
    |(?P<plain>[^'"\\]++|\\)
    """,
    re.VERBOSE,
)
_VARIABLE = lazy_pattern(r"\$(?:\{(\w+)\}|(\w+))")
_IN_QUOTES = lazy_pattern(rf"{_VARIABLE.pattern}|\\([$`\"\\\n])")
_ASSIGNMENT = lazy_pattern(r"[A-Za-z_]\w*=")
_ALL_BEHIND = frozenset({'"$@"', "$@", "$*"})
"""What stands for the words behind a script, but for the first, which is its name."""

_KEYWORDS = frozenset({"if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "("})


class Word(NamedTuple):
    """A word of a shell script as it is written, and where: offsets in the script."""

    text: str
    start: int
    end: int


def programs(words: Sequence[Text], variable: Variable) -> tuple[tuple[Text, ...], ...]:
    """Return the command lines that a container's words come to, program first.

    One where the words are the program's own; each command of the script for a shell with `-c`
    (quotes taken away, `$NAME` filled in where the environment has it), with a word's place inside
    the script. What runs another program in its place is left out. LimitError for more than can be
    looked at.
    """
    found = _script(words)
    if found is None:
        return (_unwrapped(tuple(words)),)
    script, behind = found
    place = _places(script)
    lines = []
    length = 0
    for command in commands(script.value):
        line: list[Text] = []
        for word in command:
            all_behind = word.text in _ALL_BEHIND
            line += behind[1:] if all_behind else [_text(word, script, place(word), variable)]
        length += sum(len(word.value) for word in line)
        if length > MOST_WORDS:
            raise LimitError(f"more than {MOST_WORDS:,} characters of commands", script.location)
        lines.append(_unwrapped(tuple(line)))
    return tuple(line for line in lines if line)


def is_script(words: Sequence[Text]) -> bool:
    """Whether a container's words are a shell with a script, so that no word can be edited."""
    return _script(words) is not None


@lru_cache(maxsize=256)
def commands(script: str) -> tuple[tuple[Word, ...], ...]:
    """Return the simple commands of a shell script, without what a keyword or assignment begins."""
    found: list[tuple[Word, ...]] = []
    command: list[Word] = []
    for token in _TOKEN.finditer(script):
        if token["end"]:
            found.append(tuple(command))
            command = []
        elif token["word"]:
            leading = token["word"] in _KEYWORDS or _ASSIGNMENT.match(token["word"])
            if command or not leading:
                command.append(Word(token["word"], token.start(), token.end()))
    found.append(tuple(command))
    return tuple(command for command in found if command)


def _script(words: Sequence[Text]) -> tuple[Text, tuple[Text, ...]] | None:
    """Return the script of `sh -c SCRIPT` with the words behind it; None for another program."""
    inner = _unwrapped(tuple(words))
    if inner and posixpath.basename(inner[0].value) == "busybox":
        inner = inner[1:]
    if not inner or posixpath.basename(inner[0].value) not in SHELLS:
        return None
    with_script = takes_next = False
    for at, word in enumerate(inner[1:], 1):
        value = word.value
        if takes_next or value == "--":
            takes_next = False
        elif value.startswith(("-", "+")):
            with_script = with_script or (value[0] == "-" != value[1:2] and "c" in value)
            takes_next = value.endswith(("o", "O")) and not value.startswith("--")
        else:
            return (word, inner[at + 1 :]) if with_script else None
    return None


def _unwrapped(words: tuple[Text, ...]) -> tuple[Text, ...]:
    """Return a command line without the programs that only run another one."""
    start = 0
    while start < len(words) and posixpath.basename(words[start].value) in RUNNERS:
        rest = range(start + 1, len(words))
        found = next((at for at in rest if _begins_program(words[at].value)), None)
        if found is None:
            break
        start = found
    return words[start:]


def _begins_program(word: str) -> bool:
    return not word.startswith("-") and not _ASSIGNMENT.match(word) and not word.isdecimal()


def _places(script: Text) -> Callable[[Word], Location]:
    """Return what tells the place in the file of a script's word."""
    tree = script.manifest.at(*_steps(script))
    scalar = follow(tree) if tree is not None else None
    if not isinstance(scalar, Scalar) or scalar.text != script.value:
        return lambda _word: script.location
    text = embedded(script.location.source, scalar)
    return lambda word: script.location._replace(span=text.file_span(word.start, word.end))


def _text(word: Word, script: Text, location: Location, variable: Variable) -> Text:
    """Return a script's word as the program gets it, at its place in the file."""
    value = "".join(_parts(Text(word.text, location, script.manifest), variable))
    return Text(value, location, script.manifest)


def _steps(script: Text) -> tuple[str | int, ...]:
    inside = script.location.route[len(script.manifest.route) :]
    return tuple(step for step in inside if isinstance(step, (str, int)))


def _parts(word: Text, variable: Variable) -> Iterator[str]:
    """Yield the parts of a word with quotes and escapes taken away and variables filled in."""

    def filled_in(found: re.Match[str]) -> str:
        if found.lastindex == 3:  # what stands behind a backslash in quotes
            return found[3].strip("\n")
        known = variable(found[1] or found[2])
        return found[0] if known is None else known.value

    for part in _PART.finditer(word.value):
        if part["single"] is not None:
            yield part["single"]
        elif part["escaped"] is not None:
            yield "" if part["escaped"] == "\n" else part["escaped"]
        elif part["double"] is not None:
            yield filled(_IN_QUOTES, word._replace(value=part["double"]), filled_in)
        else:
            yield filled(_VARIABLE, word._replace(value=part["plain"]), filled_in)
