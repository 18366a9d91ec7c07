"""What a run may spend."""

from __future__ import annotations

import pytest

from cnilint.budget import MOST_VALUES, Budget, OutOfTimeError


def test_the_time_is_up_when_the_seconds_have_passed() -> None:
    now = [100.0]
    budget = Budget(5, now=lambda: now[0])
    assert (budget.left, budget.over) == (5, False)
    now[0] = 104.9
    budget.check()
    now[0] = 105.0
    assert budget.over
    with pytest.raises(OutOfTimeError, match=r"the time of the run is up \(5 seconds\)"):
        budget.check()


def test_without_seconds_there_is_no_end() -> None:
    now = [0.0]
    budget = Budget(now=lambda: now[0])
    now[0] = 1e12
    budget.check()
    assert budget.left == float("inf")


def test_values_are_counted_over_the_whole_run() -> None:
    budget = Budget(values=10)
    assert [budget.take(4), budget.take(6), budget.take(1)] == [True, True, False]
    assert Budget().values == MOST_VALUES
