"""Releases as image tags name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.catalog.release import Release, in_range, release, shown

numbers = st.integers(0, 999)
releases = st.tuples(numbers, numbers, numbers)


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("v4.1.4-eksbuild.3_thick", (4, 1, 4)),
        ("v4.0.2-thick", (4, 0, 2)),
        ("v3.9-thick-amd64", (3, 9, 0)),
        ("1.18", (1, 18, 0)),
        ("1.27.3-distroless", (1, 27, 3)),
        ("v1.23.0", (1, 23, 0)),
        ("v1.10.3@", (1, 10, 3)),
        ("latest", None),
        ("snapshot-thick", None),
        ("stable", None),
        ("123", None),
        ("v4", None),
        ("", None),
        ("master-4.1.0", None),
        ("0x10.1", None),
    ],
)
def test_a_tag_names_a_release_or_none(tag: str, found: Release | None) -> None:
    assert release(tag) == found


@given(releases, st.sampled_from(["", "-thick", "_thick", "-eksbuild.3", "+build", "-rc.1"]))
def test_what_follows_the_numbers_is_a_build(found: Release, build: str) -> None:
    text = ".".join(map(str, found)) + build
    assert release(text) == release("v" + text) == found
    assert shown(release(text)) == "v" + ".".join(map(str, found))


@given(st.text() | st.from_regex(r"v?[0-9.]{0,8000}", fullmatch=True))
def test_no_tag_makes_it_raise(tag: str) -> None:
    found = release(tag)
    assert found is None or all(0 <= number < 10**9 for number in found)
    assert release("9" * 5000 + ".1") is None


@given(releases, releases)
def test_bounds_compare_as_releases_do(found: Release, limit: Release) -> None:
    text = ".".join(map(str, limit))
    assert in_range(found, f">={text}") is (found >= limit)
    assert in_range(found, f"<{text}") is (found < limit)
    assert in_range(found, f">{text}") is not in_range(found, f"<={text}")
    assert in_range(found, f"={text}") is (found == limit)
    assert in_range(found, f">={text},<{text}") is False
    assert in_range(found, "")


@given(releases)
def test_an_unknown_release_is_newer_than_every_bound(limit: Release) -> None:
    text = ".".join(map(str, limit))
    assert in_range(None, f">={text}")
    assert in_range(None, f">{text}")
    assert not in_range(None, f"<{text}")
    assert not in_range(None, f"<={text}")
    assert not in_range(None, f"={text}")
    assert shown(None) == ""


@pytest.mark.parametrize("bounds", ["4", "~4.1", ">=v4", ">=4.1 <5", ">= "])
def test_a_bound_that_is_none_is_refused(bounds: str) -> None:
    with pytest.raises(ValueError, match="not a release bound"):
        in_range((4, 1, 0), bounds)
