"""Releases of products, as image tags give them, and ranges of them, as catalog entries do."""

from __future__ import annotations

import re

Release = tuple[int, int, int]

_NUMBER = r"([0-9]{1,9})"
_TAG = re.compile(rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?![0-9])(?![\w.]*\.\d+\.\d+\.)")
_BOUND = re.compile(r"^\s*(>=|<=|>|<|=)\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?\s*$")


def release(tag: str) -> Release | None:
    """Return the release an image tag names, or None for a moving tag (`latest`, `snapshot`).

    What follows the three numbers is a build of that release: `v4.1.4-eksbuild.3_thick` is 4.1.4.
    A bare number (`123`) names no release.
    """
    found = _TAG.match(tag)
    if found is None or found[2] is None:
        return None
    return int(found[1]), int(found[2]), int(found[3] or 0)


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
