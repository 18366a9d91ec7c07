"""Edits inside a string that cannot be edited where it stands, as edits of the whole string.

What is rendered is not written back, so how its strings are folded does not matter; inside the
string nothing but the edited members changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.model.finding import Edit, Operation, Repair
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, Route, Scalar, follow
from cnilint.start import replace
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import resolve
from cnilint.syntax.rewrite import CannotEdit, apply, rewrite


def unfolded(edits: Sequence[Edit | Repair]) -> tuple[Edit | Repair, ...]:
    """Return edits with those inside of strings as replacements of the strings.

    One that this is not possible for is left as it is.
    """
    found: list[Edit | Repair] = []
    inside: dict[tuple[int, Route], list[Edit]] = {}
    for edit in edits:
        depth = _depth(edit) if isinstance(edit, Edit) else None
        if isinstance(edit, Edit) and depth is not None:
            inside.setdefault((id(edit.document), edit.route[:depth]), []).append(edit)
        else:
            found.append(edit)
    for (_document, string), members in inside.items():
        whole = _replaced(string, members)
        found += [whole] if whole is not None else members
    return tuple(found)


def _depth(edit: Edit) -> int | None:
    """Return where a route crosses into a string that holds JSON or YAML; None if it does not."""
    held = (Embedded.JSON, Embedded.YAML)
    first = next((at for at, step in enumerate(edit.route) if isinstance(step, Embedded)), None)
    return first if first is not None and edit.route[first] in held else None


def _replaced(string: Route, members: Sequence[Edit]) -> Edit | None:
    document = members[0].document
    tree = resolve(document, string)
    scalar = follow(tree) if tree is not None else None
    if not isinstance(scalar, Scalar):
        return None
    json = members[0].route[len(string)] is Embedded.JSON
    source = Source("string.json" if json else "string.yaml", scalar.text)
    inner = [one for one in compose(source) if isinstance(one, Document)]
    if len(inner) != 1:
        return None
    depth = len(string) + 1
    made = rewrite(
        inner[0], [replace(e, document=inner[0], route=e.route[depth:]) for e in members]
    )
    if isinstance(made, CannotEdit):
        return None
    return Edit(document, string, Operation.REPLACE, apply(source.text, made))
