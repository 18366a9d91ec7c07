"""CNI versions as the programs compare them, with two parsers that disagree on `1.0` and on ``."""

from __future__ import annotations

from cnilint.start import NamedTuple, lazy_pattern

_NUMBER = r"(0|[1-9][0-9]*)"
_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_SEMANTIC = lazy_pattern(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_IDENTIFIERS}))?(?:\+{_IDENTIFIERS})?"
)
_INTEGER = lazy_pattern(r"[+-]?[0-9]+")


class SemanticVersion(NamedTuple):
    """A version as github.com/blang/semver reads it, ordered up to what one pre-release may be."""

    major: int
    minor: int
    patch: int
    released: bool
    """False for a pre-release, which comes before the release of the same number."""


def semantic_version(text: str) -> SemanticVersion | None:
    """Return a version that has exactly three numbers without leading zeros, else None.

    This is how thick Multus reads `cniVersion`, its own and its master's.
    Source: blang/semver@v3.5.1:semver.go Parse.
    """
    match = _SEMANTIC.fullmatch(text)
    if match is None:
        return None
    identifiers = match[4].split(".") if match[4] else []
    numeric = [identifier for identifier in identifiers if identifier.isdigit()]
    if any(len(number) > 1 and number.startswith("0") for number in numeric):
        return None
    if any(_clamped(number) >= 2**64 for number in (*match.group(1, 2, 3), *numeric)):
        return None
    major, minor, patch = map(int, match.group(1, 2, 3))
    return SemanticVersion(major, minor, patch, released=not identifiers)


def cni_version(text: str) -> tuple[int, int, int] | None:
    """Return up to three numbers, absent ones 0; the empty text is 0.1.0; None if it is no version.

    This is how libcni and thin Multus compare versions: signs and leading zeros are allowed.
    Source: containernetworking/cni@v1.3.0:pkg/version/plugin.go ParseVersion.
    """
    if not text:
        return 0, 1, 0
    parts = text.split(".")
    if len(parts) > 3 or not all(_INTEGER.fullmatch(part) for part in parts):
        return None
    numbers = [_clamped(part) for part in parts]
    if any(not -(2**63) <= number < 2**63 for number in numbers):
        return None
    major, minor, micro = [*numbers, 0, 0][:3]
    return major, minor, micro


def _clamped(digits: str) -> int:
    """Return an integer; one too long for Python to convert is merely too large."""
    stripped = digits.lstrip("+-").lstrip("0") or "0"
    value = int(stripped) if len(stripped) <= 20 else 2**64
    return -value if digits.startswith("-") else value
