"""What every program finds in a directory."""

from __future__ import annotations

import pytest

from cnilint.simulation.steps import candidates, is_valid
from tests.unit.simulation.actors import DIRECTORY, on_host
from tests.unit.simulation.alone import LIST, SINGLE


def test_candidates_come_in_byte_order_and_only_from_the_directory() -> None:
    files = on_host({"b.conf": "", "B.json": "", "ä.conflist": "", ".x.conf": "", "sub/a.conf": ""})
    files |= {"/elsewhere/a.conf": "", f"{DIRECTORY}x/a.conf": "", f"{DIRECTORY}/a.conf.bak": ""}
    names = [path.removeprefix(f"{DIRECTORY}/") for path in candidates(files, DIRECTORY)]
    assert names == [".x.conf", "B.json", "b.conf", "ä.conflist"]


@pytest.mark.parametrize(
    ("name", "content", "valid"),
    [
        ("a.conflist", LIST, True),
        ("a.conf", SINGLE, True),
        ("a.conf", LIST, False),
        ("a.conflist", SINGLE, False),
        ("a.conf", "{", False),
        ("a.conf", "", False),
    ],
)
def test_a_file_is_valid_if_libcni_loads_it(name: str, content: str, valid: bool) -> None:
    assert is_valid(f"{DIRECTORY}/{name}", content) is valid
