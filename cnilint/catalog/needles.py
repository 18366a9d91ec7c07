"""Whether a text that cannot be read as an object has to do with a CNI product at all."""

from __future__ import annotations

import re
from functools import cache

from .catalog import products


@cache
def _needles() -> re.Pattern[str]:
    names = {one.id for one in products()}
    names |= {each.name for one in products() for each in (*one.charts, *one.addons)}
    words = "|".join(sorted(map(re.escape, names - {"none", "cni"}), key=len, reverse=True))
    return re.compile(rf"cni|multus|/net\.d|\b(?:{words})\b", re.IGNORECASE)


def names_a_cni(text: str) -> bool:
    """Whether a text names a product of the catalog, a chart or add-on of one, or CNI itself."""
    return _needles().search(text) is not None
