"""A plain check takes about as many instructions as were recorded: never a measured time."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.instructions import count, python, recorded

MOST = 0.1
"""How far a count may be from what was recorded."""


def test_a_plain_check_takes_what_was_recorded(tmp_path: Path) -> None:
    known = recorded().get(python())
    if known is None:
        pytest.skip(f"nothing is recorded for Python {python()}")
    found = count("plain", tmp_path)
    if found is None:
        pytest.skip("there is no valgrind that counts instructions here")
    assert abs(found / known - 1) <= MOST, (
        f"{found} instructions, recorded are {known}: where that is meant, "
        "`python -m benchmarks.instructions --record` keeps the new number"
    )
