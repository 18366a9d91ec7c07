"""GNU sed's `s` command with a replacement that a script takes from its environment.

What stands in the replacement can end the command, and then sed ends with an error and no output.
Source: GNU sed 4.8: sed/compile.c match_slash, normalize_text and setup_replace, mark_subst_opts.
"""

from __future__ import annotations

import re

from cnilint.start import NamedTuple, lazy_pattern

SEPARATOR = "~"
"""What stands between the parts of the commands that are modelled here."""

_CONTROL = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_NUMBER = lazy_pattern(r"d([0-9]{1,3})|o([0-7]{1,3})|x([0-9A-Fa-f]{1,2})", re.ASCII)
_CASE = "ULEul"
# Flags, and what follows them in the same text of commands: blanks and comments.
_FLAGS = lazy_pattern(r"(g?)[ \t]*(?:[;\n][;\s]*)?(?:#[^\n]*(?:\n[;\s]*|$))*")


class SedError(ValueError):
    """Commands that sed refuses: it ends, and writes nothing."""


class _Part(NamedTuple):
    """A piece of a replacement: a text, all that was matched, or a change of case."""

    kind: str
    text: str = ""


class Substitution(NamedTuple):
    """The command `s~placeholder~value~g`, read as sed reads it."""

    placeholder: str
    parts: tuple[_Part, ...]
    everywhere: bool
    """Whether more than the first occurrence in a line is replaced."""

    def apply(self, line: str) -> str:
        """Return a line after the command."""
        if self.placeholder not in line:
            return line
        written = _written(self.parts, self.placeholder)
        return line.replace(self.placeholder, written, -1 if self.everywhere else 1)


def substitution(placeholder: str, value: str) -> Substitution:
    """Read the command that puts a value in the place of a placeholder; SedError if it is refused.

    The placeholder is a plain word. A value that ends the command and goes on with a further one
    is refused as well, which sed would only do if that is none.
    """
    replacement, rest = _until_separator(f"{value}{SEPARATOR}g")
    flags = _FLAGS.fullmatch(rest)
    if flags is None:
        raise SedError("unknown option to `s'")
    return Substitution(placeholder, _parts(replacement), everywhere=bool(flags[1]))


def edit(text: str, commands: list[Substitution]) -> str:
    """Return what sed writes for a text, each line through all commands in order."""
    lines = text.split("\n")
    for command in commands:
        lines = [command.apply(line) for line in lines]
    return "\n".join(lines)


def _until_separator(text: str) -> tuple[str, str]:
    """Return what comes before the separator that ends the replacement, and what comes behind."""
    at = 0
    kept = []
    while at < len(text) and text[at] not in ("\n", SEPARATOR):
        pair = text[at : at + 2] if text[at] == "\\" else text[at]
        kept.append(SEPARATOR if pair == f"\\{SEPARATOR}" else pair)
        at += len(pair)
    if at >= len(text) or text[at] == "\n":
        raise SedError("unterminated `s' command")
    return "".join(kept), text[at + 1 :]


def _parts(replacement: str) -> tuple[_Part, ...]:
    found = []
    at = 0
    while at < len(replacement):
        char = replacement[at]
        at += 1
        if char == "&":
            found.append(_Part("match"))
        elif char == "\\" and at < len(replacement):
            part, length = _escape(replacement, at)
            found.append(part)
            at += length
        else:
            found.append(_Part("text", char))
    return tuple(found)


def _escape(text: str, at: int) -> tuple[_Part, int]:
    """Read what stands behind a backslash: a part, and how many characters it takes."""
    char = text[at]
    number = _NUMBER.match(text, at)
    if number is not None:
        bases = zip(number.groups(), (10, 8, 16), strict=True)
        code = next(int(digits, base) for digits, base in bases if digits is not None)
        return _Part("text", chr(code % 256)), len(number[0])
    if char == "c":
        control = text[at + 1 : at + 2]
        if not control:
            return _Part("text", "\\"), 1
        if control == "\\" and text[at + 2 : at + 3] != "\\":
            raise SedError("recursive escaping after \\c not allowed")
        length = 3 if control == "\\" else 2  # a backslash is escaped by another one
        return _Part("text", chr(ord(control.upper()[0]) ^ 0x40)), length
    if char == "0":
        return _Part("match"), 1
    if char.isascii() and char.isdigit():
        raise SedError(f"invalid reference \\{char} on `s' command's RHS")
    if char in _CASE:
        return _Part("case", char), 1
    return _Part("text", _CONTROL.get(char, char)), 1


def _written(parts: tuple[_Part, ...], match: str) -> str:
    """Return the text of a replacement for one match."""
    written = []
    lasting, next_one = "", ""
    for part in parts:
        if part.kind == "case":
            if part.text in "ul":
                next_one = part.text
            else:
                lasting, next_one = part.text, ""
            continue
        for char in match if part.kind == "match" else part.text:
            case = (next_one or lasting).upper()
            written.append({"U": char.upper(), "L": char.lower()}.get(case, char))
            next_one = ""
    return "".join(written)
