"""What axe-core, the rules behind most checks of accessibility, says of the pages: nothing."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]

AXE = """
const done = arguments[0];
axe.run(document, {resultTypes: ["violations"]}).then(
  (found) => done(found.violations.map((each) => `${each.id}: ${each.nodes[0].html}`)),
  (error) => done([String(error)]),
);
"""

UNNAMED = "const name = document.querySelector('.next'); name.textContent = ''"


def violations(browser: Any) -> list[str]:  # noqa: ANN401  selenium is not read by mypy
    """Return the rules of WCAG 2 and of good practice that a page breaks, with a place."""
    package = find_spec("axe_core_python")
    assert package is not None
    assert package.origin is not None
    browser.execute_script(Path(package.origin).with_name("axe.min.js").read_text("utf-8"))
    found: list[str] = browser.execute_async_script(AXE)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_a_race_can_be_used_by_everyone(width: int, scheme: str, opened: Open, race: Path) -> None:
    browser = opened(race, width, scheme)
    assert violations(browser) == []
    browser.execute_script("document.querySelector('.next').click()")
    assert violations(browser) == [], "in the middle of an order as well"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_many_clusters_and_findings_can_be_used_by_everyone(
    scheme: str, opened: Open, page_of_many: Path
) -> None:
    browser = opened(page_of_many, 1280, scheme)
    browser.execute_script(
        "for (const one of [...document.querySelectorAll('.finding')].slice(12)) one.remove();"
        "for (const one of document.querySelectorAll('details')) one.open = true"
    )
    assert violations(browser) == []


def test_what_cannot_be_used_would_be_seen(opened: Open, race: Path) -> None:
    browser = opened(race)
    browser.execute_script(UNNAMED)
    (found,) = violations(browser)
    assert found.startswith("button-name: ")
