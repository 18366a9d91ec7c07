"""What fuzzing found once is read, and so is every example."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

HERE = Path(__file__).resolve().parent
KEPT = sorted(path for path in (HERE / "corpus").glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_found_once_is_read(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes().decode(errors="surrogateescape"))


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_has_inputs_that_were_kept(name: str) -> None:
    assert any(path.parent.name == name for path in KEPT)
