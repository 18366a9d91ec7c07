"""Reads the project's own data files with the parser that reads a user's manifests."""

from __future__ import annotations

import os.path
from typing import Any

from cnilint.errors import RuleError
from cnilint.model.text import Source
from cnilint.model.tree import Document, plain

from .compose import compose


def read_mapping(path: str) -> dict[str, Any]:
    """Return the one mapping a YAML file holds.

    RuleError, with the line, if the file is not readable YAML, repeats a key or holds no mapping.
    """
    with open(path, encoding="utf-8") as file:
        source = Source(os.path.basename(path), file.read())
    root: object = None
    for found in compose(source):
        if not isinstance(found, Document):
            line = source.position(found.span.start).line
            raise RuleError(path, f"line {line}", found.message)
        root = plain(found.root)
    if not isinstance(root, dict):
        raise RuleError(path, "", "not a mapping")
    return root
