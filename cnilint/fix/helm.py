"""Fixes of what Helm renders: as values of the chart, through the table of values of a product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.catalog.catalog import Delivered
from cnilint.catalog.settings import BY, FORM
from cnilint.model.tree import Value
from cnilint.start import NamedTuple, lazy_pattern
from cnilint.syntax.style import BlockStyle, block_lines

from .meaning import Meaning

MASTER = "master"

_TEMPLATE = lazy_pattern(r"(?P<charts>[^/]+(?:/charts/[^/]+)*)/(?:templates|crds)/")
"""Path of a template as `helm template` prints it (helm/helm@v3.18.6:pkg/action/install.go)."""


class Overlay(NamedTuple):
    """Values for a chart, to be given behind all others; `chart` is the one that is installed."""

    chart: str
    values: dict[str, Value]


def overlay(template: str, wanted: Sequence[Meaning]) -> Overlay | None:
    """Return the values by which a chart says what a fix means; None where it cannot.

    `template` is what `helm template` names as the source. Charts of one name differ: where they
    would want different values, which one it is cannot be told.
    """
    found = _TEMPLATE.match(template)
    if found is None or not wanted:
        return None
    installed, *inner = found["charts"].split("/charts/")
    chart = inner[-1] if inner else installed
    candidates = [c for one in wanted[:1] for c in one.product.charts if c.name == chart]
    possible = [said for c in candidates if (said := _values(c, wanted)) is not None]
    if not possible or len(possible) < len(candidates) or any(v != possible[0] for v in possible):
        return None
    values: Value = possible[0]
    for name in reversed(inner):
        values = {name: values}
    return Overlay(installed, values if isinstance(values, dict) else {})


def joined(one: dict[str, Value], other: dict[str, Value]) -> dict[str, Value]:
    """Return values with others given behind them, as Helm puts them together."""
    whole = dict(one)
    for key, value in other.items():
        present = whole.get(key)
        both = isinstance(present, dict) and isinstance(value, dict)
        whole[key] = joined(present, value) if both else value  # type: ignore[arg-type]
    return whole


def values_text(values: dict[str, Value]) -> str:
    """Return values as the text of a file for `helm --values`."""
    return "".join(f"{line}\n" for line in block_lines(values, 0, BlockStyle()))


def _values(chart: Delivered, wanted: Sequence[Meaning]) -> dict[str, Value] | None:
    whole: dict[str, Value] = {}
    for one in wanted:
        place = next(_places(chart, one), None)
        if place is None:
            return None
        value: Value = one.value
        if place.boolean and one.value is not None:
            value = one.value == "true"
        for key in reversed(place.path.split(".")):
            value = {key: value}
        whole = joined(whole, value if isinstance(value, dict) else {})
    return whole


class _ValuePlace(NamedTuple):
    path: str
    boolean: bool


def _places(chart: Delivered, one: Meaning) -> Iterator[_ValuePlace]:
    """Yield the values of a chart that give a setting its value, those that count first."""
    known_as = chart.known_as or chart.name
    if one.setting == MASTER and one.product.role.value == "meta":
        if chart.pinned_by and chart.pinned_by != chart.words:
            yield _ValuePlace(chart.pinned_by, boolean=False)
        return
    for place in one.product.settings.get(one.setting, ()):
        conditions = {FORM: "release", BY: known_as}
        fits = all(conditions.get(name) == value for name, value in place.when.items())
        if place.kind == "values" and not place.member and fits:
            yield _ValuePlace(place.name, place.boolean)
