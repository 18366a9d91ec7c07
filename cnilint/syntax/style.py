"""How new text is written so that it looks like its neighbours.

Two shapes: flow (JSON too: brackets, commas) and block (indentation). Both are measured on the
text around the place and then written from plain values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from cnilint.model.text import Span
from cnilint.model.tree import (
    Entry,
    Mapping,
    Scalar,
    ScalarValue,
    Sequence,
    Style,
    Tree,
    Value,
)
from cnilint.start import dataclass, field, lazy_pattern

from .resolve import resolve

_PLAIN = lazy_pattern(r"(?:[^\s\-?:,\[\]{}#&*!|>'\"%@`=]|[-?:](?=[^\s]))(?:.*\S)?")
# As alternatives, because one set of all these takes milliseconds to compile.
_UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f]|[\ud800-\udfff]|[\u2028\u2029]|\ufeff|[\ufffe\uffff]"
_NOT_PLAIN = lazy_pattern(rf":(?:\s|\Z)|\s#|\xa0|{_UNPRINTABLE}")
_NOT_FLOW = lazy_pattern(r"[,\[\]{}:?]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_TO_ESCAPE = lazy_pattern(_UNPRINTABLE + r'|[\\"]')
_JSON_ESCAPE = lazy_pattern(r'[\x00-\x1f\\"\u2028\u2029\x7f-\x9f\ufeff]')


Collection = Mapping | Sequence


@dataclass(frozen=True, slots=True)
class FlowStyle:
    """How a flow collection is written. `unit` None: on one line; else a level's indentation."""

    json: bool = False
    quote: Style = Style.DOUBLE
    key_quote: Style = Style.DOUBLE
    colon: str = ": "
    comma: str = ", "
    unit: str | None = None
    tail: str = ""
    """What stands behind the last of several lines: nothing, or a comma in YAML."""


@dataclass(frozen=True, slots=True)
class BlockStyle:
    """How block collections are written; `unit` and `dash` count columns.

    `dash` is how far a sequence's dashes stand right of the key it belongs to, `gap` what stands
    behind a dash. `quotes` holds how values are quoted by key, `quote` any other.
    """

    colon: str = ": "
    gap: str = " "
    unit: int = 2
    dash: int = 0
    quote: Style = Style.PLAIN
    key_quote: Style = Style.PLAIN
    quotes: dict[str, Style] = field(default_factory=dict)


def line_end(text: str, at: int) -> str:
    """Return the kind of line end used at an offset: that of its line, or of the one before."""
    found = text.find("\n", at)
    if found < 0:
        found = text.rfind("\n", 0, at)
    return "\r\n" if found > 0 and text[found - 1] == "\r" else "\n"


def line_start(text: str, at: int) -> int:
    """Return where the line of an offset begins, behind a byte-order mark."""
    start = text.rfind("\n", 0, at) + 1
    return start + 1 if start == 0 and text.startswith("\ufeff") else start


def end_of_line(text: str, at: int) -> int:
    """Return the offset at which the line of an offset ends, before its line end."""
    found = text.find("\n", at)
    if found < 0:
        return len(text)
    return found - 1 if found > at and text[found - 1] == "\r" else found


def column(text: str, at: int) -> int:
    """Return how many characters stand before an offset on its line."""
    return at - line_start(text, at)


def indentation(text: str, at: int) -> str:
    """Return the blanks that the line of an offset begins with."""
    start = line_start(text, at)
    end = start
    while end < at and text[end] in " \t":
        end += 1
    return text[start:end]


def escaped_double(text: str) -> str:
    """Return what stands between the quotes of a YAML double-quoted scalar for a text."""
    return _TO_ESCAPE.sub(lambda match: _ESCAPES.get(match.group()) or _code(match.group()), text)


def json_string(text: str) -> str:
    """Return a text as a JSON string, quotes included; it is good YAML, too."""
    body = _JSON_ESCAPE.sub(
        lambda match: _ESCAPES.get(match.group()) or f"\\u{ord(match.group()):04x}", text
    )
    return f'"{body}"'


def plain_allowed(text: str, *, flow: bool) -> bool:
    """Whether a text may stand without quotes and is still read as this string."""
    return (
        isinstance(resolve(text), str)
        and _PLAIN.fullmatch(text) is not None
        and _NOT_PLAIN.search(text) is None
        and not text.startswith(("---", "...", "<<"))
        and not (flow and _NOT_FLOW.search(text))
        and not _looks_otherwise(text)
    )


def scalar_text(value: ScalarValue, quote: Style, *, flow: bool = False, json: bool = False) -> str:
    """Return a scalar on one line, quoted as `quote` says where its value allows.

    ValueError for a number that has no text (infinity in JSON).
    """
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("an infinite number")
    if not isinstance(value, str):
        return repr(value)
    if json:
        return json_string(value)
    free = quote not in (Style.SINGLE, Style.DOUBLE)
    if free and plain_allowed(value, flow=flow):
        return value
    many = free and '"' in value and "\n" not in value
    if (quote is Style.SINGLE or many) and not re.search(_UNPRINTABLE, value):
        return "'" + value.replace("'", "''") + "'"
    return f'"{escaped_double(value)}"'


