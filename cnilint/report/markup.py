"""Text inside Markdown, as GitHub and GitLab read it: never markup, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .glyphs import visible

# A character reference stands for a character and nothing else, in tables and inside HTML as well.
# A backslash does not: between a cell's borders, parsers disagree on what it takes with it.
SPECIAL = str.maketrans({character: f"&#{ord(character)};" for character in "\\`*_[]<>&|~$"})

CODE = re.compile(r"(?! )[^`|\\]*[^`|\\ ]")
"""What a pair of backticks can hold as it is, in a table too."""

LEAST_FENCE = 3


def prose(text: str) -> str:
    """Return a text as one line of Markdown; it needs something before it to not begin a block."""
    return visible(" ".join(text.split())).translate(SPECIAL)


def code(text: str) -> str:
    """Return a text as one line of code, empty for none."""
    text = visible(text)
    if CODE.fullmatch(text):
        return f"`{text}`"
    return f"<code>{text.translate(SPECIAL)}</code>" if text else ""


def fenced(lines: Iterable[str], language: str) -> str:
    """Return lines as a block of code; what is invisible in them is spelled out, tabs are kept."""
    body = "\n".join(_whole(line) for line in lines)
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(LEAST_FENCE, longest + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def _whole(line: str) -> str:
    return "\t".join(map(visible, line.removesuffix("\r").split("\t")))
