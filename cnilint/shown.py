"""What is shown of a text that a stranger may have written: all of it, and nothing of it acts.

A manifest, a path or a name can hold characters that steer a terminal, that turn the reading
direction, and words that a CI system takes for its own commands where it reads them in a log. Each
format of a report has one function that escapes, and is made of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cnilint.start import lazy_pattern

_SHOWN_AS_IT_IS = "\u3000\u200c\u200d"
"""Not printable by Unicode's classes, and still a part of ordinary text: the ideographic space,
and the joiners inside emoji and Indic and Arabic words."""

_ASCII = {
    "│": "|",
    "╭": "/",
    "╰": "\\",
    "─": "-",
    "┄": "-",
    "⋮": ":",
    "…": "~",
    "◂": "<",
    "·": "-",
    "→": ">",
}
"""What stands for our own symbols where only ASCII can be written; always one for one."""

_COMMAND = lazy_pattern(r"^(?P<blank>[^\S\n]*):(?=:(?!:))|#(?=#\w*\[)", re.MULTILINE)
"""The first mark of what a CI system takes for a command in a log.

GitHub's runner: `::name::` behind blanks, and `##[name]` anywhere in a line
(actions/runner@main:src/Runner.Common/ActionCommand.cs). Azure Pipelines: `##vso[name]` anywhere
(microsoft/azure-pipelines-agent@master:src/Microsoft.VisualStudio.Services.Agent/Command.cs).
TeamCity: `##teamcity[name]`.
"""

_NOT_SEEN_IN_JSON = lazy_pattern(r"[^\x00-\x7e]")  # as a range it takes long to compile


def spelled(character: str) -> str:
    """Return a character as its code point."""
    return f"<U+{ord(character):04X}>"


def glyph(character: str, symbols: bool) -> str:  # noqa: FBT001  called once per character
    """Return what is shown for one character: itself, or its code point when it would not be seen.

    Control characters, invisible ones and those that turn the reading direction are spelled out:
    they can hide what a manifest says, or steer the terminal. Without `symbols` it is ASCII.
    """
    if symbols:
        if character.isprintable() or character in _SHOWN_AS_IT_IS:
            return character
    elif character.isascii() and character.isprintable():
        return character
    elif character in _ASCII:
        return _ASCII[character]
    return spelled(character)


def one_line(text: str) -> str:
    """Return a text on one line: any white space in it is one space."""
    return " ".join(text.split())


def visible(text: str, *, symbols: bool = True) -> str:
    """Return a text as it is shown on one line: no control characters in it, nothing invisible."""
    if text.isprintable() and (symbols or text.isascii()):
        return text
    return "".join(glyph(character, symbols) for character in text)


def visible_lines(text: str) -> str:
    """Return a text of several lines as it is shown: tabs and line feeds are kept.

    A carriage return before a line feed is dropped.
    """
    if text.isprintable():
        return text
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in lines)


def inert(text: str, escape: Callable[[str], str] = spelled, *, begins: bool = True) -> str:
    """Return a text, of one line or several, in which no CI system finds a command.

    The first mark of one is replaced by what `escape` returns for it. `begins` says that a line
    begins with the text.
    """
    if "::" not in text and "##" not in text:
        return text

    def escaped(found: re.Match[str]) -> str:
        blank = found["blank"]
        if blank is None:
            return escape("#")
        return found[0] if found.start() == 0 and not begins else f"{blank}{escape(':')}"

    return _COMMAND.sub(escaped, text)


def json_escaped(text: str) -> str:
    """Return JSON text that can be written as UTF-8 and shows what it holds, each value the same.

    What would not be seen, half of a surrogate pair, and the first mark of a command are escapes.
    """
    return inert(_NOT_SEEN_IN_JSON.sub(_json_glyph, text), _json_escape)


def _json_glyph(found: re.Match[str]) -> str:
    character = found[0]
    return character if glyph(character, True) == character else _json_escape(character)  # noqa: FBT003


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
