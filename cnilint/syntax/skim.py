"""What a document is, read off its text without parsing it: its kind, its group, its names.

Nothing here guesses: what the text does not show beyond doubt is not told, and whoever asks has to
parse. YAML hides what it says in many ways; each of them is looked for before anything is told.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cnilint.model.text import Span
from cnilint.start import NamedTuple, lazy_pattern

_KEPT = 100
"""Characters of a line without an indent that are looked at, but for those that have to be read."""

_AT_THE_MARGIN = lazy_pattern(
    r"\n((?:kind|apiVersion):[^\n]*+(?:\n(?: *\r?\n)*+[ \t]++[^ \t\r\n])?"
    rf"|[^ \n][^\n]{{0,{_KEPT - 1}}})"
)
"""A line that is not indented: the beginning of it, or where it has to be read all of it.

One that has to be read and goes on in an indented line has the beginning of that as well.
"""

_BEFORE = lazy_pattern(r"(?:---[ ]*(?:#[^\n]*)?\r?\n)?(?:[ ]*(?:#[^\n]*)?\r?\n)*")
"""What may stand before the first key: the marker, comments, empty lines."""

_PLAIN = lazy_pattern(
    r"""(?:
        (?P<key>[A-Za-z][\w.-]*):(?=[ \r\n]|\Z)    # a key of the document itself
        |-[ ] | -(?=\r?\n|\Z)                      # an item of a list that is not indented
        |[#\r]                                     # a comment, an empty line
        |---[ ]*(?:\#[^\n]*)?(?=\r?\n|\Z) | ---[ ]\#    # the marker, with nothing behind it
        |\.\.\.[ ]*(?=\r?\n|\Z)
    )""",
    re.VERBOSE,
)
_VALUE = lazy_pattern(
    r"""[ ]+(["']?)(?P<value>[A-Za-z0-9][\w./-]*)\1[ ]*(?:[ ]\#[^\n]*)?\r?(?:\n|\Z)"""
)
_NAME = lazy_pattern(
    r"""\nmetadata:[ ]*\r?\n
        (?:[ ]{2,}[ \w./-]+:[ ]*(?:[\w./-]+|"[\w./-]*")?[ ]*\r?\n)*?   # what stands before it
        [ ]{2}name:[ ]+(["']?)(?P<name>[a-z0-9][a-z0-9.-]*)\1[ ]*\r?(?:\n|\Z)
        (?!(?:[ ]*\r?\n)*[ ]{3})
    """,
    re.VERBOSE,
)
_ESCAPED = lazy_pattern(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|\r?\n)")
"""A character by its number, or a line that goes on behind a backslash."""

_BINARY = lazy_pattern(r"![^\s!]*binary")
_OTHER_BREAKS = lazy_pattern("[\r\x85\u2028\u2029]")
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-")


class Outline(NamedTuple):
    """What a text shows of a document: its own keys, its kinds, and what versions it names.

    A document has one kind; a text may look as if it had several, of which one is meant. Keys that
    are not the document's may be among these, none of its own is missing. `is_marked` says whether
    a marker stands behind its first key: then `split` may see several documents.
    """

    keys: frozenset[str]
    kinds: frozenset[str]
    versions: frozenset[str]
    is_marked: bool


def outline(text: str, span: Span) -> Outline | None:
    """Return what a document's text shows; None where it may be something else.

    Every line that is not indented has to be a plain key, an item, a comment or a marker. What is
    written inside a longer text may look like a key; but none of the document's own keys can look
    like anything else then.
    """
    start, end = span
    before = _BEFORE.match(text, start, end)
    begin = before.end() if before is not None else start
    if begin == end or text[begin] in " \n":
        return None
    if begin and text[begin - 1] == "\n":
        lines = tuple(_AT_THE_MARGIN.findall(text, begin - 1, end))
    else:
        lines = tuple(_AT_THE_MARGIN.findall("\n" + text[begin:end]))
    is_small = len(lines) < _FEW and end - start < _SHORT
    return _common_outline(lines) if is_small else _outline(lines)


def _outline(lines: tuple[str, ...]) -> Outline | None:
    """Return what the lines of a document that are not indented show, the first of them a key."""
    keys: set[str] = set()
    said: dict[str, set[str]] = {"kind": set(), "apiVersion": set()}
    for line in lines:
        found = _PLAIN.match(line)
        if found is None or found.end() >= _KEPT:  # what is behind that is not known
            return None
        key = found["key"]
        if key is not None:
            keys.add(key)
        if key in said:
            value = _VALUE.fullmatch(line, found.end())
            if value is None:
                return None
            said[key].add(value["value"])
        elif not keys:
            return None
    is_marked = any(line.startswith(_MARKERS) for line in lines)
    kinds, versions = frozenset(said["kind"]), frozenset(said["apiVersion"])
    return Outline(frozenset(keys), kinds, versions, is_marked)


_MARKERS = ("---", "...")

_FEW, _SHORT = 32, 1 << 16
"""The lines and characters of which a document has fewer if its lines are remembered."""

_common_outline = lru_cache(maxsize=256)(_outline)
"""Most documents of a repository have the same few lines without an indent."""


def name(text: str, span: Span) -> str | None:
    """Return the name in the metadata of a document whose outline is known; None where in doubt."""
    if text.count("\nmetadata:", *span) != 1 or text.count("\n  name:", *span) != 1:
        return None
    found = _NAME.search(text, max(span.start - 1, 0), span.end)
    return found["name"] if found is not None else None


def hides(text: str, span: Span) -> bool:
    """Whether a document may say a word that its text does not have as it is.

    By an escape that stands for a letter, a digit, a dot, a dash or a slash, a line that goes on
    with the same word, or Base64.
    """
    start, end = span
    if text.find("!", start, end) >= 0 and _BINARY.search(text, start, end) is not None:
        return True
    if text.find("\\", start, end) < 0:
        return False
    return any(_is_part_of_word(text, found) for found in _ESCAPED.finditer(text, start, end))


def _is_part_of_word(text: str, found: re.Match[str]) -> bool:
    """Whether an escape stands for a character of a word, or joins one with what follows."""
    digits = found[1] or found[2] or found[3]
    if digits is None:
        return text[found.start() - 1 : found.start()] in _WORD
    return chr(min(int(digits, 16), 0x10FFFF)) in _WORD


def is_plain(text: str) -> bool:
    """Whether a text can be skimmed: no directives, and no line ends but LF and CR LF."""
    if "%" in text and (text.startswith(("%", "\ufeff%")) or "\n%" in text):
        return False
    if text.isascii() and "\r" not in text:
        return True
    return _OTHER_BREAKS.search(text.replace("\r\n", "\n")) is None
