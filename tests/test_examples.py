"""What the documentation shows on a screen is what the command prints."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WITH_EXAMPLES = (ROOT / "README.md", ROOT / "docs" / "migrating.md")
"""Pages whose commands name the examples by their paths from the top."""

PAGES = [*WITH_EXAMPLES, *sorted((ROOT / "examples").glob("*/README.md"))]
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def sessions(page: Path) -> list[tuple[str, str]]:
    """Return the commands of a page's console blocks, each with what stands below it."""
    found = []
    for block in CONSOLE.findall(page.read_text(encoding="utf-8")):
        command, _, output = block.partition("\n")
        found.append((command.removeprefix("$ "), output))
    return found


CASES = [(page, *session) for page in PAGES for session in sessions(page)]


@pytest.mark.parametrize(
    ("page", "command", "output"),
    CASES,
    ids=[f"{page.parent.name}: {command}" for page, command, _output in CASES],
)
def test_a_screen_is_what_the_command_prints(
    page: Path, command: str, output: str, tmp_path: Path
) -> None:
    program, *arguments = shlex.split(command)
    assert program == "cnilint"
    whole = page in WITH_EXAMPLES
    folder = tmp_path / ("examples" if whole else "example")
    shutil.copytree(ROOT / "examples" if whole else page.parent, folder)
    where = tmp_path if whole else folder
    done = subprocess.run(
        [sys.executable, "-m", "cnilint", *arguments],
        cwd=where,
        capture_output=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.stderr == b""
    assert done.stdout.decode() == output


def test_every_example_has_a_page_with_a_screen() -> None:
    folders = [path for path in (ROOT / "examples").iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        assert sessions(folder / "README.md"), folder
    assert all(map(sessions, WITH_EXAMPLES))
