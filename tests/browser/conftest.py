"""A browser without a window, and pages in it that were opened from disk.

Where chromium, its driver or selenium is missing, these tests are skipped; with CI=true and
CNILINT_BROWSER=1 that is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import pytest

from cnilint import lint
from cnilint.engine.result import Result
from cnilint.report.html.page import html

ROOT = Path(__file__).resolve().parents[2]

Show = Callable[..., Any]


BROWSERS = ("chromium", "google-chrome", "chromium-browser")


def major(program: str) -> str:
    """Return the first number of a program's release; nothing if there is no such program."""
    path = shutil.which(program)
    if path is None:
        return ""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+", said.stdout)
    return found[0] if found else ""


def installed() -> str:
    """Return the browser of the driver's release; nothing if there is none."""
    driver = major("chromedriver")
    return next((name for name in BROWSERS if driver and major(name) == driver), "")


def missing() -> str:
    """Return what is missing to look at a page; nothing if all is there."""
    absent = [] if installed() else ["chromium with chromedriver"]
    absent += [name for name in ("selenium", "axe_core_python") if not find_spec(name)]
    return f"{', '.join(absent)} not installed" if absent else ""


def unavailable(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true" and os.environ.get("CNILINT_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if reason := missing():
        unavailable(f"{reason}: .ci/install-browser and pip install -e '.[browser]'")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which(installed())
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    for argument in ("--headless=new", "--disable-dev-shm-usage", "--hide-scrollbars", *sandbox):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def race(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a race, on disk."""
    path = tmp_path_factory.mktemp("page") / "race.html"
    result = lint([str(ROOT / "examples" / "eks-multus-istio")])
    path.write_text(html(result), "utf-8", newline="")
    return path


@pytest.fixture(scope="session")
def many() -> Result:
    """Return six clusters of which three race, and 500 findings."""
    folders = (ROOT / "examples" / name for name in ("eks-multus-istio", "eks-hybrid-nodes"))
    one, other = (lint([str(folder)]) for folder in folders)
    findings = [*one.findings, *other.findings]
    clusters = (*one.clusters, *other.clusters) * 3
    named = tuple(replace(each, name=f"clusters/c{at}") for at, each in enumerate(clusters))
    return replace(one, clusters=named, findings=tuple(findings * (500 // len(findings))))


@pytest.fixture(scope="session")
def page_of_many(many: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("many") / "many.html"
    path.write_text(html(many), "utf-8", newline="")
    return path


@pytest.fixture
def opened(browser: Any) -> Iterator[Show]:  # noqa: ANN401  selenium is not read by mypy
    """Open a page as a person would who has a window of some width and a taste in colours."""

    def opened(
        path: Path,
        width: int = 1280,
        scheme: str = "light",
        media: str = "",
        *,
        script: bool = True,
    ) -> Any:  # noqa: ANN401
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"media": media, "features": features}
        )
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
        browser.get(path.as_uri())
        return browser

    yield opened
    assert browser.get_log("browser") == [], "the page complains on the console"
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.fixture
def show(opened: Show, race: Path) -> Show:
    """Open the page of a race."""
    return partial(opened, race)
