"""HTML put together: what is text stays text."""

from __future__ import annotations

from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from cnilint.report.html.assets import asset, policy
from cnilint.report.html.markup import NOTHING, Markup, cell, header, joined, path, table, tag, text
from tests.unit.report.html.page import page


def test_text_is_escaped_and_markup_is_not() -> None:
    assert tag("p", "<b>", tag("b", "&")) == "<p>&lt;b&gt;<b>&amp;</b></p>"
    assert tag("p", Markup("<i></i>"), None, "", NOTHING) == "<p><i></i></p>"


def test_an_element_without_an_end_has_none() -> None:
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'


def test_attributes_are_named_as_in_html() -> None:
    found = tag("a", class_="x", data_row=0, aria_label='"', hidden=True, open=False, title=None)
    assert found == '<a class="x" data-row="0" aria-label="&quot;" hidden></a>'


def test_what_stands_between_is_text_as_well() -> None:
    assert joined(["a", tag("b", "c")], " < ") == "a &lt; <b>c</b>"
    assert isinstance(joined([]), Markup)


def test_what_would_not_be_seen_is_spelled_out() -> None:
    assert text("a\u202eb\x00") == "a&lt;U+202E&gt;b&lt;U+0000&gt;"
    assert text("a\r\n\tb\r") == "a\n\tb"


@given(st.text(st.characters(exclude_categories=("C", "Z"))))
def test_seen_characters_come_back_as_they_were(content: str) -> None:
    assert unescape(text(content)) == content
    read = page(tag("p", content, title=content)).one("p")
    assert read.text == read.attributes["title"] == content


def test_an_asset_has_line_feeds_alone() -> None:
    assert "\r" not in asset("report.css") + asset("report.js")


def test_the_policy_changes_with_what_it_lets_run() -> None:
    assert policy("a", "b") == policy("a", "b")
    assert len({policy("a", "b"), policy("a", "c"), policy("b", "a")}) == 3


def test_a_path_may_go_on_in_a_new_line_behind_a_slash_and_says_the_same() -> None:
    assert path("a/<b>") == "a/<wbr>&lt;b&gt;"
    for name in ("", "/", "prod", "/a//b/", "prod, apps/test"):
        assert page(tag("p", path(name))).one("p").text == name


def test_a_table_says_what_its_parts_are() -> None:
    rows = [(header("a", rows=2), cell("<1>")), (cell("2"),), (header("b"), cell("3"))]
    found = page(table("about", ["name", "number"], rows, "kind")).one("table", "kind")
    roles = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
    for element in (found, *found.walk()):
        if element.name in roles:
            assert element.attributes["role"] == roles[element.name]
    assert found.one("caption").text == "about"
    assert [e.attributes["scope"] for e in found.one("thead").all("th")] == ["col", "col"]
    first, second = found.one("tbody").all("th")
    assert (first.attributes["scope"], first.attributes["rowspan"]) == ("rowgroup", "2")
    assert (second.attributes["scope"], "rowspan" in second.attributes) == ("row", False)
    assert [e.text for e in found.all("td")] == ["<1>", "2", "3"]
