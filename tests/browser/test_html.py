"""The HTML report in a browser: what a person sees, clicks, types, copies and prints."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

Show = Callable[..., Any]
Browser = Any
"""Selenium's driver; mypy does not read selenium, which is not always installed."""


def find(browser: Browser, selector: str) -> Any:  # noqa: ANN401
    return browser.find_element("css selector", selector)


def every(browser: Browser, selector: str) -> list[Any]:
    found: list[Any] = browser.find_elements("css selector", selector)
    return found


def press(browser: Browser, *keys: str) -> None:
    from selenium.webdriver import ActionChains, Keys

    for key in keys:
        ActionChains(browser).send_keys(getattr(Keys, key)).perform()


def said(browser: Browser) -> str:
    return str(find(browser, "figcaption").text)


def now(browser: Browser) -> list[str]:
    """Return what the current step is called, in the list of steps."""
    return [e.text for e in every(browser, '.step[aria-current="step"] .event')]


def row(browser: Browser, name: str) -> str:
    """Return what the picture says of a file at this time."""
    (found,) = [r for r in every(browser, ".wide .row") if find(r, ".name").text == name]
    return " ".join(t.text for t in every(found, ".tag") if t.is_displayed())


def arrows(browser: Browser) -> set[str]:
    return {
        a.get_attribute("data-arrow") for a in every(browser, ".wide .arrow") if a.is_displayed()
    }


def test_it_opens_from_disk_and_asks_the_network_for_nothing(show: Show) -> None:
    browser = show()
    assert browser.title == "cnilint: something never comes up on all nodes"
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert browser.execute_script("return isSecureContext"), "the clipboard can be used"


def test_at_first_the_picture_shows_every_order_at_once(show: Show) -> None:
    browser = show()
    assert arrows(browser) == {
        *("writes-0-2", "writes-1-1", "writes-2-0"),
        *("takes-0", "through-0", "masters-1", "masters-2"),
    }
    assert row(browser, "10-aws.conflist") == "may own the pods"
    assert said(browser) == find(browser, "figcaption").get_attribute("data-all")
    assert now(browser) == []


def test_the_timeline_steps_by_its_buttons(show: Show) -> None:
    browser = show()
    following, previous = find(browser, ".next"), find(browser, ".previous")
    assert previous.get_attribute("aria-disabled") == "true"
    following.click()
    assert now(browser) == ["Before anything runs"]
    assert row(browser, "10-aws.conflist") == "not there"
    assert arrows(browser) == set()
    following.click()
    assert now(browser) == ["Amazon VPC CNI writes 10-aws.conflist"]
    assert row(browser, "10-aws.conflist") == "owns the pods"
    assert arrows(browser) == {"writes-0-2", "takes-2"}
    assert said(browser).startswith("first boot, step 1 of 3: Amazon VPC CNI writes")
    previous.click()
    assert now(browser) == ["Before anything runs"]
    for _ in range(5):
        following.click()
    assert said(browser).startswith("first boot, step 3 of 3: Multus picks 02-istio-cni.conflist")
    assert following.get_attribute("aria-disabled") == "true"
    assert arrows(browser) >= {"takes-0", "through-0", "masters-1"}
    find(browser, ".all").click()
    assert now(browser) == []


def test_the_timeline_steps_by_keys_and_they_choose_the_outcome(show: Show) -> None:
    browser = show()
    browser.execute_script("document.querySelector('.next').focus()")
    press(browser, "ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT")
    assert said(browser).startswith("first boot, step 2 of 3: Istio CNI writes")
    press(browser, "ARROW_LEFT")
    assert said(browser).startswith("first boot, step 1 of 3: Amazon VPC CNI writes")
    press(browser, *["ARROW_DOWN"] * 2, "ARROW_RIGHT")
    assert said(browser).startswith("first boot, step 2 of 3: Multus picks 10-aws.conflist")
    assert row(browser, "10-aws.conflist") == "owns the pods"
    assert row(browser, "02-istio-cni.conflist") == "not there"
    press(browser, "ARROW_UP")
    assert said(browser).startswith("rolling restart, step 2 of 2: ")
    press(browser, "ESCAPE")
    assert now(browser) == []


def test_an_outcome_and_a_step_can_be_clicked(show: Show) -> None:
    browser = show()
    heading = every(browser, ".situation button")[4]
    assert heading.get_attribute("aria-expanded") == "false"
    heading.click()
    assert heading.get_attribute("aria-expanded") == "true"
    assert [b.get_attribute("aria-expanded") for b in every(browser, ".situation button")].count(
        "true"
    ) == 1
    visible = [step for step in every(browser, ".step") if step.is_displayed()]
    visible[3].click()
    assert now(browser) == ["Istio CNI writes 02-istio-cni.conflist, a copy of 00-multus.conf"]


def test_who_hears_the_page_is_told_what_the_picture_shows(show: Show) -> None:
    browser = show()
    (before,) = {p.get_attribute("aria-label") for p in every(browser, ".picture")}
    find(browser, ".next").click()
    (after,) = {p.get_attribute("aria-label") for p in every(browser, ".picture")}
    assert before.startswith("/etc/cni/net.d in the order")
    assert after.startswith("Nothing is in place.")
    assert find(browser, "figcaption").get_attribute("aria-live") == "polite"
    names = [button.accessible_name for button in every(browser, "button")]
    assert all(names), names
    assert {p.aria_role for p in every(browser, ".picture") if p.is_displayed()} <= {"img", "image"}


