"""Reads the project's own data files with the parser that reads a user's manifests."""

from __future__ import annotations

import os.path
from typing import Any

from cnilint.errors import RuleError, reason_of
from cnilint.model.text import Source
from cnilint.model.tree import Document, Mapping, Sequence, follow, plain

from .compose import compose


def read_mapping(path: str, until: str = "") -> dict[str, Any]:
    """Return the one mapping a YAML file holds, or what of it stands before the key `until`.

    RuleError, with the line, if the file is not readable YAML, repeats a key or holds anything
    else.
    """
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error)
        raise RuleError(path, "", reason) from None
    source = Source(os.path.basename(path), text.partition(f"\n{until}:")[0] if until else text)
    root: object = None
    for number, found in enumerate(compose(source)):
        line = source.position(found.span.start).line
        if not isinstance(found, Document):
            raise RuleError(path, f"line {line}", found.message)
        if number:
            raise RuleError(path, f"line {line}", "a second document: there is one at most")
        root = plain(found.root)
    if not isinstance(root, dict):
        raise RuleError(path, "", "not a mapping")
    return root


def line_of(path: str, route: tuple[str | int, ...]) -> int:
    """Return the line, from 1, on which the key or item at the end of a route stands.

    Where the route leads further than the file does, the last step that is there counts.
    """
    with open(path, encoding="utf-8") as file:
        source = Source(os.path.basename(path), file.read())
    tree = next(found.root for found in compose(source) if isinstance(found, Document))
    start = tree.span.start
    for step in route:
        found = follow(tree)
        if isinstance(found, Mapping):
            entry = next((each for each in found.entries if each.key.text == step), None)
            if entry is None:
                break
            tree, start = entry.value, entry.key.span.start
        elif isinstance(found, Sequence) and isinstance(step, int) and step < len(found.items):
            tree = found.items[step]
            start = tree.span.start
        else:
            break
    return source.position(start).line
