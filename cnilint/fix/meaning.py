"""What a fix means, apart from where it is written: the settings of products that it changes.

Read off the facts before and after, so that nothing has to be said twice: a fix is its edits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.catalog.installer import Installer
from cnilint.catalog.product import Product
from cnilint.engine.result import Result
from cnilint.model.finding import Edit, Operation, Repair
from cnilint.model.tree import Route
from cnilint.multus.forms import multus
from cnilint.multus.settings import KEYS
from cnilint.start import NamedTuple


class Meaning(NamedTuple):
    """A setting of a product that gets another value, None where it is taken away."""

    product: Product
    setting: str
    value: str | None
    route: Route
    """Where it stands now, or stood."""


def meanings(
    edits: Sequence[Edit | Repair], before: Result, after: Result
) -> tuple[Meaning, ...] | None:
    """Return the settings that edits change; None where an edit does anything else as well."""
    changed = list(_changed(before, after))
    explained: list[Meaning] = []
    for edit in edits:
        if isinstance(edit, Repair):
            return None
        found = next((one for one in changed if _about(edit, one)), None)
        if found is None:
            return None
        changed.remove(found)
        explained.append(found)
    return tuple(explained) if not changed else None


def _changed(before: Result, after: Result) -> Iterator[Meaning]:
    for old, new in zip(_installers(before), _installers(after), strict=False):
        if (old.product.id, old.object) != (new.product.id, new.object):
            return
        was, now = _given(old), _given(new)
        for name in [*was, *(name for name in now if name not in was)]:
            if name not in now:
                yield Meaning(old.product, name, None, was[name][1])
            elif name not in was or was[name][0] != now[name][0]:
                yield Meaning(new.product, name, *now[name])


def _installers(result: Result) -> Iterator[Installer]:
    """Yield every install once, also where several clusters have it."""
    seen: set[tuple[str, str]] = set()
    for cluster in result.clusters:
        for one in cluster.installers:
            if (key := (one.product.id, one.object)) not in seen:
                seen.add(key)
                yield one


def _given(one: Installer) -> dict[str, tuple[str, Route]]:
    """Return the settings that the manifests give, with the routes they stand at."""
    found = {
        name: (setting.value, setting.text.location.route)
        for name, setting in one.settings.items()
        if setting.text is not None
    }
    as_multus = multus(one)
    if as_multus is None:
        return found
    found.pop("configuration", None)  # the whole of which the others are members
    for name in KEYS:
        given = as_multus.given(name)
        if given is not None:
            found[name] = (str(given.value), given.location.route)
    return found


def _about(edit: Edit, one: Meaning) -> bool:
    """Whether an edit is what gives a setting its value, or takes it away."""
    if edit.operation is Operation.REMOVE:
        return one.value is None and _below(one.route, edit.route)
    if one.value is None:
        return False
    if edit.operation is Operation.ADD and isinstance(edit.route[-1], int):
        return _below(one.route, edit.route[:-1])  # behind the last item
    return _below(one.route, edit.route) or _below(edit.route, one.route)


def _below(route: Route, above: Route) -> bool:
    return route[: len(above)] == above
