"""Text inside Markdown, read back by a Markdown parser with tables."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cnilint.report.markup import PARTED, code, fenced, prose
from cnilint.shown import inert, visible

PARSER = MarkdownIt("commonmark").enable("table")

ANY = st.text(st.characters(categories=None) | st.sampled_from("\\`*_[]<>&|~$#\n \r"), max_size=20)

TEXTS = {"text", "code_inline", "softbreak", "text_special"}
CODE_TAGS = ("<code>", "</code>")


def said(inline: Token) -> str:
    """Return the text of a line, in which there is no markup but code."""
    parts = []
    for token in inline.children or ():
        if token.type == "html_inline":
            assert token.content in CODE_TAGS
        else:
            assert token.type in TEXTS, token.type
            parts.append(token.content.replace(PARTED, ""))
    return "".join(parts)


def cells(table: str) -> list[list[str]]:
    """Return the texts of a table's cells, row by row, when there is nothing but the table."""
    tokens = PARSER.parse(table)
    assert {token.type.partition("_")[0] for token in tokens if not token.level} == {"table"}
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(said(token))
    return rows


@given(ANY, ANY)
@example("a|b", "`x` \\| **y** <img src=x> ![z](u) $1$")
@example("\\", "|")
@example("` `` `", " padded ")
def test_any_text_is_one_cell_of_a_table(one: str, other: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| x {prose(one)} | {code(other) or '-'} |\n"
    shown = " ".join(["x", *visible(" ".join(one.split())).split()])
    assert cells(table)[1:] == [[shown, inert(visible(other)) or "-"]]


@given(ANY)
def test_prose_is_one_line_of_text(text: str) -> None:
    (_, inline, _) = PARSER.parse(f"**x** {prose(text)}")
    assert inline.children is not None
    children = [child for child in inline.children if not child.type.startswith("strong")]
    inline.children = children
    assert said(inline).split() == [
        "x",
        *visible(" ".join(text.split())).split(),
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("a.yaml:3", "`a.yaml:3`"),
        ("ConfigMap net/multus", "`ConfigMap net/multus`"),
        ("<b>&amp;", "`<b>&amp;`"),
        ("a|b", "<code>a&#124;b</code>"),
        ("a`b", "<code>a&#96;b</code>"),
        (" a", "<code> a</code>"),
    ],
)
def test_code_is_between_backticks_where_that_holds_it(text: str, written: str) -> None:
    assert code(text) == written


@given(st.lists(st.text(st.characters(categories=None) | st.sampled_from("`~\n\t"), max_size=9)))
@example(["```", "````", "~~~"])
def test_no_line_ends_a_block_of_code(lines: list[str]) -> None:
    (block,) = PARSER.parse(fenced(lines, "diff"))
    assert (block.type, block.info) == ("fence", "diff")
    shown = ["\t".join(map(visible, line.removesuffix("\r").split("\t"))) for line in lines] or [""]
    assert block.content == inert("\n".join(shown)) + "\n"
