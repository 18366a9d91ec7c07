"""The page of a change in a browser: the nodes before and after it, side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clusters import STANDALONE, VPC, cnilint, multus, placed

from .test_accessible import violations

ROOT = Path(__file__).resolve().parents[2]

Open = Callable[..., Any]
Browser = Any
"""Selenium's driver; mypy does not read selenium, which is not always installed."""

MIGRATIONS = ("add-istio", "calico-to-cilium", "pin-multus", "thin-to-thick")
EVERY = (*MIGRATIONS, "race", "nothing")

DEEP = "a-folder-with-a-long-name/another-folder-with-a-long-name/and-one-more-of-them"


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the pages of changes.

    They are those of each migration, of a race that is new, and of a change that changes nothing.
    """
    folder = tmp_path_factory.mktemp("changes")
    for name in MIGRATIONS:
        both = [f"examples/migrations/{name}/{side}" for side in ("before", "after")]
        write(folder / f"{name}.html", *both)
    before = {"aws-node.yaml": VPC, "multus.yaml": multus()}
    sides = (before, {**before, f"{DEEP}/istio-cni.yaml": STANDALONE})
    both = [str(placed(folder / f"side-{at}", one)) for at, one in enumerate(sides)]
    write(folder / "race.html", *both)
    return write(folder / "nothing.html", both[0], both[0]).parent


def write(page: Path, before: str, after: str) -> Path:
    """Write the page of a change."""
    done = cnilint("diff", before, after, "--output-format", f"html:{page}", folder=ROOT)
    assert done.code < 2, done.err
    return page


def every(browser: Browser, selector: str) -> list[Any]:
    found: list[Any] = browser.find_elements("css selector", selector)
    return found


def boxes(browser: Browser) -> list[dict[str, float]]:
    """Return where the two pictures of the first class of nodes are."""
    first = every(browser, ".sides")[0]
    found = first.find_elements("css selector", ".picture")
    assert all(one.is_displayed() for one in found)
    return [one.rect for one in found]


def test_both_pictures_stand_side_by_side(opened: Open, pages: Path) -> None:
    browser = opened(pages / "race.html")
    before, after = boxes(browser)
    assert before["x"] + before["width"] <= after["x"]
    assert abs(before["y"] - after["y"]) < 2
    one, other = every(browser, ".sides > div")[:2]
    assert "deterministic" in one.text.lower()
    assert one.find_element("css selector", "h4").text == "Before"
    assert "a race" in other.text.lower()
    assert other.find_element("css selector", "h4").text == "After, worse"
    told = [
        {each.text for each in side.find_elements("css selector", ".picture .name")}
        for side in (one, other)
    ]
    assert told[1] - told[0] >= {"02-istio-cni.conf"}


def test_in_a_narrow_window_they_stand_below_each_other(opened: Open, pages: Path) -> None:
    browser = opened(pages / "race.html", 400)
    before, after = boxes(browser)
    assert before["y"] + before["height"] <= after["y"]
    assert before["x"] == after["x"]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("width", [1280, 800, 400])
def test_it_fits_the_window(width: int, name: str, opened: Open, pages: Path) -> None:
    browser = opened(pages / f"{name}.html", width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_it_can_be_used_by_everyone(
    width: int, scheme: str, name: str, opened: Open, pages: Path
) -> None:
    browser = opened(pages / f"{name}.html", width, scheme)
    assert violations(browser) == []


def test_who_hears_the_page_is_told_what_each_picture_shows(opened: Open, pages: Path) -> None:
    browser = opened(pages / "race.html")
    labels = [one.get_attribute("aria-label") for one in every(browser, ".sides .picture")[:2]]
    assert all(labels)
    assert labels[0] != labels[1]


def test_without_scripts_everything_is_there(opened: Open, pages: Path) -> None:
    browser = opened(pages / "race.html", script=False)
    assert all(one.is_displayed() for one in every(browser, ".sides .picture"))
    assert all(one.is_displayed() for one in every(browser, ".finding"))
