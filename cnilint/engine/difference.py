"""What changed between two versions of an object, as plain values: where, from what, to what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.model.finding import Operation
from cnilint.model.tree import Value
from cnilint.start import NamedTuple
from cnilint.syntax.patch import differs

Steps = tuple[str | int, ...]


class ValueChange(NamedTuple):
    """One change: an operation at some steps; a last step of -1 adds behind the last item."""

    operation: Operation
    steps: Steps
    old: Value = None
    new: Value = None


def changes(before: Value, after: Value, steps: Steps = ()) -> Iterator[ValueChange]:
    """Yield what turns one value into another, made in this order, at the deepest places.

    A list that only grew or kept its length is changed item by item; any other is replaced.
    """
    if not differs(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _members(before, after, steps)
    elif isinstance(before, list) and isinstance(after, list) and len(before) <= len(after):
        yield from _items(before, after, steps)
    else:
        yield ValueChange(Operation.REPLACE, steps, before, after)


def _members(
    before: dict[str, Value], after: dict[str, Value], steps: Steps
) -> Iterator[ValueChange]:
    for key, old in before.items():
        if key in after:
            yield from changes(old, after[key], (*steps, key))
        else:
            yield ValueChange(Operation.REMOVE, (*steps, key), old)
    for key, new in after.items():
        if key not in before:
            yield ValueChange(Operation.ADD, (*steps, key), None, new)


def _items(before: Sequence[Value], after: Sequence[Value], steps: Steps) -> Iterator[ValueChange]:
    for at, old in enumerate(before):
        yield from changes(old, after[at], (*steps, at))
    for new in after[len(before) :]:
        yield ValueChange(Operation.ADD, (*steps, -1), None, new)