def test_the_focus_can_be_seen_wherever_the_tab_key_leads(show: Show) -> None:
    browser = show()
    reached = []
    for _ in range(60):
        press(browser, "TAB")
        focused = browser.switch_to.active_element
        if focused.tag_name == "body":
            break
        reached.append(focused.get_attribute("class") or focused.tag_name)
        style, width = (focused.value_of_css_property(f"outline-{p}") for p in ("style", "width"))
        assert (style, width) == ("solid", "3px"), reached[-1]
    assert reached[0] == "skip"
    assert {"next", "previous", "copy", "excerpt"} <= set(reached)


DIFF = "return document.querySelector('.diff code').textContent"


def test_what_the_copy_button_copies_is_a_patch(show: Show, tmp_path: Path) -> None:
    from selenium.webdriver import ActionChains, Keys

    browser = show()
    find(browser, ".copy").click()
    assert find(browser, ".copied").text == "Copied."
    browser.execute_script(
        "const area = document.createElement('textarea');document.body.append(area); area.focus()"
    )
    ActionChains(browser).key_down(Keys.CONTROL).send_keys("v").key_up(Keys.CONTROL).perform()
    copied = browser.execute_script("return document.querySelector('textarea').value")
    assert copied == browser.execute_script(DIFF)
    names = [line[6:] for line in copied.splitlines() if line.startswith("--- a/")]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    patch = ("git", "apply", "--unsafe-paths", "-")
    subprocess.run(patch, cwd=tmp_path, input=copied.encode(), check=True, capture_output=True)
    istio, multus = ((tmp_path / name).read_text("utf-8") for name in names)
    assert "  CNI_CONF_NAME: 10-aws.conflist\n" in istio
    assert '"multusMasterCNI": "10-aws.conflist"' in multus


@pytest.mark.parametrize(
    ("copies", "message"),
    [("true", "Copied."), ("false", "The diff is selected: copy it with the keyboard.")],
)
def test_without_a_clipboard_the_diff_is_selected(copies: str, message: str, show: Show) -> None:
    browser = show()
    browser.execute_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
        f"document.execCommand = () => {copies}"
    )
    find(browser, ".copy").click()
    assert find(browser, ".copied").text == message
    assert browser.execute_script("return getSelection().toString()").strip() == (
        browser.execute_script(DIFF).strip()
    )


def test_without_scripts_everything_is_there(show: Show) -> None:
    browser = show(script=False)
    assert all(step.is_displayed() for step in every(browser, ".step"))
    assert len(every(browser, ".order")) == 6
    assert len(every(browser, ".step")) == 18
    assert find(browser, ".diff").is_displayed()
    buttons = every(browser, "button")
    assert buttons
    assert not any(button.is_displayed() for button in buttons)


@pytest.mark.parametrize(("width", "seen"), [(1280, "wide"), (800, "wide"), (400, "narrow")])
def test_it_fits_the_window(width: int, seen: str, show: Show) -> None:
    browser = show(width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    (shown,) = [p for p in every(browser, ".picture") if p.is_displayed()]
    assert seen in shown.get_attribute("class")


def luminance(browser: Browser) -> int:
    script = "return getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g)"
    return sum(map(int, browser.execute_script(script)[:3])) // 3


def test_it_is_light_by_day_and_dark_by_night(show: Show) -> None:
    day, night = show(scheme="light"), None
    assert luminance(day) > 230
    light = day.get_screenshot_as_png()
    night = show(scheme="dark")
    assert luminance(night) < 40
    assert night.get_screenshot_as_png() != light


CLOSE = "for (const each of document.querySelectorAll('details')) each.open = false"
PARTS = ".step, .excerpt, .diff"


def test_on_paper_everything_is_open_and_nothing_is_to_be_clicked(show: Show) -> None:
    browser = show(scheme="dark", media="print")
    browser.execute_script(CLOSE)
    assert all(part.rect["height"] > 0 for part in every(browser, PARTS))
    assert not any(b.is_displayed() for b in every(browser, ".controls button, .copy"))
    ink = find(browser, "h1").value_of_css_property("color")
    assert sum(int(part) for part in ink[ink.index("(") + 1 : -1].split(",")[:3]) < 150


def test_printing_opens_what_is_folded_and_folds_it_again(show: Show) -> None:
    browser = show()
    browser.execute_script(CLOSE)
    opened = "return Array.from(document.querySelectorAll('details'), (each) => each.open)"
    for event, state in (("beforeprint", True), ("afterprint", False)):
        browser.execute_script(f"dispatchEvent(new Event('{event}'))")
        assert set(browser.execute_script(opened)) == {state}


def test_a_page_can_be_printed_in_the_middle_of_an_order(show: Show) -> None:
    browser = show()
    find(browser, ".next").click()
    paper = {"paperWidth": 8.27, "paperHeight": 11.69}
    printed = browser.execute_cdp_cmd("Page.printToPDF", paper)["data"]
    assert base64.b64decode(printed).startswith(b"%PDF-")
    assert now(browser) == ["Before anything runs"], "the screen is as it was"
