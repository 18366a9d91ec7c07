"""Text inside Markdown, as GitHub and GitLab read it: never markup, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cnilint.shown import inert, one_line, visible
from cnilint.start import lazy_pattern

# A character reference stands for a character and nothing else, in tables and inside HTML as well.
# A backslash does not: between a cell's borders, parsers disagree on what it takes with it.
SPECIAL = str.maketrans({character: f"&#{ord(character)};" for character in "\\`*_[]<>&|~$"})

# GitHub and GitLab look for these in what Markdown has become, where a reference to a character is
# that character; so is the space of no width that parts them, and what it parts is none of these.
REFERENCE = lazy_pattern(
    r"""@|:(?=//)|[#!%~$&^](?=[\w"'])|\[(?=[a-z_]+:)|\b(?:www(?=\.)|gh(?=-\d))""", re.IGNORECASE
)
"""Behind what a space of no width goes, so that nothing is a mention, a reference or a link."""

PARTED = "\u200b"
"""A space of no width: `visible` leaves none in a text."""

CODE = lazy_pattern(r"(?! )[^`|\\]*[^`|\\ ]")
"""What a pair of backticks can hold as it is, in a table too."""

ADDRESS = lazy_pattern(r"https?://[\w.~:/?#@!$&'()*+,;=%-]+", re.ASCII)

LEAST_FENCE = 3


def prose(text: str) -> str:
    """Return a text as one line of Markdown; it needs something before it to not begin a block."""
    parted = REFERENCE.sub(rf"\g<0>{PARTED}", visible(one_line(text)))
    return "&#8203;".join(part.translate(SPECIAL) for part in parted.split(PARTED))


def code(text: str) -> str:
    """Return a text as one line of code, empty for none."""
    text = inert(visible(text))
    if CODE.fullmatch(text):
        return f"`{text}`"
    return f"<code>{text.translate(SPECIAL)}</code>" if text else ""


def link(address: str) -> str:
    """Return an address to follow; what is none of the web is text."""
    return f"<{address}>" if ADDRESS.fullmatch(address) else prose(address)


def fenced(lines: Iterable[str], language: str) -> str:
    """Return lines as a block of code; what is invisible in them is spelled out, tabs are kept."""
    body = inert("\n".join(map(_whole, lines)))
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(LEAST_FENCE, longest + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def _whole(line: str) -> str:
    return "\t".join(map(visible, line.removesuffix("\r").split("\t")))
