"""A report of many clusters and findings, and one of hostile names, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cnilint import lint
from cnilint.engine.result import Result
from cnilint.model.steps import Situation, Witness
from cnilint.report.html.page import html
from tests.clusters import OWNED, VPC, multus

ROOT = Path(__file__).resolve().parents[2]

Open = Callable[..., Any]
Browser = Any
"""Selenium's driver; mypy does not read selenium, which is not always installed."""

HOSTILE = (
    "<img src=x onerror=document.title=1>",
    "<script>document.title=2</script>",
    "'\"><svg onload=document.title=3>",
    "</style></script><b>bold",
    "javascript:document.title=4",
)


def every(browser: Browser, selector: str) -> list[Any]:
    found: list[Any] = browser.find_elements("css selector", selector)
    return found


def seen(browser: Browser, selector: str) -> int:
    return len([e for e in every(browser, selector) if e.is_displayed()])


def look_for(browser: Browser, words: str) -> str:
    """Type into the field above the findings; return what is said of how many are left."""
    field = browser.find_element("css selector", "#search")
    field.clear()
    field.send_keys(words)
    return str(browser.find_element("css selector", ".search [role=status]").text)


def count(browser: Browser, selector: str) -> int:
    """Return how many elements are shown, without asking for each of them."""
    script = (
        "return Array.from(document.querySelectorAll(arguments[0]))"
        ".filter((each) => each.checkVisibility()).length"
    )
    return int(browser.execute_script(script, selector))


def test_500_findings_can_be_looked_through(opened: Open, page_of_many: Path, many: Result) -> None:
    browser = opened(page_of_many)
    total = len(many.findings)
    assert count(browser, ".finding") == total >= 498
    races = sum(finding.rule == "CNI101" for finding in many.findings)
    assert look_for(browser, "cni101 MULTUS.yaml") == f"{races} of {total} findings"
    assert count(browser, ".finding") == races
    assert count(browser, "#errors") == 1
    assert count(browser, "#warnings") == 0, "a group without findings is not named"
    assert look_for(browser, "cni101 nowhere") == f"0 of {total} findings"
    assert count(browser, ".finding, .group") == 0


def test_what_was_typed_is_looked_for_when_it_is_taken_back(
    opened: Open, page_of_many: Path, many: Result
) -> None:
    from selenium.webdriver import Keys

    browser = opened(page_of_many)
    look_for(browser, "x")
    browser.find_element("css selector", "#search").send_keys(Keys.BACK_SPACE)
    assert count(browser, ".finding") == len(many.findings)


def test_a_link_opens_what_is_folded(opened: Open, page_of_many: Path) -> None:
    browser = opened(page_of_many)
    folded = every(browser, ".nodes > details:not([open])")
    assert folded
    anchor = folded[-1].find_element("css selector", "[id]:not(h3)").get_attribute("id")
    inside = browser.find_element("css selector", f"#{anchor} .picture.wide")
    assert not inside.is_displayed()
    browser.find_element("css selector", f'.verdicts a[href="#{anchor}"]').click()
    assert inside.is_displayed()
    top = browser.execute_script("return arguments[0].getBoundingClientRect().top", inside)
    assert -1 < top < 900, "and leads to it"


def test_a_folded_class_can_be_stepped_through(opened: Open, page_of_many: Path) -> None:
    browser = opened(page_of_many)
    details = every(browser, ".nodes > details")[0]
    details.find_element("css selector", "summary").click()
    details.find_element("css selector", ".next").click()
    assert len(details.find_elements("css selector", '.step[aria-current="step"]')) == 1
    others = every(browser, '.step[aria-current="step"]')
    assert len(others) == 1, "each picture has steps of its own"


@pytest.mark.parametrize("width", [1280, 640, 400])
def test_many_fit_the_window(width: int, opened: Open, page_of_many: Path) -> None:
    browser = opened(page_of_many, width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_a_narrow_table_is_still_a_table(opened: Open, page_of_many: Path) -> None:
    browser = opened(page_of_many, 400)
    roles = {e.aria_role for e in every(browser, ".verdicts, .verdicts tr, .verdicts td")[:8]}
    assert roles == {"table", "row", "cell"}
    assert every(browser, ".verdicts tbody th")[0].aria_role == "rowheader"


def test_hostile_names_and_values_are_text(opened: Open, tmp_path: Path) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    texts = {"multus": multus(), "vpc": VPC, "istio": OWNED}
    for (name, text), hostile in zip(texts.items(), HOSTILE, strict=False):
        (folder / f"{name}{hostile.replace('/', '')}.yaml").write_text(text, "utf-8")
    result = lint([str(folder)])
    nasty = tuple(
        replace(
            each,
            message=hostile,
            name=hostile,
            details=(hostile,),
            help=hostile,
            cluster=hostile,
            witnesses=(Witness(Situation.REBOOT, (), hostile, files=(hostile,)),),
        )
        for each in result.findings
        for hostile in HOSTILE
    )
    clusters = tuple(replace(result.clusters[0], name=hostile) for hostile in HOSTILE)
    path = tmp_path / "<b>page.html"
    path.write_text(html(replace(result, findings=nasty, clusters=clusters)), "utf-8")
    browser = opened(path)
    assert browser.title.startswith("cnilint: a race")
    assert seen(browser, "img, b, .finding script, .nodes script") == 0
    assert [e.text for e in every(browser, "h4")[-len(HOSTILE) :]] == list(HOSTILE)
    names = browser.execute_script(
        "return Array.from(document.querySelectorAll('.verdicts th[scope]'), (e) => e.textContent)"
    )
    assert set(HOSTILE) <= set(names)
