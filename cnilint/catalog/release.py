"""Ranges of releases of products, as catalog entries give them."""

from __future__ import annotations

from cnilint.start import lazy_pattern
from cnilint.upstream.release import Release, release

__all__ = ["Release", "in_range", "release", "shown"]

_BOUND = lazy_pattern(r"^\s*(>=|<=|>|<|=)\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?\s*$")


def in_range(found: Release | None, bounds: str) -> bool:
    """Whether a release lies within bounds such as `>=1.10.2,<1.16`; an empty range holds all.

    An unknown release is taken as newer than every bound. ValueError if a bound is none.
    """
    for bound in filter(None, bounds.split(",")):
        match = _BOUND.match(bound)
        if match is None:
            raise ValueError(f"not a release bound: {bound!r}")
        if found is None:
            if match[1] in ("<", "<=", "="):
                return False
            continue
        limit = (int(match[2]), int(match[3] or 0), int(match[4] or 0))
        holds = {
            ">=": found >= limit,
            ">": found > limit,
            "<": found < limit,
            "<=": found <= limit,
            "=": found == limit,
        }
        if not holds[match[1]]:
            return False
    return True


def shown(found: Release | None) -> str:
    """Return a release as people write it, or an empty string."""
    return "" if found is None else "v{}.{}.{}".format(*found)
