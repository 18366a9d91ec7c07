"""Values that do not change, whose fields are the annotations of their class."""

from __future__ import annotations

from typing import Any

import pytest

from cnilint.config.frozen import Frozen
from cnilint.config.options import DEFAULTS, Settings


class Point(Frozen):
    x: int
    y: int = 0


def test_fields_are_taken_in_their_order_or_by_name() -> None:
    assert (Point(1).x, Point(1).y) == (1, 0)
    assert Point(1, 2) == Point(y=2, x=1) != Point(1)
    assert Point(1) == Point(1, 0)
    assert Point(1) != (1, 0)
    assert Point(1).replaced(y=3) == Point(1, 3)
    assert repr(Point(1, y=2)) == "Point(x=1, y=2)"


@pytest.mark.parametrize(
    ("values", "named", "wrong"),
    [((), {}, "x"), ((), {"y": 1}, "x"), ((1,), {"z": 1}, "z"), ((1, 2, 3), {}, "3 values")],
)
def test_what_is_no_field_or_has_no_value_is_refused(
    values: tuple[Any, ...], named: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(TypeError, match=f"Point: {wrong}"):
        Point(*values, **named)


def test_nothing_of_it_changes() -> None:
    one: Any = Point(1)
    with pytest.raises(AttributeError, match=r"Point\.x does not change"):
        one.x = 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)
    with pytest.raises(TypeError, match="Settings: selct is no field"):
        DEFAULTS.replaced(selct=())
    assert DEFAULTS.replaced(fix=True) == Settings(fix=True) != DEFAULTS
