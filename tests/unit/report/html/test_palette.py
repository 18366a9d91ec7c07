"""The colours of the HTML report: every text can be read, by day and by night."""

from __future__ import annotations

import re

import pytest

from cnilint.report.html.assets import asset

LEAST = 4.5
"""WCAG 2.2, 1.4.3 Contrast (Minimum), for text of any size."""

GROUNDS = ("ground", "card", "sunken")
INKS = ("ink", "soft", "accent", "good", "bad", "warn")
TINTED = ("accent", "good", "bad", "warn")

Palette = dict[str, str]


def palettes() -> dict[str, Palette]:
    """Return the colours of each `:root` of the style sheet: the first by day, then by night."""
    blocks = re.findall(r":root \{(.*?)\}", asset("report.css"), re.DOTALL)
    day, night = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    return {"day": day, "night": night}


def luminance(color: str) -> float:
    """Return the relative luminance of WCAG 2."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2: from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("time", ["day", "night"])
def test_every_ink_is_readable_on_every_ground_and_on_its_tint(time: str) -> None:
    palette = palettes()[time]
    tints = [f"{ink}-tint" for ink in TINTED]
    assert set(palette) == {*GROUNDS, *INKS, *tints, "line"}
    pairs = [(ink, ground) for ink in INKS for ground in GROUNDS]
    pairs += [(ink, f"{ink}-tint") for ink in TINTED]
    pairs += [(ink, tint) for ink in ("ink", "soft") for tint in tints]
    found = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < LEAST} == {}


def test_no_colour_is_written_outside_the_palette() -> None:
    rest = re.sub(r":root \{.*?\}", "", asset("report.css"), flags=re.DOTALL)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])", rest)
    assert not re.search(r"\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(", rest)
    assert "opacity" not in rest, "it takes contrast away"
    used = set(re.findall(r"var\(--([\w-]+)\)", rest))
    assert used <= set(palettes()["day"])


def test_nothing_moves() -> None:
    """What does not move need not be stopped for those who are made ill by it."""
    assert not re.search(
        r"\b(?:transition|animation|scroll-behavior)\b|@keyframes", asset("report.css")
    )
    assert "smooth" not in asset("report.js")
    assert "requestAnimationFrame" not in asset("report.js")


def test_a_line_of_a_control_can_be_seen() -> None:
    """WCAG 1.4.11: what bounds a field to type into, and what shows the focus."""
    for palette in palettes().values():
        for ink in ("soft", "accent"):
            assert all(contrast(palette[ink], palette[ground]) >= 3 for ground in GROUNDS)
