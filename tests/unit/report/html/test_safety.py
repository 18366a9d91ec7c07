"""The HTML report loads nothing, runs nothing but its own script, and no text in it is markup."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnilint import lint
from cnilint.engine.result import KnownBy, KnownReason, Result, Suppressed
from cnilint.model.finding import Applicability, Finding, Fix, Level, Location, Note, Repair
from cnilint.model.steps import Actor, Ending, Situation, Step, Verb, Witness
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document
from cnilint.report.html.page import html
from cnilint.shown import visible
from cnilint.syntax.compose import compose
from tests.unit.report.html.page import Element, page

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def examples() -> Element:
    return page(html(lint([str(ROOT / "examples")])))


def test_the_page_loads_nothing_and_runs_nothing_but_its_own_script(examples: Element) -> None:
    loading = {"src", "srcset", "data", "poster", "action", "style", "background"}
    for element in examples.walk():
        assert not loading & set(element.attributes), element.name
        assert not [key for key in element.attributes if key.startswith("on")], element.name
        href = element.attributes.get("href")
        assert href is None or (element.name == "a" and re.match("#|https://", href))
    names = {element.name for element in examples.walk()}
    assert not names & {"link", "img", "iframe", "object", "embed", "form", "base", "use", "image"}
    assert "@import" not in examples.one("style").text
    assert "url(" not in examples.one("style").text


def test_the_policy_forbids_all_but_what_is_inside(examples: Element) -> None:
    policies = [
        m.attributes["content"] for m in examples.all("meta") if "http-equiv" in m.attributes
    ]

    def digest(name: str) -> str:
        found = sha256(examples.one(name).text.encode()).digest()
        return f"'sha256-{b64encode(found).decode()}'"

    (policy,) = policies
    assert policy is not None
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src {digest('style')}",
        f"script-src {digest('script')}",
        "base-uri 'none'",
        "form-action 'none'",
    ]


NASTY = st.lists(
    st.sampled_from(
        [
            "</script>",
            "<script>x</script>",
            "</style>",
            "]]>",
            "<!--",
            "-->",
            "&lt;",
            "&",
            '"',
            "'",
            "<",
            ">",
            "`",
            "\u202e",
            "\u2066",
            "\u200b",
            "\x00",
            "\x1b[31m",
            "\r",
            "\t",
            "\ud800",
            "a",
        ]
    )
    | st.characters(categories=None, exclude_characters="\n"),
    min_size=1,
    max_size=8,
).map("".join)


def told_of(text: str) -> Result:
    """Return a result in which every text that a manifest can hold is the same."""
    source = Source(f"{text}.yaml", f"x: {text}\n")
    place = Location(source, Span(3, 3 + len(text)), (), None, text)
    (document,) = compose(Source(f"{text}.yml", f"a: {2 if text == '1' else 1}\n"))
    assert isinstance(document, Document)
    edit = Repair(document, Span(3, 4), text)
    fix = Fix(text, Applicability.SAFE, (edit,), text)
    step = Step(Actor(text, text, text, place), Verb.COPIES, (text,), text)
    order = Witness(Situation.REBOOT, (step,), text, Ending.CHAINED, (text, text))
    told = text, text, Level.ERROR, text, place, text, (text,), text
    finding = Finding(*told, fixes=(fix,), witnesses=(order,))
    known = Suppressed(finding, KnownReason(KnownBy.IN_SOURCE, text, place), 0)
    return Result((finding,), (Note(text, place),), (), 1, 1, (known,))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
@given(text=NASTY)
def test_no_text_is_markup_and_none_is_invisible(text: str) -> None:
    written = html(told_of(text))
    top = page(written)
    plain = page(html(told_of("a")))
    assert written.encode()
    shape, same = (t.one("body").one("main").shape() for t in (top, plain))
    if "\r" not in text:  # at the end of a line it belongs to the line end
        assert shape == same
        assert top.one("h4").text == "\t".join(map(visible, text.split("\t")))
    shown = top.one("main").text
    assert all(c.isprintable() or c in "\n\t\u3000\u200c\u200d" for c in shown)


def test_the_style_sheet_and_the_script_end_where_they_should(examples: Element) -> None:
    for name, ending in (("style", "css"), ("script", "js")):
        file = ROOT / "cnilint" / "report" / "html" / "files" / f"report.{ending}"
        assert examples.one(name).text == file.read_text("utf-8")
        assert "</" not in examples.one(name).text
