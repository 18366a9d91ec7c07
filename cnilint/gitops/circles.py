"""Circles in what applies what: things that lead to each other are one for who looks for a root."""

from __future__ import annotations

from collections.abc import Sequence


def circles(leads: Sequence[Sequence[int]]) -> list[int]:
    """Return a number for each of some things; those that lead to each other have the same one.

    `leads` has, for each of them, those that it leads to. This is Kosaraju's algorithm, with lists
    of its own in place of calls, so that no depth is too deep.
    """
    back: list[list[int]] = [[] for _ in leads]
    for at, each in enumerate(leads):
        for to in each:
            back[to].append(at)
    found = [-1] * len(leads)
    for number, start in enumerate(reversed(_in_order_of_leaving(leads))):
        pending = [start] if found[start] == -1 else []
        while pending:
            at = pending.pop()
            if found[at] == -1:
                found[at] = number
                pending += back[at]
    return found


def _in_order_of_leaving(leads: Sequence[Sequence[int]]) -> list[int]:
    """Return all things so that each stands behind those that it leads to, circles apart."""
    seen = [False] * len(leads)
    left: list[int] = []
    for start in range(len(leads)):
        pending = [(start, 0)]
        while pending:
            at, next_one = pending.pop()
            if next_one == 0:
                if seen[at]:
                    continue
                seen[at] = True
            if next_one < len(leads[at]):
                pending.append((at, next_one + 1))
                pending.append((leads[at][next_one], 0))
            else:
                left.append(at)
    return left
