"""Where there is no browser the tests say so; a server that promised one fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("promised", "code", "word"),
    [({}, 0, "1 skipped"), ({"CI": "true", "CNILINT_BROWSER": "1"}, 1, "1 error")],
    ids=["skipped", "promised"],
)
def test_a_missing_browser_is_named(promised: dict[str, str], code: int, word: str) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in ("CI", "CNILINT_BROWSER")}
    asked = ("-p", "no:cacheprovider", "tests/browser/test_html.py", "-k", "opens_from_disk")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *asked],
        cwd=ROOT,
        env={**kept, "PATH": "", **promised},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code, run.stdout
    assert word in run.stdout
    assert "chromium with chromedriver not installed: .ci/install-browser" in run.stdout
