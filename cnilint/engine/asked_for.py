"""The kinds, groups and names of objects that cnilint's own code names, read off the code itself.

A document of a kind that no text of the code has cannot be asked for by its kind, nor one of a name
that it has nowhere by its name. What is read only in a build of Kustomize does not count: what
builds read is never left out. The texts are worked out where the code is built into a wheel, and in
a checkout whenever a module has changed (`syntax/data_cache.py`), so that a check which asks for a
new kind has it kept without a word about it.
"""

from __future__ import annotations

import os
from functools import cache

from cnilint.resources import package_folder
from cnilint.start import NamedTuple, lazy_pattern
from cnilint.syntax.data_cache import Data, kept

_KIND = lazy_pattern(r"[A-Z][A-Z0-9]*+[a-z][A-Za-z0-9]*")
_NAME = lazy_pattern(r"[a-z0-9][a-z0-9.-]+[a-z0-9]")
_GROUP = lazy_pattern(r"/*(?=[^/]*[a-z])([a-z0-9-][a-z0-9.-]{3,})(?:/[a-z0-9./-]*)?")

ASIDE = ("gitops/kustomize", "report/", "cli/", "config/", "upstream/", "syntax/", "fix/")
"""Code that reads no object, or only what a build of Kustomize asks for."""


class AskedFor(NamedTuple):
    """What an object may be asked for by: the texts of the code that may be one."""

    kinds: frozenset[str]
    groups: frozenset[str]
    names: frozenset[str]


@cache
def asked_for() -> AskedFor:
    """Return what the code may ask for objects by."""
    each = modules()
    return AskedFor(*(frozenset(one for m in each for one in m[key]) for key in AskedFor._fields))


def modules() -> list[Data]:
    """Return what is in each module that reads objects, by the fields of `AskedFor`."""
    return kept("asked-for", _paths(), _read)


def said_in(code: str) -> AskedFor:
    """Return what some code may ask for objects by."""
    found = texts(code)
    groups = [one[1] for one in map(_GROUP.fullmatch, found) if one is not None]
    return AskedFor(
        frozenset(one for one in found if _KIND.fullmatch(one)),
        frozenset(one for one in groups if "." in one.strip(".") or one.endswith(".")),
        frozenset(one for one in found if _NAME.fullmatch(one)),
    )


def _read(path: str) -> Data:
    with open(path, encoding="utf-8") as file:
        found = said_in(file.read())
    return {key: sorted(one) for key, one in zip(found._fields, found, strict=True)}


def _paths() -> list[str]:
    top = package_folder()
    inside = (
        os.path.relpath(os.path.join(folder, name), top)
        for folder, _folders, names in os.walk(top)
        for name in names
        if name.endswith(".py")
    )
    counting = [one for one in inside if not one.replace(os.sep, "/").startswith(ASIDE)]
    return [os.path.join(top, one) for one in sorted(counting)]


def texts(code: str) -> set[str]:
    """Return the texts that some code has as values, without documentation and `__all__`."""
    import ast

    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(code)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Constant):
            found |= {node.value} if isinstance(node.value, str) else set()
        elif not _says_nothing(node):
            pending += ast.iter_child_nodes(node)
    return found


def _says_nothing(node: object) -> bool:
    """Whether a statement is documentation, or lists what a module offers."""
    import ast

    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "__all__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
