"""What a viewer of the SARIF log applies is what `--fix` writes, to the byte."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnilint import lint, run
from cnilint.report.sarif.log import sarif
from tests.cases import whole_cases

ROOT = Path(__file__).resolve().parents[2]
CASES = [
    *(path for path in sorted((ROOT / "examples").iterdir()) if path.is_dir()),
    *(path.parent for path in sorted(whole_cases().glob("*/bad-*/fixed"))),
]
MOST_ROUNDS = 5

Replacement = tuple[int, int, str]


def offset(text: str, line: int, column: int) -> int:
    """Return where a place is in a text: lines end with a line feed, columns are code points."""
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return at + column - 1


def replacements(fix: Any, folder: Path) -> Iterator[tuple[Path, Replacement]]:  # noqa: ANN401
    for change in fix["artifactChanges"]:
        path = folder / change["artifactLocation"]["uri"]
        text = path.read_bytes().decode("utf-8")
        for each in change["replacements"]:
            gone = each["deletedRegion"]
            start = offset(text, gone["startLine"], gone["startColumn"])
            end = offset(text, gone["endLine"], gone["endColumn"])
            yield path, (start, end, each["insertedContent"]["text"])


def apply_once(folder: Path) -> bool:
    """Apply the safe fixes of a log that do not touch one another; return whether there was one."""
    log = json.loads(sarif(lint(["."])))
    chosen: dict[Path, list[Replacement]] = {}
    for result in log["runs"][0]["results"]:
        safe = [f for f in result.get("fixes", ()) if f["properties"]["applicability"] == "safe"]
        found = list(replacements(safe[0], folder)) if safe else []
        taken = [(path, other) for path in chosen for other in chosen[path]]
        if any(
            path == where and start <= other[1] and other[0] <= end
            for path, (start, end, _text) in found
            for where, other in taken
        ):
            continue
        for path, each in found:
            chosen.setdefault(path, []).append(each)
    for path, made in chosen.items():
        text = path.read_bytes().decode("utf-8")
        for start, end, inserted in sorted(made, reverse=True):
            text = text[:start] + inserted + text[end:]
        path.write_bytes(text.encode("utf-8"))
    return bool(chosen)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_replacements_of_a_log_make_what_fix_makes(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("log", "fix"):
        ignored = shutil.ignore_patterns("fixed", "expected.txt", "*.md")
        shutil.copytree(case, tmp_path / name, ignore=ignored)
    monkeypatch.chdir(tmp_path / "fix")
    before = contents(tmp_path / "fix")
    for old, new in run.fix(["."]).changed:
        Path(old.path).write_bytes(new.text.encode("utf-8"))
    monkeypatch.chdir(tmp_path / "log")
    rounds = 0
    while rounds < MOST_ROUNDS and apply_once(tmp_path / "log"):
        rounds += 1
    assert contents(tmp_path / "log") == contents(tmp_path / "fix")
    assert (contents(tmp_path / "log") != before) is (rounds > 0)
