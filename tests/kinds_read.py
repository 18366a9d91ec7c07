"""Writes the names that cnilint's own code compares kinds, groups and names of objects with.

    python -m tests.kinds_read

A document of a kind that no text of the code names cannot be asked for by its kind, and one of a
name that it has nowhere not by its name. What only Kustomize's builds name does not count: what
they read is never left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "cnilint"
WRITTEN = PACKAGE / "engine" / "kinds_read.py"

KIND = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")
NAME = re.compile(r"[a-z0-9][a-z0-9.-]+[a-z0-9]")
GROUP = re.compile(r"[a-z0-9.-]*[a-z][a-z0-9.-]*(?:/[a-z0-9./-]*)?")

ASIDE = ("gitops/kustomize", "report/", "cli/", "config/", "upstream/", "syntax/", "fix/")
"""Code that reads no object, or only what a build of Kustomize asks for."""

HEAD = '''\
"""The names that the code compares kinds, groups and names of objects with, as they stand in it.

Written by `python -m tests.kinds_read`; a test holds it to the code.
"""

from __future__ import annotations

'''


def texts() -> Iterator[str]:
    """Yield the texts in the code of those modules that read objects, documentation left out."""
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).as_posix()
        if path == WRITTEN or inside.startswith(ASIDE):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        aside = {id(each) for node in ast.walk(tree) for each in _no_values(node)}
        for node in ast.walk(tree):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and id(node) not in aside:
                yield value


def _no_values(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the texts of a node that are documentation, or a list of what a module offers."""
    if isinstance(node, ast.Expr):
        yield node.value
    elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
        yield from ast.walk(node.value)


def module() -> str:
    """Return the module's text."""
    found = set(texts())
    kinds = sorted(one for one in found if KIND.fullmatch(one))
    groups = {one.strip("/").partition("/")[0] for one in found if GROUP.fullmatch(one)}
    groups = {one for one in groups if "." in one.strip(".") or one.endswith(".")}
    groups = {one for one in groups if len(one) > 3 and not one.startswith(".")}
    names = sorted(one for one in found if NAME.fullmatch(one))
    listed = {"KINDS": kinds, "GROUPS": sorted(groups), "NAMES": names}
    return HEAD + "\n".join(_listed(name, words) for name, words in listed.items())


def _listed(name: str, words: list[str]) -> str:
    lines = "".join(f'        "{word}",\n' for word in words)
    return f"{name} = frozenset(\n    (\n{lines}    )\n)\n"


if __name__ == "__main__":
    WRITTEN.write_text(module(), "utf-8")
