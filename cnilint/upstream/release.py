"""Releases of products, as image tags give them."""

from __future__ import annotations

from cnilint.start import lazy_pattern

Release = tuple[int, int, int]

_NUMBER = r"([0-9]{1,9})"
_TAG = lazy_pattern(rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?![0-9])(?![\w.]*\.\d+\.\d+\.)")


def release(tag: str) -> Release | None:
    """Return the release an image tag names, or None for a moving tag (`latest`, `snapshot`).

    What follows the three numbers is a build of that release: `v4.1.4-eksbuild.3_thick` is 4.1.4.
    A bare number (`123`) names no release.
    """
    found = _TAG.match(tag)
    if found is None or found[2] is None:
        return None
    return int(found[1]), int(found[2]), int(found[3] or 0)
