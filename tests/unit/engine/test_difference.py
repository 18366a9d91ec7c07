"""What changed between two values is said at the deepest place, and leads from one to the other."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.difference import ValueChange, changes
from cnilint.model.finding import Operation

ADD, REPLACE, REMOVE = Operation.ADD, Operation.REPLACE, Operation.REMOVE
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=1), inner, max_size=3)
    ),
    max_leaves=12,
)


def made(value: Any, change: ValueChange) -> Any:  # noqa: ANN401
    """Make one change of a value in the plainest way."""
    if not change.steps:
        return change.new
    step, rest = change.steps[0], change._replace(steps=change.steps[1:])
    if isinstance(value, list) and step == -1:
        return [*value, change.new]
    whole = dict(value) if isinstance(value, dict) else dict(enumerate(value))
    if rest.steps or change.operation is REPLACE:
        whole[step] = made(whole[step], rest)
    elif change.operation is ADD:
        assert step not in whole
        whole[step] = change.new
    else:
        del whole[step]
    return whole if isinstance(value, dict) else list(whole.values())


@given(VALUES, VALUES)
def test_made_one_after_another_they_lead_from_one_value_to_the_other(
    before: Any,  # noqa: ANN401
    after: Any,  # noqa: ANN401
) -> None:
    value = before
    for change in changes(before, after):
        value = made(value, change)
    assert value == after
    assert repr(value) == repr(after) or isinstance(after, dict | list)


def test_only_what_differs_is_said() -> None:
    before: Any = {"a": 1, "b": {"c": [1, 2], "d": "x"}, "e": 0}
    after: Any = {"a": 1, "b": {"c": [1, 3, 4], "d": "y"}, "f": 0}
    assert list(changes(before, after)) == [
        ValueChange(REPLACE, ("b", "c", 1), 2, 3),
        ValueChange(ADD, ("b", "c", -1), None, 4),
        ValueChange(REPLACE, ("b", "d"), "x", "y"),
        ValueChange(REMOVE, ("e",), 0),
        ValueChange(ADD, ("f",), None, 0),
    ]


def test_true_is_not_one_and_a_shorter_list_is_replaced() -> None:
    assert list(changes({"a": True}, {"a": 1})) == [ValueChange(REPLACE, ("a",), old=True, new=1)]
    assert list(changes([1, 2], [1])) == [ValueChange(REPLACE, (), [1, 2], [1])]
    assert list(changes([1, 2], [1, 2])) == []
