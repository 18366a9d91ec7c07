"""HTML put together so that text can never be taken for markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from cnilint.shown import inert, visible_lines

VOID = frozenset({"br", "hr", "input", "meta", "wbr"})
"""Elements that have no end tag."""


class Markup(str):
    """A text that is markup already; any other text is escaped when it is put inside."""

    __slots__ = ()


Child = str | None
Attribute = str | int | bool | None

NOTHING = Markup("")

ROW = "row"


def text(content: str) -> Markup:
    """Return a text as HTML: what would not be seen is spelled out, tabs and line feeds are kept.

    A carriage return before a line feed is dropped.
    """
    return Markup(inert(escape(visible_lines(content)), lambda mark: f"&#{ord(mark)};"))


def joined(children: Iterable[Child], between: str = "") -> Markup:
    """Return children one behind the other, None left out, with escaped text between them."""
    parts = (each if isinstance(each, Markup) else text(each) for each in children if each)
    return Markup(text(between).join(parts))


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """Return an element.

    An attribute's name is written with `_` for `-`, and one behind a word of Python (`class_`).
    None and False leave it out, True gives it no value.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_quoted(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(children)}</{name}>")


def _quoted(value: str | int) -> str:
    return value if isinstance(value, Markup) else text(str(value))


def path(content: str) -> Markup:
    """Return a path, or a name that may be one, which may go on in a new line behind a slash."""
    first, *rest = content.split("/")
    return joined([first, *(joined(["/", tag("wbr"), part]) for part in rest)])


def table(
    caption: str, heads: Iterable[str], rows: Iterable[Iterable[Markup]], kind: str
) -> Markup:
    """Return a table of a kind; its rows are of what `cell` and `header` return.

    The roles are said, as browsers forget them where a narrow window lays cells under each other.
    """
    titles = (tag("th", head, scope="col", role="columnheader") for head in heads)
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *titles, role=ROW), role="rowgroup"),
        tag("tbody", *(tag("tr", *cells, role=ROW) for cells in rows), role="rowgroup"),
        class_=kind,
        role="table",
    )


def cell(*children: Child) -> Markup:
    """Return a cell of a table."""
    return tag("td", *children, role="cell")


def header(*children: Child, rows: int = 1) -> Markup:
    """Return a cell that is the header of its row, or of several rows."""
    several = rows > 1
    scope = "rowgroup" if several else "row"
    return tag("th", *children, scope=scope, rowspan=rows if several else None, role="rowheader")
