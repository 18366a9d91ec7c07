"""Whether a text that cannot be read as an object has to do with a CNI product at all."""

from __future__ import annotations

from functools import cache

from cnilint.patterns import Pattern, compiled, literally

from .catalog import products

WORDS = ("cni", "multus", "/net.d")
"""What is looked for inside of other words."""


def names_a_cni(text: str) -> bool:
    """Whether a text names a product of the catalog, a chart or add-on of one, or CNI itself."""
    return _pattern().found_in(text)


def needles() -> tuple[str, ...]:
    """Return texts in lower case one of which is in all that names a CNI, and in little else."""
    texts = {*WORDS, *_names()}
    return tuple(sorted(one for one in texts if not any(o in one for o in texts - {one})))


@cache
def _pattern() -> Pattern:
    words = "|".join(map(literally, sorted(_names(), key=len, reverse=True)))
    inside = "|".join(map(literally, WORDS))
    return compiled(rf"(?i:{inside}|\b(?:{words})\b)")


def _names() -> set[str]:
    names = {one.id for one in products()}
    names |= {each.name for one in products() for each in (*one.charts, *one.addons)}
    return names - {"none", "cni"}
