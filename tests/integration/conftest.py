"""What tests share that play a stranger: a checkout, and a person's folder beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clusters import placed

SECRET = "apiVersion: apps/v1\nkind: DaemonSet\ntoken: hunter2\ntoken: hunter2\n"
"""A repeated key is a finding, and its excerpt shows the line."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a person's folder beside the checkout, with what nobody else is to see or change."""
    return placed(tmp_path / "home", {"secret.yaml": SECRET, ".bashrc": "as it was\n"})


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "checkout" / ".git").mkdir(parents=True)
    return tmp_path / "checkout"