def flow_text(value: Value, style: FlowStyle, indent: str = "") -> str:
    """Return a value in flow style; `indent` is that of the line it begins on."""
    if not isinstance(value, dict | list):
        return scalar_text(value, style.quote, flow=True, json=style.json)
    left, right = "{}" if isinstance(value, dict) else "[]"
    inner = indent + (style.unit or "")
    members = (
        [member_text(key, item, style, inner) for key, item in value.items()]
        if isinstance(value, dict)
        else [flow_text(item, style, inner) for item in value]
    )
    if not members or style.unit is None:
        return left + style.comma.join(members) + right
    return f"{left}\n{inner}" + f",\n{inner}".join(members) + f"{style.tail}\n{indent}{right}"


def member_text(key: str | None, value: Value, style: FlowStyle, indent: str) -> str:
    """Return a member of a flow mapping (an item of a sequence if it has no key)."""
    if key is None:
        return flow_text(value, style, indent)
    name = scalar_text(key, style.key_quote, flow=True, json=style.json)
    # `{plain:1}` is one scalar; only a quoted key may have its value right behind the colon.
    colon = style.colon if name[0] in "\"'" or style.colon.endswith((" ", "\t")) else ": "
    return name + colon + flow_text(value, style, indent)


def block_lines(value: Value, at: int, style: BlockStyle) -> list[str]:
    """Return the lines, indented, of a mapping or sequence that has members, from a column on."""
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in entry_lines(key, item, at, style)]
    if isinstance(value, list):
        return [line for item in value for line in item_lines(item, at, style)]
    raise TypeError("a scalar has no lines of its own")


def entry_lines(key: str, value: Value, at: int, style: BlockStyle) -> list[str]:
    """Return the lines of a member of a block mapping."""
    head = " " * at + scalar_text(key, style.key_quote) + style.colon
    if isinstance(value, dict | list) and value:
        below = at + (style.unit if isinstance(value, dict) else style.dash)
        return [head.rstrip(), *block_lines(value, below, style)]
    first, *more = value_lines(value, at + style.unit, style, style.quotes.get(key, style.quote))
    return [head + first, *more]


def item_lines(value: Value, at: int, style: BlockStyle) -> list[str]:
    """Return the lines of an item of a block sequence; the first has the dash."""
    head = " " * at + "-" + style.gap
    if isinstance(value, dict | list) and value:
        first, *more = block_lines(value, len(head), style)
        return [head + first.lstrip(" "), *more]
    first, *more = value_lines(value, at + style.unit, style, style.quote)
    return [head + first, *more]


def value_lines(value: Value, at: int, style: BlockStyle, quote: Style) -> list[str]:
    """Return a scalar or empty collection: what stands behind the key, then lines of its own."""
    if isinstance(value, dict | list):
        return [flow_text(value, FlowStyle(quote=style.quote, key_quote=style.key_quote))]
    if isinstance(value, str) and "\n" in value:
        return literal_lines(value, " " * at) or [scalar_text(value, Style.DOUBLE)]
    return [scalar_text(value, quote)]


def literal_lines(text: str, indent: str, indicator: str = "") -> list[str] | None:
    """Return a literal block: its header, then its lines; None where the text cannot be one.

    `indicator` is the digit in the header that tells the indentation, if there is one.
    """
    body = text.rstrip("\n")
    lead = body.lstrip("\n")[:1]
    if not body.strip() or re.search(_UNPRINTABLE, text.replace("\n", "").replace("\t", "")):
        return None
    if lead in (" ", "\t") and not indicator:
        return None
    trailing = len(text) - len(body)
    chomping = "-" if trailing == 0 else "" if trailing == 1 else "+"
    lines = text.split("\n") if trailing == 0 else text[:-1].split("\n")
    return [f"|{indicator}{chomping}", *(indent + line if line else "" for line in lines)]


def quote_like(tree: Tree | None, default: Style) -> Style:
    """Return how a string that stands beside another is quoted."""
    if not isinstance(tree, Scalar) or not isinstance(tree.value, str):
        return default
    return tree.style if tree.style in (Style.SINGLE, Style.DOUBLE) else Style.PLAIN


def containers(tree: Tree) -> Iterator[Collection]:
    """Yield a tree's mappings and sequences, outermost first, aliases not followed."""
    pending: list[Tree] = [tree]
    while pending:
        found = pending.pop()
        if isinstance(found, Mapping):
            yield found
            pending.extend(entry.value for entry in reversed(found.entries))
        elif isinstance(found, Sequence):
            yield found
            pending.extend(reversed(found.items))


def values_of(tree: Collection) -> list[Tree]:
    """Return what a collection holds, in order."""
    if isinstance(tree, Mapping):
        return [entry.value for entry in tree.entries]
    return list(tree.items)


def member_span(member: Entry | Tree) -> Span:
    """Return where a member stands, key and value (a value may be absent)."""
    if isinstance(member, Entry):
        start = member.key.span
        return Span(start.start, max(start.end, member.value.span.end))
    return member.span


def _code(character: str) -> str:
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _looks_otherwise(text: str) -> bool:
    """Whether other YAML readers take a text for a number or a date: better quoted."""
    return re.fullmatch(r"(?=.*[0-9])[-+.:_0-9eExXoObBT]+", text) is not None
